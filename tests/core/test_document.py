from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from restorer.core.brush import Brush, BrushMode, StrokePoint
from restorer.core.document import Change, Document
from restorer.core.errors import InputError, StaleResultError
from restorer.core.geometry import Bounds
from restorer.core.image import Image, Patch
from restorer.core.mask import Mask, MaskPiece
from restorer.core.result import TaskResult
from restorer.core.step import Recipe, Step
from restorer.core.vault import PixelVault

STEP = Step("inpaint", 1)
HOLE = Bounds(10, 5, 30, 15)


@pytest.fixture
def document(tmp_path: Path) -> Iterator[Document]:
    pixels = np.random.default_rng(3).integers(0, 65536, (40, 60, 3)).astype(np.uint16)
    vault = PixelVault(budget_bytes=4_000, folder=tmp_path)
    opened = Document(Image(pixels), "scan.tif", vault=vault, thumbnailer=lambda image: image.pixels[::8, ::8])
    yield opened
    opened.close()
    assert list(tmp_path.iterdir()) == []


def paint(document: Document, *points: tuple[float, float], size: float = 6, mode: BrushMode = BrushMode.ADD) -> Change:
    painter = document.begin_stroke(Brush(size, 1.0, mode))
    for x, y in points:
        painter.add(StrokePoint(x, y))
    return document.end_stroke(painter)


def filled(value: int, bounds: Bounds = HOLE) -> TaskResult:
    patch = Patch(bounds, np.full((bounds.height, bounds.width, 3), value, np.uint16))
    return TaskResult((patch,), (MaskPiece(bounds, np.full((bounds.height, bounds.width), 255, np.uint8)),), tiles=1)


def run(document: Document, value: int, bounds: Bounds = HOLE, step: Step = STEP, mask: Mask | None = None) -> Change:
    return document.apply(document.state, step, filled(value, bounds), label="Inpaint", used_mask=mask)


def test_a_new_document_is_the_original(document: Document) -> None:
    assert document.image is document.original
    assert document.mask.is_empty
    assert (document.mask.width, document.mask.height) == (60, 40)
    assert not document.is_modified
    assert document.filled_fraction() == 0.0
    assert document.original_thumbnail is not None
    assert document.original_thumbnail.shape == (5, 8, 3)


def test_a_stroke_is_one_entry_and_says_what_to_redraw(document: Document) -> None:
    change = paint(document, (10, 10), (20, 10))
    assert change.history
    assert change.image.is_empty
    assert change.mask.contains(document.mask.occupied())
    assert [entry.label for entry in document.history.entries] == ["Brush stroke"]
    assert not document.is_modified


@pytest.mark.parametrize("mode", [BrushMode.ADD, BrushMode.SUBTRACT])
def test_a_stroke_that_changed_nothing_is_no_entry(document: Document, mode: BrushMode) -> None:
    points = [(500.0, 500.0)] if mode is BrushMode.ADD else [(10.0, 10.0)]
    assert paint(document, *points, mode=mode) == Change()
    assert document.history.entries == ()


def test_an_abandoned_stroke_leaves_no_trace(document: Document) -> None:
    painter = document.begin_stroke(Brush())
    painter.add(StrokePoint(20, 20))
    painter.abandon()
    assert document.mask.is_empty
    assert document.end_stroke(painter) == Change()


def test_replacing_the_mask_is_undone_in_one_go(document: Document) -> None:
    paint(document, (10, 10))
    before = document.mask.plane.copy()
    plane = np.zeros((40, 60), np.uint8)
    plane[30:35, 50:58] = 128
    change = document.replace_mask(plane, "Invert")
    assert np.array_equal(document.mask.plane, plane)
    assert change.mask.contains(Bounds(50, 30, 58, 35))
    document.undo()
    assert np.array_equal(document.mask.plane, before)


def test_replacing_the_mask_by_itself_is_no_entry(document: Document) -> None:
    paint(document, (10, 10))
    assert document.replace_mask(document.mask.plane.copy(), "Load mask") == Change()
    assert len(document.history.entries) == 1


def test_a_mask_of_another_size_is_refused_and_nothing_changed(document: Document) -> None:
    with pytest.raises(InputError, match="40 × 60 pixels, the photo is 60 × 40"):
        document.replace_mask(np.full((60, 40), 255, np.uint8), "Load mask")
    assert document.mask.is_empty


