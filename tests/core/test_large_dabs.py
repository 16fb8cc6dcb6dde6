"""Large dabs that are written late: nobody sees that they were, and what they show meanwhile is exact."""

from __future__ import annotations

import threading
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from restorer.core.brush import Brush, BrushMode, StrokePainter, StrokePoint, _stamp
from restorer.core.document import Document
from restorer.core.geometry import Bounds
from restorer.core.image import Image
from restorer.core.large_dabs import Dab
from restorer.core.mask import Mask

WIDTH, HEIGHT = 1100, 900
WAYS = st.lists(
    st.tuples(st.integers(-300, WIDTH + 300), st.integers(-300, HEIGHT + 300), st.sampled_from([1.0, 1.0, 1.0, 0.8])),
    min_size=2,
    max_size=6,
)


def painted(way: list[tuple[int, int, float]], brush: Brush, look: Callable[[Mask], object]) -> tuple[Mask, Mask]:
    """The mask after a stroke, and after it was taken back by its edit."""
    start = np.random.default_rng(4).integers(0, 256, (HEIGHT, WIDTH), np.uint8)
    start[200:700, 300:900] = 0
    mask = Mask(start)
    painter = StrokePainter(mask, brush)
    for x, y, pressure in way:
        painter.add(StrokePoint(x + 0.5, y + 0.5, pressure))
        look(mask)
    edit = painter.finish()
    assert not painter.is_behind
    after = mask.snapshot()
    mask.swap(edit)
    assert np.array_equal(mask.plane, Mask(start).plane)
    return after, mask


@settings(max_examples=15)
@given(WAYS, st.sampled_from([420.0, 700.0]), st.sampled_from([0.8, 1.0]), st.sampled_from(BrushMode))
def test_when_dabs_are_written_makes_no_difference(way, size, hardness, mode) -> None:
    brush = Brush(size, hardness, mode)
    late, back = painted(way, brush, lambda mask: None)
    at_once, back_at_once = painted(way, brush, lambda mask: mask.settle())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("restorer.core.brush._CELLWISE_FROM_PX", np.inf)
        plain, _ = painted(way, brush, lambda mask: None)
    assert np.array_equal(late.plane, at_once.plane)
    assert np.array_equal(late.plane, plain.plane)
    assert np.array_equal(back.plane, back_at_once.plane)


def going(mask: Mask, *, mode: BrushMode = BrushMode.ADD, dabs: int = 3) -> StrokePainter:
    """A large stroke that goes on, the last of its dabs not yet written."""
    painter = StrokePainter(mask, Brush(800.0, 1.0, mode))
    for number in range(dabs):
        painter.add(StrokePoint(200.5 + 80 * number, 400.5))
    assert painter.is_behind
    return painter


def test_whoever_looks_sees_what_is_owed() -> None:
    mask = Mask.empty(WIDTH, HEIGHT)
    painter = going(mask)
    assert mask.plane[400, 700] == 255
    assert not painter.is_behind
    mask = Mask.empty(WIDTH, HEIGHT)
    going(mask)
    assert mask.snapshot().plane[400, 700] == 255
    going(other := Mask.empty(WIDTH, HEIGHT))
    assert other.occupied().right > 700


def test_it_is_written_dab_by_dab_and_only_a_few_may_wait() -> None:
    mask = Mask.empty(WIDTH, HEIGHT)
    painter = going(mask, dabs=8)
    steps = 0
    while painter.is_behind:
        painter.write()
        steps += 1
    assert 1 < steps <= 4
    painter.write()
    assert mask.plane[400, 1100 - 1] == 255


def test_another_thread_writes_nothing() -> None:
    mask = Mask.empty(WIDTH, HEIGHT)
    painter = going(mask)
    seen: list[np.uint8] = []
    thread = threading.Thread(target=lambda: seen.append(mask.plane[400, 700]))
    thread.start()
    thread.join()
    assert painter.is_behind
    assert seen == [0]
    assert mask.plane[400, 700] == 255


def test_an_abandoned_stroke_leaves_nothing_and_says_what_it_had_shown() -> None:
    mask = Mask.empty(WIDTH, HEIGHT)
    shown = going(mask).abandon()
    assert not mask.plane.any()
    assert shown.right > 700


@pytest.mark.parametrize("ends", ["undo", "job"])
def test_a_document_changes_nothing_before_the_stroke_is_written(ends: str) -> None:
    document = Document(Image(np.zeros((HEIGHT, WIDTH, 1), np.uint8)), "photo")
    painter = document.begin_stroke(Brush(800.0, 1.0))
    for x in (200.5, 280.5, 360.5):
        painter.add(StrokePoint(x, 400.5))
    assert painter.is_behind
    if ends == "undo":
        document.undo()
        assert not document.mask.plane.any()
        document.redo()
    else:
        document.edit_mask(Mask.empty(WIDTH, HEIGHT).swap(_one_pixel()), "Mark")
        document.undo()
    assert document.mask.plane[400, 700] == 255
    document.undo()
    assert not document.mask.plane.any()


def _one_pixel():
    from restorer.core.mask import MaskEdit, MaskPiece

    return MaskEdit((MaskPiece(Bounds(5, 5, 6, 6), np.full((1, 1), 9, np.uint8)),))


@pytest.mark.parametrize("adds", [True, False])
@given(
    st.integers(-600, 2200),
    st.integers(-600, 1900),
    st.integers(1, 1700),
    st.integers(1, 1400),
    st.integers(1, 7),
    st.sampled_from([(500.0, 1.0), (900.0, 0.7)]),
)
def test_the_extremes_of_squares_are_those_next_to_the_middle_or_farthest(
    adds, x, y, width, height, times, brush
) -> None:
    dab = Dab(*_stamp(*brush), x, y, adds)
    squares, values = dab.extremes(Bounds(0, 0, 5000, 5000), times, width, height)
    side = 1 << times
    plane = np.full((-(-height // side) * side, -(-width // side) * side), 0 if adds else 255, np.uint8)
    plane[:height, :width] = 0
    inside = dab.bounds.clip(width, height)
    if not inside.is_empty:
        plane[inside.slices] = dab.values(inside)
    blocks = plane.reshape(plane.shape[0] // side, side, -1, side)
    expected = blocks.max(axis=(1, 3)) if adds else blocks.min(axis=(1, 3))
    found = np.zeros_like(expected)
    if not squares.is_empty:
        found[squares.slices] = values
    assert np.array_equal(found, expected)
