"""Offers unsaved work back: as cards where no photo is open, else in the message bar."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QPixmap

from restorer.session import recovery
from restorer.session.recovery import Recoverable
from restorer.ui import words
from restorer.ui.empty_view import EmptyView
from restorer.ui.messages import Message, Offer
from restorer.ui.qimage import rgb_image
from restorer.ui.recovery_cards import RecoveryCard
from restorer.ui.workspace import Workspace


class RecoveryPresenter(QObject):
    """Knows the workspace and the empty view."""

    photo_wanted = Signal(object)
    """A Recoverable whose photo the person wants to point to."""

    def __init__(self, workspace: Workspace, empty: EmptyView, parent: QObject) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._empty = empty
        self._works: list[Recoverable] = []
        workspace.autosave.found.connect(self._on_found)
        workspace.opener.opened.connect(self._on_opened)
        workspace.opener.photo_missing.connect(self._on_photo_missing)
        empty.recovery.opened.connect(lambda place: self._open(self._works[place]))
        empty.recovery.discarded.connect(lambda place: self._discard(self._works[place]))

    def look(self) -> None:
        """At the start of the window."""
        self._workspace.autosave.look_for_unsaved()

    def _on_found(self, works: tuple[Recoverable, ...]) -> None:
        self._works = list(works)
        self._show()
        if self._workspace.photos or self._workspace.opener.is_opening:
            self._say()

    def _say(self) -> None:
        names = ", ".join(work.name for work in self._works[:3]) + (" and others" if len(self._works) > 3 else "")
        self._workspace.message_raised.emit(
            Message(
                "warning",
                f"Unsaved work on {names}",
                "Restorer did not end well last time. What was done is kept; at most the stroke in progress is lost.",
                (Offer("Open it", self._open_all), Offer("Throw it away", self._discard_all)),
                key="recovery",
            )
        )

    def _show(self) -> None:
        self._empty.recovery.set_cards([_card(work) for work in self._works])

    def _open(self, work: Recoverable) -> None:
        self._workspace.opener.recover(work)

    def _open_all(self) -> None:
        for work in tuple(self._works):
            self._open(work)

    def _on_photo_missing(self, work: Recoverable) -> None:
        self._workspace.message_raised.emit(
            Message(
                "warning",
                f"The unsaved work on {work.name} needs its photo, which is not where it was",
                f"It was {work.source.path}. The work is kept until the photo is found.",
                (Offer("Point to the photo", lambda: self.photo_wanted.emit(work)),),
                key=f"recover-{work.folder.name}",
            )
        )

    def _discard(self, work: Recoverable) -> None:
        recovery.forget(work)
        self._works.remove(work)
        self._show()

    def _discard_all(self) -> None:
        for work in tuple(self._works):
            self._discard(work)

    def _on_opened(self, opened: object) -> None:
        recovered = getattr(opened, "recovered", None)
        if recovered in self._works:
            self._works.remove(recovered)
            self._show()


def _card(work: Recoverable) -> RecoveryCard:
    steps = words.counted(work.steps, "step", "steps")
    strokes = words.counted(len(work.entries) - work.steps, "stroke", "strokes")
    picture = QPixmap.fromImage(rgb_image(work.picture)) if work.picture is not None else QPixmap()
    return RecoveryCard(work.name, f"{steps}, {strokes}, until {work.at:%d %B, %H:%M}", work.lost, picture)
