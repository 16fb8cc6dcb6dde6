"""Runs of tasks: from the person's press on Run to the step in the photo's history.

The mask is frozen when Run is pressed, the pixels when the job's turn comes, so that a queue of jobs on one photo
builds up while the person paints on. A result is applied only to the pixels it was made from.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial

from PySide6.QtCore import QObject, Signal

from restorer.core.contract import Engine
from restorer.core.errors import InputError, StaleResultError
from restorer.core.geometry import Bounds
from restorer.core.image import Image, Patch, Pixels
from restorer.core.mask import Mask
from restorer.core.mask_code import PackedMask
from restorer.core.placement import Placement, carried_between
from restorer.core.progress import CancelToken
from restorer.core.provenance import ProvenanceMap
from restorer.core.result import TaskResult
from restorer.core.step import Step
from restorer.formats.color import thumbnail
from restorer.session.jobs import (
    JobCancelled,
    JobEvent,
    JobFailed,
    JobFinished,
    JobMemoryPlanned,
    JobNotice,
    JobPreview,
    JobProgress,
    JobRequest,
    JobStarted,
    JobTilesPlanned,
    JobTileStarted,
    run_job,
)
from restorer.session.session import THUMBNAIL_PX, Session
from restorer.session.variants import variant_pictures
from restorer.tasks import get_task
from restorer.tasks.spec import CLASSICAL
from restorer.ui import words
from restorer.ui.job_queue import Job, JobPlan, JobQueue, JobState
from restorer.ui.messages import Message, Offer, error_message
from restorer.ui.photo import OpenPhoto
from restorer.ui.preload import heavy_imports
from restorer.ui.workers import Lanes, Work

_CANCELLED = "Cancelled, the photo is unchanged"
_KEPT = "Everything you painted is kept."
_VARIANT_PX = 192
"""Pictures of variants: large enough for the widest panel at two device pixels for one."""


@dataclass(slots=True, eq=False)
class RunProgress:
    """What the canvas shows of a running job; kept so that it can be shown again after a look at another photo.

    Attributes:
        photo: whose run it is.
        mask: what it repairs, as it was when Run was pressed.
        tiles: the plan.
        current: the tile in work.
        previews: finished tiles, not committed.
        device: where it runs, empty until known.
    """

    photo: OpenPhoto
    job: Job
    mask: Mask | None = None
    tiles: tuple[Bounds, ...] = ()
    current: Bounds | None = None
    previews: list[Patch] = field(default_factory=list)
    device: str = ""
    tile_index: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class _Order:
    """What the person asked for, frozen at the press of Run."""

    photo: OpenPhoto
    step: Step
    title: str
    model_title: str
    mask: Mask | None
    device: str
    extent: Placement
    """Where the photo lay in the original when Run was pressed."""

    def mask_now(self) -> Mask | None:
        """The mask in the extent that the photo has now: a crop may have come between."""
        now = self.photo.document.placement_from(0)
        return None if self.mask is None else Mask(carried_between(self.mask.plane, self.extent, now))


@dataclass(frozen=True, slots=True, eq=False)
class _Result:
    """A finished job, with everything made on its lane that would keep the window waiting."""

    event: JobFinished
    image: Image
    thumbnail: Pixels
    pictures: tuple[Pixels, ...]
    provenance: ProvenanceMap
    own: ProvenanceMap
    packed_mask: PackedMask | None

    @classmethod
    def of(cls, event: JobFinished, known: ProvenanceMap) -> _Result:
        photo, result = event.request.photo, event.result
        image = result.applied_to(photo)
        pictures = variant_pictures(photo, result, _VARIANT_PX)
        own = result.own_provenance(photo, image)
        provenance = (known if result.reframed is None else known.carried(result.reframed.placement)).merged(own)
        packed = PackedMask.of(event.request.mask) if event.request.mask is not None else None
        return cls(event, image, thumbnail(image, THUMBNAIL_PX), pictures, provenance, own, packed)


class TaskRuns(QObject):
    """Belongs to the window's thread."""

    submitted = Signal(object)
    """OpenPhoto on which a run was queued."""
    started = Signal(object)
    """RunProgress of a run whose turn has come."""
    advanced = Signal(object, object)
    """RunProgress and the JobEvent that changed it."""
    over = Signal(object)
    """RunProgress of a run that ended, whichever way; its previews are to be taken off."""
    applied = Signal(object, object, str, float)
    """OpenPhoto, Change, title and seconds of a result that went into the history."""
    message_raised = Signal(object)
    model_started = Signal(str)
    """Device id that a job with a model runs on, now that it began or had to leave another one."""

    def __init__(self, session: Session, lanes: Lanes, queue: JobQueue, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._lanes = lanes
        self._queue = queue
        self._orders: dict[int, _Order] = {}
        self._running: dict[int, RunProgress] = {}

    def progress_of(self, photo: OpenPhoto | None) -> RunProgress | None:
        """The run in work on this photo, if there is one."""
        return next((run for run in self._running.values() if run.photo is photo), None)

    def submit(
        self, photo: OpenPhoto, task_id: str, params: Mapping[str, object], model: str, device: str
    ) -> Mask | None:
        """Queues a run on the photo with the mask as it is now, and returns that mask.

        Raises:
            InputError: for unusable parameters, or where nothing is painted that no earlier job is already at.
            WeightsError: for a model that cannot be used.
        """
        task = get_task(task_id)
        step = self._session.resolve_step(task_id, params, model=model)
        confined = task.requires_mask(step.params) or not photo.document.mask.is_empty
        mask = self._free_mask(photo) if confined and task.wants_mask(step.params) else None
        if set(step.models) == {CLASSICAL}:
            device = "cpu"
        self.submitted.emit(photo)
        extent = photo.document.placement_from(0)
        self._enqueue(_Order(photo, step, task.title, self._session.model_title(step), mask, device, extent))
        return mask

    # -- asking

    def _free_mask(self, photo: OpenPhoto) -> Mask:
        """Snapshot of the mask without what earlier open jobs of this photo are at and was not painted over since."""
        if photo.document.mask.is_empty:
            raise InputError(
                "Nothing is painted yet.", hint="Paint over the damage with the brush (B), then press Run."
            )
        protected = photo.document.protected
        plane = photo.document.mask.plane.copy()
        if not protected.is_empty:
            plane[protected.plane > 0] = 0
            if not plane.any():
                raise InputError(
                    "Everything painted is protected.",
                    hint="Take the protection away with its brush (G) and the right mouse button.",
                )
        for order in self._orders.values():
            if order.photo is photo and (mask := order.mask_now()) is not None:
                region = mask.occupied().slices
                live, seen = plane[region], mask.plane[region]
                live[(seen > 0) & (live == seen)] = 0
        plane.flags.writeable = False
        mask = Mask(plane)
        if mask.is_empty:
            raise InputError(
                "Everything painted is already being repaired.", hint="Paint more to add another job to the queue."
            )
        return mask

    def _enqueue(self, order: _Order) -> None:
        job = self._queue.add(
            JobPlan(
                title=order.title,
                subject_name=order.photo.name,
                lane=self._lanes.device(order.device),
                subject=order.photo,
                begin=partial(self._begin, order),
                on_event=partial(self._on_event, order),
                on_error=partial(self._on_error, order),
                retry=partial(self._enqueue, order),
                on_over=self._on_over,
            )
        )
        if not job.state.is_over:
            self._orders[job.id] = order

    # -- a job's life

    def _begin(self, order: _Order, job: Job) -> Work:
        document, mask = order.photo.document, order.mask_now()
        request = JobRequest(
            id=job.id,
            title=order.title,
            step=order.step,
            photo=document.image,
            mask=mask,
            base_state=document.state,
            model_title=order.model_title,
            photo_name=order.photo.name,
            protected=document.protection(),
            file=document.file.placed(document.placement_from(0)),
        )
        known = document.provenance
        run = RunProgress(order.photo, job, mask)
        self._running[job.id] = run
        self._queue.update(job, detail="Loading the model")
        self.started.emit(run)

        def engine() -> Engine:
            needed = ("cv2",) if set(order.step.models) == {CLASSICAL} else ("cv2", "torch")
            with heavy_imports(*needed):
                return self._session.engine_for(order.step, order.device)

        def work(token: CancelToken) -> Iterator[object]:
            for event in run_job(request, engine, token):
                yield _Result.of(event, known) if isinstance(event, JobFinished) else event

        return work

    def _on_event(self, order: _Order, job: Job, event: JobEvent | _Result) -> None:
        run = self._running[job.id]
        job.log.note(event.event if isinstance(event, _Result) else event)
        match event:
            case JobStarted(device=device):
                run.device = device
                self._lanes.identify(order.device, device)
                if set(order.step.models) != {CLASSICAL}:
                    self.model_started.emit(device)
            case JobMemoryPlanned(device=device) if device != run.device:
                run.device = device
                self.model_started.emit(device)
            case JobTilesPlanned(tiles=tiles):
                run.tiles = tiles
            case JobTileStarted(index=index, total=total, bounds=bounds):
                run.current, run.tile_index = bounds, index
                self._queue.update(job, detail=f"{device_word(run.device)}, tile {index + 1} of {total}")
            case JobPreview(patch=patch):
                run.previews.append(patch)
                run.current = None
            case JobProgress(done=done, total=total, eta_s=eta_s):
                self._queue.update(job, detail=job.detail, fraction=done / max(total, 1), eta_s=eta_s)
            case JobNotice(message=message, detail=detail):
                self.message_raised.emit(Message("warning", message, detail, key=f"notice-{job.id}"))
            case _Result():
                self._finish(order, job, event)
            case JobFailed():
                self._fail(order, job, event)
            case JobCancelled():
                self._end(job, JobState.CANCELLED, _CANCELLED)
        self.advanced.emit(run, event)

    def _on_error(self, order: _Order, job: Job, error: Exception) -> None:
        message = error_message(f"{order.title} of {order.photo.name} stopped", error, kept=_KEPT)
        if message is not None:
            self.message_raised.emit(message)
        job.log.add(str(error), "error")
        self._end(job, JobState.FAILED, str(error), report=message.report if message is not None else "")

    def _finish(self, order: _Order, job: Job, result: _Result) -> None:
        if job.is_cancelled:  # too late for the job, which was through already, but not for the person
            self._end(job, JobState.CANCELLED, _CANCELLED)
            return
        event = result.event
        tiles = words.counted(event.result.tiles, "tile", "tiles")
        try:
            change = order.photo.document.apply(
                event.request.base_state,
                event.step,
                event.result,
                label=order.title,
                detail=", ".join((order.model_title, *_variants(event.result), tiles)),
                used_mask=event.request.mask,
                seconds=event.seconds,
                image=result.image,
                thumbnail=result.thumbnail,
                pictures=result.pictures,
                provenance=result.provenance,
                own=result.own,
                packed_mask=result.packed_mask,
            )
        except StaleResultError:
            job.log.add("The photo changed while it ran, so the result was not applied", "warning")
            self._end(job, JobState.DONE, "Not applied: the photo changed meanwhile", keep_plan=True)
            self.message_raised.emit(
                Message(
                    "warning",
                    f"The result of {order.title} was not applied",
                    f"{order.photo.name} changed while it ran. Your changes are kept; the result belonged to the "
                    "photo as it was before.",
                    (Offer("Run again", partial(self._queue.retry, job)),),
                    key=f"stale-{job.id}",
                )
            )
            return
        self._end(job, JobState.DONE, f"{device_word(event.device)}, {tiles}, {words.duration(event.seconds)}")
        self.applied.emit(order.photo, change, order.title, event.seconds)

    def _fail(self, order: _Order, job: Job, event: JobFailed) -> None:
        self._end(job, JobState.FAILED, event.message, report=event.report)
        self.message_raised.emit(
            Message(
                "error",
                f"{order.title} of {order.photo.name} stopped",
                " ".join(part for part in (event.message, _KEPT, event.hint) if part),
                (Offer("Try again", partial(self._queue.retry, job)),),
                report=event.report,
                key=f"failed-{job.id}",
            )
        )

    def _end(self, job: Job, state: JobState, detail: str, report: str = "", *, keep_plan: bool = False) -> None:
        self._queue.settle(job, state, detail, report, keep_plan=keep_plan)
        run = self._running.pop(job.id, None)
        if run is not None:
            self.over.emit(run)

    def _on_over(self, job: Job) -> None:
        """Its part of the mask is free again, also where it was cancelled before it began."""
        order = self._orders.pop(job.id, None)
        if order is not None and job.id in self._running:
            self._lanes.identify(order.device, "")


def _variants(result: TaskResult) -> tuple[str, ...]:
    count = len(result.alternatives)
    return (words.counted(count, "variant", "variants"),) if count else ()


def device_word(device: str) -> str:
    """``CPU``, ``GPU``, ``GPU 1``: short, for job rows."""
    kind, _, index = device.partition(":")
    if kind == "cpu":
        return "CPU"
    return f"GPU {index}" if index not in ("", "0") else "GPU"
