"""What the screen shows is what LittleCMS says, at every depth."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor

import imagecodecs
import numpy as np
import PIL.Image
import pytest
from PIL import ImageCms
from skimage.color import deltaE_ciede2000, rgb2lab

from restorer.core.image import ColorTag, Image
from restorer.formats import _profile, _transform
from restorer.formats.color import profile_name, thumbnail, to_display

from .pictures import make_pixels


def by_pillow(pixels: np.ndarray, icc: bytes) -> np.ndarray:
    """8-bit pixels to sRGB through LittleCMS by Pillow, with its defaults."""
    mode = "L" if pixels.shape[2] == 1 else "RGB"
    picture = PIL.Image.fromarray(pixels[:, :, 0] if mode == "L" else pixels)
    source = ImageCms.ImageCmsProfile(io.BytesIO(icc))
    return np.asarray(ImageCms.profileToProfile(picture, source, ImageCms.createProfile("sRGB"), outputMode="RGB"))


def every_color(steps: int = 12) -> np.ndarray:
    levels = np.linspace(0, 1, steps)
    return np.stack(np.meshgrid(levels, levels, levels), axis=-1).reshape(steps, -1, 3)


def delta_e(first: np.ndarray, second: np.ndarray) -> float:
    """Largest difference of two sRGB pictures of 0 to 1."""
    return float(deltaE_ciede2000(rgb2lab(first), rgb2lab(second)).max())


def adobe_rgb_by_the_book(values: np.ndarray) -> np.ndarray:
    """Adobe RGB (1998) to sRGB by the published curve and primaries, both of D65."""
    adobe = np.array([[0.57667, 0.18556, 0.18823], [0.29734, 0.62736, 0.07529], [0.02703, 0.07069, 0.99134]])
    srgb = np.array(
        [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
    )
    linear = np.clip(values ** (563 / 256) @ (np.linalg.inv(srgb) @ adobe).T, 0, 1)
    return np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)


def test_eight_bits_are_littlecms_to_one_level(rgb_profile) -> None:
    pixels = np.rint(every_color() * 255).astype(np.uint8)
    shown = to_display(pixels, ColorTag(rgb_profile)).astype(int)
    assert np.abs(shown - by_pillow(pixels, rgb_profile)).max() <= 1


@pytest.mark.parametrize("bits", [8, 16, 32])
def test_adobe_rgb_by_the_book(rgb_profile, bits) -> None:
    values = every_color()
    pixels = values.astype(np.float32) if bits == 32 else np.rint(values * (2**bits - 1)).astype(f"u{bits // 8}")
    shown = to_display(pixels, ColorTag(rgb_profile))
    assert delta_e(shown / 255, np.rint(adobe_rgb_by_the_book(values) * 255) / 255) < 1


@pytest.mark.parametrize("bits", [16, 32])
@pytest.mark.parametrize("gamma", [1.0, 1.8, 2.4])
def test_deep_pixels_are_within_one_delta_e_of_littlecms(bits, gamma) -> None:
    primaries = [0.7347, 0.2653, 1.0, 0.1596, 0.8404, 1.0, 0.0366, 0.0001, 1.0]
    icc = bytes(imagecodecs.cms_profile("rgb", whitepoint=[0.3457, 0.3585, 1.0], primaries=primaries, gamma=gamma))
    values = np.random.default_rng(0).random((40, 50, 3)) ** 2
    deep = np.rint(values * 65535).astype(np.uint16)
    exact = imagecodecs.cms_transform(
        deep,
        icc,
        _profile.srgb_profile(),
        colorspace="rgb",
        outcolorspace="rgb",
        outdtype="float32",
        flags=imagecodecs.CMS.FLAGS.NOOPTIMIZE,
    )

    shown = to_display(deep if bits == 16 else (deep / 65535).astype(np.float32), ColorTag(icc))

    assert delta_e(shown / 255, np.clip(exact, 0, 1)) < 1


def test_gray_profiles(gray_profile) -> None:
    levels = np.arange(256, dtype=np.uint8)[None, :, None]
    expected = by_pillow(levels, gray_profile).astype(int)
    for pixels in (levels, levels.astype(np.uint16) * 257, levels.astype(np.float32) / 255):
        shown = to_display(pixels, ColorTag(gray_profile))
        assert shown.shape == (1, 256, 3)
        assert np.abs(shown - expected).max() <= 1
    assert shown[0, 128, 0] != 128


def test_a_gray_photo_with_an_rgb_profile_uses_its_curve(rgb_profile) -> None:
    levels = np.arange(256, dtype=np.uint8)[None, :, None]
    expected = by_pillow(levels.repeat(3, axis=2), rgb_profile)
    assert np.abs(to_display(levels, ColorTag(rgb_profile)).astype(int) - expected).max() <= 1


@pytest.mark.parametrize("icc", [None, "sRGB"])
@pytest.mark.parametrize("bits", [8, 16, 32])
def test_srgb_values_stay(icc, bits) -> None:
    profile = _profile.srgb_profile() if icc else None
    levels = np.rint(every_color() * 255).astype(np.uint8)
    pixels = {8: levels, 16: levels.astype(np.uint16) * 257, 32: levels.astype(np.float32) / 255}[bits]
    assert np.array_equal(to_display(pixels, ColorTag(profile)), levels)


@pytest.mark.parametrize("icc", [b"nonsense", b""])
def test_unusable_profiles_are_passed_over(icc, gray_profile) -> None:
    pixels = make_pixels(8, 3)
    assert np.array_equal(to_display(pixels, ColorTag(icc)), pixels)
    assert np.array_equal(to_display(pixels, ColorTag(gray_profile)), pixels)


def test_gray_without_a_profile_is_repeated() -> None:
    pixels = make_pixels(16, 1)
    assert np.array_equal(to_display(pixels, ColorTag()), np.rint(pixels / 257).astype(np.uint8).repeat(3, axis=2))


@pytest.mark.parametrize("channels", [2, 4])
@pytest.mark.parametrize("bits", [8, 16, 32])
def test_alpha_lies_over_middle_gray(channels, bits) -> None:
    pixels = make_pixels(bits, channels)
    shown = to_display(pixels, ColorTag())
    scale = 1.0 if bits == 32 else 2**bits - 1
    values = pixels.astype(np.float64) / scale
    color = values[:, :, :-1] if channels == 4 else values[:, :, :1].repeat(3, axis=2)
    expected = 255 * color * values[:, :, -1:] + 128 * (1 - values[:, :, -1:])
    assert np.abs(shown - expected).max() <= 1.5
    assert shown.dtype == np.uint8
    assert shown.flags.c_contiguous


def test_names_of_profiles(rgb_profile) -> None:
    assert profile_name(rgb_profile) == "Adobe RGB (compatible)"
    assert profile_name(_profile.srgb_profile()).startswith("sRGB")
    assert profile_name(b"nonsense") == "unnamed profile"


def test_many_threads_get_the_same_tiles(rgb_profile) -> None:
    tiles = [np.roll(make_pixels(bits, 3), shift, axis=1) for shift in range(8) for bits in (8, 16)]
    expected = [to_display(tile, ColorTag(rgb_profile)) for tile in tiles]
    for cached in (_transform._measured, _transform._shaper, _transform.is_same, _profile._opened):
        cached.cache_clear()
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda tile: to_display(tile, ColorTag(rgb_profile)), tiles * 4))
    assert all(np.array_equal(one, other) for one, other in zip(found, expected * 4, strict=True))


@pytest.mark.parametrize("bits", [8, 16, 32])
@pytest.mark.parametrize("channels", [1, 3])
def test_thumbnails_average_every_pixel(bits, channels) -> None:
    top = 1.0 if bits == 32 else 2**bits - 1
    board = ((np.indices((128, 192)).sum(axis=0) % 2) * top).astype({8: "u1", 16: "u2", 32: "f4"}[bits])
    small = thumbnail(Image(np.repeat(board[:, :, None], channels, axis=2)), 48)
    assert small.shape == (32, 48, 3)
    assert np.abs(small.astype(int) - 128).max() <= 1


def test_thumbnails_keep_proportions_and_never_grow(make_image) -> None:
    assert thumbnail(make_image(8, 3), 160).shape == (37, 53, 3)
    assert thumbnail(Image(np.zeros((3, 3000, 1), np.uint16)), 100).shape == (1, 100, 3)


def test_invisible_colors_do_not_bleed_into_thumbnails() -> None:
    pixels = np.zeros((64, 64, 4), np.uint8)
    pixels[::2] = (255, 0, 0, 0)
    pixels[1::2] = (128, 128, 128, 255)
    assert np.array_equal(thumbnail(Image(pixels), 16), np.full((16, 16, 3), 128, np.uint8))
