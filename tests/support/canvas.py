"""Hands and eyes for tests of the canvas: real mouse events in, what is on the screen out."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from restorer.core.geometry import Bounds
from restorer.ui.canvas import CanvasView
from restorer.ui.qimage import pixels_of

LEFT, RIGHT, MIDDLE = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton, Qt.MouseButton.MiddleButton
NONE, SHIFT, CTRL, ALT = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.AltModifier,
)
TILE = Bounds(600, 450, 700, 550)


def settle(qtbot: QtBot, canvas: CanvasView) -> None:
    """Waits until nothing is left to make for what the canvas shows."""
    canvas.repaint()
    qtbot.waitUntil(lambda: not canvas._has_work(), timeout=5000)


def seen(canvas: CanvasView) -> np.ndarray:
    """What is on screen now, without ring and plates being in the way of the middle."""
    return pixels_of(canvas.grab().toImage())


def at(canvas: CanvasView, x: float, y: float) -> QPoint:
    """Widget position of an image pixel's middle."""
    viewport = canvas._navigator.viewport
    view_x, view_y = viewport.to_view(x + 0.5, y + 0.5)
    return QPoint(int(view_x), int(view_y))


def drag(
    canvas: CanvasView,
    points: list[QPoint],
    button: Qt.MouseButton = LEFT,
    modifiers: Qt.KeyboardModifier = NONE,
    *,
    release: bool = True,
) -> None:
    """A drag with real events; QTest's own moves carry no buttons, which the canvas does not ask for."""
    QTest.mousePress(canvas, button, modifiers, points[0])
    for point in points[1:]:
        QTest.mouseMove(canvas, point)
    if release:
        QTest.mouseRelease(canvas, button, modifiers, points[-1])


def held_mouse_is_at(canvas: CanvasView, x: int, y: int) -> None:
    QTest.mouseMove(canvas, QPoint(x, y))
