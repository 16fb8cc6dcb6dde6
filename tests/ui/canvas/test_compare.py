"""Panes and the line between before and after."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from restorer.core.geometry import Bounds
from restorer.ui.canvas.compare import Compare, panes, split_at, split_x, viewport_width
from restorer.ui.canvas.viewport import Viewport

CANVAS = Bounds.of_size(901, 600)


def view(mode: Compare | None, zoom: float | None = None) -> Viewport:
    viewport = Viewport(viewport_width(mode, CANVAS.width), CANVAS.height, 4000, 3000).fit()
    return viewport if zoom is None else viewport.zoomed(zoom)


@pytest.mark.parametrize("mode", [None, *Compare])
@pytest.mark.parametrize("original", [False, True])
def test_panes_do_not_overlap_and_lie_on_the_canvas(mode: Compare | None, original: bool) -> None:
    found = panes(mode, CANVAS, view(mode), 0.3, original=original)
    for index, pane in enumerate(found):
        assert CANVAS.contains(pane.clip)
        assert not any(pane.clip.overlaps(other.clip) for other in found[index + 1 :])


def test_split_shows_before_at_the_left() -> None:
    viewport = view(Compare.SPLIT)
    left, right = panes(Compare.SPLIT, CANVAS, viewport, 0.25, original=False)
    assert (left.shows_before, right.shows_before) == (True, False)
    assert left.clip.right == right.clip.left == split_x(viewport, 0.25)
    assert (left.offset_x, right.offset_x) == (0, 0)


def test_side_by_side_shows_the_same_part_twice() -> None:
    viewport = view(Compare.SIDE)
    left, right = panes(Compare.SIDE, CANVAS, viewport, 0.5, original=False)
    assert left.clip.width == right.clip.width == viewport.view_width
    assert right.offset_x == right.clip.left
    assert (left.shows_before, right.shows_before) == (True, False)


def test_holding_shows_the_original_everywhere() -> None:
    for mode in (None, *Compare):
        assert all(pane.shows_before for pane in panes(mode, CANVAS, view(mode), 0.5, original=True))


@given(st.floats(0.0, 1.0), st.sampled_from([None, 0.05, 1.0, 7.0]))
def test_the_line_stays_on_the_photo_in_view(split: float, zoom: float | None) -> None:
    viewport = view(Compare.SPLIT, zoom)
    x = split_x(viewport, split)
    seen = viewport.photo_in_view.intersect(viewport.view)
    assert seen.left <= x <= seen.right
    assert split_x(viewport, split_at(viewport, x)) == x


def test_dragging_beyond_the_photo_stops_at_its_edge() -> None:
    viewport = view(Compare.SPLIT)
    assert split_at(viewport, -50) == 0.0
    assert split_at(viewport, 5000) == 1.0
