from __future__ import annotations

import numpy as np
import pytest

from restorer.core.unit import to_unit
from restorer.tasks.composite import composite, coverage


def dot(side: int = 31) -> np.ndarray:
    painted = np.zeros((side, side), bool)
    painted[side // 2, side // 2] = True
    return painted


def test_coverage_falls_from_full_to_nothing_by_distance() -> None:
    alpha = coverage(dot(), grow_px=3, feather_px=4)
    row = alpha[15, 15:]
    assert (row[:4] == 1).all()
    assert row[4:8] == pytest.approx([0.8, 0.6, 0.4, 0.2])
    assert (row[8:] == 0).all()
    y, x = np.mgrid[:31, :31]
    assert ((alpha > 0) == (np.hypot(y - 15, x - 15) <= 7)).all()


@pytest.mark.parametrize(("grow", "feather"), [(0, 0), (0, 3), (5, 0)])
def test_coverage_is_full_on_what_is_painted(grow: int, feather: int) -> None:
    painted = np.random.default_rng(0).random((40, 50)) > 0.97
    alpha = coverage(painted, grow_px=grow, feather_px=feather)
    assert (alpha[painted] == 1).all()
    if grow == feather == 0:
        assert ((alpha > 0) == painted).all()


def test_no_paint_no_coverage() -> None:
    assert not coverage(np.zeros((9, 9), bool), grow_px=4, feather_px=4).any()


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_composite_of_integers_is_exact(dtype: type) -> None:
    rng = np.random.default_rng(1)
    white = np.iinfo(dtype).max
    original = rng.integers(0, white, (20, 30, 4), dtype=dtype, endpoint=True)
    other = rng.integers(0, white, (20, 30, 3), dtype=dtype, endpoint=True)
    alpha = rng.choice(np.array([0, 0.5, 1], np.float32), (20, 30))
    result = composite(original, to_unit(other), alpha)
    assert result.dtype == dtype
    assert (result[alpha == 0] == original[alpha == 0]).all()
    assert (result[alpha == 1][:, :3] == other[alpha == 1]).all()
    assert (result[..., 3] == original[..., 3]).all()
    middle = (original[..., :3].astype(float) + other) / 2
    assert np.abs(result[..., :3] - middle)[alpha == 0.5].max() <= 0.51


def test_composite_clips_and_rounds_to_nearest() -> None:
    original = np.zeros((1, 4, 1), np.uint8)
    fill = np.array([[[-0.5], [2.0], [0.5], [100.4 / 255]]], np.float32)
    result = composite(original, fill, np.ones((1, 4), np.float32))
    assert result.ravel().tolist() == [0, 255, 128, 100]


def test_float_photos_keep_values_beyond_white_and_lose_what_is_no_number() -> None:
    original = np.array([[[np.nan], [np.inf], [3.5], [np.nan]]], np.float32)
    fill = np.full((1, 4, 1), 2.5, np.float32)
    result = composite(original, fill, np.array([[1, 0.5, 1, 0]], np.float32))
    assert result[0, :3, 0].tolist() == [2.5, 2.5, 2.5]
    assert np.isnan(result[0, 3, 0])
    assert np.isnan(original[0, 0, 0]), "the original must stay as it was"
