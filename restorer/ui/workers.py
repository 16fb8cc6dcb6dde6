"""Threads of the window: serial lanes. A frozen piece of work goes in, its events come out on the window's thread.

A lane is one ``QThread`` that iterates one generator at a time. Nothing but signals crosses between the threads, and
each work is handed its own :class:`CancelToken`, the only thing both sides share.
"""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from PySide6.QtCore import QObject, Qt, QThread, Signal, Slot

from restorer.core.progress import CancelToken

Work = Callable[[CancelToken], Iterator[object]]
"""Called on the lane's thread; what it yields is delivered to ``on_event`` on the window's thread."""

WORKER_NICENESS = 5
"""How much a lane's thread steps back behind the window's (Linux): enough to be preempted, too little to starve while
it holds the interpreter's lock and the window waits for it."""

_STOP_WITHIN_MS = 20_000
_AMBIGUOUS = ("auto", "cuda")
"""Names of devices that also have another name."""
_tickets = count(1)


def _ignore(_: object) -> None:
    """Default listener."""


@dataclass(frozen=True, slots=True, eq=False)
class Ticket:
    """One piece of work handed to a lane.

    ``on_event`` gets each yielded value, ``on_failed`` the exception the work raised, ``on_ended`` comes last and
    always, also for work that was cancelled before it began. All are called on the window's thread.
    """

    work: Work
    on_event: Callable[[Any], None] = _ignore
    on_failed: Callable[[Exception], None] = _ignore
    on_ended: Callable[[], None] = lambda: None
    token: CancelToken = field(default_factory=CancelToken)
    id: int = field(default_factory=lambda: next(_tickets))

    def cancel(self) -> None:
        self.token.cancel()


class _Runner(QObject):
    """The part of a lane that lives on its thread."""

    emitted = Signal(int, object)
    raised = Signal(int, object)
    ended = Signal(int)

    @Slot()
    def prepare(self) -> None:
        lower_own_priority()

    @Slot(object)
    def run(self, ticket: Ticket) -> None:
        try:
            for event in ticket.work(ticket.token):
                self.emitted.emit(ticket.id, event)
        except Exception as error:  # noqa: BLE001 - the boundary of a thread: whatever it is, the window shows it
            self.raised.emit(ticket.id, error)
        finally:
            self.ended.emit(ticket.id)


class Lane(QObject):
    """Runs pieces of work one after another on a thread of its own, in the order they were submitted.

    Belongs to the window's thread. The thread is started by the first work.
    """

    _handed_over = Signal(object)

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.name = name
        self._thread = QThread()
        self._thread.setObjectName(f"restorer-{name}")
        self._runner = _Runner()
        self._runner.moveToThread(self._thread)
        self._thread.started.connect(self._runner.prepare)
        self._handed_over.connect(self._runner.run, Qt.ConnectionType.QueuedConnection)
        self._runner.emitted.connect(self._on_emitted, Qt.ConnectionType.QueuedConnection)
        self._runner.raised.connect(self._on_raised, Qt.ConnectionType.QueuedConnection)
        self._runner.ended.connect(self._on_ended, Qt.ConnectionType.QueuedConnection)
        self._waiting: deque[Ticket] = deque()
        self._current: Ticket | None = None
        self._closed = False

    @property
    def is_idle(self) -> bool:
        return self._current is None and not self._waiting

    @property
    def is_running(self) -> bool:
        """Whether the thread lives (it does from the first work until :meth:`close`)."""
        return self._thread.isRunning()

    def submit(self, ticket: Ticket) -> Ticket:
        """Queues the work and returns its ticket.

        Raises:
            RuntimeError: after :meth:`close`.
        """
        if self._closed:
            raise RuntimeError(f"the lane {self.name} is closed")
        if not self._thread.isRunning():
            self._thread.start()
        self._waiting.append(ticket)
        self._hand_over_next()
        return ticket

    def stop(self) -> None:
        """Cancels everything and asks the thread to end, without waiting. No listener is called any more."""
        self._closed = True
        self._waiting.clear()
        if self._current is not None:
            self._current.cancel()
            self._current = None
        self._thread.quit()

    def close(self) -> bool:
        """Stops, and waits for the thread; returns whether it ended in time."""
        self.stop()
        return self._thread.wait(_STOP_WITHIN_MS)

    def _hand_over_next(self) -> None:
        while self._current is None and self._waiting:
            ticket = self._waiting.popleft()
            if ticket.token.is_cancelled:
                ticket.on_ended()
                continue
            self._current = ticket
            self._handed_over.emit(ticket)

    def _listener(self, ticket_id: int) -> Ticket | None:
        return self._current if self._current is not None and self._current.id == ticket_id else None

    @Slot(int, object)
    def _on_emitted(self, ticket_id: int, event: object) -> None:
        if ticket := self._listener(ticket_id):
            ticket.on_event(event)

    @Slot(int, object)
    def _on_raised(self, ticket_id: int, error: Exception) -> None:
        if ticket := self._listener(ticket_id):
            ticket.on_failed(error)

    @Slot(int)
    def _on_ended(self, ticket_id: int) -> None:
        if ticket := self._listener(ticket_id):
            self._current = None
            try:
                ticket.on_ended()
            finally:
                self._hand_over_next()


