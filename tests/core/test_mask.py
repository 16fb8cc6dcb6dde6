from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from restorer.core.brush import Brush, StrokePoint
from restorer.core.document import Document
from restorer.core.errors import InputError
from restorer.core.geometry import Bounds
from restorer.core.image import Image
from restorer.core.mask import Mask, MaskEdit, MaskEditor, MaskPiece, mask_from_pixels

NOTHING = Bounds(0, 0, 0, 0)


def test_a_new_mask_is_empty() -> None:
    mask = Mask.empty(7, 5)
    assert (mask.width, mask.height, mask.is_empty, mask.coverage()) == (7, 5, True, 0.0)
    assert mask.occupied() == NOTHING


@pytest.mark.parametrize("plane", [np.zeros((3, 3, 1), np.uint8), np.zeros((3, 3), bool), np.zeros((3, 3), np.uint16)])
def test_only_one_8_bit_plane_is_a_mask(plane: np.ndarray) -> None:
    with pytest.raises(InputError, match="8-bit plane"):
        Mask(plane)


@given(st.lists(st.tuples(st.integers(0, 11), st.integers(0, 7)), max_size=6))
def test_occupied_is_the_tight_box_of_what_is_painted(points: list[tuple[int, int]]) -> None:
    mask = Mask.empty(12, 8)
    for x, y in points:
        mask.plane[y, x] = 1
    expected = Bounds.around(Bounds(x, y, x + 1, y + 1) for x, y in points)
    assert mask.occupied() == expected
    assert mask.is_empty is not bool(points)
    assert mask.coverage() == pytest.approx(len(set(points)) / 96)


def test_a_snapshot_neither_follows_nor_can_be_written() -> None:
    mask = Mask.empty(4, 4)
    snapshot = mask.snapshot()
    mask.plane[1, 1] = 255
    assert snapshot.is_empty
    with pytest.raises(ValueError, match="read-only"):
        snapshot.plane[0, 0] = 1


def test_an_edit_swaps_back_and_forth() -> None:
    mask = Mask.empty(600, 300)
    editor = MaskEditor(mask)
    editor.touch(Bounds(250, 10, 270, 20))[...] = 200
    edit = editor.finish()
    painted = mask.plane.copy()

    redo = mask.swap(edit)
    assert mask.is_empty
    undo = mask.swap(redo)
    assert np.array_equal(mask.plane, painted)
    mask.swap(undo)
    assert mask.is_empty


def test_an_edit_saves_only_the_cells_it_changed() -> None:
    mask = Mask.empty(2000, 2000)
    editor = MaskEditor(mask)
    editor.touch(Bounds(0, 0, 10, 10))[...] = 255
    editor.touch(Bounds(1900, 1900, 1910, 1910))[...] = 255
    editor.touch(Bounds(900, 900, 910, 910))[...] = 0
    edit = editor.finish()
    assert len(edit.pieces) == 2
    assert edit.bytes < 2 * MaskEditor.CELL**2 + 1
    assert edit.bounds.contains(Bounds(0, 0, 10, 10))


def test_touching_returns_exactly_the_asked_part_and_keeps_the_first_values() -> None:
    mask = Mask.empty(40, 30)
    editor = MaskEditor(mask)
    view = editor.touch(Bounds(3, 4, 9, 7))
    assert view.shape == (3, 6)
    view[...] = 10
    editor.touch(Bounds(3, 4, 9, 7))[...] = 20
    mask.swap(editor.finish())
    assert mask.is_empty


def test_touching_nothing_is_fine() -> None:
    editor = MaskEditor(Mask.empty(10, 10))
    assert editor.touch(Bounds(5, 5, 5, 9)).size == 0
    assert editor.finish().pieces == ()


def test_abandoning_puts_back_what_was_there() -> None:
    mask = Mask.empty(50, 50)
    mask.plane[:] = np.arange(50, dtype=np.uint8)
    before = mask.plane.copy()
    editor = MaskEditor(mask)
    editor.touch(Bounds(10, 10, 20, 20))[...] = 255
    assert editor.abandon().contains(Bounds(10, 10, 20, 20))
    assert np.array_equal(mask.plane, before)
    assert editor.finish().pieces == ()


