"""What a format cannot hold is told beforehand, in words, and then done so."""

from __future__ import annotations

import struct

import imagecodecs
import numpy as np
import PIL.Image
import pytest

from restorer.core.errors import InputError
from restorer.core.image import ColorTag, Image
from restorer.formats.color import color_tag, to_display
from restorer.formats.container import EXPORT_CONTAINERS
from restorer.formats.depth import convert_depth
from restorer.formats.metadata import Metadata
from restorer.formats.profiles import standard_profile
from restorer.formats.raster import ExportOptions, export_losses, read_photo, write_photo

from .pictures import IPTC, make_exif, make_pixels, make_xmp


@pytest.mark.parametrize("format", ["png", "tiff", "PNG", "tif", ".tif"])
@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_nothing_is_lost_where_all_fits(make_image, metadata, format, bits, channels) -> None:
    assert export_losses(make_image(bits, channels), format, metadata) == ()


def test_sixteen_bits_in_jpeg_are_rounded_and_told(tmp_path) -> None:
    image = Image(np.repeat(np.array([[[0], [128], [129], [65407], [65535]]], np.uint16), 8, axis=1).repeat(8, axis=0))

    assert export_losses(image, "jpeg") == ("16 bits per channel are rounded to 8.",)
    write_photo(tmp_path / "a.png", image, options=ExportOptions(bit_depth=8))

    expected = [[0] * 8 + [0] * 8 + [1] * 8 + [255] * 8 + [255] * 8] * 8
    assert read_photo(tmp_path / "a.png").image.pixels[:, :, 0].tolist() == expected


def test_every_16_bit_value_is_rounded_to_the_nearest() -> None:
    levels = np.arange(65536, dtype=np.uint16)[:, None, None]
    assert np.array_equal(convert_depth(levels, 8), np.rint(levels / 257).astype(np.uint8))


def test_depths_up_and_down_agree() -> None:
    levels = np.arange(256, dtype=np.uint8)[:, None, None]
    assert np.array_equal(convert_depth(convert_depth(levels, 16), 8), levels)
    assert np.array_equal(convert_depth(convert_depth(levels, 32), 8), levels)
    deep = np.arange(65536, dtype=np.uint16)[:, None, None]
    assert np.array_equal(convert_depth(convert_depth(deep, 32), 16), deep)
    assert convert_depth(levels, 16).max() == 65535
    assert convert_depth(levels, 8) is levels


def test_floating_point_is_cut_off_and_told(tmp_path) -> None:
    image = Image(np.array([[[-1.0], [0.5], [2.0], [np.nan], [np.inf]]], np.float32))

    (loss,) = export_losses(image, "png")
    write_photo(tmp_path / "a.png", image)

    assert loss == "Floating point values are rounded to 16 bits, and those beyond black and white cut off."
    assert read_photo(tmp_path / "a.png").image.pixels.ravel().tolist() == [0, 32768, 65535, 0, 65535]


def test_transparency_in_jpeg_is_filled_with_white_and_told(tmp_path) -> None:
    pixels = np.full((16, 48, 4), (10, 20, 30, 255), np.uint8)
    pixels[:, 16:32, 3] = 0
    pixels[:, 32:, 3] = 51
    image = Image(pixels)

    assert export_losses(image, "jpeg") == ("Transparent parts are filled with white: JPEG has no transparency.",)
    write_photo(tmp_path / "a.jpg", image, options=ExportOptions(quality=100))

    found = read_photo(tmp_path / "a.jpg").image.pixels.astype(int)
    for column, expected in ((8, (10, 20, 30)), (24, (255, 255, 255)), (40, (206, 208, 210))):
        assert np.abs(found[8, column] - expected).max() <= 3


def test_gray_in_webp_becomes_three_equal_channels(tmp_path) -> None:
    image = Image(make_pixels(8, 2))

    assert "WebP has no gray" in export_losses(image, "webp")[0]
    write_photo(tmp_path / "a.webp", image, options=ExportOptions(compression="lossless"))

    found = read_photo(tmp_path / "a.webp").image
    assert np.array_equal(found.pixels[:, :, :3], image.pixels[:, :, :1].repeat(3, axis=2))
    assert np.array_equal(found.pixels[:, :, 3], image.pixels[:, :, 1])


def test_a_gray_profile_in_webp_is_converted(tmp_path, gray_profile) -> None:
    image = Image(np.full((8, 8, 1), 100, np.uint8), ColorTag(gray_profile, "gray gamma 1.8"))

    assert any("replaced by sRGB" in loss for loss in export_losses(image, "webp"))
    write_photo(tmp_path / "a.webp", image, options=ExportOptions(compression="lossless"))

    found = read_photo(tmp_path / "a.webp").image
    light = (100 / 255) ** 1.8
    assert found.color.name == "sRGB"
    assert np.abs(found.pixels - 255 * (1.055 * light ** (1 / 2.4) - 0.055)).max() <= 1


