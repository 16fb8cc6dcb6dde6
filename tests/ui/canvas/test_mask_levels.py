"""The mask on screen: nothing vanishes, and following the live mask is as good as starting over."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from restorer.core.brush import Brush, BrushMode, StrokePainter, StrokePoint
from restorer.core.geometry import Bounds
from restorer.core.mask import Mask
from restorer.ui.canvas import mask_levels
from restorer.ui.canvas.mask_levels import MaskLevels
from restorer.ui.canvas.viewport import Viewport

ZOOMS = st.sampled_from([0.05, 0.11, 0.25, 0.3, 0.5, 0.61, 0.77, 0.999, 1.0, 1.3, 2.0, 7.0])


def whole(levels: MaskLevels, mask: Mask, zoom: float) -> np.ndarray:
    """The mask as the screen shows all of it."""
    viewport = Viewport(500, 400, mask.width, mask.height).zoomed(zoom)
    box = Bounds.of_size(viewport.scaled_width, viewport.scaled_height)
    plane = levels.sample(box, viewport)
    return np.zeros((box.height, box.width), np.uint8) if plane is None else plane


def brute_force(mask: Mask, zoom: float) -> np.ndarray:
    """The largest value under each device pixel, pixel by pixel."""
    viewport = Viewport(500, 400, mask.width, mask.height).zoomed(zoom)
    shown = np.zeros((viewport.scaled_height, viewport.scaled_width), np.uint8)
    for y, x in zip(*np.nonzero(mask.plane), strict=True):
        box = viewport.bounds_to_scaled(Bounds(int(x), int(y), int(x) + 1, int(y) + 1))
        part = shown[box.slices]
        np.maximum(part, mask.plane[y, x], out=part)
    return shown


@given(st.lists(st.tuples(st.integers(0, 136), st.integers(0, 92)), min_size=1, max_size=12), ZOOMS)
def test_no_mark_vanishes_at_any_zoom(marks: list[tuple[int, int]], zoom: float) -> None:
    mask = Mask.empty(137, 93)
    for index, (x, y) in enumerate(marks):
        mask.plane[y, x] = 100 + index
    shown = whole(MaskLevels(mask), mask, zoom)
    assert shown.max() == mask.plane.max()
    if zoom < 1.0:
        assert (shown >= brute_force(mask, zoom)).all()
        assert np.count_nonzero(shown) <= 9 * len(marks), "and none grows by more than a pixel around"


@given(
    st.lists(
        st.tuples(
            st.integers(0, 300), st.integers(0, 200), st.integers(1, 90), st.integers(1, 90), st.integers(0, 255)
        ),
        max_size=8,
    ),
    ZOOMS,
)
def test_following_equals_starting_over(edits: list[tuple[int, int, int, int, int]], zoom: float) -> None:
    mask = Mask.empty(301, 203)
    levels = MaskLevels(mask)
    for x, y, width, height, value in edits:
        box = Bounds(x, y, x + width, y + height).clip(301, 203)
        mask.plane[box.slices] = value
        levels.update(box)
    assert np.array_equal(whole(levels, mask, zoom), whole(MaskLevels(mask), mask, zoom))


def test_levels_looked_at_in_any_order_between_changes_are_the_largest_values_below() -> None:
    random = np.random.default_rng(8)
    mask = Mask.empty(1301, 777)
    levels = MaskLevels(mask, is_empty=True)
    for _ in range(60):
        left, top, value = (int(random.integers(0, stop)) for stop in (1300, 776, 256))
        box = Bounds(left, top, left + 1 + 400 // (1 + value % 40), top + 1 + value).clip(1301, 777)
        mask.plane[box.slices] = (
            random.integers(0, 256) if value % 3 else random.integers(0, 256, (box.height, box.width))
        )
        levels.update(box)
        number = int(random.integers(1, 12))
        side = 1 << number
        padded = np.zeros((-(-777 // side) * side, -(-1301 // side) * side), np.uint8)
        padded[:777, :1301] = mask.plane
        blocks = padded.reshape(padded.shape[0] // side, side, padded.shape[1] // side, side)
        expected = blocks.max(axis=(1, 3))
        height, width = expected.shape
        part = Bounds(width // 3, height // 4, width, height - height // 4)
        assert np.array_equal(levels._level(number, part), expected[part.slices])


def test_a_change_costs_nothing_until_it_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    reduced: list[tuple[int, ...]] = []
    reduce = mask_levels._reduce
    monkeypatch.setattr(
        mask_levels, "_reduce", lambda plane, *rest: (reduced.append(plane.shape), reduce(plane, *rest))
    )
    mask = Mask.empty(4096, 4096)
    levels = MaskLevels(mask, is_empty=True)
    viewport = Viewport(500, 400, 4096, 4096).zoomed(0.5)
    assert levels.is_fresh(Bounds(0, 0, 2048, 2048), viewport)
    mask.plane[...] = 255
    levels.update(Bounds(0, 0, 4096, 4096))
    assert reduced == []
    assert not levels.is_fresh(Bounds(0, 0, 100, 100), viewport)
    plane = levels.sample(Bounds(0, 0, 100, 100), viewport)
    assert plane is not None
    assert (plane == 255).all()
    assert reduced == [(256, 256)], "one cell of one level"
    levels.sample(Bounds(0, 0, 100, 100), viewport)
    assert len(reduced) == 1


@pytest.mark.parametrize("zoom", [1.0, 2.0, 3.5])
def test_above_full_size_pixels_are_squares(zoom: float) -> None:
    mask = Mask(np.random.default_rng(2).integers(0, 256, (40, 60), np.uint8))
    viewport = Viewport(500, 400, 60, 40).zoomed(zoom)
    columns = np.floor((np.arange(viewport.scaled_width) + 0.5) / zoom).astype(int)
    rows = np.floor((np.arange(viewport.scaled_height) + 0.5) / zoom).astype(int)
    assert np.array_equal(whole(MaskLevels(mask), mask, zoom), mask.plane[np.ix_(rows, columns)])


def test_outside_of_the_photo_there_is_no_mask() -> None:
    mask = Mask(np.full((40, 60), 255, np.uint8))
    viewport = Viewport(500, 400, 60, 40)
    plane = MaskLevels(mask).sample(Bounds(-3, -2, 5, 4), viewport)
    assert plane is not None
    assert plane.shape == (6, 8)
    assert (plane[:2] == 0).all()
    assert (plane[:, :3] == 0).all()
    assert (plane[2:, 3:] == 255).all()
    assert MaskLevels(mask).sample(Bounds(-9, -9, -1, -1), viewport) is None


def test_an_empty_part_costs_nothing_to_colour() -> None:
    mask = Mask.empty(60, 40)
    assert MaskLevels(mask).sample(Bounds(0, 0, 30, 20), Viewport(500, 400, 60, 40)) is None


@pytest.mark.parametrize("zoom", [0.3, 1.0, 2.0])
def test_hidden_marks_come_back_and_new_ones_are_never_hidden(zoom: float) -> None:
    mask = Mask.empty(200, 100)
    mask.plane[10:20, 10:20] = 255
    used = mask.snapshot()
    levels = MaskLevels(mask)
    before = whole(levels, mask, zoom)
    levels.hide(Bounds(0, 0, 100, 100), used)
    assert whole(levels, mask, zoom).max() == 0
    mask.plane[60:64, 60:64] = 200
    levels.update(Bounds(60, 60, 64, 64))
    assert whole(levels, mask, zoom).max() == 200, "painted while the job runs"
    mask.plane[60:64, 60:64] = 0
    levels.update(Bounds(60, 60, 64, 64))
    assert levels.show_all() == Bounds(0, 0, 100, 100)
    assert np.array_equal(whole(levels, mask, zoom), before)


@pytest.mark.parametrize("zoom", [0.07, 0.2, 0.45])
def test_large_dabs_are_shown_exactly_before_they_are_written(zoom: float) -> None:
    mask = Mask(np.random.default_rng(3).integers(0, 90, (2111, 3001), np.uint8))
    levels = MaskLevels(mask)
    whole(levels, mask, zoom)
    painter = StrokePainter(mask, Brush(1500.0, 0.7))
    for number in range(9):
        painter.add(StrokePoint(300.5 + 170 * number, 500.5 + 90 * number))
        for part in painter.parts:
            levels.update(part, painter.laid, zoom)
        if number == 0:
            whole(levels, mask, zoom)  # nothing is known of what the first one lies on
            continue
        assert painter.is_behind
        shown = whole(levels, mask, zoom)
        assert painter.is_behind, "the mask was not looked at"
        if number % 3 == 0:
            twin = Mask(mask.plane.copy())
            assert np.array_equal(shown, whole(MaskLevels(twin), twin, zoom))
    painter.finish()
    for other in (0.03, zoom, 0.6):
        assert np.array_equal(whole(levels, mask, other), whole(MaskLevels(mask), mask, other))


def test_what_large_dabs_take_away_is_shown_nearly_and_never_too_much() -> None:
    zoom = 0.2
    for start in (
        np.full((2111, 3001), 255, np.uint8),
        np.random.default_rng(3).integers(0, 256, (2111, 3001), np.uint8),
    ):
        mask = Mask(start)
        levels = MaskLevels(mask)
        painter = StrokePainter(mask, Brush(1500.0, 0.7, BrushMode.SUBTRACT))
        for number in range(6):
            painter.add(StrokePoint(300.5 + 170 * number, 500.5 + 90 * number))
            for part in painter.parts:
                levels.update(part, painter.laid, zoom)
            if number == 0:
                whole(levels, mask, zoom)
        assert painter.is_behind
        shown = whole(levels, mask, zoom).astype(int)
        assert painter.is_behind
        exact = whole(MaskLevels(mask), mask, zoom)
        assert (shown >= exact).all()
        assert (shown - exact).max() <= (8 if start.min() else 60)
        assert not shown[100, 60]


def test_dabs_over_marks_that_are_hidden_are_looked_at_in_the_mask() -> None:
    mask = Mask(np.full((1200, 1200), 255, np.uint8))
    levels = MaskLevels(mask)
    levels.hide(Bounds.of_size(1200, 1200), mask.snapshot())
    painter = StrokePainter(mask, Brush(900.0, 1.0))
    for x in (400.5, 500.5):
        painter.add(StrokePoint(x, 600.5))
        for part in painter.parts:
            levels.update(part, painter.laid, 0.2)
    assert not whole(levels, mask, 0.2).any()
