"""HEIC and camera raw: opened where their libraries are installed, and a clear word where they are not."""

from __future__ import annotations

import importlib.util
import io
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
import tifffile

from restorer.core.errors import InputError
from restorer.core.image import Image
from restorer.formats.container import CONTAINERS, container_of
from restorer.formats.raster import decode_photo, read_photo, write_photo

from .pictures import make_exif, make_pixels, make_xmp


def heic(picture: PIL.Image.Image, **options: object) -> bytes:
    pillow_heif = pytest.importorskip("pillow_heif")
    buffer = io.BytesIO()
    pillow_heif.from_pillow(picture).save(buffer, format="HEIF", quality=90, **options)
    return buffer.getvalue()


def test_heic_with_its_profile_and_metadata(rgb_profile) -> None:
    pixels = make_pixels(8, 3, 64, 96)
    picture = PIL.Image.fromarray(pixels)
    picture.info["icc_profile"] = rgb_profile
    found = decode_photo(heic(picture, exif=b"Exif\0\0" + make_exif(), xmp=make_xmp()), "photo")
    assert found.format == "heif"
    assert np.abs(found.image.pixels.astype(int) - pixels).mean() < 4
    assert found.image.color.icc == rgb_profile
    assert found.metadata.xmp == make_xmp()
    assert b"Fotografin" in found.metadata.exif


@pytest.mark.parametrize(("mode", "channels"), [("L", 1), ("RGB", 3), ("RGBA", 4)])
def test_heic_channels(mode, channels) -> None:
    picture = PIL.Image.fromarray(make_pixels(8, 3, 64, 96)).convert(mode)
    assert decode_photo(heic(picture), "photo").image.channels == channels


def test_heic_is_turned_once() -> None:
    picture = PIL.Image.fromarray(make_pixels(8, 3, 64, 96))
    found = decode_photo(heic(picture, exif=b"Exif\0\0" + make_exif(6)), "photo")
    assert (found.image.width, found.image.height) == (64, 96)
    exif = PIL.Image.Exif()
    exif.load(found.metadata.exif)
    assert exif.get(0x0112, 1) == 1


def test_heic_of_more_than_8_bits() -> None:
    pillow_heif = pytest.importorskip("pillow_heif")
    pixels = make_pixels(16, 3, 64, 96)
    buffer = io.BytesIO()
    pillow_heif.from_bytes(mode="RGB;16", size=(96, 64), data=pixels.tobytes()).save(buffer, format="HEIF", quality=95)
    found = decode_photo(buffer.getvalue(), "photo").image.pixels
    assert found.dtype == np.uint16
    assert np.abs(found.astype(int) - pixels).mean() < 1500


def dng() -> bytes:
    """The least that is a DNG: a mosaic of random values, and how to see it."""
    mosaic = np.random.default_rng(0).integers(1000, 60000, (64, 96)).astype(np.uint16)
    rationals = tuple(value for row in np.eye(3, dtype=int) for entry in row for value in (int(entry) * 10000, 10000))
    buffer = io.BytesIO()
    tifffile.imwrite(
        buffer,
        mosaic,
        photometric=32803,
        metadata=None,
        software=False,
        extratags=[
            (50706, 1, 4, bytes((1, 4, 0, 0)), True),
            (50708, 2, 0, "Test", True),
            (33421, 3, 2, (2, 2), True),
            (33422, 1, 4, bytes((0, 1, 1, 2)), True),
            (50721, 10, 9, rationals, True),
            (50778, 3, 1, 21, True),
            (50717, 4, 1, 65535, True),
            (50728, 5, 3, (1, 1, 1, 1, 1, 1), True),
            (271, 2, 0, "Maker", True),
        ],
    )
    return buffer.getvalue()


def test_camera_raw_is_developed_into_16_bits_of_a_known_space(tmp_path) -> None:
    pytest.importorskip("rawpy")
    (tmp_path / "a.dng").write_bytes(dng())
    found = read_photo(tmp_path / "a.dng")
    assert found.format == "raw"
    assert found.image.pixels.shape == (64, 96, 3)
    assert found.image.pixels.dtype == np.uint16
    assert "Adobe RGB" in found.image.color.name
    assert b"Maker" in found.metadata.exif
    assert "developed from camera raw" in found.notes[0]


@pytest.mark.parametrize(
    ("name", "data"), [("a.nef", b"MM\0*" + bytes(100)), ("a.cr3", b"\0\0\0\x18ftypcrx " + bytes(90))]
)
def test_damaged_raw_says_so(tmp_path, name, data) -> None:
    pytest.importorskip("rawpy")
    (tmp_path / name).write_bytes(data)
    with pytest.raises(InputError, match="damaged or cut short"):
        read_photo(tmp_path / name)


@pytest.mark.parametrize(
    ("name", "data", "package", "extra"),
    [
        ("a.heic", b"\0\0\0\x18ftypheic" + bytes(40), "pillow_heif", "heic"),
        ("a.dng", b"II*\0" + bytes(40), "rawpy", "raw"),
        ("a.raf", b"FUJIFILMCCD-RAW " + bytes(40), "rawpy", "raw"),
    ],
)
def test_without_the_library_it_is_said_how_to_get_it(tmp_path, monkeypatch, name, data, package, extra) -> None:
    find_spec = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == package else find_spec(name))
    (tmp_path / name).write_bytes(data)
    with pytest.raises(InputError, match=f"{package}, which opens those, is not installed") as caught:
        read_photo(tmp_path / name)
    assert caught.value.hint == f"Install it with: pip install 'restorer[{extra}]'"


def test_they_are_known_by_contents_where_contents_tell() -> None:
    assert container_of(b"\0\0\0\x18ftypmif1\0\0\0\0heic" + bytes(8)).name == "heif"
    assert container_of(b"\0\0\0\x18ftypisom" + bytes(20)) is None
    assert container_of(b"II*\0" + bytes(28), ".NEF").name == "raw"
    assert container_of(b"II*\0" + bytes(28), ".tif").name == "tiff"
    assert container_of(b"\x89PNG\r\n\x1a\n" + bytes(24), ".nef").name == "png"


def test_they_are_read_only(tmp_path: Path) -> None:
    for name in ("a.heic", "a.dng"):
        with pytest.raises(InputError, match="not one that can be written"):
            write_photo(tmp_path / name, Image(make_pixels(8, 3)))
    assert not CONTAINERS["heif"].writable
