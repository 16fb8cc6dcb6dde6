"""Pillow's side of the 8-bit formats: opening, and any of its modes as gray or RGB pixels."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
from PIL import ImageCms

from restorer.core.image import Pixels
from restorer.formats._codec import UnfaithfulError, check_size
from restorer.formats._source import Source

# Sizes are checked by check_size, with limits fit for scans; Pillow's own would refuse an A3 page at 1200 dpi.
PIL.Image.MAX_IMAGE_PIXELS = None

CMYK_NOTE = "The CMYK colours were converted to sRGB."


def open_picture(source: Source, kind: str, name: str) -> PIL.Image.Image:
    """The picture in ``source``, header read and size checked, pixels not yet decoded."""
    picture = PIL.Image.open(source.file(), formats=(kind,))
    check_size(name, picture.width, picture.height, len(picture.getbands()), source)
    return picture


def to_pixels(picture: PIL.Image.Image, icc: bytes | None) -> tuple[Pixels, bytes | None, tuple[str, ...]]:
    """Decodes: ``H x W x C`` uint8 of 1 to 4 channels, the profile that still fits them, and notes."""
    picture.load()
    if picture.mode == "CMYK":
        return channels_last(np.asarray(cmyk_to_rgb(picture, icc))), None, (CMYK_NOTE,)
    if picture.mode == "P":
        return _palette_pixels(picture), icc, ()
    if picture.mode not in ("L", "LA", "RGB", "RGBA"):
        picture = picture.convert("L" if picture.mode == "1" else "RGB")
    return channels_last(np.asarray(picture)), icc, ()


def channels_last(pixels: Pixels) -> Pixels:
    """``H x W`` as ``H x W x 1``; anything else as it is."""
    return pixels[:, :, None] if pixels.ndim == 2 else pixels


def _palette_pixels(picture: PIL.Image.Image) -> Pixels:
    rgb = channels_last(np.asarray(picture.convert("RGB")))
    palette = np.asarray(picture.getpalette("RGB"), np.uint8).reshape(-1, 3)
    return rgb[:, :, :1] if is_gray(palette) else rgb


def is_gray(colors: Pixels) -> bool:
    """Whether all of these RGB colours (``… x 3``) are gray."""
    return bool((colors == colors[..., :1]).all())


def cmyk_to_rgb(picture: PIL.Image.Image, icc: bytes | None) -> PIL.Image.Image:
    """sRGB of a CMYK picture, through its profile where it has a usable one."""
    if icc is not None:
        try:
            profile = ImageCms.ImageCmsProfile(io.BytesIO(icc))
            converted = ImageCms.profileToProfile(picture, profile, ImageCms.createProfile("sRGB"), outputMode="RGB")
        except (ImageCms.PyCMSError, OSError, ValueError):
            converted = None
        if converted is not None:
            return converted
    return picture.convert("RGB")


def from_pixels(pixels: Pixels) -> PIL.Image.Image:
    """A Pillow picture of ``H x W x C`` uint8 pixels, without a copy where Pillow allows."""
    return PIL.Image.fromarray(np.ascontiguousarray(pixels[:, :, 0] if pixels.shape[2] == 1 else pixels))


def save(path: Path, picture: PIL.Image.Image, kind: str, **options: Any) -> bytes:
    """Encodes into a file with those options that are not None; returns what is in it, after looking.

    Raises:
        UnfaithfulError: where the file holds something else than was written.
    """
    buffer = io.BytesIO()
    picture.save(buffer, kind, **{name: value for name, value in options.items() if value is not None})
    path.write_bytes(buffer.getbuffer())
    data = path.read_bytes()
    if data != buffer.getbuffer():
        raise UnfaithfulError("it reads back as another file")
    return data
