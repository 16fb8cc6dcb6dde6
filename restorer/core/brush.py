"""Brush strokes on a mask.

A stroke is laid down as round dabs close enough together that no scallops show. A dab is a cached stamp combined
with ``maximum`` (add) or ``minimum`` (subtract), so its cost is that of its own pixels, whatever the photo's size.
"""

from __future__ import annotations

import enum
import functools
import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from restorer.core.geometry import Bounds
from restorer.core.mask import Mask, MaskEdit, MaskEditor

MIN_SIZE_PX = 1.0
MAX_SIZE_PX = 4000.0
_SPACING = 0.1
"""Distance of dabs as a share of their diameter: scallops stay under 0.3 % of it."""
_SUBPIXEL = 4
"""Positions per pixel that small stamps are drawn at; larger ones need none."""
_SUBPIXEL_BELOW_PX = 24.0


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


@functools.lru_cache(maxsize=64)
def _stamp(size_px: float, hardness: float, shift_x: float, shift_y: float) -> npt.NDArray[np.uint8]:
    """Coverage of one dab, centred at ``shift`` from the middle of its middle pixel."""
    radius = size_px / 2
    reach = math.ceil(radius + 1)
    axis = np.arange(-reach, reach + 1, dtype=np.float32)
    distance = np.hypot(axis[None, :] - shift_x, axis[:, None] - shift_y)
    edge = np.clip(radius - distance + 0.5, 0.0, 1.0)
    if hardness < 1.0 and radius > 1.0:
        falloff = np.clip((radius - distance) / max(radius * (1.0 - hardness), 1e-6), 0.0, 1.0)
        edge = np.minimum(edge, falloff * falloff * (3.0 - 2.0 * falloff))
    stamp: npt.NDArray[np.uint8] = np.round(edge * 255).astype(np.uint8)
    stamp.flags.writeable = False
    return stamp


class StrokePainter:
    """One stroke being drawn: feed it points, redraw the bounds it returns, then :meth:`finish` or :meth:`abandon`."""

    def __init__(self, mask: Mask, brush: Brush) -> None:
        self._mask = mask
        self._brush = brush
        self._editor = MaskEditor(mask)
        self._last: StrokePoint | None = None
        self._to_next_dab = 0.0

    def add(self, point: StrokePoint) -> Bounds:
        """Continues the stroke to ``point``; returns the changed part of the mask (may be empty)."""
        if self._last is None:
            self._last = point
            return self._dab(point)
        start, dirty = self._last, []
        length = math.hypot(point.x - start.x, point.y - start.y)
        position = self._to_next_dab
        while position <= length and length > 0:
            at = position / length
            pressure = start.pressure + (point.pressure - start.pressure) * at
            dab = StrokePoint(start.x + (point.x - start.x) * at, start.y + (point.y - start.y) * at, pressure)
            dirty.append(self._dab(dab))
            position += self._spacing(pressure)
        self._to_next_dab = position - length
        self._last = point
        return Bounds.around(dirty)

    def finish(self) -> MaskEdit:
        return self._editor.finish()

    def abandon(self) -> Bounds:
        """Takes the whole stroke back; returns what has to be redrawn."""
        return self._editor.abandon()

    def _size(self, pressure: float) -> float:
        return max(MIN_SIZE_PX, self._brush.size_px * min(max(pressure, 0.0), 1.0))

    def _spacing(self, pressure: float) -> float:
        return max(0.5, self._size(pressure) * _SPACING)

    def _dab(self, point: StrokePoint) -> Bounds:
        size = self._size(point.pressure)
        if size <= MIN_SIZE_PX:
            return self._paint(np.full((1, 1), 255, np.uint8), math.floor(point.x), math.floor(point.y))
        column, row = math.floor(point.x), math.floor(point.y)
        shift_x = shift_y = 0.0
        if size < _SUBPIXEL_BELOW_PX:
            shift_x = (math.floor((point.x - column) * _SUBPIXEL) + 0.5) / _SUBPIXEL - 0.5
            shift_y = (math.floor((point.y - row) * _SUBPIXEL) + 0.5) / _SUBPIXEL - 0.5
        stamp = _stamp(round(size * 2) / 2, round(self._brush.hardness, 2), shift_x, shift_y)
        reach = stamp.shape[0] // 2
        return self._paint(stamp, column - reach, row - reach)

    def _paint(self, stamp: npt.NDArray[np.uint8], left: int, top: int) -> Bounds:
        whole = Bounds(left, top, left + stamp.shape[1], top + stamp.shape[0])
        visible = whole.clip(self._mask.width, self._mask.height)
        if visible.is_empty:
            return Bounds(0, 0, 0, 0)
        part = stamp[visible.translate(-left, -top).slices]
        target = self._editor.touch(visible)
        if self._brush.mode is BrushMode.ADD:
            np.maximum(target, part, out=target)
        else:
            np.minimum(target, 255 - part, out=target)
        return visible
