"""Looking around on the canvas: zooming, panning and where the pointer is."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from support.canvas import ALT, LEFT, MIDDLE, NONE, RIGHT, at, drag, held_mouse_is_at, seen, settle

from restorer.core.document import Document
from restorer.core.geometry import Bounds
from restorer.core.image import Image
from restorer.ui import theme
from restorer.ui.canvas import CanvasView


def test_hundred_percent_shows_the_very_pixels(qtbot: QtBot, canvas: CanvasView, noise: Image) -> None:
    canvas.zoom_to(1.0)
    settle(qtbot, canvas)
    viewport = canvas._navigator.viewport
    part = Bounds(-viewport.offset_x, -viewport.offset_y, 600 - viewport.offset_x, 400 - viewport.offset_y)
    assert np.array_equal(seen(canvas), noise.pixels[part.slices])


def test_fit_shows_all_and_survives_a_resize(qtbot: QtBot, canvas: CanvasView) -> None:
    assert canvas.is_fitted()
    assert canvas.visible_bounds() == Bounds(0, 0, 1400, 1100)
    zoom = canvas.zoom()
    canvas.resize(300, 200)
    qtbot.waitUntil(lambda: canvas.zoom() < zoom)
    assert canvas.visible_bounds() == Bounds(0, 0, 1400, 1100)


def test_the_surround_is_the_themes(canvas: CanvasView) -> None:
    surround = theme.tokens().color("canvas")
    assert tuple(seen(canvas)[2, 2]) == (surround.red(), surround.green(), surround.blue())


def test_wheel_zooms_at_the_pointer_and_tells(qtbot: QtBot, canvas: CanvasView) -> None:
    place = QPointF(210, 140)
    before = canvas.locate(place)
    event = QWheelEvent(
        place, canvas.mapToGlobal(place), QPoint(), QPoint(0, 240), Qt.MouseButton.NoButton, NONE,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    with qtbot.waitSignal(canvas.zoom_changed) as told:
        QApplication.sendEvent(canvas, event)
    assert told.args == [canvas.zoom()]
    after = canvas.locate(place)
    assert (after.image_x, after.image_y) == pytest.approx((before.image_x, before.image_y), abs=3)
    assert event.isAccepted()
    assert not canvas.is_fitted()


def test_zoom_commands(qtbot: QtBot, canvas: CanvasView) -> None:
    canvas.zoom_to(1.0)
    canvas.zoom_in()
    assert canvas.zoom() == 1.5
    canvas.zoom_out()
    canvas.zoom_out()
    assert canvas.zoom() == pytest.approx(2 / 3)
    canvas.fit()
    assert canvas.is_fitted()
    QTest.keyClick(canvas, Qt.Key.Key_Plus)
    assert not canvas.is_fitted()


@pytest.mark.parametrize("how", ["space", "middle", "tool"])
def test_dragging_the_photo(qtbot: QtBot, canvas: CanvasView, document: Document, how: str) -> None:
    canvas.zoom_to(1.0)
    before = canvas.visible_bounds()
    if how == "space":
        QTest.keyPress(canvas, Qt.Key.Key_Space)
        assert canvas.cursor().shape() == Qt.CursorShape.OpenHandCursor
    if how == "tool":
        canvas.set_tool("pan")
    drag(canvas, [QPoint(300, 200), QPoint(280, 190), QPoint(250, 180)], MIDDLE if how == "middle" else LEFT)
    if how == "space":
        QTest.keyRelease(canvas, Qt.Key.Key_Space)
        assert canvas.cursor().shape() == Qt.CursorShape.BlankCursor
    assert canvas.visible_bounds() == before.translate(50, 20)
    assert document.mask.is_empty


def test_arrow_keys_pan(canvas: CanvasView) -> None:
    canvas.zoom_to(1.0)
    before = canvas.visible_bounds()
    QTest.keyClick(canvas, Qt.Key.Key_Right)
    QTest.keyClick(canvas, Qt.Key.Key_Down)
    assert canvas.visible_bounds() == before.translate(64, 64)


def test_the_zoom_tool_steps_in_and_out(canvas: CanvasView, document: Document) -> None:
    canvas.set_tool("zoom")
    canvas.zoom_to(1.0)
    QTest.mouseClick(canvas, LEFT, NONE, QPoint(300, 200))
    assert canvas.zoom() == 1.5
    QTest.mouseClick(canvas, LEFT, ALT, QPoint(300, 200))
    QTest.mouseClick(canvas, RIGHT, NONE, QPoint(300, 200))
    assert canvas.zoom() == pytest.approx(2 / 3)
    assert document.mask.is_empty


def test_the_pointer_is_told_in_image_pixels(qtbot: QtBot, canvas: CanvasView) -> None:
    canvas.zoom_to(2.0)
    told: list[tuple[object, object]] = []
    canvas.pointer_moved.connect(lambda x, y: told.append((x, y)))
    held_mouse_is_at(canvas, *at(canvas, 700, 550).toTuple())
    assert told[-1] == (700, 550)
    canvas.fit()
    held_mouse_is_at(canvas, 3, 3)
    assert told[-1] == (None, None)
    held_mouse_is_at(canvas, 300, 200)
    QApplication.sendEvent(canvas, QEvent(QEvent.Type.Leave))
    assert told[-1] == (None, None)
