"""BMP: opened, not written."""

from __future__ import annotations

from restorer.formats import _exif, _pillow
from restorer.formats._codec import Decoded, check_page
from restorer.formats._source import Source
from restorer.formats.metadata import Metadata


def decode(source: Source, name: str, page: int) -> Decoded:
    """A Windows or OS/2 bitmap."""
    check_page(name, page, 1)
    picture = _pillow.open_picture(source, "BMP", name)
    pixels, _, notes = _pillow.to_pixels(picture, None)
    dpi = picture.info.get("dpi")
    return Decoded(pixels, None, Metadata(_exif.sane_dpi(*dpi) if dpi else None), 1, notes)
