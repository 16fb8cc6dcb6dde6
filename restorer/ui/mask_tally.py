"""How much of a photo is painted, kept up to date at the cost of what changed."""

from __future__ import annotations

import math

import numpy as np

from restorer.core.geometry import Bounds
from restorer.core.mask import Mask

_CELL = 512


class MaskTally:
    """Counts the painted pixels of one mask, cell by cell.

    Args:
        mask: the live mask; read again only where :meth:`update` says so.
        is_empty: whether it is known to be 0 everywhere.
    """

    def __init__(self, mask: Mask, *, is_empty: bool = False) -> None:
        self._mask = mask
        self._counts = np.zeros((math.ceil(mask.height / _CELL), math.ceil(mask.width / _CELL)), np.int64)
        if not is_empty:
            self.update(Bounds.of_size(mask.width, mask.height))

    @property
    def is_empty(self) -> bool:
        return not self._counts.any()

    @property
    def share(self) -> float:
        """Share of pixels that are painted, 0 to 1."""
        return float(self._counts.sum()) / self._mask.plane.size

    def update(self, bounds: Bounds) -> None:
        """Counts again what lies under ``bounds``."""
        for row in range(bounds.top // _CELL, math.ceil(bounds.bottom / _CELL)):
            for column in range(bounds.left // _CELL, math.ceil(bounds.right / _CELL)):
                top, left = row * _CELL, column * _CELL
                self._counts[row, column] = np.count_nonzero(self._mask.plane[top : top + _CELL, left : left + _CELL])