def test_applying_pastes_bit_exactly_and_remembers_everything(document: Document) -> None:
    original = document.original.pixels
    change = document.apply(document.state, STEP, filled(9), label="Inpaint", detail="1 tile", seconds=1.5)
    assert (change.image, change.mask, change.history) == (HOLE, Bounds(0, 0, 0, 0), True)
    outside = np.ones((40, 60), bool)
    outside[HOLE.slices] = False
    assert (document.image.pixels[HOLE.slices] == 9).all()
    assert np.array_equal(document.image.pixels[outside], original[outside])
    (entry,) = document.history.entries
    assert (entry.label, entry.detail, entry.seconds, entry.step) == ("Inpaint", "1 tile", 1.5, STEP)
    assert entry.thumbnail is not None
    assert document.is_modified
    assert document.filled_fraction() == pytest.approx(HOLE.area / (60 * 40))


def test_a_picture_made_elsewhere_is_taken_as_it_is(document: Document) -> None:
    result = filled(9)
    ready = document.image.with_patches(result.patches)
    small = np.zeros((2, 2, 3), np.uint8)
    document.apply(document.state, STEP, result, label="Inpaint", image=ready, thumbnail=small)
    assert document.image is ready
    assert document.history.entries[0].thumbnail is small
    document.undo()
    assert document.image.digest() == document.original.digest()
    document.redo()
    assert document.image.digest() == ready.digest()


def test_the_image_someone_holds_never_changes_under_them(document: Document) -> None:
    held = document.image
    digest = held.digest()
    run(document, 9)
    document.undo()
    document.redo()
    assert held.digest() == digest


def test_a_stale_result_is_not_applied(document: Document) -> None:
    base = document.state
    run(document, 1)
    digest = document.image.digest()
    with pytest.raises(StaleResultError, match=r"scan\.tif"):
        document.apply(base, STEP, filled(2), label="Inpaint")
    assert document.image.digest() == digest
    assert len(document.history.entries) == 1


def test_strokes_painted_while_a_job_ran_do_not_make_it_stale(document: Document) -> None:
    base = document.state
    paint(document, (50, 30))
    document.apply(base, STEP, filled(2), label="Inpaint")
    assert (document.image.pixels[HOLE.slices] == 2).all()


def test_coming_back_to_the_base_makes_a_result_fresh_again(document: Document) -> None:
    base = document.state
    run(document, 1)
    document.undo()
    document.apply(base, STEP, filled(2), label="Inpaint")
    assert (document.image.pixels[HOLE.slices] == 2).all()


def test_the_repaired_region_leaves_the_mask_and_later_strokes_stay(document: Document) -> None:
    paint(document, (15, 10), (25, 10))
    used = document.mask.snapshot()
    paint(document, (20, 13), size=3)
    later = (document.mask.plane != used.plane).copy()
    assert later.any()
    change = run(document, 5, mask=used)
    assert np.array_equal(document.mask.plane > 0, later)
    assert change.mask.contains(used.occupied().intersect(HOLE))
    document.undo()
    assert ((document.mask.plane > 0) >= (used.plane > 0)).all()


def test_undo_and_redo_stop_at_the_ends(document: Document) -> None:
    assert document.undo() == Change()
    assert document.redo() == Change()
    run(document, 1)
    assert document.redo() == Change()
    assert document.undo().image == HOLE
    assert document.undo() == Change()
    assert document.image.digest() == document.original.digest()


def test_overlapping_steps_undo_one_by_one(document: Document) -> None:
    other = Bounds(20, 10, 40, 20)
    seen = [document.image.digest()]
    for value, bounds in ((1, HOLE), (2, other), (3, HOLE)):
        run(document, value, bounds)
        seen.append(document.image.digest())
    for digest in reversed(seen[:-1]):
        document.undo()
        assert document.image.digest() == digest
    for digest in seen[1:]:
        document.redo()
        assert document.image.digest() == digest


def test_overlapping_patches_of_one_result_undo_exactly(document: Document) -> None:
    overlapping = TaskResult((*filled(1).patches, *filled(2, Bounds(20, 10, 40, 20)).patches))
    document.apply(document.state, STEP, overlapping, label="Inpaint")
    pasted = document.image.digest()
    document.undo()
    assert document.image.digest() == document.original.digest()
    document.redo()
    assert document.image.digest() == pasted


