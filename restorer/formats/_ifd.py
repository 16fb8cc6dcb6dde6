"""TIFF directories (IFDs), as they stand in TIFF files and in EXIF blocks; classic and BigTIFF, either byte order.

Source: TIFF 6.0, section 2; BigTIFF design by the libtiff project; Exif 2.32, section 4.6.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from restorer.formats._source import ByteRun

BYTE, ASCII, SHORT, LONG, RATIONAL, UNDEFINED, LONG8 = 1, 2, 3, 4, 5, 7, 16

EXIF_IFD, GPS_IFD, INTEROP_IFD = 0x8769, 0x8825, 0xA005
POINTERS = frozenset({EXIF_IFD, GPS_IFD, INTEROP_IFD})

# Bytes of one value, and of the unit in which its byte order turns (a rational is two longs).
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8}
_MAX_VALUE_BYTES, _MAX_DIRECTORY_BYTES = 64 * 2**20, 256 * 2**20
"""Longest value and longest directory that are read; crafted ones point again and again at the whole file."""
_UNITS = {3: 2, 4: 4, 5: 4, 8: 2, 9: 4, 10: 4, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8}


@dataclass(frozen=True, slots=True)
class Entry:
    """One field: its type, how many values, and the values as little-endian bytes."""

    type: int
    count: int
    value: bytes

    @classmethod
    def of(cls, type_: int, *numbers: int) -> Entry:
        """Unsigned numbers; those of a rational one after the other, numerator first."""
        unit = _UNITS[type_]
        value = b"".join(number.to_bytes(unit, "little") for number in numbers)
        return cls(type_, len(value) // _SIZES[type_], value)

    @classmethod
    def blob(cls, type_: int, value: bytes) -> Entry:
        """Bytes as they are; ``type_`` is BYTE, ASCII or UNDEFINED."""
        return cls(type_, len(value), value)

    def numbers(self) -> tuple[int, ...]:
        """Values of an unsigned integer or rational field (rationals as pairs, flattened); empty for another type."""
        if self.type not in (SHORT, LONG, RATIONAL, 13, LONG8, 18):
            return ()
        return tuple(int(number) for number in np.frombuffer(self.value, f"<u{_UNITS[self.type]}"))


Entries: TypeAlias = dict[int, Entry]


@dataclass(frozen=True, slots=True)
class Layout:
    """Byte order and field widths of one structure."""

    order: str
    big: bool

    @property
    def offset(self) -> str:
        return self.order + ("Q" if self.big else "I")

    @property
    def count(self) -> str:
        return self.order + ("Q" if self.big else "H")

    @property
    def head(self) -> str:
        """Tag, type and number of values of one entry; an offset-wide slot follows."""
        return self.order + ("HHQ" if self.big else "HHI")

    @property
    def inline_bytes(self) -> int:
        return 8 if self.big else 4

    @property
    def root_position(self) -> int:
        """Where the header keeps the offset of the first directory."""
        return 8 if self.big else 4

    def turn(self, type_: int, value: bytes) -> bytes:
        """``value`` from this byte order to little-endian, or back."""
        unit = _UNITS.get(type_, 1)
        if self.order == "<" or unit == 1:
            return value
        return np.frombuffer(value, f">u{unit}").astype(f"<u{unit}").tobytes()


@dataclass(frozen=True, slots=True)
class Directory:
    """One directory as read: its entries, where each value stands, and where the offset of the next one stands."""

    entries: Entries
    positions: dict[int, int]
    next_position: int


class TiffReader:
    """Reads directories of a TIFF file or EXIF block.

    Raises:
        ValueError: where ``data`` are not TIFF, or a directory lies outside of them.
    """

    def __init__(self, data: ByteRun) -> None:
        magic = bytes(data[:4])
        if magic not in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"):
            raise ValueError("not a TIFF structure")
        self.data = data
        self.layout = Layout("<" if magic[:2] == b"II" else ">", b"+" in magic)
        (self.root,) = self._unpack(self.layout.offset, self.layout.root_position)

    def _unpack(self, form: str, position: int) -> tuple[int, ...]:
        try:
            return struct.unpack(form, self.data[position : position + struct.calcsize(form)])
        except struct.error as error:
            raise ValueError("a directory lies outside of the data") from error

    def directory(self, offset: int) -> Directory:
        """The directory at ``offset``.

        Entries of unknown type, with values outside of the data or of absurd length are left out.
        """
        layout = self.layout
        (count,) = self._unpack(layout.count, offset)
        entry_bytes = struct.calcsize(layout.head) + layout.inline_bytes
        first = offset + struct.calcsize(layout.count)
        next_position = first + count * entry_bytes
        if next_position > len(self.data):
            raise ValueError("a directory lies outside of the data")
        entries: Entries = {}
        positions: dict[int, int] = {}
        total = 0
        for start in range(first, next_position, entry_bytes):
            tag, type_, values = self._unpack(layout.head, start)
            size = _SIZES.get(type_, 0) * values
            position = start + struct.calcsize(layout.head)
            if size > layout.inline_bytes:
                (position,) = self._unpack(layout.offset, position)
            if 0 < size <= min(len(self.data) - position, _MAX_VALUE_BYTES):
                total += size
                if total > _MAX_DIRECTORY_BYTES:
                    raise ValueError("the fields of a directory overlap")
                raw = bytes(self.data[position : position + size])
                entries[tag] = Entry(type_, values, layout.turn(type_, raw))
                positions[tag] = position
        return Directory(entries, positions, next_position)

    def main(self) -> Directory:
        return self.directory(self.root)

    def child(self, parent: Directory, pointer: int) -> Directory | None:
        """The directory that a pointer field of ``parent`` leads to, or None."""
        offsets = parent.entries[pointer].numbers() if pointer in parent.entries else ()
        return self.directory(offsets[0]) if len(offsets) == 1 else None


@dataclass(frozen=True, slots=True)
class TagTree:
    """The descriptive directories of a photo: main, Exif, GPS and Interoperability; no pointers among the entries."""

    main: Entries
    exif: Entries
    gps: Entries
    interop: Entries


def read_tree(data: ByteRun, offset: int | None = None) -> TagTree:
    """All four directories; those that are absent or damaged are empty.

    Args:
        offset: of the main one; None takes the first of the file.

    Raises:
        ValueError: where even the main one cannot be read.
    """
    reader = TiffReader(data)
    main = reader.directory(reader.root if offset is None else offset)
    exif = _child(reader, main, EXIF_IFD)
    parts = (main, exif, _child(reader, main, GPS_IFD), _child(reader, exif, INTEROP_IFD))
    return TagTree(*({tag: entry for tag, entry in part.entries.items() if tag not in POINTERS} for part in parts))


def _child(reader: TiffReader, parent: Directory, pointer: int) -> Directory:
    try:
        found = reader.child(parent, pointer)
    except ValueError:
        found = None
    return found or Directory({}, {}, 0)


def pack(entries: Mapping[int, Entry], at: int, layout: Layout) -> bytes:
    """A directory and its values, to stand at the offset ``at`` (even) with no directory following."""
    table = bytearray(struct.pack(layout.count, len(entries)))
    values_at = at + len(table) + len(entries) * (struct.calcsize(layout.head) + layout.inline_bytes)
    values_at += layout.inline_bytes
    values = bytearray()
    for tag in sorted(entries):
        entry = entries[tag]
        raw = layout.turn(entry.type, entry.value)
        table += struct.pack(layout.head, tag, entry.type, entry.count)
        if len(raw) <= layout.inline_bytes:
            table += raw.ljust(layout.inline_bytes, b"\0")
        else:
            table += struct.pack(layout.offset, values_at + len(values))
            values += raw + b"\0" * (len(raw) % 2)
    return bytes(table + bytes(layout.inline_bytes) + values)


def append_tree(tree: TagTree, entries: Entries, at: int, layout: Layout) -> tuple[bytes, int]:
    """Directories to stand at the even offset ``at``: their bytes, and where among the file the main one begins.

    Args:
        entries: fields of the main directory that ``tree`` adds to, or replaces.
    """
    entries, exif = dict(entries), dict(tree.exif)
    result = bytearray()

    def append(part: Mapping[int, Entry]) -> int:
        result.extend(b"\0" * (len(result) % 2))
        begin = at + len(result)
        result.extend(pack(part, begin, layout))
        return begin

    pointer_type = LONG8 if layout.big else LONG
    if tree.interop:
        exif[INTEROP_IFD] = Entry.of(pointer_type, append(tree.interop))
    if exif:
        entries[EXIF_IFD] = Entry.of(pointer_type, append(exif))
    if tree.gps:
        entries[GPS_IFD] = Entry.of(pointer_type, append(tree.gps))
    root = append(entries | tree.main)
    return bytes(result), root


def extend(data: bytes | bytearray, tree: TagTree) -> bytearray:
    """``data`` with the fields of ``tree`` added to its first directory, or put in their place.

    The directory is written anew at the end and the header led to it: nothing that was there moves, so that offsets
    inside (maker notes) stay true. Directories after the first are cut off.

    Raises:
        ValueError: where ``data`` are not TIFF.
    """
    reader = TiffReader(data)
    result = bytearray(data)
    result.extend(b"\0" * (len(result) % 2))
    appended, root = append_tree(tree, reader.main().entries, len(result), reader.layout)
    result += appended
    struct.pack_into(reader.layout.offset, result, reader.layout.root_position, root)
    return result


def build(tree: TagTree) -> bytes:
    """An EXIF block (little-endian) of the fields of ``tree``."""
    return bytes(extend(struct.pack("<2sHIHI", b"II", 42, 8, 0, 0), tree))
