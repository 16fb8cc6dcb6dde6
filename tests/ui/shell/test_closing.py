"""What is asked before something is closed, and what is remembered."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from restorer.session.settings_file import SettingsStore
from restorer.ui.furnishing import Furnishing
from restorer.ui.photo import OpenPhoto
from restorer.ui.shell import Shell

from .conftest import StagedJobs, paint, press, titles


class TestClosing:
    def test_nothing_to_lose_closes_at_once(self, shell: Shell, with_scan: OpenPhoto) -> None:
        assert shell.window.close()

    def test_a_running_job_is_asked_about_once(
        self, shell: Shell, furnishing: Furnishing, with_scan: OpenPhoto, staged: StagedJobs
    ) -> None:
        paint(with_scan.document)
        furnishing.workspace.run("inpaint", {}, "classical")
        assert not shell.window.close()
        assert "still running" in titles(furnishing)[0]
        assert QApplication.activeModalWidget() is None
        assert shell.window.close(), "who closes again means it"

    def test_a_question_that_was_put_away_is_asked_again(
        self, shell: Shell, furnishing: Furnishing, with_scan: OpenPhoto, staged: StagedJobs
    ) -> None:
        paint(with_scan.document)
        furnishing.workspace.run("inpaint", {}, "classical")
        for _ in range(2):
            assert not shell.window.close()
            furnishing.messages.bars()[0].closed.emit()
        assert shell.window.isVisible()

    def test_cancelling_closes_and_waiting_closes_when_all_is_through(
        self, shell: Shell, furnishing: Furnishing, with_scan: OpenPhoto, staged: StagedJobs, qtbot: QtBot
    ) -> None:
        paint(with_scan.document)
        furnishing.workspace.run("inpaint", {}, "classical")
        shell.window.close()
        press(furnishing, "Finish, then close")
        assert shell.window.isVisible()
        furnishing.workspace.cancel()
        qtbot.waitUntil(lambda: not shell.window.isVisible())

    def test_waiting_does_not_lose_what_the_jobs_came_to(
        self, shell: Shell, furnishing: Furnishing, with_scan: OpenPhoto, staged: StagedJobs, qtbot: QtBot
    ) -> None:
        paint(with_scan.document)
        furnishing.workspace.run("inpaint", {}, "classical")
        shell.window.close()
        press(furnishing, "Finish, then close")
        staged.release()
        qtbot.waitUntil(lambda: furnishing.messages.count() == 1)
        assert titles(furnishing)[0].startswith(f"The window stays open: {with_scan.name} was not exported")
        assert shell.window.isVisible()

    def test_a_job_that_fails_meanwhile_keeps_the_window_open(
        self, shell: Shell, furnishing: Furnishing, with_scan: OpenPhoto, staged: StagedJobs, qtbot: QtBot
    ) -> None:
        paint(with_scan.document)
        staged.fail_with = "The weights are gone."
        furnishing.workspace.run("inpaint", {}, "classical")
        shell.window.close()
        press(furnishing, "Finish, then close")
        staged.release()
        qtbot.waitUntil(lambda: furnishing.messages.count() == 2)
        assert "failed" in titles(furnishing)[0] + titles(furnishing)[1]
        assert shell.window.isVisible()

    def test_cancel_and_close(
        self, shell: Shell, furnishing: Furnishing, with_scan: OpenPhoto, staged: StagedJobs
    ) -> None:
        paint(with_scan.document)
        furnishing.workspace.run("inpaint", {}, "classical")
        shell.window.close()
        press(furnishing, "Cancel and close")
        assert not shell.window.isVisible()

    def test_unsaved_work_is_named_and_can_be_kept_or_left(
        self, shell: Shell, furnishing: Furnishing, with_scan: OpenPhoto, staged: StagedJobs, qtbot: QtBot
    ) -> None:
        paint(with_scan.document)
        staged.release()
        with qtbot.waitSignal(furnishing.workspace.finished):
            furnishing.workspace.run("inpaint", {}, "classical")
        assert not shell.window.close()
        assert with_scan.name in titles(furnishing)[0]
        press(furnishing, "Keep working")
        assert shell.window.isVisible()
        shell.window.close()
        press(furnishing, "Close anyway")
        assert not shell.window.isVisible()

    def test_closing_a_changed_photo_asks(
        self, furnishing: Furnishing, with_scan: OpenPhoto, staged: StagedJobs, qtbot: QtBot
    ) -> None:
        paint(with_scan.document)
        staged.release()
        with qtbot.waitSignal(furnishing.workspace.finished):
            furnishing.workspace.run("inpaint", {}, "classical")
        furnishing.commands.close_photo()
        assert furnishing.workspace.current is with_scan
        press(furnishing, "Close it")
        assert furnishing.workspace.current is None

    def test_place_and_brush_are_remembered(
        self, shell: Shell, furnishing: Furnishing, with_scan: OpenPhoto, tmp_path: Path
    ) -> None:
        shell.window.actions_by_id["bigger"].trigger()
        size = furnishing.editor.canvas.brush().size_px
        shell.window.close()
        settings, notices = SettingsStore(tmp_path / "settings.toml").load()
        assert notices == ()
        assert settings.window_geometry
        assert b"sizes" in settings.window_state
        assert settings.brush_size_px == pytest.approx(size)
