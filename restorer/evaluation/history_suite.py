"""How the history holds up: many steps on a large photo within the memory budget, and how long undoing takes."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator

import numpy as np

from restorer.core import plan as plans
from restorer.core.document import Document
from restorer.core.geometry import Bounds
from restorer.core.image import Image, Patch
from restorer.core.mask import MaskPiece
from restorer.core.result import TaskResult
from restorer.core.step import Step
from restorer.core.vault import DEFAULT_BUDGET_BYTES, PixelVault
from restorer.engine.host_memory import host_memory
from restorer.evaluation.report import Gate, Report, Table

MEGAPIXELS, STEPS = 100, 300
_REPAIR_PX = 512
_UNDO_MS = 100.0
_WARM_UP = 3


def history_suite(*, megapixels: float = MEGAPIXELS, steps: int = STEPS) -> Report:
    """Takes steps as a long session would: repairs of 512 pixels square here and there, with thumbnails.

    Measured are what stays in memory, how long undoing a step takes that is in memory and one that is on the disk, and
    how long hiding an early step takes.
    """
    side = round((megapixels * 1e6) ** 0.5)
    box = min(_REPAIR_PX, side // 2)
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 256, (side, side, 3), dtype=np.uint8)
    vault = PixelVault()
    document = Document(Image(pixels), "large.tif", vault=vault, thumbnailer=_thumbnail)
    before = host_memory().available_bytes
    applied = [_timed(lambda step=step: _repair(document, rng, step, box)) for step in range(steps)]
    used = max(0, before - host_memory().available_bytes)
    resident, spilled = vault.resident_bytes, vault.spilled_groups
    in_memory = list(_travel(document, min(steps // 2, 40)))
    on_disk = [_timed(lambda cursor=cursor: document.jump(cursor)) for cursor in (steps // 8, steps // 8 - 1)]
    document.jump(steps)
    first = document.plan[0].id
    hidden = _timed(lambda: document.edit_plan(plans.with_enabled(document.plan, first, False), "Hide"))
    document.close()
    undo = max(in_memory)
    rows = (
        ("step taken, median", statistics.median(applied)),
        ("undo or redo in memory, median", statistics.median(in_memory)),
        ("undo or redo in memory, longest", undo),
        ("undo from the disk, one step", on_disk[1]),
        ("hiding the first of all steps", hidden),
    )
    gates = (
        Gate("undo and redo of what is in memory", f"{undo:.0f} ms", f"< {_UNDO_MS:.0f} ms", undo < _UNDO_MS),
        Gate(
            "pixels kept in memory",
            f"{resident / 2**20:.0f} MiB",
            f"≤ {DEFAULT_BUDGET_BYTES / 2**20:.0f} MiB",
            resident <= DEFAULT_BUDGET_BYTES,
        ),
        Gate("every step can be undone", str(len(applied)), str(steps), len(applied) == steps),
    )
    return Report(
        suite="history",
        subject=f"{megapixels:g} megapixels, {steps} steps",
        tables=(Table("Times", ("what", "ms"), rows),),
        gates=gates,
        values={"spilled_groups": spilled, "memory_taken_bytes": used, "resident_bytes": resident},
    )


def _travel(document: Document, count: int) -> Iterator[float]:
    """Undoes and redoes the newest steps; the first few make the second buffer and are not counted."""
    for _ in range(_WARM_UP):
        document.undo()
    for _ in range(_WARM_UP):
        document.redo()
    for _ in range(count):
        yield _timed(document.undo)
    for _ in range(count):
        yield _timed(document.redo)


def _repair(document: Document, rng: np.random.Generator, number: int, side: int) -> None:
    left, top = (int(rng.integers(0, limit - side)) for limit in (document.image.width, document.image.height))
    box = Bounds(left, top, left + side, top + side)
    patch = Patch(box, rng.integers(0, 256, (side, side, 3), dtype=np.uint8))
    filled = MaskPiece(box, np.full((side, side), 255, np.uint8))
    step = Step("inpaint", 1, seed=number)
    document.apply(document.state, step, TaskResult((patch,), (filled,), 1), label="Inpaint")


def _thumbnail(image: Image) -> np.ndarray:
    stride = max(1, image.width // 96)
    return np.ascontiguousarray(image.pixels[::stride, ::stride])


def _timed(act: object) -> float:
    """Milliseconds."""
    assert callable(act)
    started = time.perf_counter()
    act()
    return (time.perf_counter() - started) * 1000
