"""Haar wavelet-based perceptual similarity index (Reisenhofer, Bosse, Kutyniok and Wiegand 2018)."""

from __future__ import annotations

import numpy as np

from restorer.core.lazy import load_cv2
from restorer.evaluation.metrics.pictures import Picture, Plane, check_same_shape, halved

CONSTANT = 30.0
STEEPNESS = 4.2
"""C and α of the paper, found there on four databases of judged pictures; for values from 0 to 255."""
_YIQ = np.array([[0.299, 0.587, 0.114], [0.596, -0.274, -0.322], [0.211, -0.523, 0.312]])


def haarpsi(result: Picture, truth: Picture, *, peak: float = 255.0) -> float:
    """Similarity of edges and of colour, at half size: 1 = equal, towards 0 worse.

    Args:
        result, truth: ``H x W x 3``; three equal channels for gray.

    Raises:
        ValueError: for different shapes, or pictures that are not RGB.
    """
    check_same_shape(result, truth)
    if result.ndim != 3 or result.shape[2] != 3:
        raise ValueError(f"three channels are needed, not the shape {result.shape}")
    first, second = (_yiq(picture, peak) for picture in (result, truth))
    similarities, weights = [], []
    for axis in (0, 1):
        fine = [_similarity(*(_haar(planes[0], scale, axis) for planes in (first, second))) for scale in (1, 2)]
        similarities.append(np.mean(fine, axis=0))
        weights.append(np.maximum(*(_haar(planes[0], 3, axis) for planes in (first, second))))
    chroma = [_similarity(_box(plane), _box(other)) for plane, other in zip(first[1:], second[1:], strict=True)]
    similarities.append(np.mean(chroma, axis=0))
    weights.append(np.mean(weights, axis=0))
    return _pooled(np.stack(similarities), np.stack(weights))


def _pooled(similarities: Plane, weights: Plane) -> float:
    """Weighted mean behind a logistic function, which lets clear differences count for more."""
    total = float(weights.sum())
    if total == 0:
        return 1.0
    share = float((weights / (1 + np.exp(-STEEPNESS * similarities))).sum()) / total
    return float((np.log(share / (1 - share)) / STEEPNESS) ** 2)


def _yiq(picture: Picture, peak: float) -> list[Plane]:
    values = picture.astype(np.float64) * (255 / peak)
    return [halved(values @ row) for row in _YIQ]


def _similarity(first: Plane, second: Plane) -> Plane:
    return np.asarray((2 * first * second + CONSTANT) / (first**2 + second**2 + CONSTANT))


def _haar(plane: Plane, scale: int, axis: int) -> Plane:
    """Magnitudes of the coefficients of the Haar wavelet of 2^scale pixels that differs along ``axis``."""
    side = 2**scale
    kernel = np.full((side, side), 2.0**-scale)
    kernel[side // 2 :] *= -1
    return _filtered(plane, kernel if axis == 0 else np.ascontiguousarray(kernel.T))


def _box(plane: Plane) -> Plane:
    return _filtered(plane, np.full((2, 2), 0.25))


def _filtered(plane: Plane, kernel: Plane) -> Plane:
    cv2 = load_cv2()
    middle = kernel.shape[0] // 2 - 1
    filtered = cv2.filter2D(plane, cv2.CV_64F, kernel, anchor=(middle, middle), borderType=cv2.BORDER_CONSTANT)
    return np.asarray(np.abs(filtered))
