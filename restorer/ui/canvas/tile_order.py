"""One tile to be made, as a value that another thread can work on in slices."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from PySide6.QtGui import QImage

from restorer.core.geometry import Bounds
from restorer.ui.canvas.grid import Cell
from restorer.ui.canvas.source import PhotoSource
from restorer.ui.qimage import rgb_image, words_of

TILE = 512
"""Side of a tile in pixels of its level."""
APRON = 1
"""Pixels that a tile knows of its neighbours, so that smooth scaling shows no seam."""
_STRIP_SOURCE_PX = 1 << 19
_STRIP_PX = 1 << 16
"""Pixels that are reduced, and that are converted to the screen's colours, at a time: a few milliseconds at most."""


class TileKey(NamedTuple):
    """A tile: ``level`` halvings below full size, and its cell there."""

    level: int
    cell: Cell


@dataclass(slots=True, eq=False)
class TileOrder:
    """What has to be known to make a tile, whatever becomes of the photo meanwhile.

    Attributes:
        key: which tile.
        box: the pixels of the level it holds, apron included.
        part: those of them to be made; the others are as in ``old``.
        source: the photo at the moment of the order.
        old: the tile as it was; None where ``part`` is all of it.
        cancelled: set on the window's thread, where nobody wants the tile any more; looked at between slices.
    """

    key: TileKey
    box: Bounds
    part: Bounds
    source: PhotoSource
    old: QImage | None = field(repr=False)
    cancelled: bool = False

    @property
    def source_px(self) -> int:
        """How many pixels of the photo have to be read."""
        return self.part.area << (2 * self.key.level)

    def strips(self) -> Iterator[QImage | None]:
        """Makes the tile strip by strip: None after each but the last, the picture after that."""
        level, part, image = self.key.level, self.part, self.source.image
        pixels = np.empty((part.height, part.width, 3), np.uint8)
        rows = max(1, min(_STRIP_SOURCE_PX >> (2 * level), _STRIP_PX) // part.width)
        for top in range(part.top, part.bottom, rows):
            strip = Bounds(part.left, top, part.right, min(top + rows, part.bottom))
            seen = in_photo(strip, level).clip(image.width, image.height)
            pixels[top - part.top : strip.bottom - part.top] = self.source.read(seen, level)
            if strip.bottom < part.bottom:
                yield None
        yield self._picture(rgb_image(pixels))

    def _picture(self, made: QImage) -> QImage:
        if self.old is None:
            return made
        picture = self.old.copy()
        inside = self.part.translate(-self.box.left, -self.box.top)
        words_of(picture)[inside.slices] = words_of(made)
        return picture


def in_photo(bounds: Bounds, level: int) -> Bounds:
    """The same rectangle of a level in pixels of the photo; the last box may reach beyond it."""
    return Bounds(bounds.left << level, bounds.top << level, bounds.right << level, bounds.bottom << level)


def at_level(bounds: Bounds, level: int) -> Bounds:
    """Every pixel of a level that shows a part of a rectangle of the photo."""
    box = (1 << level) - 1
    return Bounds(
        bounds.left >> level, bounds.top >> level, (bounds.right + box) >> level, (bounds.bottom + box) >> level
    )
