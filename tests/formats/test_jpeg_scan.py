"""A JPEG that was cut and got an end marker from somewhere is not taken for a whole one."""

from __future__ import annotations

import io

import numpy as np
import PIL.Image
import pytest

from restorer.core.errors import InputError
from restorer.formats import _jpeg_scan
from restorer.formats.raster import decode_photo

from .pictures import make_pixels

END = b"\xff\xd9"
KINDS = {
    "baseline": {},
    "4:2:0": {"subsampling": 2},
    "restarts": {"restart_marker_blocks": 3},
    "rows of restarts": {"restart_marker_rows": 1},
    "progressive": {"progressive": True},
    "gray": {},
}


def jpeg(kind: str) -> bytes:
    buffer = io.BytesIO()
    pixels = make_pixels(8, 3, 120, 168)
    picture = PIL.Image.fromarray(pixels[:, :, 0] if kind == "gray" else pixels)
    picture.save(buffer, "JPEG", quality=90, **KINDS[kind])
    return buffer.getvalue()


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_whole_ones_open(kind) -> None:
    assert decode_photo(jpeg(kind), "photo").image.width == 168


@pytest.mark.parametrize("share", [0.3, 0.5, 0.8, 0.95])
@pytest.mark.parametrize("kind", sorted(KINDS))
def test_forged_ends_are_noticed(kind, share) -> None:
    data = jpeg(kind)
    first = _jpeg_scan.read_structure(data).scans[0].start
    cut = first + int((len(data) - first) * share)
    with pytest.raises(InputError, match="damaged or cut short"):
        decode_photo(data[:cut].rstrip(b"\xff") + END, "photo")


def test_a_flat_gray_picture_is_no_damage() -> None:
    for mode in ("L", "RGB"):
        buffer = io.BytesIO()
        PIL.Image.new(mode, (64, 64), 128 if mode == "L" else (128, 128, 128)).save(buffer, "JPEG")
        assert (decode_photo(buffer.getvalue(), "photo").image.pixels == 128).all()


def test_padding_between_segments_is_passed_over() -> None:
    data = jpeg("baseline")
    second = data.index(b"\xff\xdb")
    assert decode_photo(data[:second] + b"\0\0\0" + data[second:], "photo").image.width == 168


def test_the_first_of_several_pictures_counts() -> None:
    data = jpeg("baseline")
    found = decode_photo(data + jpeg("gray"), "photo")
    assert np.array_equal(found.image.pixels, decode_photo(data, "photo").image.pixels)


def test_a_missing_colour_is_noticed() -> None:
    structure = _jpeg_scan.read_structure(jpeg("baseline"))
    scan = structure.scans[0]
    structure.scans = [_jpeg_scan.Scan((1,), 0, 63, 0, scan.start, scan.end, 0)]
    assert _jpeg_scan.missing(structure, b"") == "one of its colours is missing"


@pytest.mark.parametrize("quality", [10, 50, 75, 92, 100])
def test_the_quality_of_a_file_is_told_by_its_tables(quality: int) -> None:
    file = io.BytesIO()
    PIL.Image.fromarray(np.full((16, 16, 3), 90, np.uint8)).save(file, "JPEG", quality=quality)
    assert decode_photo(file.getvalue(), "photo.jpg").metadata.facts.jpeg_quality == quality
