"""Section headers, folding panels and the splitter they stand in."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from restorer.ui.tokens import DARK, HEADER_H
from restorer.ui.widgets import FoldingPanel, IconButton, SectionHeader, Splitter, slide


class TestSectionHeader:
    @pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space])
    def test_keys_toggle(self, qtbot: QtBot, key: Qt.Key) -> None:
        header = SectionHeader("Inpaint")
        qtbot.addWidget(header)
        spy = QSignalSpy(header.toggled)
        QTest.keyClick(header, key)
        assert header.isChecked()
        QTest.keyClick(header, key)
        assert not header.isChecked()
        assert spy.count() == 2

    def test_left_and_right_close_and_open(self, qtbot: QtBot) -> None:
        header = SectionHeader("Inpaint")
        qtbot.addWidget(header)
        QTest.keyClick(header, Qt.Key.Key_Right)
        QTest.keyClick(header, Qt.Key.Key_Right)
        assert header.isChecked()
        QTest.keyClick(header, Qt.Key.Key_Left)
        assert not header.isChecked()

    def test_up_and_down_move_between_headers(self, qtbot: QtBot) -> None:
        host = QWidget()
        qtbot.addWidget(host)
        layout = QVBoxLayout(host)
        first, hidden, last = (SectionHeader(title) for title in ("One", "Two", "Three"))
        for header in (first, hidden, last):
            layout.addWidget(header)
        hidden.hide()
        host.show()
        qtbot.waitExposed(host)
        host.activateWindow()
        first.setFocus()
        qtbot.waitUntil(first.hasFocus)
        QTest.keyClick(first, Qt.Key.Key_Down)
        assert last.hasFocus()
        QTest.keyClick(last, Qt.Key.Key_Down)
        assert last.hasFocus()
        QTest.keyClick(last, Qt.Key.Key_Up)
        assert first.hasFocus()

    def test_screen_readers_hear_name_promise_and_state(self, qtbot: QtBot) -> None:
        header = SectionHeader("Inpaint", fidelity=2, word="Repair")
        qtbot.addWidget(header)
        assert header.accessibleName() == "Inpaint, Repair"
        assert header.accessibleDescription() == "Collapsed"
        header.setChecked(True)
        assert header.accessibleDescription() == "Expanded"

    def test_the_note_shows(self, qtbot: QtBot) -> None:
        header = SectionHeader("Advanced", quiet=True)
        qtbot.addWidget(header)
        header.resize(300, 28)
        before = header.grab().toImage()
        header.set_note("seed, tile size")
        assert header.note() == "seed, tile size"
        assert header.grab().toImage() != before


class TestSlide:
    def test_it_ends_open_and_unbounded(self, qtbot: QtBot) -> None:
        host = QWidget()
        qtbot.addWidget(host)
        layout = QVBoxLayout(host)
        body = QLabel("body")
        layout.addWidget(body)
        layout.addStretch(1)
        body.hide()
        host.show()
        qtbot.waitExposed(host)
        slide(body, opening=True)
        assert body.isVisible()
        qtbot.waitUntil(lambda: body.maximumHeight() > 10_000)
        slide(body, opening=False)
        qtbot.waitUntil(body.isHidden)

    def test_a_change_of_mind_wins(self, qtbot: QtBot) -> None:
        host = QWidget()
        qtbot.addWidget(host)
        body = QLabel("body")
        QVBoxLayout(host).addWidget(body)
        host.show()
        qtbot.waitExposed(host)
        slide(body, opening=False)
        slide(body, opening=True)
        qtbot.waitUntil(lambda: body.maximumHeight() > 10_000)
        assert body.isVisible()

    def test_what_nobody_sees_changes_at_once(self, qtbot: QtBot) -> None:
        host = QWidget()
        qtbot.addWidget(host)
        body = QLabel("body", host)
        slide(body, opening=False)
        assert body.isHidden()
        slide(body, opening=True)
        assert not body.isHidden()


class Stack:
    """A tall splitter with three folding panels, the first of which stretches."""

    def __init__(self, qtbot: QtBot) -> None:
        self.splitter = Splitter(Qt.Orientation.Vertical)
        qtbot.addWidget(self.splitter)
        self.panels = []
        for title in ("Tasks", "History", "Jobs"):
            panel = FoldingPanel(title)
            panel.set_body(QLabel(title))
            self.splitter.addWidget(panel)
            self.panels.append(panel)
        self.splitter.setStretchFactor(0, 1)
        self.splitter.resize(344, 602)
        self.splitter.show()
        qtbot.waitExposed(self.splitter)
        self.splitter.setSizes([240, 180, 180])


class TestFoldingPanel:
    @pytest.fixture
    def stack(self, qtbot: QtBot) -> Stack:
        return Stack(qtbot)

    def test_folding_gives_the_room_to_what_stretches_and_back(self, stack: Stack, qtbot: QtBot) -> None:
        spy = QSignalSpy(stack.panels[2].folded_changed)
        QTest.mouseClick(stack.panels[2].header, Qt.MouseButton.LeftButton)
        assert stack.panels[2].folded()
        qtbot.waitUntil(lambda: stack.splitter.sizes() == [240 + 180 - HEADER_H, 180, HEADER_H])
        QTest.mouseClick(stack.panels[2].header, Qt.MouseButton.LeftButton)
        qtbot.waitUntil(lambda: stack.splitter.sizes() == [240, 180, 180])
        assert [spy.at(0)[0], spy.at(1)[0]] == [True, False]

    def test_all_folded_is_no_endless_loop(self, stack: Stack, qtbot: QtBot) -> None:
        for panel in stack.panels:
            panel.set_folded(True)
        qtbot.waitUntil(lambda: all(panel.height() == HEADER_H for panel in stack.panels))
        stack.panels[1].set_folded(False)
        qtbot.waitUntil(lambda: stack.panels[1].height() > HEADER_H)

    def test_folded_before_it_is_shown(self, qtbot: QtBot) -> None:
        splitter = Splitter(Qt.Orientation.Vertical)
        qtbot.addWidget(splitter)
        for title in ("Tasks", "Jobs"):
            panel = FoldingPanel(title)
            panel.set_body(QLabel(title))
            splitter.addWidget(panel)
        splitter.setStretchFactor(0, 1)
        panel.set_folded(True)
        splitter.setSizes([200, 200])
        splitter.resize(300, 401)
        splitter.show()
        qtbot.waitExposed(splitter)
        qtbot.waitUntil(lambda: splitter.sizes() == [400 - HEADER_H, HEADER_H])

    def test_setting_is_silent(self, stack: Stack) -> None:
        spy = QSignalSpy(stack.panels[0].folded_changed)
        stack.panels[0].set_folded(True)
        assert stack.panels[0].folded()
        assert spy.count() == 0

    def test_enter_folds(self, stack: Stack) -> None:
        QTest.keyClick(stack.panels[1].header, Qt.Key.Key_Return)
        assert stack.panels[1].folded()

    def test_a_button_in_the_header_does_not_fold(self, stack: Stack) -> None:
        button = IconButton("undo", "Undo", size=24)
        stack.panels[1].header.add_button(button)
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        assert not stack.panels[1].folded()

    def test_the_summary_is_read_aloud(self, stack: Stack) -> None:
        header = stack.panels[2].header
        header.set_summary("2 running")
        assert header.summary() == "2 running"
        assert header.accessibleDescription() == "Expanded. 2 running"
        stack.panels[2].set_folded(True)
        assert header.accessibleDescription() == "Collapsed. 2 running"


def test_the_line_is_one_pixel_and_the_grip_seven(qtbot: QtBot) -> None:
    stack = Stack(qtbot)
    handle = stack.splitter.handle(1)
    assert handle.height() == 7
    picture = stack.splitter.grab().toImage()
    line = handle.mapTo(stack.splitter, QPoint(10, 3)).y()
    assert picture.pixelColor(10, line) == DARK.color("edge")
    assert picture.pixelColor(10, line - 2) != DARK.color("edge")
    assert picture.pixelColor(10, line + 2) != DARK.color("edge")
