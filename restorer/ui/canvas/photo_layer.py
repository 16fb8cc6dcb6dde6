"""The photo on screen: pyramid tiles brought to the exact zoom."""

from __future__ import annotations

import math
from collections.abc import Iterator

from PySide6.QtCore import QRect, QRectF
from PySide6.QtGui import QImage, QPainter

from restorer.core.geometry import Bounds
from restorer.ui.canvas.grid import Cell, cells, nearest_first
from restorer.ui.canvas.layer import SIDE, Layer
from restorer.ui.canvas.pixel_grid import draw_pixel_grid
from restorer.ui.canvas.pyramid import TILE, TileKey, TilePyramid
from restorer.ui.canvas.tile_order import TileOrder
from restorer.ui.canvas.viewport import Viewport

NEAREST_FROM = 4.0
"""Zoom from which pixels are shown as squares."""
_LEVEL_TOLERANCE = 1e-9
_NEAR_PX = 128
"""Device pixels around the window for which tiles are made ahead."""
_AHEAD_PX = 64
"""Scaled pixels that are rendered beyond those seen while panning, so that it is not done for every move."""
_NEIGHBOURS = 2
"""Level pixels around a piece that smooth scaling may look at."""


def level_of(zoom: float, top_level: int) -> int:
    """The coarsest level that has at least as many pixels as the screen needs: it is shown at 50 to 100 %."""
    if zoom >= 1.0:
        return 0
    return min(math.floor(-math.log2(zoom) + _LEVEL_TOLERANCE), top_level)


