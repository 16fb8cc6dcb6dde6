"""A small picture of a large photo, from as little of its file as its format allows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from restorer.formats import _exif, _pillow, _tiff
from restorer.formats._codec import Decoded, check_size
from restorer.formats._ifd import TiffReader
from restorer.formats._source import Source
from restorer.formats._tiff_pixels import is_plain, read_pixels, rows_per_strip

_MAX_DECODED_SHARE = 0.4
"""Of a compressed TIFF; where more than that had to be unfolded, the photo itself is nearly as quick."""


@dataclass(frozen=True, slots=True)
class SmallPicture:
    """A photo made small, not yet turned upright, and the size of the photo as stored."""

    small: Decoded
    width: int
    height: int


def jpeg(source: Source, name: str, side: int) -> SmallPicture | None:
    """Decoded at a half, a quarter or an eighth of its sides; None for CMYK."""
    picture = _pillow.open_picture(source, "JPEG", name)
    width, height = picture.size
    if picture.mode not in ("L", "RGB"):
        return None
    picture.draft(picture.mode, _draft_size(width, height, side))
    exif = picture.info.get("exif", b"").removeprefix(b"Exif\0\0")
    pixels, icc, _ = _pillow.to_pixels(picture, picture.info.get("icc_profile"))
    return SmallPicture(Decoded(pixels, icc, orientation=_exif.orientation(exif)), width, height)


def _draft_size(width: int, height: int, side: int) -> tuple[int, int]:
    """A size whose longer side is ``side``; Pillow takes the next larger one it can make."""
    scale = min(1.0, side / max(width, height))
    return max(1, round(width * scale)), max(1, round(height * scale))


def tiff(source: Source, name: str, side: int) -> SmallPicture | None:
    """A reduced page, where the file has one that is large enough, or every so manyth row of the first page.

    None where nearly all of it had to be decoded for that.
    """
    import tifffile

    with tifffile.TiffFile(source.file()) as file:
        main = _tiff.full_pages(file, name)[0]
        page = _reduced(file, main, side) or main
        _tiff.check_layout(page, source, name)
        width, height = int(page.imagewidth), int(page.imagelength)
        step = max(1, max(width, height) // side)
        check_size(name, width // step, height // step, 16, source)
        if page is main and not _is_quick(page, step):
            return None
        directory = TiffReader(source).directory(main.offset)
        icc, orientation = _tiff.block(source, directory, _tiff.ICC), _exif.orientation_in(directory)
        found = read_pixels(page, orientation, icc, name, step=step if not page.is_tiled else 1)
    usable = None if _pillow.CMYK_NOTE in found.notes else icc
    small = Decoded(found.pixels, usable, orientation=orientation)
    return SmallPicture(small, int(main.imagewidth), int(main.imagelength))


def _is_quick(page: Any, step: int) -> bool:
    if page.is_tiled:
        return False
    return is_plain(page) or rows_per_strip(page) / step <= _MAX_DECODED_SHARE


def _reduced(file: Any, main: Any, side: int) -> Any | None:
    """The smallest other page of the same picture whose longer side is at least ``side``."""
    candidates = [each.aspage() for each in (main.pages or ())] + [each.aspage() for each in file.pages]
    ratio = main.imagewidth / main.imagelength
    fitting = [
        page
        for page in candidates
        if int(page.subfiletype) & 1
        and side <= max(page.imagewidth, page.imagelength) < max(main.imagewidth, main.imagelength)
        and abs(page.imagewidth / page.imagelength / ratio - 1) < 0.02
        and page.photometric == main.photometric
    ]
    return min(fitting, key=lambda page: int(page.imagewidth), default=None)
