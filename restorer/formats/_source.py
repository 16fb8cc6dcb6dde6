"""Bytes of a photo file, read piece by piece: a scan may be larger than what memory can hold twice."""

from __future__ import annotations

import io
from typing import BinaryIO, Protocol

from restorer.formats.limits import DEFAULT_LIMITS, Limits


class ByteRun(Protocol):
    """What the readers of structures need: a length, and slices as bytes. Bytes themselves are one."""

    def __len__(self) -> int: ...

    def __getitem__(self, part: slice, /) -> bytes | bytearray: ...


class Source:
    """A seekable file, open for as long as whoever made this keeps it so.

    Not safe to use from several threads at once.

    Args:
        limits: how large a picture may be made of it.
    """

    def __init__(self, file: BinaryIO, limits: Limits = DEFAULT_LIMITS) -> None:
        self.limits = limits
        self._file = file
        self._size = file.seek(0, io.SEEK_END)

    @classmethod
    def of(cls, data: bytes, limits: Limits = DEFAULT_LIMITS) -> Source:
        """Bytes in memory as a source; they are not copied."""
        return cls(io.BytesIO(data), limits)

    def __len__(self) -> int:
        return self._size

    def __getitem__(self, part: slice) -> bytes:
        """Raises OSError where the disk fails; less than asked for where the file ends before."""
        start, stop, _ = part.indices(self._size)
        self._file.seek(start)
        return self._file.read(max(0, stop - start))

    def file(self) -> BinaryIO:
        """The file itself, at its beginning."""
        self._file.seek(0)
        return self._file

    def all(self) -> bytes:
        return self[:]
