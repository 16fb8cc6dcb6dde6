"""Sample values as TIFF stores them, as the values the program works with."""

from __future__ import annotations

from typing import Any

import numpy as np

from restorer.core.image import Pixels

_BLOCK_ROWS = 256

Bits = int | tuple[int, ...]
"""How many bits of each sample are used; several numbers where the channels differ."""


def working_dtype(stored: np.dtype[Any], bits: Bits) -> np.dtype[Any]:
    """What :func:`full_range` makes of samples: uint8, uint16 or float32."""
    if stored.kind == "f" or stored.itemsize > 2:
        return np.dtype(np.float32)
    return np.dtype(np.uint16 if np.max(bits) > 8 else np.uint8)


def depth_notes(stored: np.dtype[Any], bits: Bits) -> tuple[str, ...]:
    """Sentences on what :func:`full_range` loses."""
    if stored.kind == "f":
        return ("64-bit floating point values were rounded to 32 bits.",) if stored.itemsize > 4 else ()
    return (f"{np.max(bits)}-bit values became 32-bit floating point.",) if stored.itemsize > 2 else ()


def full_range(pixels: Pixels, bits: Bits) -> Pixels:
    """Samples of any depth as uint8 or uint16 over their full range, or float32.

    Args:
        pixels: ``… x C`` unsigned integers, floating point or booleans.
    """
    target = working_dtype(pixels.dtype, bits)
    if pixels.dtype.kind == "f":
        with np.errstate(over="ignore"):  # of 64-bit values beyond what 32 bits reach: infinity, and noted
            return pixels.astype(target, copy=False)
    used = np.array(bits if isinstance(bits, int) else bits[: pixels.shape[-1]])
    if target == np.float32:
        return (pixels.astype(np.float64) / (2.0**used - 1.0)).astype(np.float32)
    if (used == pixels.dtype.itemsize * 8).all() and pixels.dtype.kind == "u":
        return pixels.astype(target, copy=False)
    top = np.iinfo(target).max
    scaled = np.rint(pixels.astype(np.float32) * (float(top) / (2.0**used - 1.0)))
    return np.clip(scaled, 0, top).astype(target)


def inverted(pixels: Pixels) -> Pixels:
    """Black for white and white for black."""
    return np.float32(1.0) - pixels if pixels.dtype == np.float32 else ~pixels


def palette_colors(indices: Pixels, table: Pixels) -> Pixels:
    """8-bit colours of an ``H x W`` index picture.

    Args:
        table: as :func:`palette_table` makes it.
    """
    return np.take(table, indices, axis=0, mode="clip")


def palette_table(colormap: Pixels) -> Pixels:
    """``N x 3`` uint8 colours, or ``N x 1`` where all are gray.

    Args:
        colormap: ``3 x N`` uint16. Writers fill its range by 257, by 256, or (the oldest) not at all: the high byte is
            right for the first two.
    """
    table = colormap.T
    table = (table if table.max() < 256 else table >> 8).astype(np.uint8)
    return table[:, :1] if (table == table[:, :1]).all() else table


def unmultiply(pixels: Pixels) -> None:
    """Divides colours by the alpha (last channel) they were multiplied by, in place; invisible pixels become black."""
    top = 1.0 if pixels.dtype == np.float32 else float(np.iinfo(pixels.dtype).max)
    for start in range(0, len(pixels), _BLOCK_ROWS):
        rows = pixels[start : start + _BLOCK_ROWS]
        color, cover = rows[..., :-1], rows[..., -1:].astype(np.float64) / top
        value = np.divide(color, cover, out=np.zeros(color.shape), where=cover > 0)
        color[...] = value if pixels.dtype == np.float32 else np.rint(np.minimum(value, top))


def count_unreal(pixels: Pixels) -> int:
    """How many floating point values are no numbers or infinite."""
    if pixels.dtype != np.float32:
        return 0
    blocks = (pixels[start : start + _BLOCK_ROWS] for start in range(0, len(pixels), _BLOCK_ROWS))
    return sum(int(block.size - np.count_nonzero(np.isfinite(block))) for block in blocks)
