"""TIFF: 8, 16 and 32 bits (floating point); one page of several. Tags are read here, pixels in ``_tiff_pixels``."""

from __future__ import annotations

import logging
from itertools import islice
from typing import Any

import numpy as np

from restorer.core.errors import InputError
from restorer.formats import _exif, _iptc, _pillow
from restorer.formats._codec import Decoded, check_page, check_size, damaged
from restorer.formats._ifd import TiffReader
from restorer.formats._samples import count_unreal
from restorer.formats._source import Source
from restorer.formats._tiff_pixels import COLOR_CHANNELS, read_pixels
from restorer.formats._tiff_write import write
from restorer.formats.metadata import Metadata

__all__ = ["decode", "write"]

XMP, IPTC, PHOTOSHOP, ICC = 0x02BC, 0x83BB, 0x8649, 0x8773
_DNG_VERSION = 0xC612
_REDUCED, _MASK = 1, 4
"""Bits of NewSubfileType that mark a thumbnail, and a transparency mask, of another page."""
_MAX_PAGES = 1000
_MAX_PIECE_SHARE, _SMALL_PICTURE = 4, 2**22
"""Tiles are a little larger than a picture that they do not divide; small pictures have tiles of the usual size."""

# tifffile reports damage in the log as well as by raising; without a handler Python prints that on the terminal.
logging.getLogger("tifffile").addHandler(logging.NullHandler())

_JPEG_COMPRESSIONS = ("JPEG", "OJPEG", "JPEG_LOSSY")


def decode(source: Source, name: str, page: int) -> Decoded:
    """A page that is not a thumbnail. CMYK becomes sRGB, premultiplied alpha straight, odd depths 8, 16 or 32."""
    import tifffile

    with tifffile.TiffFile(source.file()) as file:
        pages = full_pages(file, name)
        check_page(name, page, len(pages))
        chosen = pages[page - 1]
        check_layout(chosen, source, name)
        directory = TiffReader(source).directory(chosen.offset)
        icc = block(source, directory, ICC)
        orientation = _exif.orientation_in(directory)
        found = read_pixels(chosen, orientation, icc, name)
    notes = found.notes
    if len(pages) > 1:
        notes = (f"Page {page} of {len(pages)} was opened; an export holds this page alone.", *notes)
    unreal = count_unreal(found.pixels)
    if unreal:
        notes += (f"{unreal} of its values are infinite or no numbers; they are shown as white or black.",)
    return Decoded(
        found.pixels,
        None if _pillow.CMYK_NOTE in notes else icc,
        _metadata(source, directory, chosen.offset),
        orientation,
        notes,
        found.infrared,
        len(pages),
    )


def full_pages(file: Any, name: str) -> list[Any]:
    """Pages that are pictures of their own: no thumbnails, masks or raw camera data.

    Raises:
        InputError: where there is none.
    """
    pages = [each.aspage() for each in islice(file.pages, _MAX_PAGES)]
    full = [
        page
        for page in pages
        if not int(page.subfiletype) & (_REDUCED | _MASK) and (_DNG_VERSION not in page.tags or page.photometric == 2)
    ]
    if not full:
        raise InputError(f"{name} holds no finished picture, only a thumbnail or raw camera data.")
    return full


def check_layout(page: Any, source: Source, name: str) -> None:
    """Refuses what cannot be decoded or is not there in full, before memory is taken."""
    kind = getattr(page.photometric, "name", str(page.photometric))
    compression = getattr(page.compression, "name", str(page.compression))
    if kind not in COLOR_CHANNELS or (kind == "YCBCR" and compression not in _JPEG_COMPRESSIONS):
        space = f"a colour space of the number {kind}" if kind.isdigit() else kind
        raise InputError(f"{name} stores its colours as {space}, which cannot be opened.")
    if not all(isinstance(side, int) for side in (page.imagewidth, page.imagelength)):
        raise damaged(name, "its width or height is no whole number")
    if page.dtype is None or page.dtype.kind not in "buf" or page.imagedepth != 1:
        raise InputError(
            f"{name} stores its pixels in a way that cannot be opened (bits per channel: {_depths(page)})."
        )
    needed = page.samplesperpixel * page.dtype.itemsize
    must_have = _bits(page) >= 8 * 2**28
    check_size(name, page.imagewidth, page.imagelength, needed, source, must_have_bytes=must_have)
    if int(np.prod(page.chunks, dtype=object)) > _MAX_PIECE_SHARE * max(page.size, _SMALL_PICTURE):
        raise damaged(name, "its strips or tiles are larger than the picture")
    pieces = list(zip(page.dataoffsets, page.databytecounts, strict=False))
    if len(pieces) < int(np.prod(page.chunked)):
        raise damaged(name, "parts of the picture are missing")
    if any(offset <= 0 or size <= 0 or offset + size > len(source) for offset, size in pieces):
        raise damaged(name, "its end is missing")
    if compression == "NONE" and sum(size for _, size in pieces) * 8 < _bits(page):
        raise damaged(name, "parts of the picture are missing")


def _depths(page: Any) -> str:
    depths = page.bitspersample if isinstance(page.bitspersample, tuple) else (page.bitspersample,)
    return ", ".join(map(str, depths))


def _bits(page: Any) -> int:
    depth = page.bitspersample if isinstance(page.bitspersample, int) else min(page.bitspersample)
    return int(page.imagewidth * page.imagelength * page.samplesperpixel * depth)


def block(source: Source, directory: Any, tag: int) -> bytes | None:
    """A field as it stands in the file: some writers declare IPTC as longs, which must not be turned."""
    at, entry = directory.positions.get(tag), directory.entries.get(tag)
    return source[at : at + len(entry.value)] if at is not None and entry is not None else None


def _metadata(source: Source, directory: Any, offset: int) -> Metadata:
    resources = block(source, directory, PHOTOSHOP)
    iptc = block(source, directory, IPTC) or (_iptc.unwrap(resources) if resources else None)
    dpi = _exif.resolution_in(directory)
    return Metadata(dpi, _exif.from_tiff(source, offset), block(source, directory, XMP), iptc)
