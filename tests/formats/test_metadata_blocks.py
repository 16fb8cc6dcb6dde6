"""EXIF, IPTC and XMP blocks: what is understood, what is corrected, and that nothing else moves."""

from __future__ import annotations

import io
import struct

import numpy as np
import PIL.ExifTags
import PIL.Image
import PIL.PngImagePlugin
import pytest
import tifffile
from hypothesis import given
from hypothesis import strategies as st
from PIL.TiffImagePlugin import IFDRational

from restorer.core.image import Image
from restorer.formats import _exif, _ifd, _iptc
from restorer.formats._orientation import upright_xmp
from restorer.formats.metadata import Metadata
from restorer.formats.raster import decode_photo, read_photo, write_photo

from .pictures import IPTC, make_exif, make_xmp

MAKER_NOTE = b"Nikon\0\x02\x10\0\0MM\0*\0\0\0\x08 offsets in here are nobody's business"


def block(order: str, *, dpi: int | None = 72, apart: bool = True) -> bytes:
    """A hand-made EXIF block in either byte order: orientation, resolution, a maker note, a thumbnail directory."""
    mark = b"II" if order == "<" else b"MM"
    main = [(0x0112, 3, 1, struct.pack(order + "HH", 6, 0))]
    if dpi:
        main += [
            (tag, 5, 1, struct.pack(order + "I", at)) for tag, at in ((0x011A, 200), (0x011B, 208 if apart else 200))
        ]
        main += [(0x0128, 3, 1, struct.pack(order + "HH", 2, 0))]
    main += [(0x8769, 4, 1, struct.pack(order + "I", 300))]

    def directory(entries: list[tuple[int, int, int, bytes]], following: int) -> bytes:
        packed = b"".join(struct.pack(order + "HHI", *entry[:3]) + entry[3] for entry in entries)
        return struct.pack(order + "H", len(entries)) + packed + struct.pack(order + "I", following)

    data = bytearray(600)
    data[:8] = mark + struct.pack(order + "HI", 42, 8)
    for at, part in (
        (8, directory(main, 450)),
        (200, struct.pack(order + "IIII", dpi or 0, 1, dpi or 0, 1)),
        (300, directory([(0x927C, 7, len(MAKER_NOTE), struct.pack(order + "I", 350))], 0)),
        (350, MAKER_NOTE),
        (450, directory([(0x0103, 3, 1, struct.pack(order + "HH", 6, 0))], 0)),
    ):
        data[at : at + len(part)] = part
    return bytes(data)


@pytest.mark.parametrize("order", ["<", ">"])
def test_facts_are_corrected_in_place(order) -> None:
    before = block(order)
    assert _exif.orientation(before) == 6
    assert _exif.resolution(before) == (72, 72)

    after = _exif.with_facts(before, 53, 37, (600, 300))

    assert len(after) == len(before)
    assert after[350 : 350 + len(MAKER_NOTE)] == MAKER_NOTE
    assert _exif.orientation(after) == 1
    assert _exif.resolution(after) == (600, 300)
    exif = PIL.Image.Exif()
    exif.load(after)
    assert exif.get_ifd(0x8769)[0x927C] == MAKER_NOTE
    assert not exif.get_ifd(PIL.Image.ExifTags.IFD.IFD1)  # The thumbnail shows the photo as it was before.
    different = sum(a != b for a, b in zip(before, after, strict=True))
    assert different <= 24


@pytest.mark.parametrize("order", ["<", ">"])
def test_a_resolution_whose_fields_share_a_value_is_corrected_too(order) -> None:
    after = _exif.with_facts(block(order, apart=False), 53, 37, (600, 300))
    assert _exif.resolution(after) == (600, 300)
    assert after[350 : 350 + len(MAKER_NOTE)] == MAKER_NOTE


@pytest.mark.parametrize("order", ["<", ">"])
def test_an_added_resolution_moves_nothing(order) -> None:
    before = block(order, dpi=None)

    after = _exif.with_resolution(before, (299.72, 600))

    assert after[8:600] == before[8:]
    assert _exif.resolution(after) == pytest.approx((299.72, 600), abs=1e-3)
    exif = PIL.Image.Exif()
    exif.load(after)
    assert exif.get_ifd(0x8769)[0x927C] == MAKER_NOTE


@pytest.mark.parametrize("order", ["<", ">"])
def test_blocks_of_either_byte_order_go_into_tiff(tmp_path, order) -> None:
    metadata = Metadata((300, 300), block(order))
    write_photo(tmp_path / "a.tif", Image(np.zeros((4, 5), np.uint16)[:, :, None]), metadata)

    with tifffile.TiffFile(tmp_path / "a.tif") as file:
        assert file.pages[0].tags["ExifTag"].value["MakerNote"] == MAKER_NOTE
    found = PIL.Image.Exif()
    found.load(read_photo(tmp_path / "a.tif").metadata.exif)
    assert found.get_ifd(0x8769)[0x927C] == MAKER_NOTE