def test_an_rgb_profile_on_gray_is_no_png_matter(rgb_profile) -> None:
    image = Image(make_pixels(8, 1), ColorTag(rgb_profile, "Adobe RGB"))
    assert "Adobe RGB is left out" in export_losses(image, "png")[0]
    assert export_losses(image, "tiff") == ()


def test_metadata_without_a_place_are_named() -> None:
    image = Image(make_pixels(8, 3))
    large = Metadata(None, make_exif() + bytes(70_000), make_xmp() + b" " * 70_000, IPTC * 10_000)

    assert [loss.split()[0] for loss in export_losses(image, "jpeg", large)] == ["EXIF", "XMP", "IPTC"]
    assert [loss.split()[0] for loss in export_losses(image, "webp", large)] == ["IPTC"]
    assert export_losses(image, "png", large) == export_losses(image, "tiff", large) == ()
    assert export_losses(image, ExportOptions(format="jpeg", keep_metadata=False), large) == ()


def test_oversized_blocks_do_not_stop_an_export(tmp_path) -> None:
    large = Metadata((300, 300), make_exif() + bytes(70_000), make_xmp() + b" " * 70_000, IPTC * 10_000)
    write_photo(tmp_path / "a.jpg", Image(make_pixels(8, 3)), large)
    assert read_photo(tmp_path / "a.jpg").metadata == Metadata((300, 300))


def test_the_largest_blocks_a_jpeg_can_hold_do_fit(tmp_path) -> None:
    jpeg = next(each for each in EXPORT_CONTAINERS if each.name == "jpeg")
    exif, xmp = make_exif(), make_xmp()
    metadata = Metadata(
        None,
        exif + bytes(jpeg.max_exif_bytes - len(exif)),
        xmp + b" " * (jpeg.max_xmp_bytes - len(xmp)),
        IPTC.ljust(jpeg.max_iptc_bytes, b"\0"),
    )
    write_photo(tmp_path / "a.jpg", Image(make_pixels(8, 3)), metadata)
    found = read_photo(tmp_path / "a.jpg").metadata
    assert (found.xmp, found.iptc, len(found.exif)) == (metadata.xmp, metadata.iptc, len(metadata.exif))


@pytest.mark.parametrize(
    ("name", "options", "reason"),
    [
        ("a.jpg", ExportOptions(bit_depth=16), "JPEG holds 8 bits per channel, not 16"),
        ("a.png", ExportOptions(bit_depth=32), "PNG holds 8 or 16 bits per channel, not 32"),
        ("a.tif", ExportOptions(bit_depth=12), "not 12"),
        ("a.jpg", ExportOptions(quality=0), "quality 0 is out of range"),
        ("a.jpg", ExportOptions(quality=101), "quality 101 is out of range"),
        ("a.png", ExportOptions(compression="lzw"), "PNG has no compression “lzw”"),
        ("a.tif", ExportOptions(format="png"), "named like a TIFF, but PNG"),
        ("a.bmp", ExportOptions(), "the ending .bmp is not one that can be written"),
        ("a.heic", ExportOptions(), "the ending .heic"),
        ("photo", ExportOptions(), "its name has no ending"),
        ("a.png", ExportOptions(format="gif"), "cannot be written as “gif”"),
    ],
)
def test_options_a_format_does_not_have(tmp_path, name, options, reason) -> None:
    with pytest.raises(InputError, match=reason):
        write_photo(tmp_path / name, Image(make_pixels(8, 3)), options=options)
    assert list(tmp_path.iterdir()) == []


def test_a_name_without_ending_is_fine_where_the_format_is_given(tmp_path) -> None:
    write_photo(tmp_path / "photo", Image(make_pixels(8, 3)), options=ExportOptions(format="png"))
    assert read_photo(tmp_path / "photo").format == "png"


def test_pictures_larger_than_a_format_can_hold(tmp_path) -> None:
    image = Image(np.zeros((2, 20_000, 3), np.uint8))
    with pytest.raises(InputError, match="WebP holds pictures of up to 16383 pixels a side, this one has 20000 × 2"):
        write_photo(tmp_path / "a.webp", image)
    write_photo(tmp_path / "a.png", image)


@pytest.mark.parametrize(("depth", "dtype"), [(8, np.uint8), (16, np.uint16), (32, np.float32)])
def test_a_depth_can_be_asked_for(tmp_path, depth, dtype) -> None:
    write_photo(tmp_path / "a.tif", Image(make_pixels(8, 3)), options=ExportOptions(bit_depth=depth))
    found = read_photo(tmp_path / "a.tif").image
    assert found.pixels.dtype == dtype
    assert np.array_equal(convert_depth(found.pixels, 8), make_pixels(8, 3))


