"""Pixels between pixels: cubic B-splines, tile by tile, in the photo's own depth.

A cubic spline through the samples (Unser, Aldroubi and Eden 1991; Thévenaz, Blu and Unser 2000) keeps fine texture
better than the usual cubic convolution, and positions are exact, where table-driven methods round them to 1/32 pixel.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from restorer.core.geometry import Bounds
from restorer.core.image import Image, Pixels
from restorer.core.lazy import load_cv2
from restorer.core.placement import Placement

_POLE = math.sqrt(3.0) - 2.0
_TAPS_PX = 14
"""Pixels to either side that a coefficient of the spline looks at: a sample's weight falls to a quarter with each, so
that what is left out is below the last bit of 16."""
REACH_PX = _TAPS_PX + 3
"""Pixels around a tile that it looks at."""

_TILE = 1024
_STRIP_ROWS = 32

_Planes = npt.NDArray[np.float64]
_Floats = npt.NDArray[np.float32]


def resampled_tile(photo: Image, placement: Placement, box: Bounds) -> Pixels:
    """What a new picture shows in ``box``, in the photo's dtype; tiles fit together without a seam.

    Beyond the photo's edge its last pixels go on. Colours under alpha are weighted by it, so that what is transparent
    does not bleed in.
    """
    seen = placement.bounds_in_old(box).pad(REACH_PX)
    if not seen.overlaps(photo.bounds):
        raise ValueError(f"{box} shows nothing of the photo")
    part = _with_edges(photo, seen).astype(np.float64)
    if photo.has_alpha:
        part[..., :-1] *= part[..., -1:]
    planes = _between(_coefficients(part), placement, box, seen)
    if photo.has_alpha:
        alpha = planes[..., -1:]
        planes[..., :-1] = np.divide(planes[..., :-1], alpha, out=np.zeros_like(planes[..., :-1]), where=alpha > 0)
    return _encoded(planes, photo.pixels.dtype)


def resampled_plane(plane: Pixels, placement: Placement) -> Pixels:
    """As :func:`resampled_tile`, of all of an ``H x W`` plane that belongs to a photo; its own pixels where the
    placement is exact."""
    if placement.is_exact:
        return placement.take(plane)
    whole = Image(plane[..., None])
    result = np.empty((placement.height, placement.width), plane.dtype)
    for top in range(0, placement.height, _TILE):
        for left in range(0, placement.width, _TILE):
            box = Bounds(left, top, left + _TILE, top + _TILE).intersect(placement.bounds())
            result[box.slices] = resampled_tile(whole, placement, box)[..., 0]
    return result


def _with_edges(photo: Image, seen: Bounds) -> Pixels:
    """The pixels of ``seen``; beyond the photo its last ones."""
    inside = seen.intersect(photo.bounds)
    part = photo.crop(inside)
    if inside == seen:
        return part
    cv2 = load_cv2()
    around = inside.top - seen.top, seen.bottom - inside.bottom, inside.left - seen.left, seen.right - inside.right
    wide: Pixels = cv2.copyMakeBorder(part, *around, cv2.BORDER_REPLICATE)
    return wide.reshape(seen.height, seen.width, photo.channels)


def _coefficients(part: _Planes) -> _Planes:
    """Of the spline through the samples. The recursive filter's answer, cut off: ten times as fast as running it."""
    cv2 = load_cv2()
    taps = math.sqrt(3.0) * _POLE ** np.abs(np.arange(-_TAPS_PX, _TAPS_PX + 1))
    found: _Planes = cv2.sepFilter2D(part, cv2.CV_64F, taps, taps, borderType=cv2.BORDER_REPLICATE)
    return found.reshape(part.shape)


def _between(coefficients: _Planes, placement: Placement, box: Bounds, seen: Bounds) -> _Floats:
    """Values of the spline at the pixels of ``box``; ``coefficients`` are those of ``seen``."""
    flat = [plane.astype(np.float32).ravel() for plane in np.moveaxis(coefficients, 2, 0)]
    planes = np.empty((box.height, box.width, len(flat)), np.float32)
    # A few rows at a time, so that what is worked on stays in the processor's cache.
    for top in range(box.top, box.bottom, _STRIP_ROWS):
        strip = Bounds(box.left, top, box.right, min(top + _STRIP_ROWS, box.bottom))
        _fill(planes[top - box.top : strip.bottom - box.top], flat, placement, strip, seen)
    return planes


def _fill(planes: _Floats, flat: Sequence[_Floats], placement: Placement, strip: Bounds, seen: Bounds) -> None:
    a, b, c, d, e, f = placement.matrix
    x, y = np.arange(strip.left, strip.right) + 0.5, (np.arange(strip.top, strip.bottom) + 0.5)[:, None]
    across, down = a * x + b * y + (c - 0.5), d * x + e * y + (f - 0.5)
    left, top = np.floor(across), np.floor(down)
    columns, rows = (_weights((at - first).astype(np.float32)) for at, first in ((across, left), (down, top)))
    first = ((top - seen.top - 1) * seen.width + (left - seen.left - 1)).astype(np.intp)
    found, line, total = (np.empty(first.shape, np.float32) for _ in range(3))
    for channel, values in enumerate(flat):
        total[...] = 0
        for row, down_weight in enumerate(rows):
            line[...] = 0
            for column, weight in enumerate(columns):
                values[row * seen.width + column :].take(first, out=found, mode="clip")
                np.multiply(found, weight, out=found)
                np.add(line, found, out=line)
            np.multiply(line, down_weight, out=line)
            np.add(total, line, out=total)
        planes[..., channel] = total


def _weights(share: _Floats) -> tuple[_Floats, ...]:
    """Of the four coefficients around a place that lies so far behind the second of them, 0 to 1."""
    one, sixth, two_thirds = (np.float32(value) for value in (1, 1 / 6, 2 / 3))
    rest = one - share
    before: _Floats = rest * rest * rest * sixth
    near: _Floats = two_thirds - share * share * (one - share * np.float32(0.5))
    after: _Floats = share * share * share * sixth
    behind: _Floats = one - before - near - after
    return before, near, behind, after


def _encoded(values: _Floats, dtype: npt.DTypeLike) -> Pixels:
    kind: np.dtype[Any] = np.dtype(dtype)
    if kind == np.float32:
        return values
    np.rint(values, out=values)
    np.clip(values, 0, np.iinfo(kind).max, out=values)
    encoded: Pixels = values.astype(kind)
    return encoded
