"""Every way a TIFF may store its pixels, read into the photo without a copy, and compared with another reader."""

from __future__ import annotations

import io
import itertools
import tracemalloc
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
import tifffile

from restorer.core.errors import InputError
from restorer.core.image import Image
from restorer.formats.metadata import Metadata
from restorer.formats.raster import ExportOptions, decode_photo, export_losses, read_photo, write_photo

from .pictures import make_pixels

STORAGE = {
    "one strip": {},
    "strips": {"rowsperstrip": 7},
    "tiles": {"tile": (16, 32)},
    "big-endian": {"byteorder": ">", "rowsperstrip": 9},
    "BigTIFF": {"bigtiff": True},
}
PACKED = {
    "plain": {},
    "LZW": {"compression": "lzw", "predictor": True},
    "ZIP": {"compression": "zlib", "predictor": True},
    "PackBits": {"compression": "packbits"},
}
PHOTOMETRIC = {1: "minisblack", 2: "minisblack", 3: "rgb", 4: "rgb"}


def stored(pixels: np.ndarray, **options: object) -> bytes:
    buffer = io.BytesIO()
    channels = pixels.shape[2]
    if channels in (2, 4):
        options.setdefault("extrasamples", ["unassalpha"])
    tifffile.imwrite(buffer, pixels[:, :, 0] if channels == 1 else pixels, photometric=PHOTOMETRIC[channels], **options)
    return buffer.getvalue()


@pytest.mark.parametrize(("storage", "packing"), [*itertools.product(STORAGE, PACKED)])
def test_every_layout(storage, packing) -> None:
    for bits, channels in itertools.product((8, 16, 32), (1, 2, 3, 4)):
        pixels = make_pixels(bits, channels, 45, 70)
        found = decode_photo(stored(pixels, **STORAGE[storage], **PACKED[packing]), "photo")
        assert np.array_equal(found.image.pixels, pixels), (bits, channels)
        assert found.image.pixels.dtype == pixels.dtype


@pytest.mark.parametrize("packing", sorted(PACKED))
@pytest.mark.parametrize("extra", ["unassalpha", "unspecified"])
def test_separate_planes(packing, extra) -> None:
    pixels = make_pixels(16, 4, 45, 70)
    buffer = io.BytesIO()
    tifffile.imwrite(
        buffer,
        np.moveaxis(pixels, 2, 0).copy(),
        photometric="rgb",
        planarconfig="separate",
        extrasamples=[extra],
        rowsperstrip=8,
        **PACKED[packing],
    )
    found = decode_photo(buffer.getvalue(), "photo")
    infrared = found.infrared if extra == "unspecified" else found.image.pixels[:, :, 3]
    assert np.array_equal(found.image.pixels[:, :, :3], pixels[:, :, :3])
    assert np.array_equal(infrared, pixels[:, :, 3])


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("packing", ["plain", "LZW"])
def test_turned_while_it_is_read(orientation, packing) -> None:
    pixels = make_pixels(16, 4, 45, 70)
    data = stored(pixels, extrasamples=["unspecified"], extratags=[(274, 3, 1, orientation, True)], **PACKED[packing])
    expected = {
        1: pixels,
        2: pixels[:, ::-1],
        3: pixels[::-1, ::-1],
        4: pixels[::-1],
        5: pixels.swapaxes(0, 1),
        6: np.rot90(pixels, -1),
        7: np.rot90(pixels, 2).swapaxes(0, 1),
        8: np.rot90(pixels),
    }[orientation]
    found = decode_photo(data, "photo")
    assert np.array_equal(found.image.pixels, expected[:, :, :3])
    assert np.array_equal(found.infrared, expected[:, :, 3])
    assert found.image.pixels.flags.c_contiguous


def infrared_scan(path: Path) -> np.ndarray:
    pixels = make_pixels(16, 4, 45, 70)
    path.write_bytes(stored(pixels, extrasamples=["unspecified"], resolution=(4000, 4000), resolutionunit=2))
    return pixels


@pytest.mark.parametrize("compression", ["deflate", "lzw", "none"])
def test_the_infrared_channel_goes_through(tmp_path, compression) -> None:
    pixels = infrared_scan(tmp_path / "scan.tif")
    scan = read_photo(tmp_path / "scan.tif")
    assert scan.image.channels == 3
    assert any("infrared channel is kept" in note for note in scan.notes)

    write_photo(
        tmp_path / "out.tif",
        scan.image,
        scan.metadata,
        ExportOptions(compression=compression),
        infrared=scan.infrared,
    )

    again = read_photo(tmp_path / "out.tif")
    assert np.array_equal(again.image.pixels, pixels[:, :, :3])
    assert np.array_equal(again.infrared, pixels[:, :, 3])
    with tifffile.TiffFile(tmp_path / "out.tif") as file:
        assert [each.name for each in file.pages[0].extrasamples] == ["UNSPECIFIED"]
        assert np.array_equal(file.pages[0].asarray(), pixels)


def test_the_infrared_channel_is_told_where_it_cannot_go(tmp_path) -> None:
    infrared_scan(tmp_path / "scan.tif")
    scan = read_photo(tmp_path / "scan.tif")
    smaller = Image(scan.image.pixels[:20])
    assert export_losses(scan.image, "tiff", infrared=scan.infrared) == ()
    assert export_losses(scan.image, "png", infrared=scan.infrared) == (
        "The infrared channel is left out: PNG has no place for it.",
    )
    assert "another size" in export_losses(smaller, "tiff", infrared=scan.infrared)[0]
    write_photo(tmp_path / "out.tif", smaller, infrared=scan.infrared)
    assert read_photo(tmp_path / "out.tif").infrared is None


