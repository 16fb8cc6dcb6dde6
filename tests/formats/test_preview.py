"""A small picture comes before the large one, from a part of its file."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
import tifffile

from restorer.formats import _source
from restorer.formats.color import color_tag
from restorer.formats.raster import read_photo, read_preview

from .pictures import make_exif, make_pixels

PIXELS = make_pixels(16, 3, 600, 800)


def bytes_read(path: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    """How much of a file a preview of 100 pixels reads."""
    total = 0

    class Counting(io.FileIO):
        def readinto(self, buffer: memoryview) -> int:
            nonlocal total
            count = super().readinto(buffer)
            total += count
            return count

    def opened(path: Path, _mode: str) -> object:
        return io.BufferedReader(Counting(path), 512)

    monkeypatch.setattr(Path, "open", opened)
    read_preview(path, 100)
    monkeypatch.undo()
    return total


@pytest.mark.parametrize(
    "options", [{}, {"rowsperstrip": 3}, {"rowsperstrip": 2, "compression": "lzw", "predictor": True}]
)
@pytest.mark.parametrize("orientation", [1, 6])
def test_strips_are_thinned_out(tmp_path, monkeypatch, rgb_profile, options, orientation) -> None:
    path = tmp_path / "a.tif"
    turned = [(274, 3, 1, orientation, True)]
    tifffile.imwrite(path, PIXELS, photometric="rgb", iccprofile=rgb_profile, extratags=turned, **options)

    found = read_preview(path, 100)

    whole = read_photo(path).image
    assert np.array_equal(found.image.pixels, (PIXELS if orientation == 1 else whole.pixels)[::8, ::8]) or (
        orientation == 6 and np.array_equal(found.image.pixels, np.rot90(PIXELS[::8, ::8], -1))
    )
    assert (found.width, found.height) == (whole.width, whole.height)
    assert found.image.color == color_tag(rgb_profile, 3)
    assert bytes_read(path, monkeypatch) < 0.6 * path.stat().st_size


def test_separate_planes_and_a_palette(tmp_path) -> None:
    tifffile.imwrite(
        tmp_path / "a.tif", np.moveaxis(PIXELS, 2, 0).copy(), photometric="rgb", planarconfig="separate", rowsperstrip=2
    )
    assert np.array_equal(read_preview(tmp_path / "a.tif", 100).image.pixels, PIXELS[::8, ::8])
    picture = PIL.Image.fromarray((PIXELS >> 8).astype(np.uint8)).quantize(32)
    picture.save(tmp_path / "b.tif")
    assert np.array_equal(
        read_preview(tmp_path / "b.tif", 100).image.pixels, np.asarray(picture.convert("RGB"))[::8, ::8]
    )


def test_a_reduced_page_is_taken_where_there_is_one(tmp_path) -> None:
    small = PIXELS[::5, ::5].copy()
    with tifffile.TiffWriter(tmp_path / "a.tif") as writer:
        writer.write(PIXELS, photometric="rgb", tile=(256, 256), compression="zlib", subifds=1)
        writer.write(small, photometric="rgb", subfiletype=1)
    found = read_preview(tmp_path / "a.tif", 100)
    assert np.array_equal(found.image.pixels, small)
    assert (found.width, found.height) == (800, 600)


def test_where_nearly_all_had_to_be_decoded_there_is_none(tmp_path) -> None:
    tifffile.imwrite(tmp_path / "a.tif", PIXELS, photometric="rgb", tile=(256, 256), compression="zlib")
    assert read_preview(tmp_path / "a.tif", 100) is None
    PIL.Image.fromarray((PIXELS >> 8).astype(np.uint8)).save(tmp_path / "a.png")
    assert read_preview(tmp_path / "a.png", 100) is None


def test_a_jpeg_is_decoded_small_and_upright(tmp_path) -> None:
    PIL.Image.fromarray((PIXELS >> 8).astype(np.uint8)).save(
        tmp_path / "a.jpg", quality=95, exif=b"Exif\0\0" + make_exif(6)
    )
    found = read_preview(tmp_path / "a.jpg", 100)
    whole = read_photo(tmp_path / "a.jpg").image
    assert found.image.pixels.shape == (100, 75, 3)
    assert (found.width, found.height) == (whole.width, whole.height) == (600, 800)
    averages = whole.pixels.reshape(100, 8, 75, 8, 3).mean(axis=(1, 3))
    assert np.abs(found.image.pixels - averages).mean() < 2


def test_small_photos_are_their_own_preview(tmp_path) -> None:
    tifffile.imwrite(tmp_path / "a.tif", PIXELS[:40, :40], photometric="rgb")
    assert read_preview(tmp_path / "a.tif", 100).image.pixels.shape == (40, 40, 3)


def test_a_source_reads_no_more_than_it_is_asked(tmp_path) -> None:
    (tmp_path / "a").write_bytes(bytes(range(100)))
    with (tmp_path / "a").open("rb") as file:
        source = _source.Source(file)
        assert (len(source), source[3:7], source[95:120], source[200:300]) == (
            100,
            bytes(range(3, 7)),
            bytes(range(95, 100)),
            b"",
        )