class Lanes(QObject):
    """All threads of the window: one lane per device, one for files, one for small pictures, one for the tiles of
    the canvas, one for masks, one for states to compare.

    An engine belongs to one thread at a time, so two names of one device must share a lane. Which device ``auto`` is
    turns out only when its first job starts; until then every job goes through that lane.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lanes: dict[str, Lane] = {}
        self._same_as: dict[str, str] = {}
        self._unidentified = ""

    @property
    def io(self) -> Lane:
        """For opening and exporting: never waits behind a running job."""
        return self._lane("io")

    @property
    def thumbnails(self) -> Lane:
        """For small pictures, which can wait and for which nothing waits."""
        return self._lane("thumbnails")

    @property
    def tiles(self) -> Lane:
        """For the tiles of the canvas, which people look at while they are made."""
        return self._lane("tiles")

    @property
    def marks(self) -> Lane:
        """For what tools work out on masks: short, and somebody waits for it."""
        return self._lane("marks")

    @property
    def states(self) -> Lane:
        """For pictures of earlier states and of other branches, which somebody wants to compare."""
        return self._lane("states")

    def device(self, device: str) -> Lane:
        """The lane of a device such as ``auto``, ``cpu``, ``cuda`` or ``cuda:1``."""
        if self._unidentified:
            return self._lane(self._unidentified)
        name = self._same_as.get(device, device)
        if device in _AMBIGUOUS and device not in self._same_as:
            self._unidentified = name
        return self._lane(name)

    def identify(self, device: str, real: str) -> None:
        """Says which device a name such as ``auto`` turned out to be, or that there is none (``real`` empty)."""
        if self._unidentified == device:
            self._unidentified = ""
            if real:
                lane = self._same_as.get(real, real)
                if lane in self._lanes:
                    self._same_as[device] = lane
                else:
                    self._same_as[device] = self._same_as[real] = device

    def close(self) -> bool:
        """Ends every thread; returns whether all ended in time."""
        lanes = list(self._lanes.values())
        self._lanes.clear()
        for lane in lanes:
            lane.stop()
        ended = [lane.close() for lane in lanes]
        return all(ended)

    def _lane(self, name: str) -> Lane:
        if name not in self._lanes:
            self._lanes[name] = Lane(name, self)
        return self._lanes[name]


def lower_own_priority() -> None:
    """Lets the calling thread step back behind the window's.

    Linux keeps a nice value per thread and new threads inherit it, so the pools that a network call opens follow.
    Elsewhere the thread stays as it is: QThread priorities need a real-time policy there.
    """
    if sys.platform.startswith("linux"):
        with contextlib.suppress(OSError):
            thread = threading.get_native_id()
            os.setpriority(os.PRIO_PROCESS, thread, os.getpriority(os.PRIO_PROCESS, thread) + WORKER_NICENESS)
