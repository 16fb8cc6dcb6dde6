"""Filled pixels of a photo, kept only where there are any; overlapping tiles blend by their weights."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from restorer.core.contract import FloatPixels, FloatPlane
from restorer.core.geometry import Bounds

_CELL_PX = 64


class Mosaic:
    """Weighted mean of everything laid into it, on a plane without bounds.

    Memory goes to squares of 64 x 64 pixels that something was laid into, so a scratch right across a huge photo costs
    its own length.

    Args:
        channels: colour channels of the pixels.
    """

    def __init__(self, channels: int) -> None:
        self._channels = channels
        self._cells: dict[tuple[int, int], tuple[FloatPixels, FloatPlane]] = {}

    def lay(self, bounds: Bounds, values: FloatPixels, weights: FloatPlane) -> None:
        """Mixes pixels in, each by its weight against the sum of those already there; weight 0 changes nothing."""
        for key, inside, outside in self._pieces(bounds):
            weight = weights[outside]
            if not weight.any():
                continue
            stored, total = self._cells.setdefault(key, self._empty())
            part, sums = stored[inside], total[inside]
            sums += weight
            share = np.divide(weight, sums, out=np.zeros_like(weight), where=weight > 0)
            part += share[..., None] * (values[outside] - part)

    def read(self, bounds: Bounds) -> tuple[FloatPixels, FloatPlane]:
        """Copies of the pixels and of the sum of their weights; both 0 where nothing was laid."""
        values = np.zeros((bounds.height, bounds.width, self._channels), np.float32)
        weights = np.zeros((bounds.height, bounds.width), np.float32)
        for key, inside, outside in self._pieces(bounds):
            if key in self._cells:
                stored, total = self._cells[key]
                values[outside] = stored[inside]
                weights[outside] = total[inside]
        return values, weights

    def _empty(self) -> tuple[FloatPixels, FloatPlane]:
        return (
            np.zeros((_CELL_PX, _CELL_PX, self._channels), np.float32),
            np.zeros((_CELL_PX, _CELL_PX), np.float32),
        )

    @staticmethod
    def _pieces(bounds: Bounds) -> Iterator[tuple[tuple[int, int], tuple[slice, slice], tuple[slice, slice]]]:
        """Cells that ``bounds`` touches: key, slices within the cell, slices within ``bounds``."""
        for row in range(bounds.top // _CELL_PX, (bounds.bottom - 1) // _CELL_PX + 1):
            for column in range(bounds.left // _CELL_PX, (bounds.right - 1) // _CELL_PX + 1):
                left, top = column * _CELL_PX, row * _CELL_PX
                common = Bounds(left, top, left + _CELL_PX, top + _CELL_PX).intersect(bounds)
                yield (
                    (row, column),
                    common.translate(-left, -top).slices,
                    common.translate(-bounds.left, -bounds.top).slices,
                )
