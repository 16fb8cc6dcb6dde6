"""The line between before and after, its handle, and the badges of a comparison."""

from __future__ import annotations

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from restorer.core.geometry import Bounds
from restorer.ui import theme
from restorer.ui.canvas.hud import BADGE_H, Plate, badge
from restorer.ui.tokens import HUD_BORDER_OPACITY, HUD_PLATE, PADDING, RADIUS
from restorer.ui.widgets.painting import paint_box

GRAB_PX = 6.0
"""How far from the line it can be taken, in logical pixels."""
_HANDLE_PX = 26.0
_LIGHT_PX = 1.25
_DARK_PX = 3.25
_DARK_OPACITY = 0.6
_CHEVRON_PX = 3.5
_BADGE_GAP = 10.0
_LONGEST = 32
"""Letters of a state's name that a badge shows."""
BEFORE, AFTER, TRIED = "Before", "After", "Preview"


def paint_line(painter: QPainter, x: float, span: QRectF, *, focused: bool) -> None:
    """Paints the line and its handle, in logical pixels.

    Args:
        painter: its unit is a logical pixel.
        x: where the line stands.
        span: the part of the photo in view.
        focused: whether arrow keys move it now.
    """
    painter.save()
    for color, width in ((QColor.fromRgbF(0, 0, 0, _DARK_OPACITY), _DARK_PX), (QColor("white"), _LIGHT_PX)):
        painter.setPen(QPen(color, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
        painter.drawLine(QLineF(x, span.top(), x, span.bottom()))
    box = _handle(x, span)
    border = QColor("white")
    border.setAlphaF(HUD_BORDER_OPACITY)
    accent = theme.tokens().color("accent_line")
    paint_box(painter, box, RADIUS, fill=QColor(HUD_PLATE), border=accent if focused else border)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(
        QPen(QColor("white"), 1.5, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
    )
    painter.translate(box.center())
    for side in (-1, 1):
        tip, back = side * (_CHEVRON_PX + 3), side * 3.0
        painter.drawPolyline([QPointF(back, -_CHEVRON_PX), QPointF(tip, 0), QPointF(back, _CHEVRON_PX)])
    painter.restore()


def line_reach(x: float, span: QRectF, texts: tuple[str, str]) -> QRectF:
    """What to paint again where the line is or was, badges with these texts included."""
    left, right = (named(text).width() + 2 * _BADGE_GAP for text in texts)
    return QRectF(x - left, span.top(), left + right, span.height()).united(_handle(x, span))


def named(text: str) -> Plate:
    """A badge; what is long is cut."""
    return badge(text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1].rstrip()}…")


def paint_split_badges(painter: QPainter, x: float, span: QRectF, before_text: str, after_text: str) -> None:
    """Before and after at either side of the line; each only where its side has room."""
    before, after = named(before_text), named(after_text)
    top = span.top() + PADDING
    if span.height() < BADGE_H + 2 * PADDING:
        return
    if x - _BADGE_GAP - before.width() >= span.left():
        before.paint(painter, x - _BADGE_GAP - before.width(), top)
    if x + _BADGE_GAP + after.width() <= span.right():
        after.paint(painter, x + _BADGE_GAP, top)


def paint_corner_badge(painter: QPainter, clip: QRectF, text: str) -> None:
    """Names what a whole pane shows, at its top left."""
    named(text).paint(painter, clip.left() + PADDING, clip.top() + PADDING)


def _handle(x: float, span: QRectF) -> QRectF:
    left, top = round(x - _HANDLE_PX / 2), round(span.center().y() - _HANDLE_PX / 2)
    return QRectF(left, top, _HANDLE_PX, _HANDLE_PX)


def logical(bounds: Bounds, ratio: float) -> QRectF:
    """Device pixels as logical ones."""
    return QRectF(bounds.left / ratio, bounds.top / ratio, bounds.width / ratio, bounds.height / ratio)
