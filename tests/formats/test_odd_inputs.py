"""Photos as scanners, old programs and other people's tools store them."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
import PIL.Image
import PIL.ImageOps
import pytest
import tifffile
from PIL import ImageCms

from restorer.formats.raster import PhotoFile, decode_photo

from .pictures import make_pixels


def by_pillow(picture: PIL.Image.Image, kind: str, **options: object) -> PhotoFile:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return decode_photo(buffer.getvalue(), "photo")


def by_tifffile(pixels: np.ndarray, **options: object) -> PhotoFile:
    buffer = io.BytesIO()
    tifffile.imwrite(buffer, pixels, **options)
    return decode_photo(buffer.getvalue(), "photo")


def color_picture() -> PIL.Image.Image:
    return PIL.Image.fromarray(make_pixels(8, 3))


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "BMP"])
def test_one_bit_becomes_gray(kind) -> None:
    picture = color_picture().convert("1")
    found = by_pillow(picture, kind)
    assert np.array_equal(found.image.pixels, np.asarray(picture.convert("L"))[:, :, None])
    assert set(np.unique(found.image.pixels)) == {0, 255}


def test_one_bit_white_is_zero_tiff() -> None:
    picture = color_picture().convert("1")
    buffer = io.BytesIO()
    picture.save(buffer, "TIFF", tiffinfo={262: 0})
    with PIL.Image.open(io.BytesIO(buffer.getvalue())) as reference:
        expected = np.asarray(reference.convert("L"))
    found = decode_photo(buffer.getvalue(), "photo")
    assert np.array_equal(found.image.pixels[:, :, 0], expected)


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "BMP"])
def test_palettes_become_rgb(kind) -> None:
    picture = color_picture().quantize(64)
    found = by_pillow(picture, kind)
    assert np.array_equal(found.image.pixels, np.asarray(picture.convert("RGB")))


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "BMP"])
def test_gray_palettes_become_gray(kind) -> None:
    picture = PIL.Image.fromarray(make_pixels(8, 1)[:, :, 0] // 3, "L").copy()
    indexed = PIL.Image.frombytes("P", picture.size, picture.tobytes())
    indexed.putpalette([255 - level for level in range(256) for _ in range(3)])
    found = by_pillow(indexed, kind)
    assert np.array_equal(found.image.pixels[:, :, 0], 255 - np.asarray(picture))


def test_transparent_palette_entries_become_alpha() -> None:
    picture = color_picture().quantize(16)
    found = by_pillow(picture, "PNG", transparency=bytes([0, 128] + [255] * 14))
    indices = np.asarray(picture)
    assert found.image.channels == 4
    assert np.array_equal(found.image.pixels[:, :, 3], np.array([0, 128] + [255] * 14, np.uint8)[indices])


@pytest.mark.parametrize("kind", ["JPEG", "TIFF"])
def test_cmyk_becomes_srgb_and_says_so(kind) -> None:
    picture = color_picture().convert("CMYK")
    found = by_pillow(picture, kind, **({"quality": 100, "subsampling": 0} if kind == "JPEG" else {}))
    assert np.abs(found.image.pixels.astype(int) - make_pixels(8, 3)).mean() < 2
    assert found.image.color.icc is None
    assert any("CMYK" in note for note in found.notes)


def test_photo_formats_of_old_scanners(rgb_profile) -> None:
    pixels = make_pixels(16, 3, 64, 80)
    for options in (
        {"planarconfig": "separate"},
        {"tile": (16, 16), "compression": "deflate"},
        {"byteorder": ">", "compression": "lzw", "predictor": True},
        {"bigtiff": True},
        {"compression": "packbits"},
        {"rowsperstrip": 1},
    ):
        stored = pixels.transpose(2, 0, 1) if "planarconfig" in options else pixels
        found = by_tifffile(stored, photometric="rgb", iccprofile=rgb_profile, resolution=(600, 600), **options)
        assert np.array_equal(found.image.pixels, pixels), options
        assert found.image.pixels.dtype == np.uint16
        assert found.image.color.name == "Adobe RGB (compatible)"
        assert found.metadata.dpi == (600, 600)


@pytest.mark.parametrize("bits", [8, 16, 32])
def test_white_is_zero(bits) -> None:
    pixels = make_pixels(bits, 1)
    found = by_tifffile(pixels[:, :, 0], photometric="miniswhite")
    top = 1.0 if bits == 32 else 2**bits - 1
    assert np.array_equal(found.image.pixels, (top - pixels).astype(pixels.dtype))


def test_premultiplied_alpha_becomes_straight() -> None:
    straight = make_pixels(16, 4)
    cover = straight[:, :, 3:].astype(np.float64) / 65535
    stored = np.concatenate((np.rint(straight[:, :, :3] * cover).astype(np.uint16), straight[:, :, 3:]), axis=2)
    found = by_tifffile(stored, photometric="rgb", extrasamples=["assocalpha"])
    clear = cover[:, :, 0] > 0.5
    assert np.abs(found.image.pixels[clear].astype(int) - straight[clear]).max() <= 1
    assert not found.image.pixels[cover[:, :, 0] == 0].any()


def test_an_infrared_channel_is_no_transparency() -> None:
    pixels = make_pixels(16, 4)
    found = by_tifffile(pixels, photometric="rgb", extrasamples=["unspecified"])
    assert np.array_equal(found.image.pixels, pixels[:, :, :3])
    assert any("infrared" in note for note in found.notes)


@pytest.mark.parametrize(("stored", "bits"), [(np.float16, 32), (np.float64, 32), (np.uint32, 32)])
def test_wide_samples_become_32_bit_floating_point(stored, bits) -> None:
    values = make_pixels(bits, 3)
    pixels = np.rint(values.astype(np.float64) * (2**32 - 1)).astype(stored) if stored is np.uint32 else values
    found = by_tifffile(pixels.astype(stored), photometric="rgb")
    assert found.image.pixels.dtype == np.float32
    assert np.allclose(found.image.pixels, values, atol=1e-3 if stored is np.float16 else 1e-6)


def test_twelve_bits_use_the_full_range() -> None:
    values = make_pixels(16, 1, 36, 52)[:, :, 0] >> 4
    buffer = io.BytesIO()
    tifffile.imwrite(buffer, values, metadata=None)
    data = bytearray(buffer.getvalue())
    with tifffile.TiffFile(io.BytesIO(data)) as file:
        page = file.pages[0]
        bits_at, strip_at = page.tags["BitsPerSample"].valueoffset, page.dataoffsets[0]
    bits = np.unpackbits(values.astype(">u2").view(np.uint8).reshape(-1, 2), axis=1)[:, 4:]
    packed = np.packbits(bits.reshape(len(values), -1), axis=1).tobytes()
    data[strip_at : strip_at + len(packed)] = packed
    data[bits_at : bits_at + 2] = (12).to_bytes(2, "little")

    found = decode_photo(bytes(data), "photo")

    assert np.array_equal(found.image.pixels[:, :, 0], np.rint(values * (65535 / 4095)).astype(np.uint16))


def test_the_first_full_page_is_opened() -> None:
    buffer = io.BytesIO()
    pixels = make_pixels(8, 3)
    with tifffile.TiffWriter(buffer) as writer:
        writer.write(pixels[::4, ::4], photometric="rgb", subfiletype=1)
        writer.write(pixels, photometric="rgb")
        writer.write(pixels[::-1], photometric="rgb")
    found = decode_photo(buffer.getvalue(), "photo")
    assert np.array_equal(found.image.pixels, pixels)
    assert found.notes == ("Page 1 of 2 was opened; an export holds this page alone.",)


def test_jpeg_inside_tiff() -> None:
    pixels = make_pixels(8, 3, 64, 64)
    found = by_pillow(PIL.Image.fromarray(pixels), "TIFF", compression="jpeg", quality=98)
    assert np.abs(found.image.pixels.astype(int) - pixels).mean() < 5


def test_progressive_jpeg() -> None:
    found = by_pillow(color_picture(), "JPEG", progressive=True, quality=95, subsampling=0)
    assert np.abs(found.image.pixels.astype(int) - make_pixels(8, 3)).mean() < 5


def test_interlaced_png() -> None:
    # 2 × 2 gray: pass 1 holds the first pixel, pass 6 the one beside it, pass 7 the second row; each row has a filter.
    rows = zlib.compress(bytes([0, 10, 0, 20, 0, 30, 40]))
    data = b"\x89PNG\r\n\x1a\n"
    for kind, body in ((b"IHDR", struct.pack(">IIBBBBB", 2, 2, 8, 0, 0, 0, 1)), (b"IDAT", rows), (b"IEND", b"")):
        data += struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
    assert decode_photo(data, "photo").image.pixels[:, :, 0].tolist() == [[10, 20], [30, 40]]


def test_animations_open_with_their_first_frame() -> None:
    frames = [color_picture(), PIL.ImageOps.invert(color_picture())]
    found = by_pillow(frames[0], "WEBP", save_all=True, append_images=frames[1:], lossless=True)
    assert np.array_equal(found.image.pixels, make_pixels(8, 3))
    assert found.notes == ("Only the first of 2 frames was opened.",)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "WEBP"])
def test_a_damaged_profile_is_left_out_and_told(kind) -> None:
    found = by_pillow(color_picture(), kind, icc_profile=b"not a profile" * 20)
    assert found.image.color.icc is None
    assert any("profile" in note for note in found.notes)


def test_a_profile_for_other_channels_is_left_out(gray_profile) -> None:
    found = by_pillow(color_picture(), "TIFF", icc_profile=gray_profile)
    assert found.image.color.icc is None
    assert found.notes


def test_an_rgb_profile_on_a_gray_photo_is_kept() -> None:
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    found = by_pillow(color_picture().convert("L"), "JPEG", icc_profile=srgb)
    assert found.image.color.icc == srgb
    assert "sRGB" in found.image.color.name


def test_a_damaged_exif_block_is_left_out_and_told() -> None:
    found = by_pillow(color_picture(), "JPEG", exif=b"Exif\0\0XX*\0garbage")
    assert found.metadata.exif is None
    assert found.notes == ("Its EXIF block is damaged and was left out.",)


@pytest.mark.parametrize(
    ("unit", "density", "dpi"), [(1, (300, 300), (300, 300)), (2, (118, 118), (299.72, 299.72)), (0, (1, 1), None)]
)
def test_jfif_density_units(unit, density, dpi) -> None:
    buffer = io.BytesIO()
    color_picture().save(buffer, "JPEG")
    data = bytearray(buffer.getvalue())
    at = data.index(b"JFIF\0") + 7
    data[at : at + 5] = bytes([unit]) + density[0].to_bytes(2, "big") + density[1].to_bytes(2, "big")
    assert decode_photo(bytes(data), "photo").metadata.dpi == (pytest.approx(dpi) if dpi else None)
