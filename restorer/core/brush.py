"""Brush strokes on a mask.

A stroke is what a round brush covers on its way. Thin brushes are swept: the coverage of each stretch of the way is
worked out at once. Thick ones are laid down as dabs, close enough together that no scallops show: a dab is a cached
stamp, so it costs no more than its own pixels; large ones are written to the mask when there is time, or when somebody
looks at it. Either way coverage is combined with ``maximum`` (add) or ``minimum``
(subtract), and nothing depends on the photo's size.
"""

from __future__ import annotations

import enum
import functools
import itertools
import math
from collections import deque
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from restorer.core.geometry import Bounds
from restorer.core.large_dabs import Dab, LargeDabs, Run, around, combine
from restorer.core.mask import Mask, MaskEdit, MaskEditor, Plane

MIN_SIZE_PX = 1.0
MAX_SIZE_PX = 4000.0
_SWEPT_BELOW_PX = 32.0
_STRETCH_PX = 64.0
"""A sweep goes on in stretches of this length: the rectangle around a long slant is mostly empty."""
_SPACING = 0.1
"""Distance of dabs as a share of their diameter: scallops stay under 0.3 % of it."""
_MIN_SPACING_PX = 0.5
_SAME_PLACE_PX = 1e-3
_SIZES_PER_OCTAVE = 64
"""Sizes of dabs are rounded, or a pen's pressure would make every one of them a new stamp."""
_LARGE_PX = 512.0
_CELLWISE_FROM_PX = 160.0
"""Radius of the solid inside from which dabs are laid down cell by cell: then whole cells fit into it."""
_MOST_OWED = 4
"""Large dabs that may wait to be written: the end of a stroke has to wait for them."""
_NOTHING = Bounds(0, 0, 0, 0)

Lengths = npt.NDArray[np.floating]
"""Distances or radii in pixels, one per pixel."""


class BrushMode(enum.Enum):
    ADD = "add"
    SUBTRACT = "subtract"

    @property
    def opposite(self) -> BrushMode:
        return BrushMode.SUBTRACT if self is BrushMode.ADD else BrushMode.ADD


@dataclass(frozen=True, slots=True)
class Brush:
    """Size is the diameter in image pixels; hardness 1 is a crisp edge, 0 falls off from the centre."""

    size_px: float = 24.0
    hardness: float = 0.8
    mode: BrushMode = BrushMode.ADD

    def __post_init__(self) -> None:
        if not MIN_SIZE_PX <= self.size_px <= MAX_SIZE_PX:
            raise ValueError(f"brush size {self.size_px} px is not within {MIN_SIZE_PX} to {MAX_SIZE_PX}")
        if not 0.0 <= self.hardness <= 1.0:
            raise ValueError(f"hardness {self.hardness} is not within 0 to 1")


@dataclass(frozen=True, slots=True)
class StrokePoint:
    """Where the pointer was, in image pixels (pixel centres at .5), and how hard it pressed, 0 to 1."""

    x: float
    y: float
    pressure: float = 1.0


def _coverage(distance: Lengths, radius: Lengths | float, hardness: float) -> Plane:
    """Mask values at some distances from the middle of the brush, all in pixels. The crisp edge is a pixel wide."""
    covered = np.clip(radius - distance + 0.5, 0.0, 1.0)
    if hardness < 1.0 and np.max(radius) > 1.0:
        inwards = np.clip((radius - distance) / (radius * (1.0 - hardness)), 0.0, 1.0)
        covered = np.minimum(covered, inwards * inwards * (3.0 - 2.0 * inwards))
    values: Plane = np.round(covered * 255).astype(np.uint8)
    return values


class _Stamp(NamedTuple):
    """Mask values of one dab, centred on its middle pixel, and how far from there all of them are 255."""

    values: Plane
    solid_px: float


