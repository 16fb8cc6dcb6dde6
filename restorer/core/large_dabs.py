"""Dabs of large brushes, cell by cell: which cells of the mask each of them changes, and what is owed to the mask.

Most of a large dab lies where the dab before has left nothing to do. What is left is still megapixels, so that it is
planned at once and may be written later.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from restorer.core.geometry import Bounds
from restorer.core.mask import MaskEditor, Plane

_BAND_CELLS = 3
_LEFT_ALONE, _FULL, _EDGE = 0, 1, 2
"""What a large dab does to a cell: nothing, fills it, or lays its edge over it."""

_Ints = npt.NDArray[np.int_]
_Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Dab:
    """One dab of a round brush.

    Attributes:
        stamp: its values, ``(2 r + 1) x (2 r + 1)``; none is larger than one that lies nearer to the middle.
        solid_px: how far from the middle all of them are 255.
        x, y: the middle pixel, in pixels of the mask; may lie outside of it.
        adds: whether it is laid over the mask, or taken from it.
    """

    stamp: Plane
    solid_px: float
    x: int
    y: int
    adds: bool = True

    @property
    def reach(self) -> int:
        """``r``: pixels from the middle one to the edge of the stamp."""
        return int(self.stamp.shape[0]) // 2

    @property
    def bounds(self) -> Bounds:
        reach = self.reach
        return Bounds(self.x - reach, self.y - reach, self.x + reach + 1, self.y + reach + 1)

    def values(self, part: Bounds) -> Plane:
        """Its values in a part of :attr:`bounds`; not to be written."""
        return self.stamp[part.translate(self.reach - self.x, self.reach - self.y).slices]

    def lay(self, level: Plane, part: Bounds, times: int, width: int, height: int) -> None:
        """Does to the largest values of squares of ``2 ** times`` pixels what the dab does to the mask, without looking
        at it.

        Exact where it is laid over. Where it is taken away, what is left may come out too large along its soft edge:
        values and the dab may have their extremes at different pixels of a square.

        Args:
            level: of all squares; changed.
            part: of them, which may be changed.
            times: how often the mask is halved.
            width, height: of the mask; beyond its edge a square has no pixels.
        """
        squares, values = self.extremes(part, times, width, height)
        if not squares.is_empty:
            combine(level[squares.slices], values, adds=self.adds)

    def _squares(self, inside: Bounds, times: int, width: int, height: int) -> Bounds:
        """Those that share a pixel with what is inside of the mask; of a dab that is taken away, those within it."""
        low, high = ((inside.left, inside.top), (inside.right, inside.bottom))
        if self.adds:
            left, top = (at >> times for at in low)
            right, bottom = (-(-at >> times) for at in high)
        else:
            left, top = (-(-at >> times) for at in low)
            # The last square of a mask may have fewer pixels than others.
            right, bottom = (
                -(-at >> times) if at == size else at >> times for at, size in zip(high, (width, height), strict=True)
            )
        return Bounds(left, top, max(left, right), max(top, bottom))

    def extremes(self, part: Bounds, times: int, width: int, height: int) -> tuple[Bounds, Plane]:
        """The largest values in squares of ``2 ** times`` pixels, or the smallest ones of a dab that is taken away,
        without looking at all of them: those of the pixel next to the middle, or the farthest from it.

        Args: as for :meth:`lay`.

        Returns:
            the squares within ``part`` that the dab reaches (or fills), and their values.
        """
        inside = self.bounds.clip(width, height)
        if inside.is_empty:
            return Bounds(0, 0, 0, 0), np.zeros((0, 0), np.uint8)
        squares = self._squares(inside, times, width, height).intersect(part)
        if squares.is_empty:
            return squares, np.zeros((0, 0), np.uint8)
        pixel = _nearest if self.adds else _farthest
        columns = pixel(squares.left, squares.right, times, self.x, inside.left, inside.right)
        rows = pixel(squares.top, squares.bottom, times, self.y, inside.top, inside.bottom)
        values = np.empty((rows.size, columns.size), np.uint8)
        # Most of them are evenly spaced, and then far quicker read than pixel by pixel.
        for down, from_rows in _even(rows - self.y + self.reach):
            for across, from_columns in _even(columns - self.x + self.reach):
                values[down, across] = self.stamp[from_rows, from_columns]
        return squares, values


def _farthest(start: int, stop: int, times: int, middle: int, low: int, high: int) -> _Ints:
    """The same, farthest from the middle."""
    squares = np.arange(start, stop)
    first = np.maximum(squares << times, low)
    last = np.minimum((squares + 1) << times, high) - 1
    farthest: _Ints = np.where(abs(first - middle) > abs(last - middle), first, last)
    return farthest


def _nearest(start: int, stop: int, times: int, middle: int, low: int, high: int) -> _Ints:
    """Of each square of a row, the pixel within ``low`` to ``high`` that lies next to the middle; rising."""
    squares = np.arange(start, stop)
    first = np.maximum(squares << times, low)
    last = np.minimum((squares + 1) << times, high) - 1
    nearest: _Ints = np.clip(middle, first, last)
    return nearest


def _even(places: _Ints) -> list[tuple[slice, slice]]:
    """Stretches of evenly spaced rising numbers: where they stand, and the numbers themselves."""
    stretches, begin = [], 0
    steps = np.diff(places)
    ends = (np.flatnonzero(np.diff(steps)) + 2).tolist() if steps.size else []
    for end in [*ends, places.size]:
        if end > begin:
            step = int(steps[begin]) if end > begin + 1 else 1
            first, last = int(places[begin]), int(places[end - 1])
            stretches.append((slice(begin, end), slice(first, last + 1, step)))
            begin = end
    return stretches


class Run(NamedTuple):
    """A part of the mask that a dab changes, cells side by side."""

    bounds: Bounds
    is_full: bool


class LargeDabs:
    """Plans the large dabs of one stroke, and writes them in the same order.

    Args:
        width, height: of the mask.
        adds: whether they are laid over the mask, or taken from it.
    """

    def __init__(self, width: int, height: int, *, adds: bool) -> None:
        self._width, self._height = width, height
        self._adds = adds
        self._solid: dict[int, _Flags] = {}
        """By the side of the cells, those that this stroke has filled."""
        self._before: Dab | None = None
        """The last large dab of this stroke."""

    def forget(self) -> None:
        """What is known of the mask from the dabs before may no longer be so."""
        self._solid.clear()
        self._before = None

    def follows(self, dab: Dab) -> bool:
        """Whether the dab before was of the same stamp, so that :meth:`plan` need not look at the mask."""
        return self._before is not None and self._before.stamp is dab.stamp

    def plan(self, dab: Dab) -> tuple[Run, ...]:
        """What a dab changes, if those planned before are written before it."""
        box = dab.bounds.clip(self._width, self._height)
        side = _solid_cell(dab.solid_px)
        if side not in self._solid:
            self._solid[side] = np.zeros((-(-self._height // side), -(-self._width // side)), bool)
        solid, cells = self._solid[side], _cells_of(box, side)
        middle = dab.x, dab.y
        kinds = np.where(_within(cells, side, middle, dab.solid_px), _FULL, _EDGE)
        kinds[solid[cells.slices] | _beyond(cells, side, middle, dab.reach)] = _LEFT_ALONE
        if self._before is not None and self.follows(dab):
            # A stamp does not rise outwards, so the dab before has left nothing to do there.
            kinds[_nearer(cells, side, middle, (self._before.x, self._before.y))] = _LEFT_ALONE
        runs: list[Run] = []
        for row, line in enumerate(kinds.tolist(), cells.top):
            for kind, stretch in itertools.groupby(enumerate(line, cells.left), lambda column: column[1]):
                if kind == _LEFT_ALONE:
                    continue
                columns = [column for column, _ in stretch]
                run = Bounds(columns[0] * side, row * side, (columns[-1] + 1) * side, (row + 1) * side).intersect(box)
                if kind == _FULL:
                    solid[row, columns[0] : columns[-1] + 1] = True
                runs.append(Run(run, kind == _FULL))
        self._before = dab
        return tuple(runs)

    def write(self, editor: MaskEditor, dab: Dab, runs: tuple[Run, ...], *, looks: bool) -> tuple[Run, ...]:
        """Writes what was planned.

        Args:
            looks: whether edges that would change nothing are passed over, at the cost of looking.

        Returns:
            those that were written.
        """
        written = []
        for run in runs:
            if run.is_full:
                editor.touch(run.bounds)[...] = 255 if self._adds else 0
            else:
                values = dab.values(run.bounds)
                if looks and not self._changes(editor.look(run.bounds), values):
                    continue
                combine(editor.touch(run.bounds), values, adds=self._adds)
            written.append(run)
        return tuple(written)

    def _changes(self, there: Plane, values: Plane) -> bool:
        """Whether combining would change anything: behind a large brush its edge lies within the dab before."""
        return bool(((values > there) if self._adds else (255 - values < there)).any())


def combine(target: Plane, values: Plane, *, adds: bool) -> None:
    """Lays values over a part of the mask, or takes them from it."""
    if adds:
        np.maximum(target, values, out=target)
    else:
        np.minimum(target, 255 - values, out=target)


def _solid_cell(solid_px: float) -> int:
    """Side of the cells of a large dab: small enough to follow its edge, few enough to be gone through."""
    return 64 if solid_px < 300.0 else 128 if solid_px < 1000.0 else 256


def _cells_of(box: Bounds, side: int) -> Bounds:
    """Rows and columns of the cells that share a pixel with ``box``."""
    return Bounds(box.left // side, box.top // side, (box.right - 1) // side + 1, (box.bottom - 1) // side + 1)


def _edges(cells: Bounds, side: int) -> tuple[tuple[_Ints, _Ints], tuple[_Ints, _Ints]]:
    """First and last pixel column of each column of cells; first and last pixel row of each row, standing upright."""
    left = np.arange(cells.left, cells.right) * side
    top = np.arange(cells.top, cells.bottom)[:, None] * side
    return (left, left + side - 1), (top, top + side - 1)


def _nearer(cells: Bounds, side: int, middle: tuple[int, int], other: tuple[int, int]) -> _Flags:
    """Cells all of whose pixels lie nearer to ``other`` than to ``middle``."""
    (x, y), (old_x, old_y) = middle, other
    (left, right), (top, bottom) = _edges(cells, side)
    along_x = np.maximum(left * (x - old_x), right * (x - old_x))
    along_y = np.maximum(top * (y - old_y), bottom * (y - old_y))
    nearer: _Flags = 2 * (along_x + along_y) <= x * x + y * y - old_x * old_x - old_y * old_y
    return nearer


def _within(cells: Bounds, side: int, middle: tuple[int, int], radius: float) -> _Flags:
    """Cells that lie in a circle with all of their pixels."""
    (left, right), (top, bottom) = _edges(cells, side)
    across = np.maximum(abs(left - middle[0]), abs(right + 1 - middle[0]))
    down = np.maximum(abs(top - middle[1]), abs(bottom + 1 - middle[1]))
    within: _Flags = across**2 + down**2 <= radius**2
    return within


def _beyond(cells: Bounds, side: int, middle: tuple[int, int], radius: float) -> _Flags:
    """Cells of which no pixel lies in a circle."""
    (left, right), (top, bottom) = _edges(cells, side)
    across = np.maximum(np.maximum(left - middle[0], middle[0] - right), 0)
    down = np.maximum(np.maximum(top - middle[1], middle[1] - bottom), 0)
    beyond: _Flags = across**2 + down**2 > radius**2
    return beyond


def around(dab: Dab, runs: Iterable[Run]) -> tuple[Bounds, ...]:
    """Rectangles around the runs left and right of the middle, for some rows each: of a crescent not all of its box."""
    height = _BAND_CELLS * _solid_cell(dab.solid_px)
    groups: dict[tuple[bool, int], list[Bounds]] = {}
    for run in runs:
        box = run.bounds
        groups.setdefault((box.left + box.right < 2 * dab.x, box.top // height), []).append(box)
    return tuple(Bounds.around(group) for group in groups.values())
