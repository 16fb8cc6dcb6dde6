"""EXIF orientation: applied once on opening, and gone afterwards."""

from __future__ import annotations

import io

import numpy as np
import PIL.Image
import PIL.ImageOps
import PIL.PngImagePlugin
import pytest
import tifffile

from restorer.formats.metadata import Metadata
from restorer.formats.raster import ExportOptions, decode_photo, read_photo, write_photo

from .pictures import make_exif, make_pixels, make_xmp


def orientation_of(exif: bytes | None) -> int:
    found = PIL.Image.Exif()
    found.load(exif)
    return int(found.get(0x0112, 1))


def stored(kind: str, orientation: int) -> bytes:
    """A file whose pixels lie as the orientation says, with 300 × 150 dpi as stored, written by Pillow or tifffile."""
    pixels = make_pixels(8, 3)
    buffer = io.BytesIO()
    if kind == "TIFF":
        tags = [(274, 3, 1, orientation, True)]
        tifffile.imwrite(buffer, pixels, photometric="rgb", metadata=None, extratags=tags, resolution=(300, 150))
        return buffer.getvalue()
    options = {"lossless": True} if kind == "WEBP" else {"dpi": (300, 150)}
    if kind == "JPEG":
        options |= {"quality": 100, "subsampling": 0}
    exif = b"Exif\0\0" + make_exif(orientation)
    if kind == "PNG":
        options["pnginfo"] = PIL.PngImagePlugin.PngInfo()
        options["pnginfo"].add_itxt("XML:com.adobe.xmp", make_xmp(orientation).decode())
    PIL.Image.fromarray(pixels).save(buffer, kind, exif=exif, xmp=make_xmp(orientation), **options)
    return buffer.getvalue()


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "WEBP"])
def test_photos_open_upright(kind, orientation) -> None:
    data = stored(kind, orientation)

    found = decode_photo(data, "photo")

    with PIL.Image.open(io.BytesIO(data)) as picture:
        expected = np.asarray(PIL.ImageOps.exif_transpose(picture))
    assert np.array_equal(found.image.pixels, expected)
    if kind != "TIFF":
        assert orientation_of(found.metadata.exif) == 1
        assert found.metadata.xmp == make_xmp(1)
    if kind != "WEBP":
        assert found.metadata.dpi == ((150, 300) if orientation >= 5 else (300, 150))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "WEBP"])
@pytest.mark.parametrize("name", ["b.jpg", "b.png", "b.tif", "b.webp"])
def test_an_upright_photo_is_not_turned_again(tmp_path, kind, name) -> None:
    first = decode_photo(stored(kind, 6), "photo")
    compression = "lossless" if name == "b.webp" else "auto"

    write_photo(tmp_path / name, first.image, first.metadata, ExportOptions(quality=100, compression=compression))
    second = read_photo(tmp_path / name)

    assert second.image.pixels.shape == (53, 37, 3)
    assert np.abs(second.image.pixels.astype(int) - first.image.pixels).mean() < 2
    with PIL.Image.open(tmp_path / name) as picture:
        assert PIL.ImageOps.exif_transpose(picture).size == picture.size == (37, 53)


def test_sizes_in_the_block_follow_the_pixels(tmp_path) -> None:
    first = decode_photo(stored("JPEG", 8), "photo")
    write_photo(tmp_path / "b.jpg", first.image, first.metadata)

    exif = PIL.Image.Exif()
    exif.load(read_photo(tmp_path / "b.jpg").metadata.exif)

    assert exif.get_ifd(0x8769)[0xA002] == 37


@pytest.mark.parametrize("value", [0, 9, 65535])
def test_a_senseless_orientation_is_passed_over(value) -> None:
    buffer = io.BytesIO()
    PIL.Image.fromarray(make_pixels(8, 3)).save(buffer, "PNG", exif=make_exif(value))

    found = decode_photo(buffer.getvalue(), "photo")

    assert np.array_equal(found.image.pixels, make_pixels(8, 3))
    assert orientation_of(found.metadata.exif) == 1


def test_metadata_of_another_origin_cannot_turn_the_photo(tmp_path, make_image) -> None:
    write_photo(tmp_path / "a.png", make_image(8, 3), Metadata(exif=make_exif(6)))

    with PIL.Image.open(tmp_path / "a.png") as picture:
        assert picture.getexif().get(0x0112, 1) == 1
