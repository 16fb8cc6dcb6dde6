"""A folder of small photos and a run that takes a second."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image as PillowImage

from restorer.training import loop
from restorer.training.config import TrainConfig


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Tiny networks are faster on one thread, and a busy machine makes several of them wait for each other."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    folder.mkdir()
    rng = np.random.default_rng(3)
    for index in range(3):
        coarse = rng.integers(0, 256, (6, 7, 3), np.uint8)
        PillowImage.fromarray(coarse).resize((160, 140), PillowImage.Resampling.BICUBIC).save(folder / f"{index}.png")
    return folder


@pytest.fixture
def tiny(monkeypatch: pytest.MonkeyPatch) -> TrainConfig:
    monkeypatch.setattr(loop, "MASK_BANK_COUNT", 12)
    monkeypatch.setattr(loop, "EVALUATION_COUNT", 8)
    monkeypatch.setattr(loop, "EVALUATION_SIDE", 32)
    return replace(
        TrainConfig(),
        hyperparameters='{"widths": [8, 8], "blocks": [1, 1]}',
        images=48,
        patch_start=16,
        patch_end=32,
        batch_pixels=1024,
        warmup_images=4,
        checkpoint_seconds=1000.0,
    )
