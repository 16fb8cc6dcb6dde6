"""Outlines of a running job's tiles: the one in work, and a fading trace of each that is done."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from restorer.core.geometry import Bounds
from restorer.ui.canvas.viewport import Viewport

FADE_S = 1.2
_FADE_FROM = 0.55
_LINE_PX = 1.5
_CASING_PX = 3.5
_CASING_OPACITY = 0.4
_DONE_PX = 1.0


@dataclass(frozen=True, slots=True)
class _Done:
    bounds: Bounds
    at_s: float


class JobTiles:
    """What to outline now. Waiting tiles get nothing: the eye belongs on the photo.

    Times are seconds of any steady clock.
    """

    def __init__(self) -> None:
        self._in_work: Bounds | None = None
        self._done: list[_Done] = []

    def start(self, bounds: Bounds) -> Bounds:
        """This tile is in work now, and no other; returns what to paint again (image pixels)."""
        changed = bounds if self._in_work is None else bounds.union(self._in_work)
        self._in_work = bounds
        return changed

    def finish(self, bounds: Bounds, now_s: float, *, fades: bool) -> None:
        """This tile is done; its outline fades unless motion is unwanted."""
        if self._in_work == bounds:
            self._in_work = None
        if fades:
            self._done.append(_Done(bounds, now_s))

    def clear(self) -> Bounds:
        """Forgets all and returns what to paint again."""
        changed = Bounds.around([*self.fading(), *([self._in_work] if self._in_work else [])])
        self._in_work = None
        self._done.clear()
        return changed

    def fading(self) -> list[Bounds]:
        """Tiles whose outline still changes."""
        return [done.bounds for done in self._done]

    def expire(self, now_s: float) -> None:
        """Drops outlines that have faded."""
        self._done = [done for done in self._done if now_s - done.at_s < FADE_S]

    def paint(self, painter: QPainter, viewport: Viewport, ratio: float, now_s: float) -> None:
        """Paints in device pixels of the viewport."""
        for done in self._done:
            opacity = _FADE_FROM * (1 - (now_s - done.at_s) / FADE_S)
            if opacity > 0:
                _outline(painter, viewport, done.bounds, _DONE_PX * ratio, QColor.fromRgbF(1, 1, 1, opacity))
        if self._in_work is not None:
            black = QColor.fromRgbF(0, 0, 0, _CASING_OPACITY)
            _outline(painter, viewport, self._in_work, _CASING_PX * ratio, black)
            _outline(painter, viewport, self._in_work, _LINE_PX * ratio, QColor(Qt.GlobalColor.white))


def outline_reach(ratio: float) -> int:
    """How many device pixels outlines reach beyond their tile."""
    return int(_CASING_PX * ratio) + 1


def _outline(painter: QPainter, viewport: Viewport, bounds: Bounds, width: float, color: QColor) -> None:
    box = viewport.bounds_to_view(bounds)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(color, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.SquareCap, Qt.PenJoinStyle.MiterJoin))
    painter.drawRect(QRectF(box.left + 0.5, box.top + 0.5, max(0, box.width - 1), max(0, box.height - 1)))
