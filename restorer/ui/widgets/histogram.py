"""A histogram: how many pixels have which value, before as a line and after as areas."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from restorer.ui import theme, words
from restorer.ui.tokens import RADIUS
from restorer.ui.widgets.painting import paint_box

HEIGHT = 96
_INSET = 1.0
_FOOT_H = 18.0
_CHANNELS = ("#E5484D", "#46A758", "#3E7BFA")
_AREA_OPACITY = {"dark": 0.55, "light": 0.42}
_SHARE, _HEADROOM = 0.97, 1.2
_ROUNDS = 2
_SAID_FROM = 0.0005
_ENDS = 2
"""Bins at either end that do not set the scale: what is cut off would press everything else flat."""

Bins = Sequence[float]


class HistogramView(QWidget):
    """Areas of the channels over each other; below, how much is cut off at black and at white."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(HEIGHT)
        self._channels: tuple[Bins, ...] = ()
        self._before: Bins = ()
        self._ends = (0.0, 0.0)
        self._describe()

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(240, HEIGHT)

    def set_counts(self, channels: Sequence[Bins], before: Bins, *, black: float, white: float) -> None:
        """Shows another histogram.

        Args:
            channels: counts by bin of 1 or 3 channels.
            before: of all channels together, as the photo is; drawn as a line. Empty for none.
            black, white: shares at either end.
        """
        self._channels, self._before = tuple(map(_smooth, channels)), _smooth(before)
        self._ends = (black, white)
        self._describe()
        self.update()

    def clear(self) -> None:
        self.set_counts((), (), black=0.0, white=0.0)

    def text(self) -> str:
        """What is cut off, in words."""
        return self.accessibleDescription()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        tokens = theme.tokens()
        painter = QPainter(self)
        box = QRectF(0, 0, self.width(), self.height() - _FOOT_H)
        paint_box(painter, box, RADIUS, fill=tokens.color("field"), border=tokens.color("border"))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = box.adjusted(_INSET, 4, -_INSET, -_INSET)
        for quarter in (1, 2, 3):
            x = round(area.left() + area.width() * quarter / 4) + 0.5
            painter.setPen(QPen(tokens.color("line"), 1.0))
            painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
        top = max((_highest(bins) for bins in self._channels), default=0.0)
        if top > 0:
            self._paint_areas(painter, area, top)
        self._paint_foot(painter)
        painter.end()

    def _paint_areas(self, painter: QPainter, area: QRectF, top: float) -> None:
        tokens = theme.tokens()
        single = len(self._channels) == 1
        dark = tokens.color("field").lightness() < 128
        painter.save()
        painter.setClipRect(area)
        for bins, name in zip(self._channels, ("#8A8A8A",) if single else _CHANNELS, strict=False):
            color = QColor(name)
            color.setAlphaF(0.8 if single else _AREA_OPACITY["dark" if dark else "light"])
            painter.fillPath(_area(bins, area, top), color)
        if len(self._before):
            line = _polyline(self._before, area, _highest(self._before) or 1.0)
            painter.setPen(QPen(tokens.color("text_2"), 1.0))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawPolyline(line)
        painter.restore()

    def _paint_foot(self, painter: QPainter) -> None:
        tokens = theme.tokens()
        painter.setFont(theme.tabular(theme.font("small")))
        foot = QRectF(0, self.height() - _FOOT_H, self.width(), _FOOT_H)
        sides = (
            (self._ends[0], "at black", Qt.AlignmentFlag.AlignLeft),
            (self._ends[1], "at white", Qt.AlignmentFlag.AlignRight),
        )
        for share, what, side in sides:
            painter.setPen(tokens.color("text_2" if share >= _SAID_FROM else "text_3"))
            text = f"{_percent(share)} {what}" if self._channels else ""
            painter.drawText(foot, side | Qt.AlignmentFlag.AlignVCenter, text)

    def _describe(self) -> None:
        self.setAccessibleName("Histogram")
        black, white = self._ends
        text = f"{_percent(black)} at black, {_percent(white)} at white" if self._channels else ""
        self.setAccessibleDescription(text)


def _percent(share: float) -> str:
    return f"{words.decimal(share * 100, 1)} %"


def _highest(bins: Bins) -> float:
    """What fills the height: nearly the highest bin, so that a few spikes do not press the rest flat."""
    inner = sorted(bins[_ENDS:-_ENDS])
    if not inner:
        return 0.0
    return min(float(inner[-1]), float(inner[int(_SHARE * (len(inner) - 1))]) * _HEADROOM) or float(inner[-1])


def _smooth(bins: Bins) -> list[float]:
    """Means over neighbours: what was stretched has gaps like a comb, which say nothing about the photo."""
    smooth = [float(count) for count in bins]
    for _ in range(_ROUNDS if len(smooth) > 2 else 0):
        around = [smooth[0], *smooth, smooth[-1]]
        smooth = [(a + 2 * b + c) / 4 for a, b, c in zip(around, around[1:], around[2:], strict=False)]
    return smooth


def _polyline(bins: Bins, area: QRectF, top: float) -> list[QPointF]:
    step = area.width() / max(1, len(bins) - 1)
    return [
        QPointF(area.left() + n * step, area.bottom() - min(1.0, float(count) / top) * area.height())
        for n, count in enumerate(bins)
    ]


def _area(bins: Bins, area: QRectF, top: float) -> QPainterPath:
    path = QPainterPath(QPointF(area.left(), area.bottom()))
    for point in _polyline(bins, area, top):
        path.lineTo(point)
    path.lineTo(area.right(), area.bottom())
    path.closeSubpath()
    return path
