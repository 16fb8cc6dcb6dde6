"""By how much a scan lies crooked: from the straight lines in it, edges of the print above all."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from restorer.core.image import Image
from restorer.core.lazy import load_cv2
from restorer.core.unit import to_unit

MOST_DEGREES = 15.0
_SIDE_PX = 1200
_BIN_DEGREES = 0.05
_SMOOTH_BINS = 6
_LEAST_LENGTH = 0.06
"""A line counts from this share of the picture's longer side on."""
_LEAST_LINES = 3
_LEAST_LEAD, _APART_DEGREES = 1.45, 0.8
"""How much longer the lines of the best angle have to be than those of any other that is so far away from it."""
_LEAST_SUPPORT = 0.35
"""Length of all lines at the best angle, in parts of the longer side, from which on it is believed."""


def suggested_angle(photo: Image) -> float | None:
    """Degrees by which to turn the photo clockwise so that its lines stand upright; None where it has none.

    Lines within :data:`MOST_DEGREES` of level or upright vote with their length for the angle that would level them.
    """
    lines = _lines(_small_gray(photo))
    if lines.size == 0:
        return None
    dx, dy = lines[:, 2] - lines[:, 0], lines[:, 3] - lines[:, 1]
    length = np.hypot(dx, dy)
    tilt = (np.degrees(np.arctan2(dy, dx)) + 45.0) % 90.0 - 45.0  # from the nearest of level and upright
    near = np.abs(tilt) <= MOST_DEGREES
    if not near.any():
        return None
    bins = round(2 * MOST_DEGREES / _BIN_DEGREES) + 1
    place = np.rint((tilt[near] + MOST_DEGREES) / _BIN_DEGREES).astype(np.intp)
    votes = np.bincount(place, weights=length[near], minlength=bins)
    kernel = np.hanning(2 * _SMOOTH_BINS + 1)
    smooth = np.convolve(votes, kernel, mode="same")
    best = int(np.argmax(smooth))
    elsewhere = np.abs(np.arange(bins) - best) > _APART_DEGREES / _BIN_DEGREES
    rival = float(smooth[elsewhere].max(initial=0.0))
    agreeing = int(np.count_nonzero(np.abs(place - best) <= _SMOOTH_BINS))
    if smooth[best] < max(_LEAST_SUPPORT * _SIDE_PX, _LEAST_LEAD * rival) or agreeing < _LEAST_LINES:
        return None
    around = slice(max(0, best - _SMOOTH_BINS), best + _SMOOTH_BINS + 1)
    angles = (np.arange(bins)[around] * _BIN_DEGREES) - MOST_DEGREES
    weights = votes[around]
    return -round(float((angles * weights).sum() / weights.sum()), 2) + 0.0


def _small_gray(photo: Image) -> npt.NDArray[np.uint8]:
    cv2 = load_cv2()
    step = max(1, math.ceil(max(photo.width, photo.height) / (2 * _SIDE_PX)))
    unit = to_unit(np.ascontiguousarray(photo.pixels[::step, ::step, : photo.color_channels])).mean(axis=2)
    scale = _SIDE_PX / max(unit.shape)
    size = (max(1, round(unit.shape[1] * scale)), max(1, round(unit.shape[0] * scale)))
    small = cv2.resize(unit, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    low, high = np.percentile(small, (1, 99))
    stretched: npt.NDArray[np.uint8] = (np.clip((small - low) / max(high - low, 1e-6), 0, 1) * 255).astype(np.uint8)
    return stretched


def _lines(gray: npt.NDArray[np.uint8]) -> npt.NDArray[np.float64]:
    """``N x 4``: both ends of each line, found to a fraction of a pixel (LSD, von Gioi et al. 2010)."""
    cv2 = load_cv2()
    found = cv2.createLineSegmentDetector(cv2.LSD_REFINE_STD).detect(gray)[0]
    if found is None:
        return np.zeros((0, 4))
    lines: npt.NDArray[np.float64] = found.reshape(-1, 4).astype(np.float64)
    length = np.hypot(lines[:, 2] - lines[:, 0], lines[:, 3] - lines[:, 1])
    return lines[length >= _LEAST_LENGTH * _SIDE_PX]