def test_alpha_and_infrared_together(tmp_path) -> None:
    pixels = np.concatenate((make_pixels(8, 4), make_pixels(8, 1)), axis=2)
    buffer = io.BytesIO()
    tifffile.imwrite(buffer, pixels, photometric="rgb", extrasamples=["unassalpha", "unspecified"])
    scan = decode_photo(buffer.getvalue(), "photo")
    write_photo(tmp_path / "out.tif", scan.image, infrared=scan.infrared)
    again = read_photo(tmp_path / "out.tif")
    for found in (scan, again):
        assert np.array_equal(found.image.pixels, pixels[:, :, :4])
        assert np.array_equal(found.infrared, pixels[:, :, 4])


def album(path: Path) -> list[np.ndarray]:
    """Three pages of different sizes and kinds, each with a thumbnail."""
    pages = [make_pixels(8, 3, 30, 40), make_pixels(16, 1, 50, 20), make_pixels(8, 4, 25, 25)]
    with tifffile.TiffWriter(path) as writer:
        for number, page in enumerate(pages):
            shown = page[:, :, 0] if page.shape[2] == 1 else page
            extra = {"extrasamples": ["unassalpha"]} if page.shape[2] == 4 else {}
            kind = {"photometric": PHOTOMETRIC[page.shape[2]], "metadata": None, **extra}
            writer.write(
                shown, resolution=(100 * (number + 1),) * 2, resolutionunit=2, description=f"Page {number}", **kind
            )
            writer.write(shown[::4, ::4], subfiletype=1, **kind)
    return pages


@pytest.mark.parametrize("page", [1, 2, 3])
def test_any_page_can_be_opened(tmp_path, page) -> None:
    pages = album(tmp_path / "album.tif")
    found = read_photo(tmp_path / "album.tif", page=page)
    assert (found.page, found.pages) == (page, 3)
    assert np.array_equal(found.image.pixels, pages[page - 1])
    assert found.metadata.dpi == (100 * page, 100 * page)
    assert f"Page {page - 1}".encode() in found.metadata.exif
    assert found.notes == (f"Page {page} of 3 was opened; an export holds this page alone.",)


def test_pages_that_are_not_there(tmp_path) -> None:
    album(tmp_path / "album.tif")
    write_photo(tmp_path / "a.png", Image(make_pixels(8, 3)))
    for name, page, reason in (("album.tif", 4, "has 3 pages"), ("album.tif", 0, "page 0"), ("a.png", 2, "has 1 page")):
        with pytest.raises(InputError, match=reason):
            read_photo(tmp_path / name, page=page)


def test_values_that_are_no_numbers_are_told_and_kept() -> None:
    pixels = make_pixels(32, 3)
    pixels[0, 0] = (np.nan, np.inf, -np.inf)
    found = decode_photo(stored(pixels), "photo")
    assert found.image.pixels.tobytes() == pixels.tobytes()
    assert found.notes == ("3 of its values are infinite or no numbers; they are shown as white or black.",)


def test_64_bit_values_beyond_32_are_infinite_and_told() -> None:
    pixels = make_pixels(32, 3).astype(np.float64)
    pixels[0, 0, 0] = 1e300
    notes = decode_photo(stored(pixels), "photo").notes
    assert any("1 of its values" in note for note in notes)


@pytest.mark.parametrize("compression", ["group3", "group4", "tiff_lzw", "raw"])
def test_bilevel_scans(compression) -> None:
    picture = PIL.Image.fromarray(make_pixels(8, 1)[:, :, 0]).convert("1")
    buffer = io.BytesIO()
    picture.save(buffer, "TIFF", compression=compression)
    found = decode_photo(buffer.getvalue(), "photo")
    assert np.array_equal(found.image.pixels[:, :, 0], np.asarray(picture.convert("L")))


# -- memory


def peak_bytes(work: object) -> int:
    """Largest amount of memory taken at a time, above what was there before; numpy's counts."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.fixture(scope="module")
def large() -> Image:
    """48 MB, enough to see what grows with the picture; quick to compress."""
    return Image(np.repeat(np.arange(2000, dtype=np.uint16), 4000 * 3).reshape(2000, 4000, 3))


@pytest.mark.parametrize("options", [{}, {"compression": "zlib", "rowsperstrip": 16}, {"tile": (256, 256)}])
def test_reading_takes_little_more_than_the_picture(tmp_path, large, options) -> None:
    path = tmp_path / "large.tif"
    tifffile.imwrite(path, large.pixels, photometric="rgb", extratags=[(274, 3, 1, 6, True)], **options)
    assert peak_bytes(lambda: read_photo(path)) < 1.4 * large.bytes


@pytest.mark.parametrize(("name", "profile"), [("large.tif", "keep"), ("large.tif", "srgb"), ("large.png", "keep")])
def test_writing_takes_little_beside_the_picture(tmp_path, large, name, profile) -> None:
    options = ExportOptions(profile=profile, bit_depth=8 if profile == "srgb" else None)
    write_photo(tmp_path / f"first-{name}", Image(large.pixels[:8]), Metadata(), options)

    assert peak_bytes(lambda: write_photo(tmp_path / name, large, Metadata(), options)) < 0.5 * large.bytes
