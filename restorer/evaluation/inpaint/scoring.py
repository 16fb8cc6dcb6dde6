"""Figures of one method on one photo, and of one method over all of them."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import mean

import numpy as np
import numpy.typing as npt

from restorer.evaluation.inpaint.baselines import Inpaint, Pixels8
from restorer.evaluation.metrics import psnr, seam_ratio, spectrum_distance, ssim_map


@dataclass(frozen=True, slots=True)
class Score:
    """One fill against the truth.

    Attributes:
        psnr: dB, inside the hole.
        ssim: mean of the windows around the hole's pixels.
        seam: mean gradient across the hole's border over the truth's; 1 = no seam.
        seam_error: how far that is from 1 either way, as a factor's logarithm to base 2; 0 = no seam.
        spectrum: distance of the power spectra in dB, NaN for holes too thin to have one.
        seconds: to fill.
    """

    psnr: float
    ssim: float
    seam: float
    seam_error: float
    spectrum: float
    seconds: float


def timed(method: Inpaint, photo: Pixels8, mask: Pixels8) -> tuple[Pixels8, float]:
    """The filled photo and the seconds it took."""
    began = time.perf_counter()
    filled = method(photo, mask)
    return filled, time.perf_counter() - began


def score(filled: Pixels8, truth: Pixels8, hole: npt.NDArray[np.bool_], seconds: float) -> Score:
    """Raises ValueError for an empty hole."""
    seam = seam_ratio(filled, truth, hole)
    return Score(
        psnr=psnr(filled, truth, hole),
        ssim=float(ssim_map(filled, truth)[hole].mean()),
        seam=seam,
        seam_error=abs(math.log2(seam)) if 0 < seam < math.inf else math.nan,
        spectrum=spectrum_distance(filled, truth, hole),
        seconds=seconds,
    )


def average(scores: Sequence[Score], name: str) -> float:
    """Mean of one attribute over the photos that have it; NaN where none has."""
    values = [value for each in scores if math.isfinite(value := getattr(each, name))]
    return mean(values) if values else math.nan
