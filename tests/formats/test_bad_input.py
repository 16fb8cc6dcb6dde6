"""Files that are no photos, or not whole ones: one sentence, no surprise."""

from __future__ import annotations

import io
import os
import random
import struct
import subprocess
import sys
import tracemalloc
import zlib
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
import tifffile

from restorer.core.errors import InputError
from restorer.formats._trouble import decoding_trouble
from restorer.formats.limits import Limits
from restorer.formats.raster import decode_photo, read_photo

from .pictures import make_exif, make_pixels

KINDS = ["jpg", "png", "tif", "webp", "bmp"]


def whole_file(kind: str) -> bytes:
    """A complete picture by Pillow or tifffile."""
    buffer = io.BytesIO()
    pixels = make_pixels(8, 3, 120, 160)
    if kind == "tif":
        tifffile.imwrite(buffer, pixels, photometric="rgb", compression="lzw", predictor=True, rowsperstrip=16)
    elif kind == "bmp":
        PIL.Image.fromarray(pixels).save(buffer, "BMP")
    else:
        PIL.Image.fromarray(pixels).save(buffer, {"jpg": "JPEG"}.get(kind, kind.upper()), exif=make_exif())
    return buffer.getvalue()


def refusal(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        read_photo(path)
    message = str(caught.value.message)
    assert path.name in message
    assert "\n" not in message
    assert message.endswith(".")
    return message


def test_missing(tmp_path) -> None:
    assert "does not exist" in refusal(tmp_path / "Fotoalbum – 家族.tif")


def test_folder(tmp_path) -> None:
    assert "is a folder" in refusal(tmp_path)


def test_empty(tmp_path) -> None:
    (tmp_path / "a.png").touch()
    assert "is empty" in refusal(tmp_path / "a.png")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_pipe_does_not_hang(tmp_path) -> None:
    os.mkfifo(tmp_path / "a.png")
    assert "not an ordinary file" in refusal(tmp_path / "a.png")


def test_no_permission(tmp_path, monkeypatch) -> None:
    (tmp_path / "a.png").write_bytes(whole_file("png"))

    def refuse(path: Path, _mode: str) -> bytes:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "open", refuse)
    assert "permission denied" in refusal(tmp_path / "a.png")


@pytest.mark.parametrize("data", [b"Dear Grandmother,", b"\0" * 4096, b"%PDF-1.7\n", b"P", b"RIFF\0\0\0\0WAVEfmt "])
def test_not_a_picture(tmp_path, data) -> None:
    (tmp_path / "a.jpg").write_bytes(data)
    assert "not a picture of a known kind" in refusal(tmp_path / "a.jpg")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("kept", [0.02, 0.3, 0.5, 0.9, 0.99])
def test_cut_short(tmp_path, kind, kept) -> None:
    data = whole_file(kind)
    (tmp_path / f"a.{kind}").write_bytes(data[: int(kept * len(data))])
    assert "damaged or cut short" in refusal(tmp_path / f"a.{kind}")


@pytest.mark.parametrize("compression", [None, "lzw", "deflate"])
@pytest.mark.parametrize("missing", [1, 200, 20_000])
def test_cut_short_tiff_with_its_directory_first(tmp_path, compression, missing) -> None:
    buffer = io.BytesIO()
    pixels = make_pixels(16, 3, 120, 160)
    tifffile.imwrite(buffer, pixels, photometric="rgb", compression=compression, rowsperstrip=16, metadata=None)
    (tmp_path / "a.tif").write_bytes(buffer.getvalue()[:-missing])
    assert "damaged or cut short" in refusal(tmp_path / "a.tif")


@pytest.mark.parametrize("missing", [1, 4, 12, 13])
def test_cut_short_png_by_its_last_bytes(tmp_path, missing) -> None:
    (tmp_path / "a.png").write_bytes(whole_file("png")[:-missing])
    assert "damaged or cut short" in refusal(tmp_path / "a.png")


def test_damaged_png_data(tmp_path) -> None:
    data = bytearray(whole_file("png"))
    data[len(data) // 2] ^= 0xFF
    (tmp_path / "a.png").write_bytes(data)
    assert "damaged" in refusal(tmp_path / "a.png")


def png_claiming(width: int, height: int) -> bytes:
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 16, 2, 0, 0, 0)
    chunks = [header, b"IDAT" + zlib.compress(b""), b"IEND"]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk)) for chunk in chunks
    )


def tiff_claiming(width: int, height: int) -> bytes:
    tags = {256: width, 257: height, 258: 16, 259: 1, 262: 1, 273: 8, 277: 1, 278: height, 279: 8}
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags.items())
    return b"II*\0" + struct.pack("<I", 16) + bytes(8) + struct.pack("<H", len(tags)) + entries + bytes(4)


def bmp_claiming(width: int, height: int) -> bytes:
    return (
        b"BM" + struct.pack("<IHHIIiiHHIIiiII", 100, 0, 0, 54, 40, width, height, 1, 24, 0, 0, 0, 0, 0, 0) + bytes(46)
    )


