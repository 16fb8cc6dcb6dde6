"""Figures of merit. Pictures are ``H x W x C`` float arrays of one range; masks ``H x W`` bool, True = inside."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

Picture = npt.NDArray[Any]
Region = npt.NDArray[np.bool_]


def psnr(result: Picture, truth: Picture, region: Region | None = None, *, peak: float = 255.0) -> float:
    """Peak signal to noise ratio in dB, over ``region`` only if given; infinite where they are equal.

    Raises:
        ValueError: for an empty region or pictures of different shapes.
    """
    if result.shape != truth.shape:
        raise ValueError(f"shapes differ: {result.shape} and {truth.shape}")
    difference = result.astype(np.float64) - truth.astype(np.float64)
    if region is not None:
        difference = difference[region]
    if difference.size == 0:
        raise ValueError("the region is empty")
    error = float(np.mean(difference**2))
    return math.inf if error == 0 else 10 * math.log10(peak**2 / error)


def seam_ratio(result: Picture, truth: Picture, region: Region) -> float:
    """Mean gradient across the region's border, over that of the undamaged picture there: 1 = no seam.

    Only pairs of neighbours with one inside and one outside count.
    """
    gray, reference = result.astype(np.float64).mean(2), truth.astype(np.float64).mean(2)
    total = expected = 0.0
    for axis in (0, 1):
        crossing = np.diff(region.astype(np.int8), axis=axis) != 0
        total += float(np.abs(np.diff(gray, axis=axis))[crossing].sum())
        expected += float(np.abs(np.diff(reference, axis=axis))[crossing].sum())
    return total / expected if expected > 0 else math.inf


def percentile(values: list[float], share: float) -> float:
    """Smallest value that ``share`` (0 to 1) of the values do not exceed; 0 for none."""
    if not values:
        return 0.0
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, math.ceil(share * len(ordered)) - 1))]
