"""What tone settings do to values: one function for each channel, and saturation, which mixes them.

The order, on values of 0 (black) to 1 (white) in the photo's own encoding:

1. *Light*: exposure, temperature and tint multiply light, which is what the values mean once the sRGB curve is undone
   (IEC 61966-2-1; taken for every profile: those that people use for photos differ little from it).
2. *Levels*: black point, white point and midtones: ``((v - black) / (white - black)) ** (1 / midtones)``.
3. *Contrast*: a curve of its own about middle grey.
4. *Curves*: that of all channels, then those of single ones.
5. *Saturation*: distance from the luma (Rec. 709).

Steps that are neutral are left out, so that they cannot change the last bit or cut off values beyond white.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from restorer.core.errors import InputError
from restorer.core.image import Pixels
from restorer.tasks.tone_curve import STRAIGHT, ToneCurve

Values = npt.NDArray[np.floating]

LUMA = (0.2126, 0.7152, 0.0722)
_STOPS = 1.5
"""By how many stops red and blue part at a temperature of 100, each way; and green, at a tint of 100."""
_CONTRAST = 1.6
"""Slope at middle grey is ``2 ** (contrast * this)``."""
_LEAST_SPAN = 0.005
_LUT_SIZES = {np.dtype(np.uint8): 256, np.dtype(np.uint16): 65536}


@dataclass(frozen=True, slots=True)
class ToneSettings:
    """Everything a person can set, in the units of the form; the defaults change nothing.

    Attributes:
        exposure: stops.
        temperature, tint: -100 to 100; warmer, more magenta.
        black, white: percent.
        midtones: exponent; above 1 is lighter.
        contrast, saturation: -100 to 100.
        curve, curve_red, curve_green, curve_blue: points, see :class:`ToneCurve`.
    """

    exposure: float = 0.0
    temperature: float = 0.0
    tint: float = 0.0
    black: float = 0.0
    white: float = 100.0
    midtones: float = 1.0
    contrast: float = 0.0
    saturation: float = 0.0
    curve: str = STRAIGHT
    curve_red: str = STRAIGHT
    curve_green: str = STRAIGHT
    curve_blue: str = STRAIGHT


def linear(values: Values) -> Values:
    """Light of encoded values (sRGB); odd about 0, so that values beyond the range stay sensible."""
    size = np.abs(values)
    light = np.where(size <= 0.04045, size / 12.92, ((size + 0.055) / 1.055) ** 2.4)
    return np.copysign(light, values)


def encoded(light: Values) -> Values:
    """Inverse of :func:`linear`."""
    size = np.abs(light)
    values = np.where(size <= 0.0031308, size * 12.92, 1.055 * size ** (1 / 2.4) - 0.055)
    return np.copysign(values, light)


class Toning:
    """The settings as functions.

    Args:
        settings: what is wanted.
        channels: colour channels of the photo, 1 or 3; of a grey one temperature, tint, saturation and the curves of
            single channels mean nothing.

    Raises:
        InputError: for curves that are none, or a white point that is not above the black point.
    """

    def __init__(self, settings: ToneSettings, channels: int) -> None:
        if settings.white / 100 - settings.black / 100 < _LEAST_SPAN:
            raise InputError("The white point has to lie above the black point.")
        self._settings = settings
        self._curve = ToneCurve.parse(settings.curve)
        single = (settings.curve_red, settings.curve_green, settings.curve_blue)
        self._single = [ToneCurve.parse(text) for text in single] if channels == 3 else [ToneCurve()]
        self._gains = gains(settings.exposure, settings.temperature, settings.tint, channels)
        self._made: dict[int, list[Values]] = {}
        self._saturation = 1 + settings.saturation / 100 if channels == 3 else 1.0

    @property
    def is_neutral(self) -> bool:
        """Whether nothing changes."""
        return not any(self._steps(each) for each in range(len(self._single))) and self._saturation == 1.0

    def channel(self, values: Values, index: int) -> Values:
        """What becomes of one channel before saturation; values of 0 to 1, a new float64 array."""
        result: Values = np.array(values, np.float64)
        for step in self._steps(index):
            result = step(result)
        return result

    def mix(self, planes: list[Values]) -> list[Values]:
        """Saturation of red, green and blue, each ``H x W``; of grey nothing changes."""
        if self._saturation == 1.0:
            return planes
        luma = sum(plane * planes[0].dtype.type(weight) for plane, weight in zip(planes, LUMA, strict=True))
        return [luma + planes[0].dtype.type(self._saturation) * (plane - luma) for plane in planes]

    def apply(self, pixels: Pixels) -> Pixels:
        """Pixels of any depth, alpha carried over; a new array of the same dtype, within a step of exact."""
        channels = len(self._single)
        tables, result = self._tables(pixels.dtype), pixels.copy()
        if tables is not None and self._saturation == 1.0:
            for each in range(channels):
                result[..., each] = _rounded(tables[each], pixels.dtype)[pixels[..., each]]
            return result
        if tables is not None:  # 24 bits are plenty for mixing what is rounded to 16
            planes = [tables[each].astype(np.float32)[pixels[..., each]] for each in range(channels)]
        else:
            planes = [self.channel(pixels[..., each], each) for each in range(channels)]
        for each, plane in enumerate(self.mix(planes)):
            result[..., each] = _rounded(plane, pixels.dtype)
        return result

    def _tables(self, dtype: npt.DTypeLike) -> list[Values] | None:
        """A channel's values for every number there is, made once for all tiles; None where there are too many."""
        size = _LUT_SIZES.get(np.dtype(dtype))
        if size is None:
            return None
        if size not in self._made:
            ramp = np.arange(size) / (size - 1)
            self._made[size] = [self.channel(ramp, each) for each in range(len(self._single))]
        return self._made[size]

    def _steps(self, index: int) -> list[Callable[[Values], Values]]:
        settings, steps = self._settings, list[Callable[[Values], Values]]()
        gain = self._gains[index]
        if gain != 1.0:
            steps.append(lambda values: encoded(linear(values) * gain))
        if (settings.black, settings.white, settings.midtones) != (0.0, 100.0, 1.0):
            steps.append(self._levels)
        if settings.contrast:
            steps.append(self._contrast)
        steps += [curve for curve in (self._curve, self._single[index]) if not curve.is_straight]
        return steps

    def _levels(self, values: Values) -> Values:
        black, white = self._settings.black / 100, self._settings.white / 100
        result: Values = np.clip((values - black) / (white - black), 0.0, 1.0) ** (1 / self._settings.midtones)
        return result

    def _contrast(self, values: Values) -> Values:
        """Two power curves that meet in the middle, where they are steepest (or flattest)."""
        power = 2.0 ** (self._settings.contrast / 100 * _CONTRAST)
        inside = np.clip(values, 0.0, 1.0)
        dark = 0.5 * (2 * np.minimum(inside, 0.5)) ** power
        light = 1 - 0.5 * (2 * (1 - np.maximum(inside, 0.5))) ** power
        result: Values = np.where(inside < 0.5, dark, light)
        return result


