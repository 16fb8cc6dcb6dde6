"""What waits, what runs and how it ended: the window's list of jobs.

Jobs of one photo run in the order of the list, even where they go to different devices, because each works on what
the one before it left. A job is frozen only when its turn comes: :attr:`JobPlan.begin` is called then. The order is
that of asking until somebody moves a job that waits.
"""

from __future__ import annotations

import enum
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count

from PySide6.QtCore import QObject, Signal

from restorer.core.progress import CancelToken
from restorer.session.job_log import JobLog
from restorer.ui.heap import give_back_freed
from restorer.ui.workers import Lane, Ticket, Work

_ETA_STANDS_S = 1.0
_OVER_KEPT = 100
"""Rows of jobs that are over, besides the failed ones; older ones leave the list."""
_RETRIES_KEPT = 8
"""Failed jobs that can still be tried again: each keeps its photo and mask alive."""


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
        retry: asks for the same once more, as a new job; None where that makes no sense.
        on_over: called when the job is over, however that came, also where it never began.
    """

    title: str
    subject_name: str
    lane: Lane
    subject: object | None
    begin: Callable[[Job], Work]
    on_event: Callable[[Job, object], None]
    on_error: Callable[[Job, Exception], None]
    retry: Callable[[], object] | None = None
    on_over: Callable[[Job], None] = lambda job: None


@dataclass(slots=True, eq=False)
class Job:
    """One row of the list. Changed only through :class:`JobQueue`.

    ``plan`` is there until the job is over, or while it can be tried again: the row of a job long done must not keep
    its photo and mask alive.
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
    log: JobLog = field(default_factory=JobLog, repr=False)
    ticket: Ticket | None = field(default=None, repr=False)

    @property
    def subject(self) -> object | None:
        """What it works on, while it can still do so."""
        return self.plan.subject if self.plan is not None else None

    @property
    def lane(self) -> Lane | None:
        """Where it runs, while it can still do so."""
        return self.plan.lane if self.plan is not None else None

    @property
    def can_retry(self) -> bool:
        return self.state.is_over and self.plan is not None and self.plan.retry is not None

    @property
    def is_paused(self) -> bool:
        """Whether it stands still in the middle of its work, or will within one tile."""
        return self.ticket is not None and self.ticket.token.is_paused

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
        self._paused: set[Lane] = set()
        self._ids = count(1)
        self._is_starting = self._once_more = False

    @property
    def jobs(self) -> tuple[Job, ...]:
        """In the order in which they run."""
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

    # -- order

    def move(self, job: Job, before: Job | None) -> None:
        """Puts a waiting job in front of another one, or at the end; nothing comes in front of what runs already."""
        if job.state is not JobState.WAITING or job is before:
            return
        self._jobs.remove(job)
        place = self._jobs.index(before) if before is not None else len(self._jobs)
        last_running = max((at for at, other in enumerate(self._jobs) if other.state is JobState.RUNNING), default=-1)
        self._jobs.insert(max(place, last_running + 1), job)
        self.changed.emit()
        self._start_what_can()

    def shift(self, job: Job, offset: int) -> None:
        """Moves a waiting job ``offset`` places among those that wait; negative is earlier."""
        waiting = [other for other in self._jobs if other.state is JobState.WAITING]
        if job not in waiting:
            return
        place = waiting.index(job)
        target = min(max(place + offset, 0), len(waiting) - 1)
        if target != place:
            after = waiting[target + 1] if target + 1 < len(waiting) else None
            self.move(job, waiting[target] if target < place else after)

    # -- pausing

    @property
    def lanes_in_use(self) -> tuple[Lane, ...]:
        """Every lane that a job waits for or runs in."""
        return tuple(dict.fromkeys(job.lane for job in self.open_jobs if job.lane is not None))

    def is_paused(self, lane: Lane) -> bool:
        return lane in self._paused

    def pause(self, lane: Lane) -> None:
        """Begins nothing more in a lane; what runs there stands still within one tile and goes on at :meth:`resume`."""
        self._paused.add(lane)
        for job in self.open_jobs:
            if job.lane is lane and job.ticket is not None:
                job.ticket.token.pause()
                job.log.add("Paused")
        self.changed.emit()

    def resume(self, lane: Lane) -> None:
        self._paused.discard(lane)
        for job in self.open_jobs:
            if job.lane is lane and job.ticket is not None and job.is_paused:
                job.ticket.token.resume()
                job.log.add("Went on")
        self.changed.emit()
        self._start_what_can()

    # -- ending

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

    def retry(self, job: Job) -> None:
        """Asks for a job that failed once more; its old row goes."""
        if job.can_retry and job.plan is not None and job.plan.retry is not None:
            again = job.plan.retry
            self.dismiss(job)
            again()

    def dismiss(self, job: Job) -> None:
        """Takes a job that is over off the list."""
        if job.state.is_over and job in self._jobs:
            self._jobs.remove(job)
            self.changed.emit()

    def dismiss_over(self) -> None:
        """Takes every job that is over off the list."""
        self._jobs = [job for job in self._jobs if not job.state.is_over]
        self.changed.emit()

    def forget(self, subject: object) -> None:
        """The subject is gone: what failed on it cannot be tried again."""
        for job in self._jobs:
            if job.state.is_over and job.subject is subject:
                job.plan = None
        self.changed.emit()

    # -- what jobs say of themselves

    def update(self, job: Job, *, detail: str, fraction: float | None = None, eta_s: float | None = None) -> None:
        """Says how far a job is. ``fraction`` never goes backwards, and an estimate stands for a second at least."""
        job.detail = detail
        if fraction is not None:
            job.fraction = max(fraction, job.fraction or 0.0)
        now = time.monotonic()
        if eta_s is not None and (job.eta_s is None or now - job.eta_since_s >= _ETA_STANDS_S):
            job.eta_s, job.eta_since_s = eta_s, now
        self.changed.emit()

    def settle(self, job: Job, state: JobState, detail: str, report: str = "", *, keep_plan: bool = False) -> None:
        """Says how a job ended, and lets the next begin.

        Args:
            keep_plan: it can be tried again although it did not fail.
        """
        plan = job.plan
        job.state, job.detail, job.report, job.eta_s = state, detail, report, None
        if state is not JobState.FAILED and not keep_plan:
            job.plan = None
        if state is JobState.DONE:
            job.fraction = 1.0
        if plan is not None:
            plan.on_over(job)
        self._tidy()
        self.changed.emit()
        self._start_what_can()

    def _tidy(self) -> None:
        """Keeps the list, and what its rows keep alive, within bounds."""
        over = [job for job in self._jobs if job.state.is_over]
        for job in [job for job in over if job.plan is not None][:-_RETRIES_KEPT]:
            job.plan = None
        old = {job.id for job in [job for job in over if job.plan is None][:-_OVER_KEPT]}
        if old:
            self._jobs = [job for job in self._jobs if job.id not in old]

    # -- beginning

    def _start_what_can(self) -> None:
        if self._is_starting:  # asked from within a job that failed as it began: another round follows
            self._once_more = True
            return
        self._is_starting = True
        try:
            self._once_more = True
            while self._once_more:
                self._once_more = False
                self._start_round()
        finally:
            self._is_starting = False

    def _start_round(self) -> None:
        """One walk through the list: a job starts where its lane is free and nothing of its photo comes before it."""
        open_jobs = self.open_jobs
        busy = {job.lane for job in open_jobs if job.state is JobState.RUNNING}
        taken: set[int] = set()
        for job in open_jobs:
            plan = job.plan
            if job.state.is_over or plan is None:
                continue
            is_free = plan.lane not in busy and plan.lane not in self._paused and id(plan.subject) not in taken
            if plan.subject is not None:
                taken.add(id(plan.subject))
            if job.state is JobState.WAITING and is_free:
                busy.add(plan.lane)
                self._start(job, plan)

    def _start(self, job: Job, plan: JobPlan) -> None:
        job.state = JobState.RUNNING
        job.detail = "Starting"
        try:
            work = plan.begin(job)
        except Exception as error:  # noqa: BLE001 - shown like a failure of the work; a bug must not block the lane
            plan.on_error(job, error)
            return
        job.ticket = Ticket(
            _tidily(work),
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


def _tidily(work: Work) -> Work:
    """The same work, after which the lane's thread gives back what it freed, however it ended."""

    def run(token: CancelToken) -> Iterator[object]:
        try:
            yield from work(token)
        finally:
            give_back_freed()

    return run
