"""Pictures of states that are to be compared, made on a thread of their own: what is shown is not touched."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from PySide6.QtCore import QObject, QTimer, Signal

from restorer.core.history import ROOT
from restorer.core.progress import CancelToken
from restorer.session.comparison import Comparison, compare_states
from restorer.ui.messages import Message, error_message
from restorer.ui.photo import OpenPhoto
from restorer.ui.workers import Lanes, Ticket

_SAY_BUSY_AFTER_MS = 300


@dataclass(frozen=True, slots=True, eq=False)
class Compared:
    """Two states of a photo, ready to be shown.

    Attributes:
        photo: whose they are.
        base: :attr:`~restorer.core.document.Document.state` that the photo had when they were asked for.
        pictures: the two.
        after_is_now: whether the later one is the photo as it is, which goes on changing.
        names: of the two, for people.
    """

    photo: OpenPhoto
    base: str
    pictures: Comparison
    after_is_now: bool
    names: tuple[str, str]


class Comparing(QObject):
    """Belongs to the window's thread."""

    ready = Signal(object)
    """A :class:`Compared`."""
    busy_changed = Signal(bool)
    """Pictures take so long that somebody waits for them, or are there now."""
    message_raised = Signal(object)

    def __init__(self, lanes: Lanes, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lanes = lanes
        self._ticket: Ticket | None = None
        self._photo: OpenPhoto | None = None
        self._late = QTimer(self, interval=_SAY_BUSY_AFTER_MS, singleShot=True)
        self._late.timeout.connect(lambda: self.busy_changed.emit(True))

    @property
    def is_busy(self) -> bool:
        """Whether pictures are being made."""
        return self._ticket is not None

    def compare(self, photo: OpenPhoto, one: int, other: int) -> None:
        """Has two states of any branches made, the one that was reached first as "before".

        Args:
            photo: whose history they are in.
            one, other: ids of entries, :data:`ROOT` for the original. What was asked for before is not made any more.
        """
        document, history = photo.document, photo.document.history
        if not {one, other} <= {ROOT, *history.nodes}:
            return  # a branch that was taken away meanwhile
        first, second = sorted(map(history.pixels_of, (one, other)))
        if first == second:
            text = "Strokes and changes of the mask leave the photo as it is."
            self.message_raised.emit(Message("info", "Both states show the same pixels", text, key="compare"))
            return
        self.cancel()
        here = history.current
        now = history.pixels_of(here.id) if here is not None else ROOT
        before, after = document.kept_state(first), document.kept_state(second)
        base, names = document.state, _names(photo, first, second)

        def work(_token: CancelToken) -> Iterator[object]:
            yield compare_states(before, after)

        def show(pictures: Comparison) -> None:
            if not ticket.token.is_cancelled:
                self.ready.emit(Compared(photo, base, pictures, second == now, names))

        def ended() -> None:
            if self._ticket is ticket:
                self._ticket = None
                self._late.stop()
                self.busy_changed.emit(False)

        def failed(error: Exception) -> None:
            if not ticket.token.is_cancelled:
                self._on_failed(photo, error)

        ticket = Ticket(work, on_event=show, on_failed=failed, on_ended=ended)
        self._ticket, self._photo = ticket, photo
        self._late.start()
        self._lanes.states.submit(ticket)

    def cancel(self) -> None:
        """Nobody wants the pictures any more that are being made."""
        if self._ticket is not None:
            self._ticket.cancel()

    def forget(self, photo: OpenPhoto) -> None:
        """The photo is closed, and with it what its pictures are made from."""
        if photo is self._photo:
            self.cancel()
            self._photo = None

    def _on_failed(self, photo: OpenPhoto, error: Exception) -> None:
        message = error_message(f"States of {photo.name} could not be compared", error, kept="The photo is as it was.")
        if message is not None:
            self.message_raised.emit(message)


def state_name(photo: OpenPhoto, entry_id: int) -> str:
    """What a state is called: the name it was given, or what was done last."""
    if entry_id == ROOT:
        return "Original"
    entry = photo.document.history.nodes[entry_id]
    return entry.name or entry.label


def _names(photo: OpenPhoto, first: int, second: int) -> tuple[str, str]:
    names = state_name(photo, first), state_name(photo, second)
    return names if names[0] != names[1] else (f"{names[0]}, earlier", f"{names[1]}, later")
