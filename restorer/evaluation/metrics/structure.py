"""Structural similarity: SSIM (Wang, Bovik, Sheikh and Simoncelli 2004) and MS-SSIM (Wang, Simoncelli and Bovik 2003).

One pair of maps serves both, which is why scikit-image's SSIM, without scales and without the contrast term alone, is
not used; tests hold the two side by side.
"""

from __future__ import annotations

import numpy as np

from restorer.core.lazy import load_cv2
from restorer.evaluation.metrics.pictures import Picture, Plane, check_same_shape, halved

SIGMA = 1.5
RADIUS_PX = 5
"""The window is a Gaussian of 11 x 11 pixels."""
K_LUMINANCE, K_CONTRAST = 0.01, 0.03
SCALE_WEIGHTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)
"""How much each scale counts in MS-SSIM, the finest first (Wang 2003, table 1)."""


def ssim_map(result: Picture, truth: Picture, *, peak: float = 255.0) -> Plane:
    """``H x W``: similarity of the windows around each pixel, mean of the channels; mirrored beyond the edges."""
    check_same_shape(result, truth)
    maps = [luminance * contrast for luminance, contrast in _terms(result, truth, peak)]
    return np.asarray(np.mean(maps, axis=0))


def ssim(result: Picture, truth: Picture, *, peak: float = 255.0) -> float:
    """Mean similarity of all windows that lie inside of the picture: 1 = equal.

    Raises:
        ValueError: for different shapes, or a side under 11 px.
    """
    if min(result.shape[:2]) <= 2 * RADIUS_PX:
        raise ValueError(f"a picture of {result.shape[:2]} has no whole window of {2 * RADIUS_PX + 1} px")
    return float(_inner(ssim_map(result, truth, peak=peak)).mean())


def ms_ssim(result: Picture, truth: Picture, *, peak: float = 255.0) -> float:
    """Similarity over five scales, mean of the channels; contrast counts on each of them, luminance on the last.

    A scale on which structures are opposed counts as 0.

    Raises:
        ValueError: for different shapes, or a side under 176 px, of which nothing is left on the last scale.
    """
    check_same_shape(result, truth)
    least = (2 * RADIUS_PX + 1) * 2 ** (len(SCALE_WEIGHTS) - 1)
    if min(result.shape[:2]) < least:
        raise ValueError(f"a picture of {result.shape[:2]} is smaller than {least} px, too small for five scales")
    return float(np.mean([_ms_ssim_plane(*planes, peak) for planes in _planes(result, truth)]))


def _ms_ssim_plane(result: Plane, truth: Plane, peak: float) -> float:
    product = 1.0
    for scale, weight in enumerate(SCALE_WEIGHTS):
        luminance, contrast = _plane_terms(result, truth, peak)
        is_last = scale == len(SCALE_WEIGHTS) - 1
        term = float(_inner(luminance * contrast if is_last else contrast).mean())
        product *= max(term, 0.0) ** weight
        result, truth = halved(result), halved(truth)
    return product


def _planes(result: Picture, truth: Picture) -> list[tuple[Plane, Plane]]:
    first, second = (np.atleast_3d(picture).astype(np.float64) for picture in (result, truth))
    return [(first[..., channel], second[..., channel]) for channel in range(first.shape[2])]


def _terms(result: Picture, truth: Picture, peak: float) -> list[tuple[Plane, Plane]]:
    return [_plane_terms(*planes, peak) for planes in _planes(result, truth)]


def _plane_terms(result: Plane, truth: Plane, peak: float) -> tuple[Plane, Plane]:
    """The luminance term, and the terms of contrast and structure in one."""
    mean_x, mean_y = _blurred(result), _blurred(truth)
    variance_x = _blurred(result * result) - mean_x**2
    variance_y = _blurred(truth * truth) - mean_y**2
    covariance = _blurred(result * truth) - mean_x * mean_y
    c1, c2 = (K_LUMINANCE * peak) ** 2, (K_CONTRAST * peak) ** 2
    luminance = (2 * mean_x * mean_y + c1) / (mean_x**2 + mean_y**2 + c1)
    contrast = (2 * covariance + c2) / (variance_x + variance_y + c2)
    return luminance, contrast


def _blurred(plane: Plane) -> Plane:
    cv2 = load_cv2()
    side = 2 * RADIUS_PX + 1
    return np.asarray(cv2.GaussianBlur(plane, (side, side), SIGMA, borderType=cv2.BORDER_REFLECT))


def _inner(plane: Plane) -> Plane:
    return plane[RADIUS_PX:-RADIUS_PX, RADIUS_PX:-RADIUS_PX]
