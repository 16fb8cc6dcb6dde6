"""A tone curve to be drawn: points that are pulled, over the photo's histogram."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from restorer.ui import theme, words
from restorer.ui.tokens import RADIUS
from restorer.ui.widgets.painting import FOCUS_RING, paint_box

if TYPE_CHECKING:
    # Brings numpy, which the window shows itself without.
    from restorer.tasks.tone_curve import ToneCurve

_HEIGHT = 168
_POINT_PX = 4.0
_GRAB_PX = 11.0
_PULLED_OUT_PX = 28.0
"""A point that is pulled so far out of the box goes."""
_GAP = 0.5
"""Percent between two points at least."""
_STEP, _FINE_STEP = 1.0, 0.2
_SAMPLES = 128
_STRAIGHT = ((0.0, 0.0), (100.0, 100.0))

Point = tuple[float, float]


class CurveEditor(QWidget):
    """Click to add a point, pull it, pull it out or press Delete to remove it. Arrows move the chosen one.

    Values are texts as :meth:`restorer.tasks.tone_curve.ToneCurve.parse` reads them; empty is the straight curve.

    Args:
        name: for screen readers.
        color: of the line; the text colour if None.
    """

    value_changed = Signal(str)
    """The person changed the curve. :meth:`set_value` does not emit it."""

    def __init__(self, name: str, color: str | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(_HEIGHT)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setProperty(FOCUS_RING, "outside")
        self._color = color
        self._points: list[Point] = list(_STRAIGHT)
        self._chosen: int | None = None
        self._dragged = False
        self._before_drag: list[Point] = []
        self._histogram: Sequence[float] = ()
        self._describe()

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(220, _HEIGHT)

    def value(self) -> str:
        return self._curve().to_text()

    def set_value(self, text: str) -> None:
        """Shows this curve. Raises InputError where it is none."""
        from restorer.tasks.tone_curve import ToneCurve

        points = list(ToneCurve.parse(text).points)
        if not self._dragged and points != self._points:
            self._points, self._chosen = points, None
            self._describe()
            self.update()

    def set_histogram(self, counts: Sequence[float]) -> None:
        """Shows how often each value occurs before the curve; empty for nothing."""
        self._histogram = counts
        self.update()

    def points(self) -> tuple[Point, ...]:
        """In percent, from dark to light."""
        return tuple(self._points)

    # -- hands

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        if event.button() is Qt.MouseButton.RightButton:
            self._remove(self._near(event.position()))
            return
        if event.button() is not Qt.MouseButton.LeftButton:
            return
        self._before_drag = list(self._points)
        self._chosen = self._near(event.position())
        if self._chosen is None:
            self._chosen = self._insert(self._to_point(event.position()))
        self._dragged = self._chosen is not None
        self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        if not self._dragged or self._chosen is None:
            near = self._near(event.position()) is not None
            self.setCursor(Qt.CursorShape.SizeAllCursor if near else Qt.CursorShape.CrossCursor)
            return
        box, at = self._box(), event.position()
        outside = not box.adjusted(-_PULLED_OUT_PX, -_PULLED_OUT_PX, _PULLED_OUT_PX, _PULLED_OUT_PX).contains(at)
        if outside and 0 < self._chosen < len(self._points) - 1:
            self._remove(self._chosen)
            self._dragged = False
            return
        self._move(self._chosen, self._to_point(at))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        self._dragged = False

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """A double click on a point takes it away; elsewhere the curve becomes straight again."""
        near = self._near(event.position())
        if near is not None and 0 < near < len(self._points) - 1:
            self._remove(near)
        self._dragged = False

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        key = Qt.Key(event.key())
        step = _FINE_STEP if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else _STEP
        ways = {
            Qt.Key.Key_Left: (-step, 0.0),
            Qt.Key.Key_Right: (step, 0.0),
            Qt.Key.Key_Up: (0.0, step),
            Qt.Key.Key_Down: (0.0, -step),
        }
        if key in ways:
            index = self._chosen if self._chosen is not None else 0
            self._chosen = index
            x, y = self._points[index]
            self._move(index, (x + ways[key][0], y + ways[key][1]))
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self._remove(self._chosen)
        elif key is Qt.Key.Key_PageDown or key is Qt.Key.Key_PageUp:
            forward = 1 if key is Qt.Key.Key_PageDown else -1
            self._chosen = ((self._chosen if self._chosen is not None else -forward) + forward) % len(self._points)
            self._describe()
            self.update()
        elif key is Qt.Key.Key_Insert:
            self._chosen = self._insert((50.0, self._at(50.0)))
        elif key is Qt.Key.Key_Escape and self._dragged:
            self._dragged = False
            self._take(self._before_drag)
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        self._dragged = False
        super().focusOutEvent(event)
        self.update()

    # -- the curve

    def _curve(self) -> ToneCurve:
        from restorer.tasks.tone_curve import ToneCurve

        return ToneCurve(tuple(self._points))

    def _at(self, percent: float) -> float:
        import numpy as np

        return float(self._curve()(np.array([percent / 100]))[0]) * 100

    def _insert(self, point: Point) -> int | None:
        """A point of its own; None where there is no room for another."""
        from restorer.tasks.tone_curve import MOST_POINTS

        if len(self._points) >= MOST_POINTS:
            return None
        index = next((n for n, (x, _) in enumerate(self._points) if x > point[0]), len(self._points))
        points = [*self._points[:index], point, *self._points[index:]]
        if any(b[0] - a[0] < _GAP for a, b in itertools.pairwise(points)):
            return None
        self._chosen = index
        self._take(points)
        return index

    def _move(self, index: int, point: Point) -> None:
        low = self._points[index - 1][0] + _GAP if index > 0 else 0.0
        high = self._points[index + 1][0] - _GAP if index < len(self._points) - 1 else 100.0
        x = round(min(max(point[0], low), high), 1)
        y = round(min(max(point[1], 0.0), 100.0), 1)
        self._take([*self._points[:index], (x, y), *self._points[index + 1 :]])

    def _remove(self, index: int | None) -> None:
        """Any but the first and the last point."""
        if index is not None and 0 < index < len(self._points) - 1:
            self._chosen = None
            self._take([*self._points[:index], *self._points[index + 1 :]])

    def _take(self, points: list[Point]) -> None:
        if points != self._points:
            self._points = points
            self._describe()
            self.update()
            self.value_changed.emit(self.value())

    def _describe(self) -> None:
        chosen = self._points[self._chosen] if self._chosen is not None else None
        text = f"{len(self._points)} points"
        if chosen is not None:
            text += f"; chosen: {words.decimal(chosen[0])} % becomes {words.decimal(chosen[1])} %"
        self.setAccessibleDescription(text)

    # -- places

    def _box(self) -> QRectF:
        return QRectF(self.rect()).adjusted(_POINT_PX + 1, _POINT_PX + 1, -_POINT_PX - 1, -_POINT_PX - 1)

    def _to_widget(self, point: Point) -> QPointF:
        box = self._box()
        return QPointF(box.left() + point[0] / 100 * box.width(), box.bottom() - point[1] / 100 * box.height())

    def _to_point(self, at: QPointF) -> Point:
        box = self._box()
        return (at.x() - box.left()) / box.width() * 100, (box.bottom() - at.y()) / box.height() * 100

    def _near(self, at: QPointF) -> int | None:
        ways = [math.dist(at.toTuple(), self._to_widget(point).toTuple()) for point in self._points]
        nearest = min(range(len(ways)), key=ways.__getitem__)
        return nearest if ways[nearest] <= _GRAB_PX else None

    # -- looks

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        tokens, box = theme.tokens(), self._box()
        painter = QPainter(self)
        frame = box.adjusted(-1, -1, 1, 1)
        paint_box(painter, frame, RADIUS, fill=tokens.color("field"), border=tokens.color("border"))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_histogram(painter, box)
        painter.setPen(QPen(tokens.color("line"), 1.0))
        for quarter in (1, 2, 3):
            x, y = (
                round(box.left() + box.width() * quarter / 4) + 0.5,
                round(box.top() + box.height() * quarter / 4) + 0.5,
            )
            painter.drawLine(QPointF(x, box.top()), QPointF(x, box.bottom()))
            painter.drawLine(QPointF(box.left(), y), QPointF(box.right(), y))
        painter.setPen(QPen(tokens.color("border"), 1.0, Qt.PenStyle.DashLine))
        painter.drawLine(box.bottomLeft(), box.topRight())
        off = not self.isEnabled()
        line = QColor(self._color) if self._color and not off else tokens.color("text_off" if off else "text")
        painter.setPen(QPen(line, 1.75))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(self._path())
        for index, point in enumerate(self._points):
            chosen = index == self._chosen and self.hasFocus()
            painter.setPen(QPen(tokens.color("field"), 1.5))
            painter.setBrush(tokens.color("accent_line") if chosen else line)
            painter.drawEllipse(self._to_widget(point), _POINT_PX + chosen, _POINT_PX + chosen)
        painter.end()

    def _path(self) -> QPainterPath:
        import numpy as np

        inputs = np.linspace(0.0, 1.0, _SAMPLES + 1)
        outputs = self._curve()(inputs)
        path = QPainterPath()
        for n, (x, y) in enumerate(zip(inputs, outputs, strict=True)):
            place = self._to_widget((float(x) * 100, float(y) * 100))
            path.lineTo(place) if n else path.moveTo(place)
        return path

    def _paint_histogram(self, painter: QPainter, box: QRectF) -> None:
        most = max((float(count) for count in self._histogram[2:-2]), default=0.0)
        if most <= 0:
            return
        color = theme.tokens().color("text_3")
        color.setAlphaF(0.28)
        step = box.width() / (len(self._histogram) - 1)
        path = QPainterPath(box.bottomLeft())
        for n, count in enumerate(self._histogram):
            path.lineTo(box.left() + n * step, box.bottom() - min(1.0, float(count) / most) * box.height() * 0.92)
        path.lineTo(box.bottomRight())
        path.closeSubpath()
        painter.fillPath(path, color)
