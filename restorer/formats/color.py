"""From a photo's own encoding to what a screen shows.

LittleCMS and Pillow are loaded with the first profile, not with this module: the window imports it at start.
"""

from __future__ import annotations

from typing import TypeVar

import numpy as np
import numpy.typing as npt

from restorer.core.image import ColorTag, Image, Pixels
from restorer.core.lazy import load_cv2
from restorer.formats.depth import convert_depth

DisplayPixels = npt.NDArray[np.uint8]
"""``H x W x 3`` sRGB, contiguous."""

_BEHIND_ALPHA = 128
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

    space = _profile.color_space(icc)
    return space == "RGB" or (space == "GRAY" and color_channels == 1)


def is_gray_profile(icc: bytes) -> bool:
    """Whether the profile is one for a single gray channel."""
    from restorer.formats import _profile

    return _profile.color_space(icc) == "GRAY"


def to_display(pixels: Pixels, color: ColorTag) -> DisplayPixels:
    """8-bit sRGB of a picture or a part of it.

    Args:
        pixels: ``H x W x C`` uint8, uint16 or float32 (0 to 1) with 1 to 4 channels.
        color: an embedded profile is honoured through LittleCMS, perceptual intent; a damaged one, or one for other
            channels, is passed over.

    Returns:
        ``H x W x 3`` uint8; transparent parts lie over middle gray. May share memory with ``pixels``: not to be
        written to. Safe to call from several threads.
    """
    channels = pixels.shape[2]
    if channels not in (2, 4):
        return np.ascontiguousarray(_opaque(pixels, color.icc))
    return _over_gray(_opaque(pixels[:, :, :-1], color.icc), convert_depth(pixels[:, :, -1:], 8))


def to_srgb_rgb(image: Image) -> DisplayPixels:
    """8-bit sRGB of the colour channels alone, whatever the profile; alpha is not looked at."""
    return np.ascontiguousarray(_opaque(image.pixels[:, :, : image.color_channels], image.color.icc))


def _opaque(pixels: Pixels, icc: bytes | None) -> DisplayPixels:
    shown = _through_profile(pixels, icc) if icc is not None else None
    if shown is not None:
        return shown
    pixels = convert_depth(pixels, 8)
    return np.repeat(pixels, 3, axis=2) if pixels.shape[2] == 1 else pixels


def _through_profile(pixels: Pixels, icc: bytes) -> DisplayPixels | None:
    """None where the profile is unusable, or is sRGB itself: the values are then shown as they are."""
    from restorer.formats import _profile

    if pixels.dtype == np.float32:
        pixels = convert_depth(pixels, 16)
    if pixels.shape[2] == 1:
        table = _profile.gray_table(icc, 256 if pixels.dtype == np.uint8 else 65536)
        return None if table is None else np.take(table, pixels[:, :, 0], axis=0)
    return _profile.rgb8_to_srgb8(pixels, icc) if pixels.dtype == np.uint8 else _profile.rgb16_to_srgb8(pixels, icc)


def _over_gray(shown: DisplayPixels, alpha: DisplayPixels) -> DisplayPixels:
    weight = alpha.astype(np.uint16)
    mixed = shown * weight + np.uint16(_BEHIND_ALPHA) * (np.uint16(255) - weight)
    return ((mixed + np.uint16(127)) // np.uint16(255)).astype(np.uint8)


def thumbnail(image: Image, side: int) -> DisplayPixels:
    """The picture, whole and upright, with its longer side ``side`` pixels (never enlarged), as 8-bit sRGB.

    Every source pixel counts (area average), in the photo's own encoding.
    """
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