# -- from a picture

RGBA = np.zeros((2, 3, 4), np.uint8)
RGBA[0, 0] = (0, 9, 0, 255)
RGBA[0, 1] = (255, 255, 255, 0)
RGBA[1, 2] = (0, 0, 0, 255)


@pytest.mark.parametrize(
    ("pixels", "marked"),
    [
        (np.array([[0, 1, 255], [0, 0, 7]], np.uint8), [[0, 1, 1], [0, 0, 1]]),
        (np.array([[False, True, False], [True, False, False]]), [[0, 1, 0], [1, 0, 0]]),
        (np.array([[0, 256, 0], [0, 0, 65535]], np.uint16), [[0, 1, 0], [0, 0, 1]]),
        (np.array([[0, 0.001, 0], [0, 0, 1]], np.float32), [[0, 1, 0], [0, 0, 1]]),
        (RGBA[..., :1] + np.array([[[0], [5], [0]], [[0], [0], [0]]], np.uint8), [[0, 1, 0], [0, 0, 0]]),
        (RGBA[..., :3], [[1, 1, 0], [0, 0, 0]]),
        (RGBA, [[1, 0, 0], [0, 0, 0]]),
        (RGBA[..., 2:], [[0, 0, 0], [0, 0, 0]]),
    ],
    ids=["gray", "bool", "16 bit", "float", "one channel", "rgb", "rgba", "gray and alpha"],
)
def test_every_visible_pixel_that_is_not_zero_is_repaired(pixels: np.ndarray, marked: list[list[int]]) -> None:
    mask = mask_from_pixels(pixels, 3, 2, name="m.png")
    assert np.array_equal(mask.plane, np.array(marked, np.uint8) * 255)


def test_a_mask_of_another_size_is_refused_with_both_sizes_and_the_name() -> None:
    with pytest.raises(InputError, match=r"dust\.png is 3 × 2 .* 2 × 3"):
        mask_from_pixels(np.zeros((2, 3), np.uint8), 2, 3, name="dust.png")


def test_occupied_cells_are_those_of_the_grid_with_something_in_them() -> None:
    mask = Mask.empty(25, 12)
    assert list(mask.occupied_cells(10)) == []
    mask.plane[0, 0] = 1
    mask.plane[11, 24] = 255
    assert list(mask.occupied_cells(10)) == [Bounds(0, 0, 10, 10), Bounds(20, 10, 25, 12)]


def test_an_edit_made_ready_is_the_edit() -> None:
    random = np.random.default_rng(2)
    start = random.integers(0, 256, (300, 400), np.uint8)
    pieces = (MaskPiece(Bounds(10, 20, 200, 250), random.integers(0, 256, (230, 190), np.uint8)),)
    plain, ready = Mask(start.copy()), Mask(start.copy())
    inverse = plain.swap(MaskEdit(pieces))
    made = ready.ready(MaskEdit(pieces))
    assert np.array_equal(ready.plane, start), "nothing has changed yet"
    back = ready.take(made)
    assert np.array_equal(ready.plane, plain.plane)
    assert np.array_equal(back.pieces[0].values, inverse.pieces[0].values)
    ready.swap(back)
    assert np.array_equal(ready.plane, start)


def test_a_document_takes_an_edit_made_ready_and_keeps_a_stroke_that_came_after_it() -> None:
    everywhere = MaskEdit((MaskPiece(Bounds(0, 0, 50, 100), np.full((100, 50), 255, np.uint8)),))
    for strokes in (0, 1):
        document = Document(Image(np.zeros((100, 100, 1), np.uint8)), "photo")
        ready = document.mask.ready(everywhere)
        if strokes:
            document.begin_stroke(Brush(20.0, 1.0)).add(StrokePoint(80.5, 50.5))
        document.edit_mask(ready, "Left half")
        assert (document.mask.plane[:, :50] == 255).all()
        assert bool(document.mask.plane[50, 80]) == bool(strokes)
        document.undo()
        assert not document.mask.plane[:, :50].any()
        document.redo()
        assert document.mask.plane[:, :50].all()
        assert len(document.history.entries) == 1 + strokes
