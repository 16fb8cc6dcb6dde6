"""The seam between numpy and Qt."""

from __future__ import annotations

import numpy as np
import pytest

from restorer.ui.qimage import argb_image, pixels_of, rgb_image, words_of


@pytest.mark.parametrize("width", [1, 2, 3, 5, 256, 257])
def test_rgb_there_and_back(width: int) -> None:
    pixels = np.random.default_rng(width).integers(0, 256, (4, width, 3), np.uint8)
    assert np.array_equal(pixels_of(rgb_image(pixels)), pixels)


def test_a_picture_outlives_its_array() -> None:
    pixels = np.full((64, 64, 3), 50, np.uint8)
    image = rgb_image(pixels[::2, ::2])
    pixels[...] = 0
    del pixels
    assert (pixels_of(image) == 50).all()


def test_words_are_written_in_place() -> None:
    image = argb_image(np.zeros((3, 5), np.uint32))
    words_of(image)[1, 2] = 0xFF0000FF
    assert image.pixelColor(2, 1).blue() == 255
    assert image.pixelColor(0, 0).alpha() == 0


def test_wrong_arrays_are_refused() -> None:
    with pytest.raises(ValueError, match="uint8"):
        rgb_image(np.zeros((4, 4, 3), np.uint16))
    with pytest.raises(ValueError, match="uint32"):
        argb_image(np.zeros((4, 4, 4), np.uint32))
