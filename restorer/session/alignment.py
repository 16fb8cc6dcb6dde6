"""Pictures of one photo brought to one extent, to be laid over each other."""

from __future__ import annotations

import numpy as np

from restorer.core.geometry import Bounds
from restorer.core.image import Image, Pixels
from restorer.core.lazy import load_cv2
from restorer.core.placement import Placement

_TILE = 2048
_REACH_PX = 2


def aligned(image: Image, placement: Placement) -> Image:
    """A picture as ``placement`` shows it; beyond its edges black.

    Where the placement is exact nothing is copied; elsewhere it is bilinear: quick enough to compare with, not for a
    result.
    """
    if placement.is_identity:
        return image
    return Image(aligned_pixels(image.pixels, placement), image.color)


def aligned_pixels(pixels: Pixels, placement: Placement) -> Pixels:
    """As :func:`aligned`, of an ``H x W`` or ``H x W x C`` array."""
    if placement.is_exact:
        return placement.take(pixels)
    result = np.zeros((placement.height, placement.width, *pixels.shape[2:]), pixels.dtype)
    for top in range(0, placement.height, _TILE):
        for left in range(0, placement.width, _TILE):
            box = Bounds(left, top, left + _TILE, top + _TILE).clip(placement.width, placement.height)
            _warp(pixels, placement, box, result[box.slices])
    return result


def _warp(pixels: Pixels, placement: Placement, box: Bounds, target: Pixels) -> None:
    """One tile: OpenCV takes no more than 32767 pixels a side."""
    seen = placement.bounds_in_old(box).pad(_REACH_PX).intersect(placement.source_bounds())
    if seen.is_empty:
        return
    cv2 = load_cv2()
    a, b, _, d, e, _ = placement.matrix
    x, y = placement.to_old(box.left + 0.5, box.top + 0.5)  # OpenCV counts from the centre of the first pixel
    matrix = np.array([[a, b, x - 0.5 - seen.left], [d, e, y - 0.5 - seen.top]])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    part = np.ascontiguousarray(pixels[seen.slices])
    warped = cv2.warpAffine(part, matrix, (box.width, box.height), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    target[...] = warped.reshape(target.shape)
    _blank_outside(target, placement, box)


def _blank_outside(target: Pixels, placement: Placement, box: Bounds) -> None:
    if placement.source_bounds().contains(placement.bounds_in_old(box)):
        return
    a, b, c, d, e, f = placement.matrix
    x = np.arange(box.left, box.right) + 0.5
    y = (np.arange(box.top, box.bottom) + 0.5)[:, None]
    across, down = a * x + b * y + c, d * x + e * y + f
    inside = (across >= 0) & (down >= 0) & (across <= placement.source_width) & (down <= placement.source_height)
    target[~inside] = 0
