"""What is protected stays, to the bit."""

from __future__ import annotations

import numpy as np
import pytest

from restorer.core.document import Document
from restorer.core.geometry import Bounds
from restorer.core.image import Image, Patch
from restorer.core.mask import Mask, MaskEdit, MaskPiece
from restorer.core.progress import CancelToken, TileFinished
from restorer.core.result import Alternative, TaskResult
from restorer.session.jobs import JobFinished, JobPreview, run_job
from restorer.session.protection import shielded
from restorer.session.session import Session
from restorer.store import Catalogue

EYES = Bounds(40, 30, 60, 50)


def protect(document: Document, bounds: Bounds = EYES) -> None:
    values = np.full((bounds.height, bounds.width), 255, np.uint8)
    document.edit_mask(MaskEdit((MaskPiece(bounds, values),)), "Protect", protects=True)


@pytest.fixture
def document() -> Document:
    pixels = np.random.default_rng(4).integers(0, 65536, (90, 120, 3)).astype(np.uint16)
    return Document(Image(pixels), "scan.tif")


def test_previews_fills_and_every_alternative_leave_it_alone() -> None:
    photo = Image(np.arange(48, dtype=np.uint8).reshape(4, 4, 3))
    box = Bounds(0, 0, 4, 2)
    white = Patch(box, np.full((2, 4, 3), 255, np.uint8))
    protected = np.zeros((4, 4), np.uint8)
    protected[0, 1] = 1
    result = TaskResult((white,), (MaskPiece(box, np.full((2, 4), 255, np.uint8)),), 1, (Alternative((white,)),))

    def work():
        yield TileFinished(0, 1, white)
        return result

    job = shielded(work(), photo, Mask(protected))
    seen = next(job)
    with pytest.raises(StopIteration) as stop:
        next(job)
    got = stop.value.value
    for patch in (seen.preview, *got.patches, *got.alternatives[0].patches):
        assert (patch.pixels[0, 1] == photo.pixels[0, 1]).all()
        assert (patch.pixels[0, 0] == 255).all()
        assert (patch.pixels[1] == 255).all()
    assert got.filled[0].values[0, 1] == 0
    assert np.count_nonzero(got.filled[0].values) == 7


@pytest.mark.parametrize("task", ["inpaint", "repair-scratches", "simulate-damage"])
def test_a_run_through_it_changes_not_one_bit_of_it(document: Document, task: str) -> None:
    session = Session(catalogue=Catalogue([]))
    plane = np.zeros((90, 120), np.uint8)
    plane[38:42, 10:110] = 255
    document.replace_mask(plane, "Crease")
    protect(document)
    request = session.make_request(
        document, session.resolve_step(task, model="classical" if task != "simulate-damage" else "")
    )
    if request.mask is not None:
        assert not request.mask.plane[EYES.slices].any()
        assert request.mask.plane[38:42, 10:40].all()
    events = list(run_job(request, session.engine_for(request.step), CancelToken()))
    finished = events[-1]
    assert isinstance(finished, JobFinished), finished
    before = document.image
    document.apply(request.base_state, finished.step, finished.result, label="Run", used_mask=request.mask)
    assert (document.image.pixels[EYES.slices] == before.pixels[EYES.slices]).all()
    assert all(
        (e.patch.pixels[_inside(e.patch.bounds)] == before.crop(e.patch.bounds)[_inside(e.patch.bounds)]).all()
        for e in events
        if isinstance(e, JobPreview)
    )
    assert task == "repair-scratches" or (document.image.pixels != before.pixels).any()


def _inside(bounds: Bounds) -> tuple[slice, slice]:
    return EYES.intersect(bounds).translate(-bounds.left, -bounds.top).slices


def test_protecting_is_undone_and_redone_exactly(document: Document) -> None:
    before = document.mask_revision
    protect(document)
    assert document.mask_revision != before
    assert document.mask.is_empty
    snapshot = document.protection()
    assert snapshot is not None
    assert snapshot.occupied() == EYES
    assert document.undo().protected == EYES
    assert document.protection() is None
    document.redo()
    assert (document.protected.plane == snapshot.plane).all()
