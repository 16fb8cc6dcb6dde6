"""Changing the brush from the canvas: adding or taking away, its size and its hardness."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot
from support.canvas import ALT, LEFT, NONE, RIGHT, SHIFT, at, drag

from restorer.core.brush import Brush, BrushMode
from restorer.core.document import Document
from restorer.ui.canvas import CanvasView


def test_the_eraser_takes_away_and_x_goes_back_to_the_brush(
    qtbot: QtBot, canvas: CanvasView, document: Document
) -> None:
    canvas.zoom_to(1.0)
    canvas.set_brush(Brush(40, 1.0))
    drag(canvas, [at(canvas, 600, 500), at(canvas, 700, 500)])
    canvas.set_tool("eraser")
    drag(canvas, [at(canvas, 600, 500), at(canvas, 700, 500)])
    assert document.mask.plane[500, 600:700].max() == 0
    with qtbot.waitSignal(canvas.tool_changed) as told:
        QTest.keyClick(canvas, Qt.Key.Key_X)
    assert told.args == ["brush"]
    assert canvas.brush().mode is BrushMode.ADD


def test_x_swaps_adding_and_taking_away(qtbot: QtBot, canvas: CanvasView) -> None:
    with qtbot.waitSignal(canvas.brush_changed):
        QTest.keyClick(canvas, Qt.Key.Key_X)
    assert canvas.brush().mode is BrushMode.SUBTRACT
    QTest.keyClick(canvas, Qt.Key.Key_X)
    assert canvas.brush().mode is BrushMode.ADD


def test_shift_drag_resizes_and_paints_nothing(qtbot: QtBot, canvas: CanvasView, document: Document) -> None:
    canvas.set_brush(Brush(20, 0.5))
    with qtbot.waitSignal(canvas.brush_changed):
        drag(canvas, [QPoint(200, 200), QPoint(260, 200), QPoint(320, 180)], LEFT, SHIFT)
    assert canvas.brush().size_px == pytest.approx(40)
    assert canvas.brush().hardness == 0.5
    assert document.mask.is_empty


def test_alt_right_drag_resizes_and_hardens(canvas: CanvasView, document: Document) -> None:
    canvas.set_brush(Brush(20, 0.5))
    drag(canvas, [QPoint(200, 200), QPoint(140, 180), QPoint(80, 150)], RIGHT, ALT)
    assert canvas.brush().size_px == pytest.approx(10)
    assert canvas.brush().hardness == pytest.approx(0.75)
    assert document.mask.is_empty


@pytest.mark.parametrize(
    ("key", "modifiers", "size", "hardness"),
    [
        (Qt.Key.Key_BracketRight, NONE, 115.0, 0.5),
        (Qt.Key.Key_BracketLeft, NONE, 100 / 1.15, 0.5),
        (Qt.Key.Key_BracketRight, SHIFT, 100.0, 0.6),
        (Qt.Key.Key_BracketLeft, SHIFT, 100.0, 0.4),
    ],
)
def test_brackets(
    canvas: CanvasView, key: Qt.Key, modifiers: Qt.KeyboardModifier, size: float, hardness: float
) -> None:
    canvas.set_brush(Brush(100.0, 0.5))
    QTest.keyClick(canvas, key, modifiers)
    assert (canvas.brush().size_px, canvas.brush().hardness) == pytest.approx((size, hardness))


def test_brackets_reach_the_smallest_brush_and_leave_it(canvas: CanvasView) -> None:
    canvas.set_brush(Brush(5.0, 0.0))
    for _ in range(9):
        QTest.keyClick(canvas, Qt.Key.Key_BracketLeft)
    assert canvas.brush().size_px == 1.0
    QTest.keyClick(canvas, Qt.Key.Key_BracketRight)
    assert canvas.brush().size_px == 2.0
    QTest.keyClick(canvas, Qt.Key.Key_BracketLeft, SHIFT)
    assert canvas.brush().hardness == 0.0
