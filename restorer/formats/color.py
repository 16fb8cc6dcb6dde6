"""From a photo's own encoding to what a screen shows, and to the profile of an export.

LittleCMS, Pillow and OpenCV are loaded with the first profile, not with this module: the window imports it at start.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from restorer.core.image import ColorTag, Image, Pixels
from restorer.core.lazy import load_cv2
from restorer.formats.depth import convert_depth
from restorer.formats.intent import Intent

DisplayPixels = npt.NDArray[np.uint8]
"""``H x W x 3``, contiguous, for the screen."""

_BEHIND_ALPHA = 128
_GAMUT_TOLERANCE = 0.002
"""Of full linear light: rounding in 8-bit photos puts colours on the border of a gamut that far outside."""
_SAMPLE_PIXELS = 100_000
_THUMBNAIL_SAMPLES = 16
"""Source pixels across one of a thumbnail; more make it no better, and a large scan is read for a second."""
_Sample = TypeVar("_Sample", bound=np.generic)


def profile_name(icc: bytes) -> str:
    """What to call an embedded profile: the name it gives itself."""
    from restorer.formats import _profile

    return _profile.description(icc) or "unnamed profile"


def color_tag(icc: bytes | None, color_channels: int) -> ColorTag:
    """The tag of a photo with this profile, or with none (then sRGB, or gray with sRGB's curve, is meant)."""
    if icc is not None:
        return ColorTag(icc, profile_name(icc))
    return ColorTag(None, "sRGB" if color_channels == 3 else "Gray")


def profile_fits(icc: bytes, color_channels: int) -> bool:
    """Whether pixels of so many colour channels can be read through the profile (an RGB one serves gray as well)."""
    from restorer.formats import _profile

    channels = _profile.channels(icc)
    return channels == 3 or channels == color_channels == 1


def is_gray_profile(icc: bytes) -> bool:
    """Whether the profile is one for a single gray channel."""
    from restorer.formats import _profile

    return _profile.color_space(icc) == "GRAY"


def has_tables(icc: bytes) -> bool:
    """Whether rendering intents make a difference to conversions from this profile."""
    from restorer.formats import _profile

    return _profile.has_tables(icc)


@dataclass(frozen=True, slots=True)
class Display:
    """Turns pixels into what one screen shows. Safe to call from several threads.

    Attributes:
        screen: RGB profile of the screen; None, or one that cannot be used, stands for sRGB.
        intent: what becomes of colours the screen cannot show. It matters where a profile brings tables of its own;
            profiles of curves and a matrix know only the relative and the absolute one.
    """

    screen: bytes | None = None
    intent: Intent = Intent.PERCEPTUAL

    def __call__(self, pixels: Pixels, color: ColorTag) -> DisplayPixels:
        """8-bit RGB of the screen, of a picture or a part of it.

        Args:
            pixels: ``H x W x C`` uint8, uint16 or float32 (0 to 1) with 1 to 4 channels.
            color: an embedded profile is honoured, as LittleCMS does; a damaged one, or one for other channels, is
                passed over.

        Returns:
            ``H x W x 3`` uint8; transparent parts lie over middle gray. May share memory with ``pixels``: not to be
            written to.
        """
        channels = pixels.shape[2]
        if channels not in (2, 4):
            return np.ascontiguousarray(self._opaque(pixels, color.icc))
        return _over_gray(self._opaque(pixels[:, :, :-1], color.icc), convert_depth(pixels[:, :, -1:], 8))

    def _opaque(self, pixels: Pixels, icc: bytes | None) -> DisplayPixels:
        if icc is None and self.screen is None:
            return _as_rgb(convert_depth(pixels, 8))
        shown = self._through_profiles(pixels, icc)
        return _as_rgb(convert_depth(pixels, 8)) if shown is None else shown

    def _through_profiles(self, pixels: Pixels, icc: bytes | None) -> DisplayPixels | None:
        """None where the profile is unusable, or the screen's own: the values are then shown as they are."""
        from restorer.formats import _profile, _transform

        target = self.screen if self.screen and _profile.channels(self.screen) == 3 else _profile.srgb_profile()
        source = icc or _profile.srgb_profile()
        if pixels.shape[2] == 1:
            steps = 256 if pixels.dtype == np.uint8 else 65536
            table = _transform.gray_table(source, target, self.intent, steps)
            values = pixels if pixels.dtype == np.uint8 else convert_depth(pixels, 16)
            return None if table is None else np.take(table, values[:, :, 0], axis=0)
        if _transform.is_same(source, target):
            return None
        found = _transform.transform(source, target, self.intent)
        return None if found is None else found(pixels, 8)


_TO_SRGB = Display()


def to_display(pixels: Pixels, color: ColorTag) -> DisplayPixels:
    """8-bit sRGB of a picture or a part of it, perceptual intent; see :class:`Display`."""
    return _TO_SRGB(pixels, color)


def _as_rgb(pixels: DisplayPixels) -> DisplayPixels:
    return np.repeat(pixels, 3, axis=2) if pixels.shape[2] == 1 else pixels


def _over_gray(shown: DisplayPixels, alpha: DisplayPixels) -> DisplayPixels:
    weight = alpha.astype(np.uint16)
    mixed = shown * weight + np.uint16(_BEHIND_ALPHA) * (np.uint16(255) - weight)
    return ((mixed + np.uint16(127)) // np.uint16(255)).astype(np.uint8)


def out_of_gamut(pixels: Pixels, color: ColorTag, target: bytes) -> npt.NDArray[np.bool_]:
    """``H x W``: where a colour has no place in another profile and would be cut off; never for gray photos.

    Quick where both are profiles of curves and a matrix, 1.5 µs a pixel else; a target of tables has no outside.

    Args:
        pixels: ``H x W x C`` as for :class:`Display`; alpha is not looked at.
        target: an RGB profile that can be used, of a screen or an export.
    """
    from restorer.formats import _transform

    if pixels.shape[2] < 3:
        return np.zeros(pixels.shape[:2], bool)
    return _transform.outside(pixels[:, :, :3], _meant(color, 3), target, _GAMUT_TOLERANCE)


def _meant(color: ColorTag, color_channels: int) -> bytes:
    """The photo's profile; sRGB, or gray with its curve, where it has none that can be used."""
    from restorer.formats.profiles import standard_profile

    if color.icc is not None and profile_fits(color.icc, color_channels):
        return color.icc
    return standard_profile("srgb", gray=color_channels == 1)


def gamut_fraction(image: Image, target: bytes) -> float:
    """Share of the photo that :func:`out_of_gamut` marks, 0 to 1, from an even sample of some 100,000 pixels."""
    step = max(1, int(np.sqrt(image.width * image.height / _SAMPLE_PIXELS)))
    sample = np.ascontiguousarray(image.pixels[::step, ::step])
    return float(np.count_nonzero(out_of_gamut(sample, image.color, target)) / (sample.shape[0] * sample.shape[1]))


def to_profile(pixels: Pixels, color: ColorTag, target: bytes, intent: Intent) -> Pixels:
    """Rows of a photo in the encoding of another profile: 16 bits of 8 and 16, floating point of floating point.

    A profile that cannot be used is passed over, as :class:`Display` does.

    Args:
        pixels: ``H x W x C``; alpha goes through untouched but for its depth.
        target: an RGB profile; for 1 and 2 channels it may be a gray one.
    """
    from restorer.formats import _transform

    bits = 32 if pixels.dtype == np.float32 else 16
    count = 3 if pixels.shape[2] >= 3 else 1
    values, source = pixels[:, :, :count], _meant(color, count)
    if count == 3:
        exact = _transform.ExactTransform(source, target, intent)
        found = exact if bits == 32 else _transform.transform(source, target, intent) or exact
        converted = found(values, bits)
    else:
        converted = _transform.from_gray(values, source, target, intent, bits)
    if count == pixels.shape[2]:
        return converted
    return np.concatenate((converted, convert_depth(pixels[:, :, -1:], bits)), axis=2)


def thumbnail(image: Image, side: int) -> DisplayPixels:
    """The picture, whole and upright, with its longer side ``side`` pixels (never enlarged), as 8-bit sRGB.

    Every source pixel counts (area average), in the photo's own encoding; of photos more than 16 times as large, every
    so manyth.
    """
    step = max(1, max(image.width, image.height) // (_THUMBNAIL_SAMPLES * side))
    if step > 1:
        top, left = min(step // 2, image.height - 1), min(step // 2, image.width - 1)
        image = Image(image.pixels[top::step, left::step].copy(), image.color)
    scale = min(1.0, side / max(image.width, image.height))
    size = max(1, round(image.width * scale)), max(1, round(image.height * scale))
    if image.has_alpha:
        # Averaging straight alpha would mix in the colours of invisible pixels.
        return _shrink(to_display(image.pixels, image.color), size)
    return to_display(_shrink(image.pixels, size), image.color)


def _shrink(pixels: npt.NDArray[_Sample], size: tuple[int, int]) -> npt.NDArray[_Sample]:
    if (pixels.shape[1], pixels.shape[0]) == size:
        return pixels
    cv2 = load_cv2()
    small: npt.NDArray[_Sample] = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    return small.reshape(size[1], size[0], -1)
