"""Steps tried on a part of a photo, on the lane of their device: the latest order wins, and real jobs come first.

However often an order is replaced, no more than one piece of work is ever handed to a lane: the newest order waits here
until that one is over. Work that takes long is told to stop as soon as it is out of date; quick work may end, so that
the picture keeps up with a slider that is being dragged.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal

from restorer.core.contract import Engine
from restorer.core.errors import RestorerError
from restorer.core.geometry import Bounds
from restorer.core.mask import Mask
from restorer.core.progress import CancelToken
from restorer.session.jobs import JobCancelled, JobFailed, JobStarted
from restorer.session.preview import FactsCache, PreviewFinished, PreviewRequest, preview_request, run_preview
from restorer.session.session import Session
from restorer.tasks import get_task
from restorer.tasks.spec import CLASSICAL
from restorer.ui.canvas.trial import Trial
from restorer.ui.job_queue import JobQueue, JobState
from restorer.ui.photo import OpenPhoto
from restorer.ui.preload import heavy_imports
from restorer.ui.workers import Lane, Lanes, Ticket

PATIENCE_S = 0.3
"""How long work on an order that has been replaced may go on before it is told to stop."""


@dataclass(frozen=True, slots=True, eq=False)
class PreviewOrder:
    """What the person wants to see.

    Attributes:
        photo: as it is when the work begins, its mask included.
        task_id, params, model: as for a run.
        region: the part of the photo.
        key: whatever the one who ordered it tells orders apart by.
    """

    photo: OpenPhoto
    task_id: str
    params: Mapping[str, object]
    model: str
    region: Bounds
    key: object = None


@dataclass(frozen=True, slots=True, eq=False)
class PreviewResult:
    """A finished preview, with everything made on its lane that would keep the window waiting."""

    event: PreviewFinished
    trial: Trial


@dataclass(frozen=True, slots=True, eq=False)
class PreviewFailure:
    """Why there is no preview.

    Attributes:
        is_input: whether other settings would do; otherwise the work itself failed.
        report: for the clipboard, or empty.
    """

    message: str
    hint: str
    is_input: bool
    report: str = ""


@dataclass(slots=True, eq=False)
class _Work:
    """What is handed to a lane now."""

    order: PreviewOrder
    device: str
    lane: Lane
    ticket: Ticket
    began_s: float | None = None
    is_over: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class _Marks:
    """Snapshots of a photo's mask and of what is protected; copied once for as long as nobody paints."""

    photo: OpenPhoto
    revision: int
    mask: Mask
    protected: Mask | None


