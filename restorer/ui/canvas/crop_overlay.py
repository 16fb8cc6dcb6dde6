"""The crop frame over the photo: what goes is shaded, what stays has a grid, handles and its size."""

from __future__ import annotations

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPolygonF

from restorer.core.crop_frame import CORNERS, EDGES, CropFrame, Point
from restorer.core.placement import Placement
from restorer.ui import words
from restorer.ui.canvas.hud import badge
from restorer.ui.canvas.viewport import Viewport

_SHADE = 0.58
_LIGHT_PX, _DARK_PX = 1.25, 3.25
_DARK_OPACITY = 0.6
_HANDLE_PX, _HANDLE_WIDTH_PX = 18.0, 3.5
_THIRDS, _FINE = 3, 9
_GRID_OPACITY = {_THIRDS: 0.55, _FINE: 0.32}
_BADGE_GAP_PX = 8.0
_LEAST_SIDE_FOR_EDGES_PX = 72.0


def paint_crop(
    painter: QPainter, frame: CropFrame, base: Placement, viewport: Viewport, ratio: float, *, turning: bool
) -> None:
    """Paints in device pixels of the viewport.

    Args:
        base: where the turned photo that the frame lies on is in the one that is shown.
        turning: shows a finer grid, to hold against what should be level.
    """

    def at(across: float, down: float) -> QPointF:
        return _on_view(frame.point(across, down), base, viewport)

    outline = [at(*corner) for corner in CORNERS]
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    _shade(painter, outline, viewport)
    parts = _FINE if turning else _THIRDS
    lines = [QLineF(at(n / parts, 0), at(n / parts, 1)) for n in range(1, parts)]
    lines += [QLineF(at(0, n / parts), at(1, n / parts)) for n in range(1, parts)]
    _draw(painter, lines, ratio, _GRID_OPACITY[parts], 0.75)
    _draw(painter, [QLineF(outline[n], outline[(n + 1) % 4]) for n in range(4)], ratio, 1.0, _LIGHT_PX)
    _draw(painter, _handles(frame, base, viewport, ratio), ratio, 1.0, _HANDLE_WIDTH_PX, square=True)
    painter.restore()


def paint_size(painter: QPainter, frame: CropFrame, base: Placement, viewport: Viewport, ratio: float) -> None:
    """Paints the plate with size and angle below the frame, or inside of it where there is no room; logical pixels."""
    corners = [_on_view(frame.point(*corner), base, viewport) / ratio for corner in CORNERS]
    low = max(point.y() for point in corners)
    middle = _on_view(frame.center, base, viewport) / ratio
    plate = badge(size_text(frame))
    bottom = viewport.view_height / ratio - plate.height - _BADGE_GAP_PX
    top = min(low + _BADGE_GAP_PX, bottom)
    plate.paint(painter, round(middle.x() - plate.width() / 2), round(top))


def size_text(frame: CropFrame) -> str:
    """Such as ``3000 × 2000 px, 1.4°``."""
    bounds = frame.bounds()
    size = words.pixel_size(bounds.width, bounds.height)
    return f"{size}, {words.decimal(frame.degrees, 1)}°" if round(frame.degrees, 1) else size


def _on_view(point: Point, base: Placement, viewport: Viewport) -> QPointF:
    return QPointF(*viewport.to_view(*base.to_old(*point)))


def _shade(painter: QPainter, outline: list[QPointF], viewport: Viewport) -> None:
    photo = viewport.photo_in_view
    path, hole = QPainterPath(), QPainterPath()
    path.addRect(QRectF(photo.left, photo.top, photo.width, photo.height))
    hole.addPolygon(QPolygonF(outline))
    hole.closeSubpath()
    painter.fillPath(path.subtracted(hole), QColor.fromRgbF(0, 0, 0, _SHADE))


def _handles(frame: CropFrame, base: Placement, viewport: Viewport, ratio: float) -> list[QLineF]:
    """Brackets at the corners and bars at the sides, just inside the frame's line."""
    lines: list[QLineF] = []
    size = _HANDLE_PX * ratio

    def toward(start: QPointF, end: QPointF, length: float) -> QPointF:
        line = QLineF(start, end)
        line.setLength(min(length, line.length() / 3))
        return line.p2()

    corners = [_on_view(frame.point(*corner), base, viewport) for corner in CORNERS]
    for n, corner in enumerate(corners):
        lines += [QLineF(corner, toward(corner, corners[(n + step) % 4], size)) for step in (1, 3)]
    for n, edge in enumerate(EDGES):
        start, end = corners[n], corners[(n + 1) % 4]
        if QLineF(start, end).length() >= _LEAST_SIDE_FOR_EDGES_PX * ratio:
            middle = _on_view(frame.point(*edge), base, viewport)
            lines.append(QLineF(toward(middle, start, size / 2), toward(middle, end, size / 2)))
    return lines


def _draw(
    painter: QPainter, lines: list[QLineF], ratio: float, opacity: float, width: float, *, square: bool = False
) -> None:
    """Light over dark, so that it is seen on anything."""
    cap = Qt.PenCapStyle.SquareCap if square else Qt.PenCapStyle.FlatCap
    dark = QColor.fromRgbF(0, 0, 0, _DARK_OPACITY * opacity)
    light = QColor.fromRgbF(1, 1, 1, opacity)
    for color, pen_width in ((dark, width + _DARK_PX - _LIGHT_PX), (light, width)):
        painter.setPen(QPen(color, pen_width * ratio, Qt.PenStyle.SolidLine, cap))
        painter.drawLines(lines)
