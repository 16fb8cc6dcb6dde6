"""Detections as one plane at every zoom: how sure, of which class, and what was decided; no mark ever vanishes."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from restorer.core.damage import DAMAGE_CLASSES, Planes
from restorer.core.geometry import Bounds
from restorer.core.lazy import load_cv2

Packed = npt.NDArray[np.uint16]
"""Strength in the high byte, so that a maximum takes the surest; below it a class and what was decided."""
CLASS_BITS = 0x07
DROPPED, HIDDEN = 0x08, 0x10
BASE_PX = 24_000_000
"""Of a larger photo finds are told apart at half, a quarter … of its scale."""


def base_step(width: int, height: int) -> int:
    """How many photo pixels a side of a base pixel is long: 1, 2, 4 …"""
    step = 1
    while width * height / step**2 > BASE_PX:
        step *= 2
    return step


def packed_base(planes: Planes, classes: tuple[str, ...], protected: npt.NDArray[np.uint8] | None) -> Packed:
    """The surest class of each pixel, and how sure; 0 where something protects it.

    Args:
        planes: as of :class:`~restorer.core.damage.DamageMap`.
        classes: only these count.
        protected: plane of the photo's size, or None.
    """
    height, width = planes.shape[1:]
    step = base_step(width, height)
    base = np.zeros((-(-height // step), -(-width // step)), np.uint16)
    rows = 256 * step
    for top in range(0, height, rows):
        band = slice(top, min(top + rows, height))
        shielded = None
        if protected is not None and protected[band].any():
            shielded = np.where(protected[band] > 0, np.uint8(0), np.uint8(255))
        target = base[top // step : -(-band.stop // step)]
        for name in classes:
            kind = DAMAGE_CLASSES.index(name)
            plane = planes[kind, band]
            if shielded is not None:
                plane = plane & shielded
            reduced = _reduced(plane, step)
            if not reduced.any():
                continue
            reduced = reduced.astype(np.uint16)
            # Classes that are equally sure: the first of them.
            code = np.where(reduced > 0, (reduced << 8) | np.uint16(len(DAMAGE_CLASSES) - 1 - kind), np.uint16(0))
            np.maximum(target, code, out=target)
    found = base > 0
    base[found] = (base[found] & np.uint16(0xFF00)) | (len(DAMAGE_CLASSES) - 1 - (base[found] & CLASS_BITS))
    return base


def _reduced(plane: npt.NDArray[np.uint8], step: int) -> npt.NDArray[np.uint8]:
    while step > 1:
        rows = plane[::2].copy()
        np.maximum(rows[: plane.shape[0] // 2], plane[1::2], out=rows[: plane.shape[0] // 2])
        plane = rows[:, ::2].copy()
        np.maximum(plane[:, : rows.shape[1] // 2], rows[:, 1::2], out=plane[:, : rows.shape[1] // 2])
        step //= 2
    return plane


class FindLevels:
    """Maximum pyramid of a packed plane. Belongs to one thread at a time.

    Args:
        base: taken over.
        width, height: of the photo.
    """

    def __init__(self, base: Packed, width: int, height: int) -> None:
        self.step = base_step(width, height)
        self.version = 0
        """Another number after every change."""
        self._width, self._height = width, height
        self._levels = [base]
        while max(self._levels[-1].shape) > 1:
            below = self._levels[-1]
            self._levels.append(np.zeros((-(-below.shape[0] // 2), -(-below.shape[1] // 2)), np.uint16))
        self._update(Bounds.of_size(base.shape[1], base.shape[0]))

    @property
    def base(self) -> Packed:
        """Not to be written."""
        return self._levels[0]

    def set_dropped(self, part: Bounds, where: npt.NDArray[np.bool_], dropped: bool) -> None:
        """Marks pixels of the base as dropped, or no more so.

        Args:
            part: in base pixels.
            where: which of them, of its size.
        """
        values = self._levels[0][part.slices]
        if dropped:
            values[where] |= np.uint16(DROPPED)
        else:
            values[where] &= np.uint16(0xFFFF ^ DROPPED)
        self._update(part)
        self.version += 1

    def sample(self, scaled: Bounds, zoom: float) -> Packed:
        """What the screen shows: the surest pixel under each device pixel, or under it and its neighbours.

        Args:
            scaled: in pixels of the photo times ``zoom``; outside of the photo there is nothing.
        """
        level = min(max(0, math.ceil(math.log2(1 / (zoom * self.step)) - 1e-6)), len(self._levels) - 1)
        plane = self._levels[level]
        side = self.step * 2**level * zoom
        rows = np.floor((np.arange(scaled.top, scaled.bottom) + 0.5) / side).astype(np.intp)
        columns = np.floor((np.arange(scaled.left, scaled.right) + 0.5) / side).astype(np.intp)
        inside_y, inside_x = (rows >= 0) & (rows < plane.shape[0]), (columns >= 0) & (columns < plane.shape[1])
        # Rows are gathered twenty times faster than columns, so columns are made rows for a moment.
        first, last = int(columns[0]), int(columns[-1])
        part = plane.take(rows.clip(0, plane.shape[0] - 1), 0)[:, max(0, first) : last + 1]
        within = (columns - max(0, first)).clip(0, max(0, part.shape[1] - 1))
        if part.shape[1] == 0:
            return np.zeros((scaled.height, scaled.width), np.uint16)
        cv2 = load_cv2()
        shown: Packed = cv2.transpose(cv2.transpose(np.ascontiguousarray(part)).take(within, 0))
        if not (inside_y.all() and inside_x.all()):
            shown[~inside_y] = 0
            shown[:, ~inside_x] = 0
        return shown

    def _update(self, part: Bounds) -> None:
        for below, above in zip(self._levels, self._levels[1:], strict=False):
            half = Bounds(part.left // 2, part.top // 2, -(-part.right // 2), -(-part.bottom // 2))
            source = below[2 * half.top : 2 * half.bottom, 2 * half.left : 2 * half.right]
            target = above[half.slices]
            target[...] = source[::2, ::2]
            for dy, dx in ((0, 1), (1, 0), (1, 1)):
                other = source[dy::2, dx::2]
                view = target[: other.shape[0], : other.shape[1]]
                np.maximum(view, other, out=view)
            part = half
