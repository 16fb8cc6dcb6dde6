"""What is written is read back the same, by this program and by others."""

from __future__ import annotations

import io
from pathlib import Path

import cv2
import numpy as np
import PIL.Image
import pytest
import tifffile

from restorer.core.image import Image
from restorer.formats.metadata import Metadata
from restorer.formats.raster import ExportOptions, PhotoFile, decode_photo, read_photo, write_photo

LOSSLESS = [
    *(("a.png", bits, channels, "auto") for bits in (8, 16) for channels in (1, 2, 3, 4)),
    *(
        ("a.tif", bits, channels, compression)
        for bits in (8, 16, 32)
        for channels in (1, 2, 3, 4)
        for compression in ("deflate", "lzw", "none")
    ),
    *(("a.webp", 8, channels, "lossless") for channels in (3, 4)),
]
LOSSY = [("a.jpg", 1), ("a.jpg", 3), ("a.webp", 3), ("a.webp", 4)]


def round_trip(path: Path, image: Image, metadata: Metadata, **options: object) -> PhotoFile:
    write_photo(path, image, metadata, ExportOptions(**options))
    return read_photo(path)


def assert_metadata(found: PhotoFile, image: Image, metadata: Metadata, *, iptc: bool = True) -> None:
    assert found.notes == ()
    assert found.image.color == image.color
    assert found.metadata.dpi == metadata.dpi
    assert found.metadata.xmp == metadata.xmp
    assert found.metadata.iptc == (metadata.iptc if iptc else None)
    exif = PIL.Image.Exif()
    exif.load(found.metadata.exif)
    assert exif[0x010F] == "Agfa"
    assert exif[0x013B] == "A. Fotografin"
    assert exif.get(0x0112, 1) == 1
    assert exif.get_ifd(0x8769)[0x9003] == "1935:05:17 12:00:00"
    assert exif.get_ifd(0x8825)[2] == (52.0, 31.0, 12.0)


@pytest.mark.parametrize(("name", "bits", "channels", "compression"), LOSSLESS)
def test_lossless_formats_keep_every_bit(tmp_path, make_image, metadata, name, bits, channels, compression) -> None:
    image = make_image(bits, channels)

    found = round_trip(tmp_path / name, image, metadata, compression=compression)

    assert found.image.pixels.dtype == image.pixels.dtype
    assert np.array_equal(found.image.pixels, image.pixels)
    assert_metadata(found, image, metadata, iptc=name != "a.webp")


@pytest.mark.parametrize(("name", "channels"), LOSSY)
def test_lossy_formats_keep_everything_but_fine_detail(tmp_path, make_image, metadata, name, channels) -> None:
    image = make_image(8, channels)

    found = round_trip(tmp_path / name, image, metadata)

    assert found.image.pixels.shape == image.pixels.shape
    difference = found.image.pixels.astype(int) - image.pixels
    assert np.abs(difference).mean() < 5
    if channels == 4:
        assert not difference[:, :, 3].any()
    assert_metadata(found, image, metadata, iptc=name != "a.webp")


@pytest.mark.parametrize(
    ("name", "bits", "channels"),
    # OpenCV multiplies the alpha of 8-bit TIFF into the colours; Pillow is asked about that one below.
    [
        (name, bits, channels)
        for name in ("a.png", "a.tif")
        for bits in (8, 16)
        for channels in (1, 3, 4)
        if (name, bits, channels) != ("a.tif", 8, 4)
    ],
)
def test_opencv_reads_the_same_pixels(tmp_path, make_image, metadata, name, bits, channels) -> None:
    image = make_image(bits, channels)
    write_photo(tmp_path / name, image, metadata)

    data = np.frombuffer((tmp_path / name).read_bytes(), np.uint8)
    bgr = cv2.imdecode(data, cv2.IMREAD_UNCHANGED)

    order = {1: [0], 3: [2, 1, 0], 4: [2, 1, 0, 3]}[channels]
    assert np.array_equal(np.atleast_3d(bgr)[:, :, order], image.pixels)


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
@pytest.mark.parametrize("name", ["a.png", "a.tif"])
def test_pillow_reads_the_same_pixels(tmp_path, make_image, metadata, name, channels) -> None:
    image = make_image(8, channels)
    write_photo(tmp_path / name, image, metadata)

    with PIL.Image.open(tmp_path / name) as picture:
        assert picture.mode == {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}[channels]
        assert np.array_equal(np.asarray(picture).reshape(image.pixels.shape), image.pixels)


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.tif", "a.webp"])
def test_pillow_finds_profile_resolution_and_exif(tmp_path, make_image, metadata, name) -> None:
    image = make_image(8, 3)
    write_photo(tmp_path / name, image, metadata)

    with PIL.Image.open(tmp_path / name) as picture:
        picture.load()
        exif = picture.getexif()
        assert picture.info["icc_profile"] == image.color.icc
        assert picture.info.get("xmp", metadata.xmp) == metadata.xmp
        if name == "a.webp":
            assert (exif[0x011A], exif[0x011B], exif[0x0128]) == (600, 300, 2)
        else:
            assert picture.info["dpi"] == pytest.approx((600, 300), abs=0.01)
        assert exif[0x010F] == "Agfa"
        assert exif.get_ifd(0x8769)[0x9003] == "1935:05:17 12:00:00"
        assert exif.get_ifd(0x8825)[1] == "N"


