"""EXIF blocks: what they say, and the few facts in them that the program must correct.

Facts are corrected in place wherever the field is there already, so that every other byte (maker notes hold offsets
that nobody else understands) stays where it was.
"""

from __future__ import annotations

import math
import struct
from fractions import Fraction

from restorer.formats import _ifd
from restorer.formats._ifd import Directory, Entry, TagTree, TiffReader
from restorer.formats._source import ByteRun
from restorer.formats.metadata import Dpi

ORIENTATION, X_RESOLUTION, Y_RESOLUTION, RESOLUTION_UNIT = 0x0112, 0x011A, 0x011B, 0x0128
_WIDTH, _HEIGHT, _EXIF_WIDTH, _EXIF_HEIGHT = 0x0100, 0x0101, 0xA002, 0xA003
_COLOR_SPACE = 0xA001
_THUMBNAIL, _THUMBNAIL_BYTES = 0x0201, 0x0202
_INCH, _CENTIMETRE = 2, 3

# Fields of the main directory that describe the photo and not how its pixels are stored: document and page name,
# description, make, model, software, date, artist, host, rating, copyright, Windows title … subject.
_DESCRIPTIVE = frozenset(
    {0x010D, 0x010E, 0x010F, 0x0110, 0x011D, 0x0131, 0x0132, 0x013B, 0x013C, 0x4746, 0x4749, 0x8298}
    | set(range(0x9C9B, 0x9CA0))
)
_DESCRIPTION = 0x010E
_NONE = Entry.blob(_ifd.ASCII, b"")
_SHAPE_NOTE = b'{"shape":'
"""What tifffile and scikit-image write as a description: how the pixels are stored."""


def orientation(exif: bytes) -> int:
    """How the stored pixels are to be turned, 1 to 8; 1 where the block does not say, or says nonsense."""
    try:
        return orientation_in(TiffReader(exif).main())
    except ValueError:
        return 1


def orientation_in(main: Directory) -> int:
    """As :func:`orientation`, of a main directory."""
    entry = main.entries.get(ORIENTATION)
    numbers = entry.numbers() if entry else ()
    return numbers[0] if len(numbers) == 1 and 1 <= numbers[0] <= 8 else 1


def resolution(exif: bytes) -> Dpi | None:
    """Print resolution, or None where the block gives none."""
    try:
        return resolution_in(TiffReader(exif).main())
    except ValueError:
        return None


def resolution_in(main: Directory) -> Dpi | None:
    """As :func:`resolution`, of a main directory."""
    unit = main.entries[RESOLUTION_UNIT].numbers() if RESOLUTION_UNIT in main.entries else (_INCH,)
    if unit not in ((_INCH,), (_CENTIMETRE,)):
        return None
    per_inch = 2.54 if unit == (_CENTIMETRE,) else 1.0
    found = []
    for tag in (X_RESOLUTION, Y_RESOLUTION):
        numbers = main.entries[tag].numbers() if tag in main.entries else ()
        if len(numbers) != 2 or numbers[1] == 0:
            return None
        found.append(per_inch * numbers[0] / numbers[1])
    return sane_dpi(found[0], found[1])


def sane_dpi(x: float, y: float) -> Dpi | None:
    """A resolution as people wrote it, or None for zero, negative and infinite ones.

    Files that count in whole pixels per metre (PNG, BMP) cannot hold 300 dpi exactly, and some writers cut the fraction
    off; within one such pixel a whole number is meant.
    """
    if not all(math.isfinite(value) and value > 0 for value in (x, y)):
        return None
    rounding = 0.0254
    exact = [
        float(round(value)) if round(value) and abs(value - round(value)) <= rounding else value for value in (x, y)
    ]
    return exact[0], exact[1]


def resolution_entries(dpi: Dpi) -> _ifd.Entries:
    """The three fields that hold a resolution."""

    def rational(value: float) -> Entry:
        fraction = Fraction(min(value, 2**31)).limit_denominator(10_000)
        return Entry.of(_ifd.RATIONAL, fraction.numerator, fraction.denominator)

    return {
        X_RESOLUTION: rational(dpi[0]),
        Y_RESOLUTION: rational(dpi[1]),
        RESOLUTION_UNIT: Entry.of(_ifd.SHORT, _INCH),
    }


def upright(exif: bytes) -> bytes:
    """The block with its orientation, where it has one, set to 1.

    Raises:
        ValueError: where the block is not EXIF.
    """
    block = bytearray(exif)
    reader = TiffReader(block)
    _put(block, reader, reader.main(), ORIENTATION, Entry.of(_ifd.SHORT, 1))
    return bytes(block)


