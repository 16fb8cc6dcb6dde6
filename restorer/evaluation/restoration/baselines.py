"""Classical denoisers straight from their libraries, each with the strength that suits it best."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from restorer.core.contract import FloatPixels
from restorer.core.lazy import load_cv2
from restorer.evaluation.restoration.ours import to_8bit, to_float

Denoise = Callable[[FloatPixels, float, float], FloatPixels]
"""Noisy photo ``H x W x 3`` (0 to 1, not clipped), deviation of the noise, strength as a share of that; to the same."""

NLM_OPENCV, NLM_SKIMAGE, WAVELET = "NL-means (OpenCV)", "NL-means (scikit-image)", "wavelets (scikit-image)"
NL_MEANS = (NLM_OPENCV, NLM_SKIMAGE)


@dataclass(frozen=True, slots=True)
class Baseline:
    """A method and the strengths to try."""

    denoise: Denoise
    strengths: tuple[float, ...]


def nl_means_opencv(noisy: FloatPixels, sigma: float, strength: float) -> FloatPixels:
    """``fastNlMeansDenoisingColored`` (Buades et al. 2011) on 8 bits, which is all it takes; colour as strongly."""
    cv2 = load_cv2()
    h = strength * sigma * 255
    return to_float(np.asarray(cv2.fastNlMeansDenoisingColored(to_8bit(noisy), None, h, h, 7, 21), np.uint8))


def nl_means_skimage(noisy: FloatPixels, sigma: float, strength: float) -> FloatPixels:
    """``denoise_nl_means``, told the deviation (Buades et al. 2005 with the fast sums of Darbon et al. 2008)."""
    from skimage.restoration import denoise_nl_means

    made = denoise_nl_means(
        noisy, patch_size=5, patch_distance=7, h=strength * sigma, sigma=sigma, fast_mode=True, channel_axis=-1
    )
    return np.asarray(made, np.float32)


def wavelets(noisy: FloatPixels, sigma: float, strength: float) -> FloatPixels:
    """BayesShrink (Chang et al. 2000) in YCbCr."""
    from skimage.restoration import denoise_wavelet

    made = denoise_wavelet(
        noisy, sigma=strength * sigma, convert2ycbcr=True, rescale_sigma=True, channel_axis=-1, method="BayesShrink"
    )
    return np.asarray(made, np.float32)


def denoise_baselines() -> Mapping[str, Baseline]:
    """The methods that can run here, by the name to print."""
    methods = {
        NLM_OPENCV: Baseline(nl_means_opencv, (0.3, 0.45, 0.6, 0.75, 0.9, 1.1)),
        NLM_SKIMAGE: Baseline(nl_means_skimage, (0.5, 0.65, 0.8)),
    }
    if importlib.util.find_spec("pywt") is not None:
        methods[WAVELET] = Baseline(wavelets, (0.8, 1.0, 1.2))
    return methods
