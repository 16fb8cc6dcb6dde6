"""What the panels rely on: opening, running, undoing, results that come too late, exporting."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from restorer.core.brush import Brush, StrokePoint
from restorer.core.document import Change
from restorer.core.geometry import Bounds
from restorer.formats.raster import ExportOptions, read_photo
from restorer.ui.exporting import ExportOrder
from restorer.ui.job_queue import JobState
from restorer.ui.messages import Message
from restorer.ui.photo import OpenPhoto
from restorer.ui.workspace import Workspace

from .conftest import REGION, StagedJobs, paint

ELSEWHERE = Bounds(40, 30, 50, 40)


def run(workspace: Workspace) -> None:
    workspace.run("inpaint", {}, "classical")


def only_job(workspace: Workspace):  # type: ignore[no-untyped-def]
    (job,) = workspace.jobs.jobs
    return job


class TestOpening:
    def test_a_photo_of_any_name_opens_with_its_depth_and_resolution(self, opened: OpenPhoto, scan: Path) -> None:
        assert opened.name == scan.name
        assert opened.document.image.bit_depth == 16
        assert opened.file.metadata.dpi == (600.0, 600.0)

    def test_what_was_opened_is_remembered(self, workspace: Workspace, opened: OpenPhoto, scan: Path) -> None:
        assert workspace.session.settings.recent == (scan,)

    def test_a_file_that_is_no_photo_is_named_and_stops_nothing(
        self, workspace: Workspace, messages: list[Message], scan: Path, tmp_path: Path, qtbot: QtBot
    ) -> None:
        broken = tmp_path / "ø broken.jpg"
        broken.write_bytes(b"\xff\xd8\xff broken")
        missing = tmp_path / "gone.png"
        with qtbot.waitSignal(workspace.photo_shown):
            workspace.open_files([broken, missing, scan])
        assert [message.severity for message in messages] == ["error", "error"]
        assert broken.name in messages[0].title
        assert missing.name in messages[1].title
        assert not any(message.report for message in messages), "an unusable file is no bug to report"
        assert workspace.current is not None

    def test_an_open_file_is_shown_not_opened_twice(self, workspace: Workspace, opened: OpenPhoto, scan: Path) -> None:
        workspace.open_files([scan])
        assert workspace.photos == (opened,)

    def test_the_sample_comes_with_its_damage_marked(self, workspace: Workspace, qtbot: QtBot) -> None:
        with qtbot.waitSignal(workspace.photo_shown, timeout=60_000):
            workspace.opener.open_sample()
        assert workspace.document is not None
        assert 0.001 < workspace.document.mask.coverage() < 0.3
        assert workspace.document.history.can_undo, "the marks can be taken back"

    def test_closing_shows_the_neighbour_and_at_last_nothing(
        self, workspace: Workspace, opened: OpenPhoto, qtbot: QtBot
    ) -> None:
        with qtbot.waitSignal(workspace.photo_shown, timeout=60_000):
            workspace.opener.open_sample()
        sample = workspace.current
        assert sample is not None
        workspace.show_neighbour(1)
        assert workspace.current is opened
        workspace.close_photo(opened)
        assert workspace.current is sample
        workspace.close_photo(sample)
        assert workspace.current is None
        assert workspace.document is None


class TestRunning:
    def test_a_result_becomes_one_step_and_leaves_the_rest_alone(
        self, workspace: Workspace, opened: OpenPhoto, staged: StagedJobs, qtbot: QtBot
    ) -> None:
        paint(opened.document)
        before = opened.document.image.pixels.copy()
        staged.release()
        with qtbot.waitSignal(workspace.finished) as finished:
            run(workspace)
        assert finished.args == ["Inpaint", 1.5]
        after = opened.document.image.pixels
        assert (after[REGION.slices] == 65535).all()
        outside = np.ones(after.shape[:2], bool)
        outside[REGION.slices] = False
        assert np.array_equal(after[outside], before[outside])
        assert opened.document.mask.is_empty
        assert opened.document.history.applied[-1].step is not None
        qtbot.waitUntil(lambda: only_job(workspace).state is JobState.DONE)

    def test_nothing_painted_is_said_and_no_job_made(
        self, workspace: Workspace, opened: OpenPhoto, messages: list[Message]
    ) -> None:
        run(workspace)
        assert workspace.jobs.jobs == ()
        assert messages[-1].title == "Nothing is painted yet."

    def test_the_mask_is_that_of_the_press_and_the_pixels_those_of_the_start(
        self, workspace: Workspace, opened: OpenPhoto, staged: StagedJobs, qtbot: QtBot
    ) -> None:
        paint(opened.document)
        run(workspace)
        paint(opened.document, ELSEWHERE)
        run(workspace)
        qtbot.waitUntil(lambda: len(staged.requests) == 1)
        assert staged.requests[0].mask is not None
        assert not staged.requests[0].mask.plane[ELSEWHERE.slices].any()
        staged.release()
        qtbot.waitUntil(lambda: not workspace.jobs.open_jobs)
        second = staged.requests[1]
        assert second.mask is not None
        assert second.mask.plane[ELSEWHERE.slices].all()
        assert not second.mask.plane[REGION.slices].any(), "the first job is at that already"
        assert (second.photo.pixels[REGION.slices] == 65535).all(), "it works on what the first left"
        assert len([entry for entry in opened.document.history.applied if entry.step]) == 2

    def test_a_second_press_with_nothing_new_painted_queues_nothing(
        self, workspace: Workspace, opened: OpenPhoto, staged: StagedJobs, messages: list[Message]
    ) -> None:
        paint(opened.document)
        run(workspace)
        run(workspace)
        assert len(workspace.jobs.jobs) == 1
        assert messages[-1].title == "Everything painted is already being repaired."

    def test_strokes_painted_while_it_runs_survive(
        self, workspace: Workspace, opened: OpenPhoto, staged: StagedJobs, qtbot: QtBot
    ) -> None:
        paint(opened.document)
        with qtbot.waitSignal(workspace.finished):
            run(workspace)
            paint(opened.document, ELSEWHERE)
            staged.release()
        assert opened.document.mask.occupied() == ELSEWHERE

    def test_a_result_in_the_middle_of_a_stroke_takes_nothing_from_it(
        self, workspace: Workspace, opened: OpenPhoto, staged: StagedJobs, qtbot: QtBot
    ) -> None:
        document = opened.document
        paint(document)
        run(workspace)
        painter = document.begin_stroke(Brush(4.0))
        painter.add(StrokePoint(42.0, 32.0))
        with qtbot.waitSignal(workspace.finished):
            staged.release()
        painter.add(StrokePoint(48.0, 38.0))
        workspace.note_stroke(document.end_stroke(painter))
        assert document.mask.plane[32, 42] == 255
        assert document.mask.plane[38, 48] == 255
        assert not document.mask.plane[REGION.slices].any()

    def test_cancel_leaves_every_pixel(
        self, workspace: Workspace, opened: OpenPhoto, staged: StagedJobs, qtbot: QtBot
    ) -> None:
        paint(opened.document)
        digest, state = opened.document.image.digest(), opened.document.state
        run(workspace)
        qtbot.waitUntil(lambda: len(staged.requests) == 1)
        assert workspace.cancel()
        qtbot.waitUntil(lambda: only_job(workspace).state is JobState.CANCELLED)
        assert (opened.document.image.digest(), opened.document.state) == (digest, state)
        assert opened.document.mask.occupied() == REGION
        assert not workspace.cancel(), "there is nothing left to cancel"

    def test_a_result_that_comes_after_the_cancel_is_not_applied(
        self, workspace: Workspace, opened: OpenPhoto, staged: StagedJobs, qtbot: QtBot
    ) -> None:
        paint(opened.document)
        staged.hears_cancel = False
        run(workspace)
        qtbot.waitUntil(lambda: len(staged.requests) == 1)
        workspace.cancel()
        staged.release()
        qtbot.waitUntil(lambda: only_job(workspace).state is JobState.CANCELLED)
        assert np.array_equal(opened.document.image.pixels, opened.document.original.pixels)

    def test_closing_the_photo_ends_its_jobs_and_only_those(
        self, workspace: Workspace, opened: OpenPhoto, staged: StagedJobs, qtbot: QtBot
    ) -> None:
        paint(opened.document)
        run(workspace)
        qtbot.waitUntil(lambda: len(staged.requests) == 1)
        workspace.close_photo(opened)
        qtbot.waitUntil(lambda: only_job(workspace).state is JobState.CANCELLED)
        assert workspace.photos == ()

    def test_a_failure_offers_its_report_and_another_try(
        self,
        workspace: Workspace,
        opened: OpenPhoto,
        staged: StagedJobs,
        messages: list[Message],
        qtbot: QtBot,
    ) -> None:
        paint(opened.document)
        staged.fail_with = "The model is broken."
        staged.release()
        run(workspace)
        qtbot.waitUntil(lambda: only_job(workspace).state is JobState.FAILED)
        (message,) = messages
        assert message.severity == "error"
        assert "The model is broken." in message.text
        assert "Try another model." in message.text
        assert message.report == "traceback"
        assert only_job(workspace).report == "traceback"
        staged.fail_with = ""
        with qtbot.waitSignal(workspace.finished):
            message.offers[0].act()


class TestStaleResults:
    @pytest.fixture
    def stale(
        self, workspace: Workspace, opened: OpenPhoto, staged: StagedJobs, messages: list[Message], qtbot: QtBot
    ) -> Message:
        """The message about a result that came after its photo had been changed."""
        paint(opened.document)
        with qtbot.waitSignal(workspace.finished):
            staged.release()
            run(workspace)
        staged.hold()
        paint(opened.document, ELSEWHERE)
        run(workspace)
        qtbot.waitUntil(lambda: len(staged.requests) == 2)
        workspace.jump(0)
        staged.release()
        qtbot.waitUntil(lambda: not workspace.jobs.open_jobs)
        return messages[-1]

    def test_it_is_not_applied(self, workspace: Workspace, opened: OpenPhoto, stale: Message) -> None:
        assert opened.document.image is not None
        assert np.array_equal(opened.document.image.pixels, opened.document.original.pixels)
        assert "not applied" in stale.title
        assert stale.severity == "warning"

    def test_it_can_be_run_again_on_the_photo_as_it_is_now(
        self, workspace: Workspace, opened: OpenPhoto, staged: StagedJobs, stale: Message, qtbot: QtBot
    ) -> None:
        (again,) = stale.offers
        assert again.label == "Run again"
        with qtbot.waitSignal(workspace.finished):
            again.act()
        assert staged.requests[-1].base_state != staged.requests[1].base_state
        assert opened.document.history.applied[-1].step is not None


def test_undo_redo_and_jump_tell_what_changed(
    workspace: Workspace, opened: OpenPhoto, staged: StagedJobs, qtbot: QtBot
) -> None:
    paint(opened.document)
    staged.release()
    with qtbot.waitSignal(workspace.finished):
        run(workspace)
    changes: list[Change] = []
    workspace.changed.connect(changes.append)
    done = opened.document.image.digest()
    workspace.undo()
    assert changes[-1].image == REGION
    assert opened.document.mask.occupied() == REGION, "the mask comes back with the step"
    workspace.redo()
    assert opened.document.image.digest() == done
    workspace.jump(0)
    assert opened.document.mask.is_empty


def test_the_last_mask_can_be_used_again(
    workspace: Workspace, opened: OpenPhoto, staged: StagedJobs, qtbot: QtBot
) -> None:
    assert workspace.last_mask is None
    paint(opened.document)
    staged.release()
    with qtbot.waitSignal(workspace.finished):
        run(workspace)
    assert workspace.last_mask is not None
    workspace.replace_mask(workspace.last_mask.plane, "Again")
    assert opened.document.mask.occupied() == REGION


class TestExport:
    def order(self, photo: OpenPhoto, target: Path, *, overwrite: bool = False) -> ExportOrder:
        document = photo.document
        return ExportOrder(photo, document.image, document.state, target, ExportOptions(), overwrite)

    def test_it_writes_on_the_io_lane_and_counts_as_saved(
        self, workspace: Workspace, opened: OpenPhoto, staged: StagedJobs, tmp_path: Path, qtbot: QtBot
    ) -> None:
        paint(opened.document)
        staged.release()
        with qtbot.waitSignal(workspace.finished):
            run(workspace)
        assert workspace.unsaved == (opened,)
        target = tmp_path / "out.tif"
        with qtbot.waitSignal(workspace.exporter.exported):
            workspace.export(self.order(opened, target))
        assert workspace.unsaved == ()
        written = read_photo(target)
        assert np.array_equal(written.image.pixels, opened.document.image.pixels)
        assert written.metadata.dpi == (600.0, 600.0)
        assert workspace.jobs.jobs[-1].state is JobState.DONE

    def test_the_original_is_refused_and_nothing_written(
        self, workspace: Workspace, opened: OpenPhoto, scan: Path, messages: list[Message], qtbot: QtBot
    ) -> None:
        before = scan.read_bytes()
        workspace.export(self.order(opened, scan, overwrite=True))
        qtbot.waitUntil(lambda: bool(messages))
        assert scan.read_bytes() == before
        assert "never overwritten" in messages[0].text
        assert [offer.label for offer in messages[0].offers] == ["Choose another place", "Try again"]

    def test_a_failed_export_can_be_asked_about_again(
        self, workspace: Workspace, opened: OpenPhoto, tmp_path: Path, messages: list[Message], qtbot: QtBot
    ) -> None:
        order = self.order(opened, tmp_path / "no such folder" / "out.png")
        workspace.export(order)
        qtbot.waitUntil(lambda: bool(messages))
        with qtbot.waitSignal(workspace.exporter.retry_wanted) as asked:
            messages[0].offers[0].act()
        assert asked.args == [order]


class TestMaskFiles:
    def test_a_mask_survives_the_way_through_a_file(
        self, workspace: Workspace, opened: OpenPhoto, tmp_path: Path, messages: list[Message], qtbot: QtBot
    ) -> None:
        paint(opened.document)
        path = tmp_path / "маска.png"
        workspace.masks.write(opened, path)
        qtbot.waitUntil(lambda: bool(messages))
        assert messages[0].severity == "info"
        workspace.undo()
        assert opened.document.mask.is_empty
        with qtbot.waitSignal(workspace.changed):
            workspace.masks.read(opened, path)
        assert opened.document.mask.occupied() == REGION

    def test_a_mask_of_another_size_is_refused(
        self, workspace: Workspace, opened: OpenPhoto, tmp_path: Path, messages: list[Message], qtbot: QtBot
    ) -> None:
        from restorer.core.mask import Mask
        from restorer.formats.mask_file import write_mask

        path = tmp_path / "other.png"
        write_mask(path, Mask.empty(10, 10))
        workspace.masks.read(opened, path)
        qtbot.waitUntil(lambda: bool(messages))
        assert "10 × 10" in messages[0].text
        assert opened.document.mask.is_empty


def test_closing_ends_running_jobs_and_threads(
    workspace: Workspace, opened: OpenPhoto, staged: StagedJobs, qtbot: QtBot
) -> None:
    paint(opened.document)
    run(workspace)
    qtbot.waitUntil(lambda: len(staged.requests) == 1)
    assert workspace.close(), "every thread ended in time"
