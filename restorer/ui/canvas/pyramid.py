"""Display tiles of a photo at power-of-two reductions, made as they are asked for."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from PySide6.QtGui import QImage

from restorer.core.geometry import Bounds
from restorer.core.image import Image, Patch
from restorer.ui.canvas.grid import Cell
from restorer.ui.canvas.source import PhotoSource, ToDisplay
from restorer.ui.qimage import rgb_image

TILE = 512
"""Side of a tile in pixels of its level."""
_APRON = 1
"""Pixels that a tile knows of its neighbours, so that smooth scaling shows no seam."""
_STRIP_SOURCE_PX = 1 << 19
_STRIP_PX = 1 << 16
"""Pixels that are reduced, and that are converted to the screen's colours, at a time: a few milliseconds at most."""
_OVERVIEW_SIDE = 512
DEFAULT_BUDGET_BYTES = 192 * 1024 * 1024


class TileKey(NamedTuple):
    """A tile: ``level`` halvings below full size, and its cell there."""

    level: int
    cell: Cell


@dataclass(slots=True, eq=False)
class Tile:
    """Attributes:
    picture: its pixels, apron included.
    bounds: where they lie, in pixels of the level.
    stale: whether the photo has changed since; a stale tile is still better than a coarse one.
    """

    picture: QImage
    bounds: Bounds
    stale: bool = False


class TilePyramid:
    """Tiles of one photo. Nothing is made before it is wanted; :meth:`build` works in slices short enough for the
    window's thread, and until a tile is there a coarser one or the overview stands in.

    Args:
        image: the photo.
        to_display: turns its pixels to sRGB bytes.
        budget_bytes: how much may be kept; what is on screen is kept beyond it.
    """

    def __init__(self, image: Image, to_display: ToDisplay, budget_bytes: int = DEFAULT_BUDGET_BYTES) -> None:
        self._source = PhotoSource(image, to_display)
        self._to_display = to_display
        self._budget_bytes = budget_bytes
        self._tiles: OrderedDict[TileKey, Tile] = OrderedDict()
        self._bytes = 0
        self._overview: QImage | None = None
        self._current: tuple[TileKey, Iterator[Tile | None]] | None = None

    @property
    def image(self) -> Image:
        return self._source.image

    @property
    def bytes(self) -> int:
        """What the tiles take."""
        return self._bytes

    @property
    def top_level(self) -> int:
        """The first level at which one tile holds the whole photo."""
        return max(0, (max(self.image.width, self.image.height) - 1).bit_length() - (TILE.bit_length() - 1))

    def level_size(self, level: int) -> tuple[int, int]:
        """Width and height of a level."""
        return -(-self.image.width // (1 << level)), -(-self.image.height // (1 << level))

    # -- reading

    def find(self, key: TileKey) -> Tile | None:
        """The tile if it has been made, stale or not."""
        tile = self._tiles.get(key)
        if tile is not None:
            self._tiles.move_to_end(key)
        return tile

    def overview(self) -> QImage:
        """The whole photo, small; always at hand."""
        if self._overview is None:
            self._overview = rgb_image(self._source.sample(_OVERVIEW_SIDE))
        return self._overview

    # -- changes

    def set_image(self, image: Image, changed: Bounds) -> None:
        """Another state of the same photo, which differs from the last one within ``changed`` only."""
        self._source.image = image
        self._invalidate(changed)

    def add_patch(self, patch: Patch) -> None:
        """Shows a preview over the photo."""
        self._source.patches.append(patch)
        self._invalidate(patch.bounds)

    @property
    def has_patches(self) -> bool:
        return bool(self._source.patches)

    def clear_patches(self) -> None:
        patches, self._source.patches = self._source.patches, []
        for patch in patches:
            self._invalidate(patch.bounds)

    def fork(self) -> TilePyramid:
        """A pyramid of the same photo without previews; tiles that show just that are shared."""
        twin = TilePyramid(self.image, self._to_display, self._budget_bytes)
        twin._overview = self._overview
        for key, tile in self._tiles.items():
            shown = _in_photo(tile.bounds, key.level)
            if not tile.stale and not any(patch.bounds.overlaps(shown) for patch in self._source.patches):
                twin._tiles[key] = Tile(tile.picture, tile.bounds)
                twin._bytes += tile.picture.sizeInBytes()
        return twin

    def _invalidate(self, changed: Bounds) -> None:
        if changed.is_empty:
            return
        self._overview = None
        self._current = None
        for key, tile in self._tiles.items():
            if _in_photo(tile.bounds, key.level).overlaps(changed):
                tile.stale = True

    # -- building

    def lacks(self, key: TileKey) -> bool:
        """Whether the tile is missing or stale."""
        tile = self._tiles.get(key)
        return tile is None or tile.stale

    def build(self, wanted: Sequence[TileKey], deadline: float) -> list[Bounds]:
        """Makes the wanted tiles that are missing or stale, in order, until the deadline; at least one strip.

        Args:
            wanted: most important first.
            deadline: on the clock of ``time.perf_counter``.

        Returns:
            the parts of the photo whose tiles were completed.
        """
        done: list[Bounds] = []
        for key in wanted:
            if not self.lacks(key):
                continue
            tile = self._advance(key, deadline)
            if tile is None:
                break
            self._keep(key, tile, wanted)
            done.append(_in_photo(tile.bounds, key.level))
            if time.perf_counter() >= deadline:
                break
        return done

    def _advance(self, key: TileKey, deadline: float) -> Tile | None:
        """Works on a tile; None where the deadline came first (work goes on there the next time)."""
        if self._current is None or self._current[0] != key:
            self._current = (key, self._strips(key))
        for tile in self._current[1]:
            if tile is not None:
                self._current = None
                return tile
            if time.perf_counter() >= deadline:
                return None
        raise AssertionError("the last strip completes the tile")

    def _strips(self, key: TileKey) -> Iterator[Tile | None]:
        """Reads a tile strip by strip: None after each but the last, the tile after that."""
        level = key.level
        box = key.cell.bounds(TILE).pad(_APRON).clip(*self.level_size(level))
        pixels = np.empty((box.height, box.width, 3), np.uint8)
        rows = max(1, min(_STRIP_SOURCE_PX >> (2 * level), _STRIP_PX) // box.width)
        for top in range(box.top, box.bottom, rows):
            strip = Bounds(box.left, top, box.right, min(top + rows, box.bottom))
            source = _in_photo(strip, level).clip(self.image.width, self.image.height)
            pixels[top - box.top : strip.bottom - box.top] = self._source.read(source, level)
            yield Tile(rgb_image(pixels), box) if strip.bottom == box.bottom else None

    def _keep(self, key: TileKey, tile: Tile, wanted: Sequence[TileKey]) -> None:
        replaced = self._tiles.pop(key, None)
        self._bytes += tile.picture.sizeInBytes() - (replaced.picture.sizeInBytes() if replaced else 0)
        self._tiles[key] = tile
        if self._bytes <= self._budget_bytes:
            return
        needed = set(wanted)
        for old in [old for old in self._tiles if old not in needed]:
            if self._bytes <= self._budget_bytes:
                break
            self._bytes -= self._tiles.pop(old).picture.sizeInBytes()


def _in_photo(bounds: Bounds, level: int) -> Bounds:
    """The same rectangle of a level in pixels of the photo; the last box may reach beyond it."""
    return Bounds(bounds.left << level, bounds.top << level, bounds.right << level, bounds.bottom << level)
