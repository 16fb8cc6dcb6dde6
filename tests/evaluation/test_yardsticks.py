"""What is measured on and beside: photos, classical methods, holes, tiling."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image as PillowImage

from restorer.core.errors import InputError
from restorer.evaluation.inpaint.baselines import inpaint_baselines
from restorer.evaluation.inpaint.free_form import crop_and_hole
from restorer.evaluation.inpaint.gallery import fullest_windows
from restorer.evaluation.inpaint.holes import OVERSHOOT, free_form_mask
from restorer.evaluation.metrics import psnr
from restorer.evaluation.photos import evaluation_photos
from restorer.evaluation.tiling import identity_difference, tiled_difference


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


def test_photos_are_limited_in_name_order_and_other_files_are_passed_over(tmp_path: Path) -> None:
    for name in ("b.png", "a.jpg", "c.tif"):
        PillowImage.new("L", (8, 6), 77).save(tmp_path / name)
    (tmp_path / "notes.txt").write_text("no photo")
    assert [name for name, _ in evaluation_photos(tmp_path)] == ["a.jpg", "b.png", "c.tif"]
    (first, pixels), *more = evaluation_photos(tmp_path, limit=1)
    assert (first, pixels.shape, more) == ("a.jpg", (6, 8, 3), [])


@pytest.mark.parametrize("coverage", [0.1, 0.25, 0.38])
def test_holes_cover_what_is_asked_and_are_the_same_each_time(coverage: float) -> None:
    masks = [free_form_mask(128, np.random.default_rng(seed), coverage=coverage) for seed in (1, 1, 2)]
    assert np.array_equal(masks[0], masks[1])
    assert not np.array_equal(masks[0], masks[2])
    for mask in masks:
        assert set(np.unique(mask)) == {0, 255}
        assert coverage <= (mask > 0).mean() <= coverage + OVERSHOOT


def test_crops_lie_in_the_photo_and_their_holes_are_spread_over_10_to_40_percent() -> None:
    photo = np.random.default_rng(0).integers(0, 256, (300, 400, 3), np.uint8)
    shares = []
    for index in range(12):
        crop, mask = crop_and_hole(photo, index)
        assert crop.shape == (256, 256, 3)
        assert mask.shape == (256, 256)
        shares.append((mask > 0).mean())
    assert all(0.10 <= share <= 0.40 for share in shares)
    assert min(shares) < 0.16
    assert max(shares) > 0.33


def test_windows_show_the_most_and_do_not_overlap() -> None:
    mask = np.zeros((100, 200), np.uint8)
    mask[10:50, 20:60] = 255
    mask[60:80, 150:170] = 255
    (top, left), (other_top, other_left) = fullest_windows(mask, 50, 2)
    assert (mask[top : top + 50, left : left + 50] > 0).sum() == 1600
    assert (mask[other_top : other_top + 50, other_left : other_left + 50] > 0).sum() == 400
    assert max(abs(top - other_top), abs(left - other_left)) >= 50
    assert fullest_windows(np.zeros((100, 200), np.uint8), 50, 2) == []


def test_tiling_does_not_show() -> None:
    assert identity_difference() == 0
    assert tiled_difference() < 1 / 255