def jpeg_claiming(width: int, height: int) -> bytes:
    data = whole_file("jpg")
    start = data.index(b"\xff\xc0") + 5
    return data[:start] + struct.pack(">HH", height, width) + data[start + 4 :]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.png", png_claiming(2_000_000, 2_000_000)),
        ("a.png", png_claiming(60_000, 60_000)),
        ("a.tif", tiff_claiming(3_000_000_000, 3_000_000_000)),
        ("a.tif", tiff_claiming(100_000, 100_000)),
        ("a.bmp", bmp_claiming(500_000, 500_000)),
        ("a.jpg", jpeg_claiming(65_000, 65_000)),
    ],
)
def test_absurd_sizes_are_refused_by_the_header(tmp_path, name, data) -> None:
    (tmp_path / name).write_bytes(data)
    assert "more than can be opened" in refusal(tmp_path / name)


@pytest.mark.parametrize("data", [png_claiming(0, 10), png_claiming(10, 0), tiff_claiming(0, 10)])
def test_no_area(data) -> None:
    with pytest.raises(InputError):
        decode_photo(data, "photo")


def test_a_large_claim_without_data_is_refused_quickly() -> None:
    for data in (png_claiming(20_000, 20_000), tiff_claiming(20_000, 20_000), jpeg_claiming(20_000, 20_000)):
        with pytest.raises(InputError, match="damaged or cut short"):
            decode_photo(data, "photo")


def test_the_cap_can_be_set() -> None:
    data = jpeg_claiming(20_000, 20_000)
    with pytest.raises(InputError, match=r"limit is 2 gigapixels and 0\.25 GiB decoded") as caught:
        decode_photo(data, "photo", limits=Limits(decoded_bytes=2**28))
    assert "largest_photo_gib" in caught.value.hint


@pytest.mark.parametrize(
    ("error", "wanted"),
    [
        (OSError("image file is truncated (3 bytes not processed)"), "parts of it are missing"),
        (ValueError("IDAT: CRC error"), "a checksum in it is wrong"),
        (zlib.error("Error -3 while decompressing data: incorrect header check"), "cannot be unpacked"),
        (TypeError("'NoneType' object is not subscriptable"), "what its PNG header says"),
        (KeyError("tag 317"), "what its PNG header says"),
        (OSError("cannot identify image file <_io.BytesIO object>"), "does not know"),
        (RuntimeError("<class 'png_struct'>"), "finds no picture"),
    ],
)
def test_no_refusal_quotes_a_library(error, wanted) -> None:
    words = decoding_trouble(error, "PNG")
    assert wanted in words
    assert str(error) not in words


def deflated_zeros(count: int) -> bytes:
    """A zlib stream that unfolds into ``count`` zeros, without making them."""
    deflate = zlib.compressobj(9)
    piece, parts = bytes(2**20), []
    for _ in range(count >> 20):
        parts.append(deflate.compress(piece))
    return b"".join(parts) + deflate.compress(bytes(count & (2**20 - 1))) + deflate.flush()


def test_a_bomb_is_refused_by_its_proportions(tmp_path) -> None:
    side = 30_000  # 5.4 GB in 16 bits, within the cap, of a few kilobytes
    header = b"IHDR" + struct.pack(">IIBBBBB", side, side, 16, 2, 0, 0, 0)
    chunks = [header, b"IDAT" + deflated_zeros(2**22), b"IEND"]
    data = b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk)) for chunk in chunks
    )
    (tmp_path / "a.png").write_bytes(data)
    assert "bytes are too few for 30000 × 30000 pixels" in refusal(tmp_path / "a.png")


def test_text_bombs_cost_nothing() -> None:
    data = whole_file("png")
    text = b"zTXt" + b"Comment\0\0" + deflated_zeros(2**25)
    chunk = struct.pack(">I", len(text) - 4) + text + struct.pack(">I", zlib.crc32(text))
    packet = b"iTXtXML:com.adobe.xmp\0\1\0\0\0" + deflated_zeros(65 * 2**20)
    xmp = struct.pack(">I", len(packet) - 4) + packet + struct.pack(">I", zlib.crc32(packet))
    end = data.index(b"IDAT") - 4
    found = decode_photo(data[:end] + chunk * 50 + xmp + data[end:], "photo")
    assert found.metadata.xmp is None


def test_a_progressive_jpeg_needs_room_for_its_coefficients() -> None:
    buffer = io.BytesIO()
    PIL.Image.fromarray(make_pixels(8, 3, 120, 160)).save(buffer, "JPEG", progressive=True)
    data = buffer.getvalue()
    start = data.index(b"\xff\xc2") + 5
    with pytest.raises(InputError, match="more than can be opened"):
        decode_photo(data[:start] + struct.pack(">HH", 30_000, 30_000) + data[start + 4 :], "photo")


def tiff_of(tags: dict[int, tuple[int, int, int]], data: bytes = b"") -> bytes:
    """A classic TIFF of one directory: type, count and value (or offset) of each tag."""
    entries = b"".join(struct.pack("<HHII", tag, *entry) for tag, entry in sorted(tags.items()))
    return b"II*\0" + struct.pack("<I", 8) + struct.pack("<H", len(tags)) + entries + bytes(4) + data


