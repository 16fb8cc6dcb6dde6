"""Measures the tools that mark areas and the review of detections: ``python -m restorer.ui.probe_marks --json``.

Without a display, on a made-up scan: how long a frame takes after the sensitivity changed, at several zooms; how long a
survey, a ribbon, a wand and shapes take off the window's thread.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from restorer.core.damage import DamageMap
    from restorer.core.image import Image
    from restorer.session.marking.review import Survey

T = TypeVar("T")
_VIEW = 1920, 1080
_FRAMES = 40
_TARGET_MS = 30.0


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m restorer.ui.probe_marks", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object, nothing else")
    parser.add_argument("--megapixels", type=float, nargs="+", default=[12.0, 200.0])
    chosen = parser.parse_args(arguments)
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from PySide6.QtWidgets import QApplication

    from restorer.ui import theme

    app = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(app, QApplication)
    theme.apply_theme(app, "dark")
    report = {f"{size:g} MP": _measure(size) for size in chosen.megapixels}
    sys.stdout.write(json.dumps(report, indent=None if chosen.json else 2) + "\n")
    return 0


def _measure(megapixels: float) -> dict[str, object]:
    from restorer.session.marking.review import ReviewSettings, Surveyor

    photo = _photo(megapixels)
    damage = _damage(photo)
    surveyor = Surveyor(damage)
    first_s, _ = _timed(lambda: surveyor.survey(ReviewSettings()))
    again_s, survey = _timed(lambda: surveyor.survey(ReviewSettings(sensitivity=0.7)))
    return {
        "survey_first_s": first_s,
        "survey_again_s": again_s,
        "finds": len(survey.finds),
        "sensitivity_frames": _frames(photo, survey),
        **_tools(photo),
    }


def _frames(photo: Image, survey: Survey) -> dict[str, dict[str, float]]:
    """Milliseconds from another threshold to a painted canvas, by zoom."""
    from PySide6.QtCore import QCoreApplication

    from restorer.core.document import Document
    from restorer.ui.canvas import CanvasView

    canvas = CanvasView()
    canvas.resize(*_VIEW)
    canvas.show()
    canvas.set_document(Document(photo, "probe"))
    result: dict[str, dict[str, float]] = {}
    for name, zoom in (("fit", 0.0), ("100 %", 1.0), ("400 %", 4.0)):
        if zoom:
            canvas.zoom_to(zoom)
        else:
            canvas.fit()
        end = time.monotonic() + 2.0
        while time.monotonic() < end:
            QCoreApplication.processEvents()
        taken = []
        for frame in range(_FRAMES):
            began = time.perf_counter()
            canvas.set_finds(survey.levels, 60 + 3 * frame)
            canvas.repaint()
            taken.append((time.perf_counter() - began) * 1000)
        p95 = statistics.quantiles(taken, n=20)[-1]
        result[name] = {
            "median_ms": round(statistics.median(taken), 2),
            "p95_ms": round(p95, 2),
            "target_ms": _TARGET_MS,
        }
    canvas.close()
    return result


def _tools(photo: Image) -> dict[str, object]:
    """Seconds that the tools' own work takes, off the window's thread."""
    from restorer.core.marks import MarkMode, mark
    from restorer.core.mask import Mask
    from restorer.core.shapes import Ellipse
    from restorer.session.marking.operations import OPERATIONS
    from restorer.session.marking.ribbon import follow
    from restorer.session.marking.similar import Similarity, similar_pixels

    width, height = photo.width, photo.height
    mask = Mask.empty(width, height)
    short = [(width * 0.5 - 150.0, height * 0.5), (width * 0.5 + 150.0, height * 0.5)]
    long = [(10.0, height * 0.5), (width - 10.0, height * 0.5)]
    whole = Ellipse((0, 0), (width, height))
    ellipse_s, edit = _timed(lambda: mark(mask, whole, MarkMode.ADD))
    mask.swap(edit)
    return {
        "ribbon_300_px_s": _timed(lambda: follow(photo, short))[0],
        "ribbon_right_across_s": _timed(lambda: follow(photo, long))[0],
        "wand_small_s": _timed(lambda: similar_pixels(photo, width // 2, height // 2, Similarity(0.02)))[0],
        "wand_everywhere_s": _timed(lambda: similar_pixels(photo, 5, 5, Similarity(1.0)))[0],
        "ellipse_whole_s": ellipse_s,
        "grow_4_px_s": _timed(lambda: OPERATIONS["grow"].work(mask, 4))[0],
        "invert_s": _timed(lambda: OPERATIONS["invert"].work(mask, 0))[0],
    }


def _photo(megapixels: float) -> Image:
    """Grain with a bright scratch across the middle."""
    import numpy as np

    from restorer.core.image import Image

    side = round((megapixels * 1e6) ** 0.5)
    grain = np.random.default_rng(0).normal(110, 8, (512, 512)).clip(0, 255).astype(np.uint8)
    times = -(-side // 512)
    pixels = np.tile(grain, (times, times))[:side, :side].copy()
    pixels[side // 2 - 2 : side // 2 + 2] = 220
    return Image(pixels[:, :, None])


def _damage(photo: Image) -> DamageMap:
    """A few thousand marks of all classes, scattered."""
    import numpy as np

    from restorer.core.damage import DAMAGE_CLASSES, DamageMap

    planes = np.zeros((len(DAMAGE_CLASSES), photo.height, photo.width), np.uint8)
    rng = np.random.default_rng(1)
    for number in range(3000):
        x, y = int(rng.integers(photo.width - 90)), int(rng.integers(photo.height - 90))
        width, height = (80, 3) if number % 2 else (4, 4)
        planes[number % len(planes), y : y + height, x : x + width] = rng.integers(40, 255)
    return DamageMap(planes)


def _timed(work: Callable[[], T]) -> tuple[float, T]:
    began = time.perf_counter()
    result = work()
    return round(time.perf_counter() - began, 3), result


if __name__ == "__main__":
    sys.exit(main())
