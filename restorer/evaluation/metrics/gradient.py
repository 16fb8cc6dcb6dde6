"""Gradient magnitude similarity deviation (Xue, Zhang, Mou and Bovik 2014)."""

from __future__ import annotations

import numpy as np

from restorer.core.lazy import load_cv2
from restorer.evaluation.metrics.pictures import Picture, Plane, check_same_shape, halved, luma

CONSTANT = 170.0
"""Keeps flat parts from counting; for values from 0 to 255."""
_PREWITT = np.array([[1, 0, -1]] * 3) / 3


def gmsd(result: Picture, truth: Picture, *, peak: float = 255.0) -> float:
    """How unevenly gradients are kept, on luma at half size: 0 = equal, higher is worse.

    Raises:
        ValueError: for different shapes.
    """
    check_same_shape(result, truth)
    first, second = (_gradient(halved(luma(picture) * (255 / peak))) for picture in (result, truth))
    similarity = (2 * first * second + CONSTANT) / (first**2 + second**2 + CONSTANT)
    return float(similarity.std())


def _gradient(plane: Plane) -> Plane:
    cv2 = load_cv2()
    across, down = (
        cv2.filter2D(plane, cv2.CV_64F, np.ascontiguousarray(kernel), borderType=cv2.BORDER_CONSTANT)
        for kernel in (_PREWITT, _PREWITT.T)
    )
    return np.asarray(np.hypot(across, down))
