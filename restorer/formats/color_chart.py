"""How far what is shown is from what LittleCMS says, as the eye sees it: CIEDE2000 over a chart of colours."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from restorer.core.image import ColorTag, Pixels
from restorer.formats._profile import channels, convert, srgb_profile, xyz_profile
from restorer.formats.depth import convert_depth
from restorer.formats.intent import Intent

_WHITE = np.array([0.9642, 1.0, 0.8249])
"""CIE XYZ of D50."""
_LEVELS = 65535

Lab = npt.NDArray[np.float64]


def chart(color_channels: int = 3, steps: int = 11) -> npt.NDArray[np.uint16]:
    """``1 x N x C`` colours: ``steps`` levels of each channel in every combination, and a ramp of 256 grays."""
    levels = np.linspace(0, _LEVELS, steps)
    grays = np.repeat(np.linspace(0, _LEVELS, 256)[:, None], color_channels, axis=1)
    colors = np.stack(np.meshgrid(*[levels] * color_channels), axis=-1).reshape(-1, color_channels)
    return np.rint(np.concatenate((colors, grays)))[None].astype(np.uint16)


def lab(pixels: Pixels, icc: bytes) -> Lab:
    """CIE Lab, relative to the profile's white as D50, of RGB or gray pixels (float ones within 0 to 1)."""
    scaled = convert(pixels, icc, xyz_profile(), Intent.RELATIVE, "float32").astype(np.float64) / _WHITE
    root = np.where(scaled > 216 / 24389, np.cbrt(scaled), (24389 / 27 * scaled + 16) / 116)
    planes = (116 * root[..., 1] - 16, 500 * (root[..., 0] - root[..., 1]), 200 * (root[..., 1] - root[..., 2]))
    return np.stack(planes, axis=-1)


def delta_e(first: Lab, second: Lab) -> npt.NDArray[np.float64]:
    """CIEDE2000 of each pair of colours."""
    from skimage import color

    difference: Any = color.deltaE_ciede2000  # not typed by its authors
    return np.asarray(difference(first, second), np.float64)


def display_difference(
    icc: bytes, bits: int = 16, *, screen: bytes | None = None, intent: Intent = Intent.PERCEPTUAL
) -> float:
    """Largest CIEDE2000 on :func:`chart` between the display path and LittleCMS in floating point, not optimised.

    Both are rounded to the 8 bits of a screen with the profile ``screen`` (sRGB if None).

    Args:
        icc: profile of the photo, RGB or gray.
        bits: depth of the photo: 8, 16 or 32.
    """
    from restorer.formats.color import Display

    target = screen or srgb_profile()
    pixels = convert_depth(chart(channels(icc)), bits)
    exact = convert_depth(convert(convert_depth(pixels, 32), icc, target, intent, "float32"), 8)
    shown = Display(screen, intent)(pixels, ColorTag(icc))
    return float(delta_e(lab(convert_depth(shown, 32), target), lab(convert_depth(exact, 32), target)).max())
