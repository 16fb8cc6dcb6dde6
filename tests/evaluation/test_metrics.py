"""Figures of merit on pictures whose answer is known, and the yardsticks."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from restorer.core.errors import InputError
from restorer.evaluation.baselines import inpaint_baselines
from restorer.evaluation.metrics import percentile, psnr, seam_ratio
from restorer.evaluation.photos import evaluation_photos
from restorer.evaluation.tiling import identity_difference, tiled_difference


def test_psnr_of_one_level_off_everywhere_is_48_db() -> None:
    truth = np.full((8, 9, 3), 100, np.uint8)
    assert psnr(truth + 1, truth) == pytest.approx(48.13, abs=0.01)
    assert psnr(truth, truth) == math.inf


def test_psnr_looks_only_inside_the_region() -> None:
    truth = np.zeros((8, 8, 3), np.uint8)
    result = truth.copy()
    result[0] = 255
    inside = np.zeros((8, 8), bool)
    inside[4:] = True
    assert psnr(result, truth, inside) == math.inf
    assert psnr(result, truth, ~inside) < 10
    with pytest.raises(ValueError, match="empty"):
        psnr(result, truth, np.zeros((8, 8), bool))


def test_a_seam_shows_in_the_ratio_and_a_perfect_fill_has_none() -> None:
    truth = np.tile(np.linspace(0, 200, 64), (64, 1))[..., None].repeat(3, 2)
    region = np.zeros((64, 64), bool)
    region[20:40, 20:40] = True
    assert seam_ratio(truth, truth, region) == pytest.approx(1.0)
    darker = truth.copy()
    darker[region] -= 30
    assert seam_ratio(darker, truth, region) > 5


def test_percentiles_are_values_that_were_measured() -> None:
    assert percentile([4.0, 1.0, 3.0, 2.0], 0.5) == 2.0
    assert percentile([1.0, 2.0, 9.0], 0.99) == 9.0
    assert percentile([], 0.99) == 0.0


@pytest.mark.parametrize("name", ["Telea", "Navier–Stokes", "biharmonic"])
def test_every_yardstick_fills_a_scratch_and_touches_nothing_else(name: str) -> None:
    truth = np.tile(np.linspace(40, 200, 48).astype(np.uint8), (40, 1))[..., None].repeat(3, 2)
    mask = np.zeros((40, 48), np.uint8)
    mask[10:30, 20:23] = 255
    damaged = np.where(mask[..., None] > 0, np.uint8(255), truth)
    filled = inpaint_baselines()[name](damaged, mask)
    assert np.array_equal(filled[mask == 0], truth[mask == 0])
    assert psnr(filled, truth, mask > 0) > psnr(damaged, truth, mask > 0) + 15


def test_photos_come_from_a_folder_or_with_the_program(tmp_path: Path) -> None:
    bundled = dict(evaluation_photos(None))
    assert "astronaut" in bundled
    assert all(pixels.dtype == np.uint8 and pixels.shape[2] == 3 for pixels in bundled.values())
    with pytest.raises(InputError, match="does not exist"):
        list(evaluation_photos(tmp_path / "none"))
    with pytest.raises(InputError, match="no photos"):
        list(evaluation_photos(tmp_path))


def test_tiling_does_not_show() -> None:
    assert identity_difference() == 0
    assert tiled_difference() < 1 / 255
