"""Where tiles are made: on a lane of their own, or in idle moments of the window's thread where there is none."""

from __future__ import annotations

import threading
import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterator, Sequence

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QImage

from restorer.core.progress import CancelToken
from restorer.ui.canvas.tile_order import TileOrder
from restorer.ui.workers import Lane, Ticket

Made = tuple[TileOrder, QImage]
_IDLE_SLICE_S = 0.005
_LONGEST_PAUSE_S = 0.05
"""After which a strip is made all the same, whatever became of the frame."""


class TileWorks(ABC):
    """Belongs to the window's thread. What is wanted can change at any time; what is made waits to be taken."""

    @abstractmethod
    def want(self, orders: Sequence[TileOrder]) -> None:
        """Makes these, the first one first, and nothing else any more."""

    @abstractmethod
    def wait(self, seconds: float) -> None:
        """Gives the works a moment, at most so long: a quick tile is then never shown coarse first."""

    def pause(self) -> None:  # noqa: B027 - of use to those on another thread only
        """A frame is being painted: it comes first."""

    def resume(self) -> None:  # noqa: B027
        """It was painted."""

    @abstractmethod
    def take(self) -> list[Made]:
        """What was made since the last time."""


class IdleWorks(TileWorks):
    """Works between events, in slices that nobody notices.

    Args:
        notify: called when something was made.
        parent: owner of the timer.
    """

    def __init__(self, notify: Callable[[], None], parent: QObject) -> None:
        self._notify = notify
        self._waiting: deque[TileOrder] = deque()
        self._current: tuple[TileOrder, Iterator[QImage | None]] | None = None
        self._made: list[Made] = []
        self._timer = QTimer(parent)
        self._timer.timeout.connect(self._on_idle)

    def want(self, orders: Sequence[TileOrder]) -> None:
        self._waiting = deque(orders)
        if not self._waiting:
            self._timer.stop()
        elif not self._timer.isActive():
            self._timer.start()

    def wait(self, seconds: float) -> None:
        deadline = time.perf_counter() + seconds
        while self._waiting:
            order = self._waiting[0]
            if self._current is None or self._current[0] is not order:
                self._current = order, order.strips()
            picture = next(self._current[1])
            if picture is not None:
                self._made.append((order, picture))
                self._waiting.popleft()
                self._current = None
            if time.perf_counter() >= deadline:
                break
        if not self._waiting:
            self._timer.stop()

    def take(self) -> list[Made]:
        made, self._made = self._made, []
        return made

    def _on_idle(self) -> None:
        self.wait(_IDLE_SLICE_S)
        if self._made:
            self._notify()


class LaneWorks(TileWorks):
    """Works on a lane of the window. The lane's thread takes the next order whenever it has finished one.

    Args:
        lane: which nothing else should wait for.
        notify: called on the window's thread when something was made.
    """

    def __init__(self, lane: Lane, notify: Callable[[], None]) -> None:
        self._lane = lane
        self._notify = notify
        self._changed = threading.Condition()
        self._waiting: deque[TileOrder] = deque()
        self._current: TileOrder | None = None
        self._made: deque[Made] = deque()
        self._may_work = threading.Event()
        self._may_work.set()
        self._ticket: Ticket | None = None

    def want(self, orders: Sequence[TileOrder]) -> None:
        with self._changed:
            going_on = self._current
            if going_on is not None and going_on not in orders:
                going_on.cancelled = True
            made = {id(order) for order, _ in self._made}
            self._waiting = deque(each for each in orders if each is not going_on and id(each) not in made)
            has_work = bool(self._waiting)
        if has_work and self._ticket is None:
            self._ticket = self._lane.submit(Ticket(self._work, on_event=self._on_made, on_ended=self._on_ended))

    def wait(self, seconds: float) -> None:
        deadline = time.perf_counter() + seconds
        with self._changed:
            while self._ticket is not None and (self._waiting or self._current is not None):
                left = deadline - time.perf_counter()
                if left <= 0 or not self._changed.wait(left):
                    break

    def pause(self) -> None:
        self._may_work.clear()

    def resume(self) -> None:
        self._may_work.set()

    def take(self) -> list[Made]:
        with self._changed:
            made = list(self._made)
            self._made.clear()
        return made

    # -- on the window's thread

    def _on_made(self, _event: object) -> None:
        if self._made:
            self._notify()

    def _on_ended(self) -> None:
        self._ticket = None
        self.want(tuple(self._waiting))  # asked for after the lane had looked for the last time

    # -- on the lane

    def _work(self, token: CancelToken) -> Iterator[object]:
        while not token.is_cancelled:
            with self._changed:
                if not self._waiting:
                    return
                order = self._current = self._waiting.popleft()
            picture = self._finished(order, token)
            with self._changed:
                self._current = None
                if picture is not None:
                    self._made.append((order, picture))
                self._changed.notify_all()
            if picture is not None:
                yield None

    def _finished(self, order: TileOrder, token: CancelToken) -> QImage | None:
        for picture in order.strips():
            if picture is not None or order.cancelled or token.is_cancelled:
                return picture
            self._may_work.wait(_LONGEST_PAUSE_S)
        return None