def test_tifffile_finds_the_tags_of_a_16_bit_tiff(tmp_path, make_image, metadata) -> None:
    image = make_image(16, 4)
    write_photo(tmp_path / "a.tif", image, metadata, ExportOptions(compression="lzw"))

    with tifffile.TiffFile(tmp_path / "a.tif") as file:
        page = file.pages[0]
        assert len(file.pages) == 1
        assert page.compression.name == "LZW"
        assert page.predictor.name == "HORIZONTAL"
        assert [each.name for each in page.extrasamples] == ["UNASSALPHA"]
        assert page.tags["XResolution"].value == (600, 1)
        assert page.tags["ResolutionUnit"].value == 2
        assert page.tags["InterColorProfile"].value == image.color.icc
        assert bytes(page.tags["XMP"].value) == metadata.xmp
        assert page.tags["ExifTag"].value["DateTimeOriginal"] == "1935:05:17 12:00:00"
        assert page.tags["GPSTag"].value["GPSLatitudeRef"] == "N"


def test_jpeg_keeps_full_chroma_resolution(tmp_path, make_image) -> None:
    write_photo(tmp_path / "a.jpg", make_image(8, 3))

    with PIL.Image.open(tmp_path / "a.jpg") as picture:
        assert [component[1:3] for component in picture.layer] == [(1, 1)] * 3


def test_float_values_beyond_white_and_not_numbers_survive_in_tiff(tmp_path) -> None:
    pixels = np.array([[[-0.5], [1.75]], [[np.nan], [np.inf]]], np.float32)

    found = round_trip(tmp_path / "a.tif", Image(pixels), Metadata())

    assert found.image.pixels.tobytes() == pixels.tobytes()


def test_opaque_alpha_may_be_dropped_by_webp_only(tmp_path) -> None:
    pixels = np.full((8, 8, 4), 255, np.uint8)

    assert round_trip(tmp_path / "a.webp", Image(pixels), Metadata(), compression="lossless").image.channels == 3
    assert round_trip(tmp_path / "a.png", Image(pixels), Metadata()).image.channels == 4


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.tif", "a.webp"])
def test_nothing_is_invented_where_there_is_no_metadata(tmp_path, name) -> None:
    found = round_trip(tmp_path / name, Image(np.zeros((4, 5, 3), np.uint8)), Metadata())

    assert found.metadata == Metadata()
    assert found.image.color.icc is None
    assert found.image.color.name == "sRGB"


@pytest.mark.parametrize("dpi", [(300.0, 300.0), (72.0, 96.0), (1200.0, 1200.0), (299.72, 299.72)])
@pytest.mark.parametrize("name", ["a.png", "a.tif", "a.webp"])
def test_resolution_is_kept(tmp_path, name, dpi) -> None:
    found = round_trip(tmp_path / name, Image(np.zeros((4, 5, 3), np.uint8)), Metadata(dpi))

    assert found.metadata.dpi == (dpi if dpi[0].is_integer() else pytest.approx(dpi, abs=0.013))


def test_metadata_can_be_left_out_but_profile_and_resolution_stay(tmp_path, make_image, metadata) -> None:
    image = make_image(8, 3)

    found = round_trip(tmp_path / "a.jpg", image, metadata, keep_metadata=False)

    assert found.metadata == Metadata(metadata.dpi)
    assert found.image.color == image.color


@pytest.mark.parametrize("name", ["Großmutter 1935.png", "祖母.tif", "бабушка.jpg", "grand-mère 👵.webp"])
def test_names_in_any_script(tmp_path, make_image, name) -> None:
    folder = tmp_path / "Fotos – 家族"
    folder.mkdir()

    found = round_trip(folder / name, make_image(8, 3), Metadata())

    assert found.path == folder / name
    assert [path.name for path in folder.iterdir()] == [name]


def test_the_contents_decide_and_not_the_name(tmp_path, make_image) -> None:
    write_photo(tmp_path / "a.png", make_image(16, 3))
    (tmp_path / "a.png").rename(tmp_path / "a.jpg")

    found = read_photo(tmp_path / "a.jpg")

    assert (found.format, found.image.bit_depth) == ("png", 16)


def test_pasted_data_need_no_file(make_image) -> None:
    buffer = io.BytesIO()
    pixels = make_image(8, 3).pixels
    PIL.Image.fromarray(pixels).save(buffer, "BMP", dpi=(300, 300))

    found = decode_photo(buffer.getvalue(), "pasted picture")

    assert (found.format, found.path.name, found.metadata.dpi) == ("bmp", "pasted picture", (300.0, 300.0))
    assert np.array_equal(found.image.pixels, pixels)


def test_photographs_with_maker_notes_go_through_every_format(tmp_path, shared_data) -> None:
    source = read_photo(shared_data / "scans" / "psychiana_081.jpg")

    for name in ("a.jpg", "a.png", "a.tif", "a.webp"):
        found = round_trip(tmp_path / name, source.image, source.metadata)
        assert found.metadata.dpi == source.metadata.dpi == (200.0, 200.0)
        assert found.image.color == source.image.color
        assert found.metadata.xmp == source.metadata.xmp
        assert found.metadata.iptc == (None if name == "a.webp" else source.metadata.iptc)