def test_jumping_goes_straight_there_and_says_all_that_changed(document: Document) -> None:
    paint(document, (50, 30))
    run(document, 1)
    run(document, 2, Bounds(40, 20, 45, 25))
    change = document.jump(0)
    assert document.image.digest() == document.original.digest()
    assert document.mask.is_empty
    assert change.image.contains(HOLE.union(Bounds(40, 20, 45, 25)))
    assert not change.mask.is_empty
    assert change.history


@pytest.mark.parametrize("cursor", [-1, 2])
def test_there_is_nowhere_to_jump_beyond_the_ends(document: Document, cursor: int) -> None:
    run(document, 1)
    with pytest.raises(IndexError):
        document.jump(cursor)
    with pytest.raises(IndexError):
        document.image_at(cursor)
    assert document.history.cursor == 1


def test_any_state_can_be_seen_without_going_there(document: Document) -> None:
    digests = [document.image.digest()]
    for value in (1, 2, 3):
        run(document, value, Bounds(value, value, value + 20, value + 20))
        digests.append(document.image.digest())
    document.jump(1)
    assert [document.image_at(cursor).digest() for cursor in range(4)] == digests
    assert document.history.cursor == 1


def test_saving_marks_the_state_not_the_moment(document: Document) -> None:
    run(document, 1)
    document.mark_saved()
    assert not document.is_modified
    document.undo()
    assert document.is_modified
    document.redo()
    assert not document.is_modified


def test_steps_that_were_replaced_stay_as_a_branch_until_it_is_removed(document: Document, tmp_path: Path) -> None:
    for value in range(4):
        run(document, value)
    after, tip = document.image.pixels.copy(), document.history.tip
    document.jump(0)
    run(document, 9)
    assert len(document.history.entries) == 1
    assert document.history.recipe() == Recipe((STEP,))
    (branch,) = document.history.branches()
    assert (branch.tip, branch.leaves_at, branch.steps) == (tip, 0, 4)
    document.switch(tip)
    assert np.array_equal(document.image.pixels, after)
    (other,) = document.history.branches()
    document.remove_branch(other.tip)
    assert document.history.branches() == ()


def test_strokes_that_were_replaced_are_forgotten(document: Document) -> None:
    for x in (5, 15, 25):
        paint(document, (x, 10))
    document.jump(1)
    paint(document, (20, 10))
    assert document.history.branches() == ()
    assert len(document.history.nodes) == 2


def test_filled_fraction_follows_the_cursor(document: Document) -> None:
    run(document, 1)
    fraction = document.filled_fraction()
    document.undo()
    assert document.filled_fraction() == 0.0
    document.redo()
    assert document.filled_fraction() == fraction > 0


def test_changes_add_up() -> None:
    one = Change(image=Bounds(0, 0, 2, 2))
    two = Change(image=Bounds(5, 5, 6, 6), mask=Bounds(1, 1, 2, 2), history=True)
    assert one | two == Change(Bounds(0, 0, 6, 6), Bounds(1, 1, 2, 2), True)
    assert one | Change() == one


# -- while a stroke is being drawn


def test_a_result_applied_in_the_middle_of_a_stroke_is_undone_in_its_turn(document: Document) -> None:
    paint(document, (15, 10))
    used = document.mask.snapshot()
    painter = document.begin_stroke(Brush(6, 1.0))
    painter.add(StrokePoint(40, 30))
    run(document, 7, mask=used)
    painter.add(StrokePoint(16, 10))
    document.end_stroke(painter)

    planes = {}
    for cursor in range(len(document.history.entries), -1, -1):
        document.jump(cursor)
        planes[cursor] = document.mask.plane.copy()
    steps = [entry.step for entry in document.history.entries]
    at = steps.index(STEP)
    assert not planes[0].any()
    assert np.array_equal(planes[1], used.plane)
    assert planes[at][30, 40] == 255
    assert planes[at][10, 15] == 255, "undoing the step brings its mask back"
    assert planes[at + 1][10, 15] == 0, "undoing what was drawn later does not"


def test_undo_in_the_middle_of_a_stroke_takes_back_what_is_drawn_of_it(document: Document) -> None:
    paint(document, (15, 10))
    first = document.mask.plane.copy()
    painter = document.begin_stroke(Brush(6, 1.0))
    painter.add(StrokePoint(40, 30))
    document.undo()
    assert np.array_equal(document.mask.plane, first)
    painter.add(StrokePoint(50, 30))
    document.end_stroke(painter)
    document.undo()
    assert np.array_equal(document.mask.plane, first)
    document.undo()
    assert document.mask.is_empty
