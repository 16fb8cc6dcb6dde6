from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from restorer.core.geometry import Bounds

coordinate = st.integers(-50, 50)
rectangles = st.builds(Bounds, coordinate, coordinate, coordinate, coordinate)
full = rectangles.filter(lambda r: not r.is_empty)


def pixels(bounds: Bounds) -> set[tuple[int, int]]:
    return {(x, y) for x in range(bounds.left, bounds.right) for y in range(bounds.top, bounds.bottom)}


small = st.builds(
    lambda x, y, w, h: Bounds(x, y, x + w, y + h),
    st.integers(-6, 6),
    st.integers(-6, 6),
    st.integers(-2, 6),
    st.integers(-2, 6),
)


def test_size_and_area() -> None:
    bounds = Bounds(2, 3, 7, 5)
    assert (bounds.width, bounds.height, bounds.area, bounds.is_empty) == (5, 2, 10, False)


@pytest.mark.parametrize("bounds", [Bounds(3, 0, 3, 9), Bounds(5, 0, 3, 9), Bounds(0, 4, 9, 4), Bounds(0, 9, 9, 4)])
def test_turned_round_or_flat_is_empty_and_has_no_area(bounds: Bounds) -> None:
    assert bounds.is_empty
    assert bounds.area == 0
    assert min(bounds.width, bounds.height) == 0


def test_slices_cut_rows_then_columns() -> None:
    plane = np.arange(24).reshape(4, 6)
    assert plane[Bounds(1, 2, 4, 4).slices].tolist() == [[13, 14, 15], [19, 20, 21]]


@given(small, small)
def test_intersect_is_the_common_set_of_pixels(a: Bounds, b: Bounds) -> None:
    assert pixels(a.intersect(b)) == pixels(a) & pixels(b)
    assert a.overlaps(b) is bool(pixels(a) & pixels(b))


@given(small, small)
def test_contains_agrees_with_sets_of_pixels(a: Bounds, b: Bounds) -> None:
    if a.contains(b):
        assert pixels(b) <= pixels(a)
    elif not b.is_empty:
        assert not pixels(b) <= pixels(a)


@given(st.lists(small, max_size=5))
def test_around_is_the_smallest_that_holds_all(parts: list[Bounds]) -> None:
    around = Bounds.around(parts)
    every = set().union(*(pixels(part) for part in parts))
    assert every <= pixels(around)
    if not every:
        assert around == Bounds(0, 0, 0, 0)
    else:
        columns, rows = {x for x, _ in every}, {y for _, y in every}
        assert around == Bounds(min(columns), min(rows), max(columns) + 1, max(rows) + 1)


@given(full, rectangles)
def test_union_with_nothing_changes_nothing(a: Bounds, b: Bounds) -> None:
    assert a.union(b) == (a if b.is_empty else b.union(a))


@given(rectangles, st.integers(0, 20))
def test_padding_is_taken_back_by_its_opposite(bounds: Bounds, margin: int) -> None:
    assert bounds.pad(margin).pad(-margin) == bounds


@given(rectangles, coordinate, coordinate)
def test_translating_keeps_the_size(bounds: Bounds, dx: int, dy: int) -> None:
    moved = bounds.translate(dx, dy)
    assert (moved.width, moved.height) == (bounds.width, bounds.height)
    assert moved.translate(-dx, -dy) == bounds


@given(rectangles, st.integers(1, 40), st.integers(1, 40))
def test_clipped_bounds_always_slice_safely(bounds: Bounds, width: int, height: int) -> None:
    clipped = bounds.clip(width, height)
    view = np.zeros((height, width))[clipped.slices]
    assert view.size == clipped.area
    assert pixels(clipped) <= pixels(Bounds.of_size(width, height))
