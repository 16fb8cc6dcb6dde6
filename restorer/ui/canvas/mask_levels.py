"""The mask at every zoom, reduced so that no mark ever vanishes."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from restorer.core.geometry import Bounds
from restorer.core.lazy import load_cv2
from restorer.core.mask import Mask, Plane
from restorer.ui.canvas.photo_layer import level_of
from restorer.ui.canvas.viewport import Viewport

_Indices = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class _Hidden:
    """A finished tile of a job: marks that are still as the job saw them are not shown there."""

    bounds: Bounds
    used: Plane


class MaskLevels:
    """Maximum pyramid of a live mask: a speck of one pixel is seen at 5 % as well as at 500 %.

    Level 0 is the mask's own plane; the others take a third of its memory and follow it through :meth:`update`.

    Args:
        mask: the document's; only read.
    """

    def __init__(self, mask: Mask) -> None:
        self._mask = mask
        self._hidden: list[_Hidden] = []
        self._reduced: list[Plane] = []
        width, height = mask.width, mask.height
        while width > 1 or height > 1:
            width, height = (width + 1) // 2, (height + 1) // 2
            self._reduced.append(np.zeros((height, width), np.uint8))
        if not mask.is_empty:
            self.update(Bounds.of_size(mask.width, mask.height))

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
        """Brings the reduced levels up to date after the mask changed inside ``changed``."""
        part = changed.clip(self._mask.width, self._mask.height)
        if part.is_empty:
            return
        for level, reduced in enumerate(self._reduced):
            half = Bounds(part.left // 2, part.top // 2, (part.right + 1) // 2, (part.bottom + 1) // 2)
            width, height = self._level_size(level)
            whole = Bounds(2 * half.left, 2 * half.top, 2 * half.right, 2 * half.bottom).clip(width, height)
            _halve(self._level(level, whole), reduced[half.slices])
            part = half

    def sample(self, scaled: Bounds, viewport: Viewport) -> Plane | None:
        """What the screen shows of the mask: the largest value under each device pixel.

        Args:
            scaled: scaled pixels; outside of the photo the mask is 0.
            viewport: for its zoom.

        Returns:
            a plane of the size of ``scaled``, its own or read-only; None where all of it is 0.
        """
        inside = scaled.clip(viewport.scaled_width, viewport.scaled_height)
        if inside.is_empty:
            return None
        zoom = viewport.zoom
        level = level_of(zoom, len(self._reduced))
        width, height = self._level_size(level)
        scale = zoom * (1 << level)
        first_x, last_x = _under(inside.left, inside.right, scale, width, inside.right == viewport.scaled_width)
        first_y, last_y = _under(inside.top, inside.bottom, scale, height, inside.bottom == viewport.scaled_height)
        part = Bounds(int(first_x[0]), int(first_y[0]), int(last_x[-1]) + 1, int(last_y[-1]) + 1)
        plane = self._level(level, part)
        if not plane.any():
            return None
        # Rows are gathered twenty times faster than columns, so columns are made rows for a moment.
        cv2 = load_cv2()
        columns: Plane = cv2.transpose(_largest_rows(plane, first_y - part.top, last_y - part.top))
        shown: Plane = cv2.transpose(_largest_rows(columns, first_x - part.left, last_x - part.left))
        if inside == scaled:
            return shown
        padded = np.zeros((scaled.height, scaled.width), np.uint8)
        padded[inside.translate(-scaled.left, -scaled.top).slices] = shown
        return padded

    def _level_size(self, level: int) -> tuple[int, int]:
        if level == 0:
            return self._mask.width, self._mask.height
        height, width = self._reduced[level - 1].shape
        return width, height

    def _level(self, level: int, part: Bounds) -> Plane:
        """A part of a level; not to be written."""
        if level > 0:
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


def _halve(plane: Plane, target: Plane) -> None:
    """Maxima of 2 x 2 pixels; a last row or column that has no partner stands alone."""
    rows = plane[::2].copy()
    np.maximum(rows[: plane.shape[0] // 2], plane[1::2], out=rows[: plane.shape[0] // 2])
    target[...] = rows[:, ::2]
    pairs = target[:, : plane.shape[1] // 2]
    np.maximum(pairs, rows[:, 1::2], out=pairs)


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
