"""The mask at every zoom, reduced so that no mark ever vanishes."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from restorer.core.geometry import Bounds
from restorer.core.large_dabs import Dab
from restorer.core.lazy import load_cv2
from restorer.core.mask import Mask, Plane
from restorer.ui.canvas.photo_layer import level_of
from restorer.ui.canvas.tile_order import in_photo
from restorer.ui.canvas.viewport import Viewport

_CELL = 256
"""Side of the cells that follow the mask, in pixels of the mask."""
_Indices = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class _Hidden:
    """A finished tile of a job: marks that are still as the job saw them are not shown there."""

    bounds: Bounds
    used: Plane


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
        self._reduced: list[Plane] = []
        width, height = mask.width, mask.height
        while width > 1 or height > 1:
            width, height = (width + 1) // 2, (height + 1) // 2
            self._reduced.append(np.zeros((height, width), np.uint8))
        rows, columns = -(-mask.height // _CELL), -(-mask.width // _CELL)
        self._stale = np.full((len(self._reduced), rows, columns), not is_empty)
        """Of every reduced level, the cells that have not followed the mask yet."""

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

    def update(self, changed: Bounds, dabs: Sequence[Dab] = (), zoom: float = 1.0) -> None:
        """The mask has changed inside ``changed``.

        Args:
            dabs: what alone changed it, where that is known: it is then shown without looking at the mask, to which it
                may not have been written yet. What they take away may look a little too small until the mask is
                looked at.
            zoom: what will be sampled next.
        """
        part = changed.clip(self._mask.width, self._mask.height)
        if part.is_empty:
            return
        self._is_empty = False
        rows, columns = _grid(part, 0)
        level = level_of(zoom, len(self._reduced))
        stale = self._stale[:, rows, columns]
        if not dabs or self._hidden or level == 0:
            stale[...] = True
            return
        # Cells of the level itself that have not followed yet will see the dabs in the mask.
        stale[: level - 1] = stale[level:] = True
        box = Bounds(part.left >> level, part.top >> level, _up(part.right, level), _up(part.bottom, level))
        for dab in dabs:
            dab.lay(self._reduced[level - 1], box, level, self._mask.width, self._mask.height)

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
        return level == 0 or part.is_empty or not self._stale[level - 1][_grid(part, level)].any()

    def _freshen(self, number: int, part: Bounds) -> None:
        """Brings a part of a reduced level up to date."""
        stale = self._stale[number - 1]
        rows, columns = _grid(part, number)
        if not stale[rows, columns].any():
            return
        height, width = self._reduced[number - 1].shape
        for row in range(rows.start, min(rows.stop, stale.shape[0])):
            for first, last in _stretches(np.flatnonzero(stale[row, columns]) + columns.start):
                box = Bounds(
                    first * _CELL >> number,
                    row * _CELL >> number,
                    _up((last + 1) * _CELL, number),
                    _up((row + 1) * _CELL, number),
                ).clip(width, height)
                self._reduce(number, box)
        stale[rows, columns] = False

    def _reduce(self, number: int, box: Bounds) -> None:
        """Makes a part of a level anew: from the next one below that is up to date there, which may be the mask.

        Those in between are left as they are: while somebody paints at one zoom, nobody looks at them.
        """
        for below in range(number - 1, -1, -1):
            part = in_photo(box, number - below).clip(*self._level_size(below))
            if below == 0 or not self._stale[below - 1][_grid(part, below)].any():
                _reduce(self._level(below, part), number - below, self._reduced[number - 1][box.slices])
                return

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
        height, width = self._reduced[level - 1].shape
        return width, height

    def _level(self, level: int, part: Bounds) -> Plane:
        """A part of a level; not to be written."""
        if level > 0:
            self._freshen(level, part)
            return self._reduced[level - 1][part.slices]
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


def _up(position: int, level: int) -> int:
    """Of a position between pixels, the next one between pixels of a level."""
    return -(-position >> level)


def _grid(part: Bounds, level: int) -> tuple[slice, slice]:
    """The cells that share a pixel with a part of a level."""
    rows = slice((part.top << level) // _CELL, -(-(part.bottom << level) // _CELL))
    return rows, slice((part.left << level) // _CELL, -(-(part.right << level) // _CELL))


def _stretches(places: _Indices) -> Iterator[tuple[int, int]]:
    """First and last of each stretch of rising numbers that misses none."""
    for stretch in np.split(places, np.flatnonzero(np.diff(places) > 1) + 1):
        if stretch.size:
            yield int(stretch[0]), int(stretch[-1])


def _reduce(plane: Plane, times: int, target: Plane) -> None:
    """Maxima of squares of ``2 ** times`` pixels; the last ones of a row or column may be cut off."""
    highest = plane.max()
    if not highest or highest == plane.min():  # quicker to find out, and most of most masks
        target[...] = highest
        return
    side = 1 << times
    (height, width), whole = plane.shape, plane.shape[0] // side
    rows: Plane = np.empty((-(-height // side), width), np.uint8)
    np.maximum.reduce(plane[: whole * side].reshape(whole, side, width), axis=1, out=rows[:whole])
    if whole < len(rows):
        np.maximum.reduce(plane[whole * side :], axis=0, out=rows[-1])
    for _ in range(times):
        if rows.shape[1] % 2:
            rows = np.concatenate((rows, rows[:, -1:]), axis=1)
        # Neighbours of a row as the two bytes of one number: ten times as fast as taking every other pixel.
        pairs = rows.view(np.uint16)
        first = pairs.astype(np.uint8)
        pairs >>= np.uint16(8)
        rows = np.maximum(first, pairs.astype(np.uint8), out=first)
    target[...] = rows


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