def with_facts(exif: bytes, width: int, height: int, dpi: Dpi | None) -> bytes:
    """The block as it must stand beside pixels of this size and resolution.

    Orientation is 1, sizes and resolution agree with the file, and the embedded thumbnail, which shows the photo as it
    was before, is gone. Without ``dpi`` the resolution stays as it is.

    Raises:
        ValueError: where the block is not EXIF.
    """
    block = bytearray(upright(exif))
    reader = TiffReader(block)
    main = reader.main()
    _cut_thumbnail(block, reader, main)
    try:
        sub = reader.child(main, _ifd.EXIF_IFD)
    except ValueError:
        sub = None
    for directory, tags in ((main, (_WIDTH, _HEIGHT)), (sub, (_EXIF_WIDTH, _EXIF_HEIGHT))):
        for tag, side in zip(tags, (width, height), strict=True):
            if directory is not None and tag in directory.entries:
                _put(block, reader, directory, tag, _same_type(directory.entries[tag], side))
    if dpi is not None:
        entries = resolution_entries(dpi)
        if any(tag in main.entries for tag in entries):
            for tag, entry in entries.items():
                _put(block, reader, main, tag, entry)
            # Fields may be missing, of another type, or share one value.
            if any(reader.main().entries.get(tag) != entry for tag, entry in entries.items()):
                block = _ifd.extend(block, TagTree(entries, {}, {}, {}))
    return bytes(block)


def _cut_thumbnail(block: bytearray, reader: TiffReader, main: Directory) -> None:
    """Cuts off the second directory, and blanks the picture it leads to: it may show what was cropped away."""
    inline = reader.layout.inline_bytes
    pointer = bytes(block[main.next_position : main.next_position + inline])
    if len(pointer) < inline:
        return
    (offset,) = struct.unpack(reader.layout.offset, pointer)
    struct.pack_into(reader.layout.offset, block, main.next_position, 0)
    try:
        entries = reader.directory(offset).entries if offset else {}
    except ValueError:
        return
    numbers = [entries[tag].numbers() for tag in (_THUMBNAIL, _THUMBNAIL_BYTES) if tag in entries]
    if len(numbers) == 2 and all(len(each) == 1 for each in numbers):
        start, size = numbers[0][0], numbers[1][0]
        if start + size <= len(block):
            block[start : start + size] = bytes(size)


def with_color_space(exif: bytes, *, is_srgb: bool) -> bytes:
    """The block with its note on the colour space, where it has one, set to sRGB or to "see the profile".

    Raises:
        ValueError: where the block is not EXIF.
    """
    block = bytearray(exif)
    reader = TiffReader(block)
    directory = reader.child(reader.main(), _ifd.EXIF_IFD)
    if directory is not None:
        _put(block, reader, directory, _COLOR_SPACE, Entry.of(_ifd.SHORT, 1 if is_srgb else 0xFFFF))
    return bytes(block)


def with_resolution(exif: bytes | None, dpi: Dpi) -> bytes:
    """A block that holds ``dpi``, for containers with no other place for it; a new one where there was none."""
    tree = TagTree(resolution_entries(dpi), {}, {}, {})
    return bytes(_ifd.extend(exif, tree)) if exif else _ifd.build(tree)


def _same_type(old: Entry, number: int) -> Entry:
    fits = old.type == _ifd.LONG or number < 2**16
    return Entry.of(old.type, number) if old.type in (_ifd.SHORT, _ifd.LONG) and fits else old


def _put(block: bytearray, reader: TiffReader, directory: Directory, tag: int, entry: Entry) -> None:
    """Overwrites one field, if it is there in the same type and length."""
    old = directory.entries.get(tag)
    if old is not None and (old.type, old.count) == (entry.type, entry.count):
        at = directory.positions[tag]
        block[at : at + len(entry.value)] = reader.layout.turn(entry.type, entry.value)


def from_tiff(data: ByteRun, offset: int | None = None) -> bytes | None:
    """EXIF block of the descriptive fields of one page of a TIFF file, or None where it has none.

    Args:
        offset: of the page's directory; None takes the first.

    Raises:
        ValueError: where that cannot be read.
    """
    tree = _descriptive(data, offset)
    return _ifd.build(tree) if tree.main or tree.exif or tree.gps else None


def into_tiff(exif: bytes) -> TagTree:
    """Fields of an EXIF block for the directories of a TIFF file.

    Raises:
        ValueError: where the block is not EXIF.
    """
    return _descriptive(exif)


def _descriptive(data: ByteRun, offset: int | None = None) -> TagTree:
    tree = _ifd.read_tree(data, offset)
    main = {tag: entry for tag, entry in tree.main.items() if tag in _DESCRIPTIVE}
    if main.get(_DESCRIPTION, _NONE).value.startswith(_SHAPE_NOTE):
        del main[_DESCRIPTION]
    return TagTree(main, tree.exif, tree.gps, tree.interop)
