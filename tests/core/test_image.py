from __future__ import annotations

import numpy as np
import pytest

from restorer.core.errors import InputError
from restorer.core.geometry import Bounds
from restorer.core.image import ColorTag, Image, Patch


def image(dtype: type = np.uint8, channels: int = 3, width: int = 6, height: int = 4) -> Image:
    return Image(np.arange(width * height * channels).reshape(height, width, channels).astype(dtype))


@pytest.mark.parametrize(
    ("dtype", "depth", "white"), [(np.uint8, 8, 255.0), (np.uint16, 16, 65535.0), (np.float32, 32, 1.0)]
)
def test_facts_follow_from_the_pixels(dtype: type, depth: int, white: float) -> None:
    picture = image(dtype)
    assert (picture.width, picture.height, picture.bounds) == (6, 4, Bounds(0, 0, 6, 4))
    assert (picture.bit_depth, picture.max_value) == (depth, white)
    assert picture.bytes == 6 * 4 * 3 * depth // 8


@pytest.mark.parametrize(("channels", "colors", "alpha"), [(1, 1, False), (2, 1, True), (3, 3, False), (4, 3, True)])
def test_channels_tell_gray_from_colour_and_alpha(channels: int, colors: int, alpha: bool) -> None:
    picture = image(channels=channels)
    assert (picture.channels, picture.color_channels, picture.has_alpha) == (channels, colors, alpha)


@pytest.mark.parametrize("shape", [(4, 6), (4, 6, 5), (4, 6, 0), (1, 4, 6, 3), (0, 6, 3), (4, 0, 3)])
def test_other_shapes_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(InputError):
        Image(np.zeros(shape, np.uint8))


@pytest.mark.parametrize("dtype", [np.int16, np.float64, np.bool_, np.complex64, np.dtype(">u2")])
def test_other_dtypes_are_refused_by_name(dtype: type) -> None:
    with pytest.raises(InputError, match=str(np.dtype(dtype))):
        Image(np.zeros((2, 2, 3), dtype))


def test_pixels_cannot_be_written_and_the_callers_array_stays_writable() -> None:
    mine = np.zeros((2, 2, 3), np.uint8)
    picture = Image(mine)
    with pytest.raises(ValueError, match="read-only"):
        picture.pixels[0, 0, 0] = 1
    assert mine.flags.writeable


def test_crop_is_a_view() -> None:
    picture = image()
    part = picture.crop(Bounds(1, 1, 3, 4))
    assert np.shares_memory(part, picture.pixels)
    assert np.array_equal(part, picture.pixels[1:4, 1:3])


@pytest.mark.parametrize("outside", [Bounds(-1, 0, 2, 2), Bounds(0, 0, 7, 2), Bounds(0, 3, 2, 5)])
def test_nothing_outside_the_picture_is_read_or_written(outside: Bounds) -> None:
    picture = image()
    with pytest.raises(ValueError, match="outside"):
        picture.crop(outside)
    with pytest.raises(ValueError, match="outside"):
        picture.with_patches((Patch(outside, np.zeros((outside.height, outside.width, 3), np.uint8)),))


def test_patches_are_pasted_in_order_and_leave_every_other_bit() -> None:
    picture = image(np.uint16)
    before = picture.pixels.copy()
    first = Patch(Bounds(0, 0, 3, 2), np.full((2, 3, 3), 7, np.uint16))
    second = Patch(Bounds(2, 1, 4, 3), np.full((2, 2, 3), 9, np.uint16))
    pasted = picture.with_patches((first, second))

    assert np.array_equal(picture.pixels, before)
    assert pasted.color is picture.color
    assert (pasted.pixels[1, 2] == 9).all()
    assert (pasted.pixels[0:2, 0:2] == 7).all()
    untouched = np.ones((4, 6), bool)
    untouched[0:2, 0:3] = untouched[1:3, 2:4] = False
    assert np.array_equal(pasted.pixels[untouched], before[untouched])


def test_no_patches_make_an_equal_picture() -> None:
    picture = image()
    assert picture.with_patches(()).digest() == picture.digest()


def test_digest_tells_values_shapes_and_dtypes_apart() -> None:
    zeros = np.zeros((2, 3, 1), np.uint8)
    variants = [
        Image(zeros),
        Image(zeros.reshape(3, 2, 1)),
        Image(np.zeros((2, 3, 3), np.uint8)),
        Image(np.zeros((1, 3, 1), np.uint16)),
        Image(zeros + 1),
    ]
    assert len({variant.digest() for variant in variants}) == len(variants)


def test_digest_does_not_depend_on_memory_layout() -> None:
    array = np.arange(24, dtype=np.uint8).reshape(4, 2, 3)
    flipped_twice = np.ascontiguousarray(array[:, ::-1])[:, ::-1]
    assert not flipped_twice.flags.c_contiguous
    assert Image(flipped_twice).digest() == Image(array).digest()


def test_a_patch_must_fill_its_bounds_and_cannot_be_written() -> None:
    with pytest.raises(ValueError, match="do not fill"):
        Patch(Bounds(0, 0, 3, 2), np.zeros((3, 2, 3), np.uint8))
    patch = Patch(Bounds(0, 0, 3, 2), np.zeros((2, 3, 3), np.uint16))
    assert patch.bytes == 36
    assert not patch.pixels.flags.writeable


def test_a_profile_is_not_printed() -> None:
    assert "acsp" not in repr(ColorTag(icc=b"acsp" * 1000, name="Adobe RGB"))
