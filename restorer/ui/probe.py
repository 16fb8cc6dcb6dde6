"""Measures how the window feels, and prints it as JSON: ``python -m restorer.ui.probe --json``.

Run as a process of its own, without a display: it opens the real window offscreen, repairs a large photo in it, paints
meanwhile, cancels a second run, and times how late the event loop is, and how soon a preview follows a slider. Fresh
processes time the first painted frame against that of a bare window.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

_HEAVY = ("torch", "cv2", "skimage", "numpy")
_START_TIMEOUT_S = 120

_BARE = """
import sys, time
from PySide6.QtCore import QEvent, QTimer
from PySide6.QtWidgets import QApplication, QMainWindow
class Window(QMainWindow):
    painted = False
    def event(self, event):
        handled = super().event(event)
        if event.type() == QEvent.Type.Paint and not self.painted:
            self.painted = True
            QTimer.singleShot(0, ready)
        return handled
def ready():
    sys.stdout.write(f"{time.monotonic()}\\n")
    app.quit()
app = QApplication(sys.argv[:1])
window = Window()
window.resize(1600, 1000)
window.show()
app.exec()
"""
_OURS = """
import sys, time
from restorer.ui import app
real = app.run
def ready():
    heavy = [name for name in %r if name in sys.modules]
    sys.stdout.write(f"{time.monotonic()} {','.join(heavy)}\\n")
    sys.stdout.flush()
    from PySide6.QtWidgets import QApplication
    QApplication.quit()
app.run = lambda files, **more: real(files, **more, on_ready=ready)
from restorer.__main__ import main
main([])
"""


def measure_start(repeats: int) -> dict[str, object]:
    """Time to the first painted frame of the program as started by a person, and of a bare window.

    The two take turns, so that a machine that gets busier slows both; the ratio is that of the medians.
    """
    bare, ours, heavy = [], [], set[str]()
    for _ in range(repeats):
        bare.append(_time_to_frame(_BARE)[0])
        seconds, modules = _time_to_frame(_OURS % (_HEAVY,))
        ours.append(seconds)
        heavy.update(modules)
    return {
        "repeats": repeats,
        "bare_ms": round(statistics.median(bare) * 1000, 1),
        "ours_ms": round(statistics.median(ours) * 1000, 1),
        "ratio": round(statistics.median(ours) / statistics.median(bare), 3),
        "imported_before_first_frame": sorted(heavy),
        "torch_imported": "torch" in heavy,
    }


def _time_to_frame(script: str) -> tuple[float, tuple[str, ...]]:
    with tempfile.TemporaryDirectory() as home:
        environment = {**os.environ, "XDG_CONFIG_HOME": home, "QT_QPA_PLATFORM": "offscreen"}
        started = time.monotonic()
        done = subprocess.run(
            [sys.executable, "-c", script],
            env=environment,
            capture_output=True,
            text=True,
            timeout=_START_TIMEOUT_S,
            check=False,
        )
    if done.returncode != 0 or not done.stdout:
        raise RuntimeError(f"the window did not start: {done.stderr.strip()}")
    moment, _, modules = done.stdout.splitlines()[0].partition(" ")
    return float(moment) - started, tuple(filter(None, modules.split(",")))


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m restorer.ui.probe", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object, nothing else")
    parser.add_argument("--photo-megapixels", type=float, default=12.0)
    parser.add_argument("--defects", type=int, default=30)
    parser.add_argument("--model", default="", help="model id or classical; the best installed one if not said")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--start-repeats", type=int, default=7, help="0 leaves the start out")
    parser.add_argument("--preview-drags", type=int, default=10)
    chosen = parser.parse_args(arguments)
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_CONFIG_HOME"] = folder
        from restorer.ui.probe_preview import measure_preview
        from restorer.ui.probe_run import measure_run

        report = measure_run(
            Path(folder),
            megapixels=chosen.photo_megapixels,
            defects=chosen.defects,
            model=chosen.model,
            device=chosen.device,
        )
        report["preview"] = measure_preview(Path(folder), drags=chosen.preview_drags)
    if chosen.start_repeats:
        report["window"] = measure_start(chosen.start_repeats)
    sys.stdout.write(json.dumps(report, indent=None if chosen.json else 2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
