"""Files that claim, or unpack to, far more than they are."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Mapping

from restorer.evaluation.io import tiff_edit as tiff
from restorer.evaluation.io.corpus import with_png_chunks
from restorer.evaluation.io.hostile_pieces import (
    BOMB,
    GIGAPIXEL,
    PNG_HEADER_END,
    Hostile,
    patched,
    png_chunk,
    png_header,
)
from restorer.evaluation.io.tiff_edit import TagEdit


def gigapixels(whole: Mapping[str, bytes]) -> Iterator[Hostile]:
    """Headers that claim far more than follows, from a large scan to more than there is memory anywhere."""
    jpeg, bmp, plain = whole["progressive.jpg"], whole["color.bmp"], whole["plain.tif"]
    frame, png_body = jpeg.index(b"\xff\xc2"), whole["rgb16.png"][PNG_HEADER_END:]
    for side in (20_000, 60_000):
        big = struct.pack(">HH", side, side)
        yield Hostile(GIGAPIXEL, f"progressive.jpg of {side} px", patched(jpeg, frame + 5, big))
    for side in (20_000, 100_000, 2**31 - 1):
        sides = struct.pack("<ii", side, side)
        yield Hostile(GIGAPIXEL, f"rgb16.png of {side} px", png_header(side, side, 16) + png_body)
        yield Hostile(GIGAPIXEL, f"color.bmp of {side} px", patched(bmp, 18, sides))
        wide = TagEdit(tiff.WIDTH, side, kind=4).apply(plain)
        tall = TagEdit(tiff.HEIGHT, side, kind=4).apply(wide)
        yield Hostile(GIGAPIXEL, f"plain.tif of {side} px", _long_sides(tall, side))
    canvas = b"\xff\xff\xff\xff\xff\xff"
    yield Hostile(GIGAPIXEL, "lossy.webp of 16777216 px", patched(whole["lossy.webp"], 24, canvas))
    tiled = TagEdit(tiff.HEIGHT, 4, kind=4).apply(TagEdit(tiff.WIDTH, 4, kind=4).apply(whole["tiled.tif"]))
    yield Hostile(GIGAPIXEL, "tiled.tif of 1000000 px", _long_sides(tiled, 1_000_000))


def _long_sides(data: bytes, side: int) -> bytes:
    """Width and height as 32-bit values, whatever type the entries had."""
    for tag in (tiff.WIDTH, tiff.HEIGHT):
        data = patched(data, tiff.entry_position(data, tag) + 8, struct.pack("<I", side))
    return data


def zeros_packed(length: int) -> bytes:
    """A zlib stream of so many zeros, made without packing them all (RFC 1950 and 1951)."""
    block = 2**20
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    repeated = packer.compress(bytes(block)) + packer.flush(zlib.Z_FULL_FLUSH)
    rest = zlib.compressobj(9, zlib.DEFLATED, -15)
    tail = rest.compress(bytes(length % block)) + rest.flush()
    checksum = (length % 65521) << 16 | 1
    return b"\x78\xda" + repeated * (length // block) + tail + struct.pack(">I", checksum)


def bombs(whole: Mapping[str, bytes]) -> Iterator[Hostile]:
    """Small files that unpack to gigabytes."""
    png, end, text = whole["rgb16.png"], png_chunk(b"IEND", b""), zeros_packed(2**30)
    for width, height, bits, color_type in ((30_000, 30_000, 8, 0), (60_000, 60_000, 1, 0), (15_000, 15_000, 16, 6)):
        row = 1 + -(-width * bits * {0: 1, 6: 4}[color_type] // 8)
        pixels = png_chunk(b"IDAT", zeros_packed(row * height))
        name = f"PNG of {width} px and {bits} bits in {len(pixels) >> 10} KiB"
        yield Hostile(BOMB, name, png_header(width, height, bits, color_type) + pixels + end)
    for kind, body in (
        (b"zTXt", b"Comment\0\0" + text),
        (b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + text),
        (b"iCCP", b"profile\0\0" + text),
        (b"zTXt", b"Raw profile type iptc\0\0" + text),
    ):
        yield Hostile(
            BOMB, f"1 GiB of {kind.decode()} ({body[:7].decode()}…) in rgb16.png", with_png_chunks(png, [(kind, body)])
        )
    yield Hostile(
        BOMB, "61 x 47 px that unpack to 1 GiB in PNG", png_header(61, 47, 8) + png_chunk(b"IDAT", text) + end
    )
    for side, claim in ((61, 47), (30_000, 30_000)):
        yield Hostile(BOMB, f"ZIP strip of 1 GiB in a TIFF of {side} px", _one_strip_tiff(side, claim, text, 8))
    run = b"\x81\0" * 2**22
    yield Hostile(BOMB, "PackBits of 540 MB in a TIFF of 61 px", _one_strip_tiff(61, 47, run, 32773))


def _one_strip_tiff(width: int, height: int, strip: bytes, compression: int) -> bytes:
    """A gray 8-bit TIFF of one strip, with its bytes given."""
    tags = {
        tiff.WIDTH: width,
        tiff.HEIGHT: height,
        tiff.BITS: 8,
        tiff.COMPRESSION: compression,
        tiff.PHOTOMETRIC: 1,
        tiff.OFFSETS: 8,
        tiff.SAMPLES: 1,
        tiff.ROWS: height,
        tiff.COUNTS: len(strip),
    }
    at = 8 + len(strip) + len(strip) % 2
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags.items())
    directory = struct.pack("<H", len(tags)) + entries + bytes(4)
    return b"II*\0" + struct.pack("<I", at) + strip + bytes(len(strip) % 2) + directory
