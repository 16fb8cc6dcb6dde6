"""A repair in the real window, with a watch on the event loop. Part of :mod:`restorer.ui.probe`."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QTimer
from PySide6.QtWidgets import QApplication

from restorer.core.brush import Brush, StrokePoint
from restorer.core.document import Document
from restorer.core.image import Image
from restorer.formats.metadata import Metadata
from restorer.formats.raster import ExportOptions, write_photo
from restorer.session.provenance import filled_mask
from restorer.session.settings_file import SettingsStore
from restorer.ui.canvas import CanvasView
from restorer.ui.probe_hands import GapWatch, send_mouse, settle, until
from restorer.ui.shell import Shell
from restorer.ui.workspace import Workspace

_STROKES = 8
_CANCEL_AFTER_TILES = 1


@dataclass(slots=True)
class _Stage:
    """The window and what stands behind it."""

    shell: Shell
    workspace: Workspace
    canvas: CanvasView
    document: Document


def measure_run(folder: Path, *, megapixels: float, defects: int, model: str, device: str) -> dict[str, Any]:
    """Opens a photo, repairs it while painting, undoes that, cancels a second run.

    Args:
        folder: for the photo and the settings.
        megapixels: size of the photo.
        defects: how many are scattered over it.
        model: id, ``classical``, or empty for the best installed one.
        device: id of the device.

    Raises:
        RuntimeError: where a step did not come to its end in ten minutes.
    """
    app = QApplication.instance() or QApplication([])
    path = folder / "photo.tif"
    write_photo(path, _photo(megapixels), Metadata(), ExportOptions(compression="none"))
    shell = Shell(app, store=SettingsStore(folder / "settings.toml"))  # type: ignore[arg-type]
    shell.start()
    until(lambda: shell.furnishing is not None)
    assert shell.furnishing is not None
    workspace = shell.furnishing.workspace
    workspace.session.update_settings(device=device)
    watch = GapWatch()
    watch.start()
    workspace.open_files([path])
    until(lambda: workspace.document is not None)
    settle()
    opening = watch.stop()
    assert workspace.document is not None
    stage = _Stage(shell, workspace, shell.furnishing.editor.canvas, workspace.document)
    _mark(stage, defects)
    settle(1000)
    model = model or workspace.session.models_for("inpaint")[0].id
    repair = _repair(stage, model, watch)
    report = {
        "photo": {"width": stage.document.image.width, "height": stage.document.image.height, "defects": defects},
        "model": model,
        "device": device,
        "cpus": os.cpu_count(),
        "gap_ms": repair.pop("gap_ms"),
        "opening_gap_ms": opening,
        "strokes_kept": repair["strokes_painted"] == repair["strokes_survived"] > 0,
        "repair": repair,
        "cancel": _cancel(stage, model),
    }
    shell.finish()
    shell.window.deleteLater()
    settle()
    return report


def _repair(stage: _Stage, model: str, watch: GapWatch) -> dict[str, Any]:
    """A whole run, torch's first import included, with strokes painted meanwhile."""
    document, workspace = stage.document, stage.workspace
    before, steps = document.image, _steps(document)
    painted: list[float] = []
    started = time.perf_counter()
    watch.start()
    workspace.run("inpaint", {}, model)
    _paint_stroke(stage, painted)
    painter = QTimer(interval=400)
    painter.timeout.connect(lambda: _paint_stroke(stage, painted))
    painter.start()
    until(lambda: not workspace.jobs.open_jobs)
    painter.stop()
    settle()
    gaps = watch.stop()
    after = document.image
    changed = (after.pixels != before.pixels).any(axis=2)
    allowed = filled_mask(document).plane > 0
    return {
        "seconds": round(time.perf_counter() - started, 2),
        "gap_ms": gaps,
        "applied": _steps(document) == steps + 1,
        "strokes_painted": len(painted),
        "strokes_survived": sum(bool(document.mask.plane[_place(document, index)]) for index in range(len(painted))),
        "slowest_stroke_event_ms": round(max(painted, default=0.0), 2),
        "pixels_changed": int(changed.sum()),
        "pixels_changed_outside": int((changed & ~allowed).sum()),
    }


