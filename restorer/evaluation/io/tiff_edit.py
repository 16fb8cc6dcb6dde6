"""Single values of a small little-endian TIFF changed in place, so that its tags contradict each other."""

from __future__ import annotations

import struct
from dataclasses import dataclass

WIDTH, HEIGHT, BITS, COMPRESSION, PHOTOMETRIC = 256, 257, 258, 259, 262
OFFSETS, ORIENTATION, SAMPLES, ROWS, COUNTS = 273, 274, 277, 278, 279
X_RESOLUTION, PLANES, PREDICTOR, EXTRA, FORMAT = 282, 284, 317, 338, 339
TILE_WIDTH, TILE_OFFSETS, XMP, PROFILE = 322, 324, 700, 34675
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 7: 1}
_ENTRY_BYTES = 12


@dataclass(frozen=True, slots=True)
class TagEdit:
    """What to overwrite in one entry of the first directory; None leaves it.

    Attributes:
        tag: which entry.
        value: its inline value or offset, as four bytes.
        count: how many values it claims.
        kind: their type.
        where: ``entry`` writes the value into the entry; ``first`` to where the first of its values lies.
    """

    tag: int
    value: int | None = None
    count: int | None = None
    kind: int | None = None
    where: str = "entry"

    def apply(self, data: bytes) -> bytes:
        """The file with the change. Raises KeyError where it has no such entry."""
        edited = bytearray(data)
        at = entry_position(data, self.tag)
        kind, count = struct.unpack_from("<HI", data, at + 2)
        if self.kind is not None:
            struct.pack_into("<H", edited, at + 2, self.kind)
        if self.count is not None:
            struct.pack_into("<I", edited, at + 4, self.count)
        if self.value is not None:
            is_inline = _SIZES[kind] * count <= 4
            target = at + 8 if self.where == "entry" or is_inline else struct.unpack_from("<I", data, at + 8)[0]
            short = kind == 3 and (self.where == "first" or count == 1)
            struct.pack_into("<H" if short else "<I", edited, target, self.value)
        return bytes(edited)


def directory_position(data: bytes) -> int:
    """Where the first directory lies."""
    return int(struct.unpack_from("<I", data, 4)[0])


def entry_position(data: bytes, tag: int) -> int:
    """Where the entry of a tag lies. Raises KeyError where there is none."""
    start = directory_position(data)
    for index in range(struct.unpack_from("<H", data, start)[0]):
        at = start + 2 + index * _ENTRY_BYTES
        if struct.unpack_from("<H", data, at)[0] == tag:
            return at
    raise KeyError(tag)


def next_directory_position(data: bytes) -> int:
    """Where the link to the next directory lies."""
    start = directory_position(data)
    return start + 2 + int(struct.unpack_from("<H", data, start)[0]) * _ENTRY_BYTES
