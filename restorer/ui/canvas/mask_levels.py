"""The mask at every zoom, reduced so that no mark ever vanishes."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from restorer.core.geometry import Bounds
from restorer.core.lazy import load_cv2
from restorer.core.mask import Mask, Plane
from restorer.ui.canvas.photo_layer import level_of
from restorer.ui.canvas.tile_order import in_photo
from restorer.ui.canvas.viewport import Viewport

_CELL = 128
"""Side of the cells that follow the mask, in pixels of their level."""
_Indices = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class _Hidden:
    """A finished tile of a job: marks that are still as the job saw them are not shown there."""

    bounds: Bounds
    used: Plane


@dataclass(frozen=True, slots=True, eq=False)
class _Level:
    """A reduced mask, and which of its cells have not followed the mask yet."""

    plane: Plane
    stale: npt.NDArray[np.bool_]


class MaskLevels:
    """Maximum pyramid of a live mask: a speck of one pixel is seen at 5 % as well as at 500 %.

    Level 0 is the mask's own plane; the others take at most a third of its memory. A change costs nothing until what
    it touched is looked at, and then no more than the cells looked at.

    Args:
        mask: the document's; only read.
        is_empty: whether it is known to be 0 everywhere, so that nothing has to be looked at.
    """

    def __init__(self, mask: Mask, *, is_empty: bool = False) -> None:
        self._mask = mask
        self._is_empty = is_empty
        self._hidden: list[_Hidden] = []
        self._reduced: list[_Level] = []
        width, height = mask.width, mask.height
        while width > 1 or height > 1:
            width, height = (width + 1) // 2, (height + 1) // 2
            stale = np.full((-(-height // _CELL), -(-width // _CELL)), not is_empty)
            self._reduced.append(_Level(np.zeros((height, width), np.uint8), stale))

    def hide(self, bounds: Bounds, used: Mask) -> None:
        """Stops showing marks inside ``bounds`` that are the same in ``used``."""
        self._hidden.append(_Hidden(bounds, used.plane))
        self.update(bounds)

    def show_all(self) -> Bounds:
        """Ends all hiding and returns what looks different now."""
        shown = Bounds.around(hidden.bounds for hidden in self._hidden)
        self._hidden.clear()
        self.update(shown)
        return shown

    def update(self, changed: Bounds) -> None:
        """The mask has changed inside ``changed``."""
        part = changed.clip(self._mask.width, self._mask.height)
        if part.is_empty:
            return
        self._is_empty = False
        # In bare numbers: a stroke comes here for every move, and there are more than a dozen levels.
        left, top, right, bottom = part.left, part.top, part.right - 1, part.bottom - 1
        for bits, level in enumerate(self._reduced, start=_CELL.bit_length()):
            level.stale[top >> bits : (bottom >> bits) + 1, left >> bits : (right >> bits) + 1] = True

    def is_fresh(self, scaled: Bounds, viewport: Viewport) -> bool:
        """Whether :meth:`sample` there has nothing to catch up with."""
        level = level_of(viewport.zoom, len(self._reduced))
        scale = viewport.zoom * (1 << level)
        part = Bounds(
            int(scaled.left / scale) - 1,
            int(scaled.top / scale) - 1,
            int(scaled.right / scale) + 2,
            int(scaled.bottom / scale) + 2,
        ).clip(*self._level_size(level))
        return level == 0 or part.is_empty or not self._reduced[level - 1].stale[_grid(part)].any()

    def _freshen(self, number: int, part: Bounds) -> None:
        """Brings a part of a reduced level up to date, and of those below it what that takes."""
        level = self._reduced[number - 1]
        if not level.stale[_grid(part)].any():
            return
        height, width = level.plane.shape
        rows, columns = _grid(part)
        for row in range(rows.start, rows.stop):
            for first, last in _stretches(np.flatnonzero(level.stale[row, columns]) + columns.start):
                box = Bounds(first * _CELL, row * _CELL, (last + 1) * _CELL, (row + 1) * _CELL).clip(width, height)
                below = in_photo(box, 1).clip(*self._level_size(number - 1))
                _halve(self._level(number - 1, below), level.plane[box.slices])
        level.stale[rows, columns] = False

    def sample(self, scaled: Bounds, viewport: Viewport) -> Plane | None:
        """What the screen shows of the mask: the largest value under each device pixel.

        Args:
            scaled: scaled pixels; outside of the photo the mask is 0.
            viewport: for its zoom.

        Returns:
            a plane of the size of ``scaled``, not to be written; None where all of it is 0.
        """
        inside = scaled.clip(viewport.scaled_width, viewport.scaled_height)
        if self._is_empty or inside.is_empty:
            return None
        zoom = viewport.zoom
        level = level_of(zoom, len(self._reduced))
        width, height = self._level_size(level)
        scale = zoom * (1 << level)
        first_x, last_x = _under(inside.left, inside.right, scale, width, inside.right == viewport.scaled_width)
        first_y, last_y = _under(inside.top, inside.bottom, scale, height, inside.bottom == viewport.scaled_height)
        part = Bounds(int(first_x[0]), int(first_y[0]), int(last_x[-1]) + 1, int(last_y[-1]) + 1)
        plane = self._level(level, part)
        highest = plane.max()  # quicker than any() by far
        if not highest:
            return None
        if highest == plane.min():
            flat: Plane = np.full((inside.height, inside.width), highest)
            return flat if inside == scaled else _padded(flat, inside, scaled)
        if scale == 1.0 and plane.shape == (inside.height, inside.width):
            return plane if inside == scaled else _padded(plane, inside, scaled)
        # Rows are gathered twenty times faster than columns, so columns are made rows for a moment.
        cv2 = load_cv2()
        columns: Plane = cv2.transpose(_largest_rows(plane, first_y - part.top, last_y - part.top))
        shown: Plane = cv2.transpose(_largest_rows(columns, first_x - part.left, last_x - part.left))
        return shown if inside == scaled else _padded(shown, inside, scaled)

    def _level_size(self, level: int) -> tuple[int, int]:
        if level == 0:
            return self._mask.width, self._mask.height
        height, width = self._reduced[level - 1].plane.shape
        return width, height

    def _level(self, level: int, part: Bounds) -> Plane:
        """A part of a level; not to be written."""
        if level > 0:
            self._freshen(level, part)
            return self._reduced[level - 1].plane[part.slices]
        live = self._mask.plane[part.slices]
        over = [hidden for hidden in self._hidden if hidden.bounds.overlaps(part)]
        if not over:
            return live
        shown = live.copy()
        for hidden in over:
            shared = hidden.bounds.intersect(part)
            here = shown[shared.translate(-part.left, -part.top).slices]
            here[here == hidden.used[shared.slices]] = 0
        return shown


def _padded(plane: Plane, inside: Bounds, scaled: Bounds) -> Plane:
    padded = np.zeros((scaled.height, scaled.width), np.uint8)
    padded[inside.translate(-scaled.left, -scaled.top).slices] = plane
    return padded


def _grid(part: Bounds) -> tuple[slice, slice]:
    """The cells that share a pixel with a part of a level."""
    rows = slice(part.top // _CELL, -(-part.bottom // _CELL))
    return rows, slice(part.left // _CELL, -(-part.right // _CELL))


def _stretches(places: _Indices) -> Iterator[tuple[int, int]]:
    """First and last of each stretch of rising numbers that misses none."""
    for stretch in np.split(places, np.flatnonzero(np.diff(places) > 1) + 1):
        if stretch.size:
            yield int(stretch[0]), int(stretch[-1])


def _halve(plane: Plane, target: Plane) -> None:
    """Maxima of 2 x 2 pixels; a last row or column that has no partner stands alone."""
    highest = plane.max()
    if not highest or highest == plane.min():  # quicker to find out, and most of most masks
        target[...] = highest
        return
    if plane.shape[0] % 2 == 0 and plane.shape[1] % 2 == 0:
        # Neighbours of a row as the two bytes of one number: ten times as fast as taking every other pixel.
        pairs = np.maximum(plane[::2], plane[1::2]).view(np.uint16)
        first = pairs.astype(np.uint8)
        pairs >>= np.uint16(8)
        np.maximum(first, pairs.astype(np.uint8), out=target)
        return
    rows = plane[::2].copy()
    np.maximum(rows[: plane.shape[0] // 2], plane[1::2], out=rows[: plane.shape[0] // 2])
    target[...] = rows[:, ::2]
    whole = target[:, : plane.shape[1] // 2]
    np.maximum(whole, rows[:, 1::2], out=whole)


@functools.lru_cache(maxsize=256)
def _under(start: int, stop: int, scale: float, length: int, ends: bool) -> tuple[_Indices, _Indices]:
    """First and last level pixel under each of the scaled pixels ``start`` to ``stop``.

    Above 100 % there is one, that under the middle; below, all that are touched. Tiles of one row or column share the
    answer; it is not to be written.

    Args:
        start, stop: scaled pixels.
        scale: scaled pixels per level pixel.
        length: of the level.
        ends: whether the last scaled pixel is the photo's last, which shows all that is left.
    """
    scaled = np.arange(start, stop)
    if scale >= 1.0:
        first = np.clip(np.floor((scaled + 0.5) / scale), 0, length - 1).astype(np.intp)
        last = first.copy()
    else:
        first = np.clip(np.floor(scaled / scale), 0, length - 1).astype(np.intp)
        last = np.clip(np.ceil((scaled + 1) / scale) - 1, first, length - 1).astype(np.intp)
    if ends:
        last[-1] = length - 1
    return first, last


def _largest_rows(plane: Plane, first: _Indices, last: _Indices) -> Plane:
    """Maxima of the rows ``first`` to ``last``, of which there are few each time."""
    largest = plane.take(first, 0)
    for step in range(1, int((last - first).max()) + 1):
        np.maximum(largest, plane.take(np.minimum(first + step, last), 0), out=largest)
    return largest
