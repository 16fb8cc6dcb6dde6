"""How far values are from the truth, and whether the border of a repair shows."""

from __future__ import annotations

import math

import numpy as np

from restorer.evaluation.metrics.pictures import Picture, Region, check_same_shape


def psnr(result: Picture, truth: Picture, region: Region | None = None, *, peak: float = 255.0) -> float:
    """Peak signal to noise ratio in dB, over ``region`` only if given; infinite where they are equal.

    Raises:
        ValueError: for an empty region or pictures of different shapes.
    """
    check_same_shape(result, truth)
    difference = result.astype(np.float64) - truth.astype(np.float64)
    if region is not None:
        difference = difference[region]
    if difference.size == 0:
        raise ValueError("the region is empty")
    error = float(np.mean(difference**2))
    return math.inf if error == 0 else 10 * math.log10(peak**2 / error)


def seam_ratio(result: Picture, truth: Picture, region: Region) -> float:
    """Mean gradient across the region's border, over that of the undamaged picture there.

    1 = no seam; above, an edge shows; below, what is there was smoothed over. Only pairs of neighbours with one
    inside and one outside count.
    """
    gray, reference = result.astype(np.float64).mean(2), truth.astype(np.float64).mean(2)
    total = expected = 0.0
    for axis in (0, 1):
        crossing = np.diff(region.astype(np.int8), axis=axis) != 0
        total += float(np.abs(np.diff(gray, axis=axis))[crossing].sum())
        expected += float(np.abs(np.diff(reference, axis=axis))[crossing].sum())
    return total / expected if expected > 0 else math.inf
