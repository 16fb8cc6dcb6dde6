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
from restorer.core.placement import Placement
from restorer.core.result import Reframed, TaskResult
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


def test_states_of_another_extent_are_shown_in_theirs(qtbot: QtBot, canvas: CanvasView, repaired: Document) -> None:
    frame = Placement.crop(Bounds(400, 350, 1000, 750), repaired.image.width, repaired.image.height)
    gray, white = (Image(np.full((400, 600, 3), value, np.uint8)) for value in (128, 250))
    canvas.zoom_to(1.0)
    middle = canvas.locate(QPointF(300, 200))
    canvas.set_compare("split")
    canvas.set_compare_images(gray, white, frame=frame, names=("Denoise", "Crop, on another branch"))
    settle(qtbot, canvas)
    assert canvas.zoom() == 1.0
    framed = canvas.locate(QPointF(300, 200))
    assert (framed.image_x + 400, framed.image_y + 350) == pytest.approx((middle.image_x, middle.image_y), abs=1)
    assert frame.source_bounds().contains(canvas.visible_bounds()), "in pixels of the photo as it is"
    line = round(canvas._scene.line(canvas._navigator.viewport, 1.0)[0])
    assert brightness(canvas, line - 60) == pytest.approx(128, abs=1)
    assert brightness(canvas, line + 60) == pytest.approx(250, abs=1)
    drag(canvas, [QPoint(400, 200), QPoint(420, 200)])
    assert repaired.mask.is_empty
    assert canvas.compares_others()
    QTest.keyClick(canvas, Qt.Key.Key_Y)
    settle(qtbot, canvas)
    assert not canvas.compares_others(), "leaving the comparison leaves the pair"
    back = canvas.locate(QPointF(300, 200))
    assert (back.image_x, back.image_y) == pytest.approx((middle.image_x, middle.image_y), abs=1)
    assert brightness(canvas, 300) < 20
    with pytest.raises(ValueError, match="compared"):
        canvas.set_compare_images(gray, None, frame=frame)


def test_a_new_extent_ends_a_comparison_in_another(qtbot: QtBot, canvas: CanvasView, repaired: Document) -> None:
    frame = Placement.crop(Bounds(300, 200, 900, 600), repaired.image.width, repaired.image.height)
    gray = Image(np.full((400, 600, 3), 128, np.uint8))
    canvas.set_compare("side")
    canvas.set_compare_images(gray, gray, frame=frame)
    placement = Placement.crop(Bounds(0, 0, 700, 1000), repaired.image.width, repaired.image.height)
    pixels = np.ascontiguousarray(placement.take(repaired.image.pixels))
    result = TaskResult((), reframed=Reframed(Image(pixels, repaired.image.color), placement))
    canvas.refresh(repaired.apply(repaired.state, Step("crop", 1), result, label="Crop"))
    settle(qtbot, canvas)
    viewport = canvas._navigator.viewport
    assert (viewport.image_width, viewport.image_height) == (700, 1000)
    assert not canvas.compares_others()
    assert canvas.compare() == "side"
