"""A thin bar: progress, memory in use, share of a photo."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from restorer.ui import theme
from restorer.ui.tokens import METER_H, Tokens
from restorer.ui.widgets.painting import paint_box

Segments = Sequence[tuple[float, str]]
"""Shares of the bar, left to right, each with the colour role it is filled in."""


def paint_meter(painter: QPainter, rect: QRectF, segments: Segments, tokens: Tokens) -> None:
    """Groove and segments; shares beyond the whole are cut off."""
    radius = rect.height() / 2
    paint_box(painter, rect, radius, fill=tokens.color("groove"))
    painter.save()
    clip = QPainterPath()
    clip.addRoundedRect(rect, radius, radius)
    painter.setClipPath(clip)
    left = rect.left()
    for share, role in segments:
        width = min(rect.width() * max(share, 0.0), rect.right() - left)
        bar = QRectF(left, rect.top(), width, rect.height())
        if len(segments) == 1:
            paint_box(painter, bar, min(radius, width / 2), fill=tokens.color(role))
        else:
            painter.fillRect(bar, tokens.color(role))
        left += width
    painter.restore()


class Meter(QWidget):
    """The bar as a widget; what it shows is also its accessible description.

    Args:
        name: for screen readers.
        role: colour of a single value.
    """

    def __init__(self, name: str = "", *, role: str = "accent_line", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setFixedHeight(METER_H)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._role = role
        self._segments: tuple[tuple[float, str], ...] = ()

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(96, METER_H)

    def set_value(self, share: float) -> None:
        """Fill this share, 0 to 1."""
        self.set_segments(((share, self._role),))

    def set_segments(self, segments: Segments) -> None:
        """Fill these shares, left to right.

        Raises:
            AttributeError: for an unknown colour role.
        """
        segments = tuple(segments)
        for _, role in segments:
            theme.tokens().color(role)
        if segments == self._segments:
            return
        self._segments = segments
        total = min(sum(share for share, _ in segments), 1.0)
        self.setAccessibleDescription(f"{round(total * 100)} %")
        self.update()

    def segments(self) -> tuple[tuple[float, str], ...]:
        return self._segments

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        paint_meter(painter, QRectF(self.rect()), self._segments, theme.tokens())
        painter.end()
