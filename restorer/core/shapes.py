"""Shapes as coverage: how much of each pixel a polygon, a rectangle, an ellipse or a ribbon covers.

A shape gives any part of its plane on demand, so that one right across a huge photo is worked out band by band.
Coordinates are image pixels, pixel centres at .5.
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from restorer.core.brush import StrokePoint, swept
from restorer.core.geometry import Bounds
from restorer.core.mask import Plane

Point = tuple[float, float]
_SUBLINES = 8
"""Lines per row along which the covered stretch is exact: eight leave no step that can be seen."""
_FULL = 256
"""A whole pixel, in the units that stretches of its lines are counted in."""
_FLAT_PX = 1e-6
_NOTHING = Bounds(0, 0, 0, 0)


class Shape(Protocol):
    """Something that marks pixels."""

    @property
    def bounds(self) -> Bounds:
        """Every pixel it may cover; may reach beyond the photo."""
        ...

    def coverage(self, part: Bounds) -> Plane:
        """Mask values of a part of the plane, ``part.height x part.width`` uint8, 255 where all of a pixel is covered.

        Takes time and memory by the part, whatever the size of the shape.
        """
        ...


@dataclass(frozen=True)
class Polygon:
    """An area with straight edges, closed from the last corner to the first. Where it crosses itself all of it counts
    (non-zero winding).

    Attributes:
        corners: three at least, or it covers nothing.
        smooth: whether pixels at the edge are covered in part; else whole ones are, by their centres.
    """

    corners: tuple[Point, ...]
    smooth: bool = True

    @functools.cached_property
    def bounds(self) -> Bounds:
        if len(self.corners) < 3:
            return _NOTHING
        x, y = self._xy.T
        return Bounds(math.floor(x.min()), math.floor(y.min()), math.ceil(x.max()) + 1, math.ceil(y.max()) + 1)

    @functools.cached_property
    def _xy(self) -> npt.NDArray[np.float64]:
        return np.asarray(self.corners, np.float64)

    def coverage(self, part: Bounds) -> Plane:
        lines = _SUBLINES if self.smooth else 1
        if len(self.corners) < 3 or part.is_empty:
            return np.zeros((part.height, part.width), np.uint8)
        rows, starts, ends = _spans(self._xy, part, lines)
        return _filled(rows, starts, ends, part, lines)


def _spans(
    corners: npt.NDArray[np.float64], part: Bounds, lines: int
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Where lines across a polygon lie inside of it: number of the line from the part's top, first and last x."""
    start, end = corners, np.roll(corners, -1, axis=0)
    low, high = np.minimum(start[:, 1], end[:, 1]), np.maximum(start[:, 1], end[:, 1])
    total = part.height * lines
    first = np.ceil((low - part.top) * lines - 0.5).clip(0, total).astype(np.intp)
    last = np.ceil((high - part.top) * lines - 0.5).clip(0, total).astype(np.intp)
    counts = last - first
    edge = np.repeat(np.arange(len(corners)), counts)
    row = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts) + first[edge]
    y = part.top + (row + 0.5) / lines
    a, b = start[edge], end[edge]
    x = a[:, 0] + (y - a[:, 1]) * (b[:, 0] - a[:, 0]) / (b[:, 1] - a[:, 1])
    order = np.lexsort((x, row))
    row, x = row[order], x[order]
    # Every line crosses a closed outline as often upwards as downwards, so the sum is 0 again at each line's end.
    winding = np.cumsum(np.where(b[order, 1] > a[order, 1], 1, -1))
    inside = winding != 0
    was_inside = np.concatenate(([False], inside[:-1]))
    begins, ends = inside & ~was_inside, ~inside & was_inside
    return row[begins], x[begins], x[ends]


def _filled(
    rows: npt.NDArray[np.intp],
    starts: npt.NDArray[np.float64],
    ends: npt.NDArray[np.float64],
    part: Bounds,
    lines: int,
) -> Plane:
    """Mask values of stretches along lines across a part, of which there are ``lines`` per row.

    Lengths are counted in 1 / 32 pixel, so that sums are exact and any part gives what the whole has there.
    """
    steps = np.zeros(part.height * (part.width + 2), np.int16)
    full = _FULL // lines
    base = rows // lines * (part.width + 2)
    for x, sign in ((starts, 1), (ends, -1)):
        if lines == 1:
            x = np.ceil(x - 0.5)
        units = np.round((x - part.left).clip(0, part.width) * full).astype(np.int64)
        column, rest = units // full, (units % full).astype(np.int16)
        np.add.at(steps, base + column, sign * (full - rest).astype(np.int16))
        np.add.at(steps, base + column + 1, sign * rest)
    table = steps.reshape(part.height, part.width + 2)
    np.cumsum(table, axis=1, out=table)
    return np.minimum(table[:, : part.width], 255).astype(np.uint8)


