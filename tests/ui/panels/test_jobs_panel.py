from __future__ import annotations

import dataclasses

import pytest
from PySide6.QtCore import QEvent, QPoint, QRect, Qt
from PySide6.QtGui import QColor, QMouseEvent
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from restorer.ui.panels import JobRow, JobsPanel
from restorer.ui.panels.jobs_delegate import close_rect, link_rect
from restorer.ui.tokens import DARK, JOB_ROW_H

RUNNING = JobRow(1, "Inpaint", "GPU, tile 31 of 55", 0.5, "0:14 left", "running", "page-12.tif")
WAITING = JobRow(2, "Inpaint", "GPU, next", None, "about 1:40", "waiting", "main-street.jpg")
FAILED = JobRow(3, "Export TIFF", "The disk is full", 0.7, "", "failed", "drill-crew.tif")
DONE = JobRow(4, "Inpaint", "Finished in 0:32", 1.0, "", "done", "tunnel.tif")


@pytest.fixture
def panel(qtbot: QtBot) -> JobsPanel:
    panel = JobsPanel()
    qtbot.addWidget(panel)
    panel.resize(344, 32 + 4 * JOB_ROW_H)
    panel.set_jobs([RUNNING, WAITING, FAILED, DONE])
    panel.show()
    qtbot.waitExposed(panel)
    panel.activateWindow()
    return panel


def rect(panel: JobsPanel, row: int) -> QRect:
    return panel.view.visualRect(panel._model.index(row))


def click(panel: JobsPanel, at: QPoint) -> None:
    QTest.mouseClick(panel.view.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at)


def test_the_header_sums_up(panel: JobsPanel) -> None:
    assert panel.header.summary() == "1 running, 1 waiting, 1 failed"
    panel.set_jobs([])
    assert panel.header.summary() == ""


@pytest.mark.parametrize(("row", "job"), [(0, 1), (1, 2)])
def test_the_cross_cancels_what_is_not_over(panel: JobsPanel, row: int, job: int) -> None:
    cancels, dismissals = QSignalSpy(panel.cancel_requested), QSignalSpy(panel.dismiss_requested)
    click(panel, close_rect(rect(panel, row)).center())
    assert [cancels.at(place)[0] for place in range(cancels.count())] == [job]
    assert dismissals.count() == 0


@pytest.mark.parametrize(("row", "job"), [(2, 3), (3, 4)])
def test_the_cross_dismisses_what_is_over(panel: JobsPanel, row: int, job: int) -> None:
    cancels, dismissals = QSignalSpy(panel.cancel_requested), QSignalSpy(panel.dismiss_requested)
    click(panel, close_rect(rect(panel, row)).center())
    assert dismissals.at(0) == [job]
    assert cancels.count() == 0


def test_a_click_beside_the_cross_only_chooses(panel: JobsPanel) -> None:
    spy = QSignalSpy(panel.cancel_requested)
    click(panel, rect(panel, 0).center())
    assert spy.count() == 0
    assert panel.close_action.isEnabled()


def test_the_cross_is_large_enough(panel: JobsPanel) -> None:
    area = close_rect(rect(panel, 0))
    assert area.width() >= 24
    assert area.height() >= 24
    assert rect(panel, 0).contains(area)


def test_a_failed_job_gives_its_report(panel: JobsPanel) -> None:
    spy = QSignalSpy(panel.report_requested)
    click(panel, link_rect(rect(panel, 0), "Copy report").center())
    assert spy.count() == 0
    click(panel, link_rect(rect(panel, 2), "Copy report").center())
    assert spy.at(0) == [3]


