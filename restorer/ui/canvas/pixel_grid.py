"""Lines between pixels that are large enough to be counted."""

from __future__ import annotations

import math

from PySide6.QtCore import QLine
from PySide6.QtGui import QColor, QPainter, QPen

from restorer.core.geometry import Bounds
from restorer.ui.canvas.viewport import Viewport

GRID_FROM = 8.0
"""Device pixels a pixel from which on the lines are drawn, at a device pixel ratio of 1."""
_OPACITY = 0.16
"""Gray over any photo: seen on dark and on light parts, and not read as one of its lines."""


def paint_pixel_grid(painter: QPainter, part: Bounds, offset_x: int, viewport: Viewport, ratio: float) -> None:
    """Paints the lines that lie in a part of the canvas; none where pixels are small.

    Args:
        painter: its unit is a device pixel.
        part: device pixels of the canvas.
        offset_x: from the viewport's coordinates to the canvas's.
        ratio: device pixels per logical pixel.
    """
    zoom = viewport.zoom
    if zoom < GRID_FROM * ratio:
        return
    shown = viewport.photo_in_view.translate(offset_x, 0).intersect(part)
    if shown.is_empty:
        return
    left, top = viewport.offset_x + offset_x, viewport.offset_y
    lines = [QLine(x, shown.top, x, shown.bottom - 1) for x in _between(shown.left, shown.right, left, zoom)]
    lines += [QLine(shown.left, y, shown.right - 1, y) for y in _between(shown.top, shown.bottom, top, zoom)]
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setPen(QPen(QColor(128, 128, 128, round(255 * _OPACITY)), 0))
    painter.drawLines(lines)
    painter.restore()


def _between(start: int, stop: int, origin: int, zoom: float) -> list[int]:
    """The first device pixel of each pixel of the photo, but the first, from ``start`` to ``stop``."""
    first = max(1, math.ceil((start - origin) / zoom))
    last = math.floor((stop - 1 - origin) / zoom)
    return [origin + math.ceil(number * zoom - 0.5) for number in range(first, last + 1)]
