"""Tests that need a graphics card: run them with ``pytest -m gpu``; they skip themselves where there is none."""

from __future__ import annotations

import pytest
import torch
from engine.conftest import make_engine, make_model, random

__all__ = ["make_engine", "make_model", "random"]


@pytest.fixture(autouse=True)
def card() -> str:
    """The first graphics card, with nothing left over on it from the test before."""
    if not torch.cuda.is_available():
        pytest.skip("there is no CUDA device here")
    torch.cuda.empty_cache()
    return "cuda:0"
