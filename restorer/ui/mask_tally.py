"""How much of a photo is painted, kept up to date at the cost of what changed."""

from __future__ import annotations

import math
import time

import numpy as np

from restorer.core.geometry import Bounds
from restorer.core.mask import Mask

_CELL = 512


class MaskTally:
    """Counts the painted pixels of one mask, cell by cell, when :meth:`work` gives it time.

    Args:
        mask: the live mask; read again only where :meth:`update` says so.
        is_empty: whether it is known to be 0 everywhere.
    """

    def __init__(self, mask: Mask, *, is_empty: bool = False) -> None:
        self._mask = mask
        self._counts = np.zeros((math.ceil(mask.height / _CELL), math.ceil(mask.width / _CELL)), np.int64)
        self._stale: dict[tuple[int, int], None] = {}
        """Cells to be counted again, in the order they changed."""
        if not is_empty:
            self.update(Bounds.of_size(mask.width, mask.height))

    @property
    def is_behind(self) -> bool:
        """Whether something is still to be counted."""
        return bool(self._stale)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is painted; not as long as that is not known."""
        return not self._stale and not self._counts.any()

    @property
    def share(self) -> float:
        """Share of pixels that are painted, 0 to 1, as far as they are counted."""
        return float(self._counts.sum()) / (self._mask.width * self._mask.height)

    def update(self, bounds: Bounds) -> None:
        """What lies under ``bounds`` has to be counted again."""
        for row in range(bounds.top // _CELL, math.ceil(bounds.bottom / _CELL)):
            for column in range(bounds.left // _CELL, math.ceil(bounds.right / _CELL)):
                self._stale[row, column] = None

    def work(self, seconds: float = math.inf) -> None:
        """Counts for about so long; at least a cell."""
        deadline, plane = time.perf_counter() + seconds, self._mask.plane
        while self._stale:
            row, column = next(iter(self._stale))
            del self._stale[row, column]
            top, left = row * _CELL, column * _CELL
            self._counts[row, column] = np.count_nonzero(plane[top : top + _CELL, left : left + _CELL])
            if time.perf_counter() >= deadline:
                break
