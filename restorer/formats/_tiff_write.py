"""TIFF files written strip by strip: each strip is compressed, unfolded again and compared before it goes out.

Source: TIFF 6.0; Adobe Photoshop TIFF Technical Notes (deflate) and Technical Note 3 (floating point predictor).
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass
from io import FileIO
from pathlib import Path
from typing import Any

import numpy as np

from restorer.core.image import Pixels
from restorer.formats import _exif, _ifd
from restorer.formats._ahead import strips_ahead
from restorer.formats._codec import BLOCK_ROWS, Encodable, UnfaithfulError, require_same
from restorer.formats._ifd import Entry, Layout, TagTree, TiffReader
from restorer.formats._source import Source

_STRIP_BYTES = 2**20
_BIG_FROM_BYTES = 2**31
"""Pixels from this size on are written as BigTIFF: noise grows when compressed, and offsets end at 4 GiB."""
_DEFLATE_LEVEL = 1
"""Of libdeflate: on scans within 5 % of the size that level 6 reaches (16 bit: the same), in half of the time."""

_MINISBLACK, _RGB = 1, 2
_UNSIGNED, _FLOAT = 1, 3
_UNSPECIFIED, _STRAIGHT_ALPHA = 0, 2
_NO_PREDICTOR, _HORIZONTAL, _FLOATING = 1, 2, 3
_XMP, _IPTC, _ICC = 0x02BC, 0x83BB, 0x8773


@dataclass(frozen=True, slots=True)
class _Compression:
    """A way to store strips: its TIFF number, and both directions (the second gets the size of the result)."""

    number: int
    fold: Callable[[Any], bytes | bytearray | memoryview]
    unfold: Callable[[Any, int], Any]


def _compression(name: str) -> _Compression:
    import imagecodecs

    if name == "deflate":
        return _Compression(
            8,
            lambda strip: imagecodecs.deflate_encode(strip, _DEFLATE_LEVEL),
            lambda data, size: imagecodecs.deflate_decode(data, out=size),
        )
    if name == "lzw":
        return _Compression(5, imagecodecs.lzw_encode, lambda data, size: imagecodecs.lzw_decode(data, out=size))
    return _Compression(1, lambda strip: strip.data, lambda data, size: data)


def _checksum(data: Any) -> int:
    import imagecodecs

    return imagecodecs.deflate_crc32(data)


def _predictor(compression: str, dtype: np.dtype[Any]) -> int:
    if compression == "none":
        return _NO_PREDICTOR
    return _FLOATING if dtype.kind == "f" else _HORIZONTAL


@dataclass(frozen=True, slots=True)
class _Strip:
    """A strip as it goes into the file."""

    data: bytes | bytearray | memoryview
    size: int
    checksum: int


class _StripMaker:
    """Rows of the picture as strips. Safe to call from several threads."""

    def __init__(self, encodable: Encodable) -> None:
        self._encodable = encodable
        self._compression = _compression(encodable.compression)
        self._predictor = _predictor(encodable.compression, encodable.dtype)

    def __call__(self, start: int, stop: int) -> _Strip:
        rows = self._rows(start, stop)
        data = self._compression.fold(self._predict(rows))
        if self._compression.number != 1:
            unfolded = np.frombuffer(self._compression.unfold(data, rows.nbytes), rows.dtype)
            require_same(self._unpredict(unfolded.reshape(rows.shape)), rows)
        return _Strip(data, memoryview(data).nbytes, _checksum(data))

    def _rows(self, start: int, stop: int) -> Pixels:
        rows, infrared = self._encodable.rows(start, stop), self._encodable.infrared
        if infrared is not None:
            rows = np.concatenate((rows, infrared[start:stop, :, None]), axis=2)
        return np.ascontiguousarray(rows, rows.dtype.newbyteorder("<"))

    def _predict(self, rows: Pixels) -> Pixels:
        import imagecodecs

        if self._predictor == _HORIZONTAL:
            return np.asarray(imagecodecs.delta_encode(rows, axis=-2))
        return np.asarray(imagecodecs.floatpred_encode(rows, axis=-2)) if self._predictor == _FLOATING else rows

    def _unpredict(self, rows: Pixels) -> Pixels:
        import imagecodecs

        if self._predictor == _HORIZONTAL:
            return np.asarray(imagecodecs.delta_decode(rows, axis=-2))
        return np.asarray(imagecodecs.floatpred_decode(rows, axis=-2)) if self._predictor == _FLOATING else rows


def write(encodable: Encodable, path: Path) -> None:
    """Contiguous strips; compressed ones with the predictor of their sample type. BigTIFF from 2 GiB on.

    Raises:
        UnfaithfulError: where a strip does not unfold to what it was, or the file does not hold what was written.
        OSError: where the disk is full or fails.
    """
    channels = encodable.channels + int(encodable.infrared is not None)
    row_bytes = encodable.width * channels * encodable.dtype.itemsize
    layout = Layout("<", big=row_bytes * encodable.height >= _BIG_FROM_BYTES)
    strip_rows = min(max(1, _STRIP_BYTES // row_bytes), BLOCK_ROWS, encodable.height)
    with path.open("wb") as file:
        file.write(bytes(2 * layout.root_position))
        offsets, strips = [], []
        for strip in strips_ahead(_StripMaker(encodable), encodable.height, strip_rows):
            offsets.append(file.tell())
            file.write(strip.data)
            strips.append((strip.size, strip.checksum))
        entries = _picture_entries(encodable, strip_rows, offsets, [size for size, _ in strips], layout)
        file.write(b"\0" * (file.tell() % 2))
        directories, root = _ifd.append_tree(_tags(encodable), entries, file.tell(), layout)
        file.write(directories)
        file.seek(0)
        big, classic = ("<2sHHHQ", b"II", 43, 8, 0, root), ("<2sHI", b"II", 42, root)
        file.write(struct.pack(*(big if layout.big else classic)))
    with path.open("rb", buffering=0) as file:
        _check(file, entries, list(zip(offsets, strips, strict=True)))


def _picture_entries(
    encodable: Encodable, strip_rows: int, offsets: list[int], sizes: list[int], layout: Layout
) -> _ifd.Entries:
    """Fields on how the pixels are stored."""
    channels = encodable.channels + int(encodable.infrared is not None)
    extra = [_STRAIGHT_ALPHA] * (encodable.channels in (2, 4)) + [_UNSPECIFIED] * (encodable.infrared is not None)
    wide = _ifd.LONG8 if layout.big else _ifd.LONG
    predictor = _predictor(encodable.compression, encodable.dtype)
    short, long = _ifd.SHORT, _ifd.LONG
    entries = {
        256: Entry.of(long, encodable.width),
        257: Entry.of(long, encodable.height),
        258: Entry.of(short, *[encodable.dtype.itemsize * 8] * channels),
        259: Entry.of(short, _compression(encodable.compression).number),
        262: Entry.of(short, _RGB if encodable.channels >= 3 else _MINISBLACK),
        273: Entry.of(wide, *offsets),
        277: Entry.of(short, channels),
        278: Entry.of(long, strip_rows),
        279: Entry.of(wide, *sizes),
        284: Entry.of(short, 1),
        339: Entry.of(short, *[_FLOAT if encodable.dtype.kind == "f" else _UNSIGNED] * channels),
    }
    if predictor != _NO_PREDICTOR:
        entries[317] = Entry.of(short, predictor)
    if extra:
        entries[338] = Entry.of(short, *extra)
    return entries


def _tags(encodable: Encodable) -> TagTree:
    """Fields on the photo."""
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


def _check(file: FileIO, entries: _ifd.Entries, strips: list[tuple[int, tuple[int, int]]]) -> None:
    """Whether the file holds the fields and strips that were meant; the strips themselves were unfolded already."""
    try:
        found = TiffReader(Source(file)).main().entries
    except ValueError as error:
        raise UnfaithfulError("its directory cannot be read back") from error
    if any(found.get(tag) != entry for tag, entry in entries.items()):
        raise UnfaithfulError("its directory reads back as another one")
    buffer = memoryview(bytearray(max(size for _, (size, _) in strips)))
    for offset, (size, checksum) in strips:
        file.seek(offset)
        if file.readinto(buffer[:size]) != size or _checksum(buffer[:size]) != checksum:
            raise UnfaithfulError("a strip reads back as another one")
