"""Putting a fill into the photo: only inside the region, feathered, and exact to the bit everywhere else."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from restorer.core.contract import FloatPixels, FloatPlane
from restorer.core.image import Pixels
from restorer.core.lazy import load_cv2


def coverage(painted: npt.NDArray[np.bool_], *, grow_px: int, feather_px: int) -> FloatPlane:
    """How much of each pixel is replaced, by its Euclidean distance to the painted ones.

    It is 1 on painted pixels and up to ``grow_px`` away from them, so that nothing under the mask shines through; it
    falls evenly over the next ``feather_px``; it is exactly 0 further out.

    Args:
        painted: ``H x W``. To be right at its edges it must reach ``grow_px + feather_px`` further than is used.

    Returns:
        ``H x W`` float32, 0 to 1.
    """
    if grow_px + feather_px == 0 or not painted.any():
        return painted.astype(np.float32)
    cv2 = load_cv2()
    distance = cv2.distanceTransform((~painted).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    alpha = np.clip(1 - (distance - grow_px) / (feather_px + 1), 0, 1)
    alpha[distance > grow_px + feather_px] = 0
    return np.asarray(alpha, np.float32)


def composite(original: Pixels, fill: FloatPixels, alpha: FloatPlane) -> Pixels:
    """The original with the fill laid over it.

    Args:
        original: ``H x W x C`` of the photo, perhaps with alpha as last channel, which is kept.
        fill: ``H x W x`` colour channels, full white at 1. Only looked at where ``alpha`` is above 0.
        alpha: ``H x W``, see :func:`coverage`.

    Returns:
        a new array of the original's dtype. Where ``alpha`` is 0 every bit is the original's; elsewhere integers are
        rounded to nearest and clipped. A pixel that was not a number is replaced whole.
    """
    result = original.copy()
    inside = alpha > 0
    old = original[inside]
    colors = fill.shape[2]
    white = 1.0 if original.dtype == np.float32 else float(np.iinfo(original.dtype).max)
    new = fill[inside].astype(np.float64) * white
    weight = alpha[inside].astype(np.float64)[:, None]
    before = old[:, :colors].astype(np.float64)
    before = np.where(np.isfinite(before), before, new)
    mixed = before + weight * (new - before)
    if original.dtype != np.float32:
        mixed = np.clip(np.rint(mixed), 0, white)
    old[:, :colors] = mixed.astype(original.dtype)
    result[inside] = old
    return result