def _cancel(stage: _Stage, model: str) -> dict[str, Any]:
    """A run that is cancelled after its first tile."""
    document, workspace = stage.document, stage.workspace
    workspace.jump(document.history.cursor)
    while _steps(document):
        workspace.undo()
    digest, state = document.image.digest(), document.state
    workspace.run("inpaint", {}, model)
    job = workspace.jobs.jobs[-1]

    def far_enough() -> bool:
        run = workspace.runs.progress_of(workspace.current)
        return run is not None and len(run.previews) >= _CANCEL_AFTER_TILES

    until(far_enough)
    started = time.perf_counter()
    workspace.cancel()
    until(lambda: job.state.is_over)
    return {
        "ms": round((time.perf_counter() - started) * 1000, 1),
        "state": job.state.value,
        "photo_unchanged": document.image.digest() == digest and document.state == state,
    }


def _photo(megapixels: float) -> Image:
    """Soft shapes with grain, 4:3, 8 bit RGB."""
    height = round((megapixels * 1e6 * 3 / 4) ** 0.5)
    width = round(height * 4 / 3)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    tone = 128 + 60 * np.sin(x / 310) * np.cos(y / 270) + 25 * np.sin((x + 2 * y) / 47)
    tone += np.random.default_rng(3).normal(0, 5, tone.shape).astype(np.float32)
    pixels = np.stack([tone * 1.05, tone * 0.95, tone * 0.8], axis=2)
    return Image(np.clip(pixels, 0, 255).astype(np.uint8))


def _mark(stage: _Stage, defects: int) -> None:
    """Strokes of the brush over scattered places, as the canvas would make them."""
    document = stage.document
    random = np.random.default_rng(11)
    for _ in range(defects):
        x, y = random.uniform(0.05, 0.8) * document.image.width, random.uniform(0.05, 0.95) * document.image.height
        painter = document.begin_stroke(Brush(float(random.uniform(3, 14)), 0.9))
        for step in range(8):
            painter.add(StrokePoint(x + 14 * step, y + 20 * float(np.sin(step / 2))))
        stage.workspace.note_stroke(document.end_stroke(painter))


def _place(document: Document, index: int) -> tuple[int, int]:
    """Row and column in the photo that a stroke painted during the run goes through: right of all defects."""
    return round(document.image.height * (0.1 + 0.8 * index / _STROKES)), round(document.image.width * 0.96)


def _paint_stroke(stage: _Stage, painted: list[float]) -> None:
    """One stroke by mouse on the canvas; notes how long its slowest event took, in ms."""
    if len(painted) >= _STROKES:
        return
    row, column = _place(stage.document, len(painted))
    middle = _on_canvas(stage, column, row)
    slowest = 0.0
    kinds = [QEvent.Type.MouseButtonPress, *[QEvent.Type.MouseMove] * 6, QEvent.Type.MouseButtonRelease]
    for number, kind in enumerate(kinds):
        began = time.perf_counter()
        send_mouse(stage.canvas, kind, middle + QPointF(0.0, number - 3.0))
        slowest = max(slowest, (time.perf_counter() - began) * 1000)
    painted.append(slowest)


def _on_canvas(stage: _Stage, column: int, row: int) -> QPointF:
    """Where a pixel of the fitted photo is on the canvas."""
    canvas, image = stage.canvas, stage.document.image
    scale = canvas.zoom() / canvas.devicePixelRatioF()
    left, top = (canvas.width() - image.width * scale) / 2, (canvas.height() - image.height * scale) / 2
    return QPointF(left + (column + 0.5) * scale, top + (row + 0.5) * scale)


def _steps(document: Document) -> int:
    return sum(entry.step is not None for entry in document.history.applied)
