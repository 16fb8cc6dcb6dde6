"""TIFF: 8, 16 and 32 bits (floating point) with lossless compression; tifffile does the pixels, tags are ours."""

from __future__ import annotations

import io
import logging
from typing import Any

import numpy as np
import PIL.Image

from restorer.core.errors import InputError
from restorer.core.image import Pixels
from restorer.formats import _exif, _ifd, _iptc, _pillow
from restorer.formats._codec import Decoded, Encodable, check_size, damaged
from restorer.formats._ifd import Entry, TagTree, TiffReader
from restorer.formats._samples import full_range, palette_colors, straight_alpha
from restorer.formats.depth import convert_depth
from restorer.formats.metadata import Metadata

_XMP, _IPTC, _PHOTOSHOP, _ICC, _DNG_VERSION = 0x02BC, 0x83BB, 0x8649, 0x8773, 0xC612
_REDUCED = 1
"""Bit of NewSubfileType that marks a thumbnail of another page."""

# tifffile reports damage in the log as well as by raising; without a handler Python prints that on the terminal.
logging.getLogger("tifffile").addHandler(logging.NullHandler())

_COMPRESSION = {"deflate": "zlib", "lzw": "lzw", "none": None}
_BIG_FROM_BYTES = 2**31
"""Pixels from this size on are written as BigTIFF: noise grows when compressed, and offsets end at 4 GiB."""

# How many channels each kind of picture has before extra ones; YCbCr is decoded to RGB.
_COLOR_CHANNELS = {"MINISWHITE": 1, "MINISBLACK": 1, "RGB": 3, "PALETTE": 1, "SEPARATED": 4, "YCBCR": 3}
_JPEG_COMPRESSIONS = ("JPEG", "OJPEG", "JPEG_LOSSY")


def decode(data: bytes, name: str) -> Decoded:
    """The first page that is not a thumbnail. CMYK becomes sRGB, premultiplied alpha straight, odd depths 8 or 16."""
    import tifffile

    with tifffile.TiffFile(io.BytesIO(data)) as file:
        pages = [page.aspage() for page in file.pages]
        page = _main_page(pages, name)
        _check_page(page, len(data), name)
        pixels, notes = _decode_page(page, name)
        full_pages = sum(not int(each.subfiletype) & _REDUCED for each in pages)
        if full_pages > 1:
            notes = (f"Only the first of {full_pages} pages was opened.", *notes)
        return _with_tags(data, page.offset, pixels, notes)


def _main_page(pages: list[Any], name: str) -> Any:
    for page in pages:
        if not int(page.subfiletype) & _REDUCED and _DNG_VERSION not in page.tags:
            return page
    raise InputError(f"{name} holds no finished picture, only a thumbnail or raw camera data.")


def _check_page(page: Any, file_bytes: int, name: str) -> None:
    """Refuses what cannot be decoded or is not there in full, before memory is taken."""
    kind = getattr(page.photometric, "name", str(page.photometric))
    compression = getattr(page.compression, "name", str(page.compression))
    if kind not in _COLOR_CHANNELS or (kind == "YCBCR" and compression not in _JPEG_COMPRESSIONS):
        raise InputError(f"{name} stores its colours as {kind}, which cannot be opened.")
    if page.dtype is None or page.dtype.kind not in "buf" or page.imagedepth != 1:
        raise InputError(f"{name} stores its pixels in a way that cannot be opened ({page.bitspersample} bits each).")
    check_size(name, page.imagewidth, page.imagelength, page.samplesperpixel * page.dtype.itemsize)
    pieces = list(zip(page.dataoffsets, page.databytecounts, strict=False))
    if len(pieces) < int(np.prod(page.chunked)):
        raise damaged(name, "parts of the picture are missing")
    if any(offset <= 0 or size <= 0 or offset + size > file_bytes for offset, size in pieces):
        raise damaged(name, "its end is missing")
    if compression == "NONE" and sum(size for _, size in pieces) * 8 < _bits(page):
        raise damaged(name, "parts of the picture are missing")


def _bits(page: Any) -> int:
    depth = page.bitspersample if isinstance(page.bitspersample, int) else min(page.bitspersample)
    return int(page.imagewidth * page.imagelength * page.samplesperpixel * depth)


