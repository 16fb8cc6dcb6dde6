"""Before and after on the canvas: split, side by side, and the original while a key is held."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot
from support.canvas import SHIFT, drag, held_mouse_is_at, seen, settle

from restorer.core.document import Document
from restorer.core.geometry import Bounds
from restorer.core.image import Image, Patch
from restorer.core.result import TaskResult
from restorer.core.step import Step
from restorer.ui.canvas import CanvasView
from restorer.ui.qimage import pixels_of


@pytest.fixture
def repaired(qtbot: QtBot, canvas: CanvasView, document: Document) -> Document:
    """The whole photo turned dark by a step."""
    dark = Patch(document.image.bounds, np.full_like(document.image.pixels, 10))
    canvas.refresh(document.apply(document.state, Step("test", 1), TaskResult((dark,)), label="Darken"))
    settle(qtbot, canvas)
    return document


def brightness(canvas: CanvasView, x: int) -> float:
    """Of a column of the widget, away from badges and handle."""
    return float(seen(canvas)[250:330, x - 2 : x + 3].mean())


def test_split_shows_before_and_after(qtbot: QtBot, canvas: CanvasView, repaired: Document) -> None:
    with qtbot.waitSignal(canvas.compare_changed) as told:
        QTest.keyClick(canvas, Qt.Key.Key_Y)
    assert told.args == ["split"]
    settle(qtbot, canvas)
    assert brightness(canvas, 200) > 80
    assert brightness(canvas, 400) < 20
    with qtbot.waitSignal(canvas.compare_changed) as told:
        QTest.keyClick(canvas, Qt.Key.Key_Y)
    assert told.args == [None]
    assert brightness(canvas, 200) < 20


def test_the_split_line_is_dragged_and_moved_by_arrows(qtbot: QtBot, canvas: CanvasView, repaired: Document) -> None:
    canvas.set_compare("split")
    settle(qtbot, canvas)
    held_mouse_is_at(canvas, 300, 300)
    assert canvas.cursor().shape() == Qt.CursorShape.SplitHCursor
    with qtbot.waitSignal(canvas.split_moved):
        drag(canvas, [QPoint(301, 300), QPoint(350, 300), QPoint(450, 300)])
    assert repaired.mask.is_empty
    moved = canvas.split()
    assert moved > 0.75
    assert brightness(canvas, 400) > 80
    QTest.keyClick(canvas, Qt.Key.Key_Left)
    assert canvas.split() == pytest.approx(moved - 0.01)
    QTest.keyClick(canvas, Qt.Key.Key_Home)
    assert canvas.split() == 0.0
    QTest.keyClick(canvas, Qt.Key.Key_End)
    QTest.keyClick(canvas, Qt.Key.Key_Right)
    assert canvas.split() == 1.0


def test_moving_the_line_leaves_no_trace(qtbot: QtBot, canvas: CanvasView, repaired: Document) -> None:
    """What is on screen after partial repaints equals a full one."""
    canvas.set_compare("split")
    canvas.set_tool("pan")
    settle(qtbot, canvas)
    for split in (0.2, 0.7, 0.65, 0.0, 1.0, 0.4):
        canvas.set_split(split)
        qtbot.wait(1)
    partial = pixels_of(canvas.screen().grabWindow(canvas.winId()).toImage())
    canvas.repaint()
    whole = pixels_of(canvas.screen().grabWindow(canvas.winId()).toImage())
    assert np.array_equal(partial, whole)


def test_side_by_side_shows_the_same_part_twice(qtbot: QtBot, canvas: CanvasView, repaired: Document) -> None:
    QTest.keyClick(canvas, Qt.Key.Key_Y, SHIFT)
    assert canvas.compare() == "side"
    settle(qtbot, canvas)
    assert brightness(canvas, 150) > 80
    assert brightness(canvas, 450) < 20
    canvas.zoom_to(1.0)
    left, right = canvas.locate(QPointF(100, 100)), canvas.locate(QPointF(401, 100))
    assert (left.image_x, left.image_y) == pytest.approx((right.image_x, right.image_y), abs=2)


@pytest.mark.parametrize("key", [Qt.Key.Key_Tab, Qt.Key.Key_Backslash])
def test_holding_a_key_shows_the_original(
    qtbot: QtBot, canvas: CanvasView, repaired: Document, noise: Image, key: Qt.Key
) -> None:
    canvas.setFocus()
    canvas.zoom_to(1.0)
    settle(qtbot, canvas)
    QTest.keyPress(canvas, key)
    assert canvas.hasFocus()
    settle(qtbot, canvas)
    viewport = canvas._navigator.viewport
    part = Bounds(100 - viewport.offset_x, 100 - viewport.offset_y, 500 - viewport.offset_x, 300 - viewport.offset_y)
    assert np.array_equal(seen(canvas)[100:300, 100:500], noise.pixels[part.slices])
    QTest.keyRelease(canvas, key)
    assert brightness(canvas, 200) < 20


def test_the_original_is_not_left_on_when_the_focus_goes(qtbot: QtBot, canvas: CanvasView, repaired: Document) -> None:
    canvas.setFocus()
    QTest.keyPress(canvas, Qt.Key.Key_Tab)
    canvas.clearFocus()
    assert brightness(canvas, 200) < 20


def test_any_two_states_are_compared_and_not_painted_on(qtbot: QtBot, canvas: CanvasView, repaired: Document) -> None:
    gray = Image(np.full_like(repaired.image.pixels, 128))
    white = Image(np.full_like(repaired.image.pixels, 250))
    canvas.set_compare("split")
    canvas.set_compare_images(gray, white)
    settle(qtbot, canvas)
    assert brightness(canvas, 200) == pytest.approx(128, abs=1)
    assert brightness(canvas, 400) == pytest.approx(250, abs=1)
    drag(canvas, [QPoint(400, 200), QPoint(420, 200)])
    assert repaired.mask.is_empty
    canvas.set_reference(None)
    settle(qtbot, canvas)
    assert brightness(canvas, 400) < 20
    with pytest.raises(ValueError, match="compared"):
        canvas.set_reference(Image(np.zeros((3, 3, 3), np.uint8)))
