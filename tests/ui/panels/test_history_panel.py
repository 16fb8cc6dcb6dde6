from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QSignalSpy, QTest
from pytestqt.qtbot import QtBot

from restorer.ui.panels import BranchRow, HistoryPanel, HistoryRow, RunningStep
from restorer.ui.panels.history_rows import RUNNING
from restorer.ui.tokens import DARK, HISTORY_ROW_H

PLAIN = Qt.KeyboardModifier.NoModifier
CTRL = Qt.KeyboardModifier.ControlModifier


def thumbnail(color: str) -> QImage:
    image = QImage(120, 80, QImage.Format.Format_RGB32)
    image.fill(QColor(color))
    return image


ROWS = [
    HistoryRow("Original", "TIFF, 16-bit, 127 MB", thumbnail("#203040"), 0),
    HistoryRow("Stroke", "", None, 1),
    HistoryRow("Inpaint", "U-Net, 30 regions", thumbnail("#A05030"), 2),
    HistoryRow("Inpaint", "Telea", thumbnail("#30A050"), 3, applied=False),
]


@pytest.fixture
def panel(qtbot: QtBot) -> HistoryPanel:
    panel = HistoryPanel()
    qtbot.addWidget(panel)
    panel.resize(344, 240)
    panel.set_rows(ROWS, 2)
    panel.show()
    qtbot.waitExposed(panel)
    panel.activateWindow()
    return panel


def click(panel: HistoryPanel, cursor: int, modifier: Qt.KeyboardModifier = PLAIN) -> None:
    position = panel._model.position_of(cursor)
    assert position is not None
    middle = panel.view.visualRect(panel._model.index(position)).center()
    QTest.mouseClick(panel.view.viewport(), Qt.MouseButton.LeftButton, modifier, middle)


def test_newest_on_top_whatever_the_order(panel: HistoryPanel) -> None:
    panel.set_rows(list(reversed(ROWS)), 2)
    labels = [panel._model.index(row).data(Qt.ItemDataRole.AccessibleTextRole) for row in range(4)]
    assert labels == [
        "Inpaint, Telea, undone",
        "Inpaint, U-Net, 30 regions",
        "Stroke",
        "Original, TIFF, 16-bit, 127 MB",
    ]
    assert panel.selected_cursors() == [2]


@pytest.mark.parametrize("cursor", [0, 1, 3])
def test_a_click_goes_there(panel: HistoryPanel, cursor: int) -> None:
    spy = QSignalSpy(panel.jump_requested)
    click(panel, cursor)
    assert [spy.at(place)[0] for place in range(spy.count())] == [cursor]


def test_a_click_on_where_one_is_does_nothing(panel: HistoryPanel) -> None:
    spy = QSignalSpy(panel.jump_requested)
    click(panel, 2)
    assert spy.count() == 0


def test_keys_choose_and_enter_goes(panel: HistoryPanel) -> None:
    spy = QSignalSpy(panel.jump_requested)
    QTest.keyClick(panel.view, Qt.Key.Key_Down)
    assert spy.count() == 0
    QTest.keyClick(panel.view, Qt.Key.Key_Return)
    assert spy.at(0) == [1]


def test_two_rows_are_compared_older_first(panel: HistoryPanel) -> None:
    jumps = QSignalSpy(panel.jump_requested)
    spy = QSignalSpy(panel.compare_requested)
    click(panel, 0, CTRL)
    assert panel.selected_cursors() == [0, 2]
    assert jumps.count() == 0
    QTest.mouseClick(panel.compare_button, Qt.MouseButton.LeftButton)
    assert spy.at(0) == [0, 2]
    click(panel, 1, CTRL)
    assert not panel.compare_button.isEnabled()


def test_one_row_is_compared_with_a_state_that_is_asked_for(panel: HistoryPanel) -> None:
    asked, ends = QSignalSpy(panel.compare_with_requested), QSignalSpy(panel.branch_compared)
    QTest.mouseClick(panel.compare_button, Qt.MouseButton.LeftButton)
    menu = panel.menu_for(1)
    next(action for action in menu.actions() if action.text() == "Compare with…").trigger()
    menu.deleteLater()
    assert [asked.at(0), asked.at(1)] == [[2], [1]]
    panel.set_branches([BranchRow(7, "Warm tones", "3 steps")])
    menu = panel.branch_menu()
    (compare,) = [each.menu() for each in menu.actions() if each.text() == "Compare with the photo as it is now"]
    compare.actions()[0].trigger()
    menu.deleteLater()
    assert ends.at(0) == [7]
    panel.set_rows([HistoryRow("Original", "", None, 0)], 0)
    panel.set_branches([])
    assert not panel.compare_button.isEnabled(), "there is nothing else"


