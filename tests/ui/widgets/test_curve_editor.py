"""The curve editor, with real events."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from restorer.core.errors import InputError
from restorer.ui.qimage import pixels_of
from restorer.ui.widgets.curve_editor import CurveEditor

LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
NONE = Qt.KeyboardModifier.NoModifier


@pytest.fixture
def editor(qtbot: QtBot) -> CurveEditor:
    widget = CurveEditor("Curve")
    qtbot.addWidget(widget)
    widget.resize(240, 168)
    with qtbot.waitExposed(widget):
        widget.show()
    return widget


def place(editor: CurveEditor, x: float, y: float) -> QPoint:
    return editor._to_widget((x, y)).toPoint()


def pull(editor: CurveEditor, start: tuple[float, float], end: tuple[float, float]) -> None:
    QTest.mousePress(editor, LEFT, NONE, place(editor, *start))
    QTest.mouseMove(editor, place(editor, *end))
    QTest.mouseRelease(editor, LEFT, NONE, place(editor, *end))


def near(point: tuple[float, float], x: float, y: float) -> bool:
    return abs(point[0] - x) < 1.5 and abs(point[1] - y) < 1.5


def test_a_new_curve_is_straight_and_empty(editor: CurveEditor) -> None:
    assert editor.value() == ""
    assert editor.points() == ((0.0, 0.0), (100.0, 100.0))


def test_a_click_adds_a_point_and_pulling_bends_the_curve(editor: CurveEditor, qtbot: QtBot) -> None:
    with qtbot.waitSignal(editor.value_changed):
        pull(editor, (50, 50), (50, 70))
    assert len(editor.points()) == 3
    assert near(editor.points()[1], 50, 70)
    again = CurveEditor("Other")
    qtbot.addWidget(again)
    again.set_value(editor.value())
    assert again.points() == editor.points()


def test_ends_move_along_their_sides_and_points_do_not_pass_each_other(editor: CurveEditor) -> None:
    editor.set_value("0:0,40:40,100:90")
    pull(editor, (0, 0), (20, 10))
    assert near(editor.points()[0], 20, 10)
    pull(editor, (40, 40), (5, 60))
    assert editor.points()[1][0] == pytest.approx(editor.points()[0][0] + 0.5, abs=0.11)


@pytest.mark.parametrize("way", ["pulled out", "right button", "double click", "key"])
def test_a_point_goes(editor: CurveEditor, way: str) -> None:
    editor.set_value("0:0,50:70,100:100")
    at = place(editor, 50, 70)
    if way == "pulled out":
        QTest.mousePress(editor, LEFT, NONE, at)
        QTest.mouseMove(editor, at - QPoint(0, 200))
        QTest.mouseRelease(editor, LEFT, NONE, at - QPoint(0, 200))
    elif way == "right button":
        QTest.mouseClick(editor, RIGHT, NONE, at)
    elif way == "double click":
        QTest.mouseDClick(editor, LEFT, NONE, at)
    else:
        QTest.mouseClick(editor, LEFT, NONE, at)
        QTest.keyClick(editor, Qt.Key.Key_Delete)
    assert editor.points() == ((0.0, 0.0), (100.0, 100.0))
    QTest.mouseClick(editor, RIGHT, NONE, place(editor, 0, 0))
    assert len(editor.points()) == 2, "the ends stay"


def test_it_goes_by_keyboard_alone(editor: CurveEditor) -> None:
    editor.setFocus()
    QTest.keyClick(editor, Qt.Key.Key_Insert)
    for _ in range(10):
        QTest.keyClick(editor, Qt.Key.Key_Up)
    assert near(editor.points()[1], 50, 60)
    assert "becomes" in editor.accessibleDescription()
    QTest.keyClick(editor, Qt.Key.Key_PageDown)
    QTest.keyClick(editor, Qt.Key.Key_Down)
    assert near(editor.points()[2], 100, 99)


def test_showing_a_value_is_no_change_of_the_person(editor: CurveEditor, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(editor.value_changed):
        editor.set_value("0:10,100:90")
    with pytest.raises(InputError):
        editor.set_value("nonsense")
    assert editor.value() == "0:10,100:90"


def test_the_line_goes_through_its_points(editor: CurveEditor) -> None:
    editor.set_value("0:0,50:80,100:100")
    editor.set_histogram([1.0] * 256)
    picture = pixels_of(editor.grab().toImage())
    plain = CurveEditor("Plain")
    plain.resize(editor.size())
    where = editor._to_widget((50, 80)) - QPointF(0, 0)
    assert abs(int(picture[round(where.y()), round(where.x())].mean()) - int(picture[20, 20].mean())) > 60
    plain.deleteLater()
