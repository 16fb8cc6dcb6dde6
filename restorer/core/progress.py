"""What long work says while it runs, and how it is told to stop.

Long work is a generator that yields events. Whoever iterates it (a worker thread, the command line, a test) decides
what to do with them. Events are frozen and carry read-only arrays, so they may cross threads.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass

from restorer.core.errors import Cancelled
from restorer.core.geometry import Bounds
from restorer.core.image import Patch


class CancelToken:
    """Set from any thread; asked between tiles by the one thread that works."""

    __slots__ = ("_event", "_go", "paused_s")

    def __init__(self) -> None:
        self._event = threading.Event()
        self._go = threading.Event()
        self._go.set()
        self.paused_s = 0.0
        """Seconds the work has stood still so far."""

    def cancel(self) -> None:
        """For good; work that is paused ends too."""
        self._event.set()
        self._go.set()

    @property
    def is_cancelled(self) -> bool:
        return self._event.is_set()

    def pause(self) -> None:
        """Lets the work stand still where it next asks, until :meth:`resume`; means nothing once cancelled."""
        if not self._event.is_set():
            self._go.clear()
            if self._event.is_set():  # cancelled in between: nobody would wake it up
                self._go.set()

    def resume(self) -> None:
        self._go.set()

    @property
    def is_paused(self) -> bool:
        return not self._go.is_set()

    def raise_if_cancelled(self) -> None:
        """Raises Cancelled once :meth:`cancel` was called. Waits here while the work is paused."""
        if not self._go.is_set():
            since = time.monotonic()
            self._go.wait()
            self.paused_s += time.monotonic() - since
        if self._event.is_set():
            raise Cancelled


@dataclass(frozen=True, slots=True)
class TilesPlanned:
    """The work was cut into these tiles, in the order they will be computed."""

    tiles: tuple[Bounds, ...]


@dataclass(frozen=True, slots=True)
class TileStarted:
    """Tile ``index`` of ``total`` (from 0) is being computed."""

    index: int
    total: int
    bounds: Bounds


@dataclass(frozen=True, slots=True, eq=False)
class TileFinished:
    """Tile ``index`` of ``total`` is done; ``preview`` are pixels to show, not yet committed."""

    index: int
    total: int
    preview: Patch


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the person should know though the work goes on (stepped down to smaller tiles, say)."""

    message: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class MemoryPlanned:
    """How large a tile may be now, and why.

    Attributes:
        device: where the tiles go, such as ``cuda:0``.
        tile_px: largest side of a tile.
        needed_bytes: predicted for one such tile, the model's weights included.
        free_bytes: what the device had left when it was asked.
    """

    device: str
    tile_px: int
    needed_bytes: int
    free_bytes: int


TaskEvent = TilesPlanned | TileStarted | TileFinished | Notice | MemoryPlanned
