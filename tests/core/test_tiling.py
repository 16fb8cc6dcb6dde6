from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from restorer.core.geometry import Bounds
from restorer.core.tiling import MissingTileError, TileBlender, TileGrid, TileShape, plan_tiles


@st.composite
def grids(draw: st.DrawFn) -> tuple[TileGrid, TileShape, int]:
    shape = TileShape(draw(st.integers(0, 20)), draw(st.integers(0, 17)), draw(st.sampled_from([1, 2, 3, 8, 16])))
    side = shape.minimum_side + draw(st.integers(0, 60))
    width, height = draw(st.integers(1, 180)), draw(st.integers(1, 180))
    return plan_tiles(width, height, side, shape), shape, side


@given(grids())
def test_cores_cover_every_pixel_exactly_once(case: tuple[TileGrid, TileShape, int]) -> None:
    grid = case[0]
    times = np.zeros((grid.height, grid.width), int)
    for tile in grid.tiles:
        assert tile.bounds.contains(tile.core)
        times[tile.core.slices] += 1
    assert (times == 1).all()


@given(grids())
def test_tiles_fit_and_are_aligned(case: tuple[TileGrid, TileShape, int]) -> None:
    grid, shape, side = case
    picture = Bounds.of_size(grid.width, grid.height)
    for tile in grid.tiles:
        assert picture.contains(tile.bounds)
        assert max(tile.bounds.width, tile.bounds.height) <= side
        assert tile.bounds.left % shape.multiple == tile.bounds.top % shape.multiple == 0


@given(grids())
def test_what_counts_of_a_tile_has_its_context(case: tuple[TileGrid, TileShape, int]) -> None:
    grid, shape, _ = case
    for spans in (grid.columns, grid.rows):
        previous_stop = 0
        for before, after in pairwise(spans):
            fade = after.fade_in(shape.feather_px)
            assert fade.stop - fade.start == shape.feather_px
            assert fade.start >= previous_stop, "fades overlap"
            assert fade.start - after.start >= shape.context_px
            assert before.end - fade.stop >= shape.context_px
            previous_stop = fade.stop


@given(grids(), st.integers(0, 2**32 - 1))
def test_identity_is_bit_exact(case: tuple[TileGrid, TileShape, int], seed: int) -> None:
    grid = case[0]
    picture = np.random.default_rng(seed).random((grid.height, grid.width, 1), np.float32)
    result = np.full_like(picture, np.nan)
    blender = TileBlender(grid, result, lambda unit: unit)
    for tile in grid.tiles:
        blender.add(tile, picture[tile.bounds.slices])
    blender.finish()
    assert np.array_equal(result, picture)


def test_neighbours_fade_into_each_other() -> None:
    grid = plan_tiles(64, 1, 40, TileShape(context_px=0, feather_px=8))
    assert len(grid.tiles) == 2
    result = np.empty((1, 64, 1), np.float32)
    blender = TileBlender(grid, result, lambda unit: unit)
    for tile in grid.tiles:
        blender.add(tile, np.full((1, tile.bounds.width, 1), tile.index, np.float32))
    row = result[0, :, 0]
    assert np.array_equal(row[28:36], (np.arange(8) + 0.5) / 8)
    assert not row[:28].any()
    assert (row[36:] == 1).all()


def test_a_picture_of_constant_tiles_stays_between_them() -> None:
    grid = plan_tiles(90, 70, 40, TileShape(4, 6, 2))
    result = np.empty((70, 90, 1), np.float32)
    blender = TileBlender(grid, result, lambda unit: unit)
    for tile in grid.tiles:
        value = (tile.index * 7) % 5 / 4
        blender.add(tile, np.full((tile.bounds.height, tile.bounds.width, 1), value, np.float32))
    blender.finish()
    assert 0 <= result.min() < result.max() <= 1


def test_one_tile_where_the_picture_fits() -> None:
    grid = plan_tiles(100, 30, 100, TileShape(64, 16, 8))
    assert [tile.bounds for tile in grid.tiles] == [Bounds(0, 0, 100, 30)]


def test_tiles_are_no_larger_than_it_takes() -> None:
    grid = plan_tiles(513, 10, 512, TileShape(8, 0, 8))
    assert [span.end - span.start for span in grid.columns] == [272, 265]


def test_side_below_the_minimum() -> None:
    shape = TileShape(16, 8)
    with pytest.raises(ValueError, match="too small"):
        plan_tiles(500, 500, shape.minimum_side - 1, shape)
    assert len(plan_tiles(500, 500, shape.minimum_side, shape).tiles) > 100


@pytest.mark.parametrize("left_out", [0, 3, 8])
def test_a_missing_tile_raises(left_out: int) -> None:
    grid = plan_tiles(90, 90, 40, TileShape(4, 4))
    blender = TileBlender(grid, np.zeros((90, 90, 1), np.float32), lambda unit: unit)
    assert len(grid.tiles) == 9

    def add_all_but_one() -> None:
        for tile in grid.tiles:
            if tile.index != left_out:
                blender.add(tile, np.zeros((tile.bounds.height, tile.bounds.width, 1), np.float32))
        blender.finish()

    with pytest.raises(MissingTileError, match=f"Tile {left_out + 1} of 9 was never computed"):
        add_all_but_one()


def test_pixels_of_another_size_are_refused() -> None:
    grid = plan_tiles(50, 50, 50, TileShape(0))
    blender = TileBlender(grid, np.zeros((50, 50, 1), np.float32), lambda unit: unit)
    with pytest.raises(ValueError, match="the tile is"):
        blender.add(grid.tiles[0], np.zeros((50, 49, 1), np.float32))
    with pytest.raises(ValueError, match="the grid 50 x 50"):
        TileBlender(grid, np.zeros((50, 51, 1), np.float32), lambda unit: unit)
