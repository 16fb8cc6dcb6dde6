"""Ribbons along scratches and creases: where they run, and how wide they are."""

from __future__ import annotations

import numpy as np
import pytest

from restorer.core.image import Image
from restorer.session.marking import ribbon
from restorer.session.marking.ribbon import follow, join


def creased(
    width_px: float, *, bright: bool = True, dtype: type = np.uint8, noise: float = 6.0, side: int = 1
) -> Image:
    """A textured photo with a curved crease along :func:`middle`, blurred as scanners do."""
    rng = np.random.default_rng(5)
    y, x = np.mgrid[: 240 * side, : 360 * side].astype(float) + 0.5
    tone = 110 + 25 * np.sin(x / 37) + 20 * np.cos(y / 23 + x / 90)
    # Distance to the curve, to first order.
    slope = np.gradient(middle(np.arange(x.shape[1]) + 0.5))[None, :]
    distance = np.abs(y - middle(x[0])[None, :]) / np.hypot(1, slope)
    cover = np.clip(width_px / 2 - distance + 0.5, 0, 1)
    tone += (70 if bright else -70) * cover + rng.normal(0, noise, tone.shape)
    pixels = np.clip(tone, 0, 255)
    if dtype == np.uint16:
        pixels = pixels * 257
    return Image(pixels[:, :, None].astype(dtype))


def middle(x: np.ndarray) -> np.ndarray:
    return 120 + 45 * np.sin(x / 70) + 0.1 * x


def off_by(line: np.ndarray) -> np.ndarray:
    """Distance of points from the crease."""
    x = np.arange(0, 360, 0.1)
    curve = np.stack((x, middle(x)), axis=1)
    return np.array([np.hypot(*(curve - point).T).min() for point in line])


def on(x: float, dy: float = 0.0) -> tuple[float, float]:
    return x, float(middle(np.array([x]))[0]) + dy


@pytest.mark.parametrize("bright", [True, False], ids=["bright", "dark"])
@pytest.mark.parametrize("width_px", [2.0, 5.0, 11.0])
def test_path_and_width_are_recovered_within_a_pixel_and_a_half(width_px: float, bright: bool) -> None:
    trace = follow(creased(width_px, bright=bright), [on(15, 3), on(180, -3), on(345, 2)])
    assert trace.is_bright is bright
    inner = slice(5, -5)
    assert off_by(trace.line[inner]).max() < 1.5
    assert np.abs(trace.widths_px[inner] - width_px).max() < 1.5
    assert np.median(trace.widths_px) == pytest.approx(width_px, abs=0.75)


def test_two_clicks_are_enough_and_depth_does_not_matter() -> None:
    eight = follow(creased(4), [on(20), on(340)])
    sixteen = follow(creased(4, dtype=np.uint16), [on(20), on(340)])
    for trace in (eight, sixteen):
        assert off_by(trace.line[5:-5]).max() < 1.5
        assert np.abs(trace.widths_px[5:-5] - 4).max() < 1.5


def test_a_reduced_window_still_finds_the_very_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ribbon, "WINDOW_PX", 9_000)
    trace = follow(creased(6), [on(20), on(190), on(340)])
    assert off_by(trace.line[8:-8]).max() < 1.5


def test_the_band_covers_the_crease_and_little_else() -> None:
    image = creased(6, noise=3)
    trace = follow(image, [on(10), on(180), on(350)])
    plane = trace.ribbon(widen_px=2).coverage(image.bounds)
    x = np.arange(30, 330)
    rows = np.floor(middle(x + 0.5)).astype(int)
    assert (plane[rows, x] == 255).all()
    assert (plane[rows + 12, x] == 0).all()
    assert (plane[rows - 12, x] == 0).all()
    sides = np.array(trace.sides(widen_px=2))
    assert np.abs(off_by(sides[10:-10:9]) - 4).max() < 2


def test_where_there_is_no_line_it_goes_straight_enough_and_has_some_width() -> None:
    trace = follow(Image(np.full((80, 120, 3), 90, np.uint8)), [(10, 40), (110, 40)])
    assert np.abs(trace.line[:, 1] - 40).max() < 3
    assert (trace.widths_px == 4).all()


def test_points_outside_of_the_photo_lie_on_its_edge_and_the_same_point_twice_is_no_trouble() -> None:
    image = creased(4)
    trace = follow(image, [(-50.0, 118.0), on(60)])
    assert trace.line[:, 0].min() >= -3
    assert len(follow(image, [on(60), on(60)]).line) >= 1
    with pytest.raises(ValueError, match="two points"):
        follow(image, [on(60)])


def test_pieces_are_joined() -> None:
    image = creased(4)
    first, second = follow(image, [on(20), on(100)]), follow(image, [on(100), on(200)])
    whole = join([first, second])
    assert len(whole.line) == len(first.line) + len(second.line) == len(whole.widths_px)