def test_quality_matters(tmp_path) -> None:
    for name in ("a.jpg", "a.webp"):
        sizes = []
        for quality in (30, 95):
            write_photo(
                tmp_path / name, Image(make_pixels(8, 3)), options=ExportOptions(quality=quality), overwrite=True
            )
            sizes.append((tmp_path / name).stat().st_size)
        assert sizes[0] < 0.7 * sizes[1]


@pytest.mark.parametrize("name", ["a.tif", "a.png", "a.jpg", "a.webp"])
@pytest.mark.parametrize("profile", ["srgb", "adobe-rgb", "display-p3"])
def test_colours_can_be_converted(tmp_path, make_image, name, profile) -> None:
    image = make_image(8, 3)
    compression = "lossless" if name == "a.webp" else "auto"
    write_photo(tmp_path / name, image, options=ExportOptions(profile=profile, quality=100, compression=compression))
    found = read_photo(tmp_path / name).image
    assert found.color.icc == standard_profile(profile)
    assert np.abs(to_display(found.pixels, found.color).astype(int) - to_display(image.pixels, image.color)).mean() < 2


@pytest.mark.parametrize("bits", [8, 16, 32])
def test_gray_is_converted_to_gray(tmp_path, make_image, bits) -> None:
    image = make_image(bits, 2)
    write_photo(tmp_path / "a.tif", image, options=ExportOptions(profile="srgb"))
    found = read_photo(tmp_path / "a.tif").image
    assert found.pixels.dtype == image.pixels.dtype
    assert found.channels == 2
    assert np.array_equal(found.pixels[:, :, 1], image.pixels[:, :, 1])
    assert found.color.icc == standard_profile("srgb", gray=True)
    shown, meant = (to_display(each.pixels, each.color).astype(int) for each in (found, image))
    assert np.abs(shown - meant).max() <= 1


def test_a_conversion_to_8_bits_goes_through_16(tmp_path) -> None:
    """A dark ramp of 16 bits in a linear space has more levels in 8-bit sRGB than its 8-bit copy could have."""
    space = {"whitepoint": [0.3127, 0.329, 1.0], "primaries": [0.64, 0.33, 1.0, 0.3, 0.6, 1.0, 0.15, 0.06, 1.0]}
    icc = bytes(imagecodecs.cms_profile("rgb", gamma=1.0, **space))
    ramp = np.repeat(np.arange(0, 2560, dtype=np.uint16)[None, :, None], 3, axis=2)
    image = Image(ramp, color_tag(icc, 3))
    write_photo(tmp_path / "a.png", image, options=ExportOptions(profile="srgb", bit_depth=8))
    levels = np.unique(read_photo(tmp_path / "a.png").image.pixels)
    assert np.array_equal(levels, np.arange(levels.max() + 1))
    assert levels.max() > 50


def test_a_resolution_can_be_set_and_follows_a_change_of_scale(tmp_path, make_image, metadata) -> None:
    write_photo(tmp_path / "a.tif", make_image(8, 3), metadata, ExportOptions(dpi=1200))
    assert read_photo(tmp_path / "a.tif").metadata.dpi == (1200, 1200)
    assert metadata.scaled(2).dpi == (1200, 600), "the print stays as large as it was"
    assert metadata.scaled(2, 3).dpi == (1200, 900)
    assert metadata.scaled(2, keep_print_size=False) is metadata
    assert Metadata().scaled(2).dpi is None


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.webp"])
def test_exif_says_which_colours_and_shows_no_old_picture(tmp_path, make_image, name) -> None:
    exif = PIL.Image.Exif()
    exif.get_ifd(0x8769)[0xA001] = 0xFFFF
    thumbnail = b"\xff\xd8" + b"what was cropped away" * 20 + b"\xff\xd9"
    with_thumbnail = attach_thumbnail(exif.tobytes().removeprefix(b"Exif\0\0"), thumbnail)
    assert thumbnail in with_thumbnail

    write_photo(tmp_path / name, make_image(8, 3), Metadata(exif=with_thumbnail), ExportOptions(profile="srgb"))

    assert b"cropped" not in (tmp_path / name).read_bytes()
    with PIL.Image.open(tmp_path / name) as picture:
        assert picture.getexif().get_ifd(0x8769)[0xA001] == 1
        assert picture.getexif().get_ifd(1) == {}


def attach_thumbnail(exif: bytes, thumbnail: bytes) -> bytes:
    """The block with a second directory that leads to a picture."""
    order = "<" if exif[:2] == b"II" else ">"
    (first,) = struct.unpack_from(order + "I", exif, 4)
    (count,) = struct.unpack_from(order + "H", exif, first)
    block, second = bytearray(exif), len(exif)
    struct.pack_into(order + "I", block, first + 2 + 12 * count, second)
    entries = struct.pack(order + "HHII", 0x0201, 4, 1, second + 30)
    entries += struct.pack(order + "HHII", 0x0202, 4, 1, len(thumbnail))
    return bytes(block) + struct.pack(order + "H", 2) + entries + bytes(4) + thumbnail
