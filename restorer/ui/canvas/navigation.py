"""Moving the view: steps glide, wheel and fingers are followed at once."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QEasingCurve, QObject, QPoint, QPointF, Qt, QVariantAnimation, Signal
from PySide6.QtGui import QInputDevice, QNativeGestureEvent, QWheelEvent

from restorer.core.placement import Placement
from restorer.ui import theme
from restorer.ui.canvas.viewport import Viewport

_GLIDE_MS = 120
_WHEEL_ZOOM = 1.25
"""Zoom factor of one notch."""
_NOTCH = 120.0
_NOTCH_PAN_PX = 48.0
"""Logical pixels that a notch of a touchpad without pixel deltas pans."""


class Navigator(QObject):
    """Owner of the viewport.

    Positions and distances are device pixels of the viewport.
    """

    moved = Signal()
    """The viewport is another one."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.wheel_pans = False
        """Whether a mouse wheel pans, and zooms with Ctrl only, as two fingers do."""
        self._viewport = Viewport(0, 0, 1, 1)
        self._start = self._target = self._viewport
        self._glide = QVariantAnimation(self)
        self._glide.setStartValue(0.0)
        self._glide.setEndValue(1.0)
        self._glide.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._glide.valueChanged.connect(self._on_glide)

    @property
    def viewport(self) -> Viewport:
        return self._viewport

    def open(self, width: int, height: int) -> None:
        """Another picture, fitted."""
        self._jump(replace(self._viewport, image_width=width, image_height=height).fit())

    def place(self, placement: Placement) -> None:
        """The picture has another extent."""
        self._jump(self._viewport.placed(placement))

    def follow(self, viewport: Viewport) -> None:
        """The view of another window onto a picture of the same size: the same middle, as large."""
        mine = self._viewport
        alike = replace(viewport, margin=mine.margin).resized(mine.view_width, mine.view_height)
        self._jump(alike)

    def resize(self, width: int, height: int, margin: int) -> None:
        """The window or its pixel ratio is another one."""
        self._jump(replace(self._target, margin=margin).resized(width, height))

    def fit(self) -> None:
        self._glide_to(self._target.fit())

    def zoom_to(self, zoom: float, at: QPointF | None = None) -> None:
        """Another zoom, holding what lies at ``at`` (the middle if None)."""
        self._glide_to(self._target.zoomed(zoom, (at.x(), at.y()) if at is not None else None))

    def step(self, *, inwards: bool, at: QPointF | None = None) -> None:
        """To the next of the fixed zooms."""
        self.zoom_to(self._target.next_step() if inwards else self._target.previous_step(), at)

    def pan(self, dx: float, dy: float) -> None:
        self._jump(self._viewport.panned(dx, dy))

    def bring(self, x: float, y: float, room: float) -> None:
        """Shows a place of the photo, in the middle unless it is in view already; a glide ends at once.

        Args:
            x, y: in image pixels.
            room: share of the view at each side that does not count as in view.
        """
        target = self._target
        view_x, view_y = target.to_view(x, y)
        across, down = target.view_width * room, target.view_height * room
        if across <= view_x <= target.view_width - across and down <= view_y <= target.view_height - down:
            return
        self._jump(target.panned(target.view_width / 2 - view_x, target.view_height / 2 - view_y))

    def scale(self, factor: float, at: QPointF) -> None:
        """Follows a wheel or two fingers."""
        self._jump(self._viewport.zoomed(self._viewport.zoom * factor, (at.x(), at.y())))

    # -- devices

    def wheel(self, event: QWheelEvent, at: QPointF, ratio: float) -> None:
        """A wheel zooms at the pointer; two fingers on a touchpad pan, with Ctrl they zoom. Shift pans sideways."""
        angle = event.angleDelta()
        pans = self.wheel_pans or _is_touchpad(event)
        if pans and not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            pixels = event.pixelDelta() if _is_touchpad(event) else QPoint()
            if pixels.isNull() and event.modifiers() & Qt.KeyboardModifier.ShiftModifier and not angle.x():
                self.pan(angle.y() / _NOTCH * _NOTCH_PAN_PX * ratio, 0)
            elif pixels.isNull():
                self.pan(*(delta / _NOTCH * _NOTCH_PAN_PX * ratio for delta in (angle.x(), angle.y())))
            else:
                self.pan(pixels.x() * ratio, pixels.y() * ratio)
            return
        # Holding Alt turns a vertical wheel into a horizontal one.
        self.scale(_WHEEL_ZOOM ** ((angle.y() or angle.x()) / _NOTCH), at)

    def native_gesture(self, event: QNativeGestureEvent, at: QPointF) -> bool:
        """Follows a touchpad's pinch; False for another gesture."""
        kind = event.gestureType()
        if kind == Qt.NativeGestureType.ZoomNativeGesture:
            self.scale(max(0.1, 1.0 + event.value()), at)
        elif kind == Qt.NativeGestureType.SmartZoomNativeGesture:
            if self._target.fitted:
                self.zoom_to(1.0, at)
            else:
                self.fit()
        else:
            return False
        return True

    # -- gliding

    def _glide_to(self, target: Viewport) -> None:
        duration = theme.motion_ms(_GLIDE_MS)
        if duration == 0:
            self._jump(target)
            return
        self._glide.stop()
        self._start, self._target = self._viewport, target
        self._glide.setDuration(duration)
        self._glide.start()

    def _on_glide(self, progress: float) -> None:
        self._show(self._target if progress >= 1.0 else between(self._start, self._target, progress))

    def _jump(self, viewport: Viewport) -> None:
        self._glide.stop()
        self._target = viewport
        self._show(viewport)

    def _show(self, viewport: Viewport) -> None:
        if viewport != self._viewport:
            self._viewport = viewport
            self.moved.emit()


def between(start: Viewport, end: Viewport, progress: float) -> Viewport:
    """A view on the way; what the two show at the same place stays there."""
    if end.zoom == start.zoom:
        zoom, share = end.zoom, progress
    else:
        zoom = start.zoom * (end.zoom / start.zoom) ** progress
        share = (zoom - start.zoom) / (end.zoom - start.zoom)
    return replace(
        end,
        zoom=zoom,
        origin_x=start.origin_x + (end.origin_x - start.origin_x) * share,
        origin_y=start.origin_y + (end.origin_y - start.origin_y) * share,
    )


def _is_touchpad(event: QWheelEvent) -> bool:
    # Pixel deltas alone do not tell: on X11 a mouse wheel has them too.
    device = event.device()
    by_kind = device is not None and device.type() == QInputDevice.DeviceType.TouchPad
    return by_kind or event.phase() != Qt.ScrollPhase.NoScrollPhase
