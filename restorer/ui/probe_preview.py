"""How soon a preview follows a slider, in the real window. Part of :mod:`restorer.ui.probe`."""

from __future__ import annotations

import statistics
import sys
import threading
import time
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtWidgets import QApplication

from restorer.core.image import Image, Patch
from restorer.core.params import param
from restorer.core.progress import CancelToken, TaskEvent, TileFinished, TilesPlanned, TileStarted
from restorer.core.result import TaskResult
from restorer.formats.metadata import Metadata
from restorer.formats.raster import ExportOptions, write_photo
from restorer.session.settings_file import SettingsStore
from restorer.tasks import TASKS, table_of
from restorer.tasks.spec import Fidelity, Locality, Task, TaskInput
from restorer.ui import furnishing  # noqa: F401 - so that whatever lists tasks is there
from restorer.ui.panels.params_form import ParamsForm
from restorer.ui.probe_hands import settle, until
from restorer.ui.shell import Shell
from restorer.ui.widgets import ValueSlider

TASK_MS = 20
_TASK = "probe"
_PHOTO = (2400, 1800)
_WINDOW = (1600, 1000)
_MOVES = 24
_BETWEEN_MOVES_MS = 16


@dataclass(frozen=True, slots=True)
class _Params:
    level: int = param(0, "What every pixel becomes.", low=0, high=200)


def _run(given: TaskInput, _engine: object, token: CancelToken) -> Generator[TaskEvent, None, TaskResult]:
    """Takes :data:`TASK_MS`, whatever it is given."""
    ends = time.monotonic() + TASK_MS / 1000
    bounds = given.photo.bounds
    yield TilesPlanned((bounds,))
    token.raise_if_cancelled()
    yield TileStarted(0, 1, bounds)
    patch = Patch(bounds, np.full_like(given.photo.pixels, given.params.level))
    threading.Event().wait(max(0.0, ends - time.monotonic()))
    yield TileFinished(0, 1, patch)
    return TaskResult((patch,), tiles=1)


def measure_preview(folder: Path, *, drags: int = 10) -> dict[str, Any]:
    """Drags a slider to and fro over a preview of what a window shows at 100 %, about a megapixel.

    The window is given a task of :data:`TASK_MS` as its first, for as long as the process lives.

    Args:
        folder: for the photo and the settings.
        drags: how often.

    Raises:
        RuntimeError: where a preview did not come.
    """
    task = Task(
        _TASK, 1, "Probe", "Waits.", Fidelity.CONSERVE, _Params, False, "tone", _run, weightless=True,
        locality=Locality(margin_px=0),
    )  # fmt: skip
    table = table_of((task, *TASKS.values()))
    for name, module in list(sys.modules.items()):
        if name.startswith("restorer.") and hasattr(module, "TASKS"):
            module.__dict__["TASKS"] = table
    app = QApplication.instance() or QApplication([])
    path = folder / "preview.png"
    pixels = np.random.default_rng(5).integers(0, 256, (_PHOTO[1], _PHOTO[0], 3), np.uint8)
    write_photo(path, Image(pixels), Metadata(), ExportOptions())
    shell = Shell(app, store=SettingsStore(folder / "preview.toml"))  # type: ignore[arg-type]
    shell.start()
    until(lambda: shell.furnishing is not None)
    assert shell.furnishing is not None
    parts = shell.furnishing
    shell.window.resize(*_WINDOW)
    parts.workspace.open_files([path])
    until(lambda: parts.workspace.document is not None)
    canvas = parts.editor.canvas
    canvas.zoom_to(1.0)
    settle(500)
    parts.commands.toggle_preview()
    until(lambda: canvas.trial() is not None)
    form = parts.editor.tasks.findChild(ParamsForm)
    assert isinstance(form, ParamsForm)
    slider = form.field("level")
    assert isinstance(slider, ValueSlider)

    def shows(level: int) -> bool:
        trial = canvas.trial()
        return trial is not None and trial.patch is not None and int(trial.patch.pixels[0, 0, 0]) == level

    waits, before = [], parts.workspace.previews.runs
    for drag in range(drags):
        for move in range(_MOVES):
            slider.slider.dragged.emit((move if drag % 2 else _MOVES - move) / _MOVES)
            settle(_BETWEEN_MOVES_MS)
        level = 40 + drag
        released = time.perf_counter()
        slider.slider.dragged.emit(level / 200)
        until(lambda level=level: shows(level) and canvas.is_painted())  # type: ignore[misc]
        waits.append((time.perf_counter() - released) * 1000)
    seen = canvas.visible_bounds()
    report = {
        "region": {"width": seen.width, "height": seen.height},
        "task_ms": TASK_MS,
        "drags": drags,
        "moves": drags * (_MOVES + 1),
        "runs": parts.workspace.previews.runs - before,
        "latency_ms": {"p50": round(statistics.median(waits), 1), "max": round(max(waits), 1)},
        "photo_unchanged": not parts.workspace.unsaved,
    }
    shell.finish()
    shell.window.deleteLater()
    settle()
    return report
