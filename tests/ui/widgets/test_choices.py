"""Segments, combo boxes and check boxes."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QSignalSpy, QTest
from pytestqt.qtbot import QtBot
from ui.widgets.gestures import wheel

from restorer.ui.widgets import CheckBox, ComboBox, Option, Segmented

GREY = QImage.Format.Format_Grayscale8


class TestSegmented:
    @pytest.fixture
    def segments(self, qtbot: QtBot) -> Segmented:
        segments = Segmented([Option("1", "1"), Option("3", "3"), Option("5", "5")], default="3", name="Variants")
        qtbot.addWidget(segments)
        segments.show()
        qtbot.waitExposed(segments)
        segments.activateWindow()
        return segments

    def test_setting_is_silent(self, segments: Segmented) -> None:
        spy = QSignalSpy(segments.current_changed)
        segments.set_current("5")
        assert segments.current() == "5"
        assert spy.count() == 0

    def test_a_click_chooses(self, segments: Segmented) -> None:
        spy = QSignalSpy(segments.current_changed)
        QTest.mouseClick(segments._segments["1"], Qt.MouseButton.LeftButton)
        assert segments.current() == "1"
        assert [spy.at(0)[0]] == ["1"]
        QTest.mouseClick(segments._segments["1"], Qt.MouseButton.LeftButton)
        assert spy.count() == 1

    def test_arrow_keys_move_the_choice(self, segments: Segmented, qtbot: QtBot) -> None:
        segments._segments["3"].setFocus()
        qtbot.waitUntil(segments._segments["3"].hasFocus)
        QTest.keyClick(segments._segments["3"], Qt.Key.Key_Right)
        assert segments.current() == "5"

    def test_reset_goes_back_to_the_default(self, segments: Segmented) -> None:
        segments.set_current("1")
        spy = QSignalSpy(segments.current_changed)
        segments.reset()
        assert segments.current() == "3"
        assert spy.count() == 1

    def test_choosing_moves_nothing(self, segments: Segmented) -> None:
        before = [segment.geometry() for segment in segments._segments.values()]
        segments.set_current("5")
        assert [segment.geometry() for segment in segments._segments.values()] == before

    def test_what_is_not_offered_is_refused(self, segments: Segmented) -> None:
        with pytest.raises(ValueError, match="'9'"):
            segments.set_current("9")

    def test_no_options_are_refused(self, qtbot: QtBot) -> None:
        with pytest.raises(ValueError, match="options"):
            Segmented([])


class TestComboBox:
    @pytest.fixture
    def box(self, qtbot: QtBot) -> ComboBox:
        box = ComboBox("Model")
        qtbot.addWidget(box)
        box.set_choices([("a", "Alpha"), ("b", "Beta")], default="b")
        box.show()
        qtbot.waitExposed(box)
        box.activateWindow()
        return box

    def test_the_default_is_chosen_first(self, box: ComboBox) -> None:
        assert box.current_id() == "b"

    def test_keys_choose_and_say_so(self, box: ComboBox) -> None:
        spy = QSignalSpy(box.chosen)
        QTest.keyClick(box, Qt.Key.Key_Up)
        assert box.current_id() == "a"
        assert spy.at(0) == ["a"]

    def test_setting_is_silent(self, box: ComboBox) -> None:
        spy = QSignalSpy(box.chosen)
        box.select("a")
        assert box.current_id() == "a"
        assert spy.count() == 0

    def test_a_choice_survives_new_choices_where_it_can(self, box: ComboBox) -> None:
        box.select("a")
        box.set_choices([("c", "Gamma"), ("a", "Alpha 2")])
        assert box.current_id() == "a"
        box.set_choices([("c", "Gamma"), ("d", "Delta")])
        assert box.current_id() == "c"
        box.set_choices([])
        assert box.current_id() == ""

    def test_the_popup_goes_by_the_same_name(self, box: ComboBox) -> None:
        box.showPopup()
        assert box.view().accessibleName() == "Model"
        box.hidePopup()

    def test_reset(self, box: ComboBox) -> None:
        box.select("a")
        spy = QSignalSpy(box.chosen)
        box.reset()
        box.reset()
        assert box.current_id() == "b"
        assert spy.count() == 1

    def test_what_is_not_offered_is_refused(self, box: ComboBox) -> None:
        with pytest.raises(ValueError, match="'z'"):
            box.select("z")

    def test_the_wheel_counts_only_with_focus(self, box: ComboBox, qtbot: QtBot) -> None:
        box.clearFocus()
        assert not wheel(box, 1)
        assert box.current_id() == "b"
        box.setFocus()
        qtbot.waitUntil(box.hasFocus)
        wheel(box, 1)
        assert box.current_id() == "a"


class TestCheckBox:
    @pytest.fixture
    def box(self, qtbot: QtBot) -> CheckBox:
        box = CheckBox("Match grain")
        qtbot.addWidget(box)
        box.resize(200, 24)
        box.show()
        return box

    @pytest.mark.parametrize("x", [8, 60])
    def test_box_and_label_toggle(self, box: CheckBox, x: int) -> None:
        QTest.mouseClick(box, Qt.MouseButton.LeftButton, pos=QPoint(x, 12))
        assert box.isChecked()

    def test_space_toggles(self, box: CheckBox) -> None:
        QTest.keyClick(box, Qt.Key.Key_Space)
        assert box.isChecked()

    def test_the_state_shows_without_colour(self, box: CheckBox) -> None:
        """In grey the tick still tells the two apart."""
        off = box.grab().toImage().convertToFormat(GREY)
        box.setChecked(True)
        on = box.grab().toImage().convertToFormat(GREY)
        differing = sum(off.pixelColor(x, y) != on.pixelColor(x, y) for x in range(16) for y in range(24))
        assert differing > 20
