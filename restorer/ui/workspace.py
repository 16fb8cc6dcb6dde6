"""The one object the window's panels know: open photos, what is done to them, and what became of it.

Thin: it computes nothing. Pixels are worked on by jobs, documents know how to undo, files are read on the io lane;
this joins them and broadcasts what changed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from restorer.core.document import Change, Document
from restorer.core.errors import InputError, RestorerError
from restorer.core.mask import Mask, Plane, require_size
from restorer.core.placement import Placement, carried_between
from restorer.session.marking.operations import plane_order
from restorer.session.marking.order import MaskOrder
from restorer.session.session import Session
from restorer.tasks.spec import VARIANT
from restorer.ui.autosave import Autosave
from restorer.ui.comparing import Comparing
from restorer.ui.detections import Detections
from restorer.ui.exporting import Exporter, ExportOrder
from restorer.ui.job_queue import JobQueue, JobState
from restorer.ui.mask_files import MaskFiles
from restorer.ui.mask_work import MaskWork
from restorer.ui.messages import Message, Offer
from restorer.ui.opening import Opened, Opener
from restorer.ui.photo import OpenPhoto
from restorer.ui.previews import Previews
from restorer.ui.projects import Projects
from restorer.ui.reediting import Reediting
from restorer.ui.runs import TaskRuns
from restorer.ui.workers import Lanes


class Workspace(QObject):
    """Belongs to the window's thread.

    Args:
        session: the application without a window.
    """

    changed = Signal(object)
    """A :class:`Change` of the shown photo: parts to redraw, history, mask."""
    photo_shown = Signal()
    """Another photo is shown, or none."""
    photos_changed = Signal()
    """The list of open photos, or what one of them looks like there."""
    settings_changed = Signal()
    message_raised = Signal(object)
    """A :class:`Message` for the message stack."""
    finished = Signal(str, float)
    """Title and seconds of a job that ended well."""

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.lanes = Lanes(self)
        self.jobs = JobQueue(self)
        self.runs = TaskRuns(session, self.lanes, self.jobs, self)
        self.previews = Previews(session, self.lanes, self.jobs, self)
        self.opener = Opener(session, self.lanes, self)
        self.exporter = Exporter(session, self.lanes, self.jobs, self)
        self.masks = MaskFiles(self.lanes, self)
        self.mask_work = MaskWork(self.lanes, self)
        self.detections = Detections(session, self.lanes, self.jobs, self)
        self.comparing = Comparing(self.lanes, self)
        self.reediting = Reediting(session, self.lanes, self.jobs, self)
        self.projects = Projects(self.lanes, self.jobs, self.opener, self)
        self.autosave = Autosave(session, self.lanes, self)
        self._mask_clip: Mask | None = None
        self._photos: list[OpenPhoto] = []
        self._current: OpenPhoto | None = None
        self._last_masks: dict[OpenPhoto, tuple[Mask, Placement]] = {}
        self.opener.opened.connect(self._on_opened)
        self.projects.saved.connect(self._on_project_saved)
        self.changed.connect(self.autosave.note)
        self.photos_changed.connect(self.autosave.note)
        self.runs.applied.connect(self._on_applied)
        self.previews.model_started.connect(self.runs.model_started)
        self.exporter.exported.connect(self._on_exported)
        self.masks.mask_read.connect(self._on_mask_read)
        self.mask_work.changed.connect(self._on_document_changed)
        self.reediting.changed.connect(self._on_document_changed)
        talking = (
            self.exporter,
            self.masks,
            self.mask_work,
            self.detections,
            self.comparing,
            self.reediting,
            self.projects,
            self.autosave,
        )
        for part in (self.opener, self.runs, *talking):
            part.message_raised.connect(self.message_raised)

    # -- photos

    @property
    def photos(self) -> tuple[OpenPhoto, ...]:
        return tuple(self._photos)

    @property
    def current(self) -> OpenPhoto | None:
        """The photo that is shown."""
        return self._current

    @property
    def document(self) -> Document | None:
        return self._current.document if self._current is not None else None

    def open_files(self, paths: Iterable[Path]) -> None:
        """Opens photos; one that is open already is shown instead."""
        wanted = []
        for path in (path.absolute() for path in paths):
            known = next((p for p in self._photos if path in (p.source, self.projects.path_of(p))), None)
            if known is not None:
                self.show_photo(known)
            else:
                wanted.append(path)
        self.opener.open_files(wanted)

    def show_photo(self, photo: OpenPhoto) -> None:
        if photo is not self._current:
            self._current = photo
            self.photo_shown.emit()

    def show_neighbour(self, offset: int) -> None:
        """Shows the next (1) or previous (-1) open photo, around the end."""
        if self._current is not None:
            place = self._photos.index(self._current) + offset
            self.show_photo(self._photos[place % len(self._photos)])

    def close_photo(self, photo: OpenPhoto) -> None:
        """Cancels the photo's jobs and forgets it, its changes included: ask first."""
        self.jobs.cancel_all(photo)
        self.jobs.forget(photo)
        self.previews.cancel(photo)
        self.comparing.forget(photo)
        place = self._photos.index(photo)
        self._photos.remove(photo)
        self._last_masks.pop(photo, None)
        if photo is self._current:
            self._current = self._photos[min(place, len(self._photos) - 1)] if self._photos else None
            self.photo_shown.emit()
        self.projects.when_saved(photo, partial(self._release, photo))
        self.photos_changed.emit()

    def _release(self, photo: OpenPhoto) -> None:
        """Forgets what is kept of a photo that was closed."""
        self.autosave.end(photo)
        self.projects.end(photo)
        photo.document.close()

    @property
    def unsaved(self) -> tuple[OpenPhoto, ...]:
        """Photos whose pixels changed since they were opened or exported."""
        return tuple(photo for photo in self._photos if photo.document.is_modified)

    # -- working on the shown photo

    def run(self, task_id: str, params: Mapping[str, object], model: str) -> None:
        """Queues a run with the mask as it is; what stands in its way becomes a message."""
        photo = self._current
        if photo is None:
            return
        try:
            mask = self.runs.submit(photo, task_id, params, model, self.session.settings.device)
        except RestorerError as error:
            self.message_raised.emit(Message("info", error.message, error.hint, key="run"))
            return
        if mask is not None:
            self._last_masks[photo] = (mask, photo.document.placement_from(0))

    def cancel(self) -> bool:
        """Cancels the shown photo's running job, else the newest open one; returns whether there was one."""
        open_jobs = self.jobs.open_jobs
        mine = [job for job in open_jobs if job.subject is self._current]
        running = [job for job in mine or open_jobs if job.state is JobState.RUNNING]
        if not open_jobs:
            return False
        self.jobs.cancel(running[0] if running else open_jobs[-1])
        return True

    def undo(self) -> None:
        self._change(lambda document: document.undo())

    def redo(self) -> None:
        self._change(lambda document: document.redo())

    def choose(self, place: int) -> None:
        """Shows another answer of the latest step, where it had several."""
        document = self.document
        if document is not None and 0 <= place < len(document.choices):
            number = document.choices[place].step.params.get(VARIANT, place + 1)
            self._change(lambda document: document.choose(place, detail=f"Variant {number}"))

    def choose_neighbour(self, offset: int) -> None:
        """Shows the next (1) or previous (-1) answer of the latest step, around the end."""
        document = self.document
        if document is not None and document.choices:
            self.choose((document.chosen + offset) % len(document.choices))

    def jump(self, cursor: int) -> None:
        """Goes to the state after ``cursor`` history entries; 0 is the original."""
        self._change(lambda document: document.jump(cursor))

    def note_stroke(self, change: Change) -> None:
        """The canvas has ended a stroke on the shown photo's mask."""
        self._broadcast(change)

    def replace_mask(self, plane: Plane, label: str) -> None:
        """Sets the whole mask, as one undoable action; of a large photo not at once.

        Raises:
            InputError: where its size is not the photo's.
        """
        if self._current is not None:
            image = self._current.document.image
            require_size(plane.shape[1], plane.shape[0], image.width, image.height)
            self.mask_work.submit(self._current, plane_order(label, plane))

    def order_mask(self, order: MaskOrder) -> None:
        """Has the shown photo's mask changed, as one undoable action."""
        if self._current is not None:
            self.mask_work.submit(self._current, order)

    @property
    def mask_clip(self) -> Mask | None:
        """The mask that was copied last, of whichever photo."""
        return self._mask_clip

    def copy_mask(self) -> None:
        """Keeps the shown photo's mask as it is now, for :meth:`paste_mask`."""
        if self.document is not None:
            self._mask_clip = self.document.mask.snapshot()

    def paste_mask(self) -> None:
        """Sets the shown photo's mask to the copied one; says so where their sizes differ."""
        if self._mask_clip is None:
            return
        try:
            self.replace_mask(self._mask_clip.plane, "Pasted mask")
        except InputError as error:
            text = f"{error.message} {error.hint}"
            self.message_raised.emit(Message("info", "The mask was not pasted", text, key="paste-mask"))

    @property
    def last_mask(self) -> Mask | None:
        """The mask of the shown photo's latest run, in the extent that the photo has now."""
        photo = self._current
        if photo is None or photo not in self._last_masks:
            return None
        (mask, then), now = self._last_masks[photo], photo.document.placement_from(0)
        if then != now:
            mask = Mask(carried_between(mask.plane, then, now))
            self._last_masks[photo] = (mask, now)
        return mask

    def export(self, order: ExportOrder) -> None:
        self.exporter.export(order)

    # -- settings

    def update_settings(self, **changes: object) -> None:
        """Replaces and saves settings; where they cannot be saved, a message says so once."""
        notice = self.session.update_settings(**changes)
        if notice:
            self.message_raised.emit(Message("warning", "The settings could not be saved", notice, key="settings"))
        self.settings_changed.emit()

    def close(self) -> bool:
        """Ends all work and threads; returns whether every thread ended in time."""
        self.jobs.cancel_all()
        self.previews.close()
        ended = self.lanes.close() and self.autosave.close()
        for photo in self._photos:
            photo.document.close()
        return ended

    # -- events

    def _change(self, mutate: Callable[[Document], Change]) -> None:
        if self.document is not None:
            self._broadcast(mutate(self.document))

    def _broadcast(self, change: Change) -> None:
        self.changed.emit(change)
        if change.history:
            self.photos_changed.emit()

    def _on_opened(self, opened: Opened) -> None:
        photo = opened.photo
        self._photos.append(photo)
        if opened.mask is not None:
            photo.document.replace_mask(opened.mask.plane, "Marked damage")
        self.projects.begin(photo, opened.project, is_newer=opened.is_newer)
        self.autosave.begin(photo, opened.project, opened.recovered)
        recent = opened.project or photo.source
        if recent is not None and opened.recovered is None:
            self.session.remember_recent(recent)
            self.settings_changed.emit()
        if photo.file.notes:
            title = f"{photo.name} could not be taken over exactly as it is"
            self.message_raised.emit(Message("info", title, "\n".join(photo.file.notes)))
        self.photos_changed.emit()
        self.show_photo(photo)

    def _on_mask_read(self, photo: OpenPhoto, mask: Mask) -> None:
        if photo in self._photos:
            self.mask_work.submit(photo, plane_order("Imported mask", mask.plane))

    def _on_document_changed(self, photo: OpenPhoto, change: Change) -> None:
        if photo is self._current:
            self._broadcast(change)
        else:
            self.photos_changed.emit()

    def _on_applied(self, photo: OpenPhoto, change: Change, title: str, seconds: float) -> None:
        if photo is self._current:
            self._broadcast(change)
        else:
            self.photos_changed.emit()
        self.finished.emit(title, seconds)

    def _on_project_saved(self, photo: OpenPhoto, path: Path) -> None:
        self.autosave.note_saved(photo, path)
        self.session.remember_recent(path)
        self.settings_changed.emit()
        self.photos_changed.emit()

    def _on_exported(self, photo: OpenPhoto, target: Path) -> None:
        self.autosave.note_saved(photo, self.projects.path_of(photo))
        self.photos_changed.emit()
        self.message_raised.emit(
            Message(
                "info",
                f"{target.name} was saved",
                f"In {target.parent}. The original is unchanged.",
                (Offer("Show in folder", partial(_show_in_folder, target)),),
                key="exported",
            )
        )


def _show_in_folder(target: Path) -> None:
    from PySide6.QtCore import QUrl
    from PySide6.QtGui import QDesktopServices

    QDesktopServices.openUrl(QUrl.fromLocalFile(str(target.parent)))