def _make_stamp(size_px: float, hardness: float) -> _Stamp:
    """The stamp of a brush.

    Symmetric, so a quarter is looked up; by squared distance, so that even a brush of thousands of pixels takes
    milliseconds. Large ones share an entry between distances a few hundredths of a pixel apart.
    """
    reach = math.ceil(size_px / 2 + 1)
    step = max(1, int(size_px / 40))
    squares = np.arange(reach + 1, dtype=np.int32) ** 2
    entries = np.arange(2 * reach * reach // step + 1, dtype=np.float32) * step + (step - 1) / 2
    values = _coverage(np.sqrt(entries), size_px / 2, hardness)
    quarter = values.take((squares[None, :] + squares[:, None]) // step)
    half = np.concatenate((quarter[:0:-1], quarter))
    stamp = np.concatenate((half[:, :0:-1], half), axis=1)
    stamp.flags.writeable = False
    return _Stamp(stamp, np.count_nonzero(stamp[reach] == 255) / 2 - 1.5)


# The few large ones are kept apart: one of 4000 px takes 16 MB.
_small_stamp = functools.lru_cache(maxsize=128)(_make_stamp)
_large_stamp = functools.lru_cache(maxsize=3)(_make_stamp)


def _stamp(size_px: float, hardness: float) -> _Stamp:
    octave = 2.0 ** math.floor(math.log2(size_px))
    size_px = octave * (1.0 + round((size_px / octave - 1.0) * _SIZES_PER_OCTAVE) / _SIZES_PER_OCTAVE)
    make = _small_stamp if size_px < _LARGE_PX else _large_stamp
    return make(size_px, round(hardness, 2))


def swept(box: Bounds, start: StrokePoint, end: StrokePoint, radii: tuple[float, float], hardness: float) -> Plane:
    """Mask values inside ``box`` of a brush that goes straight from one point to another, its radius changing."""
    x = np.arange(box.left, box.right, dtype=np.float32) + np.float32(0.5 - start.x)
    y = np.arange(box.top, box.bottom, dtype=np.float32)[:, None] + np.float32(0.5 - start.y)
    dx, dy = end.x - start.x, end.y - start.y
    squared = dx * dx + dy * dy
    if squared < _SAME_PLACE_PX**2:
        return _coverage(np.hypot(x, y), radii[1], hardness)
    along = np.clip((x * np.float32(dx) + y * np.float32(dy)) / np.float32(squared), 0.0, 1.0)
    distance = np.hypot(x - along * np.float32(dx), y - along * np.float32(dy))
    radius = radii[1] if radii[0] == radii[1] else radii[0] + along * np.float32(radii[1] - radii[0])
    return _coverage(distance, radius, hardness)


class StrokePainter:
    """One stroke being drawn: feed it points, redraw the bounds it returns, then :meth:`finish` or :meth:`abandon`."""

    def __init__(self, mask: Mask, brush: Brush) -> None:
        self._mask = mask
        self._brush = brush
        self._editor = MaskEditor(mask)
        self._last: StrokePoint | None = None
        self._to_next_dab = 0.0
        self._large = LargeDabs(mask.width, mask.height, adds=brush.mode is BrushMode.ADD)
        self._owed: deque[tuple[Dab, tuple[Run, ...]]] = deque()
        self._parts: tuple[Bounds, ...] = ()
        self._laid: tuple[Dab, ...] = ()
        self._small_dabs = self._looked = False

    def add(self, point: StrokePoint) -> Bounds:
        """Continues the stroke to ``point``; returns the changed part of the mask (may be empty)."""
        start, self._last = self._last, point
        self._parts, self._laid = (), ()
        self._small_dabs = self._looked = False
        if self._brush.size_px <= MIN_SIZE_PX:
            changed = self._hairline(start or point, point)
        elif self._brush.size_px < _SWEPT_BELOW_PX:
            changed = self._sweep(start or point, point)
        else:
            changed = self._dabs(start, point)
        if self._small_dabs or not self._parts:
            self._parts = (changed,)
        return changed

    @property
    def parts(self) -> tuple[Bounds, ...]:
        """What :meth:`add` changed the last time, in rectangles that leave out the full inside of a large brush."""
        return self._parts

    @property
    def laid(self) -> tuple[Dab, ...]:
        """The dabs that alone make up what :meth:`add` changed the last time; empty where it was more than these.
        For who wants to show them without waiting until they are written."""
        return () if self._small_dabs or self._looked else self._laid

    @property
    def is_behind(self) -> bool:
        """Whether something is still to be written. Whoever reads :attr:`Mask.plane` never sees that: it is written
        first."""
        return bool(self._owed)

    def write(self) -> None:
        """Writes the oldest dab that is still to be written: a few milliseconds, best spent between two frames."""
        if self._owed:
            self._mask.owe(None)
            dab, runs = self._owed.popleft()
            self._large.write(self._editor, dab, runs, looks=False)
            self._mask.owe(self._write_all if self._owed else None)

    def _write_all(self) -> None:
        while self._owed:
            self.write()

    def finish(self) -> MaskEdit:
        self._write_all()
        self._large.forget()  # what comes next may change the mask before the stroke goes on
        return self._editor.finish()

    def abandon(self) -> Bounds:
        """Takes the whole stroke back; returns what has to be redrawn."""
        if self._owed:
            self._mask.owe(None)
        # It is shown, though it was not written.
        shown = Bounds.around(run.bounds for _, runs in self._owed for run in runs)
        self._owed.clear()
        self._large.forget()
        return self._editor.abandon().union(shown)

    def _size(self, pressure: float) -> float:
        return max(MIN_SIZE_PX, self._brush.size_px * min(max(pressure, 0.0), 1.0))

    def _spacing(self, pressure: float) -> float:
        return max(_MIN_SPACING_PX, self._size(pressure) * _SPACING)

    def _hairline(self, start: StrokePoint, end: StrokePoint) -> Bounds:
        """Whole pixels, each fully: what the 1 px brush is for."""
        steps = 1 + math.ceil(2 * math.dist((start.x, start.y), (end.x, end.y)))
        columns = np.floor(np.linspace(start.x, end.x, steps)).astype(np.intp)
        rows = np.floor(np.linspace(start.y, end.y, steps)).astype(np.intp)
        inside = (columns >= 0) & (columns < self._mask.width) & (rows >= 0) & (rows < self._mask.height)
        columns, rows = columns[inside], rows[inside]
        if columns.size == 0:
            return _NOTHING
        box = Bounds(int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1)
        value = 255 if self._brush.mode is BrushMode.ADD else 0
        self._editor.touch(box)[rows - box.top, columns - box.left] = value
        return box

    def _sweep(self, start: StrokePoint, end: StrokePoint) -> Bounds:
        stretches = max(1, math.ceil(math.dist((start.x, start.y), (end.x, end.y)) / _STRETCH_PX))
        points = [_between(start, end, index / stretches) for index in range(stretches + 1)]
        return Bounds.around([self._stretch(a, b) for a, b in itertools.pairwise(points)])

    def _stretch(self, start: StrokePoint, end: StrokePoint) -> Bounds:
        radii = self._size(start.pressure) / 2, self._size(end.pressure) / 2
        reach = max(radii) + 1
        whole = Bounds(
            math.floor(min(start.x, end.x) - reach),
            math.floor(min(start.y, end.y) - reach),
            math.ceil(max(start.x, end.x) + reach),
            math.ceil(max(start.y, end.y) + reach),
        )
        box = whole.clip(self._mask.width, self._mask.height)
        if box.is_empty:
            return _NOTHING
        self._combine(box, swept(box, start, end, radii, self._brush.hardness))
        return box

    def _dabs(self, start: StrokePoint | None, end: StrokePoint) -> Bounds:
        if start is None:
            self._to_next_dab = self._spacing(end.pressure)
            return self._dab(end)
        dirty = []
        length = math.dist((start.x, start.y), (end.x, end.y))
        position = self._to_next_dab
        while position <= length and length > 0:
            point = _between(start, end, position / length)
            dirty.append(self._dab(point))
            position += self._spacing(point.pressure)
        self._to_next_dab = position - length
        return Bounds.around(dirty)

    def _dab(self, point: StrokePoint) -> Bounds:
        stamp, solid_px = _stamp(self._size(point.pressure), self._brush.hardness)
        adds = self._brush.mode is BrushMode.ADD
        dab = Dab(stamp, solid_px, math.floor(point.x), math.floor(point.y), adds)
        box = dab.bounds.clip(self._mask.width, self._mask.height)
        if box.is_empty:
            return _NOTHING
        if solid_px < _CELLWISE_FROM_PX:
            self._combine(box, dab.values(box))
            self._small_dabs = True
            return box
        return self._large_dab(dab)

    def _large_dab(self, dab: Dab) -> Bounds:
        """A large dab, cell by cell: what it changes is planned at once, and owed to the mask.

        Returns:
            the cells that were not yet full, within the dab.
        """
        follows = self._large.follows(dab)
        runs = self._large.plan(dab)
        if follows:
            self._owed.append((dab, runs))
            self._mask.owe(self._write_all)
            while len(self._owed) > _MOST_OWED:
                self.write()
            self._laid += (dab,)
        else:
            # Which of its cells change shows only by looking at the mask.
            self._mask.settle()
            runs = self._large.write(self._editor, dab, runs, looks=True)
            self._looked = True
        self._parts += around(dab, runs)
        return Bounds.around(run.bounds for run in runs)

    def _combine(self, box: Bounds, values: Plane) -> None:
        combine(self._editor.touch(box), values, adds=self._brush.mode is BrushMode.ADD)


def _between(start: StrokePoint, end: StrokePoint, share: float) -> StrokePoint:
    return StrokePoint(
        start.x + (end.x - start.x) * share,
        start.y + (end.y - start.y) * share,
        start.pressure + (end.pressure - start.pressure) * share,
    )
