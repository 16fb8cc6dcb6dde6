"""Two states of any branches brought to one extent, also of a project that was saved and opened again."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from support.working import HOLE, crop, fill, make_scan, open_scan

from restorer.core.document import Document
from restorer.core.geometry import Bounds
from restorer.core.history import ROOT
from restorer.core.image import Image
from restorer.core.placement import Placement
from restorer.core.result import Reframed, TaskResult
from restorer.core.step import Step
from restorer.formats.project_file import read_project
from restorer.session.comparison import compare_states
from restorer.session.projects import SaveOrder, open_project, save_project
from restorer.session.session import Session

FRAME = Bounds(4, 4, 44, 36)


def enlarge(document: Document, factor: int) -> None:
    """A step that gives every pixel ``factor`` times across and down."""
    old = document.image
    pixels = np.ascontiguousarray(old.pixels.repeat(factor, 0).repeat(factor, 1))
    placement = Placement.scaled(old.width, old.height, old.width * factor, old.height * factor)
    result = TaskResult((), reframed=Reframed(Image(pixels, old.color), placement))
    document.apply(document.state, Step("super-resolve", 1, {"factor": factor}), result, label="Super-resolve")


def branched(document: Document) -> tuple[int, int, int]:
    """Three branches of one fill: filled otherwise, cropped, enlarged; ids of their ends. The first one is shown."""
    fill(document, 1000)
    fill(document, 2000, box=Bounds(20, 10, 34, 26))
    other = document.history.tip
    document.undo()
    crop(document, FRAME)
    cropped = document.history.tip
    document.undo()
    enlarge(document, 2)
    enlarged = document.history.tip
    document.switch(other)
    return other, cropped, enlarged


@pytest.fixture
def scanned(tmp_path: Path) -> tuple[Session, Document, SaveOrder]:
    session, scan = Session(), make_scan(tmp_path / "scan.tif")
    document, file = open_scan(session, scan)
    ends = branched(document)
    order = SaveOrder.of(tmp_path / "work.restore", document, file, scan, embed=False, overwrite=False)
    assert ends == (2, 3, 4)
    return session, document, order


def test_states_of_one_extent_are_both_as_they_were(scanned: tuple[Session, Document, SaveOrder]) -> None:
    _, document, _ = scanned
    pair = compare_states(document.kept_state(ROOT), document.kept_state(2))
    assert pair.before is document.original
    assert np.array_equal(pair.after.pixels, document.image.pixels)
    assert pair.placement.is_identity
    document.close()


@pytest.mark.parametrize("is_saved", [False, True], ids=["as worked on", "opened again"])
def test_a_crop_and_a_fill_of_two_branches(scanned: tuple[Session, Document, SaveOrder], is_saved: bool) -> None:
    session, document, order = scanned
    filled = document.image
    if is_saved:
        save_project(order)
        document.close()
        opened = open_project(session, read_project(order.path))
        document = opened.document
    shown = document.image.digest()
    pair = compare_states(document.kept_state(2), document.kept_state(3))
    assert pair.after.bounds == pair.before.bounds == Bounds.of_size(FRAME.width, FRAME.height)
    assert np.array_equal(pair.before.pixels, filled.pixels[FRAME.slices]), "the part that the crop shows, bit by bit"
    inside = HOLE.translate(-FRAME.left, -FRAME.top)
    assert (pair.after.pixels[inside.slices] == 1000).all()
    back = compare_states(document.kept_state(3), document.kept_state(2))
    assert np.array_equal(back.before.pixels[FRAME.slices], pair.after.pixels)
    outside = back.before.pixels.copy()
    outside[FRAME.slices] = 0
    assert not outside.any(), "black where the crop shows nothing"
    assert document.image.digest() == shown
    document.close()


def test_an_enlarged_branch_lies_over_a_crop(scanned: tuple[Session, Document, SaveOrder]) -> None:
    _, document, _ = scanned
    pair = compare_states(document.kept_state(3), document.kept_state(4))
    assert (pair.after.width, pair.after.height) == (128, 96)
    assert pair.before.bounds == pair.after.bounds
    hole = Bounds(2 * HOLE.left + 2, 2 * HOLE.top + 2, 2 * HOLE.right - 2, 2 * HOLE.bottom - 2)
    assert (pair.before.pixels[hole.slices] == 1000).all(), "what lies on each other shows the same place"
    assert (pair.after.pixels[hole.slices] == 1000).all()
    document.close()
