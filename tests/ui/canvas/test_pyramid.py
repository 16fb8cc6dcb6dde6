"""Tiles at every level: right to the pixel, made in slices, and only what changed made again."""

from __future__ import annotations

import math
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from restorer.core.geometry import Bounds
from restorer.core.image import Image, Patch
from restorer.formats.color import to_display
from restorer.ui.canvas.grid import Cell, cells
from restorer.ui.canvas.pyramid import TILE, TileKey, TilePyramid
from restorer.ui.qimage import pixels_of

NEVER = math.inf


def all_keys(pyramid: TilePyramid, level: int) -> list[TileKey]:
    return [TileKey(level, cell) for cell in cells(Bounds.of_size(*pyramid.level_size(level)), TILE)]


def level_pixels(pyramid: TilePyramid, level: int) -> np.ndarray:
    """A whole level, from its tiles without their aprons."""
    width, height = pyramid.level_size(level)
    whole = np.zeros((height, width, 3), np.uint8)
    for key in all_keys(pyramid, level):
        tile = pyramid.find(key)
        assert tile is not None
        core = key.cell.bounds(TILE).clip(width, height)
        inside = core.translate(-tile.bounds.left, -tile.bounds.top)
        whole[core.slices] = pixels_of(tile.picture)[inside.slices]
    return whole


def box_means(pixels: np.ndarray, level: int) -> np.ndarray:
    """What area averaging means, the slow way; boxes at the border repeat the last pixels."""
    box = 1 << level
    height, width = pixels.shape[:2]
    padded = np.pad(pixels, ((0, -height % box), (0, -width % box), (0, 0)), mode="edge").astype(float)
    rows, columns = padded.shape[0] // box, padded.shape[1] // box
    return padded.reshape(rows, box, columns, box, -1).mean((1, 3))


@pytest.mark.parametrize("level", [0, 1, 2, 3])
def test_every_level_is_the_area_average(noise: Image, level: int) -> None:
    pyramid = TilePyramid(noise, to_display)
    pyramid.build(all_keys(pyramid, level), NEVER)
    assert np.abs(level_pixels(pyramid, level) - box_means(noise.pixels, level)).max() <= 0.51


@pytest.mark.parametrize("dtype", [np.uint16, np.float32])
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_every_kind_of_photo_is_shown(dtype: type, channels: int) -> None:
    values = np.random.default_rng(1).random((70, 90, channels))
    pixels = (values * 65535).astype(dtype) if dtype is np.uint16 else values.astype(dtype)
    image = Image(pixels)
    pyramid = TilePyramid(image, to_display)
    pyramid.build([TileKey(0, Cell(0, 0)), TileKey(1, Cell(0, 0))], NEVER)
    assert np.array_equal(level_pixels(pyramid, 0), to_display(image.pixels, image.color))
    half = box_means(to_display(image.pixels, image.color), 1)
    assert np.abs(level_pixels(pyramid, 1) - half).max() <= 2


@given(st.integers(1, 3000), st.integers(1, 3000))
def test_one_tile_holds_the_top_level(width: int, height: int) -> None:
    pyramid = TilePyramid(Image(np.zeros((height, width, 1), np.uint8)), to_display)
    assert max(pyramid.level_size(pyramid.top_level)) <= TILE
    assert pyramid.top_level == 0 or max(pyramid.level_size(pyramid.top_level - 1)) > TILE


def test_nothing_is_made_before_it_is_wanted(noise: Image) -> None:
    pyramid = TilePyramid(noise, to_display)
    assert pyramid.bytes == 0
    assert pyramid.find(TileKey(0, Cell(0, 0))) is None


def test_work_stops_at_the_deadline_and_goes_on_where_it_stopped() -> None:
    pyramid = TilePyramid(Image(np.zeros((8192, 8192, 1), np.uint8)), to_display)
    top = [TileKey(pyramid.top_level, Cell(0, 0))]
    slices = 0
    while pyramid.lacks(top[0]):
        pyramid.build(top, time.perf_counter())
        slices += 1
    # 64 million pixels, half a million at a time.
    assert slices == 128


def test_only_touched_tiles_are_made_again(noise: Image) -> None:
    pyramid = TilePyramid(noise, to_display)
    keys = all_keys(pyramid, 0)
    pyramid.build(keys, NEVER)
    pixels = noise.pixels.copy()
    pixels[600:610, 30:40] = 0
    changed = Image(pixels)
    pyramid.set_image(changed, Bounds(30, 600, 40, 610))
    assert [key.cell for key in keys if pyramid.lacks(key)] == [Cell(0, 1)]
    tile = pyramid.find(TileKey(0, Cell(0, 1)))
    assert tile is not None
    assert tile.stale == Bounds(30, 600, 40, 610)
    assert pyramid.build(keys, NEVER) == [Bounds(30, 600, 40, 610)], "and of it only what changed"
    assert np.array_equal(level_pixels(pyramid, 0), pixels)


