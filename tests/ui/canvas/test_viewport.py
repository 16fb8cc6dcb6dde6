"""Arithmetic of the view: mapping, zooming about a point, and never losing the photo."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from restorer.core.geometry import Bounds
from restorer.ui.canvas.viewport import MAX_ZOOM, ZOOM_STEPS, Viewport

SIZES = st.integers(1, 20_000)
VIEWS = st.integers(1, 4_000)
ZOOMS = st.floats(0.004, MAX_ZOOM)
SHARES = st.floats(0.0, 1.0)


@st.composite
def viewports(draw: st.DrawFn) -> Viewport:
    """Views a person can reach: fitted, zoomed about some point, and dragged."""
    start = Viewport(draw(VIEWS), draw(VIEWS), draw(SIZES), draw(SIZES), margin=draw(st.integers(0, 40))).fit()
    at = (draw(SHARES) * start.view_width, draw(SHARES) * start.view_height)
    return start.zoomed(draw(ZOOMS), at).panned(draw(st.floats(-9_999, 9_999)), draw(st.floats(-9_999, 9_999)))


@given(viewports(), SHARES, SHARES)
def test_mapping_there_and_back(viewport: Viewport, across: float, down: float) -> None:
    x, y = across * viewport.view_width, down * viewport.view_height
    back = viewport.to_view(*viewport.to_image(x, y))
    assert back == pytest.approx((x, y), abs=1e-6)


@given(viewports(), ZOOMS, SHARES, SHARES)
def test_zooming_holds_the_point_under_the_pointer(viewport: Viewport, zoom: float, across: float, down: float) -> None:
    at = (across * viewport.view_width, down * viewport.view_height)
    zoomed = viewport.zoomed(zoom, at)
    held = zoomed._held() == zoomed and _unheld(viewport, zoomed, at)
    if held:
        before, after = viewport.to_image(*at), zoomed.to_image(*at)
        # Both views are rounded to whole device pixels.
        tolerance = 0.5 / viewport.zoom + 0.5 / zoomed.zoom + 1e-6
        assert after == pytest.approx(before, abs=tolerance)


def _unheld(before: Viewport, after: Viewport, at: tuple[float, float]) -> bool:
    """Whether the view was not moved back to keep the photo in sight."""
    ratio = after.zoom / before.zoom
    free = (at[0] - (at[0] - before.origin_x) * ratio, at[1] - (at[1] - before.origin_y) * ratio)
    return (after.origin_x, after.origin_y) == pytest.approx(free, abs=1e-6)


@given(viewports(), st.floats(1.0, 8.0), SHARES, SHARES)
def test_zooming_in_and_out_again_comes_back(viewport: Viewport, factor: float, across: float, down: float) -> None:
    at = (across * viewport.view_width, down * viewport.view_height)
    there = viewport.zoomed(viewport.zoom * factor, at)
    back = there.zoomed(viewport.zoom, at)
    if there.zoom < MAX_ZOOM and _unheld(viewport, there, at):
        assert (back.origin_x, back.origin_y) == pytest.approx((viewport.origin_x, viewport.origin_y), abs=1e-3)


@given(viewports())
def test_the_photo_cannot_be_lost(viewport: Viewport) -> None:
    middle_x, middle_y = viewport.view_width / 2, viewport.view_height / 2
    assert viewport.origin_x - 1e-6 <= middle_x <= viewport.origin_x + viewport.image_width * viewport.zoom + 1e-6
    assert viewport.origin_y - 1e-6 <= middle_y <= viewport.origin_y + viewport.image_height * viewport.zoom + 1e-6


@given(viewports(), VIEWS, VIEWS)
def test_resizing_keeps_the_middle(viewport: Viewport, width: int, height: int) -> None:
    resized = viewport.resized(width, height)
    old = ((viewport.view_width / 2 - viewport.origin_x), (viewport.view_height / 2 - viewport.origin_y))
    new = ((width / 2 - resized.origin_x), (height / 2 - resized.origin_y))
    assert new == pytest.approx(old, abs=1e-6)


@given(viewports(), st.data())
def test_every_pixel_that_shows_a_part_is_in_its_bounds(viewport: Viewport, data: st.DataObject) -> None:
    x = data.draw(st.integers(0, viewport.image_width - 1))
    y = data.draw(st.integers(0, viewport.image_height - 1))
    box = viewport.bounds_to_scaled(Bounds(x, y, x + 1, y + 1))
    middle = (math.floor((x + 0.5) * viewport.zoom), math.floor((y + 0.5) * viewport.zoom))
    inside = middle[0] < viewport.scaled_width and middle[1] < viewport.scaled_height
    assert not inside or box.contains(Bounds(middle[0], middle[1], middle[0] + 1, middle[1] + 1))


@given(viewports())
def test_what_is_visible_covers_the_window(viewport: Viewport) -> None:
    visible = viewport.visible_image()
    corner = viewport.to_image(0, 0)
    assert visible.left <= max(0.0, corner[0])
    assert visible.top <= max(0.0, corner[1])
    assert Bounds.of_size(viewport.image_width, viewport.image_height).contains(visible)


def test_fit_shows_all_inside_the_margin() -> None:
    viewport = Viewport(1000, 800, 4000, 3000, margin=16).fit()
    photo = viewport.photo_in_view
    assert photo.left >= 16
    assert photo.right <= 1000 - 16
    assert min(photo.left, photo.top) == 16
    assert abs((photo.left + photo.right) - 1000) <= 1


def test_fit_never_enlarges() -> None:
    assert Viewport(1000, 800, 300, 200).fit().zoom == 1.0


def test_fitted_survives_resizing_until_it_is_moved() -> None:
    viewport = Viewport(1000, 800, 4000, 3000).fit()
    assert viewport.resized(500, 400).zoom == pytest.approx(0.125)
    assert viewport.panned(5, 0).resized(500, 400).zoom == viewport.zoom


def test_hundred_percent_is_one_pixel_per_pixel_on_the_grid() -> None:
    viewport = Viewport(777, 555, 4000, 3000).fit().zoomed(1.0, (100.3, 50.7))
    x, y = viewport.to_image(0, 0)
    assert (x, y) == (int(x), int(y))
    assert viewport.bounds_to_view(Bounds(2000, 1500, 2001, 1501)).area == 1


@pytest.mark.parametrize("zoom", [0.013, 0.5, 0.9999999, 1.0, 3.3, 64.0])
def test_steps_go_up_and_down_the_ladder(zoom: float) -> None:
    viewport = Viewport(1000, 800, 20_000, 15_000).zoomed(zoom)
    assert viewport.next_step() in ZOOM_STEPS
    assert viewport.next_step() > viewport.zoom or viewport.zoom == MAX_ZOOM
    assert viewport.previous_step() < viewport.zoom


def test_zoom_is_kept_in_range() -> None:
    viewport = Viewport(1000, 800, 4000, 3000)
    assert viewport.zoomed(1e9).zoom == MAX_ZOOM
    smallest = viewport.zoomed(1e-9)
    assert max(smallest.scaled_width, smallest.scaled_height) == 16
    assert smallest.previous_step() == smallest.zoom


def test_an_unshown_window_divides_by_nothing() -> None:
    viewport = Viewport(0, 0, 4000, 3000).fit()
    assert viewport.zoom > 0
    assert viewport.visible_image().is_empty
