"""The mask on screen, coloured; a dab costs its own rectangle."""

from __future__ import annotations

import numpy as np
from PySide6.QtGui import QImage

from restorer.core.geometry import Bounds
from restorer.core.mask import Mask
from restorer.ui.canvas.grid import Cell, cells
from restorer.ui.canvas.layer import SIDE, Layer
from restorer.ui.canvas.mask_levels import MaskLevels
from restorer.ui.canvas.overlay import Overlay, colour, reach
from restorer.ui.canvas.viewport import Viewport
from restorer.ui.qimage import ArgbPixels, argb_image, words_of


class MaskLayer(Layer):
    """The live mask over the photo.

    Args:
        mask: the document's.
    """

    def __init__(self, mask: Mask) -> None:
        super().__init__()
        self._levels = MaskLevels(mask)
        self._overlay = Overlay.TINT
        self._ratio = 1.0

    def show_as(self, overlay: Overlay, ratio: float) -> None:
        """How to draw it, and for how many device pixels per logical pixel."""
        if (overlay, ratio) != (self._overlay, self._ratio):
            self._overlay, self._ratio = overlay, ratio
            self._tiles.clear()

    @property
    def reach(self) -> int:
        """How many device pixels beyond a changed mask pixel have to be painted again."""
        return reach(self._overlay, self._ratio)

    def update(self, changed: Bounds) -> None:
        """The mask has changed inside ``changed``."""
        self._levels.update(changed)
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
        """Colours the changed pixels of the tiles there are; the others are coloured when they come into view."""
        if self._viewport is None or changed.is_empty:
            return
        dirty = self._viewport.bounds_to_scaled(changed).pad(self.reach)
        dirty = dirty.clip(self._viewport.scaled_width, self._viewport.scaled_height)
        for cell in cells(dirty, SIDE):
            if cell not in self._tiles:
                continue
            tile = self._tiles[cell]
            if tile is None:
                # It was empty: there is nothing to keep of it.
                del self._tiles[cell]
                continue
            box = cell.bounds(SIDE)
            part = dirty.intersect(box)
            fresh = self._coloured(part, self._viewport)
            words_of(tile)[part.translate(-box.left, -box.top).slices] = 0 if fresh is None else fresh

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
            plane = np.zeros((scaled.height, scaled.width), np.uint8)
        return colour(self._overlay, plane, self._ratio, scaled.left, scaled.top)