class Previews(QObject):
    """Belongs to the window's thread."""

    waiting_changed = Signal()
    """:attr:`is_waiting` or :attr:`is_busy` is another one."""
    advanced = Signal(object, object)
    """PreviewOrder and the JobEvent that its work gave."""
    finished = Signal(object, object)
    """PreviewOrder and its PreviewResult."""
    failed = Signal(object, object)
    """PreviewOrder and its PreviewFailure."""
    model_started = Signal(str)
    """Device id that a preview with a model runs on."""

    def __init__(self, session: Session, lanes: Lanes, queue: JobQueue, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._lanes = lanes
        self._queue = queue
        self._facts = FactsCache()
        self._wanted: PreviewOrder | None = None
        self._work: _Work | None = None
        self._marks: _Marks | None = None
        self._runs = 0
        self._is_closed = False
        self._patience = QTimer(self, singleShot=True)
        self._patience.timeout.connect(self._stop_work)
        queue.changed.connect(self._make_way)

    @property
    def runs(self) -> int:
        """How many pieces of work have begun so far."""
        return self._runs

    @property
    def is_busy(self) -> bool:
        """Whether an order waits or is worked on."""
        return not self._is_closed and (self._work is not None or self._wanted is not None)

    @property
    def is_working(self) -> bool:
        """Whether a lane still holds work of it, stopped or not."""
        return self._work is not None

    @property
    def is_waiting(self) -> bool:
        """Whether it is another job that has to end first."""
        return self._work is not None and self._work.began_s is None and self._is_taken(self._work)

    def show(self, order: PreviewOrder) -> None:
        """Takes the place of every order that is not yet finished."""
        if self._is_closed:
            return
        self._wanted = order
        work = self._work
        if work is None:
            self._begin_wanted()
        elif work.began_s is None or not _is_like(work.order, order):
            work.ticket.cancel()
        else:
            spent = time.monotonic() - work.began_s
            if not self._patience.isActive():
                self._patience.start(max(0, round((PATIENCE_S - spent) * 1000)))

    def cancel(self, photo: OpenPhoto | None = None) -> None:
        """Forgets the orders of a photo, or all; their work stops within one tile and is not heard of any more."""
        if self._wanted is not None and photo in (None, self._wanted.photo):
            self._wanted = None
        if self._work is not None and photo in (None, self._work.order.photo):
            self._work.is_over = True
            self._work.ticket.cancel()
        if self._marks is not None and photo in (None, self._marks.photo):
            self._marks = None

    def close(self) -> None:
        """Nothing is begun any more, and what is at work is stopped."""
        self._is_closed = True
        self._patience.stop()
        self.cancel()

    # -- handing over

    def _begin_wanted(self) -> None:
        order, self._wanted = self._wanted, None
        self._patience.stop()
        if order is None:
            self.waiting_changed.emit()
            return
        try:
            request = self._request(order)
        except RestorerError as error:
            self.failed.emit(order, PreviewFailure(error.message, error.hint, is_input=True))
            return
        device = self._session.settings.device
        if set(request.job.step.models) == {CLASSICAL}:
            device = "cpu"
        lane = self._lanes.device(device)
        ticket = Ticket(
            partial(self._events, request, device),
            on_event=self._on_event,
            on_failed=self._on_failed,
            on_ended=self._on_ended,
        )
        self._work = _Work(order, device, lane, ticket)
        lane.submit(ticket)
        self.waiting_changed.emit()

    def _request(self, order: PreviewOrder) -> PreviewRequest:
        """Everything frozen, as it is now."""
        step = self._session.resolve_step(order.task_id, order.params, model=order.model)
        document, marks = order.photo.document, self._frozen_marks(order.photo)
        mask = marks.mask if get_task(step.task).wants_mask(step.params) else None
        job = self._session.request(
            document.image,
            mask,
            step,
            base_state=document.state,
            photo_name=order.photo.name,
            file=document.file.placed(document.placement_from(0)),
        )
        job = replace(job, protected=marks.protected)
        return preview_request(self._session, job, order.region, facts=self._facts)

    def _frozen_marks(self, photo: OpenPhoto) -> _Marks:
        document = photo.document
        kept = self._marks
        if kept is None or kept.photo is not photo or kept.revision != document.mask_revision:
            protected, mask = document.protection(), document.mask.snapshot()
            if protected is not None:
                mask = mask.without(protected)
            kept = self._marks = _Marks(photo, document.mask_revision, mask, protected)
        return kept

    def _events(self, request: PreviewRequest, device: str, token: CancelToken) -> Iterator[object]:
        """Runs on the lane."""
        step = request.job.step

        def engine() -> Engine:
            with heavy_imports(*(("cv2",) if set(step.models) == {CLASSICAL} else ("cv2", "torch"))):
                return self._session.engine_for(step, device)

        for event in run_preview(request, engine, token):
            if isinstance(event, PreviewFinished):
                yield PreviewResult(event, Trial.of(event.region, request.job.mask, self._session.display))
            else:
                yield event

    # -- its life

    def _on_event(self, event: object) -> None:
        work = self._work
        assert work is not None
        if isinstance(event, JobStarted):
            work.began_s = time.monotonic()
            self._runs += 1
            self._lanes.identify(work.device, event.device)
            if self._wanted is not None:
                self._patience.start(round(PATIENCE_S * 1000))
            self.waiting_changed.emit()
        if work.is_over:
            return
        match event:
            case PreviewResult():
                self.finished.emit(work.order, event)
            case JobFailed(message=message, hint=hint, report=report, exit_code=code):
                work.is_over = True
                self.failed.emit(work.order, PreviewFailure(message, hint, is_input=code == 2, report=report))
            case JobCancelled():
                pass
            case _:
                self.advanced.emit(work.order, event)

    def _on_failed(self, error: Exception) -> None:
        """Only making the result ready for the screen is left to fail here."""
        from restorer.session.failure import failure_report

        work = self._work
        if work is not None and not work.is_over:
            work.is_over = True
            report = failure_report(error, device=work.device, request={"action": "preview"})
            self.failed.emit(
                work.order, PreviewFailure("The preview cannot be shown.", "", is_input=False, report=report)
            )

    def _on_ended(self) -> None:
        work, self._work = self._work, None
        if work is not None:
            self._lanes.identify(work.device, "")
        self._begin_wanted()

    def _stop_work(self) -> None:
        if self._work is not None and self._wanted is not None:
            self._work.ticket.cancel()

    def _make_way(self) -> None:
        """A job that the person ran goes first on its lane; what it interrupts is tried again after it."""
        work = self._work
        if work is None or not self._is_taken(work):
            return
        if work.began_s is not None and not work.ticket.token.is_cancelled:
            if self._wanted is None and not work.is_over:
                self._wanted = work.order
            work.ticket.cancel()
        self.waiting_changed.emit()

    def _is_taken(self, work: _Work) -> bool:
        return any(
            job.state is JobState.RUNNING and job.plan is not None and job.plan.lane is work.lane
            for job in self._queue.open_jobs
        )


def _is_like(one: PreviewOrder, other: PreviewOrder) -> bool:
    """Whether the result of one order is still worth seeing while the other is made."""
    return (one.photo, one.task_id, one.region) == (other.photo, other.task_id, other.region)
