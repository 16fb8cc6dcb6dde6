"""Sample values as TIFF stores them, as the values the program works with."""

from __future__ import annotations

import numpy as np

from restorer.core.image import Pixels

_BLOCK_ROWS = 256


def full_range(pixels: Pixels, bits: int | tuple[int, ...]) -> tuple[Pixels, tuple[str, ...]]:
    """Samples of any depth as uint8 or uint16 over their full range, or float32; with notes on what was lost.

    Args:
        pixels: unsigned integers, floating point or booleans.
        bits: how many bits of each sample are used; several numbers where the channels differ.
    """
    if pixels.dtype.kind == "f":
        notes = ("64-bit floating point values were rounded to 32 bits.",) if pixels.dtype.itemsize > 4 else ()
        return pixels.astype(np.float32, copy=False), notes
    used = np.array(bits if isinstance(bits, int) else bits[: pixels.shape[2]])
    if pixels.dtype.itemsize > 2:
        scaled = pixels.astype(np.float64) / (2.0**used - 1.0)
        return scaled.astype(np.float32), (f"{int(used.max())}-bit values became 32-bit floating point.",)
    if (used == pixels.dtype.itemsize * 8).all() and pixels.dtype.kind == "u":
        return pixels, ()
    target = np.uint16 if used.max() > 8 else np.uint8
    scaled = np.rint(pixels.astype(np.float32) * (float(np.iinfo(target).max) / (2.0**used - 1.0)))
    return np.clip(scaled, 0, np.iinfo(target).max).astype(target), ()


def palette_colors(indices: Pixels, colormap: Pixels) -> Pixels:
    """8-bit colours (gray, where the whole palette is) of an ``H x W`` index picture.

    Args:
        colormap: ``3 x N`` uint16. Writers fill its range by 257, by 256, or (the oldest) not at all: the high byte is
            right for the first two.
    """
    table = colormap.T
    table = (table if table.max() < 256 else table >> 8).astype(np.uint8)
    if (table == table[:, :1]).all():
        table = table[:, :1]
    return np.take(table, indices, axis=0)


def straight_alpha(color: Pixels, alpha: Pixels) -> Pixels:
    """Colours that were multiplied by ``alpha``, divided by it again; invisible pixels become black."""
    top = 1.0 if color.dtype == np.float32 else float(np.iinfo(color.dtype).max)
    result = np.empty_like(color)
    for start in range(0, len(color), _BLOCK_ROWS):
        rows = slice(start, start + _BLOCK_ROWS)
        cover = alpha[rows].astype(np.float64) / top
        value = np.divide(color[rows], cover, out=np.zeros(color[rows].shape), where=cover > 0)
        result[rows] = value if color.dtype == np.float32 else np.rint(np.minimum(value, top))
    return result
