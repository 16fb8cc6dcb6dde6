"""Brush and eraser: strokes, straight lines, and resizing by dragging."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from PySide6.QtCore import Qt

from restorer.core.brush import MAX_SIZE_PX, MIN_SIZE_PX, Brush, BrushMode, StrokePainter, StrokePoint
from restorer.core.document import Document
from restorer.core.geometry import Bounds
from restorer.ui.canvas.tools.base import Pointer, Tool, ToolHost

SIZE_STEP = 1.15
HARDNESS_STEP = 0.1
_SCRUB_FROM_PX = 3.0
"""A press with Shift that moves less is a click."""
_SCRUB_DOUBLES_PX = 120.0
"""Logical pixels of a sideways drag that double the size."""
_SCRUB_HARDNESS_PX = 200.0
"""Logical pixels of an upward drag from the softest brush to the hardest."""
_NOWHERE = Bounds(0, 0, 0, 0)


def resized(brush: Brush, factor: float) -> Brush:
    """Another size, kept in range, whole pixels apart at least."""
    size = brush.size_px * factor
    if factor > 1.0:
        size = max(size, brush.size_px + 1.0)
    elif factor < 1.0:
        size = min(size, brush.size_px - 1.0)
    return replace(brush, size_px=_in_range(size, MIN_SIZE_PX, MAX_SIZE_PX))


def hardened(brush: Brush, by: float) -> Brush:
    """Another hardness, kept in range."""
    return replace(brush, hardness=round(_in_range(brush.hardness + by, 0.0, 1.0), 3))


def _in_range(value: float, low: float, high: float) -> float:
    return min(max(value, low), high)


@dataclass(slots=True, eq=False)
class _Stroke:
    """A stroke in progress."""

    document: Document
    brush: Brush
    painter: StrokePainter
    last: StrokePoint
    protects: bool
    nearly: Bounds = _NOWHERE
    """Where what large dabs took away is shown nearly as it is."""


@dataclass(slots=True)
class _Scrub:
    """A drag that resizes the brush, or a click with Shift until it moves."""

    start: Pointer
    brush: Brush
    with_hardness: bool
    moved: bool = False


class BrushTool(Tool):
    """Left paints in the brush's mode (or erases, as the eraser), right always erases; the protect brush does so on the
    plane of what is never to be touched.

    Shift+click joins with the last point by a straight line. Shift+drag resizes; Alt+right-drag resizes sideways and
    hardens upwards.
    """

    def __init__(self, host: ToolHost) -> None:
        super().__init__(host)
        self.erases = False
        self.protects = False
        self._stroke: _Stroke | None = None
        self._scrub: _Scrub | None = None
        self._last: StrokePoint | None = None

    @property
    def cursor(self) -> Qt.CursorShape:
        # The ring is painted by the canvas.
        return Qt.CursorShape.BlankCursor

    @property
    def is_stroking(self) -> bool:
        return self._stroke is not None

    @property
    def scrub_center(self) -> tuple[float, float] | None:
        """Image coordinates that the ring stays at while it is resized."""
        return (self._scrub.start.image_x, self._scrub.start.image_y) if self._scrub is not None else None

    @property
    def mode(self) -> BrushMode:
        """What painting does, or would do."""
        if self._stroke is not None:
            return self._stroke.brush.mode
        return BrushMode.SUBTRACT if self.erases else self._host.brush().mode

    def forget_last_point(self) -> None:
        """Another photo: there is nothing to join a line with."""
        self._last = None

    # -- a drag

    def press(self, pointer: Pointer) -> bool:
        right = pointer.button is Qt.MouseButton.RightButton
        if pointer.alt and right:
            self._scrub = _Scrub(pointer, self._host.brush(), with_hardness=True)
        elif pointer.shift and not right:
            self._scrub = _Scrub(pointer, self._host.brush(), with_hardness=False)
        else:
            return self._begin_stroke(pointer, erases=right)
        return True

    def move(self, pointer: Pointer) -> None:
        if self._scrub is not None:
            self._resize(self._scrub, pointer)
        elif self._stroke is not None:
            self._paint_to(self._stroke, _point(pointer))

    def release(self, pointer: Pointer) -> None:
        if self._scrub is not None:
            scrub, self._scrub = self._scrub, None
            if not scrub.moved and not scrub.with_hardness:
                self._join(scrub.start)
        elif self._stroke is not None:
            self._end_stroke(self._stroke)

    def cancel(self) -> None:
        if self._scrub is not None:
            scrub, self._scrub = self._scrub, None
            self._host.change_brush(scrub.brush)
        if self._stroke is not None:
            stroke, self._stroke = self._stroke, None
            self._host.mask_touched(stroke.painter.abandon(), protects=stroke.protects)

    # -- strokes

    def _begin_stroke(self, pointer: Pointer, *, erases: bool) -> bool:
        document = self._host.editable_document()
        if document is None:
            return False
        brush = self._host.brush()
        if erases or self.erases or pointer.erases:
            brush = replace(brush, mode=BrushMode.SUBTRACT)
        point = _point(pointer)
        painter = document.begin_stroke(brush, protects=self.protects)
        self._stroke = _Stroke(document, brush, painter, point, self.protects)
        self._paint_to(self._stroke, point)
        return True

    def _paint_to(self, stroke: _Stroke, point: StrokePoint) -> None:
        touched = stroke.painter.add(point)
        stroke.last = point
        if not touched.is_empty:
            for part in stroke.painter.parts:
                self._host.mask_touched(part, protects=stroke.protects, dabs=stroke.painter.laid)
                if stroke.painter.laid and stroke.brush.mode is BrushMode.SUBTRACT:
                    stroke.nearly = stroke.nearly.union(part)
            if stroke.painter.is_behind:
                self._host.write_stroke(stroke.painter)

    def _end_stroke(self, stroke: _Stroke) -> None:
        self._stroke = None
        self._last = stroke.last
        adds = stroke.brush.mode is BrushMode.ADD
        if stroke.protects:
            label = "Protect" if adds else "Protect less"
        else:
            label = "Brush stroke" if adds else "Eraser stroke"
        change = stroke.document.end_stroke(stroke.painter, label)
        if not stroke.nearly.is_empty:
            self._host.mask_touched(stroke.nearly, protects=stroke.protects)
        if change.history:
            self._host.stroke_ended(change)

    def _join(self, end: Pointer) -> None:
        """One stroke straight from where the last one ended."""
        start = self._last
        if not self._begin_stroke(replace(end, image_x=start.x, image_y=start.y) if start else end, erases=False):
            return
        if self._stroke is not None:
            self._paint_to(self._stroke, _point(end))
            self._end_stroke(self._stroke)

    # -- resizing

    def _resize(self, scrub: _Scrub, pointer: Pointer) -> None:
        across = (pointer.view_x - scrub.start.view_x) / pointer.ratio
        upwards = (scrub.start.view_y - pointer.view_y) / pointer.ratio
        if not scrub.moved and math.hypot(across, upwards) < _SCRUB_FROM_PX:
            return
        scrub.moved = True
        size = _in_range(scrub.brush.size_px * 2 ** (across / _SCRUB_DOUBLES_PX), MIN_SIZE_PX, MAX_SIZE_PX)
        brush = replace(scrub.brush, size_px=size)
        if scrub.with_hardness:
            brush = hardened(brush, upwards / _SCRUB_HARDNESS_PX)
        self._host.change_brush(brush)


def _point(pointer: Pointer) -> StrokePoint:
    return StrokePoint(pointer.image_x, pointer.image_y, pointer.pressure)