def test_the_context_menu_compares_with_now_and_goes_back(panel: HistoryPanel) -> None:
    compares, jumps = QSignalSpy(panel.compare_requested), QSignalSpy(panel.jump_requested)
    menu = panel.menu_for(0)
    actions = {action.text(): action for action in menu.actions()}
    actions["Compare with the photo as it is now"].trigger()
    actions["Go back to here"].trigger()
    assert compares.at(0) == [0, 2]
    assert jumps.at(0) == [0]
    menu.deleteLater()


def test_the_context_menu_of_two_chosen_rows_compares_them(panel: HistoryPanel) -> None:
    click(panel, 0, CTRL)
    spy = QSignalSpy(panel.compare_requested)
    menu = panel.menu_for(0)
    next(action for action in menu.actions() if action.text() == "Compare these two").trigger()
    assert spy.at(0) == [0, 2]
    menu.deleteLater()


def test_the_present_has_nowhere_to_go(panel: HistoryPanel) -> None:
    menu = panel.menu_for(2)
    enabled = [action.text() for action in menu.actions() if action.isEnabled() and action.text()]
    assert enabled == ["Compare with…", "Name this state"]
    menu.deleteLater()


def test_undo_and_redo_stand_in_the_header(panel: HistoryPanel) -> None:
    undo, redo = QSignalSpy(panel.undo_requested), QSignalSpy(panel.redo_requested)
    for button in (panel.undo_button, panel.redo_button):
        assert not button.isEnabled()
    panel.set_can_undo(True)
    panel.set_can_redo(True)
    QTest.mouseClick(panel.undo_button, Qt.MouseButton.LeftButton)
    QTest.mouseClick(panel.redo_button, Qt.MouseButton.LeftButton)
    assert (undo.count(), redo.count()) == (1, 1)