def test_the_keyboard_does_all_of_it(panel: JobsPanel, qtbot: QtBot) -> None:
    panel.view.setFocus()
    qtbot.waitUntil(panel.view.hasFocus)
    cancels = QSignalSpy(panel.cancel_requested)
    dismissals, reports = QSignalSpy(panel.dismiss_requested), QSignalSpy(panel.report_requested)
    panel.view.setCurrentIndex(panel._model.index(0))
    assert panel.close_action.text() == "Cancel"
    assert not panel.report_action.isEnabled()
    QTest.keyClick(panel.view, Qt.Key.Key_Delete)
    assert cancels.at(0) == [1]
    panel.view.setCurrentIndex(panel._model.index(2))
    assert panel.close_action.text() == "Dismiss"
    QTest.keyClick(panel.view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert reports.at(0) == [3]
    QTest.keyClick(panel.view, Qt.Key.Key_Delete)
    assert dismissals.at(0) == [3]


def bar_color(panel: JobsPanel, row: int, share: float) -> QColor:
    area = rect(panel, row)
    right = close_rect(area).left() - 8
    picture = panel.view.viewport().grab().toImage()
    return picture.pixelColor(round(12 + (right - 12) * share), area.top() + 25)


def test_the_bar_shows_progress_and_failure(panel: JobsPanel) -> None:
    assert bar_color(panel, 0, 0.4) == DARK.color("accent_line")
    assert bar_color(panel, 0, 0.6) == DARK.color("groove")
    assert bar_color(panel, 2, 0.6) == DARK.color("error")
    assert bar_color(panel, 1, 0.2) not in (DARK.color("groove"), DARK.color("accent_line"))


def test_progress_never_goes_back(panel: JobsPanel, qtbot: QtBot) -> None:
    panel.set_jobs([dataclasses.replace(RUNNING, fraction=0.2), WAITING, FAILED, DONE])
    qtbot.waitUntil(lambda: panel._pending is None)
    assert panel.jobs()[0].fraction == 0.5
    panel.set_jobs([dataclasses.replace(RUNNING, fraction=0.9), WAITING, FAILED, DONE])
    qtbot.waitUntil(lambda: panel.jobs()[0].fraction == 0.9)


def test_a_new_job_of_the_same_row_starts_anew(panel: JobsPanel) -> None:
    panel.set_jobs([dataclasses.replace(RUNNING, id=9, fraction=0.1)])
    assert panel.jobs()[0].fraction == 0.1


def test_progress_is_shown_ten_times_a_second_at_most(panel: JobsPanel, qtbot: QtBot) -> None:
    shown = QSignalSpy(panel._model.dataChanged)
    for step in range(40):
        panel.set_jobs([dataclasses.replace(RUNNING, fraction=0.5 + step / 100), WAITING, FAILED, DONE])
    assert shown.count() == 0
    qtbot.waitUntil(lambda: panel.jobs()[0].fraction == 0.89)
    assert shown.count() == 1


def test_the_end_of_a_job_shows_at_once(panel: JobsPanel) -> None:
    panel.set_jobs([dataclasses.replace(RUNNING, fraction=0.99), WAITING, FAILED, DONE])
    panel.set_jobs([dataclasses.replace(RUNNING, state="done", fraction=1.0), WAITING, FAILED, DONE])
    assert panel.jobs()[0].state == "done"
    assert panel.header.summary() == "1 waiting, 1 failed"


def test_the_choice_stays_while_contents_change(panel: JobsPanel, qtbot: QtBot) -> None:
    panel.view.setCurrentIndex(panel._model.index(1))
    panel.set_jobs([dataclasses.replace(RUNNING, fraction=0.8), WAITING, FAILED, DONE])
    qtbot.waitUntil(lambda: panel._pending is None)
    assert panel.view.currentIndex().row() == 1


def test_nothing_ticks_while_nothing_runs(panel: JobsPanel) -> None:
    assert panel._tick.isActive()
    panel.set_jobs([WAITING, FAILED, DONE])
    assert not panel._tick.isActive()


def test_without_an_estimate_the_bar_sweeps(panel: JobsPanel, qtbot: QtBot) -> None:
    panel.set_jobs([dataclasses.replace(RUNNING, id=7, fraction=None)])
    before = panel._delegate.phase
    qtbot.waitUntil(lambda: panel._delegate.phase != before)
    panel.set_jobs([])


def test_with_reduced_motion_it_says_working_instead(panel: JobsPanel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("restorer.ui.theme.motion_ms", lambda duration: 0)
    panel.set_jobs([dataclasses.replace(RUNNING, id=7, fraction=None)])
    panel._on_tick()
    assert panel._delegate.phase == 0.0
    assert panel._delegate.still
    assert bar_color(panel, 0, 0.1) == DARK.color("groove")


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (RUNNING, "Inpaint page-12.tif, Running, 50 %, GPU, tile 31 of 55, 0:14 left"),
        (WAITING, "Inpaint main-street.jpg, Waiting, GPU, next, about 1:40"),
        (FAILED, "Export TIFF drill-crew.tif, Failed, The disk is full"),
    ],
)
def test_screen_readers_hear_the_whole_row(row: JobRow, sentence: str) -> None:
    assert row.sentence() == sentence


QUEUE = [
    RUNNING,
    WAITING,
    JobRow(5, "Inpaint", "", None, "", "waiting", "b.tif"),
    JobRow(6, "Inpaint", "", None, "", "waiting", "c.tif"),
]


