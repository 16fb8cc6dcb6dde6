"""States of any branch as values: what they show is what going there shows, and nothing is touched."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest
from support.working import HOLE, crop, fill, stroke, work_on

from restorer.core.document import Document
from restorer.core.errors import InputError
from restorer.core.geometry import Bounds
from restorer.core.history import ROOT
from restorer.core.image import Image
from restorer.core.kept_state import KeptState
from restorer.core.vault import PixelVault


@pytest.fixture(params=[1, 1 << 30], ids=["spilled", "in memory"])
def document(request: pytest.FixtureRequest, tmp_path: Path) -> Document:
    pixels = np.random.default_rng(3).integers(0, 65536, (48, 64, 3)).astype(np.uint16)
    return Document(Image(pixels), "scan.tif", vault=PixelVault(request.param, tmp_path))


def every_state(document: Document) -> dict[int, KeptState]:
    return {each: document.kept_state(each) for each in (ROOT, *document.history.nodes)}


def gone_to(document: Document, entry_id: int) -> Image:
    """The photo after going there."""
    if entry_id != ROOT:
        document.switch(entry_id)
    document.jump(len(document.history.line(entry_id)))
    return document.image


def test_every_state_of_every_branch_is_what_going_there_shows(document: Document) -> None:
    work_on(document)
    document.jump(2)
    fill(document, 5000, box=Bounds(30, 30, 44, 40))  # the crop and what came after it are a branch now
    shown, cursor = document.image.digest(), document.history.cursor
    states = every_state(document)
    pictures = {each: state.picture() for each, state in states.items()}
    assert (document.image.digest(), document.history.cursor) == (shown, cursor)
    assert len(document.history.branches()) > 1
    assert len({(picture.width, picture.height) for picture in pictures.values()}) == 2
    for each, picture in pictures.items():
        there = gone_to(document, each)
        assert np.array_equal(there.pixels, picture.pixels), each
        assert states[each].placement == document.placement_from(0)
    document.close()


def test_a_state_is_a_value_that_another_thread_can_make(document: Document) -> None:
    fill(document, 1000)
    state, wanted = document.kept_state(document.history.tip), document.image.pixels.copy()
    fill(document, 2000)
    made: list[Image] = []
    thread = threading.Thread(target=lambda: made.append(state.picture()))
    thread.start()
    thread.join()
    assert np.array_equal(made[0].pixels, wanted), "what came later does not show"
    document.close()


def test_a_damaged_file_is_said_and_an_unknown_state_refused(tmp_path: Path) -> None:
    pixels = np.zeros((48, 64, 3), np.uint8)
    document = Document(Image(pixels), "scan.tif", vault=PixelVault(1, tmp_path))
    fill(document, 100)
    first = document.history.tip
    crop(document, Bounds(0, 0, 40, 40))
    fill(document, 200, box=Bounds(0, 0, 8, 8))
    state = document.kept_state(first)
    for path in tmp_path.rglob("*.group"):
        path.write_bytes(path.read_bytes()[:40])
    with pytest.raises(InputError, match="history file"):
        state.picture()
    with pytest.raises(KeyError):
        document.kept_state(99)
    document.close()


def test_strokes_leave_the_pixels_to_the_step_before(document: Document) -> None:
    stroke(document, 12)
    history = document.history
    assert history.pixels_of(history.tip) == ROOT
    fill(document, 1000, box=HOLE)
    step = history.tip
    stroke(document, 30)
    assert history.pixels_of(history.tip) == step
    document.close()
