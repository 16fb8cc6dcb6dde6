"""Outlines of what a tool would mark, light over dark so that they are seen on anything."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPolygonF

from restorer.core.geometry import Bounds
from restorer.ui.canvas.tools.base import Outline
from restorer.ui.canvas.viewport import Viewport
from restorer.ui.tokens import MASK_TINT

_LIGHT_PX, _DARK_PX = 1.25, 3.25
_DARK_OPACITY = 0.6
_DASH_PX = 4.0
_HANDLE_PX = 3.0
_REACH_PX = 6


class OutlinePainter:
    """Keeps the path of an outline while it stays the same: long ones are costly to make, not to draw."""

    def __init__(self) -> None:
        self._outline: Outline | None = None
        self._lines = QPainterPath()
        self._guide = QPainterPath()

    def bounds(self, outline: Outline | None, viewport: Viewport, offset_x: int, ratio: float) -> Bounds | None:
        """Device pixels of the canvas that it covers; None for no outline."""
        if outline is None:
            return None
        self._take(outline)
        box = self._lines.boundingRect().united(self._guide.boundingRect())
        for x, y in outline.handles:
            box = box.united(QPolygonF([QPointF(x, y), QPointF(x + 0.1, y + 0.1)]).boundingRect())
        left, top = viewport.to_view(box.left(), box.top())
        right, bottom = viewport.to_view(box.right(), box.bottom())
        device = Bounds(math.floor(left), math.floor(top), math.ceil(right) + 1, math.ceil(bottom) + 1)
        return device.translate(offset_x, 0).pad(math.ceil(_REACH_PX * ratio))

    def paint(self, painter: QPainter, outline: Outline, viewport: Viewport, offset_x: int, ratio: float) -> None:
        """Paints it; the painter's unit is a device pixel."""
        self._take(outline)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.translate(viewport.offset_x + offset_x, viewport.offset_y)
        painter.scale(viewport.zoom, viewport.zoom)
        self._stroke(painter, self._lines, ratio, dashed=True)
        self._stroke(painter, self._guide, ratio, dashed=False)
        painter.restore()
        self._handles(painter, outline, viewport, offset_x, ratio)

    def _stroke(self, painter: QPainter, path: QPainterPath, ratio: float, *, dashed: bool) -> None:
        if path.isEmpty():
            return
        dark = QPen(QColor.fromRgbF(0, 0, 0, _DARK_OPACITY), _DARK_PX * ratio)
        light = QPen(QColor(Qt.GlobalColor.white if dashed else MASK_TINT), _LIGHT_PX * ratio)
        if dashed:
            light.setDashPattern([_DASH_PX / _LIGHT_PX, _DASH_PX / _LIGHT_PX])
        for pen in (dark, light):
            pen.setCosmetic(True)
            pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
            painter.setPen(pen)
            painter.drawPath(path)

    def _handles(self, painter: QPainter, outline: Outline, viewport: Viewport, offset_x: int, ratio: float) -> None:
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(0, 0, 0, 200), 1.25 * ratio))
        painter.setBrush(QColor(Qt.GlobalColor.white))
        for x, y in outline.handles:
            view_x, view_y = viewport.to_view(x, y)
            painter.drawEllipse(QPointF(view_x + offset_x, view_y), _HANDLE_PX * ratio, _HANDLE_PX * ratio)
        painter.restore()

    def _take(self, outline: Outline) -> None:
        if outline == self._outline:
            return
        self._outline = outline
        self._lines, self._guide = QPainterPath(), QPainterPath()
        for line in outline.lines:
            self._lines.addPolygon(QPolygonF([QPointF(x, y) for x, y in line]))
            if outline.closed:
                self._lines.closeSubpath()
        if outline.guide:
            self._guide.addPolygon(QPolygonF([QPointF(x, y) for x, y in outline.guide]))
