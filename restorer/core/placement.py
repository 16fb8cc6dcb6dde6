"""How a picture of another extent lies over the one it was made from: cropped, turned, mirrored, scaled …"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from restorer.core.geometry import Bounds
from restorer.core.mask import Plane

Matrix = tuple[float, float, float, float, float, float]
_STRIP_PX = 1 << 20
"""Pixels that are sampled at a time."""
_SAME = 1e-9


@dataclass(frozen=True, slots=True)
class Placement:
    """An affine map from a new picture to the old one. Pixel centres lie at .5.

    Attributes:
        width, height: of the new picture.
        source_width, source_height: of the old one.
        matrix: ``(a, b, c, d, e, f)``; the new picture's point ``(x, y)`` shows ``(ax + by + c, dx + ey + f)`` of the
            old one.
        print_scale: how many times as large as before the new picture prints what it shows: 1 where the resolution
            follows the pixels.
    """

    width: int
    height: int
    source_width: int
    source_height: int
    matrix: Matrix = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
    print_scale: float = 1.0

    def __post_init__(self) -> None:
        a, b, _, d, e, _ = self.matrix
        if min(self.width, self.height, self.source_width, self.source_height) < 1:
            raise ValueError("a placement is of pictures that have pixels")
        if abs(a * e - b * d) < _SAME:
            raise ValueError(f"{self.matrix} folds the picture to a line")

    # -- kinds

    @classmethod
    def identity(cls, width: int, height: int) -> Placement:
        return cls(width, height, width, height)

    @classmethod
    def crop(cls, bounds: Bounds, width: int, height: int) -> Placement:
        """The part ``bounds`` of a picture of ``width x height``."""
        return cls(bounds.width, bounds.height, width, height, (1.0, 0.0, float(bounds.left), 0.0, 1.0, bounds.top))

    @classmethod
    def turned(cls, quarters: int, width: int, height: int) -> Placement:
        """Turned clockwise by quarters of a full turn."""
        match quarters % 4:
            case 1:
                return cls(height, width, width, height, (0.0, 1.0, 0.0, -1.0, 0.0, float(height)))
            case 2:
                return cls(width, height, width, height, (-1.0, 0.0, float(width), 0.0, -1.0, float(height)))
            case 3:
                return cls(height, width, width, height, (0.0, -1.0, float(width), 1.0, 0.0, 0.0))
            case _:
                return cls.identity(width, height)

    @classmethod
    def mirrored(cls, width: int, height: int, *, across: bool = False, down: bool = False) -> Placement:
        """Left and right, or top and bottom, change places."""
        a, c = (-1.0, float(width)) if across else (1.0, 0.0)
        e, f = (-1.0, float(height)) if down else (1.0, 0.0)
        return cls(width, height, width, height, (a, 0.0, c, 0.0, e, f))

    @classmethod
    def scaled(cls, width: int, height: int, new_width: int, new_height: int, *, print_scale: float = 1.0) -> Placement:
        """The whole of a picture in more or fewer pixels."""
        matrix = (width / new_width, 0.0, 0.0, 0.0, height / new_height, 0.0)
        return cls(new_width, new_height, width, height, matrix, print_scale)

    def placed_dpi(self, dpi: tuple[float, float] | None) -> tuple[float, float] | None:
        """Resolution of the new picture, across and down, from that of the old one; None where that is not known."""
        if dpi is None or self.is_identity:
            return dpi
        (x, y), (a, b, _, d, e, _) = dpi, self.matrix
        prints = self.print_scale
        return 1 / math.hypot(a / x, d / y) / prints, 1 / math.hypot(b / x, e / y) / prints

    @classmethod
    def straightened(cls, degrees: float, width: int, height: int) -> Placement:
        """Turned clockwise about the middle, in a frame of the old size: its corners may show what is not there."""
        angle = math.radians(degrees)
        cos, sin = math.cos(angle), math.sin(angle)
        x, y = width / 2, height / 2
        matrix = (cos, sin, x - cos * x - sin * y, -sin, cos, y + sin * x - cos * y)
        return cls(width, height, width, height, matrix)

    def then(self, later: Placement) -> Placement:
        """This one, and ``later`` on what comes of it.

        Raises:
            ValueError: where that is of another size.
        """
        if (later.source_width, later.source_height) != (self.width, self.height):
            raise ValueError(f"{later} does not lie on {self.width} x {self.height}")
        a, b, c, d, e, f = self.matrix
        g, h, i, j, k, m = later.matrix
        joined = (a * g + b * j, a * h + b * k, a * i + b * m + c, d * g + e * j, d * h + e * k, d * i + e * m + f)
        prints = self.print_scale * later.print_scale
        return Placement(later.width, later.height, self.source_width, self.source_height, joined, prints)

    def inverse(self) -> Placement:
        """From the old picture to the new one: what undoing it does."""
        a, b, c, d, e, f = self.matrix
        det = a * e - b * d
        back = (e / det, -b / det, (b * f - e * c) / det, -d / det, a / det, (d * c - a * f) / det)
        prints = 1 / self.print_scale
        return Placement(self.source_width, self.source_height, self.width, self.height, back, prints)

    # -- asking

    @property
    def is_exact(self) -> bool:
        """Whether every new pixel is one old pixel, to the last bit: crops, quarter turns and mirror images are."""
        a, b, c, d, e, f = self.matrix
        straight = abs(a) == 1.0 and abs(e) == 1.0 and b == d == 0.0
        turned = abs(b) == 1.0 and abs(d) == 1.0 and a == e == 0.0
        whole = float(c).is_integer() and float(f).is_integer()
        return (straight or turned) and whole and self.source_bounds().contains(self._seen())

    @property
    def is_identity(self) -> bool:
        same_size = (self.width, self.height) == (self.source_width, self.source_height)
        return self.matrix == (1.0, 0.0, 0.0, 0.0, 1.0, 0.0) and same_size and self.print_scale == 1

    @property
    def scale(self) -> float:
        """New pixels for an old one, along a side."""
        a, b, _, d, e, _ = self.matrix
        return 1 / math.sqrt(abs(a * e - b * d))

    def bounds(self) -> Bounds:
        return Bounds.of_size(self.width, self.height)

    def source_bounds(self) -> Bounds:
        return Bounds.of_size(self.source_width, self.source_height)

    def to_old(self, x: float, y: float) -> tuple[float, float]:
        """Where the old picture has what the new one shows at a point."""
        a, b, c, d, e, f = self.matrix
        return a * x + b * y + c, d * x + e * y + f

    def to_new(self, x: float, y: float) -> tuple[float, float]:
        """Where the new picture shows a point of the old one; may lie outside of it."""
        return self.inverse().to_old(x, y)

    def bounds_in_new(self, bounds: Bounds) -> Bounds:
        """Every new pixel that shows a part of ``bounds`` of the old picture."""
        return _around(self.inverse(), bounds).clip(self.width, self.height)

    def bounds_in_old(self, bounds: Bounds) -> Bounds:
        """Every old pixel of which the new picture shows a part within ``bounds``; not clipped to the old picture."""
        return _around(self, bounds)

    def _seen(self) -> Bounds:
        return _around(self, self.bounds())

    # -- carrying planes over

    def take(self, array: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """The new picture as a view of an ``H x W`` or ``H x W x C`` array of the old one; nothing is copied.

        Raises:
            ValueError: where the placement is not exact, or the array of another size.
        """
        if not self.is_exact or array.shape[:2] != (self.source_height, self.source_width):
            raise ValueError(f"{self} does not give whole pixels of an array of the shape {array.shape}")
        a, b, _, d, e, _ = self.matrix
        part = array[self._seen().slices]
        if b == 0.0:
            return part[:: int(e), :: int(a)]
        return part[:: int(d), :: int(b)].swapaxes(0, 1)

    def carry_coverage(self, plane: Plane) -> Plane:
        """A mask carried over, bilinear where the placement is not exact; a new array."""
        return self._carry(plane, _mean)

    def carry_classes(self, plane: Plane) -> Plane:
        """A plane of ranks carried over: of all old pixels that a new one is made from, the highest; a new array."""
        return self._carry(plane, _highest)

    def _carry(self, plane: Plane, meet: _Meet) -> Plane:
        if self.is_exact:
            return np.ascontiguousarray(self.take(plane))
        carried = np.zeros((self.height, self.width), np.uint8)
        rows = np.flatnonzero(plane.any(axis=1))
        if rows.size == 0:
            return carried
        columns = np.flatnonzero(plane.any(axis=0))
        marked = Bounds(int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1)
        for strip in _strips(self.bounds_in_new(marked.pad(1))):
            carried[strip.slices] = meet(plane, self._samples(strip))
        return carried

    def _samples(self, strip: Bounds) -> Iterator[tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]]:
        """Points of the old picture, in pixels from its first centre: several for each new pixel where it shrinks."""
        a, b, c, d, e, f = self.matrix
        count = max(1, math.ceil(max(math.hypot(a, d), math.hypot(b, e)) - _SAME))
        for row in range(count):
            for column in range(count):
                x = np.arange(strip.left, strip.right) + (column + 0.5) / count
                y = (np.arange(strip.top, strip.bottom) + (row + 0.5) / count)[:, None]
                yield a * x + b * y + (c - 0.5), d * x + e * y + (f - 0.5)


def carried_between(plane: Plane, then: Placement, now: Placement) -> Plane:
    """A mask of one extent of a photo in another one; as it is where both are the same.

    Args:
        then, now: where either lies in the original.
    """
    return plane if then == now else then.inverse().then(now).carry_coverage(plane)


def stack(*placements: Placement | None) -> Placement | None:
    """All of them, one on the other; None where every one is."""
    joined: Placement | None = None
    for placement in placements:
        if placement is not None:
            joined = placement if joined is None else joined.then(placement)
    return joined


_Points = Iterator[tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]]
_Meet = Callable[[Plane, _Points], Plane]


def _corners(plane: Plane, x: npt.NDArray[np.float64], y: npt.NDArray[np.float64]) -> list[Plane]:
    """The four values around each point; nothing lies beyond the plane's edge, and its last pixels reach up to it."""
    height, width = plane.shape
    column, row = np.floor(x).astype(np.intp), np.floor(y).astype(np.intp)
    inside = (x >= -0.5 - _SAME) & (y >= -0.5 - _SAME) & (x <= width - 0.5 + _SAME) & (y <= height - 0.5 + _SAME)
    left, right = (np.clip(column + step, 0, width - 1) for step in (0, 1))
    top, bottom = (np.clip(row + step, 0, height - 1) for step in (0, 1))
    pairs = ((top, left), (top, right), (bottom, left), (bottom, right))
    return [np.where(inside, plane[pair], np.uint8(0)) for pair in pairs]


