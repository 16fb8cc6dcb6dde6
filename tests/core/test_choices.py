"""Several answers of one step, and choosing among them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from restorer.core.brush import Brush, BrushMode, StrokePoint
from restorer.core.document import Change, Document
from restorer.core.geometry import Bounds
from restorer.core.image import Image, Patch
from restorer.core.mask import MaskPiece
from restorer.core.result import Alternative, TaskResult
from restorer.core.step import Recipe, Step
from restorer.core.vault import PixelVault

HOLE = Bounds(10, 5, 30, 15)
STEP = Step("inpaint", 1, {"variants": 3, "variant": 1, "grow_px": 2}, seed=4)
VALUES = (100, 200, 300)
PICTURES = tuple(np.full((2, 3, 3), value, np.uint8) for value in (1, 2, 3))


@pytest.fixture
def document(tmp_path: Path) -> Iterator[Document]:
    pixels = np.random.default_rng(3).integers(0, 65536, (40, 60, 3)).astype(np.uint16)
    vault = PixelVault(budget_bytes=4_000, folder=tmp_path)
    opened = Document(Image(pixels), "scan.tif", vault=vault, thumbnailer=lambda image: image.pixels[::8, ::8])
    yield opened
    opened.close()
    assert list(tmp_path.iterdir()) == []


def patches(value: int) -> tuple[Patch, ...]:
    """Each answer cut into other tiles."""
    middle = 12 + value // 100
    halves = Bounds(HOLE.left, HOLE.top, middle, HOLE.bottom), Bounds(middle, HOLE.top, HOLE.right, HOLE.bottom)
    return tuple(Patch(b, np.full((b.height, b.width, 3), value, np.uint16)) for b in halves)


def result() -> TaskResult:
    filled = (MaskPiece(HOLE, np.full((HOLE.height, HOLE.width), 255, np.uint8)),)
    answers = tuple(
        Alternative(patches(value), {"variants": 1, "variant": number}) for number, value in enumerate(VALUES, 1)
    )
    return TaskResult(answers[0].patches, filled, tiles=6, alternatives=answers)


def run(document: Document) -> Change:
    return document.apply(document.state, STEP, result(), label="Inpaint", pictures=PICTURES)


def shown(document: Document) -> int:
    part = document.image.crop(HOLE)
    assert (part == part[0, 0, 0]).all()
    return int(part[0, 0, 0])


def alone(number: int) -> Step:
    return Step("inpaint", 1, {"variants": 1, "variant": number, "grow_px": 2}, seed=4)


def test_a_step_with_one_answer_offers_nothing(document: Document) -> None:
    assert (document.choices, document.chosen) == ((), 0)
    document.apply(document.state, STEP, TaskResult(patches(50)), label="Inpaint")
    assert document.choices == ()
    with pytest.raises(IndexError, match="0 answers"):
        document.choose(0)


def test_all_answers_are_kept_and_the_first_is_shown(document: Document) -> None:
    run(document)
    assert shown(document) == 100
    assert document.chosen == 0
    assert [choice.step for choice in document.choices] == [alone(1), alone(2), alone(3)]
    assert [choice.picture is picture for choice, picture in zip(document.choices, PICTURES, strict=True)] == [True] * 3
    assert document.history.recipe() == Recipe((alone(1),))


def test_choosing_is_one_undoable_change(document: Document) -> None:
    run(document)
    share = document.filled_fraction()
    change = document.choose(2, detail="Variant 3")
    assert change == Change(image=HOLE, history=True)
    assert (shown(document), document.chosen) == (300, 2)
    entry = document.history.entries[-1]
    assert (entry.label, entry.detail, entry.seconds) == ("Inpaint", "Variant 3", 0.0)
    assert entry.thumbnail is not None
    assert document.history.recipe() == Recipe((alone(3),))
    assert document.filled_fraction() == share
    document.undo()
    assert (shown(document), document.chosen) == (100, 0)
    assert document.history.recipe() == Recipe((alone(1),))
    document.redo()
    assert (shown(document), document.chosen) == (300, 2)
    document.jump(0)
    assert np.array_equal(document.image.pixels, document.original.pixels)
    assert document.choices == ()


def test_choosing_what_is_shown_changes_nothing(document: Document) -> None:
    run(document)
    assert document.choose(0) == Change()
    assert len(document.history.entries) == 1


@pytest.mark.parametrize("index", [-1, 3])
def test_there_are_no_other_answers(document: Document, index: int) -> None:
    run(document)
    with pytest.raises(IndexError, match="3 answers"):
        document.choose(index)


def test_the_same_pixels_are_the_same_state_whichever_way_they_were_reached(document: Document) -> None:
    run(document)
    first = document.state
    document.mark_saved()
    document.choose(1)
    second = document.state
    assert document.is_modified
    document.choose(2)
    document.choose(1)
    assert document.state == second
    document.choose(0)
    assert document.state == first
    assert not document.is_modified


def test_strokes_in_between_do_not_matter(document: Document) -> None:
    run(document)
    painter = document.begin_stroke(Brush(6, 1.0, BrushMode.ADD))
    painter.add(StrokePoint(40, 30))
    document.choose(1)
    assert [entry.label for entry in document.history.entries] == ["Inpaint", "Brush stroke", "Inpaint"]
    assert shown(document) == 200
    assert not document.mask.is_empty
    assert document.history.recipe() == Recipe((alone(2),))


def test_a_later_step_has_the_word_and_undoing_it_brings_the_answers_back(document: Document) -> None:
    run(document)
    document.choose(1)
    other = Step("denoise", 1)
    document.apply(document.state, other, TaskResult(patches(9)), label="Denoise")
    assert document.choices == ()
    assert document.history.recipe() == Recipe((alone(2), other))
    document.undo()
    document.choose(2)
    assert shown(document) == 300
    assert document.history.recipe() == Recipe((alone(3),))


def test_two_steps_with_answers_do_not_get_mixed_up(document: Document) -> None:
    run(document)
    document.choose(1)
    base = document.state
    run(document)
    document.choose(2)
    assert document.history.recipe() == Recipe((alone(2), alone(3)))
    document.jump(2)
    assert (document.state, document.chosen) == (base, 1)


def test_a_branch_that_is_removed_frees_its_answers(document: Document, tmp_path: Path) -> None:
    run(document)
    document.choose(1)
    document.undo()
    document.choose(2)  # replaces the other choice, not the answers
    document.choose(1)
    assert shown(document) == 200
    document.jump(0)
    document.apply(document.state, STEP, TaskResult(patches(9)), label="Inpaint")
    (branch,) = document.history.branches()
    document.remove_branch(branch.tip)
    vault = document._vault
    assert len(vault._resident) + vault.spilled_groups == 1
