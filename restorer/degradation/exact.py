"""Full single precision on graphics cards that would rather round to TF32."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import torch


@contextlib.contextmanager
def single_precision(device: torch.device) -> Iterator[None]:
    """Matrix products and convolutions inside keep all 24 bits of a float32.

    TF32 keeps 11, which is enough for a network, but moves a JPEG's coefficients over the edge to another step.
    """
    if device.type != "cuda":
        yield
        return
    products, convolutions = torch.get_float32_matmul_precision(), torch.backends.cudnn.allow_tf32
    torch.set_float32_matmul_precision("highest")
    torch.backends.cudnn.allow_tf32 = False
    try:
        yield
    finally:
        torch.set_float32_matmul_precision(products)
        torch.backends.cudnn.allow_tf32 = convolutions
