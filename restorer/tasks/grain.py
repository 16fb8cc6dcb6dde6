"""Grain: what it is like, and laying it over a fill, so that a repair does not show as a smooth spot."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from restorer.core.contract import FloatPixels, FloatPlane
from restorer.core.geometry import Bounds
from restorer.core.lazy import load_cv2
from restorer.core.noise import white_noise

Flags = npt.NDArray[np.bool_]
Array = npt.NDArray[np.float32]

LAG_PX = 6
"""Grain is taken to be uncorrelated further apart than this."""
_LOCAL_SIGMA_PX = 6.0
"""How far around a pixel its fill is looked at for grain that it already has."""
_RATIO_CAP = 4.0
"""An edge in the fill counts for no more than this many times the grain's own power."""


@dataclass(frozen=True, slots=True, eq=False)
class Grain:
    """What the grain of a photo is like in one place.

    Attributes:
        luma: rising knots, 0 to 1.
        sigma: standard deviation at each knot, mean over channels, full white at 1.
        mix: ``C x C``: channels of the photo from independent components, of unit variance in the mean.
        kernels: ``C x (2 lag + 1) x (2 lag + 1)``: filter that gives each component its spectrum, of unit energy.
        sharpness: variance of its finest detail (:func:`fine_power`) over its whole variance.
    """

    luma: Array
    sigma: Array
    mix: Array
    kernels: Array
    sharpness: float

    @classmethod
    def none(cls, channels: int) -> Grain:
        """Grain of amplitude 0."""
        kernel = np.zeros((2 * LAG_PX + 1, 2 * LAG_PX + 1), np.float32)
        kernel[LAG_PX, LAG_PX] = 1
        zero = np.zeros(1, np.float32)
        return cls(zero, zero, np.eye(channels, dtype=np.float32), np.stack([kernel] * channels), sharpness=1.0)

    def amplitude(self, luma: FloatPlane) -> FloatPlane:
        """Standard deviation at each pixel, given its luma."""
        return np.interp(luma, self.luma, self.sigma).astype(np.float32)

    def noise(self, bounds: Bounds, seed: int) -> FloatPixels:
        """``H x W x C`` of this spectrum and channel correlation, of unit variance in the mean.

        It is tied to the photo's coordinates: overlapping bounds get the same noise where they overlap.
        """
        window = bounds.pad(LAG_PX)
        white = white_noise(window, self.kernels.shape[0], seed)
        inside = bounds.translate(-window.left, -window.top).slices
        cv2 = load_cv2()
        components = [cv2.filter2D(white[..., i], -1, kernel)[inside] for i, kernel in enumerate(self.kernels)]
        return np.asarray(np.stack(components, axis=2) @ self.mix.T, np.float32)


def add_grain(
    values: FloatPixels, fresh: Flags, grain: Grain, *, amount: float, bounds: Bounds, seed: int
) -> FloatPixels:
    """A copy of a crop with grain laid over its fresh pixels, as much as they lack.

    Args:
        values: ``H x W x C`` of the crop, holes filled.
        fresh: pixels that were filled; no other is changed.
        amount: 1 = as much as the surroundings have.
        bounds: where the crop lies.
        seed: of the noise.
    """
    luma = load_cv2().GaussianBlur(values.mean(axis=2), (0, 0), 1.5)
    amplitude = grain.amplitude(luma)
    gain = amplitude * _lacking(values, fresh, amplitude, grain.sharpness) * np.float32(amount)
    noisy = np.clip(values + grain.noise(bounds, seed) * gain[..., None], np.minimum(values, 0), np.maximum(values, 1))
    return np.where(fresh[..., None], noisy, values)


def fine_power(pixels: Array) -> Array:
    """Square of the finest detail, that which a 3 x 3 binomial filter takes away: mean over channels.

    Args:
        pixels: ``… x H x W x C``.

    Returns:
        ``… x (H - 2) x (W - 2)``.
    """
    rows = pixels[..., :-2, :, :] + 2 * pixels[..., 1:-1, :, :] + pixels[..., 2:, :, :]
    smooth = (rows[..., :-2, :] + 2 * rows[..., 1:-1, :] + rows[..., 2:, :]) / 16
    return np.asarray(np.mean((pixels[..., 1:-1, 1:-1, :] - smooth) ** 2, axis=-1), np.float32)


def _lacking(values: FloatPixels, fresh: Flags, amplitude: FloatPlane, sharpness: float) -> FloatPlane:
    """Share of the grain's amplitude that the fill lacks at each pixel, 0 where it is as lively as its surroundings."""
    expected = np.maximum(sharpness * amplitude**2, 1e-12)
    padded = np.pad(values, ((1, 1), (1, 1), (0, 0)), mode="edge")
    ratio = np.minimum(fine_power(padded) / expected, _RATIO_CAP)
    inside = fresh.astype(np.float32)
    cv2 = load_cv2()
    weight = cv2.GaussianBlur(inside, (0, 0), _LOCAL_SIGMA_PX)
    local = cv2.GaussianBlur(ratio * inside, (0, 0), _LOCAL_SIGMA_PX) / np.maximum(weight, 1e-6)
    return np.asarray(np.sqrt(np.clip(1 - local, 0, 1)), np.float32)
