"""Searches for damage as jobs of the window: found once, then reviewed as often as one likes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QObject, Signal

from restorer.core.contract import Engine
from restorer.core.damage import DamageMap
from restorer.core.progress import CancelToken
from restorer.session.detection import (
    DetectionFinished,
    DetectionRequest,
    detection_engine,
    detection_request,
    run_detection,
)
from restorer.session.jobs import JobCancelled, JobFailed, JobNotice, JobProgress, JobStarted, JobTileStarted
from restorer.session.session import Session
from restorer.tasks.spec import CLASSICAL
from restorer.ui import words
from restorer.ui.job_queue import Job, JobPlan, JobQueue, JobState
from restorer.ui.messages import Message, error_message
from restorer.ui.photo import OpenPhoto
from restorer.ui.preload import heavy_imports
from restorer.ui.runs import device_word
from restorer.ui.workers import Lanes, Work


@dataclass(slots=True)
class _Search:
    photo: OpenPhoto
    model: str
    device: str
    real_device: str = ""


class Detections(QObject):
    """Belongs to the window's thread."""

    found = Signal(object, object, str)
    """OpenPhoto, its DamageMap and the state of the photo it was made from."""
    ended = Signal(object)
    """OpenPhoto whose search is over, whichever way."""
    message_raised = Signal(object)

    def __init__(self, session: Session, lanes: Lanes, queue: JobQueue, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._lanes = lanes
        self._queue = queue

    def search(self, photo: OpenPhoto, model: str, device: str) -> None:
        """Looks for damage, unless the photo was looked at by this model as it is now.

        Raises:
            RestorerError: for a model that cannot be used.
        """
        request = detection_request(self._session, photo.document.image, model=model)
        known = self._session.damage_maps.get(photo.document.state, request.model)
        if known is not None:
            self.found.emit(photo, known, photo.document.state)
            return
        device = "cpu" if request.model == CLASSICAL else device
        search = _Search(photo, request.model, device)
        self._queue.add(
            JobPlan(
                title=request.title,
                subject_name=photo.name,
                lane=self._lanes.device(device),
                subject=photo,
                begin=partial(self._begin, search),
                on_event=partial(self._on_event, search),
                on_error=partial(self._on_error, search),
            )
        )

    # -- a job's life

    def _begin(self, search: _Search, job: Job) -> Work:
        document = search.photo.document
        request = detection_request(
            self._session,
            document.image,
            model=search.model,
            base_state=document.state,
            photo_name=search.photo.name,
        )
        self._queue.update(job, detail="Loading the model")
        needed = ("cv2",) if search.model == CLASSICAL else ("cv2", "torch")

        def engine() -> Engine:
            with heavy_imports(*needed):
                return detection_engine(self._session, request, search.device)

        def work(token: CancelToken) -> Iterator[object]:
            yield from run_detection(request, engine, token)

        return work

    def _on_event(self, search: _Search, job: Job, event: object) -> None:
        match event:
            case JobStarted(device=device):
                search.real_device = device
                self._lanes.identify(search.device, device)
            case JobTileStarted(index=index, total=total):
                text = f"{device_word(search.real_device)}, tile {index + 1} of {total}"
                self._queue.update(job, detail=text)
            case JobProgress(done=done, total=total, eta_s=eta_s):
                self._queue.update(job, detail=job.detail, fraction=done / max(total, 1), eta_s=eta_s)
            case JobNotice(message=message, detail=detail):
                self.message_raised.emit(Message("warning", message, detail, key=f"notice-{job.id}"))
            case DetectionFinished(damage=damage, request=request, seconds=seconds):
                self._finish(search, job, request, damage, seconds)
            case JobCancelled():
                self._end(search, job, JobState.CANCELLED, "Cancelled, the photo is unchanged")
            case JobFailed(message=message, hint=hint, report=report):
                self._end(search, job, JobState.FAILED, message, report)
                text = " ".join(part for part in (message, hint) if part)
                title = f"{job.title} in {search.photo.name} stopped"
                self.message_raised.emit(Message("error", title, text, report=report, key=f"failed-{job.id}"))

    def _on_error(self, search: _Search, job: Job, error: Exception) -> None:
        message = error_message(f"{job.title} in {search.photo.name} stopped", error)
        if message is not None:
            self.message_raised.emit(message)
        self._end(search, job, JobState.FAILED, str(error), message.report if message is not None else "")

    def _finish(self, search: _Search, job: Job, request: DetectionRequest, damage: DamageMap, seconds: float) -> None:
        if job.is_cancelled:
            self._end(search, job, JobState.CANCELLED, "Cancelled, the photo is unchanged")
            return
        self._session.damage_maps.put(request.base_state, request.model, damage)
        self._end(search, job, JobState.DONE, f"{device_word(search.real_device)}, {words.duration(seconds)}")
        self.found.emit(search.photo, damage, request.base_state)

    def _end(self, search: _Search, job: Job, state: JobState, detail: str, report: str = "") -> None:
        self._lanes.identify(search.device, "")
        self._queue.settle(job, state, detail, report)
        self.ended.emit(search.photo)
