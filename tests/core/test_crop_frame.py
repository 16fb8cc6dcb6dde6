from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from restorer.core.crop_frame import CORNERS, EDGES, CropFrame
from restorer.core.framing import fits
from restorer.core.geometry import Bounds

ASPECTS = st.sampled_from([None, 1.0, 1.5, 0.6])
PLACES = st.floats(-200, 1200)


def corners(frame: CropFrame) -> list[tuple[float, float]]:
    return [frame.point(*corner) for corner in CORNERS]


def is_inside(frame: CropFrame) -> bool:
    return all(
        -1e-4 <= x <= frame.photo_width + 1e-4 and -1e-4 <= y <= frame.photo_height + 1e-4 for x, y in corners(frame)
    )


@st.composite
def frames(draw: st.DrawFn) -> CropFrame:
    """Frames a person can reach: turned, dragged, moved, in any order."""
    frame = CropFrame.largest(draw(st.integers(50, 1000)), draw(st.integers(50, 1000)), 0.0, draw(ASPECTS))
    for step in draw(st.lists(st.sampled_from(["turn", "drag", "move", "aspect"]), max_size=5)):
        if step == "turn":
            frame = frame.turned(draw(st.floats(-50, 50)))
        elif step == "drag":
            frame = frame.dragged(*draw(st.sampled_from((*CORNERS, *EDGES))), draw(PLACES), draw(PLACES))
        elif step == "move":
            frame = frame.moved(draw(PLACES) - 500, draw(PLACES) - 500)
        else:
            frame = frame.with_aspect(draw(ASPECTS))
    return frame


@given(frames())
def test_a_frame_never_reaches_outside_and_gives_whole_pixels_that_fit(frame: CropFrame) -> None:
    assert is_inside(frame)
    if frame.width >= 3 and frame.height >= 3:
        bounds = frame.bounds()
        assert fits(bounds, frame.photo_width, frame.photo_height, frame.degrees)
        assert frame.width - 2 < bounds.width <= frame.width + 1e-4
        again = CropFrame.around(bounds, frame.photo_width, frame.photo_height, frame.degrees)
        assert again.bounds() == bounds


@given(frames(), st.sampled_from(CORNERS), PLACES, PLACES)
def test_the_opposite_corner_stays(frame: CropFrame, corner: tuple[int, int], x: float, y: float) -> None:
    opposite = 1 - corner[0], 1 - corner[1]
    dragged = frame.dragged(*corner, x, y)
    assert dragged.point(*opposite) == pytest.approx(frame.point(*opposite), abs=1e-6)
    if frame.aspect is not None and min(dragged.width, dragged.height) > 1:
        assert dragged.width / dragged.height == pytest.approx(frame.aspect)


def test_a_corner_follows_the_pointer_where_there_is_room() -> None:
    frame = CropFrame.around(Bounds(20, 20, 60, 50), 100, 80, 10.0)
    x, y = frame.point(1, 1)
    dragged = frame.dragged(1, 1, x + 3, y + 2)
    assert dragged.point(1, 1) == pytest.approx((x + 3, y + 2))


def test_a_side_moves_alone_in_a_free_frame() -> None:
    frame = CropFrame.around(Bounds(20, 20, 60, 50), 100, 80, 0.0)
    dragged = frame.dragged(1, 0.5, 75, 0)
    assert dragged.bounds() == Bounds(20, 20, 75, 50)
    assert frame.dragged(0.5, 0, 0, -50).bounds() == Bounds(20, 0, 60, 50), "as far as there is room"


def test_the_largest_frame_stays_the_largest_until_it_is_sized() -> None:
    frame = CropFrame.largest(300, 200, 0.0, 1.5)
    turned = frame.turned(8.0)
    assert turned.is_largest
    assert turned == CropFrame.largest(300, 200, 8.0, 1.5)
    assert turned.turned(0.0).bounds() == Bounds(0, 0, 300, 200)
    assert turned.with_aspect(1.0) == CropFrame.largest(300, 200, 8.0, 1.0)
    sized = frame.dragged(1, 1, 200, 150)
    assert not sized.is_largest
    assert sized.turned(5.0).width <= sized.width


def test_turning_keeps_centre_and_proportions() -> None:
    frame = CropFrame.around(Bounds(10, 10, 250, 190), 300, 200, 0.0)
    turned = frame.turned(20.0)
    assert turned.center == frame.center
    assert turned.width / turned.height == pytest.approx(frame.width / frame.height)
    across, down = turned.point(1, 0.5)[0] - turned.center[0], turned.point(1, 0.5)[1] - turned.center[1]
    assert math.degrees(math.atan2(down, across)) == pytest.approx(-20.0), "against the photo's own turn"
    assert turned.turned(80.0).degrees == 45.0


def test_local_and_point_agree() -> None:
    frame = CropFrame.around(Bounds(20, 20, 60, 50), 100, 80, 10.0)
    assert frame.local(*frame.point(1, 0)) == pytest.approx((20, -15))
