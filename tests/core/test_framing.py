from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from restorer.core.framing import fits, largest_frame, largest_size
from restorer.core.geometry import Bounds

SIDES = st.integers(20, 4000)
ANGLES = st.floats(-45, 45)


def test_without_an_angle_all_of_the_photo_fits() -> None:
    assert largest_frame(301, 200, 0.0) == Bounds(0, 0, 301, 200)
    assert largest_frame(300, 200, 0.0, 1.0) == Bounds(50, 0, 250, 200)
    assert largest_frame(200, 300, 0.0, 0.5) == Bounds(25, 0, 175, 300)


@given(SIDES, SIDES, ANGLES, st.sampled_from([None, 0.5, 1.0, 1.5, 16 / 9]))
def test_the_largest_frame_fits_and_hardly_a_larger_one_does(
    width: int, height: int, degrees: float, aspect: float | None
) -> None:
    frame = largest_frame(width, height, degrees, aspect)
    assert fits(frame, width, height, degrees)
    across, down = largest_size(width, height, degrees, aspect)
    assert across - 3 <= frame.width <= across + 1e-6
    assert down - 3 <= frame.height <= down + 1e-6
    if aspect is not None:
        assert across / down == pytest.approx(aspect)
        assert not fits(frame.pad(3), width, height, degrees)


def test_a_free_frame_is_larger_than_any_of_a_given_aspect() -> None:
    for degrees in (0.5, 7.0, 30.0, 45.0):
        across, down = largest_size(600, 400, degrees)
        areas = [w * h for w, h in (largest_size(600, 400, degrees, aspect / 20) for aspect in range(4, 100))]
        assert max(areas) <= across * down * (1 + 1e-9)
        assert max(areas) > across * down * 0.99


def test_a_frame_that_shows_a_corner_does_not_fit() -> None:
    assert fits(Bounds(0, 0, 100, 80), 100, 80, 0)
    assert not fits(Bounds(0, 0, 100, 80), 100, 80, 1)
    assert not fits(Bounds(10, 0, 101, 80), 100, 80, 0)
