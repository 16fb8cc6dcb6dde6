"""One photo in the real window, from opening to export. Part of :mod:`restorer.ui.probe_scale`."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QEvent, QObject, QPointF
from PySide6.QtWidgets import QApplication

from restorer.core.brush import Brush
from restorer.formats.raster import ExportOptions
from restorer.session.marking.operations import operation_order
from restorer.session.settings_file import SettingsStore
from restorer.ui.canvas import CanvasView
from restorer.ui.exporting import ExportOrder
from restorer.ui.probe_hands import GapWatch, paint_now, send_mouse, settle, until
from restorer.ui.shell import Shell
from restorer.ui.workspace import Workspace

OPENING = "opening"
"""In place of a compression: nothing but that is measured."""
_WINDOW = (1920, 1080)
_BETWEEN_FRAMES_MS = 6
_BRUSHES_PX = (10.0, 100.0, 1000.0, 4000.0)
_DABS, _PANS = 40, 6
_IDLE_MS = 2000


def measure_photo(path: Path, folder: Path, compression: str, *, quick: bool = False) -> dict[str, Any]:
    """Opens, looks, paints, exports.

    Args:
        path: the photo.
        folder: for settings and the export.
        compression: of the export, a TIFF.
        quick: fewer frames and dabs.

    Raises:
        RuntimeError: where a step did not come to its end in ten minutes.
    """
    app = QApplication.instance() or QApplication([])
    shell = Shell(app, store=SettingsStore(folder / "settings.toml"))  # type: ignore[arg-type]
    shell.start()
    until(lambda: shell.furnishing is not None)
    assert shell.furnishing is not None
    shell.window.resize(*_WINDOW)
    settle()
    workspace, canvas = shell.furnishing.workspace, shell.furnishing.editor.canvas
    before_bytes = peak_bytes()
    opening = _open(workspace, canvas, path)
    document = workspace.document
    assert document is not None
    opened_bytes = peak_bytes()
    frames = _frames(canvas, pans=1 if quick else _PANS)
    dabs = {f"{size:g}": _dabs(canvas, size, 4 if quick else _DABS) for size in _BRUSHES_PX}
    painted_bytes = peak_bytes()
    inverting = _invert(workspace, canvas)
    inverted_bytes = peak_bytes()
    export_s = _export(workspace, folder / "ours.tif", compression)
    report = {
        "width": document.image.width,
        "height": document.image.height,
        "decoded_bytes": document.image.bytes,
        "canvas": [canvas.width(), canvas.height()],
        **opening,
        "frame_ms": frames,
        "dab_ms": dabs,
        "invert_gap_ms": inverting,
        "export_s": round(export_s, 3),
        "peak_bytes": {
            "before": before_bytes,
            "opened": opened_bytes,
            "painted": painted_bytes,
            "inverted": inverted_bytes,
            "exported": peak_bytes(),
        },
        "idle_cpu_share": _idle_share(),
    }
    shell.finish()
    shell.window.deleteLater()
    settle()
    return report


def measure_opening(path: Path, folder: Path) -> dict[str, Any]:
    """Opens one photo in a window of its own."""
    app = QApplication.instance() or QApplication([])
    shell = Shell(app, store=SettingsStore(folder / "settings.toml"))  # type: ignore[arg-type]
    shell.start()
    until(lambda: shell.furnishing is not None)
    assert shell.furnishing is not None
    shell.window.resize(*_WINDOW)
    settle(_IDLE_MS)
    opening = _open(shell.furnishing.workspace, shell.furnishing.editor.canvas, path)
    shell.finish()
    shell.window.deleteLater()
    settle()
    return opening


def peak_bytes() -> int:
    """Most memory this process had in use until now."""
    status = Path("/proc/self/status")
    if status.exists():
        # The peak of this program; the one that getrusage tells is inherited from whoever started it.
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) * 1024
    import resource

    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


class _FirstPixels(QObject):
    """Notes when the canvas first painted anything of a photo."""

    def __init__(self, canvas: CanvasView) -> None:
        super().__init__()
        self._canvas = canvas
        self.at: float | None = None
        canvas.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:  # noqa: N802
        if event.type() == QEvent.Type.Paint and self.at is None and self._canvas.shows_something():
            # The filter is asked before the event is handled: what comes next is the painting itself.
            self._canvas.removeEventFilter(self)
            self._canvas.event(event)
            self.at = time.perf_counter()
            return True
        return False


def _open(workspace: Workspace, canvas: CanvasView, path: Path) -> dict[str, Any]:
    watch, first = GapWatch(), _FirstPixels(canvas)
    watch.start()
    started = time.perf_counter()
    workspace.open_files([path])
    until(lambda: workspace.document is not None)
    opened = time.perf_counter()
    until(lambda: first.at is not None and canvas.is_sharp())
    sharp = time.perf_counter()
    gaps = watch.stop()
    assert first.at is not None
    return {
        "first_pixels_s": round(first.at - started, 3),
        "before_decoded": first.at < opened,
        "opened_s": round(opened - started, 3),
        "sharp_s": round(sharp - started, 3),
        "opening_gap_ms": gaps,
    }


def _frames(canvas: CanvasView, pans: int) -> dict[str, float]:
    """Every frame of a look around: by the wheel from the whole photo to 800 % and back, panning on the way."""
    canvas.fit()
    until(canvas.is_sharp)
    spent = [_timed(canvas, move) for move in _moves(canvas, pans)]
    return _percentiles(spent)


def _moves(canvas: CanvasView, pans: int) -> Iterator[Callable[[], None]]:
    middle = QPointF(canvas.width() * 0.45, canvas.height() * 0.55)
    for factor, last in ((1.25, 8.0), (1 / 1.25, 0.0)):
        fitted = canvas.zoom() if factor > 1 else 0.0
        while (canvas.zoom() < last) if factor > 1 else (canvas.zoom() > max(fitted, 0.1)):
            yield lambda: canvas.scale_view(factor, middle)  # noqa: B023 - called before the loop goes on
            for turn in range(pans):
                yield lambda: canvas.pan_by(*((-41, -23) if turn < pans // 2 else (41, 23)))  # noqa: B023


def _timed(canvas: CanvasView, act: Callable[[], None]) -> float:
    """Milliseconds from an event to its pixels."""
    began = time.perf_counter()
    act()
    paint_now(canvas)
    spent = (time.perf_counter() - began) * 1000
    settle(_BETWEEN_FRAMES_MS)
    return spent


def _dabs(canvas: CanvasView, size_px: float, count: int) -> dict[str, dict[str, float]]:
    """Moves that each lay down a dab, on the whole photo and at 100 %."""
    found = {}
    for name, zoom in (("fit", 0.0), ("100 %", 1.0)):
        if zoom:
            canvas.zoom_to(zoom)
        else:
            canvas.fit()
        settle(400)
        until(canvas.is_sharp)
        canvas.set_brush(Brush(size_px, 0.8))
        step = max(3.0, size_px * 0.1 * canvas.zoom())
        turn = max(2, int(canvas.width() * 0.6 / step))
        spent = []
        position = QPointF(canvas.width() * 0.2, canvas.height() * 0.3)
        send_mouse(canvas, QEvent.Type.MouseButtonPress, position)
        paint_now(canvas)
        for number in range(count):
            position += QPointF(step if number % (2 * turn) < turn else -step, 2.0)
            spent.append(_timed(canvas, lambda: send_mouse(canvas, QEvent.Type.MouseMove, position)))  # noqa: B023
        send_mouse(canvas, QEvent.Type.MouseButtonRelease, position)
        settle(50)
        found[name] = _percentiles(spent)
    return found


def _invert(workspace: Workspace, canvas: CanvasView) -> dict[str, float]:
    """How long the window does not answer while the whole mask is another one."""
    canvas.fit()
    settle(400)
    watch = GapWatch()
    watch.start()
    assert workspace.document is not None
    workspace.order_mask(operation_order("invert", 0, workspace.document.image))
    until(lambda: not workspace.mask_work.is_busy)
    settle(1500)
    return watch.stop()


def _export(workspace: Workspace, target: Path, compression: str) -> float:
    photo = workspace.current
    assert photo is not None
    done: list[float] = []
    failed: list[object] = []
    workspace.exporter.exported.connect(lambda *_: done.append(time.perf_counter()))
    workspace.exporter.message_raised.connect(failed.append)
    options = ExportOptions(format="tiff", compression=compression)
    image = photo.document.image
    started = time.perf_counter()
    workspace.export(ExportOrder(photo, image, photo.document.state, target, options, overwrite=False))
    until(lambda: bool(done or failed))
    if failed:
        raise RuntimeError(f"the export failed: {failed[0]}")
    target.unlink()
    return done[0] - started


def _idle_share() -> float:
    """Processor time of this process while nobody does anything, as a share of one core."""
    settle(1000)
    began = time.process_time()
    settle(_IDLE_MS)
    return round((time.process_time() - began) / (_IDLE_MS / 1000), 4)


def _percentiles(spent_ms: list[float]) -> dict[str, float]:
    values = np.array(spent_ms)
    return {
        "p50": round(float(np.percentile(values, 50)), 2),
        "p95": round(float(np.percentile(values, 95)), 2),
        "max": round(float(values.max()), 2),
    }


if __name__ == "__main__":
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    photo_path, work_folder, how = sys.argv[1:4]
    if how == OPENING:
        figures = measure_opening(Path(photo_path), Path(work_folder))
    else:
        figures = measure_photo(Path(photo_path), Path(work_folder), how, quick="quick" in sys.argv[4:])
    sys.stdout.write(json.dumps(figures) + "\n")
