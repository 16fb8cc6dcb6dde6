"""Projects saved and opened in the window, photos that are not where they were, and work offered back after a crash."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication, QFileDialog, QPushButton
from pytestqt.qtbot import QtBot

from restorer.core.geometry import Bounds
from restorer.formats.project_file import read_project
from restorer.session.settings_file import SettingsStore
from restorer.ui.furnishing import Furnishing
from restorer.ui.photo import OpenPhoto
from restorer.ui.qimage import pixels_of
from restorer.ui.shell import Shell

from .conftest import StagedJobs, paint, press, titles


@pytest.fixture
def worked(furnishing: Furnishing, with_scan: OpenPhoto, staged: StagedJobs, qtbot: QtBot) -> OpenPhoto:
    """The scan with a repair and a stroke."""
    staged.release()
    paint(with_scan.document)
    with qtbot.waitSignal(furnishing.workspace.finished):
        furnishing.workspace.run("inpaint", {}, "classical")
    paint(with_scan.document, Bounds(30, 30, 40, 40))
    return with_scan


def save(furnishing: Furnishing, photo: OpenPhoto, path: Path, qtbot: QtBot, **options: bool) -> None:
    with qtbot.waitSignal(furnishing.workspace.projects.saved, timeout=10_000):
        furnishing.workspace.projects.save(photo, path, **options)


def reopen(furnishing: Furnishing, path: Path, qtbot: QtBot) -> OpenPhoto:
    workspace = furnishing.workspace
    for photo in workspace.photos:
        workspace.close_photo(photo)
    with qtbot.waitSignal(workspace.opener.opened, timeout=10_000):
        workspace.open_files([path])
    assert workspace.current is not None
    return workspace.current


def test_a_project_is_saved_and_opened_again(furnishing, worked, qtbot, tmp_path):
    path, window = tmp_path / "scan.restore", furnishing._window
    pixels, mask = worked.document.image.pixels.copy(), worked.document.mask.plane.copy()
    assert window.isWindowModified()
    save(furnishing, worked, path, qtbot)
    assert not window.isWindowModified()
    assert furnishing.workspace.unsaved == ()
    assert furnishing.workspace.session.settings.recent[0] == path
    again = reopen(furnishing, path, qtbot)
    assert (again.name, again.source) == (worked.name, worked.source)
    assert np.array_equal(again.document.image.pixels, pixels)
    assert np.array_equal(again.document.mask.plane, mask)
    furnishing.workspace.open_files([path])
    assert len(furnishing.workspace.photos) == 1, "it is open already"
    furnishing.workspace.undo()
    furnishing.workspace.undo()
    with qtbot.waitSignal(furnishing.workspace.projects.saved, timeout=10_000):
        furnishing.commands.projects.save()
    assert read_project(path).cursor == again.document.history.cursor


def test_saving_that_fails_keeps_everything_and_can_be_tried_again(furnishing, worked, qtbot, tmp_path):
    path = tmp_path / "gone" / "scan.restore"
    with qtbot.waitSignal(furnishing.workspace.message_raised, timeout=10_000):
        furnishing.workspace.projects.save(worked, path)
    assert titles(furnishing) == ["scan.restore was not saved"]
    path.parent.mkdir()
    with qtbot.waitSignal(furnishing.workspace.projects.saved, timeout=10_000):
        press(furnishing, "Try again")
    assert path.is_file()


def test_a_photo_that_moved_is_searched_by_its_contents(furnishing, worked, scan, qtbot, tmp_path):
    path = tmp_path / "scan.restore"
    save(furnishing, worked, path, qtbot)
    workspace = furnishing.workspace
    workspace.close_photo(worked)
    (tmp_path / "deep" / "er").mkdir(parents=True)
    moved = Path(shutil.move(scan, tmp_path / "deep" / "er" / "other name.tif"))
    with qtbot.waitSignal(workspace.opener.source_missing, timeout=10_000) as missing:
        workspace.open_files([path])
    (title,) = titles(furnishing)
    assert title == f"scan.restore needs the photo {scan.name}, which is not where it was"
    bar = furnishing.messages.bars()[0]
    labels = [button.text() for button in bar.findChildren(QPushButton)]
    assert labels[:2] == ["Search a folder", "Point to the photo"]
    qtbot.waitUntil(lambda: not workspace.opener.is_opening)
    canvas = furnishing.editor.canvas
    assert canvas.is_pending(), "how it looked when it was saved"
    assert furnishing.editor.isVisible()
    seen = pixels_of(canvas.grab().toImage())
    shown = canvas._navigator.viewport.photo_in_view
    middle = seen[shown.top + shown.height // 2, shown.left + 2 : shown.right - 2].astype(int)
    assert middle[-1].sum() > middle[0].sum(), "the ramp of the photo"
    (tmp_path / "empty").mkdir()
    with qtbot.waitSignal(workspace.message_raised, timeout=10_000):
        workspace.projects.search(missing.args[0], tmp_path / "empty")
    assert titles(furnishing) == [f"{scan.name} was not found"]
    assert canvas.is_pending()
    with qtbot.waitSignal(workspace.opener.opened, timeout=10_000):
        workspace.projects.search(missing.args[0], tmp_path / "deep")
    assert workspace.current is not None
    assert workspace.current.source == moved
    assert workspace.projects.path_of(workspace.current) == path
    assert not canvas.is_pending()
    assert titles(furnishing) == [], "there is nothing to search for any more"


def test_closing_the_message_about_a_missing_photo_is_being_done_with_it(furnishing, worked, scan, qtbot, tmp_path):
    path = tmp_path / "scan.restore"
    save(furnishing, worked, path, qtbot)
    workspace = furnishing.workspace
    workspace.close_photo(worked)
    scan.unlink()
    with qtbot.waitSignal(workspace.opener.source_missing, timeout=10_000) as missing:
        workspace.open_files([path])
    qtbot.waitUntil(lambda: not workspace.opener.is_opening)
    press(furnishing, "Search a folder")
    assert furnishing.editor.canvas.is_pending(), "the dialog may come to nothing"
    furnishing._window.findChild(QFileDialog).reject()
    furnishing.messages.bars()[0].closed.emit()
    qtbot.waitUntil(lambda: not furnishing.editor.canvas.is_pending())
    assert not furnishing.editor.isVisible()
    broken = replace(missing.args[0], preview=b"no picture")
    workspace.opener.source_missing.emit(broken)
    assert not furnishing.editor.canvas.is_pending()
    assert len(titles(furnishing)) == 1


def test_unsaved_work_is_offered_after_a_crash_and_opens_as_it_was(qapp: QApplication, staged, scan, qtbot, tmp_path):
    shell = started(qapp, tmp_path, qtbot)
    furnishing = shell.furnishing
    assert furnishing is not None
    workspace = furnishing.workspace
    with qtbot.waitSignal(workspace.photo_shown):
        workspace.open_files([scan])
    photo = workspace.current
    assert photo is not None
    staged.release()
    paint(photo.document)
    with qtbot.waitSignal(workspace.finished):
        workspace.run("inpaint", {}, "classical")
    paint(photo.document, Bounds(30, 30, 40, 40))
    workspace.photos_changed.emit()
    pixels, mask = photo.document.image.pixels.copy(), photo.document.mask.plane.copy()
    workspace.autosave.keeps_all = True  # as after Ctrl+C; a crash leaves the same
    shell.finish()
    shell.window.deleteLater()

    shell = started(qapp, tmp_path, qtbot)
    furnishing = shell.furnishing
    assert furnishing is not None
    cards = shell.window.empty.recovery
    qtbot.waitUntil(lambda: not cards.isHidden(), timeout=10_000)
    card = next(child for child in cards.children() if hasattr(child, "open_button"))
    away = scan.rename(scan.with_name("away.tif"))
    with qtbot.waitSignal(furnishing.workspace.opener.photo_missing, timeout=10_000) as missing:
        card.open_button.click()
    assert "needs its photo" in titles(furnishing)[0]
    assert missing.args[0].name == scan.name
    away.rename(scan)
    assert scan.name in card.accessibleName()
    assert "1 step, 2 strokes" in card.accessibleDescription()
    assert "stroke in progress" in card.accessibleDescription()
    with qtbot.waitSignal(furnishing.workspace.opener.opened, timeout=10_000):
        card.open_button.click()
    again = furnishing.workspace.current
    assert again is not None
    assert np.array_equal(again.document.image.pixels, pixels)
    assert np.array_equal(again.document.mask.plane, mask)
    assert furnishing.workspace.unsaved == (again,)
    assert cards.isHidden()
    shell.finish()
    shell.window.deleteLater()

    shell = started(qapp, tmp_path, qtbot)
    furnishing = shell.furnishing
    assert furnishing is not None
    qtbot.waitUntil(lambda: furnishing.workspace.lanes.thumbnails.is_idle, timeout=10_000)
    assert shell.window.empty.recovery.isHidden(), "it was closed in order"
    shell.finish()
    shell.window.deleteLater()


def started(qapp: QApplication, tmp_path: Path, qtbot: QtBot) -> Shell:
    shell = Shell(qapp, store=SettingsStore(tmp_path / "settings.toml"))
    shell.start()
    qtbot.waitUntil(lambda: shell.furnishing is not None)
    return shell


def test_a_disk_that_takes_nothing_is_told_once_and_heals(furnishing, worked, qtbot, monkeypatch):
    autosave = furnishing.workspace.autosave
    journal = next(iter(autosave._journals.values()))
    shutil.rmtree(journal.folder)
    paint(worked.document, Bounds(2, 2, 6, 6))
    furnishing.workspace.photos_changed.emit()
    qtbot.waitUntil(lambda: "Work in progress cannot be kept on the disk" in titles(furnishing), timeout=10_000)
    assert worked.document.is_modified


def test_what_belongs_to_a_project_is_saved_on_closing(shell: Shell, furnishing, worked, qtbot, tmp_path):
    path = tmp_path / "scan.restore"
    assert not shell.window.close()
    assert "Save and close" not in buttons(furnishing), "it belongs to no project yet"
    press(furnishing, "Keep working")
    save(furnishing, worked, path, qtbot)
    furnishing.workspace.reediting.toggle(worked, 2)
    assert not shell.window.close()
    press(furnishing, "Save and close")
    qtbot.waitUntil(lambda: not shell.window.isVisible(), timeout=10_000)
    assert read_project(path).entries[-1].label == "Hid Inpaint"


def buttons(furnishing: Furnishing) -> list[str]:
    return [button.text() for button in furnishing.messages.bars()[0].findChildren(QPushButton)]


def test_a_photo_closed_while_it_is_saved_is_saved_all_the_same(furnishing, worked, qtbot, tmp_path):
    path, workspace = tmp_path / "scan.restore", furnishing.workspace
    with qtbot.waitSignal(workspace.projects.saved, timeout=10_000):
        workspace.projects.save(worked, path)
        workspace.close_photo(worked)
    assert len(read_project(path).entries) == 3
    assert workspace.projects.path_of(worked) is None