def test_big_endian_numbers_arrive_in_tiff_as_the_same_numbers(tmp_path) -> None:
    exif = PIL.Image.Exif()
    exif.endian = ">"
    exif[0x010F] = "Rolleiflex"
    exif.get_ifd(0x8769)[0x829A] = IFDRational(1, 250)
    exif.get_ifd(0x8769)[0x8827] = 400
    exif_bytes = exif.tobytes().removeprefix(b"Exif\0\0")
    assert exif_bytes.startswith(b"MM")

    write_photo(tmp_path / "a.tif", Image(np.zeros((8, 8, 1), np.uint8)), Metadata(exif=exif_bytes))

    with tifffile.TiffFile(tmp_path / "a.tif") as file:
        assert file.byteorder == "<"
        assert file.pages[0].tags["Make"].value == "Rolleiflex"
        assert file.pages[0].tags["ExifTag"].value["ExposureTime"] == (1, 250)
        assert file.pages[0].tags["ExifTag"].value["ISOSpeedRatings"] == 400


def test_big_tiff_carries_the_same_tags() -> None:
    buffer = io.BytesIO()
    tifffile.imwrite(buffer, np.zeros((4, 5), np.uint8), bigtiff=True, metadata=None)
    tree = _ifd.read_tree(make_exif())

    extended = bytes(_ifd.extend(buffer.getvalue(), tree))

    with tifffile.TiffFile(io.BytesIO(extended)) as file:
        assert file.is_bigtiff
        assert file.pages[0].tags["Make"].value == "Agfa"
        assert file.pages[0].tags["ExifTag"].value["DateTimeOriginal"] == "1935:05:17 12:00:00"
        assert file.pages[0].asarray().shape == (4, 5)
    found = PIL.Image.Exif()
    found.load(decode_photo(extended, "photo").metadata.exif)
    assert found[0x013B] == "A. Fotografin"
    assert found.get_ifd(0x8825)[2] == (52.0, 31.0, 12.0)


def test_structural_tags_of_a_tiff_do_not_leak_into_exif() -> None:
    buffer = io.BytesIO()
    tifffile.imwrite(buffer, np.zeros((40, 50, 3), np.uint8), photometric="rgb", compression="lzw", software=False)
    assert decode_photo(buffer.getvalue(), "photo").metadata.exif is None


@given(st.binary(max_size=200))
def test_any_bytes_after_a_tiff_header_are_survived(tail) -> None:
    for head in (b"II*\0\x08\0\0\0", b"MM\0*\0\0\0\x08", b"II+\0\x08\0\0\0\x10\0\0\0\0\0\0\0"):
        data = head + tail
        assert 1 <= _exif.orientation(data) <= 8
        _exif.resolution(data)
        for correct in (_exif.upright, _exif.from_tiff, lambda each: _exif.with_facts(each, 3, 4, (300, 300))):
            try:
                correct(data)
            except ValueError:
                continue


@pytest.mark.parametrize("records", [IPTC, IPTC + b"\0", b"\x1c\x02\x05\x00\x01a" * 3000])
def test_iptc_inside_photoshop_resources(records) -> None:
    other = b"8BIM\x03\xed\x03abc\0\0\0\x03xyz\0"
    assert _iptc.unwrap(_iptc.wrap(records)) == records
    assert _iptc.unwrap(other + _iptc.wrap(records)) == records
    assert _iptc.from_hex_profile(_iptc.to_hex_profile(records)) == records


@given(st.binary(max_size=60))
def test_any_bytes_are_survived_as_photoshop_resources(data) -> None:
    _iptc.unwrap(b"8BIM" + data)
    _iptc.from_hex_profile(b"\niptc\n  9\n" + data)


def test_pillow_finds_the_iptc_of_jpeg_and_tiff(tmp_path) -> None:
    from PIL import IptcImagePlugin

    for name in ("a.jpg", "a.tif"):
        write_photo(tmp_path / name, Image(np.zeros((8, 8, 3), np.uint8)), Metadata(iptc=IPTC))
        with PIL.Image.open(tmp_path / name) as picture:
            assert IptcImagePlugin.getiptcinfo(picture) == {(2, 5): b"Oma 1", (2, 80): b"A.F"}


@pytest.mark.parametrize(
    "written",
    [
        'tiff:Orientation="{}"',
        "tiff:Orientation='{}'",
        "<tiff:Orientation>{}</tiff:Orientation>",
        "<tiff:Orientation> {} </tiff:Orientation>",
    ],
)
def test_orientation_in_xmp(written) -> None:
    assert upright_xmp(written.format(6).encode()) == written.format(1).encode()
    assert upright_xmp(b'exif:Orientation="6" tiff:Orientation="66"') == b'exif:Orientation="6" tiff:Orientation="66"'


def test_compressed_xmp_in_png() -> None:
    import zlib

    buffer = io.BytesIO()
    info = PIL.PngImagePlugin.PngInfo()
    info.add_itxt("XML:com.adobe.xmp", make_xmp().decode(), zip=True)
    info.add_text("Comment", "x" * 1000, zip=True)
    info.add(b"iCCP", b"name\0\0" + zlib.compress(b"\0" * 10)[:-3])
    PIL.Image.new("L", (3, 3)).save(buffer, "PNG", pnginfo=info)

    found = decode_photo(buffer.getvalue(), "photo")

    assert found.metadata.xmp == make_xmp()
    assert found.image.color.icc is None
