"""What a brush leaves on the mask."""

from __future__ import annotations

import itertools
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from restorer.core.brush import MAX_SIZE_PX, Brush, BrushMode, StrokePainter, StrokePoint, _stamp
from restorer.core.geometry import Bounds
from restorer.core.mask import Mask

SIZES = st.sampled_from([1.0, 1.5, 2.0, 3.0, 7.3, 24.0, 31.9, 32.0, 50.0, 180.0])
HARDNESSES = st.sampled_from([0.0, 0.3, 0.8, 1.0])
POINTS = st.builds(StrokePoint, st.floats(-40, 240), st.floats(-40, 190), st.floats(0, 1))


def stroke(mask: Mask, brush: Brush, *points: StrokePoint) -> StrokePainter:
    painter = StrokePainter(mask, brush)
    for point in points:
        painter.add(point)
    return painter


def marked(brush: Brush, *points: StrokePoint, width: int = 200, height: int = 150) -> np.ndarray:
    mask = Mask.empty(width, height)
    stroke(mask, brush, *points)
    return mask.plane


@pytest.mark.parametrize("hardness", [0.0, 1.0])
def test_the_smallest_brush_marks_exactly_the_pixel_under_it(hardness: float) -> None:
    plane = marked(Brush(1.0, hardness), StrokePoint(10.9, 20.1))
    assert plane[20, 10] == 255
    assert np.count_nonzero(plane) == 1


@given(st.lists(st.tuples(st.floats(0, 199.9), st.floats(0, 149.9)), min_size=2, max_size=5))
def test_the_smallest_brush_draws_a_connected_line(points: list[tuple[float, float]]) -> None:
    plane = marked(Brush(1.0, 1.0), *(StrokePoint(x, y) for x, y in points))
    assert set(np.unique(plane)) <= {0, 255}
    rows, columns = np.nonzero(plane)
    pixels = set(zip(rows.tolist(), columns.tolist(), strict=True))
    reached, front = set(), [next(iter(pixels))]
    while front:
        row, column = front.pop()
        if (row, column) in pixels and (row, column) not in reached:
            reached.add((row, column))
            front += [(row + dy, column + dx) for dy, dx in itertools.product((-1, 0, 1), repeat=2)]
    assert reached == pixels


@pytest.mark.parametrize("size", [3.0, 10.0, 31.0, 33.0, 120.0])
def test_a_hard_dab_is_a_disc_of_the_asked_size(size: float) -> None:
    plane = marked(Brush(size, 1.0), StrokePoint(100.5, 75.5))
    area = plane.sum() / 255
    assert area == pytest.approx(np.pi * size * size / 4, rel=0.04)
    rows, columns = np.nonzero(plane)
    assert columns.min() + columns.max() == 200
    assert rows.min() + rows.max() == 150
    assert columns.max() - columns.min() + 1 == pytest.approx(size, abs=1.1)


