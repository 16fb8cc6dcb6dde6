"""Bit depths: the same picture with other numbers of bits per channel, rounded correctly."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from restorer.core.image import Pixels

_BLOCK_ROWS = 256
"""Rows converted at a time, so that intermediate values never need a second picture's memory."""

DTYPES: Mapping[int, npt.DTypeLike] = MappingProxyType({8: np.uint8, 16: np.uint16, 32: np.float32})
"""What pixels of so many bits are made of."""
_TOPS = {1: 255, 2: 65535}
"""Full white of unsigned integers by their bytes."""


def convert_depth(pixels: Pixels, bits: int) -> Pixels:
    """``pixels`` with 8 or 16 bits (full range) or as 32-bit floating point (0 to 1) per channel.

    Values are rounded to the nearest; floating point outside of 0 to 1 is cut off, and not-a-number becomes 0.
    The very same array is returned where nothing is to be done.
    """
    target = np.dtype(DTYPES[bits])
    if pixels.dtype == target:
        return pixels
    result = np.empty(pixels.shape, target)
    for top in range(0, len(pixels), _BLOCK_ROWS):
        rows = slice(top, top + _BLOCK_ROWS)
        result[rows] = _convert(pixels[rows], target)
    return result


def _convert(pixels: Pixels, target: np.dtype[Any]) -> Pixels:
    if target == np.float32:
        scaled: Pixels = pixels.astype(np.float32) / np.float32(_TOPS[pixels.dtype.itemsize])
        return scaled
    if pixels.dtype == np.float32:
        clipped = np.clip(np.nan_to_num(pixels, posinf=1.0, neginf=0.0), 0.0, 1.0)
        rounded: Pixels = np.rint(clipped * np.float32(_TOPS[target.itemsize]))
        return rounded
    if target == np.uint8:
        # round(v / 257) without a division: exact for every 16-bit value.
        return (pixels.astype(np.uint32) * np.uint32(255) + np.uint32(32895)) >> np.uint32(16)
    return pixels.astype(np.uint16) * np.uint16(257)