def gains(exposure: float, temperature: float, tint: float, channels: int) -> tuple[float, ...]:
    """What light of each channel is multiplied by; the luminance of grey stays, exposure aside."""
    lift = 2.0**exposure
    if channels == 1 or (temperature == 0 and tint == 0):
        return (lift,) * channels
    warm, magenta = temperature / 100 * _STOPS, tint / 100 * _STOPS
    red, green, blue = 2.0**warm, 2.0**-magenta, 2.0**-warm
    level = sum(weight * gain for weight, gain in zip(LUMA, (red, green, blue), strict=True))
    return (lift * red / level, lift * green / level, lift * blue / level)


def balance_for(color: tuple[float, float, float]) -> tuple[float, float]:
    """Temperature and tint that make a colour grey, as far as they reach.

    Args:
        color: encoded, 0 to 1.

    Raises:
        InputError: where a channel has no light, so that nothing can make it grey.
    """
    light = [float(each) for each in linear(np.array(color))]
    if min(light) <= 0.0:
        raise InputError(
            "This pixel is too dark or too pure a colour to tell what grey is.", hint="Pick a lighter one."
        )
    red, green, blue = (math.log2(each) for each in light)
    temperature, tint = (blue - red) / 2, green - (red + blue) / 2
    low, high = -100.0, 100.0
    return tuple(min(high, max(low, round(each / _STOPS * 100, 1))) for each in (temperature, tint))  # type: ignore[return-value]


def _rounded(values: Values, dtype: npt.DTypeLike) -> Pixels:
    kind: np.dtype[Any] = np.dtype(dtype)
    if kind == np.float32:
        return values.astype(np.float32)
    white = np.iinfo(kind).max
    rounded: Pixels = np.rint(np.clip(values, 0.0, 1.0) * white).astype(kind)
    return rounded