@pytest.mark.parametrize("size", [20.0, 100.0])
def test_hardness_is_where_falling_off_begins(size: float) -> None:
    plane = marked(Brush(size, 0.5), StrokePoint(100.5, 75.5))
    row = plane[75, 100:].astype(int)
    quarter, half = int(size / 4), int(size / 2)
    assert (row[: quarter - 1] == 255).all()
    assert (np.diff(row) <= 0).all()
    assert 60 < row[(quarter + half) // 2] < 200
    assert row[half + 1] == 0
    softest = marked(Brush(size, 0.0), StrokePoint(100.5, 75.5))[75, 100:].astype(int)
    assert (softest <= row).all()


@pytest.mark.parametrize("size", [4.0, 30.0, 34.0, 90.0])
def test_a_stroke_has_parallel_edges(size: float) -> None:
    """No scallops: along a straight stroke every column is as thick as the next."""
    plane = marked(Brush(size, 1.0), StrokePoint(55.3, 75.2), StrokePoint(145.7, 75.2))
    thickness = plane[:, 60:140].sum(axis=0) / 255
    assert thickness.max() - thickness.min() <= 0.02 * size
    assert thickness.mean() == pytest.approx(size, abs=1.1)


@pytest.mark.parametrize("size", [3.0, 30.0, 34.0, 90.0])
def test_how_often_the_pointer_reports_does_not_matter(size: float) -> None:
    ends = np.array([[40.0, 40.0], [150.0, 110.0]])
    coarse = marked(Brush(size, 1.0), *(StrokePoint(x, y) for x, y in ends))
    steps = np.linspace(ends[0], ends[1], 77)
    fine = marked(Brush(size, 1.0), *(StrokePoint(x, y) for x, y in steps))
    differing = np.abs(coarse.astype(int) - fine.astype(int))
    assert differing.sum() / 255 <= 0.02 * (coarse.sum() / 255)


@pytest.mark.parametrize("size", [24.0, 100.0])
def test_pressure_is_the_share_of_the_size(size: float) -> None:
    plane = marked(Brush(size, 1.0), StrokePoint(40, 75, 0.25), StrokePoint(160, 75, 1.0))
    thickness = plane.sum(axis=0) / 255
    assert thickness[45] == pytest.approx(size * 0.29, abs=2)
    assert thickness[100] == pytest.approx(size * 0.625, rel=0.15)
    assert thickness[158] == pytest.approx(size, rel=0.1)


def test_without_pressure_there_is_still_a_pixel() -> None:
    assert np.count_nonzero(marked(Brush(20.0, 1.0), StrokePoint(50.5, 50.5, 0.0))) >= 1


@given(SIZES, HARDNESSES, st.lists(POINTS, min_size=1, max_size=6))
def test_nothing_changes_outside_the_returned_bounds(size: float, hardness: float, points: list[StrokePoint]) -> None:
    mask = Mask.empty(200, 150)
    painter = StrokePainter(mask, Brush(size, hardness))
    for point in points:
        before = mask.plane.copy()
        box = painter.add(point)
        assert box.is_empty or Bounds.of_size(200, 150).contains(box)
        rows, columns = np.nonzero(before != mask.plane)
        if rows.size:
            changed = Bounds(int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1)
            assert box.contains(changed)


@given(SIZES, HARDNESSES, st.lists(POINTS, min_size=1, max_size=6), st.sampled_from(BrushMode))
def test_a_stroke_is_taken_back_to_the_last_bit(
    size: float, hardness: float, points: list[StrokePoint], mode: BrushMode
) -> None:
    mask = Mask(np.random.default_rng(5).integers(0, 256, (150, 200), np.uint8))
    original = mask.plane.copy()
    stroke(mask, Brush(size, hardness, mode), *points).abandon()
    assert np.array_equal(mask.plane, original)
    edit = stroke(mask, Brush(size, hardness, mode), *points).finish()
    painted = mask.plane.copy()
    again = mask.swap(edit)
    assert np.array_equal(mask.plane, original)
    mask.swap(again)
    assert np.array_equal(mask.plane, painted)


@given(SIZES, HARDNESSES, st.lists(POINTS, min_size=1, max_size=4))
def test_adding_only_adds_and_taking_away_only_takes(size: float, hardness: float, points: list[StrokePoint]) -> None:
    start = np.random.default_rng(6).integers(0, 256, (150, 200), np.uint8)
    added, taken = Mask(start.copy()), Mask(start.copy())
    stroke(added, Brush(size, hardness, BrushMode.ADD), *points)
    stroke(taken, Brush(size, hardness, BrushMode.SUBTRACT), *points)
    assert (added.plane >= start).all()
    assert (taken.plane <= start).all()


@given(SIZES, st.lists(POINTS, min_size=1, max_size=4))
def test_what_one_stroke_adds_the_same_stroke_takes_away(size: float, points: list[StrokePoint]) -> None:
    mask = Mask.empty(200, 150)
    stroke(mask, Brush(size, 1.0), *points)
    core = mask.plane == 255
    stroke(mask, Brush(size, 1.0, BrushMode.SUBTRACT), *points)
    assert not mask.plane[core].any()


def test_going_over_a_soft_edge_again_does_not_harden_it() -> None:
    once = marked(Brush(60.0, 0.2), StrokePoint(100, 75))
    mask = Mask.empty(200, 150)
    for _ in range(5):
        stroke(mask, Brush(60.0, 0.2), StrokePoint(100, 75))
    assert np.array_equal(mask.plane, once)


def test_a_stroke_beside_the_photo_changes_nothing() -> None:
    for size in (1.0, 10.0, 100.0):
        mask = Mask.empty(200, 150)
        painter = StrokePainter(mask, Brush(size))
        assert painter.add(StrokePoint(-300, -300)).is_empty
        assert painter.add(StrokePoint(-300, 400)).is_empty
        assert painter.finish().pieces == ()


def test_a_dab_does_not_cost_the_whole_photo() -> None:
    """The same dab on a photo 400 times as large; generous, for other things run on the machine too."""

    def cost(side: int) -> float:
        mask = Mask.empty(side, side)
        painter = StrokePainter(mask, Brush(50.0))
        painter.add(StrokePoint(100, 100))
        start = time.thread_time()
        for step in range(200):
            painter.add(StrokePoint(100 + step, 100))
        return time.thread_time() - start

    small = min(cost(400) for _ in range(3))
    assert min(cost(8000) for _ in range(3)) < 10 * small + 0.01


def test_the_largest_brush_works() -> None:
    plane = marked(Brush(MAX_SIZE_PX, 1.0), StrokePoint(100, 75))
    assert (plane == 255).all()


@pytest.mark.parametrize(("size", "hardness"), [(0.5, 1.0), (MAX_SIZE_PX + 1, 1.0), (10.0, -0.1), (10.0, 1.1)])
def test_brushes_out_of_range_are_refused(size: float, hardness: float) -> None:
    with pytest.raises(ValueError, match="within"):
        Brush(size, hardness)


@pytest.mark.parametrize("mode", list(BrushMode))
@pytest.mark.parametrize("hardness", [0.7, 1.0])
def test_large_dabs_cell_by_cell_are_the_same_as_whole_ones(mode, hardness, monkeypatch) -> None:
    def painted() -> tuple[Mask, list[tuple[Bounds, ...]]]:
        mask = Mask(np.full((1700, 2300), 0 if mode is BrushMode.ADD else 255, np.uint8))
        painter = StrokePainter(mask, Brush(1300.0, hardness, mode))
        parts = []
        for x in range(500, 1700, 130):
            before = mask.plane.copy()
            painter.add(StrokePoint(x, 800.5 + x / 7))
            inside = np.zeros_like(before, bool)
            for part in painter.parts:
                inside[part.slices] = True
            assert not (mask.plane != before)[~inside].any(), "every changed pixel lies in some part"
            parts.append(painter.parts)
        return mask, parts

    mask, parts = painted()
    monkeypatch.setattr("restorer.core.brush._CELLWISE_FROM_PX", np.inf)
    whole, boxes = painted()
    assert np.array_equal(mask.plane, whole.plane)
    assert len(parts[4]) <= 10
    assert boxes == [(box,) for (box,) in boxes]


def test_a_large_stroke_that_is_settled_half_way_paints_again_where_the_mask_was_cleared() -> None:
    mask = Mask.empty(1500, 1500)
    painter = StrokePainter(mask, Brush(1400.0, 1.0))
    painter.add(StrokePoint(750.5, 750.5))
    painter.finish()
    mask.plane[...] = 0
    painter.add(StrokePoint(895.5, 750.5))
    fresh = Mask.empty(1500, 1500)
    stroke(fresh, Brush(1400.0, 1.0), StrokePoint(890.5, 750.5))
    assert np.array_equal(mask.plane, fresh.plane)


@pytest.mark.parametrize("hardness", [0.0, 0.8, 0.99])
def test_a_stamp_does_not_rise_outwards(hardness: float) -> None:
    """What lets a large dab leave alone all that lies nearer to the dab before."""
    values = _stamp(900.0, hardness).values
    side = np.arange(values.shape[0]) - values.shape[0] // 2
    outwards = values.ravel()[np.argsort((side[:, None] ** 2 + side**2).ravel(), kind="stable")]
    assert (outwards[1:] <= outwards[:-1]).all()
