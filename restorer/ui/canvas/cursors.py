"""Pointers of the marking tools: a cross for the hot spot, and which tool it is."""

from __future__ import annotations

import functools

from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QColor, QCursor, QGuiApplication, QPainter, QPen, QPixmap

from restorer.core.marks import MarkMode
from restorer.ui import icons

_SIZE_PX = 32
_HOT_PX = 9
_ARM_PX, _GAP_PX = 8.0, 2.5
_ICON = QRectF(14.0, 13.0, 17.0, 17.0)
_SIGN_PX = 2.5
_SIGN_AT = 26.0, 7.0


def tool_cursor(icon: str, mode: MarkMode = MarkMode.REPLACE) -> QCursor:
    """The pointer of a tool, white over black so that it is seen on anything.

    Args:
        icon: of the tool.
        mode: adding and subtracting put their sign beside the cross.
    """
    return _made(icon, mode, max((screen.devicePixelRatio() for screen in QGuiApplication.screens()), default=1.0))


@functools.lru_cache(maxsize=64)
def _made(icon: str, mode: MarkMode, ratio: float) -> QCursor:
    pixmap = QPixmap(round(_SIZE_PX * ratio), round(_SIZE_PX * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    lines = [*_cross(), *_sign(mode)]
    for color, width in ((QColor(0, 0, 0, 190), 3.0), (QColor(Qt.GlobalColor.white), 1.25)):
        painter.setPen(QPen(color, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.drawLines(lines)
    for dx, dy in ((-1, 0), (1, 0), (0, -1), (0, 1), (-0.7, -0.7), (0.7, 0.7), (-0.7, 0.7), (0.7, -0.7)):
        icons.draw_icon(painter, icon, _ICON.translated(dx, dy), QColor(0, 0, 0))
    icons.draw_icon(painter, icon, _ICON, QColor(Qt.GlobalColor.white))
    painter.end()
    return QCursor(pixmap, _HOT_PX, _HOT_PX)


def _cross() -> list[QLineF]:
    x = _HOT_PX + 0.5
    ways = ((1, 0), (-1, 0), (0, 1), (0, -1))
    return [QLineF(x + a * _GAP_PX, x + b * _GAP_PX, x + a * _ARM_PX, x + b * _ARM_PX) for a, b in ways]


def _sign(mode: MarkMode) -> list[QLineF]:
    if mode is MarkMode.REPLACE:
        return []
    x, y = _SIGN_AT
    lines = [QLineF(x - _SIGN_PX, y, x + _SIGN_PX, y)]
    return [*lines, QLineF(x, y - _SIGN_PX, x, y + _SIGN_PX)] if mode is MarkMode.ADD else lines
