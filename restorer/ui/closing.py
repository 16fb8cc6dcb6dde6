"""What is asked before the window closes: once, in a message bar, and only where something would be lost."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from restorer.ui.job_queue import Job, JobState
from restorer.ui.messages import Message, Offer
from restorer.ui.photo import OpenPhoto
from restorer.ui.workspace import Workspace

QUESTION = "close"
"""Key of the question among the messages."""


class Closing(QObject):
    """Belongs to the window's thread. One close of the window is one question, whatever is chosen."""

    message_raised = Signal(object)

    def __init__(self, workspace: Workspace, parent: QObject) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._close_now: Callable[[], None] | None = None
        self._failed_before: set[int] = set()
        workspace.jobs.changed.connect(self._on_jobs_changed)

    @property
    def is_waiting(self) -> bool:
        """Whether the window closes as soon as the jobs are through."""
        return self._close_now is not None

    def may_close(self, close_now: Callable[[], None]) -> bool:
        """Whether nothing would be lost by closing; asks where something would.

        Args:
            close_now: closes without asking.
        """
        open_jobs, unsaved = self._workspace.jobs.open_jobs, self._workspace.unsaved
        self._close_now = None
        if not open_jobs and not unsaved:
            return True
        stay = Offer("Keep working", lambda: None)
        names = ", ".join(photo.name for photo in unsaved[:3]) + (" and others" if len(unsaved) > 3 else "")
        if not open_jobs:
            title = f"{names} {'has' if len(unsaved) == 1 else 'have'} changes that were not saved"
            text = "Neither as a project nor exported. Closing loses them. The originals are unchanged."
            offers: tuple[Offer, ...] = (Offer("Close anyway", close_now), stay)
            if all(map(self._workspace.projects.may_save, unsaved)):
                offers = (Offer("Save and close", lambda: self._save(unsaved, close_now)), *offers)
        else:
            title = _still_open(open_jobs)
            text = "Cancelling leaves the photos and files as they are. "
            text += f"Not exported yet: {names}." if unsaved else "Nothing else is lost."
            offers = (
                Offer("Finish, then close", lambda: self._wait(close_now)),
                Offer("Cancel and close", close_now),
                stay,
            )
        self.message_raised.emit(Message("warning", title, text, offers, key=QUESTION))
        return False

    def _save(self, photos: tuple[OpenPhoto, ...], close_now: Callable[[], None]) -> None:
        """Into the projects they belong to."""
        for photo in photos:
            path = self._workspace.projects.path_of(photo)
            if path is not None and photo in self._workspace.photos:
                self._workspace.projects.save(photo, path, overwrite=True)
        self._wait(close_now)

    def _wait(self, close_now: Callable[[], None]) -> None:
        """Closes once the jobs are through, unless that would lose what they came to."""
        paused = [lane for lane in self._workspace.jobs.lanes_in_use if self._workspace.jobs.is_paused(lane)]
        for lane in paused:
            self._workspace.jobs.resume(lane)
        self._close_now = close_now
        self._failed_before = {job.id for job in self._workspace.jobs.jobs if job.state is JobState.FAILED}
        self._on_jobs_changed()

    def _on_jobs_changed(self) -> None:
        close_now = self._close_now
        jobs = self._workspace.jobs
        if close_now is None or jobs.open_jobs:
            return
        self._close_now = None
        failed = [job for job in jobs.jobs if job.state is JobState.FAILED and job.id not in self._failed_before]
        unsaved = self._workspace.unsaved
        if not failed and not unsaved:
            close_now()
            return
        if failed:
            title = f"The window stays open: {failed[0].title} of {failed[0].subject_name} failed"
            text = "Nothing was lost. Try it again in the list of jobs, or close once more."
        else:
            title = f"The window stays open: {unsaved[0].name} was not exported"
            text = "The jobs are through. Export what you want to keep, or close once more."
        self.message_raised.emit(Message("info", title, text))


def _still_open(jobs: tuple[Job, ...]) -> str:
    """``Inpaint of a.tif is still running``, with the number of the others."""
    first = next((job for job in jobs if job.state is JobState.RUNNING), jobs[0])
    verb = "running" if first.state is JobState.RUNNING else "waiting"
    name = f"{first.title} of {first.subject_name}"
    if len(jobs) == 1:
        return f"{name} is still {verb}"
    others = f"{len(jobs) - 1} other job{'' if len(jobs) == 2 else 's'}"
    return f"{name} and {others} are not through yet"
