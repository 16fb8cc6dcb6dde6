"""What the canvas lays over the photo: the mask's overlays and the plates."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot
from support.canvas import at, drag, seen, settle

from restorer.core.brush import Brush
from restorer.core.geometry import Bounds
from restorer.core.image import Image
from restorer.ui.canvas import CanvasView


def test_q_cycles_the_overlay(qtbot: QtBot, canvas: CanvasView) -> None:
    told: list[str] = []
    canvas.overlay_changed.connect(told.append)
    for _ in range(4):
        QTest.keyClick(canvas, Qt.Key.Key_Q)
    assert told == ["outline", "matte", "off", "tint"]


def test_every_overlay_looks_different(qtbot: QtBot, canvas: CanvasView, noise: Image) -> None:
    canvas.zoom_to(1.0)
    canvas.set_brush(Brush(60, 1.0))
    drag(canvas, [at(canvas, 650, 500), at(canvas, 750, 520)])
    canvas.set_tool("pan")
    pictures = {}
    for overlay in ("tint", "outline", "matte", "off"):
        canvas.set_overlay(overlay)
        assert canvas.overlay() == overlay
        settle(qtbot, canvas)
        pictures[overlay] = seen(canvas)
    for name, picture in pictures.items():
        assert all(name == other or not np.array_equal(picture, pictures[other]) for other in pictures)
    viewport = canvas._navigator.viewport
    part = Bounds(-viewport.offset_x, -viewport.offset_y, 600 - viewport.offset_x, 400 - viewport.offset_y)
    assert np.array_equal(pictures["off"], noise.pixels[part.slices])
    assert set(np.unique(pictures["matte"])) <= set(range(256))
    assert (pictures["matte"] == 0).mean() > 0.9


def test_plates_are_painted_and_taken_away(canvas: CanvasView) -> None:
    bare = seen(canvas)
    canvas.set_hud_left([("\\", "original"), ("Y", "split")])
    canvas.set_hud_right("0:14 left", "Esc", "Cancel")
    plates = (seen(canvas) != bare).any(axis=2)
    rows, columns = np.nonzero(plates)
    assert rows.min() >= 400 - 12 - 28
    assert columns.min() == 12
    assert columns.max() == 600 - 13
    canvas.set_hud_left([])
    canvas.set_hud_right()
    assert np.array_equal(seen(canvas), bare)
