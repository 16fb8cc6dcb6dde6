"""The key to the provenance overlay: what each colour means, and how much of the photo it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter

from restorer.core.provenance import PixelClass
from restorer.formats.provenance_file import CLASS_COLORS
from restorer.ui import theme, words
from restorer.ui.tokens import HUD_BORDER_OPACITY, HUD_PLATE, HUD_PLATE_OPACITY, HUD_TEXT, HUD_TEXT_2, PADDING, RADIUS
from restorer.ui.widgets.painting import paint_box

_TITLE = "What happened to each pixel"
_ROW_H = 22
_TITLE_H = 26
_SWATCH = 12
_GAP = 8
_COLUMN_GAP = 24
_OFF = 0.45
"""Opacity of a row that stands for nothing in this photo."""
_LEAST_SHOWN = 0.001


@dataclass(frozen=True, slots=True)
class Legend:
    """A plate of one row for each class that is painted.

    Attributes:
        shares: of every class, 0 to 1.
    """

    shares: Mapping[PixelClass, float]

    def size(self) -> tuple[float, float]:
        """Width and height in logical pixels."""
        metrics, strong = QFontMetricsF(_font()), QFontMetricsF(_strong())
        names = max(metrics.horizontalAdvance(each.title) for each in _rows())
        values = metrics.horizontalAdvance("100.0 %")
        width = max(_SWATCH + _GAP + names + _COLUMN_GAP + values, strong.horizontalAdvance(_TITLE))
        return round(width + 2 * PADDING), _TITLE_H + _ROW_H * len(_rows()) + PADDING

    def paint(self, painter: QPainter, left: float, top: float) -> None:
        """Paints with the top left corner there."""
        width, height = self.size()
        fill, border = QColor(HUD_PLATE), QColor(Qt.GlobalColor.white)
        fill.setAlphaF(HUD_PLATE_OPACITY)
        border.setAlphaF(HUD_BORDER_OPACITY)
        paint_box(painter, QRectF(left, top, width, height), RADIUS, fill=fill, border=border)
        x, inner = left + PADDING, width - 2 * PADDING
        painter.setFont(_strong())
        painter.setPen(QColor(HUD_TEXT))
        painter.drawText(QRectF(x, top + 4, inner + 1, _TITLE_H), Qt.AlignmentFlag.AlignVCenter, _TITLE)
        painter.setFont(_font())
        y = top + 4 + _TITLE_H
        for each in _rows():
            share = self.shares.get(each, 0.0)
            painter.setOpacity(1.0 if share else _OFF)
            _paint_swatch(painter, x, y + (_ROW_H - _SWATCH) / 2, QColor(*CLASS_COLORS[each]))
            row = QRectF(x + _SWATCH + _GAP, y, inner - _SWATCH - _GAP + 1, _ROW_H)
            painter.setPen(QColor(HUD_TEXT if share else HUD_TEXT_2))
            painter.drawText(row, Qt.AlignmentFlag.AlignVCenter, each.title)
            painter.drawText(row, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, share_text(share))
            y += _ROW_H
        painter.setOpacity(1.0)


def share_text(share: float) -> str:
    """Such as ``6.4 %``; never rounded to nothing."""
    if 0 < share < _LEAST_SHOWN:
        return "< 0.1 %"
    return f"{words.decimal(share * 100, 1)} %" if share else "0 %"


def _rows() -> tuple[PixelClass, ...]:
    return tuple(each for each in PixelClass if each is not PixelClass.ORIGINAL)


def _paint_swatch(painter: QPainter, left: float, top: float, color: QColor) -> None:
    ring = QColor(Qt.GlobalColor.white)
    ring.setAlphaF(0.28)
    outer = QRectF(left, top, _SWATCH, _SWATCH)
    paint_box(painter, outer, 2, fill=QColor(0, 0, 0), border=ring)
    paint_box(painter, outer.adjusted(1, 1, -1, -1), 1, fill=color, border=QColor(0, 0, 0))


def _font() -> QFont:
    return theme.tabular(theme.font("body"))


def _strong() -> QFont:
    return theme.font("strong")
