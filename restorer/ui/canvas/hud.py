"""Plates over the photo: hints at the lower left, the running job at the lower right, badges of a comparison."""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPixmap

from restorer.ui import theme
from restorer.ui.canvas.legend import Legend
from restorer.ui.icons import swatch
from restorer.ui.tokens import (
    HUD_BORDER_OPACITY,
    HUD_PLATE,
    HUD_PLATE_OPACITY,
    HUD_TEXT,
    HUD_TEXT_2,
    PADDING,
    RADIUS,
)
from restorer.ui.widgets.key_cap import CAP_H, cap_size, paint_cap
from restorer.ui.widgets.painting import paint_box

PLATE_H = 28
BADGE_H = 24
_GAP = 8
_BETWEEN_PLATES = 8
_SWATCH = 12
_CAP_BORDER_OPACITY = 0.35


@dataclass(frozen=True, slots=True)
class Part:
    """A text or a key cap on a plate.

    Attributes:
        text: what it says, or the key sequence of a cap.
        is_key: whether it is a cap.
        strong: whether a text is in the first text colour.
        swatch: a colour to show in place of a text, as ``#RRGGBB``.
    """

    text: str
    is_key: bool = False
    strong: bool = False
    swatch: str = ""


@dataclass(frozen=True, slots=True)
class Plate:
    """Parts in a row; without parts it is not painted."""

    parts: tuple[Part, ...] = ()
    height: int = PLATE_H

    def width(self) -> float:
        return _plate_width(self, _font().key())

    def paint(self, painter: QPainter, left: float, top: float) -> None:
        """Paints with the top left corner there, in logical pixels."""
        if self.parts:
            ratio = painter.device().devicePixelRatio()
            # Kept as a picture: measuring and shaping text takes a millisecond of every frame else.
            painter.drawPixmap(QPointF(left, top), _picture(self, ratio, _font().key()))

    def draw(self, painter: QPainter) -> None:
        """Draws what :meth:`paint` shows, at the origin."""
        left = top = 0.0
        fill, border = QColor(HUD_PLATE), QColor(Qt.GlobalColor.white)
        fill.setAlphaF(HUD_PLATE_OPACITY)
        border.setAlphaF(HUD_BORDER_OPACITY)
        paint_box(painter, QRectF(left, top, self.width(), self.height), RADIUS, fill=fill, border=border)
        painter.setFont(_font())
        metrics = QFontMetricsF(_font())
        x = left + PADDING
        for part in self.parts:
            width = _width(part, metrics)
            if part.swatch:
                side = float(_SWATCH)
                swatch(part.swatch).paint(painter, QRectF(x, top + (self.height - side) / 2, side, side).toRect())
            elif part.is_key:
                cap = QColor(HUD_TEXT)
                cap.setAlphaF(_CAP_BORDER_OPACITY)
                paint_cap(painter, QPointF(x, top + (self.height - CAP_H) / 2), part.text, QColor(HUD_TEXT), cap)
            else:
                painter.setPen(QColor(HUD_TEXT if part.strong else HUD_TEXT_2))
                painter.drawText(QRectF(x, top, width + 1, self.height), Qt.AlignmentFlag.AlignVCenter, part.text)
            x += width + _GAP


def hint_plate(items: Sequence[tuple[str | Sequence[str], str]]) -> Plate:
    """A plate of ``(keys, text)`` pairs; keys may be one sequence, several, or empty for a text alone."""
    parts: list[Part] = []
    for keys, text in items:
        parts += [Part(key, is_key=True) for key in ([keys] if isinstance(keys, str) else keys) if key]
        parts += [Part(text)] if text else []
    return Plate(tuple(parts))


def status_plate(text: str, key: str = "", action: str = "") -> Plate:
    """A plate that says something, and perhaps which key does what about it."""
    parts = [Part(text, strong=True)] if text else []
    parts += [Part(key, is_key=True)] if key else []
    parts += [Part(action)] if action else []
    return Plate(tuple(parts))


def badge(text: str) -> Plate:
    return Plate((Part(text, strong=True),), BADGE_H)


@dataclass(slots=True)
class Hud:
    """The plates at the lower corners."""

    left: Plate = field(default_factory=Plate)
    right: Plate = field(default_factory=Plate)
    legend: Legend | None = None
    """Stands at the lower left in place of the hints."""

    def rects(self, width: float, height: float) -> list[QRectF]:
        """Where the plates lie in a canvas of this size; the left one gives way where both do not fit."""
        legend = [self._legend_rect(height)] if self.legend is not None else []
        return [*legend, *(rect for rect, _ in self._placed(width, height))]

    def paint(self, painter: QPainter, width: float, height: float) -> None:
        for rect, plate in self._placed(width, height):
            plate.paint(painter, rect.left(), rect.top())
        if self.legend is not None:
            rect = self._legend_rect(height)
            self.legend.paint(painter, rect.left(), rect.top())

    def _legend_rect(self, height: float) -> QRectF:
        assert self.legend is not None
        wide, tall = self.legend.size()
        return QRectF(PADDING, height - PADDING - tall, wide, tall)

    def _placed(self, width: float, height: float) -> list[tuple[QRectF, Plate]]:
        placed = []
        top = height - PADDING - PLATE_H
        right_width = self.right.width()
        if right_width:
            placed.append((QRectF(width - PADDING - right_width, top, right_width, PLATE_H), self.right))
        left_width = self.left.width()
        taken = right_width + _BETWEEN_PLATES if right_width else 0.0
        if left_width and self.legend is None and left_width + taken + 2 * PADDING <= width:
            placed.append((QRectF(PADDING, top, left_width, PLATE_H), self.left))
        return placed


@functools.lru_cache(maxsize=32)
def _plate_width(plate: Plate, _font_key: str) -> float:
    metrics = QFontMetricsF(_font())
    inner = sum(_width(part, metrics) for part in plate.parts) + _GAP * (len(plate.parts) - 1)
    return float(round(inner + 2 * PADDING)) if plate.parts else 0.0


@functools.lru_cache(maxsize=32)
def _picture(plate: Plate, ratio: float, _font_key: str) -> QPixmap:
    picture = QPixmap(math.ceil((plate.width() + 1) * ratio), math.ceil((plate.height + 1) * ratio))
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    plate.draw(painter)
    painter.end()
    return picture


def _font() -> QFont:
    return theme.tabular(theme.font("body"))


def _width(part: Part, metrics: QFontMetricsF) -> float:
    if part.swatch:
        return float(_SWATCH)
    return float(cap_size(part.text).width()) if part.is_key else metrics.horizontalAdvance(part.text)
