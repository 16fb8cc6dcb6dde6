"""Pixels between pixels: cubic B-splines, tile by tile, in the photo's own depth.

A cubic spline through the samples (Unser, Aldroubi and Eden 1991; Thévenaz, Blu and Unser 2000) keeps fine texture
better than the usual cubic convolution, and positions are exact, where table-driven methods round them to 1/32 pixel.
"""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np
import numpy.typing as npt

from restorer.core.geometry import Bounds
from restorer.core.image import Image, Pixels
from restorer.core.placement import Placement

REACH_PX = 24
"""Pixels around a tile that its spline looks at: a sample's weight falls to a quarter with each pixel, so that what is
left out is below the last bit of 16."""

_TILE = 1024

_Plane = npt.NDArray[np.float64]


def resampled_tile(photo: Image, placement: Placement, box: Bounds) -> Pixels:
    """What a new picture shows in ``box``, in the photo's dtype; tiles fit together without a seam.

    Beyond the photo's edge its last pixels go on. Colours under alpha are weighted by it, so that what is transparent
    does not bleed in.
    """
    seen = placement.bounds_in_old(box).pad(REACH_PX).intersect(photo.bounds)
    if seen.is_empty:
        raise ValueError(f"{box} shows nothing of the photo")
    part = photo.crop(seen).astype(np.float64)
    if photo.has_alpha:
        part[..., :-1] *= part[..., -1:]
    planes = np.stack([_spline(part[..., each], placement, box, seen) for each in range(part.shape[2])], axis=2)
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


def _spline(plane: _Plane, placement: Placement, box: Bounds, seen: Bounds) -> _Plane:
    ndimage = importlib.import_module("scipy.ndimage")
    a, b, _, d, e, _ = placement.matrix
    x, y = placement.to_old(box.left + 0.5, box.top + 0.5)
    offset = (y - 0.5 - seen.top, x - 0.5 - seen.left)
    size = (box.height, box.width)
    values: _Plane = ndimage.affine_transform(plane, [[e, d], [b, a]], offset, size, order=3, mode="nearest")
    return values


def _encoded(values: _Plane, dtype: npt.DTypeLike) -> Pixels:
    kind: np.dtype[Any] = np.dtype(dtype)
    if kind == np.float32:
        return values.astype(np.float32)
    encoded: Pixels = np.clip(np.rint(values), 0, np.iinfo(kind).max).astype(kind)
    return encoded
