"""BMP: opened, not written."""

from __future__ import annotations

from restorer.formats import _exif, _pillow
from restorer.formats._codec import Decoded
from restorer.formats.metadata import Metadata


def decode(data: bytes, name: str) -> Decoded:
    """A Windows or OS/2 bitmap."""
    picture = _pillow.open_picture(data, "BMP", name)
    pixels, _, notes = _pillow.to_pixels(picture, None)
    dpi = picture.info.get("dpi")
    return Decoded(pixels, None, Metadata(_exif.sane_dpi(*dpi) if dpi else None), 1, notes)
