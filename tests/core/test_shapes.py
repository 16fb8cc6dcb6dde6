"""Shapes: what they cover, whole or in parts."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from restorer.core.geometry import Bounds
from restorer.core.marks import MarkMode, mark, replace_by
from restorer.core.mask import Mask
from restorer.core.shapes import Ellipse, Polygon, Rectangle, Ribbon, Shape, Stencil

ALL = Bounds(-3, -3, 43, 37)
coordinates = st.floats(-2, 42, allow_nan=False)
points = st.tuples(coordinates, coordinates)


def area(shape: Shape, part: Bounds = ALL) -> float:
    return float(shape.coverage(part).astype(float).sum() / 255)


def test_a_rectangle_covers_shares_of_pixels() -> None:
    plane = Rectangle((4.5, 3.25), (2, 1)).coverage(Bounds(0, 0, 6, 5))
    assert plane[1, 2] == 255
    assert plane[1, 4] == 128
    assert plane[3, 2] == 64
    assert plane[0].max() == plane[:, 5].max() == 0


def test_without_smooth_edges_pixels_are_whole() -> None:
    for shape in (
        Rectangle((1.2, 1.2), (7.7, 6.4), smooth=False),
        Ellipse((0.3, 0.3), (9.2, 8.1), smooth=False),
        Polygon(((0.2, 0.4), (9.1, 3.3), (2.2, 8.8)), smooth=False),
    ):
        plane = shape.coverage(Bounds(0, 0, 10, 10))
        assert set(np.unique(plane)) == {0, 255}


@pytest.mark.parametrize("corners", [3, 5, 40])
def test_a_polygon_has_its_area(corners: int) -> None:
    ring = tuple(
        (20 + 13 * math.cos(2 * math.pi * k / corners), 17 + 13 * math.sin(2 * math.pi * k / corners))
        for k in range(corners)
    )
    exact = corners / 2 * 13**2 * math.sin(2 * math.pi / corners)
    assert area(Polygon(ring)) == pytest.approx(exact, rel=0.01)
    assert area(Polygon(ring[::-1])) == pytest.approx(exact, rel=0.01)


def test_an_ellipse_has_its_area_and_its_outline_lies_on_its_edge() -> None:
    ellipse = Ellipse((3, 4), (37, 25))
    assert area(ellipse) == pytest.approx(math.pi * 17 * 10.5, rel=0.01)
    assert area(Polygon(ellipse.outline())) == pytest.approx(area(ellipse), rel=0.01)


def test_all_of_a_crossed_outline_counts() -> None:
    star = tuple((20 + 15 * math.cos(4 * math.pi * k / 5), 17 + 15 * math.sin(4 * math.pi * k / 5)) for k in range(5))
    assert Polygon(star).coverage(Bounds(20, 17, 21, 18))[0, 0] == 255


def test_two_corners_cover_nothing() -> None:
    line = Polygon(((1, 1), (9, 9)))
    assert line.bounds.is_empty
    assert not line.coverage(ALL).any()


def test_a_ribbon_is_as_wide_as_it_says() -> None:
    plane = Ribbon(((5, 15.5), (35, 15.5)), (3, 9)).coverage(Bounds(0, 0, 40, 32)).astype(float) / 255
    assert plane[:, 6].sum() == pytest.approx(3.2, abs=0.3)
    assert plane[:, 33].sum() == pytest.approx(8.6, abs=0.3)


@given(st.lists(points, min_size=3, max_size=12), st.integers(0, 30), st.integers(0, 25), st.booleans())
def test_a_part_is_what_the_whole_has_there(corners: list[tuple[float, float]], x: int, y: int, smooth: bool) -> None:
    part = Bounds(x, y, x + 9, y + 7)
    inside = part.translate(-ALL.left, -ALL.top).slices
    widths = tuple(float(1 + k % 5) for k in range(len(corners)))
    stencil = Stencil(Bounds(2, 3, 22, 13), np.arange(200, dtype=np.uint8).reshape(10, 20))
    for shape in (
        Polygon(tuple(corners), smooth),
        Rectangle(corners[0], corners[1], smooth),
        Ellipse(corners[0], corners[1], smooth),
        Ribbon(tuple(corners), widths),
        stencil,
    ):
        whole = shape.coverage(ALL)
        assert (shape.coverage(part) == whole[inside]).all()
        outside = whole.copy()
        box = shape.bounds.intersect(ALL)
        outside[box.translate(-ALL.left, -ALL.top).slices] = 0
        assert not outside.any()


@pytest.mark.parametrize("mode", MarkMode)
def test_marking_changes_a_mask_as_its_mode_says_and_comes_back(mode: MarkMode) -> None:
    there = np.random.default_rng(3).integers(0, 256, (600, 700)).astype(np.uint8)
    there[:, 300:] = 0
    mask = Mask(there.copy())
    shape = Ellipse((150, 200), (690, 590))
    marked = shape.coverage(Bounds(0, 0, 700, 600))
    edit = mark(mask, shape, mode)
    assert (mask.plane == there).all()
    inverse = mask.swap(edit)
    expected = {
        MarkMode.ADD: np.maximum(there, marked),
        MarkMode.SUBTRACT: np.minimum(there, 255 - marked),
        MarkMode.REPLACE: marked,
    }[mode]
    assert (mask.plane == expected).all()
    mask.swap(inverse)
    assert (mask.plane == there).all()


def test_what_changes_nothing_is_no_edit() -> None:
    mask = Mask(np.full((40, 40), 255, np.uint8))
    assert mark(mask, Rectangle((3, 3), (20, 20)), MarkMode.ADD).pieces == ()
    assert replace_by(mask, mask.plane.copy()).pieces == ()
    plane = mask.plane.copy()
    plane[7, 8] = 1
    mask.swap(replace_by(mask, plane))
    assert (mask.plane == plane).all()


def test_even_cells_of_an_edit_take_no_memory() -> None:
    mask = Mask(np.zeros((1024, 1024), np.uint8))
    edit = mark(mask, Rectangle((0, 0), (1024, 900), smooth=False), MarkMode.ADD)
    inverse = mask.swap(edit)
    for pieces in (edit.pieces, inverse.pieces):
        assert sum(any(piece.values.strides) for piece in pieces) == 0
    assert mask.occupied() == Bounds(0, 0, 1024, 900)
    mask.swap(inverse)
    assert mask.is_empty


def test_adding_and_subtracting_are_swapped() -> None:
    assert MarkMode.ADD.swapped is MarkMode.SUBTRACT
    assert MarkMode.SUBTRACT.swapped is MarkMode.ADD
    assert MarkMode.REPLACE.swapped is MarkMode.SUBTRACT
