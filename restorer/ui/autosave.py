"""Work in progress kept on the disk while it is done, and offered back after a crash."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from restorer.core.progress import CancelToken
from restorer.session import recovery
from restorer.session.journal import Journal, JournalThread
from restorer.session.recovery import Recoverable
from restorer.session.session import Session
from restorer.ui.messages import Message, Offer
from restorer.ui.photo import OpenPhoto
from restorer.ui.workers import Lanes, Ticket

_LOOK_EVERY_MS = 1000


class Autosave(QObject):
    """Belongs to the window's thread; never waits for the disk. One journal for each open photo."""

    found = Signal(object)
    """Tuple of :class:`Recoverable`: unsaved work of a session that did not end well."""
    saved_changed = Signal()
    """Something came to the disk, or did not."""
    message_raised = Signal(object)

    def __init__(self, session: Session, lanes: Lanes, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._lanes = lanes
        self._thread = JournalThread()
        self._journals: dict[OpenPhoto, Journal] = {}
        self._problem = ""
        self.keeps_all = False
        """Whether work that was not saved stays on the disk at :meth:`close`, for the next start."""
        self._look = QTimer(self, interval=_LOOK_EVERY_MS)
        self._look.timeout.connect(self._on_look)
        self._again = QTimer(self)
        self._again.timeout.connect(self.retry)

    def look_for_unsaved(self) -> None:
        """Has the disk looked through for what a crash left; :attr:`found` tells."""

        def work(_token: CancelToken) -> Iterator[object]:
            recovery.clean_up()
            yield recovery.find_unsaved()

        def on_event(found: tuple[Recoverable, ...]) -> None:
            if found:
                self.found.emit(found)

        self._lanes.thumbnails.submit(Ticket(work, on_event=on_event))

    def begin(self, photo: OpenPhoto, project: Path | None = None, recovered: Recoverable | None = None) -> None:
        """Keeps a journal of a photo from now on; of recovered work in the place of the one it was found in."""
        try:
            journal = Journal(photo.document, photo.file, photo.source, self._thread, project=project)
        except OSError as error:
            self._complain(error.strerror or str(error))
            return
        self._journals[photo] = journal
        self._look.start()
        self._again.start(round(self._session.settings.autosave_s * 1000))
        if recovered is not None:
            self._thread.submit(partial(_settle, journal, recovered))

    def follow_settings(self) -> None:
        """Another time between two tries, from now on."""
        if self._again.isActive():
            self._again.start(round(self._session.settings.autosave_s * 1000))

    def note(self) -> None:
        """Something may have happened to an open photo."""
        for journal in self._journals.values():
            journal.note()

    def note_saved(self, photo: OpenPhoto, project: Path | None = None) -> None:
        """The photo is safe as it is now."""
        if photo in self._journals:
            self._journals[photo].note_saved(project)

    def written_at(self, photo: OpenPhoto | None) -> float:
        """:func:`time.monotonic` of the last time everything was on the disk; 0 where there was nothing yet."""
        journal = self._journals.get(photo) if photo is not None else None
        return journal.written_at if journal is not None else 0.0

    def retry(self) -> None:
        """Tries again what could not be written."""
        for journal in self._journals.values():
            journal.retry()

    def end(self, photo: OpenPhoto) -> None:
        """The photo is closed: its work is not needed any more."""
        journal = self._journals.pop(photo, None)
        if journal is not None:
            journal.discard()

    def close(self) -> bool:
        """Ends every journal and the thread; returns whether that was in time. Before the documents are closed."""
        self._look.stop()
        self._again.stop()
        for photo, journal in self._journals.items():
            if self.keeps_all and photo.document.is_modified:
                journal.note()
                journal.keep()
            else:
                journal.discard()
        self._journals.clear()
        return self._thread.close()

    def _on_look(self) -> None:
        problem = next((journal.problem for journal in self._journals.values() if journal.problem), "")
        if problem and problem != self._problem:
            self._complain(problem)
        self._problem = problem
        self.saved_changed.emit()

    def _complain(self, problem: str) -> None:
        self.message_raised.emit(
            Message(
                "warning",
                "Work in progress cannot be kept on the disk",
                f"{problem[:1].upper()}{problem[1:]}. Everything you did is in memory and can be saved or exported; "
                "writing is tried again by itself.",
                (Offer("Try now", self.retry),),
                key="autosave",
            )
        )


def _settle(journal: Journal, recovered: Recoverable) -> None:
    """On the journal's thread, after its first lines."""
    if not journal.is_behind and not journal.problem:
        recovery.settle(recovered)
