"""How often each value occurs in a photo, from a sample of its pixels."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from restorer.core.image import Image, Pixels
from restorer.tasks.toning import Toning

BINS = 256
SAMPLE_PX = 200_000
"""Pixels looked at: the shape of the curve is the same for all of them."""

Counts = npt.NDArray[np.int64]
"""``C x BINS``: pixels of the sample with a value in each bin, for 1 or 3 colour channels."""


@dataclass(frozen=True, slots=True)
class Histogram:
    """Counts, and what lies at either end.

    Attributes:
        counts: by channel and bin.
        black, white: share of the sample in which a channel is at black, or at white, where nothing can be told apart.
    """

    counts: Counts
    black: float
    white: float


def sampled(image: Image) -> Pixels:
    """Colour channels of every n-th pixel; a copy."""
    step = max(1, math.isqrt(max(1, image.width * image.height // SAMPLE_PX)))
    return image.pixels[step // 2 :: step, step // 2 :: step, : image.color_channels].copy()


def histogram(pixels: Pixels) -> Histogram:
    """Of pixels with 1 or 3 channels; float values are cut off at black and white."""
    if pixels.dtype == np.float32:
        values = np.clip(np.nan_to_num(pixels), 0, 1)
        bins = np.minimum((values * BINS).astype(np.intp), BINS - 1)
        low, high = values <= 0, values >= 1
    else:
        most = np.iinfo(pixels.dtype).max
        bins = (pixels >> (8 if most > 255 else 0)).astype(np.intp)
        low, high = pixels == 0, pixels == most
    counts = np.stack([np.bincount(bins[..., each].ravel(), minlength=BINS) for each in range(pixels.shape[2])])
    return Histogram(counts, float(low.any(axis=2).mean()), float(high.any(axis=2).mean()))


def toned_histogram(sample: Pixels, toning: Toning) -> Histogram:
    """As :func:`histogram`, of what tone settings make of the sample."""
    return histogram(toning.apply(sample))
