"""The window as a person meets it: what is shown, what can be used, what it asks."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QColor, QDropEvent, QGuiApplication, QImage
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from restorer.session.settings_file import SettingsStore
from restorer.ui.furnishing import Furnishing
from restorer.ui.job_queue import JobState
from restorer.ui.photo import OpenPhoto
from restorer.ui.shell import Shell

from .conftest import REGION, StagedJobs, paint, press, titles


def test_rows_that_mean_nothing_to_a_method_are_not_shown(furnishing: Furnishing) -> None:
    section = furnishing.editor.tasks._sections["inpaint"]
    for model, texture in (("inpaint-unet", True), ("classical", False)):
        assert section._unused[model] == (("detail",) if texture else ("detail", "texture"))


class TestEmpty:
    def test_it_says_what_to_do_and_offers_only_what_can_be_done(self, shell: Shell, furnishing: Furnishing) -> None:
        actions = shell.window.actions_by_id
        assert shell.window.empty.isVisible()
        assert not furnishing.editor.isVisible()
        assert shell.window.windowTitle() == "Restorer"
        enabled = {name for name in ("open", "paste", "sample", "shortcuts", "about") if actions[name].isEnabled()}
        assert enabled == {"open", "paste", "sample", "shortcuts", "about"}
        assert not any(actions[name].isEnabled() for name in ("export", "undo", "redo", "run", "clear-mask", "fit"))

    def test_torch_is_not_imported_for_it(self, shell: Shell) -> None:
        assert shell.window.isVisible()
        # Other tests of this process may have imported torch; a process of its own tells.
        import subprocess

        script = (
            "import sys\n"
            "from restorer.ui import app\n"
            "from PySide6.QtWidgets import QApplication\n"
            "def ready():\n"
            "    print(*[name for name in ('torch', 'cv2', 'skimage', 'numpy') if name in sys.modules])\n"
            "    QApplication.quit()\n"
            "print(app.run(on_ready=ready))\n"
        )
        done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False)
        assert done.stdout.split() == ["0"], done.stderr

    def test_a_file_that_cannot_be_opened_is_said_and_the_window_stays_usable(
        self, shell: Shell, furnishing: Furnishing, tmp_path: Path, scan: Path, qtbot: QtBot
    ) -> None:
        furnishing.workspace.open_files([tmp_path / "gone.tif"])
        qtbot.waitUntil(lambda: furnishing.messages.count() == 1)
        assert titles(furnishing) == ["gone.tif was not opened"]
        assert furnishing.messages.isVisible()
        with qtbot.waitSignal(furnishing.workspace.photo_shown):
            furnishing.workspace.open_files([scan])
        assert furnishing.editor.isVisible()
        assert furnishing.messages.isVisible(), "the message comes along to the photo's page"


class TestTakingPhotos:
    def test_dropped_files_open(self, shell: Shell, furnishing: Furnishing, scan: Path, qtbot: QtBot) -> None:
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(scan))])
        drop = QDropEvent(
            QPointF(5, 5), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        )
        with qtbot.waitSignal(furnishing.workspace.photo_shown):
            shell.window.dropEvent(drop)
        assert furnishing.workspace.current is not None
        assert furnishing.workspace.current.source == scan

    def test_a_picture_on_the_clipboard_is_pasted(self, furnishing: Furnishing, qtbot: QtBot) -> None:
        picture = QImage(20, 10, QImage.Format.Format_RGB32)
        picture.fill(QColor(10, 20, 30))
        QGuiApplication.clipboard().setImage(picture)
        with qtbot.waitSignal(furnishing.workspace.photo_shown):
            furnishing.commands.paste()
        document = furnishing.workspace.document
        assert document is not None
        assert document.image.pixels[0, 0].tolist() == [10, 20, 30]

    def test_a_clipboard_without_picture_is_said(self, furnishing: Furnishing) -> None:
        QGuiApplication.clipboard().setText("no picture")
        furnishing.commands.paste()
        assert titles(furnishing) == ["There is no picture on the clipboard"]

    def test_what_was_open_is_listed_next_time(
        self, shell: Shell, with_scan: OpenPhoto, scan: Path, tmp_path: Path
    ) -> None:
        settings, _ = SettingsStore(tmp_path / "settings.toml").load()
        assert settings.recent == (scan,)
        menu = shell.window.menus["recent>"]
        assert [action.text() for action in menu.actions()] == [scan.name]


class TestWithAPhoto:
    def test_the_status_bar_tells_what_it_is(self, shell: Shell, with_scan: OpenPhoto, scan: Path) -> None:
        status = shell.window.status
        assert status.text("pixels") == "64 × 48 px"
        assert status.text("dpi") == "600 dpi"
        assert status.text("depth") == "16-bit gray"
        assert status.text("provenance") == "Nothing in this photo was generated"
        assert shell.window.windowTitle() == f"{scan.name}[*] — Restorer"

    def test_the_pixel_under_the_pointer_is_told_in_its_own_values(
        self, shell: Shell, furnishing: Furnishing, with_scan: OpenPhoto
    ) -> None:
        furnishing.editor.canvas.pointer_moved.emit(63, 47)
        assert shell.window.status.text("pointer") == "x 63, y 47"
        assert shell.window.status.text("color") == "65535"
        furnishing.editor.canvas.pointer_moved.emit(None, None)
        assert shell.window.status.text("color") == ""

    def test_actions_follow_what_is_painted_and_done(
        self, shell: Shell, furnishing: Furnishing, with_scan: OpenPhoto, staged: StagedJobs, qtbot: QtBot
    ) -> None:
        actions = shell.window.actions_by_id
        assert not actions["undo"].isEnabled()
        plane = with_scan.document.mask.plane.copy()
        plane[REGION.slices] = 255
        furnishing.workspace.replace_mask(plane, "Stroke")
        assert actions["undo"].isEnabled()
        assert actions["clear-mask"].isEnabled()
        staged.release()
        with qtbot.waitSignal(furnishing.workspace.finished):
            actions["run"].trigger()
        assert not actions["clear-mask"].isEnabled()
        assert actions["reuse-mask"].isEnabled()
        actions["undo"].trigger()
        assert actions["redo"].isEnabled()
        assert shell.window.status.text("provenance") == "Nothing in this photo was generated"
        actions["redo"].trigger()
        assert shell.window.status.text("provenance") == "4.2 % of this photo was generated"
        assert shell.window.isWindowModified()

    def test_mask_actions_are_undoable(self, shell: Shell, furnishing: Furnishing, with_scan: OpenPhoto) -> None:
        actions, mask = shell.window.actions_by_id, with_scan.document.mask
        actions["invert-mask"].trigger()
        assert mask.coverage() == 1.0
        actions["clear-mask"].trigger()
        assert mask.is_empty
        actions["undo"].trigger()
        assert mask.coverage() == 1.0

    def test_tools_brush_and_overlay_agree_everywhere(
        self, shell: Shell, furnishing: Furnishing, with_scan: OpenPhoto
    ) -> None:
        editor, actions = furnishing.editor, shell.window.actions_by_id
        actions["eraser"].trigger()
        assert (editor.canvas.tool(), editor.tool_column.current_tool()) == ("eraser", "eraser")
        actions["brush"].trigger()
        before = editor.canvas.brush().size_px
        actions["bigger"].trigger()
        assert editor.options.brush().size_px == editor.canvas.brush().size_px > before
        actions["overlay"].trigger()
        assert furnishing.workspace.session.settings.overlay == editor.canvas.overlay()

    def test_zoom_and_comparison_show_on_the_toolbar(
        self, shell: Shell, furnishing: Furnishing, with_scan: OpenPhoto
    ) -> None:
        actions, canvas = shell.window.actions_by_id, furnishing.editor.canvas
        actions["actual"].trigger()
        assert canvas.zoom() == 1.0
        assert actions["actual"].isChecked()
        actions["split"].trigger()
        assert canvas.compare() == "split"
        assert (actions["split"].isChecked(), actions["side"].isChecked()) == (True, False)
        actions["split"].trigger()
        assert canvas.compare() is None
        assert not actions["split"].isChecked()

    def test_two_states_can_be_compared(
        self, furnishing: Furnishing, with_scan: OpenPhoto, staged: StagedJobs, qtbot: QtBot
    ) -> None:
        paint(with_scan.document)
        staged.release()
        with qtbot.waitSignal(furnishing.workspace.finished):
            furnishing.workspace.run("inpaint", {}, "classical")
        with qtbot.waitSignal(furnishing.workspace.comparing.ready):
            furnishing.editor.history.compare_requested.emit(0, 2)
        assert furnishing.editor.canvas.compare() == "split"

    def test_a_running_job_stands_in_the_history_of_its_photo(
        self, furnishing: Furnishing, with_scan: OpenPhoto, staged: StagedJobs, qtbot: QtBot
    ) -> None:
        paint(with_scan.document)
        furnishing.workspace.run("inpaint", {}, "classical")
        model, panel = furnishing.editor.history._model, furnishing.editor.history
        qtbot.waitUntil(lambda: model.running is not None and "tile 1 of 1" in model.running.detail)
        assert model.running is not None
        assert (model.running.title, model.running.detail) == ("Inpaint", "Running, tile 1 of 1")
        panel.cancel_requested.emit(model.running.job_id)
        (job,) = furnishing.workspace.jobs.jobs
        qtbot.waitUntil(lambda: job.state is JobState.CANCELLED)
        assert model.running is None
        staged.release()
        with qtbot.waitSignal(furnishing.workspace.finished):
            furnishing.workspace.run("inpaint", {}, "classical")
        qtbot.waitUntil(lambda: model.running is None)
        assert model.rows()[0].title == "Inpaint"

    def test_escape_cancels_the_job_before_the_stroke(
        self, shell: Shell, furnishing: Furnishing, with_scan: OpenPhoto, staged: StagedJobs, qtbot: QtBot
    ) -> None:
        paint(with_scan.document)
        furnishing.workspace.run("inpaint", {}, "classical")
        canvas = furnishing.editor.canvas
        qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=QPoint(canvas.width() // 2, canvas.height() // 2))
        assert canvas.is_stroking()
        shell.window.actions_by_id["cancel"].trigger()
        (job,) = furnishing.workspace.jobs.jobs
        qtbot.waitUntil(lambda: job.state is JobState.CANCELLED)
        assert canvas.is_stroking()
        shell.window.actions_by_id["cancel"].trigger()
        assert not canvas.is_stroking()

    def test_two_photos_make_a_filmstrip_and_one_does_not(
        self, shell: Shell, furnishing: Furnishing, with_scan: OpenPhoto, tmp_path: Path, qtbot: QtBot
    ) -> None:
        strip = furnishing.editor.filmstrip
        assert not strip.isVisible()
        second = tmp_path / "second.tif"
        second.write_bytes(with_scan.source.read_bytes() if with_scan.source else b"")
        with qtbot.waitSignal(furnishing.workspace.photo_shown):
            furnishing.workspace.open_files([second])
        assert strip.isVisible()
        with qtbot.waitSignal(furnishing.workspace.photo_shown):
            shell.window.actions_by_id["next"].trigger()
        assert furnishing.workspace.current is with_scan

    def test_a_failure_can_be_copied_as_a_report(
        self, furnishing: Furnishing, with_scan: OpenPhoto, staged: StagedJobs, qtbot: QtBot
    ) -> None:
        paint(with_scan.document)
        staged.fail_with = "The model is broken."
        staged.release()
        furnishing.workspace.run("inpaint", {}, "classical")
        qtbot.waitUntil(lambda: furnishing.messages.count() == 1)
        press(furnishing, "Copy report")
        assert QGuiApplication.clipboard().text() == "traceback"
        assert furnishing.messages.count() == 1, "the message stays for its other offers"


class TestMishaps:
    @pytest.fixture
    def plain_hook(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Without the test runner's own, which would fail the test for the error it raises on purpose."""
        monkeypatch.setattr(sys, "excepthook", sys.__excepthook__)

    def test_an_uncaught_error_is_said_and_ends_nothing(
        self, plain_hook: None, shell: Shell, furnishing: Furnishing, capsys: pytest.CaptureFixture[str], qtbot: QtBot
    ) -> None:
        try:
            raise ZeroDivisionError("in a slot")
        except ZeroDivisionError as error:
            sys.excepthook(type(error), error, error.__traceback__)
        qtbot.waitUntil(lambda: furnishing.messages.count() == 1)
        assert titles(furnishing) == ["Something went wrong inside Restorer"]
        press(furnishing, "Copy report")
        assert "ZeroDivisionError: in a slot" in QGuiApplication.clipboard().text()
        assert "ZeroDivisionError" in capsys.readouterr().err, "the terminal is told as well"
        assert shell.window.isVisible()

    def test_hooks_are_given_back(self, qapp: QApplication, tmp_path: Path, qtbot: QtBot) -> None:
        before = sys.excepthook, signal.getsignal(signal.SIGINT)
        shell = Shell(qapp, store=SettingsStore(tmp_path / "settings.toml"))
        shell.start()
        qtbot.waitUntil(lambda: shell.furnishing is not None)
        assert sys.excepthook is not before[0]
        shell.finish()
        shell.window.deleteLater()
        assert (sys.excepthook, signal.getsignal(signal.SIGINT)) == before

    @pytest.mark.skipif(sys.platform == "win32", reason="a process cannot send itself Ctrl+C alone there")
    def test_ctrl_c_closes_the_window_without_asking(
        self, shell: Shell, furnishing: Furnishing, with_scan: OpenPhoto, staged: StagedJobs, qtbot: QtBot
    ) -> None:
        paint(with_scan.document)
        furnishing.workspace.run("inpaint", {}, "classical")
        os.kill(os.getpid(), signal.SIGINT)
        qtbot.waitUntil(lambda: not shell.window.isVisible())


def test_f6_goes_round_the_areas(shell: Shell, furnishing: Furnishing, with_scan: OpenPhoto) -> None:
    shell.window.activateWindow()
    visited: list[QWidget] = []
    for _ in range(12):
        shell.window.focus_area(1)
        focus = QApplication.focusWidget()
        assert focus is not None
        visited.append(focus)
    assert any(widget is furnishing.editor.canvas for widget in visited)
    assert len(set(map(id, visited))) >= 5
    before = QApplication.focusWidget()
    shell.window.focus_area(1)
    shell.window.focus_area(-1)
    assert QApplication.focusWidget() is before


@pytest.mark.parametrize("width", [1000, 1280, 1600])
def test_the_toolbar_gives_way_so_that_the_device_has_its_place(
    shell: Shell, with_scan: OpenPhoto, width: int, qtbot: QtBot
) -> None:
    shell.window.resize(width, 720)
    bar = shell.window.toolbar
    qtbot.waitUntil(lambda: bar.width() == width)
    qtbot.waitUntil(lambda: bar.device_button.isVisible() and bar.device_button.geometry().right() <= width)
    assert bar.search_button.isVisible()