def _mean(plane: Plane, points: _Points) -> Plane:
    total, count = np.zeros((1, 1)), 0
    for x, y in points:
        across, down = x - np.floor(x), y - np.floor(y)
        one, two, three, four = _corners(plane, x, y)
        total = total + (one * (1 - across) + two * across) * (1 - down) + (three * (1 - across) + four * across) * down
        count += 1
    mean: Plane = np.rint(total / count).astype(np.uint8)
    return mean


def _highest(plane: Plane, points: _Points) -> Plane:
    highest = np.zeros((1, 1), np.uint8)
    for x, y in points:
        for corner in _corners(plane, x, y):
            highest = np.maximum(highest, corner)
    return highest


def _around(placement: Placement, bounds: Bounds) -> Bounds:
    """Every pixel touched by what ``placement`` makes of a rectangle."""
    corners = ((x, y) for x in (bounds.left, bounds.right) for y in (bounds.top, bounds.bottom))
    xs, ys = zip(*(placement.to_old(x, y) for x, y in corners), strict=True)
    left, top = math.floor(min(xs) + _SAME), math.floor(min(ys) + _SAME)
    return Bounds(left, top, math.ceil(max(xs) - _SAME), math.ceil(max(ys) - _SAME))


def _strips(bounds: Bounds) -> Iterator[Bounds]:
    rows = max(1, _STRIP_PX // max(1, bounds.width))
    for top in range(bounds.top, bounds.bottom, rows):
        yield Bounds(bounds.left, top, bounds.right, min(top + rows, bounds.bottom))
