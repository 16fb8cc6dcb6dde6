"""The hands of the canvas: mouse, pen, wheel and fingers, and the brush ring under the pointer."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QEvent, QPointF, QRect, Qt, Signal
from PySide6.QtGui import QMouseEvent, QNativeGestureEvent, QPainter, QTabletEvent, QWheelEvent
from PySide6.QtWidgets import QGestureEvent, QPinchGesture, QWidget

from restorer.core.brush import Brush, StrokePainter
from restorer.core.crop_frame import CropFrame
from restorer.core.document import Change, Document
from restorer.core.geometry import Bounds
from restorer.core.large_dabs import Dab
from restorer.core.placement import Placement
from restorer.session.marking.order import MaskOrder
from restorer.ui.canvas.compare import split_at
from restorer.ui.canvas.crop_overlay import paint_crop, paint_size
from restorer.ui.canvas.outlines import OutlinePainter
from restorer.ui.canvas.pointing import Pointing
from restorer.ui.canvas.ring import paint_ring, ring_box
from restorer.ui.canvas.stroke_writer import StrokeWriter
from restorer.ui.canvas.surface import Surface
from restorer.ui.mark_options import MarkOptions
from restorer.ui.workers import Lane

_DAB_REACH_PX = 6
"""Device pixels that a dab may reach beyond its ring, its casing included."""


class InputSurface(Surface):
    """A surface that tools work on. It is their host; see :class:`restorer.ui.canvas.tools.base.ToolHost`."""

    stroke_committed = Signal(object)
    """Change of a stroke that has just become a history entry."""
    pointer_moved = Signal(object, object)
    """Image pixel under the pointer, as two ints, or None twice where it is not over the photo."""
    brush_changed = Signal(object)
    """The Brush, after the person changed it on the canvas."""
    mask_ordered = Signal(object)
    """A MaskOrder of a tool, to be carried out on the shown document."""
    options_changed = Signal(object)
    """The MarkOptions, after the person changed them on the canvas."""
    crop_changed = Signal(object)
    """The CropFrame, after the person changed it on the canvas."""
    crop_confirmed = Signal()
    pixel_picked = Signal(int, int)
    """A pixel of the photo that was clicked with the picker."""
    crop_abandoned = Signal()
    split_moved = Signal(float)
    """Where the person put the line between before and after, 0 to 1."""

    def __init__(self, parent: QWidget | None = None, tiles: Lane | None = None) -> None:
        super().__init__(parent, tiles)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        if sys.platform != "darwin":
            # There a pinch comes as a native gesture, and would be counted twice.
            self.grabGesture(Qt.GestureType.PinchGesture)
        self._brush = Brush()
        self._pointing = Pointing(self)
        self._options = MarkOptions()
        self._locked = False
        self._writer = StrokeWriter(self)
        self._outlines = OutlinePainter()
        self._outlined: Bounds | None = None
        self.worker: Callable[[Callable[[], Any], Callable[[Any], None]], None] = _work_now
        """Works things out for the tools' previews; see :meth:`compute`. At once, where nobody sets another."""
        self._crop: CropFrame | None = None
        self._crop_base = Placement.identity(1, 1)
        self._ring: Bounds | None = None
        self._pixel: tuple[int, int] | None = None

    # -- host of the tools

    def editable_document(self) -> Document | None:
        """The open document, or None where nothing may be painted."""
        if self._scene is None or self._locked or not self._scene.shows_live:
            return None
        return self._scene.document

    def brush(self) -> Brush:
        return self._brush

    def change_brush(self, brush: Brush) -> None:
        """The person changed the brush."""
        if brush != self._brush:
            self._brush = brush
            self._pointer_changed()
            self.brush_changed.emit(brush)

    def mask_touched(self, bounds: Bounds, *, protects: bool = False, dabs: Sequence[Dab] = ()) -> None:
        """The live mask, or what is protected, changed there."""
        if self._scene is not None:
            self._scene.mask_touched(bounds, protects=protects, dabs=dabs)
            self._repaint_image(bounds)

    def write_stroke(self, painter: StrokePainter) -> None:
        """Writes what the painter owes to its mask, between frames."""
        self._writer.follow(painter)

    def stroke_ended(self, change: Change) -> None:
        """A stroke became a history entry."""
        self.stroke_committed.emit(change)

    def options(self) -> MarkOptions:
        return self._options

    def change_options(self, options: MarkOptions) -> None:
        """The person changed a setting of the marking tools."""
        if options != self._options:
            self._options = options
            self._pointer_changed()
            self.options_changed.emit(options)

    def set_options(self, options: MarkOptions) -> None:
        """Settings of the tools that mark areas."""
        self._options = options
        self._pointer_changed()

    def set_locked(self, locked: bool) -> None:
        """Whether tools rest, because something is being done to the mask that they would disturb."""
        if locked != self._locked:
            self._locked = locked
            self._pointer_changed()

    def step_back(self) -> bool:
        """Takes the last click of a tool of several clicks back; False where there is none."""
        return self._pointing.step_back()

    def order(self, order: MaskOrder) -> None:
        """Has the mask changed."""
        self.mask_ordered.emit(order)

    def compute(self, work: Callable[[], Any], done: Callable[[Any], None]) -> None:
        """Works something out for a preview; only the latest is cared for."""
        self.worker(work, done)

    def pick_find(self, x: float, y: float, *, turns: bool) -> None:
        """The person clicked with the review tool; of no use where nothing is reviewed."""

    def outline_changed(self) -> None:
        """What the tool in hand would mark is something else."""
        bounds = self._outlines.bounds(
            self._pointing.outline(), self._navigator.viewport, self._pane_offset(), self._ratio()
        )
        self._repaint(box.intersect(self._canvas()) for box in {self._outlined, bounds} if box is not None)
        self._outlined = bounds

    def crop_frame(self) -> CropFrame | None:
        """The frame that the crop tool changes, on the photo mirrored and turned by quarters."""
        return self._crop

    def crop_base(self) -> Placement:
        """Where that turned photo lies in the one that is shown."""
        return self._crop_base

    def set_crop(self, frame: CropFrame | None, base: Placement | None = None) -> None:
        """Shows this frame, or none."""
        self._crop = frame
        if base is not None:
            self._crop_base = base
        self.update()

    def change_crop(self, frame: CropFrame) -> None:
        """The person changed the frame."""
        if frame != self._crop:
            self.set_crop(frame)
            self.crop_changed.emit(frame)

    def abandon_crop(self) -> bool:
        """The person leaves the frame; False where there is none."""
        if self._crop is None:
            return False
        self.crop_abandoned.emit()
        return True

    def confirm_crop(self) -> None:
        self.crop_confirmed.emit()

    def pick(self, x: int, y: int) -> None:
        """The person clicked this pixel."""
        self.pixel_picked.emit(x, y)

    def zoom(self) -> float:
        """Device pixels per image pixel."""
        return self._navigator.viewport.zoom

    def visible_bounds(self) -> Bounds:
        """Pixels of the photo as it is now that are in view, or would be were nothing else compared in their place."""
        seen = self._navigator.viewport.visible_image()
        frame = self._scene.frame if self._scene is not None else None
        return seen if frame is None else frame.bounds_in_old(seen).clip(frame.source_width, frame.source_height)

    def pan_by(self, dx: float, dy: float) -> None:
        self._navigator.pan(dx, dy)

    def zoom_step(self, *, inwards: bool, at: tuple[float, float]) -> None:
        self._navigator.step(inwards=inwards, at=QPointF(*at))

    def move_split(self, view_x: float) -> None:
        """The person puts the line between before and after there."""
        self.set_split(split_at(self._navigator.viewport, view_x))
        self.split_moved.emit(self.split())

    def split(self) -> float:
        """Where the line stands, 0 to 1 of the part of the photo in view."""
        return self._scene.split if self._scene is not None else 0.5

    def set_split(self, fraction: float) -> None:
        """Puts the line there."""
        if self._scene is None:
            return
        before = self._line_area()
        self._scene.split = min(max(fraction, 0.0), 1.0)
        # What lies between the two places changes sides.
        self.update(before.united(self._line_area()))
        self._pointer_changed()

    # -- pointer

    def _pointer_changed(self) -> None:
        """Something the pointer's looks or position depend on is another one."""
        cursor = self._pointing.cursor() if self._scene is not None else Qt.CursorShape.ArrowCursor
        self.setCursor(Qt.CursorShape.BusyCursor if self._locked else cursor)
        ring = self._ring_bounds()
        self._repaint(_joined([bounds for bounds in {self._ring, ring} if bounds is not None]))
        self._ring = ring
        pixel = self._pixel_under_pointer()
        if pixel != self._pixel:
            self._pixel = pixel
            self.pointer_moved.emit(*(pixel if pixel is not None else (None, None)))

    def _pixel_under_pointer(self) -> tuple[int, int] | None:
        if self._scene is None or not self._scene.shows_live or self._pointing.hover is None:
            return None
        place = self.locate(self._pointing.hover)
        x, y = math.floor(place.image_x), math.floor(place.image_y)
        viewport = self._navigator.viewport
        return (x, y) if 0 <= x < viewport.image_width and 0 <= y < viewport.image_height else None

    def _ring_center(self) -> QPointF | None:
        """Middle of the ring in device pixels."""
        at = self._pointing.ring_at()
        if at is None or self._scene is None:
            return None
        place = self.locate(at)
        if self._pointing.brush_tool.scrub_center is not None:
            x, y = self._navigator.viewport.to_view(*self._pointing.brush_tool.scrub_center)
            return QPointF(x + place.offset_x, y)
        return QPointF(place.view_x + place.offset_x, place.view_y)

    def _pane_offset(self) -> int:
        """Of the pane under the pointer, of two that show the photo side by side."""
        hover = self._pointing.hover
        return self.locate(hover).offset_x if hover is not None else 0

    def _ring_diameter(self) -> float:
        return self._brush.size_px * self._navigator.viewport.zoom

    def _ring_bounds(self) -> Bounds | None:
        center = self._ring_center()
        if center is None:
            return None
        diameter, hardness = self._ring_diameter(), self._brush.hardness
        return ring_box(center.x(), center.y(), diameter, hardness, self._ratio(), self._canvas())

    def _on_moved(self) -> None:
        super()._on_moved()
        self.outline_changed()
        self._pointer_changed()

    def _paint_over(self, painter: QPainter, part: QRect) -> None:
        super()._paint_over(painter, part)
        if self._crop is not None and self._scene is not None and self._scene.frame is None:
            self._paint_crop(painter, self._crop)
        outline = self._pointing.outline()
        if outline is not None and self._scene is not None:
            ratio = self._ratio()
            painter.save()
            painter.scale(1 / ratio, 1 / ratio)
            self._outlines.paint(painter, outline, self._navigator.viewport, self._pane_offset(), ratio)
            painter.restore()
        center = self._ring_center()
        if center is not None:
            ratio = self._ratio()
            painter.save()
            painter.scale(1 / ratio, 1 / ratio)
            hardness, adds = self._brush.hardness, self._pointing.adds
            paint_ring(painter, center.x(), center.y(), self._ring_diameter(), hardness, ratio, adds=adds)
            painter.restore()

    def _paint_crop(self, painter: QPainter, frame: CropFrame) -> None:
        ratio, viewport = self._ratio(), self._navigator.viewport
        painter.save()
        painter.scale(1 / ratio, 1 / ratio)
        paint_crop(painter, frame, self._crop_base, viewport, ratio, turning=self._pointing.crop_tool.is_turning)
        painter.restore()
        paint_size(painter, frame, self._crop_base, viewport, ratio)

    # -- mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        event.setAccepted(self._scene is not None)
        if self._scene is not None:
            self._pointing.press(event.position(), event.button(), event.modifiers())
            self._pointer_changed()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        # The second of two quick dabs is a dab; of tools that take several clicks it is the last click.
        if event.button() is not Qt.MouseButton.LeftButton or not self._pointing.finish():
            self.mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        self._pointing.move(event.position(), event.modifiers())
        self._pointer_changed()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        self._pointing.release(event.position(), event.button(), event.modifiers())
        self._pointer_changed()

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802
        if not self._pointing.is_dragging:
            self._pointing.hover = None
            self._pointer_changed()
        super().leaveEvent(event)

    # -- pen, wheel, fingers

    def tabletEvent(self, event: QTabletEvent) -> None:  # noqa: N802
        event.setAccepted(self._scene is not None)
        if self._scene is not None:
            if event.type() == QEvent.Type.TabletPress:
                self.setFocus(Qt.FocusReason.MouseFocusReason)
            self._pointing.pen(event)
            self._pointer_changed()

    def set_wheel_pans(self, pans: bool) -> None:
        """Whether a mouse wheel pans instead of zooming."""
        self._navigator.wheel_pans = pans

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        event.setAccepted(self._scene is not None)
        if self._scene is not None:
            self._navigator.wheel(event, self._in_view(event.position()), self._ratio())

    def event(self, event: QEvent) -> bool:
        if self._scene is not None:
            if isinstance(event, QNativeGestureEvent):
                return self._navigator.native_gesture(event, self._in_view(event.position()))
            if isinstance(event, QGestureEvent):
                return self._on_gesture(event)
        return super().event(event)

    def _on_gesture(self, event: QGestureEvent) -> bool:
        pinch = event.gesture(Qt.GestureType.PinchGesture)
        if not isinstance(pinch, QPinchGesture):
            return False
        # The first finger has begun a stroke before the second came down.
        self._pointing.cancel()
        center = QPointF(self.mapFromGlobal(pinch.centerPoint()))
        moved = (pinch.centerPoint() - pinch.lastCenterPoint()) * self._ratio()
        if pinch.state() != Qt.GestureState.GestureStarted:
            self._navigator.pan(moved.x(), moved.y())
        self._navigator.scale(pinch.scaleFactor(), self._in_view(center))
        event.accept(pinch)
        return True

    def _in_view(self, position: QPointF) -> QPointF:
        place = self.locate(position)
        return QPointF(place.view_x, place.view_y)


def _work_now(work: Callable[[], Any], done: Callable[[Any], None]) -> None:
    done(work())


def _joined(rings: list[Bounds]) -> list[Bounds]:
    """Two rings that overlap as one box, a little larger so that the dab under them lies in it too.

    Qt clips to what is painted again, and curves clipped to a ragged outline take it several times as long.
    """
    whole = Bounds.around(rings).pad(_DAB_REACH_PX)
    return [whole] if whole.area < sum(ring.area for ring in rings) else rings
