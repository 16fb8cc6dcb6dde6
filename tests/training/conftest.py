"""A folder of small photos, and presets of runs that take a second."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image as PillowImage

from restorer.training import presets
from restorer.training.loop import Trainer
from restorer.training.problems import inpaint, inpaint_check
from restorer.training.problems.inpaint import InpaintConfig
from restorer.training.start import start_run

StartRun = Callable[..., Trainer]


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
def few_masks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inpaint, "MASK_COUNT", 12)
    monkeypatch.setattr(inpaint, "FREE_FORM_COUNT", 8)
    monkeypatch.setattr(inpaint, "EVALUATION_SIDE", 32)
    monkeypatch.setattr(inpaint_check, "EVALUATION_COUNT", 8)
    monkeypatch.setattr(inpaint_check, "LARGE_COUNT", 4)
    monkeypatch.setattr(inpaint_check, "EVALUATION_SIDE", 32)


@pytest.fixture
def tiny(few_masks: None, monkeypatch: pytest.MonkeyPatch) -> InpaintConfig:
    """The preset ``tiny``: fidelity alone."""
    config = InpaintConfig(
        hyperparameters='{"widths": [8, 8], "blocks": [1, 1]}',
        images=32,
        patch_start=16,
        patch_end=32,
        batch_pixels=1024,
        learning_rate=1e-3,
        warmup_images=4,
        charbonnier_weight=1.0,
        gradient_weight=0.25,
        checkpoint_seconds=1000.0,
    )
    monkeypatch.setitem(presets.PRESETS, "tiny", lambda: config)
    return config


@pytest.fixture
def tiny_gan(tiny: InpaintConfig, monkeypatch: pytest.MonkeyPatch) -> InpaintConfig:
    """The preset ``tiny-gan``: everything that a vivid run has."""
    config = replace(
        tiny,
        model_id="inpaint-tiny-vivid",
        interpolates_with="inpaint-unet",
        hyperparameters='{"widths": [8, 8], "blocks": [1, 1], "style_dim": 4}',
        batch_pixels=2048,
        free_form_share=0.5,
        coarse_share=0.5,
        styled_share=0.5,
        diversity_weight=0.02,
        adversarial_weight=0.1,
        feature_matching_weight=1.0,
        discriminator='{"width": 8, "depth": 2}',
        penalty="r1",
        penalty_interval=2,
        diff_augment="color,translation",
    )
    monkeypatch.setitem(presets.PRESETS, "tiny-gan", lambda: config)
    return config


@pytest.fixture
def start(tiny: InpaintConfig, tiny_gan: InpaintConfig, photos: Path, tmp_path: Path) -> StartRun:
    """Starts a run on the CPU: ``start("tiny", "folder", resume=False, say=…, images=…)``."""

    def start(
        preset: str, out: str = "run", *, resume: bool = False, say: Any = lambda note: None, **settings: Any
    ) -> Trainer:
        return start_run(preset, photos, tmp_path / out, torch.device("cpu"), settings, resume=resume, say=say)

    return start
