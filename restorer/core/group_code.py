"""Groups of pixel pieces as bytes: how they lie in spill files, project files and journals.

Layout: the magic, the length of the header as four bytes (little-endian), the header as JSON, then one zlib stream for
each piece. The header is a list of ``[left, top, right, bottom, dtype, channels, length of the stream]``; ``channels``
is 0 for a plane without channels. Sizes are checked before anything is unpacked, so that damaged or hostile bytes cost
neither memory nor code.
"""

from __future__ import annotations

import json
import mmap
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from restorer.core.errors import InputError
from restorer.core.geometry import Bounds
from restorer.core.image import Pixels

Piece = tuple[Bounds, Pixels]

MAGIC = b"RGRP1\n"
_LEVEL = 1
_DTYPES = ("|u1", "<u2", "<f4")
_LONGEST_HEADER = 64 * 2**20
_MOST_PIECE_BYTES = 2**36
_LARGEST_SIDE = 10**6
# Deflate makes nothing smaller than a 1032nd part.
_SMALLEST_SHARE = 1040


def pack_group(pieces: Iterable[Piece]) -> bytes:
    """The bytes of a group; every bit of its pixels is kept."""
    header, streams = [], []
    for bounds, pixels in pieces:
        little = np.ascontiguousarray(pixels).astype(pixels.dtype.newbyteorder("<"), copy=False)
        stream = zlib.compress(little.data if little.size else b"", _LEVEL)
        channels = pixels.shape[2] if pixels.ndim == 3 else 0
        dtype = "|u1" if pixels.dtype.itemsize == 1 else little.dtype.newbyteorder("<").str
        header.append([bounds.left, bounds.top, bounds.right, bounds.bottom, dtype, channels, len(stream)])
        streams.append(stream)
    text = json.dumps(header, separators=(",", ":")).encode("ascii")
    return b"".join((MAGIC, len(text).to_bytes(4, "little"), text, *streams))


def unpack_group(data: bytes | memoryview, *, name: str, half: int | None = None) -> tuple[Piece, ...]:
    """The pieces, read-only.

    Args:
        name: what to call the bytes in messages.
        half: 0 or 1 for only the first or the second half of the pieces; None for all.

    Raises:
        InputError: where the bytes are damaged.
    """
    view = memoryview(data)
    rows, start = _header(view, name)
    middle = len(rows) // 2
    wanted = range(len(rows)) if half is None else range(middle) if half == 0 else range(middle, len(rows))
    pieces = []
    for place, row in enumerate(rows):
        if place in wanted:
            pieces.append(row.piece(view[start : start + row.length], name))
        start += row.length
    return tuple(pieces)


def outline_of(path: Path, *, name: str) -> tuple[tuple[Bounds, str, int], ...]:
    """Bounds, dtype and channels (0 for a plane) of every piece in a file, without reading its pixels.

    Raises:
        InputError: as :func:`unpack_group`; also where the file cannot be read.
    """
    try:
        with (
            path.open("rb") as file,
            mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped,
            memoryview(mapped) as view,
        ):
            rows, _ = _header(view, name)
    except (OSError, ValueError) as error:
        raise InputError(f"{name} is damaged: {error}.") from None
    return tuple((row.bounds, row.dtype, row.channels) for row in rows)


@dataclass(frozen=True, slots=True)
class _Row:
    """One piece of the header."""

    bounds: Bounds
    dtype: str
    channels: int
    length: int

    @property
    def size(self) -> int:
        """Bytes of its pixels."""
        return self.bounds.area * max(self.channels, 1) * int(np.dtype(self.dtype).itemsize)

    @classmethod
    def of(cls, row: object, name: str) -> _Row:
        if not isinstance(row, list) or len(row) != 7 or row[4] not in _DTYPES:
            raise InputError(f"{name} is damaged: a piece is not described as one.")
        numbers = (*row[:4], *row[5:])
        if any(isinstance(number, bool) or not isinstance(number, int) for number in numbers):
            raise InputError(f"{name} is damaged: a piece has no proper bounds.")
        return cls(Bounds(*row[:4]), row[4], row[5], row[6])

    def is_sound(self, available: int) -> bool:
        """Whether it can be, with so many bytes left for its stream."""
        b = self.bounds
        fits = 0 <= b.left <= b.right <= _LARGEST_SIDE and 0 <= b.top <= b.bottom <= _LARGEST_SIDE
        if not fits or not 0 <= self.channels <= 4 or not 0 <= self.length <= available:
            return False
        return self.size <= min(_MOST_PIECE_BYTES, _SMALLEST_SHARE * (self.length + 16))

    def piece(self, stream: memoryview, name: str) -> Piece:
        size, b = self.size, self.bounds
        try:
            raw = zlib.decompressobj().decompress(stream, size + 1)
        except zlib.error as error:
            raise InputError(f"{name} is damaged: {error}.") from None
        if len(raw) != size:
            raise InputError(f"{name} is damaged: a piece does not fill its bounds.")
        shape = (b.height, b.width) if self.channels == 0 else (b.height, b.width, self.channels)
        return b, np.frombuffer(raw, np.dtype(self.dtype)).reshape(shape)


def _header(view: memoryview, name: str) -> tuple[list[_Row], int]:
    """What the pieces are, checked, and where their streams begin."""
    start = len(MAGIC) + 4
    if bytes(view[: len(MAGIC)]) != MAGIC or len(view) < start:
        raise InputError(f"{name} holds pixels in an unknown form.")
    length = int.from_bytes(view[len(MAGIC) : start], "little")
    if length > min(_LONGEST_HEADER, len(view) - start):
        raise InputError(f"{name} is cut short.")
    try:
        listed = json.loads(bytes(view[start : start + length]))
    except (ValueError, RecursionError):
        raise InputError(f"{name} is damaged: its header cannot be read.") from None
    if not isinstance(listed, list):
        raise InputError(f"{name} is damaged: its header is no list.")
    rows, available = [], len(view) - start - length
    for each in listed:
        row = _Row.of(each, name)
        if not row.is_sound(available):
            raise InputError(f"{name} is damaged: a piece claims a size that cannot be.")
        available -= row.length
        rows.append(row)
    return rows, start + length
