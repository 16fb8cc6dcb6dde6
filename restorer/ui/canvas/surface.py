"""The painted half of the canvas: device pixels, what has to be painted again, and work done in idle moments."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable
from dataclasses import replace

from PySide6.QtCore import QEvent, QPointF, QRect, Qt, QTimer, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QRegion, QResizeEvent
from PySide6.QtWidgets import QWidget

from restorer.core.geometry import Bounds
from restorer.core.provenance import ProvenanceMap
from restorer.formats.color import Display
from restorer.ui import theme
from restorer.ui.canvas import split_line
from restorer.ui.canvas.colors import CanvasColors
from restorer.ui.canvas.compare import Compare, viewport_width
from restorer.ui.canvas.hud import Hud
from restorer.ui.canvas.legend import Legend
from restorer.ui.canvas.navigation import Navigator
from restorer.ui.canvas.pending import Pending
from restorer.ui.canvas.pointing import Place
from restorer.ui.canvas.provenance_layer import ProvenanceLayer
from restorer.ui.canvas.scene import Scene
from restorer.ui.canvas.tile_works import IdleWorks, LaneWorks, TileWorks
from restorer.ui.widgets.painting import FOCUS_RING, shows_focus
from restorer.ui.workers import Lane

_MARGIN_PX = 16
"""Logical pixels around a fitted photo."""
_FIRST_SLICE_S = 0.0015
"""What painting may spend on missing tiles, so that a quick one is never shown coarse first."""
_QUICK_PX = 1 << 21
"""Missing tiles in view of so few source pixels are worth waiting that long for."""
_FADE_INTERVAL_MS = 33
_NEARLY = 1e-6
_JOIN_BELOW = 1.4
"""Rectangles to paint are painted as one where that is at most so many times their area: each costs its own round."""


class Surface(QWidget):
    """Paints a scene and the plates over it. Its pixel grid is the screen's, whatever the device pixel ratio.

    Device coordinates count from the first whole screen pixel inside the widget.
    """

    zoom_changed = Signal(float)
    """Device pixels per image pixel."""
    view_moved = Signal()
    """Another part of the photo is in view, or it is shown at another size."""

    def __init__(self, parent: QWidget | None = None, tiles: Lane | None = None) -> None:
        super().__init__(parent)
        # First of all, for setting a property already sends an event.
        self._scene: Scene | None = None
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setProperty(FOCUS_RING, "inside")
        self._pending: Pending | None = None
        self._colors = CanvasColors()
        self._hud = Hud()
        self._navigator = Navigator(self)
        self._navigator.moved.connect(self._on_moved)
        self._shown_zoom = 0.0
        self._provenance_shown = False
        self._legend_of: ProvenanceMap | None = None
        self._works: TileWorks = (
            LaneWorks(tiles, self._on_tiles) if tiles is not None else IdleWorks(self._on_tiles, self)
        )
        self._painted = QRegion()
        self._fade = QTimer(self, interval=_FADE_INTERVAL_MS)
        self._fade.timeout.connect(self._on_fade)

    # -- before the photo is there, and until all of it is

    def show_pending(self, pending: Pending | None) -> None:
        """Shows a small picture of a photo that is still being read, or none; only while there is no document."""
        if self._scene is None:
            self._pending = pending
            if pending is not None:
                self._navigator.open(pending.width, pending.height)
                self._fit_viewport()
            self.update()

    def is_sharp(self) -> bool:
        """Whether nothing better can come for what is in view."""
        return self._scene is not None and not self._has_work()

    def shows_something(self) -> bool:
        """Whether a photo, or a picture of one that is still being read, is there to be painted."""
        return self._scene is not None or self._pending is not None

    def is_pending(self) -> bool:
        """Whether a photo is shown that is still being read."""
        return self._pending is not None

    # -- colours

    def set_display(self, display: Display) -> None:
        """The screen and the intent that photos are shown by."""
        self._use_colors(replace(self._colors, display=display))

    def gamut_warning(self) -> bool:
        """Whether colours that the screen cannot show are painted over."""
        return self._colors.warns

    def set_gamut_warning(self, shown: bool) -> None:
        """Paints them over, or no longer."""
        self._use_colors(replace(self._colors, warns=shown))

    def _use_colors(self, colors: CanvasColors) -> None:
        if colors != self._colors:
            self._colors = colors
            if self._scene is not None:
                self._scene.use_colors(colors)
            self.update()

    # -- geometry

    def _ratio(self) -> float:
        return self.devicePixelRatioF()

    def _shift(self) -> tuple[float, float]:
        """Device pixels from the widget's corner to the first whole one: at fractional ratios it may lie between."""
        ratio = self._ratio()
        if ratio == int(ratio):  # the two grids meet
            return 0.0, 0.0
        corner = QPointF(self.mapTo(self.window(), self.rect().topLeft())) * ratio
        return math.ceil(corner.x() - _NEARLY) - corner.x(), math.ceil(corner.y() - _NEARLY) - corner.y()

    def _canvas(self) -> Bounds:
        """All of the widget in device pixels."""
        ratio = self._ratio()
        return Bounds.of_size(math.ceil(self.width() * ratio - _NEARLY), math.ceil(self.height() * ratio - _NEARLY))

    def _to_device(self, position: QPointF) -> QPointF:
        return position * self._ratio() - QPointF(*self._shift())

    def locate(self, position: QPointF, offset_x: int | None = None) -> Place:
        """Where a widget position lies; in the pane with that offset, or in the one under it."""
        device = self._to_device(position)
        viewport = self._navigator.viewport
        if offset_x is None:
            panes = self._scene.panes(self._canvas(), viewport) if self._scene is not None else []
            offset_x = max((pane.offset_x for pane in panes if pane.clip.left <= device.x()), default=0)
        view_x, view_y = device.x() - offset_x, device.y()
        return Place(view_x, view_y, *viewport.to_image(view_x, view_y), offset_x, self._ratio())

    def is_over_split(self, position: QPointF) -> bool:
        """Whether the line between before and after can be taken there."""
        if self._scene is None or self._scene.compare is not Compare.SPLIT or self._scene.original:
            return False
        x, span = self._scene.line(self._navigator.viewport, self._ratio())
        return abs(position.x() - x) <= split_line.GRAB_PX and span.top() <= position.y() <= span.bottom()

    def _fit_viewport(self) -> None:
        """The widget's size, ratio or kind of comparison is another one."""
        canvas = self._canvas()
        mode = self._scene.compare if self._scene is not None else None
        self._navigator.resize(viewport_width(mode, canvas.width), canvas.height, round(_MARGIN_PX * self._ratio()))

    # -- what became of each pixel

    def provenance_shown(self) -> bool:
        return self._provenance_shown

    def set_provenance_shown(self, shown: bool) -> None:
        """Shows what became of each pixel, with a legend, in place of the mask."""
        if shown != self._provenance_shown:
            self._provenance_shown = shown
            self._set_scene(self._scene)
            self.update()

    def _set_scene(self, scene: Scene | None) -> None:
        """Another photo or another extent of it, shown as the one before was."""
        self._scene = scene
        if scene is not None:
            scene.classes = ProvenanceLayer(scene.document.provenance) if self._provenance_shown else None
        self._show_legend()

    def _show_legend(self) -> None:
        classes = self._scene.classes if self._scene is not None else None
        if classes is None and self._hud.legend is None:
            return
        if classes is not None and self._hud.legend is not None and self._legend_of is classes.known:
            return
        self._legend_of = classes.known if classes is not None else None
        self._hud.legend = Legend(classes.known.fractions()) if classes is not None else None
        self.update()

    # -- repainting

    def _repaint(self, parts: Iterable[Bounds]) -> None:
        """Schedules device pixels."""
        ratio = self._ratio()
        shift_x, shift_y = self._shift()
        # A logical pixel more where the two grids do not meet.
        margin = 0 if ratio == int(ratio) else 1
        for part in parts:
            left, top = math.floor((part.left + shift_x) / ratio), math.floor((part.top + shift_y) / ratio)
            right, bottom = math.ceil((part.right + shift_x) / ratio), math.ceil((part.bottom + shift_y) / ratio)
            rect = QRect(left, top, right - left, bottom - top)
            rect = rect.adjusted(-margin, -margin, margin, margin)
            if not QRegion(rect).subtracted(self._painted).isEmpty():
                self.update(rect)

    def _repaint_image(self, changed: Bounds) -> None:
        """Schedules what shows a part of the photo or the mask."""
        if self._scene is not None:
            viewport, canvas = self._navigator.viewport, self._canvas()
            self._repaint(self._scene.on_canvas(changed, canvas, viewport, self._ratio()))

    def _repaint_hud(self) -> None:
        for rect in self._hud.rects(self.width(), self.height()):
            self.update(rect.toAlignedRect())

    def _line_area(self) -> QRect:
        """Widget pixels that the line between before and after, its handle and its badges may cover."""
        if self._scene is None:
            return QRect()
        x, span = self._scene.line(self._navigator.viewport, self._ratio())
        return split_line.line_reach(x, span, self._scene.badges).toAlignedRect()

    def _on_moved(self) -> None:
        self.update()
        self.view_moved.emit()
        zoom = self._navigator.viewport.zoom
        if zoom != self._shown_zoom:
            self._shown_zoom = zoom
            self.zoom_changed.emit(zoom)

    # -- tiles

    def _take_tiles(self) -> None:
        """Takes in what was made. If little is lacking, it is waited for, so that it is never shown coarse first."""
        self._on_tiles()
        if (
            self._scene is not None
            and 0 < self._scene.lacking_px(self._canvas(), self._navigator.viewport) <= _QUICK_PX
        ):
            self._order_tiles()
            self._works.wait(_FIRST_SLICE_S)
            self._on_tiles()

    def _order_tiles(self) -> None:
        """Says what this view lacks."""
        scene = self._scene
        visible = scene is not None and self.isVisible()
        orders = scene.orders(self._canvas(), self._navigator.viewport) if scene is not None and visible else []
        self._works.want(orders)

    def _on_tiles(self) -> None:
        for order, picture in self._works.take():
            if self._scene is not None:
                self._repaint_image(self._scene.put(order, picture))

    def _has_work(self) -> bool:
        scene = self._scene
        return (
            self.isVisible() and scene is not None and not scene.is_complete(self._canvas(), self._navigator.viewport)
        )

    def is_painted(self) -> bool:
        """Whether nothing is left to make for what is in view."""
        return not self._has_work()

    def _on_fade(self) -> None:
        fading = self._scene.jobs.fading() if self._scene is not None else []
        for bounds in fading:
            self._repaint_image(bounds)
        if self._scene is not None:
            self._scene.jobs.expire(time.monotonic())
        if not fading:
            self._fade.stop()

    # -- Qt

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._fit_viewport()
            self.update()
        return super().event(event)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        self._fit_viewport()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.StyleChange, QEvent.Type.FontChange):
            self.update()
        super().changeEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        self._painted = event.region()  # what comes in now is painted now
        self._take_tiles()
        self._works.pause()
        self._painted = QRegion()
        ratio = self._ratio()
        shift_x, shift_y = self._shift()
        painter = QPainter(self)
        painter.scale(1 / ratio, 1 / ratio)
        painter.translate(shift_x, shift_y)
        for rect in _joined(event.region()):
            part = Bounds(
                math.floor(rect.left() * ratio - shift_x),
                math.floor(rect.top() * ratio - shift_y),
                math.ceil((rect.right() + 1) * ratio - shift_x),
                math.ceil((rect.bottom() + 1) * ratio - shift_y),
            )
            self._paint_part(painter, part)
        painter.scale(ratio, ratio)
        self._paint_over(painter, event.rect())
        painter.end()
        # Only now, or making tiles would take time from this frame.
        self._works.resume()
        self._order_tiles()
        if self._scene is not None:
            self._repaint(self._scene.put_off(self._canvas(), self._navigator.viewport))

    def _paint_part(self, painter: QPainter, part: Bounds) -> None:
        """Surround, photo and mask of a part of the canvas, in device pixels."""
        photo = self._navigator.viewport.photo_in_view
        if self._scene is None or self._scene.compare is not None or not photo.contains(part):
            surround = theme.surround()
            painter.fillRect(QRect(part.left, part.top, part.width, part.height), surround)
        if self._scene is not None:
            self._scene.paint(painter, part, self._canvas(), self._navigator.viewport, self._ratio())
        elif self._pending is not None:
            self._pending.paint(painter, self._navigator.viewport)

    def _paint_over(self, painter: QPainter, part: QRect) -> None:
        """What lies over the photo, as far as it reaches into ``part``; in logical pixels."""
        if self._scene is not None:
            viewport, canvas, ratio = self._navigator.viewport, self._canvas(), self._ratio()
            self._scene.paint_comparison(painter, canvas, viewport, ratio, focused=shows_focus(self))
        elif self._pending is None:
            return
        for rect in self._hud.rects(self.width(), self.height()):
            if part.intersects(rect.toAlignedRect()):
                self._hud.paint(painter, self.width(), self.height())
                break


def _joined(region: QRegion) -> list[QRect]:
    parts: list[QRect] = list(region)  # type: ignore[call-overload]  # the stubs miss that it is iterable
    whole = region.boundingRect()
    together = sum(part.width() * part.height() for part in parts)
    return [whole] if whole.width() * whole.height() <= _JOIN_BELOW * together else parts
