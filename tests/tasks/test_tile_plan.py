from __future__ import annotations

import itertools
import time

import numpy as np
import pytest

from restorer.core.errors import Cancelled, InputError
from restorer.core.geometry import Bounds
from restorer.core.image import Image
from restorer.core.mask import Mask
from restorer.core.progress import CancelToken
from restorer.tasks.holes import Holes
from restorer.tasks.regions import CELL_PX, Layout, Tile, plan_tiles, replan

LAYOUT = Layout.within(256, 64)


def holes_of(plane: np.ndarray) -> Holes:
    photo = np.broadcast_to(np.uint8(0), (*plane.shape, 1))
    return Holes(Image(photo), Mask(plane), grow_px=1, feather_px=1, depth_px=40)


def plan(plane: np.ndarray, layout: Layout = LAYOUT) -> tuple[Tile, ...]:
    return plan_tiles(holes_of(plane), layout, CancelToken())


def scratch(height: int, width: int) -> np.ndarray:
    """A line of 3 px from corner to corner."""
    plane = np.zeros((height, width), np.uint8)
    x = np.arange(width)
    y = x * (height - 3) // width
    for offset in range(3):
        plane[y + offset, x] = 255
    return plane


def check(tiles: tuple[Tile, ...], holes: Holes, layout: Layout) -> None:
    """Every tile fits, and each pixel of the region is some tile's own."""
    left = holes.hole(0, holes.extent(0))
    for tile in tiles:
        extent = holes.extent(tile.level)
        assert extent.contains(tile.crop)
        assert tile.crop.contains(tile.extent)
        assert tile.extent.contains(tile.core)
        assert max(tile.core.width, tile.core.height) <= layout.core_px
        assert max(tile.crop.width, tile.crop.height) <= layout.core_px + 2 * layout.context_px
        if tile.level == 0:
            for part in tile.parts:
                left[part.slices] = False
    assert not left.any()


@pytest.mark.parametrize(("side", "context"), [(64, 64), (100, 10), (256, 64), (512, 200)])
def test_layout_fits_the_side(side: int, context: int) -> None:
    layout = Layout.within(side, context)
    assert layout.core_px + 2 * layout.context_px == side
    assert layout.core_px >= CELL_PX
    assert layout.context_px <= context
    assert 2 * layout.overlap_px <= layout.context_px


def test_a_side_without_room_is_refused() -> None:
    with pytest.raises(ValueError, match="too small"):
        Layout.within(63, 8)


def test_a_long_scratch_is_cut_along_its_length() -> None:
    holes = holes_of(scratch(900, 1400))
    tiles = plan_tiles(holes, LAYOUT, CancelToken())
    check(tiles, holes, LAYOUT)
    assert 8 <= len(tiles) <= 24
    for before, after in itertools.pairwise(tiles):
        assert before.extent.overlaps(after.extent), "each tile lies beside the one before"


def test_small_defects_share_a_tile_only_if_they_are_close() -> None:
    plane = np.zeros((1000, 1000), np.uint8)
    plane[100:104, 100:104] = plane[150:153, 140:146] = 255
    plane[800:803, 850:853] = 255
    tiles = plan(plane)
    assert len(tiles) == 2
    assert tiles[0].core == Bounds(98, 98, 148, 155)
    assert tiles[1].core == Bounds(848, 798, 855, 805)


def test_defects_are_done_in_reading_order() -> None:
    plane = np.zeros((1000, 1000), np.uint8)
    for y, x in ((20, 700), (400, 100), (420, 900), (900, 500)):
        plane[y, x] = 255
    assert [tile.core.top // 100 for tile in plan(plane)] == [0, 3, 4, 8]


def test_crops_stop_at_the_edge_of_the_photo() -> None:
    plane = np.zeros((50, 60), np.uint8)
    plane[0, 0] = plane[49, 59] = 255
    tiles = plan(plane)
    assert [tile.crop for tile in tiles] == [Bounds(0, 0, 60, 50)]


def test_thick_holes_start_at_a_coarser_level() -> None:
    plane = np.zeros((700, 700), np.uint8)
    plane[150:550, 150:550] = 255
    holes = holes_of(plane)
    tiles = plan_tiles(holes, LAYOUT, CancelToken())
    check(tiles, holes, LAYOUT)
    levels = [tile.level for tile in tiles]
    assert levels == sorted(levels, reverse=True)
    assert set(levels) == set(range(max(levels) + 1))
    assert max(levels) >= 2


def test_replanning_leaves_nothing_out() -> None:
    holes = holes_of(scratch(500, 700))
    tiles = plan_tiles(holes, LAYOUT, CancelToken())
    smaller = Layout.within(128, 64)
    again = replan(holes, tiles, smaller)
    check(again, holes, smaller)
    assert len(again) > len(tiles)


def test_a_photo_painted_all_over_is_refused() -> None:
    plane = np.full((300, 300), 255, np.uint8)
    plane[1::4, 1::4] = 0
    with pytest.raises(InputError, match="whole photo"):
        plan(plane)


def test_planning_can_be_cancelled() -> None:
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        plan_tiles(holes_of(scratch(100, 100)), LAYOUT, token)


def test_cost_follows_what_is_painted_not_the_photo() -> None:
    plane = np.zeros((6000, 8000), np.uint8)
    plane[50:54, 60:66] = plane[5900:5903, 7900:7907] = 255
    started = time.perf_counter()
    tiles = plan(plane)
    assert len(tiles) == 2
    assert time.perf_counter() - started < 2
