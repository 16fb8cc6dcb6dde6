"""Project files in the window: saved on the io lane, opened with their photo, which may have to be looked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from restorer.core.errors import InputError
from restorer.core.progress import CancelToken
from restorer.formats.project_file import Project
from restorer.session.projects import SaveOrder, save_project
from restorer.session.sources import search_source
from restorer.ui.job_queue import Job, JobPlan, JobQueue, JobState
from restorer.ui.messages import Message, Offer, error_message
from restorer.ui.opening import Opener
from restorer.ui.photo import OpenPhoto
from restorer.ui.preload import heavy_imports
from restorer.ui.workers import Lanes, Work

_KEPT = "Your work is kept, and no file was overwritten."


class Projects(QObject):
    """Belongs to the window's thread."""

    saved = Signal(object, object)
    """OpenPhoto and the path of its project."""
    place_wanted = Signal(object)
    """OpenPhoto that is to be saved under another name."""
    photo_wanted = Signal(object)
    """Project whose photo the person wants to point to."""
    folder_wanted = Signal(object)
    """Project whose photo is to be searched for in a folder."""
    message_raised = Signal(object)
    message_over = Signal(str)
    """Key of a message that has nothing to say any more."""

    def __init__(self, lanes: Lanes, queue: JobQueue, opener: Opener, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lanes = lanes
        self._queue = queue
        self._opener = opener
        self._paths: dict[OpenPhoto, Path] = {}
        self._newer: set[OpenPhoto] = set()
        self._saving: dict[int, OpenPhoto] = {}
        self._after: list[tuple[OpenPhoto, Callable[[], None]]] = []
        queue.changed.connect(self._on_jobs_changed)
        opener.source_missing.connect(self._on_source_missing)

    def path_of(self, photo: OpenPhoto) -> Path | None:
        """The project file a photo belongs to."""
        return self._paths.get(photo)

    def may_save(self, photo: OpenPhoto) -> bool:
        """Whether its project file may be written again; one of a newer program may not."""
        return photo in self._paths and photo not in self._newer

    def begin(self, photo: OpenPhoto, path: Path | None, *, is_newer: bool) -> None:
        """A photo was opened, perhaps from a project."""
        if path is not None:
            self._paths[photo] = path
            self.message_over.emit(_missing_key(path))
        if is_newer and path is not None:
            self._newer.add(photo)
            self.message_raised.emit(
                Message(
                    "info",
                    f"{path.name} was saved by a newer version of Restorer",
                    "It is shown as far as this version understands it, and is not saved over. Save it under another "
                    "name to go on.",
                    key=f"newer-{path}",
                )
            )

    def end(self, photo: OpenPhoto) -> None:
        self._paths.pop(photo, None)
        self._newer.discard(photo)

    def when_saved(self, photo: OpenPhoto, then: Callable[[], None]) -> None:
        """Calls ``then`` once no save of the photo is under way, which may be now: a save reads what undo keeps."""
        if photo in self._saving.values():
            self._after.append((photo, then))
        else:
            then()

    def _on_jobs_changed(self) -> None:
        open_ids = {job.id for job in self._queue.open_jobs}
        self._saving = {job: photo for job, photo in self._saving.items() if job in open_ids}
        ready = [pair for pair in self._after if pair[0] not in self._saving.values()]
        self._after = [pair for pair in self._after if pair not in ready]
        for _, then in ready:
            then()

    def save(self, photo: OpenPhoto, path: Path, *, embed: bool = False, overwrite: bool = False) -> None:
        """Queues the saving of a project as the photo is now."""
        order = SaveOrder.of(path, photo.document, photo.file, photo.source, embed=embed, overwrite=overwrite)
        state = photo.document.state

        def begin(job: Job) -> Work:
            self._queue.update(job, detail="Disk, writing")
            return work

        def work(_token: CancelToken) -> Iterator[object]:
            with heavy_imports("cv2"):
                save_project(order)
            yield path

        def on_written(job: Job, _path: object) -> None:
            if photo.document.state == state:
                photo.document.mark_saved()
            self._paths[photo] = path
            self._newer.discard(photo)
            self._queue.settle(job, JobState.DONE, f"Written to {path.parent}")
            self.saved.emit(photo, path)

        def on_error(job: Job, error: Exception) -> None:
            offers = (
                Offer("Choose another place", lambda: self.place_wanted.emit(photo)),
                Offer("Try again", partial(self.save, photo, path, embed=embed, overwrite=overwrite)),
            )
            message = error_message(f"{path.name} was not saved", error, kept=_KEPT, offers=offers)
            self._queue.settle(job, JobState.FAILED, str(error), report=message.report if message else "")
            if message is not None:
                self.message_raised.emit(message)

        again = partial(self.save, photo, path, embed=embed, overwrite=overwrite)
        plan = JobPlan("Save", path.name, self._lanes.io, None, begin, on_written, on_error, again)
        job = self._queue.add(plan)  # which may change what is being saved
        self._saving[job.id] = photo

    # -- a photo that is not where it was

    def search(self, project: Project, folder: Path) -> None:
        """Looks through a folder for a project's photo and opens both."""

        def begin(job: Job) -> Work:
            self._queue.update(job, detail=f"Searching {folder.name}")
            return work

        def work(token: CancelToken) -> Iterator[object]:
            found = search_source(project.source, folder, token)
            if found is None:
                raise InputError(f"No file in {folder} is the photo {project.source.name}.")
            yield found

        def on_found(job: Job, found: Path) -> None:
            self._queue.settle(job, JobState.DONE, f"Found as {found.name}")
            self._opener.open_project(project, found)

        def on_error(job: Job, error: Exception) -> None:
            message = error_message(
                f"{project.source.name} was not found", error, kept="", offers=self._ways_to(project)
            )
            self._queue.settle(job, JobState.FAILED if message else JobState.CANCELLED, str(error))
            if message is not None:
                self.message_raised.emit(replace(message, key=missing_key(project)))

        self._queue.add(
            JobPlan("Search", project.source.name, self._lanes.io, None, begin, on_found, on_error)  # type: ignore[arg-type]
        )

    def open_with(self, project: Project, photo: Path) -> None:
        """Opens a project with the photo that the person pointed to."""
        self._opener.open_project(project, photo)

    def _on_source_missing(self, project: Project) -> None:
        self.message_raised.emit(
            Message(
                "warning",
                f"{project.path.name} needs the photo {project.source.name}, which is not where it was",
                f"It was {project.source.path or 'beside the project'}. The project is whole; it opens as soon as its "
                "photo is found. A search knows the photo by its contents, whatever it is called now.",
                self._ways_to(project),
                key=missing_key(project),
            )
        )

    def _ways_to(self, project: Project) -> tuple[Offer, ...]:
        return (
            Offer("Search a folder", lambda: self.folder_wanted.emit(project), stays=True),
            Offer("Point to the photo", lambda: self.photo_wanted.emit(project), stays=True),
        )


def missing_key(project: Project) -> str:
    """Key of the message that a project's photo is missing."""
    return _missing_key(project.path)


def _missing_key(path: Path) -> str:
    return f"missing-{path}"