def drag(panel: JobsPanel, row: int, to: QPoint, *, escape: bool = False) -> None:
    port = panel.view.viewport()
    start = rect(panel, row).center()
    QTest.mousePress(port, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, start)
    for at in (start + (to - start) / 2, to):
        QTest.mouseMove(port, at)
        event = QMouseEvent(
            QEvent.Type.MouseMove,
            at.toPointF(),
            port.mapToGlobal(at).toPointF(),
            Qt.MouseButton.NoButton,
            Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
        )
        QApplication.sendEvent(port, event)
    if escape:
        QTest.keyClick(panel.view, Qt.Key.Key_Escape)
    QTest.mouseRelease(port, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, to)


@pytest.mark.parametrize(
    ("row", "to_row", "below", "asked"),
    [(3, 1, False, [6, 2]), (3, 0, False, [6, 2]), (1, 2, True, [2, 6]), (1, 3, True, [2, 0]), (2, 2, True, None)],
)
def test_waiting_jobs_are_dragged(panel: JobsPanel, row: int, to_row: int, below: bool, asked: list[int]) -> None:
    panel.set_jobs(QUEUE)
    spy = QSignalSpy(panel.move_requested)
    area = rect(panel, to_row)
    drag(panel, row, QPoint(area.center().x(), area.bottom() - 4 if below else area.top() + 4))
    assert [spy.at(place) for place in range(spy.count())] == ([asked] if asked else [])
    assert not panel.view.is_dragging


def test_a_drag_is_given_up_with_escape_and_running_jobs_stay(panel: JobsPanel) -> None:
    panel.set_jobs(QUEUE)
    spy = QSignalSpy(panel.move_requested)
    drag(panel, 3, rect(panel, 1).topLeft() + QPoint(50, 2), escape=True)
    drag(panel, 0, rect(panel, 2).center())
    assert spy.count() == 0


def test_waiting_jobs_are_moved_by_keyboard(panel: JobsPanel, qtbot: QtBot) -> None:
    panel.set_jobs(QUEUE)
    panel.view.setFocus()
    qtbot.waitUntil(panel.view.hasFocus)
    spy = QSignalSpy(panel.shift_requested)
    panel.select(5)
    QTest.keyClick(panel.view, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    QTest.keyClick(panel.view, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    assert [spy.at(place) for place in range(spy.count())] == [[5, -1], [5, 1]]
    panel.set_jobs([QUEUE[0], QUEUE[2], QUEUE[1], QUEUE[3]])
    assert panel.view.currentIndex().row() == 1, "the choice moves along"
    assert not panel.earlier_action.isEnabled()
    panel.select(1)
    assert not panel.later_action.isEnabled(), "what runs is not moved"


def test_a_failed_job_that_can_is_tried_again(panel: JobsPanel) -> None:
    failed = dataclasses.replace(FAILED, can_retry=True)
    panel.set_jobs([failed])
    spy = QSignalSpy(panel.retry_requested)
    click(panel, link_rect(rect(panel, 0), "Try again").center())
    assert spy.at(0) == [3]
    texts = [action.text() for action in panel.menu_for(3).actions() if action.text()]
    assert texts == ["Show log", "Try again", "Copy report", "Dismiss", "Cancel all jobs", "Clear finished"]


def test_the_header_pauses_and_goes_on(panel: JobsPanel) -> None:
    spy = QSignalSpy(panel.pause_requested)
    panel.pause_button.click()
    panel.set_jobs([dataclasses.replace(row, paused=True) for row in (RUNNING, WAITING)])
    assert panel.header.summary() == "1 paused, 1 waiting"
    assert panel.pause_button.accessibleName() == "Go on with all jobs"
    panel.pause_button.click()
    assert [spy.at(place) for place in range(spy.count())] == [[True], [False]]
    assert panel.jobs()[0].sentence().startswith("Inpaint page-12.tif, Paused, 50 %")
    panel.set_jobs([DONE])
    assert panel.pause_button.isHidden()


def test_a_double_click_or_enter_shows_the_log(panel: JobsPanel) -> None:
    spy = QSignalSpy(panel.log_requested)
    QTest.mouseDClick(
        panel.view.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, rect(panel, 3).center()
    )
    panel.select(1)
    QTest.keyClick(panel.view, Qt.Key.Key_Return)
    assert [spy.at(place) for place in range(spy.count())] == [[4], [1]]