def row_color(panel: HistoryPanel, row: int, x: int) -> QColor:
    picture = panel.view.viewport().grab().toImage()
    return picture.pixelColor(x, row * HISTORY_ROW_H + HISTORY_ROW_H // 2)


def test_the_present_has_a_bar_and_a_grey(panel: HistoryPanel) -> None:
    assert row_color(panel, 1, 0) == DARK.color("accent_line")
    assert row_color(panel, 1, 300) == DARK.color("selected")
    assert row_color(panel, 3, 0) == DARK.color("panel")


def test_thumbnails_show_and_pale_when_undone(panel: HistoryPanel) -> None:
    assert row_color(panel, 1, 30) == QColor("#A05030")
    assert row_color(panel, 2, 30) == DARK.color("groove")
    undone = row_color(panel, 0, 30)
    assert undone != QColor("#30A050")
    assert undone.green() > undone.red()


def test_a_thumbnail_is_scaled_once(panel: HistoryPanel) -> None:
    panel.view.viewport().grab()
    kept = dict(panel._delegate._pixmaps)
    assert len(kept) == 3
    panel.view.viewport().grab()
    assert panel._delegate._pixmaps == kept


def test_an_empty_history_is_fine(panel: HistoryPanel) -> None:
    panel.set_rows([], 0)
    assert panel.selected_cursors() == []
    panel.view.customContextMenuRequested.emit(QPoint(5, 5))
    QTest.keyClick(panel.view, Qt.Key.Key_Return)
    assert not panel.compare_button.isEnabled()


def test_the_state_of_a_step_is_painted_and_spoken(panel: HistoryPanel) -> None:
    rows = [
        HistoryRow("Original", "", None, 0),
        HistoryRow("Inpaint", "Telea", None, 1, eye=False),
        HistoryRow("Denoise", "Strong", None, 2, eye=True, stale=True, name="With border"),
    ]
    panel.set_rows(rows, 2)
    spoken = [panel._model.index(row).data(Qt.ItemDataRole.AccessibleTextRole) for row in range(3)]
    assert spoken == ["With border, Denoise, Strong, not up to date", "Inpaint, Telea, hidden", "Original"]
    assert rows[2].note == "Not up to date. Denoise, Strong"
    toggles, jumps = QSignalSpy(panel.toggle_requested), QSignalSpy(panel.jump_requested)
    for cursor in (1, 0):
        rect = panel.view.visualRect(panel._model.index(panel._model.position_of(cursor) or 0))
        QTest.mouseClick(
            panel.view.viewport(), Qt.MouseButton.LeftButton, PLAIN, QPoint(rect.right() - 12, rect.center().y())
        )
    assert (toggles.count(), jumps.count()) == (1, 1), "the original has no eye"
    assert "Hide this step" in [action.text() for action in panel.menu_for(2).actions()]


def test_what_is_stale_is_offered_to_be_replayed(panel: HistoryPanel) -> None:
    spy = QSignalSpy(panel.replay_requested)
    assert panel.stale_bar.isHidden()
    panel.set_stale(2)
    QTest.mouseClick(panel.stale_bar.button, Qt.MouseButton.LeftButton)
    assert spy.count() == 1
    panel.set_stale(2, running=True)
    assert not panel.stale_bar.button.isEnabled()


def test_branches_open_a_menu(panel: HistoryPanel) -> None:
    panel.set_branches([BranchRow(7, "Inpaint", "2 steps"), BranchRow(9, "Denoise", "1 step")])
    go, away = QSignalSpy(panel.branch_requested), QSignalSpy(panel.branch_removed)
    menu = panel.branch_menu()
    menu.actions()[1].trigger()
    menu.actions()[-1].menu().actions()[0].trigger()
    assert (go.at(0), away.at(0)) == ([9], [7])


def test_a_running_step_stands_on_top_and_can_be_cancelled(panel: HistoryPanel) -> None:
    cancels, jumps, removals = (
        QSignalSpy(signal) for signal in (panel.cancel_requested, panel.jump_requested, panel.remove_requested)
    )
    panel.set_running(RunningStep(7, "Inpaint", "Running, tile 1 of 4", 0.25))
    top = panel._model.index(0)
    assert top.data(Qt.ItemDataRole.AccessibleTextRole) == "Inpaint, Running, tile 1 of 4"
    assert panel.selected_cursors() == [2], "what was chosen stays chosen"
    panel.set_running(RunningStep(7, "Inpaint", "Running, tile 3 of 4", 0.75))
    panel.set_rows([HistoryRow("Original", "", None, 0), HistoryRow("Denoise", "", None, 1)], 1)
    assert [row.title for row in panel._model.rows()] == ["Inpaint", "Denoise", "Original"]
    assert panel._model.running == RunningStep(7, "Inpaint", "Running, tile 3 of 4", 0.75)
    rect = panel.view.visualRect(panel._model.index(0))
    for x in (60, rect.right() - 12):
        QTest.mouseClick(panel.view.viewport(), Qt.MouseButton.LeftButton, PLAIN, QPoint(x, rect.center().y()))
    panel.view.setCurrentIndex(panel._model.index(0))
    for key in (Qt.Key.Key_Return, Qt.Key.Key_F2, Qt.Key.Key_Delete):
        QTest.keyClick(panel.view, key)
    menu = panel.menu_for(RUNNING)
    (action,) = menu.actions()
    action.trigger()
    menu.deleteLater()
    assert [cancels.at(place) for place in range(cancels.count())] == [[7], [7], [7]]
    assert (jumps.count(), removals.count()) == (0, 0)
    assert RUNNING not in panel.selected_cursors()
    panel.set_running(None)
    assert [row.title for row in panel._model.rows()] == ["Denoise", "Original"]


def test_the_ring_of_a_running_step_fills(panel: HistoryPanel) -> None:
    panel.set_running(RunningStep(7, "Inpaint", "Running", 0.5))
    panel.view.viewport().update()
    rect = panel.view.visualRect(panel._model.index(0))
    picture = panel.view.viewport().grab().toImage()
    ratio = picture.devicePixelRatio()
    middle = rect.right() - 12 - 16 + 1 + 8
    right, left = (picture.pixelColor(int(x * ratio), int(rect.center().y() * ratio)) for x in (middle + 5, middle - 6))
    assert right.blue() > left.blue() + 20, "the first half is the right one"
