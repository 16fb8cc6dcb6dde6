from __future__ import annotations

import numpy as np
import pytest

from restorer.core.unit import from_unit, to_unit
from restorer.engine.tensors import image_tensor, mask_tensor, pixels_of


def test_colour_there_and_back(random: np.random.Generator) -> None:
    pixels = random.random((5, 7, 3), np.float32)
    tensor = image_tensor(pixels)
    assert tensor.shape == (1, 3, 5, 7)
    assert tensor[0, 2, 4, 6].item() == pixels[4, 6, 2]
    assert np.array_equal(pixels_of(tensor, 5, 7, 3), pixels)


def test_gray_becomes_three_equal_channels_and_gray_again_exactly(random: np.random.Generator) -> None:
    pixels = random.random((50, 70, 1), np.float32)
    tensor = image_tensor(pixels)
    assert tensor.shape == (1, 3, 50, 70)
    assert (tensor[0, 0] == tensor[0, 2]).all()
    assert np.array_equal(pixels_of(tensor, 50, 70, 1), pixels)


def test_gray_is_the_mean_of_unequal_channels() -> None:
    tensor = image_tensor(np.array([[[0.1, 0.2, 0.6]]], np.float32))
    assert pixels_of(tensor, 1, 1, 1) == pytest.approx(0.3)


def test_padding_repeats_the_edge_and_is_cut_off_again(random: np.random.Generator) -> None:
    pixels, mask = random.random((5, 7, 3), np.float32), np.eye(5, 7, dtype=np.float32)
    image, plane = image_tensor(pixels, 8), mask_tensor(mask, 8)
    assert image.shape[-2:] == plane.shape[-2:] == (8, 8)
    assert image[0, :, 7, 7].tolist() == pixels[4, 6].tolist()
    assert plane[0, 0, 4].tolist() == [0, 0, 0, 0, 1, 0, 0, 0]
    assert np.array_equal(pixels_of(image, 5, 7, 3), pixels)


def test_the_photo_is_never_changed_through_a_tensor() -> None:
    pixels, mask = np.zeros((4, 4, 3), np.float32), np.zeros((4, 4), np.float32)
    pixels.flags.writeable = mask.flags.writeable = False
    image, plane = image_tensor(pixels), mask_tensor(mask)
    back = pixels_of(image, 4, 4, 3)
    image += 1
    plane += 1
    assert not pixels.any()
    assert not mask.any()
    assert not back.any()


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_every_value_survives_float32(dtype: type[np.unsignedinteger]) -> None:
    values = np.arange(np.iinfo(dtype).max + 1).astype(dtype).reshape(-1, 1, 1)
    unit = to_unit(values)
    assert unit.dtype == np.float32
    assert (unit.min(), unit.max()) == (0, 1)
    assert np.array_equal(from_unit(unit, dtype), values)


def test_encoding_rounds_and_clips() -> None:
    unit = np.array([-0.1, 0.5 / 255 + 1e-4, 0.4 / 255, 1.2], np.float32)
    assert from_unit(unit, np.uint8).tolist() == [0, 1, 0, 255]
    assert from_unit(unit, np.float32) is unit