@dataclass(frozen=True)
class Rectangle:
    """Between two corners, in any order. ``smooth`` as of :class:`Polygon`."""

    start: Point
    end: Point
    smooth: bool = True

    @property
    def edges(self) -> tuple[float, float, float, float]:
        """Left, top, right and bottom."""
        (x, y), (u, v) = self.start, self.end
        edges = min(x, u), min(y, v), max(x, u), max(y, v)
        return edges if self.smooth else tuple(math.ceil(edge - 0.5) for edge in edges)  # type: ignore[return-value]

    @property
    def bounds(self) -> Bounds:
        left, top, right, bottom = self.edges
        return Bounds(math.floor(left), math.floor(top), math.ceil(right), math.ceil(bottom))

    def coverage(self, part: Bounds) -> Plane:
        left, top, right, bottom = self.edges
        across = _overlap(part.left, part.right, left, right)
        down = _overlap(part.top, part.bottom, top, bottom)
        return np.round(down[:, None] * across[None, :] * 255).astype(np.uint8)


def _overlap(start: int, stop: int, low: float, high: float) -> npt.NDArray[np.float32]:
    """Which share of each of the unit lengths from ``start`` to ``stop`` lies between two places."""
    places = np.arange(start, stop, dtype=np.float64)
    return (np.minimum(places + 1, high) - np.maximum(places, low)).clip(0, 1).astype(np.float32)


@dataclass(frozen=True)
class Ellipse:
    """Inscribed into a rectangle. ``smooth`` as of :class:`Polygon`."""

    start: Point
    end: Point
    smooth: bool = True

    @property
    def bounds(self) -> Bounds:
        (x, y), (u, v) = self.start, self.end
        return Bounds(math.floor(min(x, u)), math.floor(min(y, v)), math.ceil(max(x, u)), math.ceil(max(y, v)))

    def coverage(self, part: Bounds) -> Plane:
        (x, y), (u, v) = self.start, self.end
        radius_x, radius_y = abs(u - x) / 2, abs(v - y) / 2
        if radius_x < _FLAT_PX or radius_y < _FLAT_PX:
            return np.zeros((part.height, part.width), np.uint8)
        lines = _SUBLINES if self.smooth else 1
        rows = np.arange(part.height * lines)
        height = (part.top + (rows + 0.5) / lines - (y + v) / 2) / radius_y
        rows, height = rows[np.abs(height) < 1], height[np.abs(height) < 1]
        reach = radius_x * np.sqrt(1 - height**2)
        return _filled(rows, (x + u) / 2 - reach, (x + u) / 2 + reach, part, lines)

    def outline(self, corners: int = 96) -> tuple[Point, ...]:
        """Points on its edge, to be drawn."""
        (x, y), (u, v) = self.start, self.end
        angles = (2 * math.pi * index / corners for index in range(corners))
        return tuple(((x + u + abs(u - x) * math.cos(a)) / 2, (y + v + abs(v - y) * math.sin(a)) / 2) for a in angles)


@dataclass(frozen=True)
class Ribbon:
    """A band along a line, as wide as is said at each of its points.

    Attributes:
        points: of the middle line, one at least.
        widths_px: across, one for each point.
    """

    points: tuple[Point, ...]
    widths_px: tuple[float, ...]

    @functools.cached_property
    def bounds(self) -> Bounds:
        return Bounds.around(self._reach(index) for index in range(len(self.points)))

    def coverage(self, part: Bounds) -> Plane:
        plane = np.zeros((part.height, part.width), np.uint8)
        for index in range(max(1, len(self.points) - 1)):
            after = min(index + 1, len(self.points) - 1)
            box = self._reach(index).union(self._reach(after)).intersect(part)
            if box.is_empty:
                continue
            start, end = (StrokePoint(*self.points[place]) for place in (index, after))
            radii = self.widths_px[index] / 2, self.widths_px[after] / 2
            target = plane[box.translate(-part.left, -part.top).slices]
            np.maximum(target, swept(box, start, end, radii, 1.0), out=target)
        return plane

    def _reach(self, index: int) -> Bounds:
        (x, y), reach = self.points[index], self.widths_px[index] / 2 + 1
        return Bounds(math.floor(x - reach), math.floor(y - reach), math.ceil(x + reach), math.ceil(y + reach))


@dataclass(frozen=True, eq=False)
class Stencil:
    """Mask values that are there already, in one rectangle.

    Attributes:
        place: where they lie.
        values: ``place.height x place.width`` uint8.
    """

    place: Bounds
    values: Plane

    @property
    def bounds(self) -> Bounds:
        return self.place

    def coverage(self, part: Bounds) -> Plane:
        plane = np.zeros((part.height, part.width), np.uint8)
        shared = part.intersect(self.place)
        if not shared.is_empty:
            values = self.values[shared.translate(-self.place.left, -self.place.top).slices]
            plane[shared.translate(-part.left, -part.top).slices] = values
        return plane
