"""Brings running jobs to the list of jobs, the canvas and the task panel, and cancelling back."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal

from restorer.session.jobs import JobPreview, JobTilesPlanned, JobTileStarted
from restorer.ui import words
from restorer.ui.editor import Editor
from restorer.ui.filmstrip import FilmWork
from restorer.ui.hints import hud_hints
from restorer.ui.job_queue import Job, JobQueue, JobState
from restorer.ui.panels import JobRow, RunningStep
from restorer.ui.photo import OpenPhoto
from restorer.ui.runs import RunProgress
from restorer.ui.workspace import Workspace

_ROWS_AT_MOST_EVERY_MS = 100
_FINISHED_SHOWN_MS = 4000


class JobPresenter(QObject):
    report_wanted = Signal(str)
    """Text that "Copy report" is to put on the clipboard."""
    log_wanted = Signal(object)
    """A :class:`Job` whose log is to be shown."""
    facts_changed = Signal()

    def __init__(self, workspace: Workspace, editor: Editor, parent: QObject) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._editor = editor
        self._canvas = editor.canvas
        self._rows = QTimer(self, interval=_ROWS_AT_MOST_EVERY_MS, singleShot=True)
        self._rows.timeout.connect(self._show_rows)
        self._finished = QTimer(self, interval=_FINISHED_SHOWN_MS, singleShot=True)
        self._finished.timeout.connect(self._show_hud)
        self._opening = ""
        self._idle: tuple[str, str, str] = ("", "", "")
        jobs, runs = editor.jobs, workspace.runs
        workspace.jobs.changed.connect(self._on_jobs_changed)
        workspace.photo_shown.connect(self._on_photo_shown)
        workspace.opener.waiting_changed.connect(self._on_opening)
        workspace.finished.connect(self._on_finished)
        runs.started.connect(self._on_run_started)
        runs.advanced.connect(self._on_run_advanced)
        runs.over.connect(self._on_run_over)
        jobs.cancel_requested.connect(self._on_cancel_requested)
        editor.history.cancel_requested.connect(self._on_cancel_requested)
        jobs.report_requested.connect(self._on_report_requested)
        jobs.dismiss_requested.connect(self._on_dismiss_requested)
        jobs.retry_requested.connect(self._on_retry_requested)
        jobs.log_requested.connect(self._on_log_requested)
        jobs.move_requested.connect(self._on_move_requested)
        jobs.shift_requested.connect(self._on_shift_requested)
        jobs.pause_requested.connect(self._on_pause_requested)
        jobs.lane_pause_requested.connect(self._on_lane_pause_requested)
        jobs.cancel_all_requested.connect(workspace.jobs.cancel_all)
        jobs.clear_requested.connect(workspace.jobs.dismiss_over)

    def show_when_idle(self, text: str = "", key: str = "", action: str = "") -> None:
        """What the plate at the lower right says while nothing runs on the shown photo, and which key does what."""
        self._idle = (text, key, action)
        if text:
            self._finished.stop()
        self._show_hud()

    # -- workspace

    def _on_jobs_changed(self) -> None:
        if not self._rows.isActive():
            self._rows.start()
        self._show_running()

    def _on_photo_shown(self) -> None:
        self._canvas.set_hud_left(hud_hints(self._canvas.tool()))
        run = self._workspace.runs.progress_of(self._workspace.current)
        if run is not None:
            self._canvas.set_tiles(run.tiles, run.mask)
            for patch in run.previews:
                self._canvas.add_preview(patch)
            if run.current is not None:
                self._canvas.mark_tile(run.current)
        self._show_hud()
        self._show_running()

    def _on_run_started(self, run: RunProgress) -> None:
        if run.photo is self._workspace.current:
            self._show_hud()

    def _on_run_advanced(self, run: RunProgress, event: object) -> None:
        if run.photo is not self._workspace.current:
            return
        match event:
            case JobTilesPlanned(tiles=tiles):
                self._canvas.set_tiles(tiles, run.mask)
            case JobTileStarted(bounds=bounds):
                self._canvas.mark_tile(bounds)
            case JobPreview(patch=patch):
                self._canvas.add_preview(patch)
        self._show_hud()

    def _on_run_over(self, run: RunProgress) -> None:
        if run.photo is self._workspace.current:
            self._canvas.clear_previews()
            self._show_hud()

    def _on_opening(self, name: str) -> None:
        self._opening = name
        self._show_hud()

    def _on_finished(self, title: str, seconds: float) -> None:
        self._canvas.set_hud_right(f"{title} finished, {words.duration(seconds)}")
        self._finished.start()

    # -- jobs panel

    def _on_cancel_requested(self, job_id: int) -> None:
        job = self._workspace.jobs.find(job_id)
        if job is not None:
            self._workspace.jobs.cancel(job)

    def _on_report_requested(self, job_id: int) -> None:
        job = self._workspace.jobs.find(job_id)
        if job is not None:
            self.report_wanted.emit(job.report)

    def _on_dismiss_requested(self, job_id: int) -> None:
        job = self._workspace.jobs.find(job_id)
        if job is not None:
            self._workspace.jobs.dismiss(job)

    def _on_retry_requested(self, job_id: int) -> None:
        job = self._workspace.jobs.find(job_id)
        if job is not None:
            self._workspace.jobs.retry(job)

    def _on_log_requested(self, job_id: int) -> None:
        job = self._workspace.jobs.find(job_id)
        if job is not None:
            self.log_wanted.emit(job)

    def _on_move_requested(self, job_id: int, before_id: int) -> None:
        queue = self._workspace.jobs
        job = queue.find(job_id)
        if job is not None:
            queue.move(job, queue.find(before_id))

    def _on_shift_requested(self, job_id: int, offset: int) -> None:
        job = self._workspace.jobs.find(job_id)
        if job is not None:
            self._workspace.jobs.shift(job, offset)

    def _on_pause_requested(self, paused: bool) -> None:
        queue = self._workspace.jobs
        for lane in queue.lanes_in_use:
            (queue.pause if paused else queue.resume)(lane)

    def _on_lane_pause_requested(self, job_id: int, paused: bool) -> None:
        queue = self._workspace.jobs
        job = queue.find(job_id)
        if job is not None and job.lane is not None:
            (queue.pause if paused else queue.resume)(job.lane)

    # -- views

    def _show_rows(self) -> None:
        queue = self._workspace.jobs
        self._editor.jobs.set_jobs([_row(job, queue) for job in queue.jobs])
        self._editor.filmstrip.set_work(self._work_by_place())
        self._editor.tasks.set_busy(any(job.subject is not None for job in self._workspace.jobs.open_jobs))
        self.facts_changed.emit()

    def _work_by_place(self) -> dict[int, FilmWork]:
        """What is done to each photo of the strip: its running job, else that one waits."""
        queue, places = self._workspace.jobs, {photo: place for place, photo in enumerate(self._workspace.photos)}
        work: dict[int, FilmWork] = {}
        for job in queue.open_jobs:
            place = places.get(job.subject) if isinstance(job.subject, OpenPhoto) else None
            if place is None or place in work:
                continue
            paused = job.lane is not None and queue.is_paused(job.lane)
            state = "paused" if paused else job.state.value
            work[place] = FilmWork(state, job.fraction)
        return work

    def _show_running(self) -> None:
        """The running job of the shown photo stands in its history already."""
        photo, queue = self._workspace.current, self._workspace.jobs
        mine = (job for job in queue.open_jobs if job.subject is photo and job.state is JobState.RUNNING)
        job = next(mine, None) if photo is not None else None
        self._editor.history.set_running(_running(job) if job is not None else None)

    def _show_hud(self) -> None:
        """What is left, and how to stop it; nothing where nothing runs on the shown photo."""
        run = self._workspace.runs.progress_of(self._workspace.current)
        if run is None:
            if not self._finished.isActive():
                self._canvas.set_hud_right(*((f"Opening {self._opening}…",) if self._opening else self._idle))
            return
        self._finished.stop()
        eta_s = run.job.eta_s
        self._canvas.set_hud_right(f"{words.duration(eta_s)} left" if eta_s is not None else "Working", "Esc", "Cancel")


def _running(job: Job) -> RunningStep:
    state, place = "Paused" if job.is_paused else "Running", job.detail.rpartition(", ")[2]
    detail = f"{state}, {place[:1].lower()}{place[1:]}" if place else state
    return RunningStep(job.id, job.title, detail, job.fraction)


def _row(job: Job, queue: JobQueue) -> JobRow:
    paused = not job.state.is_over and job.lane is not None and queue.is_paused(job.lane)
    eta = f"{words.duration(job.eta_s)} left" if job.eta_s is not None and not paused else ""
    detail = job.detail
    if paused:
        detail = "Paused before it began" if job.state is JobState.WAITING else f"Paused. {detail}"
    return JobRow(
        job.id,
        job.title,
        detail,
        job.fraction,
        eta,
        job.state.value,
        subject=job.subject_name,
        paused=paused,
        can_retry=job.can_retry,
    )
