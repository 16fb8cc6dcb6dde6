"""How long work will still take, from how long its finished tiles took."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from restorer.core.geometry import Bounds

CERTAIN_AFTER_TILES = 2
CERTAIN_AFTER_S = 2.0


@dataclass(slots=True)
class Pace:
    """Estimates the time left, by pixels rather than by tiles, since tiles around small defects differ in size.

    The time before the first tile (loading the weights, say) is left out: it does not happen again.

    Args:
        clock: monotonic seconds; replaced in tests.
    """

    clock: Callable[[], float] = time.monotonic
    _areas: tuple[int, ...] = ()
    _started: float | None = None
    _done: set[int] = field(default_factory=set)

    def plan(self, tiles: tuple[Bounds, ...]) -> None:
        """Starts afresh with the tiles of the work; called again where the work is cut up anew."""
        self._areas = tuple(max(tile.area, 1) for tile in tiles)
        self._started = None
        self._done.clear()

    def tile_started(self) -> None:
        if self._started is None:
            self._started = self.clock()

    def tile_finished(self, index: int) -> None:
        self._done.add(index)

    @property
    def done(self) -> int:
        return len(self._done)

    def seconds_left(self) -> float | None:
        """Estimate in seconds; None while it would be a guess: before two tiles, or one tile and two seconds."""
        if self._started is None or not self._done:
            return None
        spent = self.clock() - self._started
        if len(self._done) < CERTAIN_AFTER_TILES and spent < CERTAIN_AFTER_S:
            return None
        done = sum(self._areas[index] for index in self._done if index < len(self._areas))
        left = sum(self._areas) - done
        return spent * left / done if done else None
