from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from engine.tiny_models import TINY, ModelMaker, write_model

from restorer.engine import devices
from restorer.engine.devices import DeviceInfo
from restorer.engine.engine import TorchEngine
from restorer.store import Catalogue

EngineMaker = Callable[..., TorchEngine]


@pytest.fixture(scope="package", autouse=True)
def one_thread() -> Iterator[None]:
    """Tiny networks gain nothing from more, and lose much where other programs keep the processor busy."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def random() -> np.random.Generator:
    return np.random.default_rng(20)


@pytest.fixture
def make_model(tmp_path: Path) -> ModelMaker:
    """Writes a model into the folder that :func:`make_engine` reads."""
    return functools.partial(write_model, tmp_path)


@pytest.fixture
def make_engine(tmp_path: Path) -> EngineMaker:
    """Engines of the tiny networks, by default on the processor."""

    def make(device: str = "cpu", **options: Any) -> TorchEngine:
        return TorchEngine(device, Catalogue([tmp_path]), architectures=TINY, **options)

    return make


@pytest.fixture
def fake_accelerator(monkeypatch: pytest.MonkeyPatch) -> DeviceInfo:
    """A device that is not called ``cpu`` but runs there, so that falling back to the processor can be tried."""
    device = DeviceInfo("cpu:0", "Make-believe graphics", 8 << 30, 8 << 30)
    monkeypatch.setattr(devices, "choose_device", lambda wish: device)
    return device