def test_a_change_at_an_edge_reaches_the_neighbours_apron(noise: Image) -> None:
    pyramid = TilePyramid(noise, to_display)
    keys = all_keys(pyramid, 0)
    pyramid.build(keys, NEVER)
    pyramid.set_image(noise, Bounds(TILE - 1, 0, TILE, 1))
    assert [key.cell for key in keys if pyramid.lacks(key)] == [Cell(0, 0), Cell(1, 0)]


def test_previews_lie_over_the_photo_until_they_are_cleared(noise: Image) -> None:
    pyramid = TilePyramid(noise, to_display)
    keys = all_keys(pyramid, 1)
    pyramid.build(keys, NEVER)
    under = Bounds(100, 100, 164, 164)
    pyramid.add_patch(Patch(under, np.full((64, 64, 3), 9, np.uint8)))
    pyramid.build(keys, NEVER)
    assert (level_pixels(pyramid, 1)[50:82, 50:82] == 9).all()
    pyramid.clear_patches()
    pyramid.build(keys, NEVER)
    assert np.abs(level_pixels(pyramid, 1) - box_means(noise.pixels, 1)).max() <= 0.51


def test_a_preview_and_the_committed_result_are_the_same_pixels(noise: Image) -> None:
    pyramid = TilePyramid(noise, to_display)
    patch = Patch(Bounds(33, 35, 190, 201), np.full((166, 157, 3), 77, np.uint8))
    keys = all_keys(pyramid, 2)
    pyramid.add_patch(patch)
    pyramid.build(keys, NEVER)
    shown = level_pixels(pyramid, 2)
    pyramid.set_image(noise.with_patches((patch,)), patch.bounds)
    pyramid.clear_patches()
    assert any(pyramid.lacks(key) for key in keys)
    assert np.array_equal(level_pixels(pyramid, 2), shown), "stale tiles stay on screen"
    pyramid.build(keys, NEVER)
    assert np.array_equal(level_pixels(pyramid, 2), shown)


def test_a_fork_shares_what_previews_do_not_touch(noise: Image) -> None:
    pyramid = TilePyramid(noise, to_display)
    keys = all_keys(pyramid, 0)
    pyramid.build(keys, NEVER)
    pyramid.add_patch(Patch(Bounds(0, 0, 8, 8), np.zeros((8, 8, 3), np.uint8)))
    pyramid.build(keys, NEVER)
    twin = pyramid.fork()
    assert [key.cell for key in keys if twin.lacks(key)] == [Cell(0, 0)]
    twin.build(keys, NEVER)
    assert np.array_equal(level_pixels(twin, 0), noise.pixels)


def test_the_budget_is_kept_but_for_what_is_on_screen(noise: Image) -> None:
    tile_bytes = 4 * TILE * TILE
    pyramid = TilePyramid(noise, to_display, budget_bytes=3 * tile_bytes)
    keys = all_keys(pyramid, 0)
    for key in keys:
        pyramid.build([key], NEVER)
    assert pyramid.bytes <= 3 * tile_bytes
    assert pyramid.find(keys[-1]) is not None
    assert pyramid.find(keys[0]) is None
    pyramid.build(keys, NEVER)
    assert not any(pyramid.lacks(key) for key in keys)


def test_the_overview_follows_the_photo(noise: Image) -> None:
    pyramid = TilePyramid(noise, to_display)
    first = pixels_of(pyramid.overview())
    assert max(first.shape[:2]) <= 512
    dark = Image(np.zeros_like(noise.pixels))
    pyramid.set_image(dark, dark.bounds)
    assert pixels_of(pyramid.overview()).max() == 0


@pytest.mark.parametrize("size", [(1, 1), (1, 3000), (3000, 1), (513, 512)])
def test_odd_shapes_have_an_overview_and_every_level(size: tuple[int, int]) -> None:
    image = Image(np.full((size[1], size[0], 3), 200, np.uint8))
    pyramid = TilePyramid(image, to_display)
    assert (pixels_of(pyramid.overview()) == 200).all()
    for level in range(pyramid.top_level + 1):
        pyramid.build(all_keys(pyramid, level), NEVER)
        assert (level_pixels(pyramid, level) == 200).all()
