"""Square cells that cut a plane of pixels into tiles."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from restorer.core.geometry import Bounds


class Cell(NamedTuple):
    column: int
    row: int

    def bounds(self, side: int) -> Bounds:
        """The pixels of the cell; the last ones of a plane may reach beyond it."""
        left, top = self.column * side, self.row * side
        return Bounds(left, top, left + side, top + side)


def cells(bounds: Bounds, side: int) -> Iterator[Cell]:
    """Cells that share at least one pixel with ``bounds``, row by row."""
    if bounds.is_empty:
        return
    for row in range(bounds.top // side, (bounds.bottom - 1) // side + 1):
        for column in range(bounds.left // side, (bounds.right - 1) // side + 1):
            yield Cell(column, row)


def nearest_first(wanted: Bounds, side: int) -> list[Cell]:
    """The cells of ``wanted``, those nearest to its middle first: where people look."""
    middle_x, middle_y = (wanted.left + wanted.right) / 2, (wanted.top + wanted.bottom) / 2

    def distance(cell: Cell) -> float:
        box = cell.bounds(side)
        return (box.left + side / 2 - middle_x) ** 2 + (box.top + side / 2 - middle_y) ** 2

    return sorted(cells(wanted, side), key=distance)
