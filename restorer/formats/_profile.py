"""ICC profiles: what they are called, what they are for, and exact conversions by LittleCMS."""

from __future__ import annotations

import functools
import io
from typing import Any

import numpy as np
from PIL import ImageCms

from restorer.core.image import Pixels
from restorer.formats.intent import Intent

KEPT = 16
"""Profiles remembered at a time."""


_TABLES = frozenset({b"A2B0", b"A2B1", b"A2B2"})
_NUMBERS = {Intent.PERCEPTUAL: 0, Intent.RELATIVE: 1, Intent.SATURATION: 2, Intent.ABSOLUTE: 3}


@functools.lru_cache(maxsize=KEPT)
def _opened(icc: bytes) -> ImageCms.ImageCmsProfile | None:
    try:
        return ImageCms.ImageCmsProfile(io.BytesIO(icc))
    except (ImageCms.PyCMSError, OSError, ValueError):
        return None


def color_space(icc: bytes) -> str:
    """``"RGB"``, ``"GRAY"``, ``"CMYK"``, ``"Lab"`` … as the header says; empty where the profile is damaged."""
    return icc[16:20].decode("ascii", "replace").strip() if _opened(icc) else ""


@functools.lru_cache(maxsize=KEPT)
def description(icc: bytes) -> str:
    """The name the profile gives itself; empty where it is damaged or nameless."""
    profile = _opened(icc)
    try:
        text = (profile.profile.profile_description or "") if profile else ""
    except ValueError:  # of characters that there are not
        return ""
    return " ".join(text.replace("\0", " ").split())


@functools.lru_cache(maxsize=KEPT)
def channels(icc: bytes) -> int:
    """Colour channels that can be converted through the profile, 1 or 3; 0 where it is damaged or of another kind.

    A header may claim what the rest of the profile does not hold, so a pixel is converted.
    """
    space = color_space(icc)
    if space not in ("RGB", "GRAY"):
        return 0
    count = 3 if space == "RGB" else 1
    try:
        found = convert(np.zeros((1, 1, count), np.uint16), icc, xyz_profile(), Intent.RELATIVE, "float32")
    except (RuntimeError, ValueError):
        return 0
    return count if np.isfinite(found).all() else 0


def has_tables(icc: bytes) -> bool:
    """Whether the profile brings tables of colours for the intents, and not just curves and a matrix."""
    count = int.from_bytes(icc[128:132], "big")
    names = {icc[at : at + 4] for at in range(132, min(132 + 12 * count, len(icc)), 12)}
    return bool(names & _TABLES)


@functools.cache
def srgb_profile() -> bytes:
    """LittleCMS's own sRGB profile."""
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


@functools.cache
def xyz_profile() -> bytes:
    """LittleCMS's own profile of CIE XYZ relative to D50."""
    import imagecodecs

    return bytes(imagecodecs.cms_profile("xyz"))


def convert(pixels: Pixels, icc: bytes, target: bytes, intent: Intent, dtype: str) -> Pixels:
    """Through LittleCMS without the coarse tables it otherwise makes of 16-bit transforms (up to 20 levels off).

    About 1.5 µs a pixel. Floating point results are not cut off, unless a table in the target does.

    Args:
        pixels: ``H x W x 1`` or ``H x W x 3``, as the profile wants it.
        target: an RGB or gray profile, or :func:`xyz_profile`.

    Raises:
        RuntimeError: where LittleCMS cannot join the profiles.
    """
    import imagecodecs

    flags = imagecodecs.CMS.FLAGS.NOOPTIMIZE | imagecodecs.CMS.FLAGS.NOCACHE
    if intent is Intent.RELATIVE:
        flags |= imagecodecs.CMS.FLAGS.BLACKPOINTCOMPENSATION
    spaces = {"RGB": "rgb", "GRAY": "gray", "XYZ": "xyz"}
    out = spaces[color_space(target)]
    source = np.ascontiguousarray(pixels[:, :, 0] if pixels.shape[2] == 1 else pixels)
    converted: Any = imagecodecs.cms_transform(
        source,
        icc,
        target,
        colorspace="gray" if pixels.shape[2] == 1 else "rgb",
        outcolorspace=out,
        outdtype=dtype,
        intent=_NUMBERS[intent],
        flags=flags,
    )
    return np.asarray(converted).reshape(*pixels.shape[:2], 1 if out == "gray" else 3)
