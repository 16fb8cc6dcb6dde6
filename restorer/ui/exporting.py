"""A photo on its way out: written on the io lane, atomically, as a row in the list of jobs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from restorer.core.image import Image
from restorer.core.placement import Placement
from restorer.core.progress import CancelToken
from restorer.formats.provenance import Provenance
from restorer.formats.raster import ExportOptions
from restorer.session.session import Session
from restorer.ui.job_queue import Job, JobPlan, JobQueue, JobState
from restorer.ui.messages import Message, Offer, error_message
from restorer.ui.photo import OpenPhoto
from restorer.ui.preload import heavy_imports
from restorer.ui.workers import Lanes, Work


@dataclass(frozen=True, slots=True, eq=False)
class ExportOrder:
    """What the export dialog gives; the pixels are those of the moment it was confirmed."""

    photo: OpenPhoto
    image: Image
    state: str
    target: Path
    options: ExportOptions
    overwrite: bool
    provenance: Provenance | None = None
    placement: Placement | None = None


class Exporter(QObject):
    """Belongs to the window's thread."""

    exported = Signal(object, object)
    """OpenPhoto and the path written."""
    retry_wanted = Signal(object)
    """ExportOrder to be asked about again: another folder or name."""
    message_raised = Signal(object)

    def __init__(self, session: Session, lanes: Lanes, queue: JobQueue, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._lanes = lanes
        self._queue = queue

    def export(self, order: ExportOrder) -> None:
        """Queues the export. The photo's document may change or close meanwhile."""

        def begin(job: Job) -> Work:
            self._queue.update(job, detail="Disk, writing")
            job.log.add(f"Writing {order.target}")
            return work

        def work(_token: CancelToken) -> Iterator[object]:
            with heavy_imports("cv2"):
                self._session.export(
                    order.target,
                    order.image,
                    order.photo.file.metadata,
                    order.options,
                    original=order.photo.source,
                    overwrite=order.overwrite,
                    infrared=order.photo.file.infrared,
                    provenance=order.provenance,
                    placement=order.placement,
                )
            yield order.target

        def on_written(job: Job, _target: object) -> None:
            if order.photo.document.state == order.state:
                order.photo.document.mark_saved()
            job.log.add(f"Written to {order.target}")
            self._queue.settle(job, JobState.DONE, f"Written to {order.target.parent}")
            self.exported.emit(order.photo, order.target)

        def on_error(job: Job, error: Exception) -> None:
            message = self._stopped(order, error, job)
            job.log.add(str(error), "error")
            self._queue.settle(job, JobState.FAILED, str(error), report=message.report if message else "")
            if message is not None:
                self.message_raised.emit(message)

        self._queue.add(
            JobPlan(
                title="Export",
                subject_name=order.target.name,
                lane=self._lanes.io,
                subject=None,
                begin=begin,
                on_event=on_written,
                on_error=on_error,
                retry=lambda: self.export(order),
            )
        )

    def _stopped(self, order: ExportOrder, error: Exception, job: Job) -> Message | None:
        return error_message(
            f"Export of {order.target.name} stopped",
            error,
            kept="Your edits are kept, and no file was overwritten.",
            offers=(
                Offer("Choose another place", lambda: self.retry_wanted.emit(order)),
                Offer("Try again", lambda: self._queue.retry(job)),
            ),
        )
