"""The crop tool, with real events."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot
from support.canvas import CTRL, LEFT, NONE, SHIFT, at, drag, seen

from restorer.core.crop_frame import CropFrame
from restorer.core.geometry import Bounds
from restorer.core.placement import Placement
from restorer.ui.canvas import CanvasView
from restorer.ui.canvas.crop_overlay import size_text

BOX = Bounds(300, 200, 1100, 900)


@pytest.fixture
def cropping(canvas: CanvasView) -> CanvasView:
    canvas.set_tool("crop")
    canvas.set_crop(CropFrame.around(BOX, 1400, 1100, 0.0), Placement.identity(1400, 1100))
    return canvas


def frame(canvas: CanvasView) -> CropFrame:
    found = canvas.crop_frame()
    assert found is not None
    return found


def test_a_corner_is_pulled_and_the_opposite_one_stays(qtbot: QtBot, cropping: CanvasView) -> None:
    with qtbot.waitSignal(cropping.crop_changed):
        drag(cropping, [at(cropping, 1100, 900), at(cropping, 1000, 850), at(cropping, 950, 800)])
    box = frame(cropping).bounds()
    assert (box.left, box.top) == (300, 200)
    assert box.right == pytest.approx(950, abs=4)
    assert box.bottom == pytest.approx(800, abs=4)


def test_a_side_is_pulled_alone(cropping: CanvasView) -> None:
    drag(cropping, [at(cropping, 300, 500), at(cropping, 400, 560)])
    box = frame(cropping).bounds()
    assert box.left == pytest.approx(400, abs=4)
    assert (box.top, box.right, box.bottom) == (200, 1100, 900)


def test_inside_moves_and_stops_at_the_edge(cropping: CanvasView) -> None:
    drag(cropping, [at(cropping, 700, 500), at(cropping, 600, 450), at(cropping, -3000, 450)])
    box = frame(cropping).bounds()
    assert box.left == 0
    assert (box.width, box.height) == (800, 700)


def test_outside_turns_the_frame_with_the_pointer(cropping: CanvasView) -> None:
    drag(cropping, [at(cropping, 1300, 550), at(cropping, 1295, 600)])
    assert frame(cropping).degrees < -2, "down at the right is clockwise, so the photo goes the other way"
    assert frame(cropping).degrees == pytest.approx(round(frame(cropping).degrees, 1))
    drag(cropping, [at(cropping, 1300, 550), at(cropping, 1290, 480)], modifiers=SHIFT)
    assert frame(cropping).degrees % 5 == pytest.approx(0, abs=1e-6)


def test_escape_takes_a_drag_back_first_and_then_leaves(qtbot: QtBot, cropping: CanvasView) -> None:
    before = frame(cropping)
    drag(cropping, [at(cropping, 1100, 900), at(cropping, 950, 800)], release=False)
    assert frame(cropping) != before
    QTest.keyClick(cropping, Qt.Key.Key_Escape)
    assert frame(cropping) == before
    QTest.mouseRelease(cropping, LEFT, NONE, at(cropping, 950, 800))
    assert frame(cropping) == before
    with qtbot.waitSignal(cropping.crop_abandoned):
        QTest.keyClick(cropping, Qt.Key.Key_Escape)


def test_enter_and_a_double_click_confirm(qtbot: QtBot, cropping: CanvasView) -> None:
    with qtbot.waitSignal(cropping.crop_confirmed):
        QTest.keyClick(cropping, Qt.Key.Key_Return)
    with qtbot.waitSignal(cropping.crop_confirmed):
        QTest.mouseDClick(cropping, LEFT, NONE, at(cropping, 700, 500))


def test_what_goes_is_shaded_and_what_stays_is_not(canvas: CanvasView) -> None:
    plain = seen(canvas).astype(int)
    canvas.set_tool("crop")
    canvas.set_crop(CropFrame.around(BOX, 1400, 1100, 0.0), Placement.identity(1400, 1100))
    shown = seen(canvas).astype(int)
    inside, outside = at(canvas, 650, 400), at(canvas, 100, 100)
    near = slice(inside.y() - 4, inside.y() + 4), slice(inside.x() - 4, inside.x() + 4)
    far = slice(outside.y() - 4, outside.y() + 4), slice(outside.x() - 4, outside.x() + 4)
    assert np.array_equal(shown[near], plain[near])
    assert shown[far].mean() < plain[far].mean() * 0.5
    canvas.set_crop(None)
    assert np.array_equal(seen(canvas)[far], plain[far])


def test_the_pointer_says_what_a_press_would_do(cropping: CanvasView) -> None:
    shapes = []
    for x, y in ((1100, 900), (1100, 200), (1100, 550), (700, 200), (700, 500)):
        QTest.mouseMove(cropping, at(cropping, x, y) + QPoint(1, 0))
        shapes.append(cropping.cursor().shape())
    assert shapes == [
        Qt.CursorShape.SizeFDiagCursor,
        Qt.CursorShape.SizeBDiagCursor,
        Qt.CursorShape.SizeHorCursor,
        Qt.CursorShape.SizeVerCursor,
        Qt.CursorShape.SizeAllCursor,
    ]


def test_a_turned_photo_is_cropped_as_it_will_lie(cropping: CanvasView) -> None:
    """The frame is counted in the turned photo and drawn where that lies on the one shown."""
    cropping.set_crop(CropFrame.around(Bounds(100, 100, 500, 900), 1100, 1400, 0.0), Placement.turned(1, 1400, 1100))
    # Its top right corner is at (500, 100) there, which is (100, 599) in the photo shown.
    drag(cropping, [at(cropping, 100, 599), at(cropping, 200, 500)])
    box = frame(cropping).bounds()
    assert (box.left, box.bottom) == (100, 900)
    assert box.right == pytest.approx(600, abs=5)
    assert box.top == pytest.approx(200, abs=5)


def test_size_and_angle_in_words() -> None:
    assert size_text(CropFrame.around(Bounds(0, 0, 300, 200), 400, 300, 0.0)) == "300 × 200 px"
    assert size_text(CropFrame.around(Bounds(50, 50, 350, 250), 400, 300, 2.5)).endswith("px, 2.5°")


@pytest.mark.parametrize(
    ("end", "degrees"), [((1100, 570), -9.9), ((1100, 430), 9.9), ((300, 430), -9.9), ((770, 900), 9.9)]
)
def test_a_line_drawn_with_ctrl_becomes_level_or_upright(cropping: CanvasView, end: QPoint, degrees: float) -> None:
    """Even where it begins on a handle or inside of the frame."""
    drag(cropping, [at(cropping, 700, 500), at(cropping, 720, 520), at(cropping, *end)], modifiers=CTRL)
    assert frame(cropping).degrees == pytest.approx(degrees, abs=0.5)
    assert frame(cropping).center == (700, 550), "it turns about its middle"
    assert cropping._pointing.outline() is None


def test_a_line_is_seen_while_it_is_drawn_and_can_be_taken_back(cropping: CanvasView) -> None:
    before = seen(cropping).astype(int)
    QTest.mousePress(cropping, LEFT, CTRL, at(cropping, 400, 500))
    QTest.mouseMove(cropping, at(cropping, 405, 500))
    assert frame(cropping).degrees == 0.0, "too short to say anything"
    QTest.mouseMove(cropping, at(cropping, 900, 560))
    outline = cropping._pointing.outline()
    assert outline is not None
    (line,) = outline.lines
    assert line[1] == pytest.approx((900.5, 560.5), abs=4)
    assert frame(cropping).degrees < -5
    assert np.abs(seen(cropping).astype(int) - before).max() > 100
    cropping._pointing.cancel()
    assert frame(cropping).degrees == 0.0
    assert cropping._pointing.outline() is None


def test_a_line_over_a_turned_photo_counts_as_it_is_seen(cropping: CanvasView) -> None:
    cropping.set_crop(CropFrame.largest(1100, 1400), Placement.turned(1, 1400, 1100))
    drag(cropping, [at(cropping, 300, 500), at(cropping, 300, 500), at(cropping, 1100, 570)], modifiers=CTRL)
    assert frame(cropping).degrees == pytest.approx(-5.0, abs=0.5), "a quarter turn changes nothing about level"
