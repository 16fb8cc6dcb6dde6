"""Losses are taken in single precision, whatever the networks ran in."""

from __future__ import annotations

import torch
from torch import Tensor


def full_precision(x: Tensor) -> Tensor:
    """``x`` in float32, or as it is where it already is float64."""
    return x if x.dtype == torch.float64 else x.float()
