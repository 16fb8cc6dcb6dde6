"""One image pixel is one device pixel at every ratio, wherever in its window the canvas lies."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

_SCRIPT = """
import math, sys
import numpy as np
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QHBoxLayout, QWidget

QGuiApplication.setHighDpiScaleFactorRoundingPolicy(Qt.HighDpiScaleFactorRoundingPolicy.PassThrough)
app = QApplication(sys.argv)
from restorer.core.brush import Brush
from restorer.core.document import Document
from restorer.core.image import Image
from restorer.ui import theme
from restorer.ui.canvas import CanvasView
from restorer.ui.qimage import pixels_of

theme.motion_ms = lambda duration: 0
window, canvas = QWidget(), CanvasView()
layout = QHBoxLayout(window)
layout.setContentsMargins(45, 37, 9, 5)  # whole numbers that no fractional ratio keeps whole
layout.addWidget(canvas)
window.resize(407, 303)
window.show()
noise = Image(np.random.default_rng(1).integers(0, 256, (900, 1200, 3), np.uint8))
canvas.set_document(Document(noise, "noise"))

def screen():
    while True:
        app.processEvents()
        if not canvas._has_work():
            break
    QTest.qWait(25)  # Qt holds an update back for some milliseconds
    # Of a scaled window the offscreen platform hands out the upper left part.
    return pixels_of(window.screen().grabWindow(window.winId()).toImage())

ratio = canvas.devicePixelRatioF()
corner = canvas.mapTo(window, QPoint(0, 0))
left, top = math.ceil(corner.x() * ratio - 1e-6), math.ceil(corner.y() * ratio - 1e-6)
right, bottom = math.floor((corner.x() + canvas.width()) * ratio), math.floor((corner.y() + canvas.height()) * ratio)
for zoom in (1.0, 5.0):
    canvas.zoom_to(zoom)
    seen = screen()[top:bottom, left:right]
    viewport = canvas._navigator.viewport
    rows = np.floor((np.arange(seen.shape[0]) - viewport.offset_y + 0.5) / zoom).astype(int)
    columns = np.floor((np.arange(seen.shape[1]) - viewport.offset_x + 0.5) / zoom).astype(int)
    assert np.array_equal(seen, noise.pixels[np.ix_(rows, columns)]), zoom

canvas.set_brush(Brush(41.0, 0.5))
for start, end in (((60, 50), (200, 120)), ((150, 30), (90, 170))):
    QTest.mousePress(canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(*start))
    QTest.mouseMove(canvas, QPoint(*end))
    app.processEvents()
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(*end))
    QTest.mouseMove(canvas, QPoint(170, 60))
piecewise = screen()
canvas.update()
assert np.array_equal(piecewise, screen()), "parts painted one by one make the same picture"
print(ratio)
"""


@pytest.mark.parametrize("ratio", [1.0, 1.25, 1.5, 2.0])
def test_pixels_are_exact(ratio: float) -> None:
    environment = {**os.environ, "QT_SCALE_FACTOR": str(ratio), "QT_QPA_PLATFORM": "offscreen"}
    ran = subprocess.run(
        [sys.executable, "-c", _SCRIPT], capture_output=True, text=True, env=environment, timeout=60, check=False
    )
    assert ran.returncode == 0, ran.stderr
    assert float(ran.stdout) == ratio
