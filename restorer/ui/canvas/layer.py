"""A layer of the canvas: tiles in screen pixels, rendered once and copied to the screen from then on."""

from __future__ import annotations

from abc import ABC, abstractmethod

from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QImage, QPainter

from restorer.core.geometry import Bounds
from restorer.ui.canvas.grid import Cell, cells
from restorer.ui.canvas.viewport import Viewport

SIDE = 512
"""Side of a screen tile in device pixels."""
_SPARE_TILES = 24
"""How many tiles off screen are kept for panning back."""


class Layer(ABC):
    """Screen tiles lie on the grid of scaled pixels, so panning only copies them; another zoom makes them anew."""

    def __init__(self) -> None:
        self._viewport: Viewport | None = None
        self._tiles: dict[Cell, QImage | None] = {}
        self._is_passing = True
        """Whether this zoom is seen for the first time: while somebody zooms, also for the last time."""

    def look(self, viewport: Viewport) -> None:
        """Tells what will be painted next; drops tiles of another zoom and those far off screen."""
        seen = self._viewport
        if seen is None or (seen.zoom, seen.image_width, seen.image_height) != (
            viewport.zoom,
            viewport.image_width,
            viewport.image_height,
        ):
            self._tiles.clear()
            self._is_passing = True
        else:
            self._is_passing = False
        self._viewport = viewport
        visible = viewport.visible_scaled()
        if len(self._tiles) > _SPARE_TILES + 2 * visible.area // (SIDE * SIDE):
            near = visible.pad(SIDE)
            self._tiles = {cell: tile for cell, tile in self._tiles.items() if cell.bounds(SIDE).overlaps(near)}

    def paint(self, painter: QPainter, part: Bounds, offset_x: int, offset_y: int) -> None:
        """Paints the part of the layer inside ``part``.

        Args:
            painter: its unit is a device pixel.
            part: in the painter's coordinates.
            offset_x, offset_y: from scaled pixels to the painter's coordinates.
        """
        if self._viewport is None:
            return
        scaled = part.translate(-offset_x, -offset_y)
        scaled = scaled.clip(self._viewport.scaled_width, self._viewport.scaled_height)
        for cell in cells(scaled, SIDE):
            box = cell.bounds(SIDE)
            shown = box.intersect(scaled)
            tile = self._tile(cell, self._viewport, shown)
            if tile is None:
                continue
            source = QRect(shown.left - box.left, shown.top - box.top, shown.width, shown.height)
            painter.drawImage(QPoint(shown.left + offset_x, shown.top + offset_y), tile, source)

    def _tile(self, cell: Cell, viewport: Viewport, shown: Bounds) -> QImage | None:
        """The tile of a cell, rendered if it is not there; None where nothing is to be painted.

        Args:
            cell: of the screen.
            viewport: which is painted.
            shown: the scaled pixels that the tile is painted for.
        """
        if cell not in self._tiles:
            self._tiles[cell] = self._render(cell, viewport)
        return self._tiles[cell]

    def _drop(self, scaled: Bounds) -> None:
        """Forgets the tiles that show any of these scaled pixels."""
        for cell in cells(scaled, SIDE):
            self._tiles.pop(cell, None)

    @abstractmethod
    def _render(self, cell: Cell, viewport: Viewport) -> QImage | None:
        """The tile of a cell, clipped to the photo; None where nothing is to be painted."""