PLAIN = {
    256: (4, 1, 4),
    257: (4, 1, 4),
    258: (3, 1, 8),
    259: (3, 1, 1),
    262: (3, 1, 1),
    273: (4, 1, 200),
    279: (4, 1, 16),
}


@pytest.mark.parametrize(
    "changes",
    [
        {258: (3, 1, 0)},
        {258: (3, 1, 77)},
        {262: (3, 1, 2)},
        {262: (3, 1, 9)},
        {277: (3, 1, 0)},
        {277: (3, 1, 65535)},
        {278: (4, 1, 0)},
        {279: (4, 1, 0)},
        {279: (4, 1, 2**32 - 1)},
        {273: (4, 1, 2**32 - 1)},
        {273: (4, 2**31, 10)},
        {256: (4, 1, 0)},
        {257: (4, 1, 2**32 - 1)},
        {259: (3, 1, 5)},
        {259: (3, 1, 8)},
        {259: (3, 1, 4)},
        {259: (3, 1, 7)},
        {259: (3, 1, 34712)},
        {259: (3, 1, 12345)},
        {317: (3, 1, 3)},
        {322: (4, 1, 0), 323: (4, 1, 0)},
        {322: (4, 1, 2**31), 323: (4, 1, 2**31)},
        {284: (3, 1, 2), 277: (3, 1, 3)},
        {339: (3, 1, 3)},
        {339: (3, 1, 6)},
        {254: (4, 1, 1)},
        {262: (3, 1, 3), 320: (3, 6, 100)},
        {34675: (7, 2**30, 10)},
        {34665: (4, 1, 8)},
        {274: (3, 1, 99)},
        {282: (5, 1, 2**32 - 8)},
    ],
)
def test_contradictory_tags_are_refused_or_harmless(changes) -> None:
    data = tiff_of({**PLAIN, **changes}).ljust(200, b"\0") + bytes(range(16))
    try:
        found = decode_photo(data, "photo")
    except InputError as error:
        assert "photo" in error.message  # noqa: PT017 - which of both it is depends on the tag
    else:
        assert found.image.pixels.nbytes <= 10_000


def test_fields_that_all_point_at_the_same_megabytes_take_no_gigabytes() -> None:
    block = 60 * 2**20
    tags = dict.fromkeys(range(40_000, 40_020), (7, block, 400))
    data = tiff_of({**PLAIN, **tags}).ljust(400, b"\0") + bytes(block)
    tracemalloc.start()
    try:
        with pytest.raises(InputError, match="damaged"):
            decode_photo(data, "photo")
        assert tracemalloc.get_traced_memory()[1] < 600 * 2**20
    finally:
        tracemalloc.stop()


def test_pages_that_go_in_circles_end(tmp_path) -> None:
    data = bytearray(tiff_of(PLAIN).ljust(200, b"\0") + bytes(range(16)))
    struct.pack_into("<I", data, 10 + 12 * len(PLAIN), 8)
    (tmp_path / "a.tif").write_bytes(data)
    try:
        assert read_photo(tmp_path / "a.tif").image.width == 4
    except InputError as error:
        assert "a.tif" in error.message  # noqa: PT017


def test_tiff_kinds_that_cannot_be_shown_right_say_so(tmp_path) -> None:
    lab = io.BytesIO()
    PIL.Image.fromarray(make_pixels(8, 3)).convert("LAB").save(lab, "TIFF")
    signed = io.BytesIO()
    tifffile.imwrite(signed, np.zeros((5, 5), np.int16))
    thumbnail_only = io.BytesIO()
    tifffile.imwrite(thumbnail_only, np.zeros((5, 5), np.uint8), subfiletype=1)

    for data, reason in ((lab, "CIELAB"), (signed, "way that cannot be opened"), (thumbnail_only, "only a thumbnail")):
        with pytest.raises(InputError, match=reason):
            decode_photo(data.getvalue(), "photo")


def test_damage_is_told_once_and_not_by_libraries_on_the_terminal(tmp_path) -> None:
    data = bytearray(whole_file("tif"))
    data[4:8] = (len(data) - 40).to_bytes(4, "little")
    (tmp_path / "a.tif").write_bytes(data)
    script = (
        "import pathlib, restorer.formats.raster as raster\n"
        "try: raster.read_photo(pathlib.Path('a.tif'))\n"
        "except raster.RestorerError as error: print(error.message)"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    assert done.stdout.count("a.tif is damaged or cut short") == 1


@pytest.mark.parametrize("kind", KINDS)
def test_random_damage_never_surprises(kind) -> None:
    """Whatever is flipped, the file opens or an InputError says that it does not."""
    data = whole_file(kind)
    chance = random.Random(kind)
    for _ in range(60):
        mutated = bytearray(data)
        for _ in range(chance.choice((1, 3, 30))):
            mutated[chance.randrange(min(len(mutated), chance.choice((64, 600, 10**6))))] = chance.randrange(256)
        try:
            found = decode_photo(bytes(mutated), "photo")
        except InputError:
            continue
        assert found.image.pixels.size
