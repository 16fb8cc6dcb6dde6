"""What long work says while it runs, and how it is told to stop.

Long work is a generator that yields events. Whoever iterates it (a worker thread, the command line, a test) decides
what to do with them. Events are frozen and carry read-only arrays, so they may cross threads.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass

from restorer.core.errors import Cancelled
from restorer.core.geometry import Bounds
from restorer.core.image import Patch


class CancelToken:
    """Set from any thread; asked between tiles."""

    __slots__ = ("_event",)

    def __init__(self) -> None:
        self._event = threading.Event()

    def cancel(self) -> None:
        self._event.set()

    @property
    def is_cancelled(self) -> bool:
        return self._event.is_set()

    def raise_if_cancelled(self) -> None:
        """Raises Cancelled once :meth:`cancel` was called."""
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


TaskEvent = TilesPlanned | TileStarted | TileFinished | Notice