def _decode_page(page: Any, name: str) -> tuple[Pixels, tuple[str, ...]]:
    planes, _, height, width, contiguous = page.shaped
    pixels: Pixels = page.asarray(squeeze=False).reshape(planes, height, width, contiguous)
    pixels = pixels[0] if planes == 1 else np.moveaxis(pixels[..., 0], 0, 2)
    kind = page.photometric.name
    count = _COLOR_CHANNELS[kind]
    if pixels.shape[2] < count:
        raise damaged(name, f"it has {pixels.shape[2]} channels, too few for its colours")
    color, extra = pixels[:, :, :count], pixels[:, :, count:]
    notes: tuple[str, ...] = ()
    if kind == "PALETTE":
        color = palette_colors(color[:, :, 0], np.asarray(page.colormap))
    else:
        color, notes = full_range(color, page.bitspersample)
    if kind == "MINISWHITE":
        color = np.float32(1.0) - color if color.dtype == np.float32 else ~color
    if kind == "SEPARATED":
        return _cmyk_pixels(color, page), (*notes, _pillow.CMYK_NOTE)
    # A fourth channel without a word on what it is, is alpha by custom; one declared to be "something else" is not.
    meaning = [getattr(each, "name", "") for each in page.extrasamples] or ["UNASSALPHA"]
    if extra.shape[2] and kind != "PALETTE" and meaning[0] in ("ASSOCALPHA", "UNASSALPHA"):
        alpha, _ = full_range(extra[:, :, :1], page.bitspersample)
        if meaning[0] == "ASSOCALPHA":
            color = straight_alpha(color, alpha)
        color, extra = np.concatenate((color, alpha), axis=2), extra[:, :, 1:]
    if extra.shape[2]:
        notes += (f"{extra.shape[2]} extra channel(s) (infrared, or a saved selection) were left out.",)
    return color, notes


def _cmyk_pixels(color: Pixels, page: Any) -> Pixels:
    icc = page.tags.get(_ICC)
    picture = PIL.Image.frombytes("CMYK", (color.shape[1], color.shape[0]), convert_depth(color, 8).tobytes())
    return np.asarray(_pillow.cmyk_to_rgb(picture, bytes(icc.value) if icc else None))


def _with_tags(data: bytes, offset: int, pixels: Pixels, notes: tuple[str, ...]) -> Decoded:
    reader = TiffReader(data)
    directory = reader.directory(offset)

    def block(tag: int) -> bytes | None:
        # As it stands in the file: some writers declare IPTC as longs, which must not be turned.
        at, entry = directory.positions.get(tag), directory.entries.get(tag)
        return data[at : at + len(entry.value)] if at is not None and entry is not None else None

    resources = block(_PHOTOSHOP)
    iptc = block(_IPTC) or (_iptc.unwrap(resources) if resources else None)
    icc = None if _pillow.CMYK_NOTE in notes else block(_ICC)
    dpi = _exif.resolution_in(directory)
    metadata = Metadata(dpi, _exif.from_tiff(data), block(_XMP), iptc)
    return Decoded(pixels, icc, metadata, _exif.orientation_in(directory), notes)


def encode(encodable: Encodable) -> bytearray:
    """Contiguous strips; compressed ones with the predictor of their sample type."""
    import tifffile

    pixels = encodable.pixels[:, :, 0] if encodable.pixels.shape[2] == 1 else encodable.pixels
    channels = encodable.pixels.shape[2]
    buffer = io.BytesIO()
    tifffile.imwrite(
        buffer,
        np.ascontiguousarray(pixels),
        photometric="rgb" if channels >= 3 else "minisblack",
        planarconfig="contig" if channels > 1 else None,
        extrasamples=["unassalpha"] if channels in (2, 4) else None,
        compression=_COMPRESSION[encodable.compression],
        predictor=encodable.compression != "none",
        bigtiff=pixels.nbytes >= _BIG_FROM_BYTES,
        byteorder="<",
        metadata=None,
        software=False,
    )
    return _ifd.extend(buffer.getvalue(), _tags(encodable))


def _tags(encodable: Encodable) -> TagTree:
    metadata = encodable.metadata
    tree = _exif.into_tiff(metadata.exif) if metadata.exif else TagTree({}, {}, {}, {})
    main = dict(tree.main)
    if metadata.dpi:
        main |= _exif.resolution_entries(metadata.dpi)
    for tag, kind, block in (
        (_XMP, _ifd.BYTE, metadata.xmp),
        (_IPTC, _ifd.UNDEFINED, metadata.iptc),
        (_ICC, _ifd.UNDEFINED, encodable.icc),
    ):
        if block:
            main[tag] = Entry.blob(kind, block)
    return TagTree(main, tree.exif, tree.gps, tree.interop)
