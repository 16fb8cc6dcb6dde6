"""Jobs of several photos in the lanes: results where they belong, logs, retries, pauses, and trouble with devices."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from restorer.core.errors import OutOfMemoryError
from restorer.core.image import Image
from restorer.formats.metadata import Metadata
from restorer.formats.raster import ExportOptions, write_photo
from restorer.session.jobs import JobFailed, JobMemoryPlanned, JobNotice, JobRequest, JobStarted
from restorer.ui import runs
from restorer.ui.dialogs.job_log import JobLogDialog
from restorer.ui.exporting import ExportOrder
from restorer.ui.furnishing import Furnishing
from restorer.ui.job_queue import JobState
from restorer.ui.messages import Message
from restorer.ui.photo import OpenPhoto
from restorer.ui.workspace import Workspace

from .conftest import REGION, StagedJobs, paint


@pytest.fixture
def second(workspace: Workspace, opened: OpenPhoto, tmp_path: Path, qtbot: QtBot) -> OpenPhoto:
    """Another photo, open and shown."""
    path = tmp_path / "second.png"
    write_photo(path, Image(np.zeros((48, 64, 3), np.uint8)), Metadata(dpi=None, exif=None, xmp=None, iptc=None))
    with qtbot.waitSignal(workspace.photo_shown):
        workspace.open_files([path])
    assert workspace.current is not None
    return workspace.current


def run(workspace: Workspace) -> None:
    workspace.run("inpaint", {}, "classical")


def test_a_result_lands_on_its_photo_while_another_is_shown(
    workspace: Workspace, opened: OpenPhoto, second: OpenPhoto, staged: StagedJobs, qtbot: QtBot
) -> None:
    for photo in (opened, second):
        workspace.show_photo(photo)
        paint(photo.document)
        run(workspace)
    before = second.document.image.pixels.copy()
    assert [job.state for job in workspace.jobs.jobs] == [JobState.RUNNING, JobState.WAITING]
    staged.release()
    qtbot.waitUntil(lambda: opened.document.history.applied[-1].step is not None)
    assert (opened.document.image.pixels[REGION.slices] == 65535).all()
    qtbot.waitUntil(lambda: not workspace.jobs.open_jobs)
    assert (second.document.image.pixels[REGION.slices] == 255).all()
    assert not before.any()
    for photo in (opened, second):
        assert len([entry for entry in photo.document.history.applied if entry.step is not None]) == 1


def test_the_log_tells_the_whole_life(
    workspace: Workspace, opened: OpenPhoto, staged: StagedJobs, qtbot: QtBot
) -> None:
    paint(opened.document)
    staged.release()
    run(workspace)
    qtbot.waitUntil(lambda: not workspace.jobs.open_jobs)
    (job,) = workspace.jobs.jobs
    assert [line.text for line in job.log.lines] == [
        "Started on cpu with Staged",
        "1 tile of 16 × 8 px",
        "Finished on cpu after 1.5 s, 1 network call",
    ]


def test_a_failed_job_is_tried_again_from_its_row(
    workspace: Workspace, opened: OpenPhoto, staged: StagedJobs, qtbot: QtBot
) -> None:
    paint(opened.document)
    staged.fail_with = "The device is on fire."
    staged.release()
    run(workspace)
    qtbot.waitUntil(lambda: not workspace.jobs.open_jobs)
    (failed,) = workspace.jobs.jobs
    assert failed.log.lines[-1].kind == "error"
    staged.fail_with = ""
    workspace.jobs.retry(failed)
    qtbot.waitUntil(lambda: not workspace.jobs.open_jobs)
    (again,) = workspace.jobs.jobs
    assert again.state is JobState.DONE
    assert (opened.document.image.pixels[REGION.slices] == 65535).all()


def test_what_was_cancelled_before_it_began_can_be_asked_for_again(
    workspace: Workspace,
    opened: OpenPhoto,
    second: OpenPhoto,
    staged: StagedJobs,
    messages: list[Message],
    qtbot: QtBot,
) -> None:
    for photo in (opened, second):
        workspace.show_photo(photo)
        paint(photo.document)
        run(workspace)
    waiting = workspace.jobs.jobs[1]
    workspace.jobs.cancel(waiting)
    assert waiting.state is JobState.CANCELLED
    run(workspace)
    assert messages == [], "nobody is at that any more"
    assert len(workspace.jobs.open_jobs) == 2
    staged.release()
    qtbot.waitUntil(lambda: not workspace.jobs.open_jobs)


def test_a_stale_result_is_offered_again_in_the_list_too(
    workspace: Workspace, opened: OpenPhoto, staged: StagedJobs, qtbot: QtBot
) -> None:
    staged.release()
    paint(opened.document)
    run(workspace)
    qtbot.waitUntil(lambda: not workspace.jobs.open_jobs)
    staged.hold()
    paint(opened.document)
    run(workspace)
    qtbot.waitUntil(lambda: len(staged.requests) == 2)
    workspace.undo()
    workspace.undo()
    staged.release()
    qtbot.waitUntil(lambda: not workspace.jobs.open_jobs)
    stale = workspace.jobs.jobs[-1]
    assert stale.detail.startswith("Not applied")
    assert stale.can_retry
    workspace.close_photo(opened)
    assert not stale.can_retry, "its photo is gone"


def test_an_export_runs_beside_a_paused_device(
    workspace: Workspace, opened: OpenPhoto, staged: StagedJobs, tmp_path: Path, qtbot: QtBot
) -> None:
    paint(opened.document)
    run(workspace)
    (job,) = workspace.jobs.jobs
    assert job.lane is not None
    workspace.jobs.pause(job.lane)
    order = ExportOrder(
        opened, opened.document.image, opened.document.state, tmp_path / "out.tif", ExportOptions(), overwrite=False
    )
    workspace.export(order)
    qtbot.waitUntil((tmp_path / "out.tif").exists)
    assert job.is_paused
    workspace.jobs.resume(job.lane)
    staged.release()
    qtbot.waitUntil(lambda: not workspace.jobs.open_jobs)


def troubled(request: JobRequest, _engine: object, _token: object):  # type: ignore[no-untyped-def]
    """A card that fails, and a processor with too little memory."""
    yield JobStarted(request.id, "Staged", "cuda:0")
    yield JobNotice(request.id, "RTX stopped working; went on with the processor, which is slower.", "CUDA error.")
    yield JobMemoryPlanned(request.id, "cpu", 256, 90_000_000, 800_000_000)
    error = OutOfMemoryError("Memory ran out even for tiles of 64 pixels.", hint="Close other programs.")
    yield JobFailed(request.id, error.message, error.hint, "report", 1)


def test_trouble_with_a_device_is_told_and_the_photo_untouched(
    workspace: Workspace,
    opened: OpenPhoto,
    messages: list[Message],
    monkeypatch: pytest.MonkeyPatch,
    qtbot: QtBot,
) -> None:
    monkeypatch.setattr(runs, "run_job", troubled)
    heard: list[str] = []
    workspace.runs.model_started.connect(heard.append)
    paint(opened.document)
    before = opened.document.image
    run(workspace)
    qtbot.waitUntil(lambda: not workspace.jobs.open_jobs)
    assert heard == ["cpu"], "the device button is told where the work went"
    assert [message.severity for message in messages] == ["warning", "error"]
    assert messages[0].title.startswith("RTX stopped working")
    assert opened.document.image is before
    (job,) = workspace.jobs.jobs
    assert [line.kind for line in job.log.lines] == ["info", "warning", "info", "error"]


def test_the_log_opens_follows_and_can_try_again(
    furnishing: Furnishing, with_scan: OpenPhoto, staged: StagedJobs, qtbot: QtBot
) -> None:
    paint(with_scan.document)
    staged.fail_with = "No luck."
    furnishing.workspace.run("inpaint", {}, "classical")
    (job,) = furnishing.workspace.jobs.jobs
    qtbot.waitUntil(lambda: len(furnishing.editor.jobs.jobs()) == 1)
    furnishing.editor.jobs.log_requested.emit(job.id)
    dialog = furnishing._window.findChild(JobLogDialog)
    assert dialog is not None
    assert not dialog.isModal()
    staged.release()
    qtbot.waitUntil(lambda: len(dialog.texts()) == 3)
    assert "No luck" in dialog.texts()[-1]
    staged.fail_with = ""
    button = next(button for button in dialog.findChildren(QPushButton) if button.text() == "Try again")
    assert not button.isHidden()
    button.click()
    qtbot.waitUntil(lambda: not furnishing.workspace.jobs.open_jobs)
    assert (with_scan.document.image.pixels[REGION.slices] == 65535).all()


def test_the_strip_shows_which_photos_are_worked_on(
    furnishing: Furnishing, with_scan: OpenPhoto, staged: StagedJobs, tmp_path: Path, qtbot: QtBot
) -> None:
    workspace = furnishing.workspace
    path = tmp_path / "second.png"
    write_photo(path, Image(np.zeros((48, 64, 3), np.uint8)), Metadata(dpi=None, exif=None, xmp=None, iptc=None))
    with qtbot.waitSignal(workspace.photo_shown):
        workspace.open_files([path])
    for photo in workspace.photos:
        workspace.show_photo(photo)
        paint(photo.document)
        run(workspace)
    strip = furnishing.editor.filmstrip
    qtbot.waitUntil(lambda: {place: work.state for place, work in strip.work().items()} == {0: "running", 1: "waiting"})
    strip.grab()
    staged.release()
    qtbot.waitUntil(lambda: not workspace.jobs.open_jobs)
    qtbot.waitUntil(lambda: strip.work() == {})
