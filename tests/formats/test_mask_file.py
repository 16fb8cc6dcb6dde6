"""Masks in files."""

from __future__ import annotations

import numpy as np
import PIL.Image
import pytest

from restorer.core.errors import InputError
from restorer.core.mask import Mask
from restorer.formats.mask_file import read_mask, write_mask


@pytest.fixture
def mask() -> Mask:
    plane = np.zeros((20, 30), np.uint8)
    plane[3:9, 5:21] = 255
    return Mask(plane)


@pytest.mark.parametrize("name", ["Kratzer – 傷.png", "a.tif"])
def test_masks_come_back(tmp_path, mask, name) -> None:
    write_mask(tmp_path / name, mask)

    assert np.array_equal(read_mask(tmp_path / name, 30, 20).plane, mask.plane)
    with PIL.Image.open(tmp_path / name) as picture:
        assert picture.mode == "L"
        assert np.array_equal(np.asarray(picture), mask.plane)


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "LA"])
def test_any_picture_is_a_mask_where_it_is_not_black(tmp_path, mask, mode) -> None:
    PIL.Image.fromarray(mask.plane // 4 * (1 if mode != "1" else 4)).convert(mode).save(tmp_path / "a.png")
    assert np.array_equal(read_mask(tmp_path / "a.png", 30, 20).plane, mask.plane)


def test_another_size_is_refused(tmp_path, mask) -> None:
    write_mask(tmp_path / "a.png", mask)
    with pytest.raises(InputError, match=r"a\.png is 30 × 20 pixels, the photo is 31 × 20"):
        read_mask(tmp_path / "a.png", 31, 20)


@pytest.mark.parametrize("name", ["a.jpg", "a.webp"])
def test_formats_that_smear_are_refused(tmp_path, mask, name) -> None:
    with pytest.raises(InputError, match="cannot hold a mask"):
        write_mask(tmp_path / name, mask)
    assert list(tmp_path.iterdir()) == []


def test_a_mask_is_not_replaced_unless_told(tmp_path, mask) -> None:
    write_mask(tmp_path / "a.png", mask)
    with pytest.raises(InputError, match="exists already"):
        write_mask(tmp_path / "a.png", Mask.empty(30, 20))
    write_mask(tmp_path / "a.png", Mask.empty(30, 20), overwrite=True)
    assert read_mask(tmp_path / "a.png", 30, 20).is_empty


def test_soft_edges_come_back_where_they_are_wanted(tmp_path) -> None:
    plane = np.arange(48, dtype=np.uint8).reshape(6, 8)
    path = tmp_path / "soft.png"
    write_mask(path, Mask(plane))
    assert (read_mask(path, 8, 6, soft=True).plane == plane).all()
    assert (read_mask(path, 8, 6).plane == np.where(plane > 0, 255, 0)).all()
    with pytest.raises(InputError, match="8 × 6 pixels, the photo is 6 × 8"):
        read_mask(path, 6, 8, soft=True)
