"""How soft a photo is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

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
_SCALES = ((0.0, 1.0), (1.0, 1.5))
"""Deviations of a blur against noise, and of the second blur: once for little blur, once for much."""
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

    At a step edge of blur s, a second blur of r divides the slope by ``sqrt(1 + (r / s)^2)`` (Zhuo and Sim 2011). Much
    noise makes strong blur look less than it is.
    """
    planes = list(_windows(photo, token))
    level = max((_at_scale(planes, before, again) for before, again in _SCALES if planes), default=0.0)
    level = min(level, MOST_PX)
    return round(level, 1) if level >= _NOTHING_BELOW_PX else 0.0


def _at_scale(planes: Sequence[Plane], before_px: float, again_px: float) -> float:
    """The blur as it shows behind a first blur."""
    measured = [_at_edges(plane, before_px, again_px) for plane in planes]
    ratio, slope = (np.concatenate(each) for each in zip(*measured, strict=True))
    if not slope.size:
        return 0.0
    steep = slope >= max(float(np.quantile(slope, 1 - _EDGE_SHARE)), _LEAST_SLOPE)
    if not steep.any():
        return 0.0
    sharpest = max(float(np.quantile(ratio[steep], 1 - _SHARPEST)), 1.0 + 1e-3)
    squared = again_px**2 / (sharpest**2 - 1) - _PIXEL_PX**2 - before_px**2
    return float(np.sqrt(max(squared, 0.0)))


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


def _at_edges(plane: Plane, before_px: float, again_px: float) -> tuple[Plane, Plane]:
    """Slope by slope after the second blur, and the slope, where it is steepest across the edge."""
    cv2 = load_cv2()
    if before_px:
        plane = cv2.GaussianBlur(plane, (0, 0), before_px)
    slope = _slope(plane)
    ratio = slope / np.maximum(_slope(cv2.GaussianBlur(plane, (0, 0), again_px)), np.float32(1e-6))
    ridge = slope >= cv2.dilate(slope, np.ones((3, 3), np.uint8)) * np.float32(0.999)
    ridge[:3], ridge[-3:], ridge[:, :3], ridge[:, -3:] = False, False, False, False
    return ratio[ridge], slope[ridge]


def _slope(plane: Plane) -> Plane:
    cv2 = load_cv2()
    across, down = cv2.Scharr(plane, cv2.CV_32F, 1, 0) / 32, cv2.Scharr(plane, cv2.CV_32F, 0, 1) / 32
    return np.asarray(np.hypot(across, down), np.float32)
