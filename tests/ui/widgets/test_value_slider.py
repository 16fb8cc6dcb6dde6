from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget
from pytestqt.qtbot import QtBot
from ui.widgets.gestures import wheel

from restorer.ui.widgets import FieldLabel, ValueSlider


@pytest.fixture
def slider(qtbot: QtBot) -> ValueSlider:
    host = QWidget()
    qtbot.addWidget(host)
    slider = ValueSlider(0, 100, default=70, unit="%", name="Strength")
    row = QHBoxLayout(host)
    row.addWidget(slider)
    row.addWidget(QLineEdit())
    host.resize(400, 60)
    host.show()
    qtbot.waitExposed(host)
    host.activateWindow()
    slider._host = host  # type: ignore[attr-defined]  # owns the slider
    return slider


@pytest.fixture
def changes(slider: ValueSlider) -> QSignalSpy:
    return QSignalSpy(slider.value_changed)


def place(slider: ValueSlider, fraction: float) -> QPoint:
    groove = slider.slider
    return QPoint(round(8 + (groove.width() - 16) * fraction), groove.height() // 2)


def test_it_starts_at_its_default(slider: ValueSlider) -> None:
    assert slider.value() == 70
    assert slider.spin_box.text() == "70\u00a0%"


def test_setting_is_silent_and_clamps(slider: ValueSlider, changes: QSignalSpy) -> None:
    slider.set_value(1000)
    assert slider.value() == 100
    slider.set_value(-5)
    assert slider.value() == 0
    assert changes.count() == 0


def test_a_click_on_the_groove_goes_there(slider: ValueSlider, changes: QSignalSpy) -> None:
    QTest.mouseClick(slider.slider, Qt.MouseButton.LeftButton, pos=place(slider, 0.25))
    assert slider.value() == pytest.approx(25, abs=1)
    assert changes.count() == 1


def test_a_drag_past_the_end_stops_there(slider: ValueSlider) -> None:
    QTest.mousePress(slider.slider, Qt.MouseButton.LeftButton, pos=place(slider, 0.5))
    QTest.mouseMove(slider.slider, QPoint(slider.slider.width() + 80, 5))
    QTest.mouseRelease(slider.slider, Qt.MouseButton.LeftButton, pos=QPoint(slider.slider.width() + 80, 5))
    assert slider.value() == 100


def test_the_right_button_does_nothing(slider: ValueSlider, changes: QSignalSpy) -> None:
    QTest.mouseClick(slider.slider, Qt.MouseButton.RightButton, pos=place(slider, 0.1))
    assert changes.count() == 0


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        (Qt.Key.Key_Right, 71),
        (Qt.Key.Key_Up, 71),
        (Qt.Key.Key_Left, 69),
        (Qt.Key.Key_Down, 69),
        (Qt.Key.Key_PageUp, 80),
        (Qt.Key.Key_PageDown, 60),
        (Qt.Key.Key_Home, 0),
        (Qt.Key.Key_End, 100),
    ],
)
def test_keys(slider: ValueSlider, key: Qt.Key, expected: float) -> None:
    QTest.keyClick(slider.slider, key)
    assert slider.value() == expected


def test_the_number_moves_the_handle(slider: ValueSlider, changes: QSignalSpy) -> None:
    slider.spin_box.setValue(20)
    assert slider.slider.value() == 200
    assert changes.count() == 1
    assert changes.at(0) == [20.0]


def test_the_wheel_counts_only_with_focus(slider: ValueSlider, qtbot: QtBot) -> None:
    for part in (slider.slider, slider.spin_box):
        slider.set_value(70)
        slider.window().setFocus()
        part.clearFocus()
        assert not wheel(part, 1)
        assert slider.value() == 70
        part.setFocus()
        qtbot.waitUntil(part.hasFocus)
        assert wheel(part, 1)
        assert slider.value() == 71


def test_half_notches_add_up(slider: ValueSlider, qtbot: QtBot) -> None:
    slider.slider.setFocus()
    qtbot.waitUntil(slider.slider.hasFocus)
    wheel(slider.slider, 0.5)
    assert slider.value() == 70
    wheel(slider.slider, 0.5)
    assert slider.value() == 71


def test_a_double_click_on_the_label_resets(slider: ValueSlider, changes: QSignalSpy, qtbot: QtBot) -> None:
    label = FieldLabel("Strength", slider)
    qtbot.addWidget(label)
    slider.set_value(3)
    QTest.mouseDClick(label, Qt.MouseButton.LeftButton)
    assert slider.value() == 70
    assert changes.count() == 1
    QTest.mouseDClick(label, Qt.MouseButton.LeftButton)
    assert changes.count() == 1  # nothing to reset, nothing said


def test_delete_resets_by_keyboard(slider: ValueSlider) -> None:
    slider.set_value(3)
    QTest.keyClick(slider.slider, Qt.Key.Key_Delete)
    assert slider.value() == 70


def test_steps_are_kept(qtbot: QtBot) -> None:
    slider = ValueSlider(128, 2048, default=512, step=64)
    qtbot.addWidget(slider)
    slider.slider.dragged.emit(0.333)
    assert (slider.value() - 128) % 64 == 0


def test_a_logarithmic_slider_gives_small_sizes_room(qtbot: QtBot) -> None:
    slider = ValueSlider(1, 4000, default=24, unit="px", logarithmic=True)
    qtbot.addWidget(slider)
    slider.slider.dragged.emit(0.5)
    assert slider.value() == pytest.approx(4000**0.5, abs=1)
    slider.slider.dragged.emit(0.0)
    assert slider.value() == 1
    QTest.keyClick(slider.slider, Qt.Key.Key_Right)
    assert slider.value() == 2
    slider.set_value(1000)
    QTest.keyClick(slider.slider, Qt.Key.Key_Right)
    assert slider.value() == 1050
    slider.slider.dragged.emit(1.0)
    assert slider.value() == 4000


@pytest.mark.parametrize(("low", "high", "logarithmic"), [(5, 5, False), (7, 3, False), (0, 10, True)])
def test_an_impossible_range_is_refused(low: float, high: float, logarithmic: bool, qtbot: QtBot) -> None:
    with pytest.raises(ValueError, match="cannot run"):
        ValueSlider(low, high, default=low, logarithmic=logarithmic)


def test_screen_readers_hear_name_and_number(slider: ValueSlider) -> None:
    slider.set_value(42)
    assert slider.slider.accessibleName() == "Strength"
    assert slider.spin_box.accessibleName() == "Strength"
    assert slider.slider.accessibleDescription() == "42\u00a0%"


def test_assistive_technology_may_move_the_handle(slider: ValueSlider, changes: QSignalSpy) -> None:
    slider.slider.setValue(500)
    assert slider.value() == 50
    assert changes.count() == 1
