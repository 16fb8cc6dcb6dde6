"""What waits, what runs and how it ended: the window's list of jobs.

Jobs of one photo run in the order they were asked for, even where they go to different devices, because each works
on what the one before it left. A job is frozen only when its turn comes: :attr:`JobPlan.begin` is called then.
"""

from __future__ import annotations

import enum
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count

from PySide6.QtCore import QObject, Signal

from restorer.ui.workers import Lane, Ticket, Work

_ETA_STANDS_S = 1.0


class JobState(enum.Enum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_over(self) -> bool:
        return self in (JobState.DONE, JobState.FAILED, JobState.CANCELLED)


@dataclass(frozen=True, slots=True, eq=False)
class JobPlan:
    """What a job will do when its turn comes.

    Attributes:
        title: such as ``Inpaint``.
        subject_name: what it works on, such as ``page-12.tif``.
        lane: where it runs.
        subject: jobs of the same subject keep their order; None for a job that need not wait for any other.
        begin: called on the window's thread when the job starts; freezes its inputs and returns the work.
        on_event: called on the window's thread with each event of the work.
        on_error: called with an exception that the work raised.
    """

    title: str
    subject_name: str
    lane: Lane
    subject: object | None
    begin: Callable[[Job], Work]
    on_event: Callable[[Job, object], None]
    on_error: Callable[[Job, Exception], None]


@dataclass(slots=True, eq=False)
class Job:
    """One row of the list. Changed only through :class:`JobQueue`.

    ``plan`` is there until the job is over: the row of a job long done must not keep its photo and mask alive.
    """

    id: int
    title: str
    subject_name: str
    plan: JobPlan | None
    state: JobState = JobState.WAITING
    detail: str = ""
    fraction: float | None = None
    eta_s: float | None = None
    eta_since_s: float = 0.0
    report: str = ""
    ticket: Ticket | None = field(default=None, repr=False)

    @property
    def subject(self) -> object | None:
        """What it works on, until it is over."""
        return self.plan.subject if self.plan is not None else None

    @property
    def is_cancelled(self) -> bool:
        """Whether it was asked to stop while it ran."""
        return self.ticket is not None and self.ticket.token.is_cancelled


class JobQueue(QObject):
    """Belongs to the window's thread."""

    changed = Signal()
    """Some row looks different."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs: list[Job] = []
        self._ids = count(1)

    @property
    def jobs(self) -> tuple[Job, ...]:
        """In the order they were asked for."""
        return tuple(self._jobs)

    @property
    def open_jobs(self) -> tuple[Job, ...]:
        """Those that wait or run."""
        return tuple(job for job in self._jobs if not job.state.is_over)

    def add(self, plan: JobPlan) -> Job:
        """Queues a job; it may start at once."""
        job = Job(next(self._ids), plan.title, plan.subject_name, plan)
        self._jobs.append(job)
        self.changed.emit()
        self._start_what_can()
        return job

    def find(self, job_id: int) -> Job | None:
        return next((job for job in self._jobs if job.id == job_id), None)

    def cancel(self, job: Job) -> None:
        """Takes a waiting job out; asks a running one to stop, which it does within one tile."""
        if job.state is JobState.WAITING:
            self.settle(job, JobState.CANCELLED, "Cancelled before it began")
        elif job.state is JobState.RUNNING and job.ticket is not None:
            job.ticket.cancel()
            self.update(job, detail="Stopping")

    def cancel_all(self, subject: object | None = None) -> None:
        """Cancels every open job, or those of one subject; the newest first, so that none starts meanwhile."""
        for job in reversed(self.open_jobs):
            if subject is None or job.subject is subject:
                self.cancel(job)

    def dismiss(self, job: Job) -> None:
        """Takes a job that is over off the list."""
        if job.state.is_over:
            self._jobs.remove(job)
            self.changed.emit()

    def update(self, job: Job, *, detail: str, fraction: float | None = None, eta_s: float | None = None) -> None:
        """Says how far a job is. ``fraction`` never goes backwards, and an estimate stands for a second at least."""
        job.detail = detail
        if fraction is not None:
            job.fraction = max(fraction, job.fraction or 0.0)
        now = time.monotonic()
        if eta_s is not None and (job.eta_s is None or now - job.eta_since_s >= _ETA_STANDS_S):
            job.eta_s, job.eta_since_s = eta_s, now
        self.changed.emit()

    def settle(self, job: Job, state: JobState, detail: str, report: str = "") -> None:
        """Says how a job ended, and lets the next begin."""
        job.state, job.detail, job.report, job.eta_s, job.plan = state, detail, report, None, None
        if state is JobState.DONE:
            job.fraction = 1.0
        self.changed.emit()
        self._start_what_can()

    def _start_what_can(self) -> None:
        for job in self.open_jobs:
            if job.state is JobState.WAITING and job.plan is not None and not self._must_wait(job, job.plan):
                self._start(job, job.plan)

    def _must_wait(self, job: Job, plan: JobPlan) -> bool:
        others = [other for other in self.open_jobs if other is not job]
        if any(other.state is JobState.RUNNING and other.plan and other.plan.lane is plan.lane for other in others):
            return True
        return plan.subject is not None and any(other.id < job.id and other.subject is plan.subject for other in others)

    def _start(self, job: Job, plan: JobPlan) -> None:
        job.state = JobState.RUNNING
        job.detail = "Starting"
        try:
            work = plan.begin(job)
        except Exception as error:  # noqa: BLE001 - shown like a failure of the work; a bug must not block the lane
            plan.on_error(job, error)
            return
        job.ticket = Ticket(
            work,
            on_event=lambda event: plan.on_event(job, event),
            on_failed=lambda error: plan.on_error(job, error),
            on_ended=lambda: self._on_ended(job),
        )
        plan.lane.submit(job.ticket)
        self.changed.emit()

    def _on_ended(self, job: Job) -> None:
        cancelled = job.is_cancelled
        job.ticket = None
        if cancelled and not job.state.is_over:
            self.settle(job, JobState.CANCELLED, "Cancelled")
