"""How soft a photo is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import numpy.typing as npt

from restorer.core.geometry import Bounds
from restorer.core.image import Image
from restorer.core.lazy import load_cv2
from restorer.core.progress import CancelToken
from restorer.core.unit import to_unit
from restorer.tasks.jpeg_traces import luma

BLUR = "blur_px"
"""Name of the fact."""
MOST_PX = 4.0
_WINDOW_PX = 256
_MOST_WINDOWS = 64
_AGAIN_PX = 1.0
"""Deviation of the second blur."""
_PIXEL_PX = 0.5
"""What a sharp photo measures: its pixels are no points."""
_EDGE_SHARE = 0.02
"""Of the pixels, those with the steepest slopes are the edges."""
_SHARPEST = 0.3
"""Edges of the scene may be soft by themselves; the sharpest ones tell of lens and scanner."""
_LEAST_SLOPE = 4 / 255
_NOTHING_BELOW_PX = 0.35

Plane = npt.NDArray[np.float32]


def survey_blur(photo: Image, token: CancelToken) -> Mapping[str, float]:
    """The facts for :class:`restorer.tasks.spec.Locality`; see :func:`blur_level`."""
    return {BLUR: blur_level(photo, token)}


def blur_level(photo: Image, token: CancelToken) -> float:
    """Standard deviation, in pixels, of the Gaussian that blurred a photo, rounded to tenths; 0 where it is sharp.

    At a step edge of blur s, a second blur of r divides the slope by ``sqrt(1 + (r / s)^2)`` (Zhuo and Sim 2011).
    """
    ratios, slopes = [], []
    for plane in _windows(photo, token):
        ratio, slope = _at_edges(plane)
        ratios.append(ratio)
        slopes.append(slope)
    if not ratios:
        return 0.0
    ratio, slope = np.concatenate(ratios), np.concatenate(slopes)
    steep = slope >= max(float(np.quantile(slope, 1 - _EDGE_SHARE)), _LEAST_SLOPE)
    if not steep.any():
        return 0.0
    sharpest = max(float(np.quantile(ratio[steep], 1 - _SHARPEST)), 1.0 + 1e-3)
    squared = _AGAIN_PX**2 / (sharpest**2 - 1) - _PIXEL_PX**2
    level = min(float(np.sqrt(max(squared, 0.0))), MOST_PX)
    return round(level, 1) if level >= _NOTHING_BELOW_PX else 0.0


def _windows(photo: Image, token: CancelToken) -> Iterator[Plane]:
    width, height = min(_WINDOW_PX, photo.width), min(_WINDOW_PX, photo.height)
    if min(width, height) < 8:
        return
    across, down = photo.width // width, photo.height // height
    stride = max(1, int(np.ceil(np.sqrt(across * down / _MOST_WINDOWS))))
    for row in range(0, down, stride):
        token.raise_if_cancelled()
        for column in range(0, across, stride):
            box = Bounds(column * width, row * height, (column + 1) * width, (row + 1) * height)
            plane = luma(to_unit(photo.crop(box)[..., : photo.color_channels]))
            if np.isfinite(plane).all():
                yield plane


def _at_edges(plane: Plane) -> tuple[Plane, Plane]:
    """Slope by slope after the second blur, and the slope, where it is steepest across the edge."""
    cv2 = load_cv2()
    slope = _slope(plane)
    ratio = slope / np.maximum(_slope(cv2.GaussianBlur(plane, (0, 0), _AGAIN_PX)), np.float32(1e-6))
    ridge = slope >= cv2.dilate(slope, np.ones((3, 3), np.uint8)) * np.float32(0.999)
    ridge[:3], ridge[-3:], ridge[:, :3], ridge[:, -3:] = False, False, False, False
    return ratio[ridge], slope[ridge]


def _slope(plane: Plane) -> Plane:
    cv2 = load_cv2()
    across, down = cv2.Scharr(plane, cv2.CV_32F, 1, 0) / 32, cv2.Scharr(plane, cv2.CV_32F, 0, 1) / 32
    return np.asarray(np.hypot(across, down), np.float32)
