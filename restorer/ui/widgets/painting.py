"""Small things every painted widget does the same way."""

from __future__ import annotations

from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QWidget

FOCUS_RING = "focusRing"
"""Property read by the focus ring: ``inside``, ``none`` (the widget paints its own), or unset for outside."""


def shows_focus(widget: QWidget) -> bool:
    """Whether a widget has the focus and got it by keyboard, so that the ring belongs on it."""
    return widget.hasFocus() and widget.window().testAttribute(Qt.WidgetAttribute.WA_KeyboardFocusChange)


def paint_box(
    painter: QPainter, rect: QRectF, radius: float, *, fill: QColor | None = None, border: QColor | None = None
) -> None:
    """A rounded box whose 1 px border lies inside ``rect``, on whole pixels."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(fill if fill is not None else Qt.BrushStyle.NoBrush)
    if border is None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.drawRoundedRect(rect, radius, radius)
    else:
        painter.setPen(QPen(border, 1.0))
        painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), radius - 0.5, radius - 0.5)
    painter.restore()


def paint_ring(painter: QPainter, rect: QRectF, radius: float, color: QColor) -> None:
    """The 2 px focus ring, wholly inside ``rect``."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(color, 2.0))
    painter.drawRoundedRect(rect.adjusted(1.0, 1.0, -1.0, -1.0), max(radius - 1.0, 0.0), max(radius - 1.0, 0.0))
    painter.restore()


def paint_chevron(painter: QPainter, center_x: float, center_y: float, color: QColor, *, pointing_down: bool) -> None:
    """The 1.5 px chevron of combo boxes and headers."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    pen = QPen(color, 1.5, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    painter.translate(center_x, center_y)
    if not pointing_down:
        painter.rotate(-90.0)
    painter.drawLines([QLineF(-3.5, -1.75, 0.0, 1.75), QLineF(0.0, 1.75, 3.5, -1.75)])
    painter.restore()
