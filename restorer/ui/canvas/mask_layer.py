"""The mask on screen, coloured; a dab costs its own rectangle."""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np
from PySide6.QtGui import QImage

from restorer.core.geometry import Bounds
from restorer.core.large_dabs import Dab
from restorer.core.mask import Mask
from restorer.ui.canvas.grid import Cell, cells
from restorer.ui.canvas.layer import SIDE, Layer
from restorer.ui.canvas.mask_levels import MaskLevels
from restorer.ui.canvas.overlay import Overlay, colour, reach
from restorer.ui.canvas.viewport import Viewport
from restorer.ui.qimage import ArgbPixels, argb_image, words_of

_SLICE_S = 0.008
"""How long the mask of a huge photo may be caught up with in one frame."""
_BLACK = np.uint32(0xFF000000)


class MaskLayer(Layer):
    """The live mask over the photo. A change is coloured when it is painted, and no more of it than is in view.

    Args:
        mask: the document's.
        is_empty: whether it is known to be 0 everywhere.
    """

    def __init__(self, mask: Mask, *, is_empty: bool = False) -> None:
        super().__init__()
        self._levels = MaskLevels(mask, is_empty=is_empty)
        self._overlay = Overlay.TINT
        self._ratio = 1.0
        self._dirty: dict[Cell, Bounds] = {}
        self._put_off: list[Bounds] = []
        self._put_off_from = 0.0

    def show_as(self, overlay: Overlay, ratio: float) -> None:
        """How to draw it, and for how many device pixels per logical pixel."""
        if (overlay, ratio) != (self._overlay, self._ratio):
            self._overlay, self._ratio = overlay, ratio
            self._tiles.clear()
            self._dirty.clear()

    def look(self, viewport: Viewport) -> None:
        super().look(viewport)
        self._dirty = {cell: part for cell, part in self._dirty.items() if cell in self._tiles}
        self._put_off_from = time.perf_counter() + _SLICE_S

    def take_put_off(self) -> list[Bounds]:
        """Scaled pixels that still show an old mask, since catching up would have taken too long for one frame."""
        put_off, self._put_off = self._put_off, []
        return put_off

    @property
    def reach(self) -> int:
        """How many device pixels beyond a changed mask pixel have to be painted again."""
        return reach(self._overlay, self._ratio)

    def update(self, changed: Bounds, dabs: Sequence[Dab] = ()) -> None:
        """The mask has changed inside ``changed``; by nothing but these dabs, where there are any."""
        self._levels.update(changed, dabs, self._viewport.zoom if self._viewport is not None else 1.0)
        self._redraw(changed)

    def hide(self, bounds: Bounds, used: Mask) -> None:
        """Stops showing marks inside ``bounds`` that are the same in ``used``."""
        self._levels.hide(bounds, used)
        self._redraw(bounds)

    def show_all(self) -> Bounds:
        """Ends all hiding and returns what looks different now."""
        shown = self._levels.show_all()
        self._redraw(shown)
        return shown

    def _redraw(self, changed: Bounds) -> None:
        """Marks the changed pixels of the tiles there are; the others are coloured when they come into view."""
        if self._viewport is None or changed.is_empty:
            return
        dirty = self._viewport.bounds_to_scaled(changed).pad(self.reach)
        dirty = dirty.clip(self._viewport.scaled_width, self._viewport.scaled_height)
        for cell in cells(dirty, SIDE):
            if cell in self._tiles:
                part = dirty.intersect(cell.bounds(SIDE))
                self._dirty[cell] = part.union(self._dirty[cell]) if cell in self._dirty else part

    def _tile(self, cell: Cell, viewport: Viewport, shown: Bounds) -> QImage | None:
        if cell in self._tiles and cell not in self._dirty:
            return self._tiles[cell]
        box = cell.bounds(SIDE)
        if time.perf_counter() > self._put_off_from and not self._levels.is_fresh(box, viewport):
            self._put_off.append(box)
            return self._tiles.get(cell)
        part, tile = self._dirty.pop(cell, None), self._tiles.get(cell)
        if part is None or tile is None:
            # Not there yet, or empty until now: there is nothing to keep of it.
            self._tiles[cell] = self._render(cell, viewport)
            return self._tiles[cell]
        fresh = self._coloured(part, viewport)
        words_of(tile)[part.translate(-box.left, -box.top).slices] = 0 if fresh is None else fresh
        return tile

    def _render(self, cell: Cell, viewport: Viewport) -> QImage | None:
        if self._overlay is Overlay.OFF:
            return None
        words = self._coloured(cell.bounds(SIDE).clip(viewport.scaled_width, viewport.scaled_height), viewport)
        return None if words is None else argb_image(words)

    def _coloured(self, scaled: Bounds, viewport: Viewport) -> ArgbPixels | None:
        plane = self._levels.sample(scaled.pad(self.reach), viewport)
        if plane is None:
            if self._overlay is not Overlay.MATTE:
                return None
            return np.full((scaled.height, scaled.width), _BLACK, np.uint32)
        return colour(self._overlay, plane, self._ratio, scaled.left, scaled.top)
