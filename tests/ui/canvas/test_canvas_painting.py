"""Strokes on the canvas: what they leave in the mask, in the history and on the screen."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot
from support.canvas import LEFT, NONE, RIGHT, SHIFT, TILE, at, drag, held_mouse_is_at, seen, settle

from restorer.core.brush import Brush, BrushMode
from restorer.core.document import Change, Document
from restorer.core.geometry import Bounds
from restorer.core.image import Patch
from restorer.core.result import TaskResult
from restorer.core.step import Step
from restorer.ui.canvas import CanvasView


def test_a_stroke_marks_the_mask_and_is_one_entry(qtbot: QtBot, canvas: CanvasView, document: Document) -> None:
    canvas.zoom_to(1.0)
    canvas.set_brush(Brush(11, 1.0))
    points = [at(canvas, x, 500) for x in (600, 640, 700)]
    with qtbot.waitSignal(canvas.stroke_committed) as told:
        drag(canvas, points)
    (change,) = told.args
    assert isinstance(change, Change)
    assert change.history
    assert len(document.history.entries) == 1
    assert (document.mask.plane[500, 600:700] == 255).all()
    occupied = document.mask.occupied()
    assert (occupied.left, occupied.right) == pytest.approx((595, 706), abs=2)
    assert not canvas.is_stroking()


def test_painting_tints_the_screen_at_once(qtbot: QtBot, canvas: CanvasView) -> None:
    canvas.zoom_to(1.0)
    canvas.set_brush(Brush(60, 1.0))
    settle(qtbot, canvas)
    before = seen(canvas).astype(int)
    drag(canvas, [at(canvas, 650, 500)], release=False)
    held_mouse_is_at(canvas, 5, 5)
    place = at(canvas, 640, 490)
    painted = seen(canvas)[place.y(), place.x()]
    azure = np.array([0x1E, 0x90, 0xFF])
    assert np.abs(painted - (before[place.y(), place.x()] * 0.4 + azure * 0.6)).max() <= 2


def test_a_dab_paints_only_its_own_rectangle(qtbot: QtBot, canvas: CanvasView, monkeypatch: pytest.MonkeyPatch) -> None:
    canvas.zoom_to(1.0)
    canvas.set_brush(Brush(20, 1.0))
    settle(qtbot, canvas)
    held_mouse_is_at(canvas, *at(canvas, 700, 550).toTuple())
    qtbot.wait(1)
    painted: list[Bounds] = []
    paint = CanvasView._paint_part
    monkeypatch.setattr(CanvasView, "_paint_part", lambda self, p, part: painted.append(part) or paint(self, p, part))
    QTest.mousePress(canvas, LEFT, NONE, at(canvas, 700, 550))
    qtbot.waitUntil(lambda: bool(painted))
    QTest.mouseRelease(canvas, LEFT, NONE, at(canvas, 700, 550))
    place = at(canvas, 700, 550)
    allowed = Bounds(place.x(), place.y(), place.x(), place.y()).pad(20)
    assert all(allowed.contains(part) for part in painted)


def test_a_click_is_a_dab_and_a_double_click_two(canvas: CanvasView, document: Document) -> None:
    canvas.zoom_to(4.0)
    canvas.set_brush(Brush(1.0, 1.0))
    QTest.mouseClick(canvas, LEFT, NONE, at(canvas, 700, 550))
    assert document.mask.occupied() == Bounds(700, 550, 701, 551)
    QTest.mouseDClick(canvas, LEFT, NONE, at(canvas, 710, 550))
    assert document.mask.plane[550, 710] == 255


def test_right_drag_erases(canvas: CanvasView, document: Document) -> None:
    canvas.zoom_to(1.0)
    canvas.set_brush(Brush(40, 1.0))
    points = [at(canvas, 600, 500), at(canvas, 700, 500)]
    drag(canvas, points)
    drag(canvas, points, RIGHT)
    assert document.mask.plane[500, 600:700].max() == 0
    assert [entry.label for entry in document.history.entries] == ["Brush stroke", "Eraser stroke"]
    assert canvas.brush().mode is BrushMode.ADD


def test_shift_click_joins_with_a_straight_line(canvas: CanvasView, document: Document) -> None:
    canvas.zoom_to(1.0)
    canvas.set_brush(Brush(9, 1.0))
    QTest.mouseClick(canvas, LEFT, NONE, at(canvas, 600, 450))
    QTest.mouseClick(canvas, LEFT, SHIFT, at(canvas, 700, 550))
    for step in range(0, 101, 10):
        assert document.mask.plane[450 + step, 600 + step] == 255
    QTest.mouseClick(canvas, LEFT, SHIFT, at(canvas, 700, 450))
    assert document.mask.plane[500, 700] == 255
    assert len(document.history.entries) == 3


def test_escape_takes_the_stroke_back(qtbot: QtBot, canvas: CanvasView, document: Document) -> None:
    canvas.zoom_to(1.0)
    settle(qtbot, canvas)
    canvas.set_tool("pan")
    before = seen(canvas)
    canvas.set_tool("brush")
    drag(canvas, [at(canvas, 600, 500), at(canvas, 700, 500)], release=False)
    assert canvas.is_stroking()
    QTest.keyClick(canvas, Qt.Key.Key_Escape)
    assert not canvas.is_stroking()
    assert document.mask.is_empty
    assert document.history.entries == ()
    QTest.mouseRelease(canvas, LEFT, NONE, at(canvas, 700, 500))
    assert document.history.entries == ()
    canvas.set_tool("pan")
    assert np.array_equal(seen(canvas), before)


def test_undo_and_redo_of_strokes_are_shown(qtbot: QtBot, canvas: CanvasView, document: Document) -> None:
    canvas.zoom_to(1.0)
    settle(qtbot, canvas)
    canvas.set_tool("pan")
    bare = seen(canvas)
    canvas.set_tool("brush")
    drag(canvas, [at(canvas, 600, 500), at(canvas, 700, 500)])
    canvas.set_tool("pan")
    marked = seen(canvas)
    assert not np.array_equal(marked, bare)
    canvas.refresh(document.undo())
    assert np.array_equal(seen(canvas), bare)
    canvas.refresh(document.redo())
    assert np.array_equal(seen(canvas), marked)


def test_a_change_in_mid_stroke_leaves_history_in_order(canvas: CanvasView, document: Document) -> None:
    """A job that ends while the person paints: what is painted so far and what follows are two entries."""
    canvas.zoom_to(1.0)
    canvas.set_brush(Brush(9, 1.0))
    drag(canvas, [at(canvas, 600, 500), at(canvas, 650, 500)], release=False)
    result = TaskResult((Patch(TILE, np.zeros((100, 100, 3), np.uint8)),))
    canvas.refresh(document.apply(document.state, Step("test", 1), result, label="Fill"))
    held_mouse_is_at(canvas, *at(canvas, 700, 500).toTuple())
    QTest.mouseRelease(canvas, LEFT, NONE, at(canvas, 700, 500))
    assert [entry.label for entry in document.history.entries] == ["Brush stroke", "Fill", "Brush stroke"]
    assert (document.mask.plane[500, 600:700] == 255).all()
    canvas.refresh(document.undo())
    assert (document.mask.plane[500, 600:650] == 255).all()
    assert document.mask.plane[500, 660:700].max() == 0


def test_a_large_stroke_is_seen_at_once_and_written_between_frames(
    qtbot: QtBot, canvas: CanvasView, document: Document
) -> None:
    canvas.zoom_to(0.45)
    canvas.set_brush(Brush(700, 1.0))
    settle(qtbot, canvas)
    before = seen(canvas).astype(int)
    places = [at(canvas, x, 500) for x in (300, 380, 460, 540)]
    timer = canvas._writer._timer
    timer.setInterval(60_000)
    QTest.mousePress(canvas, LEFT, NONE, places[0])
    canvas.repaint()
    for each in places[1:]:
        QTest.mouseMove(canvas, each)
    painter = canvas._pointing.brush_tool._stroke.painter
    assert painter.is_behind
    place = at(canvas, 780, 500)
    shown = seen(canvas)[place.y(), place.x()]
    assert np.abs(shown - (before[place.y(), place.x()] * 0.4 + np.array([0x1E, 0x90, 0xFF]) * 0.6)).max() <= 2
    assert painter.is_behind, "it is shown without being written"
    timer.setInterval(1)
    qtbot.waitUntil(lambda: not painter.is_behind)
    assert document.mask.plane[500, 860] == 255
    QTest.mouseRelease(canvas, LEFT, NONE, places[-1])
    assert len(document.history.entries) == 1
    document.undo()
    assert document.mask.is_empty


def test_after_a_large_erasing_stroke_the_screen_shows_the_mask_exactly(
    qtbot: QtBot, canvas: CanvasView, document: Document
) -> None:
    document.replace_mask(np.random.default_rng(1).integers(0, 256, (1100, 1400), np.uint8), "Noise")
    canvas.refresh(Change(mask=Bounds(0, 0, 1400, 1100)))
    canvas.zoom_to(0.3)
    canvas.set_brush(Brush(700, 0.6, BrushMode.SUBTRACT))
    settle(qtbot, canvas)
    places = [at(canvas, x, 500) for x in (300, 380, 460, 540)]
    QTest.mousePress(canvas, LEFT, NONE, places[0])
    canvas.repaint()
    for each in places[1:]:
        QTest.mouseMove(canvas, each)
    canvas.repaint()
    QTest.mouseRelease(canvas, LEFT, NONE, places[-1])
    held_mouse_is_at(canvas, 1, 1)
    after = seen(canvas)
    canvas.refresh(Change(mask=Bounds(0, 0, 1400, 1100)))
    assert np.array_equal(seen(canvas), after)
