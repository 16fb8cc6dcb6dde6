"""Photos with a history, for tests of what keeps them."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from restorer.core import plan as plans
from restorer.core.brush import Brush, StrokePoint
from restorer.core.document import Document
from restorer.core.geometry import Bounds
from restorer.core.image import Image, Patch
from restorer.core.mask import MaskPiece
from restorer.core.mask_code import mask_digest
from restorer.core.placement import Placement
from restorer.core.result import Alternative, Reframed, TaskResult
from restorer.core.step import Step
from restorer.formats.metadata import Metadata
from restorer.formats.raster import PhotoFile, write_photo
from restorer.session.session import Session

HOLE = Bounds(8, 6, 30, 20)


def make_scan(path: Path, *, seed: int = 0, side: int = 48) -> Path:
    pixels = np.random.default_rng(seed).integers(0, 65536, (side, side + 16, 3)).astype(np.uint16)
    write_photo(path, Image(pixels), Metadata(dpi=(300.0, 300.0)))
    return path


def open_scan(session: Session, path: Path) -> tuple[Document, PhotoFile]:
    file = session.open_photo(path)
    return session.make_document(file), file


def stroke(document: Document, x: float, y: float = 20) -> None:
    painter = document.begin_stroke(Brush(6.0, 1.0))
    painter.add(StrokePoint(x, y))
    document.end_stroke(painter)


def fill(document: Document, value: int, *, box: Bounds = HOLE, masked: bool = False) -> None:
    """A step whose result is one value."""
    mask = document.mask.snapshot() if masked else None
    step = Step("inpaint", 1, {"grow_px": 2}, seed=value, mask=mask_digest(mask) if mask is not None else "")
    pixels = np.full((box.height, box.width, document.image.channels), value, document.image.pixels.dtype)
    filled = MaskPiece(box, np.full((box.height, box.width), 255, np.uint8))
    result = TaskResult((Patch(box, pixels),), (filled,), 1)
    document.apply(document.state, step, result, label="Inpaint", detail="Staged", used_mask=mask, seconds=1.5)


def variants(document: Document) -> None:
    """A step with three answers, of which the second is chosen."""
    shape = (HOLE.height, HOLE.width, document.image.channels)
    answers = tuple(
        Alternative((Patch(HOLE, np.full(shape, value, document.image.pixels.dtype)),), {"variant": number})
        for number, value in enumerate((100, 200, 300), 1)
    )
    pictures = [np.full((4, 6, 3), value, np.uint8) for value in (1, 2, 3)]
    step = Step("inpaint", 1, {"variants": 3}, seed=9)
    result = TaskResult(answers[0].patches, alternatives=answers)
    document.apply(document.state, step, result, label="Inpaint", pictures=pictures)
    document.choose(1, detail="Variant 2")


def crop(document: Document, box: Bounds) -> None:
    placement = Placement.crop(box, document.image.width, document.image.height)
    pixels = np.ascontiguousarray(placement.take(document.image.pixels))
    result = TaskResult((), reframed=Reframed(Image(pixels, document.image.color), placement))
    document.apply(document.state, Step("crop", 1, {"left": box.left}), result, label="Crop")


def work_on(document: Document) -> None:
    """A bit of everything: strokes, steps, variants, a crop, a hidden step, a branch, a name, something undone."""
    stroke(document, 12)
    fill(document, 1000, masked=True)
    variants(document)
    stroke(document, 20)
    fill(document, 2000, box=Bounds(0, 0, 10, 10))
    document.undo()
    fill(document, 3000, box=Bounds(20, 15, 40, 30))
    crop(document, Bounds(4, 4, 44, 36))
    stroke(document, 15, 15)
    document.edit_plan(plans.with_enabled(document.plan, document.plan[0].id, False), "Hide Inpaint")
    document.rename(document.history.tip, "Großmutter, zugeschnitten")
    fill(document, 4000, box=Bounds(2, 2, 9, 9))
    document.undo()


def looks(document: Document) -> tuple[object, ...]:
    """Everything a person could tell two documents apart by; two are the same where these are equal."""
    history = document.history
    here = history.cursor
    shown = [document.image_at(cursor).pixels.tobytes() for cursor in range(len(history.entries) + 1)]
    return (
        here,
        shown,
        document.mask.plane.tobytes(),
        document.protected.plane.tobytes(),
        document.state,
        document.stale,
        document.filled_fraction(),
        history.recipe(),
        tuple(document.recipe_masks().values()),
        [(entry.label, entry.detail, entry.name, entry.seconds, entry.state) for entry in history.entries],
        [branch.title for branch in history.branches()],
        [(slot.id, slot.enabled, slot.label) for slot in document.plan],
        document.chosen,
        [choice.picture.tobytes() for choice in document.choices if choice.picture is not None],
    )
