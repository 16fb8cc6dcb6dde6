"""Ridges and valleys: how much each pixel looks like the middle of a bright or of a dark line."""

from __future__ import annotations

import math

import numpy as np

from restorer.core.contract import FloatPlane
from restorer.core.geometry import Bounds
from restorer.core.image import Image
from restorer.core.lazy import load_cv2
from restorer.core.unit import to_unit

SIGMAS_PX = (1.0, 2.0, 4.0)
"""Of the Gaussians a line is looked for with: it is about 1.2 to 4 times as wide."""

MOST_COST = 25.0


def gray_window(photo: Image, window: Bounds, step: int = 1) -> FloatPlane:
    """Brightness of a part of the photo, 0 to 1, reduced ``step`` times by area; ``window`` must lie within it.

    Worked out band by band, so that a large part is never there in float at full size.
    """
    height, width = -(-window.height // step), -(-window.width // step)
    gray = np.empty((height, width), np.float32)
    rows = max(1, 2**22 // max(1, window.width * step)) * step
    for top in range(0, window.height, rows):
        band = Bounds(window.left, window.top + top, window.right, min(window.top + top + rows, window.bottom))
        pixels = photo.crop(band)[..., : photo.color_channels]
        if step > 1:
            # Reduced in the photo's own dtype: there is less left to convert.
            size = width, -(-band.height // step)
            missing = (0, size[1] * step - band.height), (0, width * step - band.width), (0, 0)
            whole = np.pad(pixels, missing, mode="edge") if any(after for _, after in missing) else pixels
            reduced = load_cv2().resize(np.ascontiguousarray(whole), size, interpolation=load_cv2().INTER_AREA)
            pixels = reduced.reshape(size[1], width, -1)
        unit = to_unit(pixels).mean(axis=2)
        first = top // step
        gray[first : first + unit.shape[0]] = np.clip(np.nan_to_num(unit), 0, 1)
    return gray


def ridges(gray: FloatPlane) -> tuple[FloatPlane, FloatPlane]:
    """Strength of bright and of dark lines, 0 where there is none.

    The larger eigenvalue of the Hessian, normalised by scale, over a few scales (Lindeberg 1998), less what the other
    one says: a line is curved across and straight along, a spot or grain is curved both ways.
    """
    cv2 = load_cv2()
    bright, dark = np.zeros_like(gray), np.zeros_like(gray)
    for sigma in SIGMAS_PX:
        soft = cv2.GaussianBlur(gray, (0, 0), sigma, borderType=cv2.BORDER_REPLICATE)
        across = cv2.Sobel(soft, cv2.CV_32F, 2, 0, ksize=3, scale=0.25, borderType=cv2.BORDER_REPLICATE)
        down = cv2.Sobel(soft, cv2.CV_32F, 0, 2, ksize=3, scale=0.25, borderType=cv2.BORDER_REPLICATE)
        mixed = cv2.Sobel(soft, cv2.CV_32F, 1, 1, ksize=3, scale=0.25, borderType=cv2.BORDER_REPLICATE)
        middle, half = (across + down) / 2, np.sqrt(((across - down) / 2) ** 2 + mixed**2)
        high, low = middle + half, middle - half
        weight = sigma**1.5
        np.maximum(dark, weight * np.maximum(0, high - 0.5 * np.abs(low)), out=dark)
        np.maximum(bright, weight * np.maximum(0, -low - 0.5 * np.abs(high)), out=bright)
    return bright, dark


def costs(strength: FloatPlane, full: float) -> FloatPlane:
    """What a step on each pixel costs a path that wants to stay on lines: 1 on them, :data:`MOST_COST` off them.

    Args:
        full: from this strength on a pixel is certainly on a line.
    """
    share = np.clip(strength / max(full, 1e-6), 0, 1)
    return np.asarray(1 / (1 / MOST_COST + (1 - 1 / MOST_COST) * share), np.float32)


def full_strength(*strengths: FloatPlane) -> float:
    """A strength that only lines have, for ways along what is bright and what is dark to be compared."""
    full = max(float(np.quantile(strength, 0.99)) for strength in strengths)
    return full if math.isfinite(full) else 0.0
