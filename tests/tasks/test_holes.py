from __future__ import annotations

import numpy as np
import pytest

from restorer.core.geometry import Bounds
from restorer.core.image import Image
from restorer.core.mask import Mask
from restorer.tasks.holes import PAINTED_FROM, Holes


def make(pixels: np.ndarray, plane: np.ndarray, *, grow_px: int = 2, feather_px: int = 1, depth_px: int = 20) -> Holes:
    return Holes(Image(pixels), Mask(plane), grow_px=grow_px, feather_px=feather_px, depth_px=depth_px)


def random_case(seed: int, height: int = 391, width: int = 533) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    plane = np.zeros((height, width), np.uint8)
    plane[100:220, 200:360] = 255
    plane[300:303, 20:500] = 200
    plane[rng.random((height, width)) > 0.999] = 90
    return rng.integers(0, 255, (height, width, 3), dtype=np.uint8), plane


def test_windows_agree_with_the_whole() -> None:
    pixels, plane = random_case(0)
    holes = make(pixels, plane)
    for level in range(holes.last_level + 1):
        whole = holes.hole(level, holes.extent(level))
        share = holes.coarse_share(level, holes.extent(level))
        window = Bounds(30, 20, 130, 90).intersect(holes.extent(level))
        assert (holes.hole(level, window) == whole[window.slices]).all()
        assert holes.coarse_share(level, window) == pytest.approx(share[window.slices], abs=1e-6)


def test_a_coarse_pixel_is_the_mean_of_what_is_known_under_it() -> None:
    pixels, plane = random_case(1)
    holes = make(pixels, plane)
    known = ~holes.hole(0, holes.extent(0))
    values, unknown = holes.crop(2, holes.extent(2))
    assert values.shape == (98, 134, 3)
    for y, x in ((0, 0), (24, 49), (75, 60), (97, 133)):
        under = known[y * 4 : y * 4 + 4, x * 4 : x * 4 + 4]
        colors = pixels[y * 4 : y * 4 + 4, x * 4 : x * 4 + 4][under]
        assert unknown[y, x] == (not under.any())
        if under.any():
            assert values[y, x] == pytest.approx(colors.mean(axis=0) / 255, abs=1e-4)
    assert unknown[30:50, 60:80].all()


def test_damage_never_leaks_into_coarse_levels() -> None:
    pixels = np.full((300, 300, 1), 100, np.uint8)
    plane = np.zeros((300, 300), np.uint8)
    plane[80:160, 90:170] = 255
    pixels[plane > 0] = 255
    holes = make(pixels, plane)
    for level in (1, 2):
        values, unknown = holes.crop(level, holes.extent(level))
        assert values[~unknown] == pytest.approx(100 / 255)


def test_only_the_depth_of_a_hole_comes_from_the_coarser_level() -> None:
    plane = np.zeros((400, 400), np.uint8)
    plane[100:300, 100:300] = 255
    holes = make(np.zeros((400, 400, 1), np.uint8), plane, grow_px=0, feather_px=0)
    share = holes.coarse_share(0, holes.extent(0))
    row = share[200, 100:200]
    assert (row[:10] == 0).all()
    assert (np.diff(row[9:20]) > 0).all()
    assert (row[20:] == 1).all()
    assert not share[plane == 0].any()


def test_thin_things_have_no_depth() -> None:
    plane = np.zeros((400, 400), np.uint8)
    plane[:, 100:112] = 255
    holes = make(np.zeros((400, 400, 1), np.uint8), plane)
    assert not holes.coarse_share(0, holes.extent(0)).any()


def test_faint_coverage_is_not_painted() -> None:
    plane = np.zeros((50, 50), np.uint8)
    plane[10, 10], plane[30, 30] = PAINTED_FROM - 1, PAINTED_FROM
    hole = make(np.zeros((50, 50, 1), np.uint8), plane, grow_px=0, feather_px=0).hole(0, Bounds.of_size(50, 50))
    assert np.argwhere(hole).tolist() == [[30, 30]]


def test_what_is_no_number_is_unknown() -> None:
    pixels = np.full((300, 300, 3), 0.5, np.float32)
    pixels[7, 9, 1] = np.nan
    pixels[8, 20, 0] = np.inf
    plane = np.zeros((300, 300), np.uint8)
    plane[100, 100] = 255
    holes = make(pixels, plane)
    values, unknown = holes.crop(0, Bounds(0, 0, 40, 40))
    assert np.argwhere(unknown).tolist() == [[7, 9], [8, 20]]
    assert (values[unknown] == 0).all()
    coarse, unknown = holes.crop(1, Bounds(0, 0, 40, 40))
    assert not unknown.any()
    assert coarse == pytest.approx(0.5)
