"""Files whose parts contradict each other, or what they are."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Mapping

from restorer.evaluation.io import tiff_edit as tiff
from restorer.evaluation.io.corpus import with_png_chunks
from restorer.evaluation.io.hostile_pieces import PNG_HEADER_END, TAGS, Hostile, patched, png_chunk, png_header
from restorer.evaluation.io.tiff_edit import TagEdit

_TIFF_EDITS: Mapping[str, TagEdit] = {
    "no width": TagEdit(tiff.WIDTH, 0),
    "no height": TagEdit(tiff.HEIGHT, 0),
    "twice the width": TagEdit(tiff.WIDTH, 122),
    "a hundred times the height": TagEdit(tiff.HEIGHT, 4700),
    "height of another type": TagEdit(tiff.HEIGHT, kind=12),
    "7 bits": TagEdit(tiff.BITS, 7, where="first"),
    "64 bits": TagEdit(tiff.BITS, 64, where="first"),
    "no bits": TagEdit(tiff.BITS, 0, where="first"),
    "bits of far too many samples": TagEdit(tiff.BITS, count=65535),
    "an unknown compression": TagEdit(tiff.COMPRESSION, 9999),
    "JPEG 2000 that is none": TagEdit(tiff.COMPRESSION, 34712),
    "fax that is none": TagEdit(tiff.COMPRESSION, 4),
    "old JPEG that is none": TagEdit(tiff.COMPRESSION, 6),
    "a palette that is not there": TagEdit(tiff.PHOTOMETRIC, 3),
    "CMYK of three channels": TagEdit(tiff.PHOTOMETRIC, 5),
    "an unknown colour space": TagEdit(tiff.PHOTOMETRIC, 77),
    "no samples": TagEdit(tiff.SAMPLES, 0),
    "9 samples": TagEdit(tiff.SAMPLES, 9),
    "65535 samples": TagEdit(tiff.SAMPLES, 65535),
    "no rows a strip": TagEdit(tiff.ROWS, 0),
    "more rows than there are": TagEdit(tiff.ROWS, 60000),
    "strips beyond the end": TagEdit(tiff.OFFSETS, 2**31),
    "strips at the header": TagEdit(tiff.OFFSETS, 0),
    "far too many strips": TagEdit(tiff.OFFSETS, count=2**30),
    "strips without bytes": TagEdit(tiff.COUNTS, 0),
    "strips of 2 GB": TagEdit(tiff.COUNTS, 2**31 - 1),
    "three planes": TagEdit(tiff.PLANES, 3),
    "planes that are not separate": TagEdit(tiff.PLANES, 2),
    "orientation 99": TagEdit(tiff.ORIENTATION, 99),
    "resolution beyond the end": TagEdit(tiff.X_RESOLUTION, 2**31),
    "an endless profile": TagEdit(tiff.PROFILE, count=2**31 - 1),
    "a profile beyond the end": TagEdit(tiff.PROFILE, 2**31),
    "endless XMP": TagEdit(tiff.XMP, count=2**32 - 1),
    "XMP of an unknown type": TagEdit(tiff.XMP, kind=255),
}


def tiff_contradictions(whole: Mapping[str, bytes]) -> Iterator[Hostile]:
    plain = whole["plain.tif"]
    for label, edit in _TIFF_EDITS.items():
        yield Hostile(TAGS, f"{label} in plain.tif", edit.apply(plain))
    lzw, tiled, floats = whole["lzw.tif"], whole["tiled.tif"], whole["float.tif"]
    yield Hostile(TAGS, "an unknown predictor in lzw.tif", TagEdit(tiff.PREDICTOR, 9).apply(lzw))
    yield Hostile(TAGS, "floating point predictor in lzw.tif", TagEdit(tiff.PREDICTOR, 3).apply(lzw))
    yield Hostile(TAGS, "ZIP that is LZW in lzw.tif", TagEdit(tiff.COMPRESSION, 8).apply(lzw))
    yield Hostile(TAGS, "tiles without width in tiled.tif", TagEdit(tiff.TILE_WIDTH, 0).apply(tiled))
    yield Hostile(TAGS, "tiles of 65520 px in tiled.tif", TagEdit(tiff.TILE_WIDTH, 65520).apply(tiled))
    yield Hostile(TAGS, "far too many tiles in tiled.tif", TagEdit(tiff.TILE_OFFSETS, count=2**29).apply(tiled))
    yield Hostile(TAGS, "complex numbers in float.tif", TagEdit(tiff.FORMAT, 6, where="first").apply(floats))
    yield Hostile(TAGS, "an unknown sample format in float.tif", TagEdit(tiff.FORMAT, 77, where="first").apply(floats))
    link, start = tiff.next_directory_position(plain), tiff.directory_position(plain)
    for label, at, value in (
        ("a directory that follows itself", link, start),
        ("a next directory beyond the end", link, 2**32 - 2),
        ("a first directory at 0", 4, 0),
        ("a first directory beyond the end", 4, 2**32 - 2),
    ):
        yield Hostile(TAGS, f"{label} in plain.tif", patched(plain, at, struct.pack("<I", value)))
    yield Hostile(TAGS, "65535 entries in plain.tif", patched(plain, start, b"\xff\xff"))
    yield Hostile(TAGS, "no entries in plain.tif", patched(plain, start, b"\0\0"))


def png_contradictions(whole: bytes) -> Iterator[Hostile]:
    body, end = whole[PNG_HEADER_END:], png_chunk(b"IEND", b"")
    short = png_chunk(b"IDAT", zlib.compress(bytes(1 + 61 * 6)))
    long = png_chunk(b"IDAT", zlib.compress(bytes((1 + 61 * 6) * 500)))
    for label, data in {
        "3 bits": png_header(61, 47, 3) + body,
        "colour type 5": png_header(61, 47, 8, 5) + body,
        "a palette of 16 bits": png_header(61, 47, 16, 3) + body,
        "8 bits that are 16": png_header(61, 47, 8) + body,
        "an unknown interlace": png_header(61, 47, 16, interlace=7) + body,
        "an unknown packing": png_header(61, 47, 16, packing=9) + body,
        "an unknown filter": png_header(61, 47, 16, filtering=4) + body,
        "no width": png_header(0, 47, 16) + body,
        "twice the height": png_header(61, 94, 16) + body,
        "two headers": whole[:PNG_HEADER_END] + whole[8:],
        "no pixels": whole[:PNG_HEADER_END] + end,
        "one row": png_header(61, 47, 16) + short + end,
        "far too many rows": png_header(61, 47, 16) + long + end,
        "no palette": png_header(61, 47, 8, 3) + png_chunk(b"IDAT", zlib.compress(bytes(62 * 47))) + end,
        "a palette of 300": png_header(61, 47, 8, 3) + png_chunk(b"PLTE", bytes(900)) + short + end,
        "a palette of two bytes": png_header(61, 47, 8, 3) + png_chunk(b"PLTE", bytes(2)) + short + end,
        "a wrong checksum": patched(whole, PNG_HEADER_END - 4, b"\0\0\0\0"),
        "a chunk of 4 GB": whole[:PNG_HEADER_END] + b"\xff\xff\xff\xff" + whole[PNG_HEADER_END + 4 :],
        "no end": whole[:-12],
        "pixels that are not packed": png_header(61, 47, 16) + png_chunk(b"IDAT", b"no zlib" * 99) + end,
        "EXIF of two bytes": with_png_chunks(whole, [(b"eXIf", b"II")]),
        "a resolution of 0": with_png_chunks(whole, [(b"pHYs", bytes(8) + b"\1")]),
        "a resolution of 2 bytes": with_png_chunks(whole, [(b"pHYs", bytes(2))]),
    }.items():
        yield Hostile(TAGS, f"{label} in rgb16.png", data)


def jpeg_contradictions(whole: bytes) -> Iterator[Hostile]:
    frame = whole.index(b"\xff\xc2")
    tables, scan = whole.index(b"\xff\xc4"), whole.index(b"\xff\xda")
    exif, profile = whole.index(b"\xff\xe1"), whole.index(b"ICC_PROFILE\0")
    orientation = whole.index(b"\x12\x01\x03\x00\x01\x00\x00\x00") if b"II*\0" in whole[:80] else exif
    for label, data in {
        "no height": patched(whole, frame + 5, b"\0\0"),
        "no width": patched(whole, frame + 7, b"\0\0"),
        "no components": patched(whole, frame + 9, b"\0"),
        "5 components": patched(whole, frame + 9, b"\5"),
        "12 bits": patched(whole, frame + 4, b"\x0c"),
        "no sampling factors": patched(whole, frame + 11, b"\0"),
        "sampling factors of 15": patched(whole, frame + 11, b"\xff"),
        "lossless frames": patched(whole, frame, b"\xff\xc3"),
        "arithmetic frames": patched(whole, frame, b"\xff\xca"),
        "no tables": patched(whole, tables, b"\xff\xfe"),
        "a scan before its frame": whole[:frame] + whole[scan:],
        "no frame": patched(whole, frame, b"\xff\xfe"),
        "an EXIF segment longer than the file": patched(whole, exif + 2, b"\xff\xff"),
        "an EXIF segment of no bytes": patched(whole, exif + 2, b"\0\0"),
        "a directory beyond EXIF": patched(whole, exif + 14, b"\xff\xff\xff\x7f"),
        "orientation 99": patched(whole, orientation + 8, b"\x63"),
        "part 1 of 9 of a profile": patched(whole, profile + 12, b"\1\x09"),
        "part 0 of 0 of a profile": patched(whole, profile + 12, b"\0\0"),
        "no end": whole[:-2],
        "two pictures": whole + whole,
    }.items():
        yield Hostile(TAGS, f"{label} in progressive.jpg", data)


def other_contradictions(whole: Mapping[str, bytes]) -> Iterator[Hostile]:
    webp, lossless, bmp = whole["lossy.webp"], whole["lossless.webp"], whole["color.bmp"]
    frame = webp.index(b"VP8 ")
    for label, data in {
        "a RIFF of no bytes in lossy.webp": patched(webp, 4, bytes(4)),
        "a RIFF of 4 GB in lossy.webp": patched(webp, 4, b"\xff\xff\xff\xff"),
        "another canvas in lossy.webp": patched(webp, 24, b"\xff\0\0\xff\0\0"),
        "no size in lossy.webp": patched(webp, frame + 14, bytes(4)),
        "a chunk of 4 GB in lossy.webp": patched(webp, frame + 4, b"\xff\xff\xff\xff"),
        "an animation without frames in lossy.webp": patched(webp, 20, b"\x02"),
        "another size in lossless.webp": patched(lossless, lossless.index(b"VP8L") + 9, b"\xff\xff\xff"),
        "a negative height in color.bmp": patched(bmp, 22, struct.pack("<i", -47)),
        "a negative width in color.bmp": patched(bmp, 18, struct.pack("<i", -61)),
        "the most negative height in color.bmp": patched(bmp, 22, struct.pack("<i", -(2**31))),
        "17 bits in color.bmp": patched(bmp, 28, b"\x11\0"),
        "no bits in color.bmp": patched(bmp, 28, b"\0\0"),
        "8 bits without a palette in color.bmp": patched(bmp, 28, b"\x08\0"),
        "runs that are none in color.bmp": patched(bmp, 28, b"\x08\0\1\0\0\0"),
        "an unknown compression in color.bmp": patched(bmp, 30, b"\x63\0\0\0"),
        "pixels beyond the end in color.bmp": patched(bmp, 10, b"\xff\xff\xff\x7f"),
        "4 billion colours in color.bmp": patched(bmp, 28, b"\x08\0\0\0\0\0" + bytes(12) + b"\xff\xff\xff\xff"),
        "a header of 1 byte in color.bmp": patched(bmp, 14, b"\1\0\0\0"),
        "a header of 4 GB in color.bmp": patched(bmp, 14, b"\xff\xff\xff\xff"),
    }.items():
        yield Hostile(TAGS, label, data)
