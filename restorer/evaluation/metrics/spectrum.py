"""How far a fill's texture is from the truth's: fine detail that is missing, or too much of it."""

from __future__ import annotations

import functools
import math

import numpy as np
import numpy.typing as npt

from restorer.evaluation.metrics.pictures import Picture, Plane, Region, check_same_shape, luma

WINDOW_PX = 32
STEP_PX = 8
LEAST_SHARE = 0.5
"""A window counts where at least so much of it lies in the region."""
_ROUNDING = 1 / 12
"""Variance that rounding to 8 bits leaves; keeps the logarithm of what is flat from running away."""


def spectrum_distance(result: Picture, truth: Picture, region: Region | None = None, *, peak: float = 255.0) -> float:
    """Distance in dB of two radially averaged power spectra; 0 = equal, NaN where no window lies in the region.

    Exactly: luma is cut into windows of 32 x 32 px, one every 8 px, of which those with at least half of their pixels
    in ``region`` count. Each loses its mean, is multiplied with a Hann window, and its squared Fourier magnitudes,
    divided by the sum of the squared Hann weights, are averaged over rings of one cycle per window (1 to 16 cycles;
    the mean itself is left out). Rings are averaged over the windows of each picture, 1/12 (the variance of rounding)
    is added, and the distance is the root mean square over the rings of 10·log10(result / truth).

    Raises:
        ValueError: for different shapes.
    """
    check_same_shape(result, truth)
    corners = _corners(np.ones(result.shape[:2], bool) if region is None else region)
    if not corners:
        return math.nan
    spectra = [_spectrum(luma(picture) * (255 / peak), corners) + _ROUNDING for picture in (result, truth)]
    return float(np.sqrt(np.mean((10 * np.log10(spectra[0] / spectra[1])) ** 2)))


def _corners(region: Region) -> list[tuple[int, int]]:
    """Top left corners of the windows that count."""
    inside = np.zeros((region.shape[0] + 1, region.shape[1] + 1), np.int64)
    inside[1:, 1:] = region.cumsum(axis=0).cumsum(axis=1)
    least = LEAST_SHARE * WINDOW_PX**2
    found = []
    for top in range(0, region.shape[0] - WINDOW_PX + 1, STEP_PX):
        for left in range(0, region.shape[1] - WINDOW_PX + 1, STEP_PX):
            bottom, right = top + WINDOW_PX, left + WINDOW_PX
            if inside[bottom, right] - inside[top, right] - inside[bottom, left] + inside[top, left] >= least:
                found.append((top, left))
    return found


def _spectrum(plane: Plane, corners: list[tuple[int, int]]) -> npt.NDArray[np.float64]:
    hann, rings, counts = _rings()
    windows = np.stack([plane[top : top + WINDOW_PX, left : left + WINDOW_PX] for top, left in corners])
    windows = (windows - windows.mean(axis=(1, 2), keepdims=True)) * hann
    power = (np.abs(np.fft.fft2(windows)) ** 2).mean(axis=0) / float((hann**2).sum())
    sums = np.bincount(rings.ravel(), weights=power.ravel(), minlength=len(counts))
    return np.asarray((sums / counts)[1 : WINDOW_PX // 2 + 1])


@functools.cache
def _rings() -> tuple[Plane, npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """The window's weights, the ring of each Fourier coefficient, and how many there are in each ring."""
    hann = np.hanning(WINDOW_PX + 1)[:-1]
    cycles = np.fft.fftfreq(WINDOW_PX) * WINDOW_PX
    rings = np.rint(np.hypot(cycles[:, None], cycles[None, :])).astype(np.intp)
    return np.outer(hann, hann), rings, np.bincount(rings.ravel())