class PhotoLayer(Layer):
    """One state of the photo.

    Args:
        pyramid: where its pixels come from.
    """

    def __init__(self, pyramid: TilePyramid) -> None:
        super().__init__()
        self.pyramid = pyramid
        self.grid_from = math.inf
        """Zoom from which lines are drawn between pixels."""
        self._plan: tuple[Viewport, list[TileKey]] | None = None
        self._rendered: dict[Cell, Bounds] = {}
        """Scaled pixels that each tile shows so far: zooming costs what is in view, and no more."""

    def look(self, viewport: Viewport) -> None:
        super().look(viewport)
        if len(self._rendered) > len(self._tiles):
            self._rendered = {cell: part for cell, part in self._rendered.items() if cell in self._tiles}

    # -- building

    def work(self, viewport: Viewport, deadline: float) -> list[Bounds]:
        """Makes tiles that this view lacks until the deadline; see :meth:`TilePyramid.build`.

        Returns:
            the parts of the photo that have to be painted again.
        """
        done = self.pyramid.build(self._wanted(viewport), deadline)
        for bounds in done:
            self.drop(bounds)
        return done

    def orders(self, viewport: Viewport) -> list[TileOrder]:
        """What this view lacks, most important first."""
        return self.pyramid.orders(self._wanted(viewport))

    def lacking_px(self, viewport: Viewport) -> int:
        """How many pixels of the photo have to be read for what is in view."""
        pieces = self._pieces(viewport.visible_scaled(), viewport.zoom)
        return sum(self.pyramid.lacking_px(key) for key, _ in pieces)

    def put(self, order: TileOrder, picture: QImage) -> Bounds:
        """Takes in a tile; returns the part of the photo to paint again, none if it was not ordered here."""
        bounds = self.pyramid.put(order, picture)
        self.drop(bounds)
        return bounds

    def is_complete(self, viewport: Viewport) -> bool:
        """Whether nothing is left to :meth:`work` on for this view."""
        return not any(self.pyramid.lacks(key) for key in self._wanted(viewport))

    def drop(self, bounds: Bounds) -> None:
        """Forgets what is rendered of a part of the photo."""
        if self._viewport is not None and not bounds.is_empty:
            # Smooth scaling carries a change one level pixel further than it reaches.
            reach = _NEIGHBOURS << level_of(self._viewport.zoom, self.pyramid.top_level)
            self._drop(self._viewport.bounds_to_scaled(bounds.pad(reach)))

    def _wanted(self, viewport: Viewport) -> list[TileKey]:
        """Tiles in view and close to it, the middle first."""
        if self._plan is None or self._plan[0] != viewport:
            self._plan = (viewport, self._plan_tiles(viewport))
        return self._plan[1]

    def _plan_tiles(self, viewport: Viewport) -> list[TileKey]:
        visible = viewport.visible_scaled()
        if visible.is_empty:
            return []
        level = level_of(viewport.zoom, self.pyramid.top_level)
        scale = viewport.zoom * (1 << level)
        near = visible.pad(_NEAR_PX)
        region = Bounds(
            math.floor(near.left / scale),
            math.floor(near.top / scale),
            math.ceil(near.right / scale),
            math.ceil(near.bottom / scale),
        ).clip(*self.pyramid.level_size(level))
        return [TileKey(level, cell) for cell in nearest_first(region, TILE)]

    # -- rendering

    def _tile(self, cell: Cell, viewport: Viewport, shown: Bounds) -> QImage | None:
        tile = super()._tile(cell, viewport, shown)
        rendered = self._rendered[cell]
        if tile is not None and not rendered.contains(shown):
            box = _box(cell, viewport)
            whole = rendered.union(shown if rendered.is_empty else shown.pad(_AHEAD_PX).intersect(box))
            for part in _around(rendered, whole):
                self._render_part(tile, box, part, viewport)
            self._rendered[cell] = whole
        return tile

    def _render(self, cell: Cell, viewport: Viewport) -> QImage:
        box = _box(cell, viewport)
        picture = QImage(box.width, box.height, QImage.Format.Format_RGB32)
        part = viewport.visible_scaled().intersect(box)
        self._render_part(picture, box, part, viewport)
        self._rendered[cell] = part
        return picture

    def _render_part(self, picture: QImage, box: Bounds, part: Bounds, viewport: Viewport) -> None:
        """Paints these scaled pixels into the picture of ``box``."""
        if part.is_empty:
            return
        painter = QPainter(picture)
        painter.translate(-box.left, -box.top)
        self._paint_passing(painter, part, viewport)
        painter.end()
        if viewport.zoom >= self.grid_from:
            draw_pixel_grid(picture, box, viewport.zoom, part)

    def paint(self, painter: QPainter, part: Bounds, offset_x: int, offset_y: int) -> None:
        """Through tiles of the screen, that panning only has to copy. What will be another thing in a moment goes
        straight there: a zoom that is seen for the first time, and what stands in for missing tiles."""
        viewport = self._viewport
        if viewport is None or viewport.zoom >= self.grid_from:
            super().paint(painter, part, offset_x, offset_y)
            return
        shown = part.translate(-offset_x, -offset_y).clip(viewport.scaled_width, viewport.scaled_height)
        pieces = self._pieces(shown, viewport.zoom)
        if not self._is_passing and all(self.pyramid.find(key) is not None for key, _ in pieces):
            super().paint(painter, part, offset_x, offset_y)
            return
        painter.save()
        painter.translate(offset_x, offset_y)
        self._paint_passing(painter, shown, viewport)
        painter.restore()

    def _paint_passing(self, painter: QPainter, shown: Bounds, viewport: Viewport) -> None:
        zoom = viewport.zoom
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, zoom < NEAREST_FROM)
        for key, clip in self._pieces(shown, zoom):
            painter.setClipRect(QRect(clip.left, clip.top, clip.width, clip.height))
            self._paint_tile(painter, key, zoom, clip)

    def _pieces(self, part: Bounds, zoom: float) -> Iterator[tuple[TileKey, Bounds]]:
        """The tiles that show a part of the screen, each with the scaled pixels that it shows."""
        level = level_of(zoom, self.pyramid.top_level)
        scale, size = zoom * (1 << level), self.pyramid.level_size(level)
        region = Bounds(
            math.floor(part.left / scale),
            math.floor(part.top / scale),
            math.ceil(part.right / scale),
            math.ceil(part.bottom / scale),
        ).clip(*size)
        for cell in cells(region, TILE):
            clip = _on_screen(cell.bounds(TILE).clip(*size), scale, part)
            if not clip.is_empty:
                yield TileKey(level, cell), clip

    def _paint_tile(self, painter: QPainter, key: TileKey, zoom: float, clip: Bounds) -> None:
        """Paints a tile, or in its place the nearest coarser one there is and finer ones over it."""
        if self._paint_piece(painter, key, zoom, clip):
            return
        finer, is_covered = self._finer(key, zoom, clip)
        if not is_covered:
            self._paint_coarser(painter, key, zoom, clip)
        for each in finer:
            self._paint_piece(painter, each, zoom, clip)

    def _finer(self, key: TileKey, zoom: float, clip: Bounds) -> tuple[list[TileKey], bool]:
        """The tiles of the next finer level that there are in place of one, and whether they show all of ``clip``."""
        level, cell = key.level - 1, key.cell
        if level < 0 or not self.pyramid.holds(level):
            return [], False
        size = self.pyramid.level_size(level)
        children = [Cell(2 * cell.column + column, 2 * cell.row + row) for row in (0, 1) for column in (0, 1)]
        boxes = {TileKey(level, child): child.bounds(TILE).clip(*size) for child in children}
        there = {each: box for each, box in boxes.items() if self.pyramid.find(each) is not None}
        if any(not box.is_empty and each not in there for each, box in boxes.items()):
            return list(there), False
        shown = _on_screen(Bounds.around(there.values()), zoom * (1 << level), clip)
        return list(there), shown == clip

    def _paint_coarser(self, painter: QPainter, key: TileKey, zoom: float, clip: Bounds) -> None:
        level, cell = key
        for up in range(1, self.pyramid.top_level - level + 1):
            if self._paint_piece(painter, TileKey(level + up, Cell(cell.column >> up, cell.row >> up)), zoom, clip):
                return
        overview = self.pyramid.overview()
        whole = QRectF(0, 0, self.pyramid.image.width * zoom, self.pyramid.image.height * zoom)
        painter.drawImage(whole, overview, QRectF(overview.rect()))

    def _paint_piece(self, painter: QPainter, key: TileKey, zoom: float, clip: Bounds) -> bool:
        """Paints what a tile holds of ``clip``; False where it has not been made."""
        tile = self.pyramid.find(key)
        if tile is None:
            return False
        scale = zoom * (1 << key.level)
        piece = Bounds(
            math.floor(clip.left / scale) - _NEIGHBOURS,
            math.floor(clip.top / scale) - _NEIGHBOURS,
            math.ceil(clip.right / scale) + _NEIGHBOURS,
            math.ceil(clip.bottom / scale) + _NEIGHBOURS,
        ).intersect(tile.bounds)
        if not piece.is_empty:
            target = QRectF(piece.left * scale, piece.top * scale, piece.width * scale, piece.height * scale)
            inside = piece.translate(-tile.bounds.left, -tile.bounds.top)
            painter.drawImage(target, tile.picture, QRectF(inside.left, inside.top, inside.width, inside.height))
        return True


def _box(cell: Cell, viewport: Viewport) -> Bounds:
    """The scaled pixels of a cell."""
    return cell.bounds(SIDE).clip(viewport.scaled_width, viewport.scaled_height)


def _around(inner: Bounds, whole: Bounds) -> tuple[Bounds, ...]:
    """What ``whole`` has around ``inner``, in rectangles; some may be empty."""
    if inner.is_empty:
        return (whole,)
    return (
        Bounds(whole.left, whole.top, whole.right, inner.top),
        Bounds(whole.left, inner.bottom, whole.right, whole.bottom),
        Bounds(whole.left, inner.top, inner.left, inner.bottom),
        Bounds(inner.right, inner.top, whole.right, inner.bottom),
    )


def _on_screen(part: Bounds, scale: float, box: Bounds) -> Bounds:
    """The scaled pixels whose middle lies in ``part`` of a level, within ``box``; neighbours share none, skip none."""
    return Bounds(
        math.ceil(part.left * scale - 0.5),
        math.ceil(part.top * scale - 0.5),
        math.ceil(part.right * scale - 0.5),
        math.ceil(part.bottom * scale - 0.5),
    ).intersect(box)
