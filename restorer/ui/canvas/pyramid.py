"""Display tiles of a photo at power-of-two reductions, made as they are asked for."""

from __future__ import annotations

import time
from collections import Counter, OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from PySide6.QtGui import QImage

from restorer.core.geometry import Bounds
from restorer.core.image import Image, Patch
from restorer.ui.canvas.source import PhotoSource, ToDisplay
from restorer.ui.canvas.tile_order import APRON, TILE, TileKey, TileOrder, at_level, in_photo
from restorer.ui.qimage import rgb_image

__all__ = ["TILE", "Tile", "TileKey", "TilePyramid"]

_OVERVIEW_SIDE = 512
DEFAULT_BUDGET_BYTES = 128 * 1024 * 1024
_NOTHING = Bounds(0, 0, 0, 0)


@dataclass(slots=True, eq=False)
class Tile:
    """Attributes:
    picture: its pixels, apron included.
    bounds: where they lie, in pixels of the level.
    stale: the part of the photo that has changed since; a stale tile is still better than a coarse one.
    """

    picture: QImage
    bounds: Bounds
    stale: Bounds = _NOTHING


class TilePyramid:
    """Tiles of one photo. Belongs to the window's thread.

    Nothing is made before it is wanted: :meth:`orders` says what is missing, any thread makes it, :meth:`put` takes it
    in. Until a tile is there a coarser one or the overview stands in; where only a part of the photo changed, only
    that part of a tile is made anew.

    Args:
        image: the photo.
        to_display: turns its pixels to bytes of the screen.
        budget_bytes: how much may be kept; what is on screen is kept beyond it.
        overview: the whole photo, small, where it is at hand already.
    """

    def __init__(
        self,
        image: Image,
        to_display: ToDisplay,
        budget_bytes: int = DEFAULT_BUDGET_BYTES,
        overview: QImage | None = None,
    ) -> None:
        self._source = PhotoSource(image, to_display)
        self._budget_bytes = budget_bytes
        self._tiles: OrderedDict[TileKey, Tile] = OrderedDict()
        self._counts: Counter[int] = Counter()
        """How many tiles of each level there are."""
        self._bytes = 0
        self._overview = overview
        self._orders: dict[TileKey, TileOrder] = {}
        self._wanted: frozenset[TileKey] = frozenset()
        self._current: tuple[TileOrder, Iterator[QImage | None]] | None = None

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

    def holds(self, level: int) -> bool:
        """Whether any tile of a level has been made."""
        return self._counts[level] > 0

    def overview(self) -> QImage:
        """The whole photo, small; always at hand."""
        if self._overview is None:
            self._overview = rgb_image(self._source.sample(_OVERVIEW_SIDE))
        return self._overview

    # -- changes

    def set_image(self, image: Image, changed: Bounds) -> None:
        """Another state of the same photo, which differs from the last one within ``changed`` only."""
        self._source = replace(self._source, image=image)
        self._invalidate(changed)

    def set_display(self, to_display: ToDisplay) -> None:
        """Other colours of the whole photo: another screen, intent or warning."""
        self._source = replace(self._source, to_display=to_display)
        self._invalidate(self.image.bounds)

    def add_patch(self, patch: Patch) -> None:
        """Shows a preview over the photo."""
        self._source = replace(self._source, patches=(*self._source.patches, patch))
        self._invalidate(patch.bounds)

    @property
    def has_patches(self) -> bool:
        return bool(self._source.patches)

    def clear_patches(self) -> None:
        patches, self._source = self._source.patches, replace(self._source, patches=())
        for patch in patches:
            self._invalidate(patch.bounds)

    def fork(self) -> TilePyramid:
        """A pyramid of the same photo without previews; tiles that show just that are shared."""
        twin = TilePyramid(self.image, self._source.to_display, self._budget_bytes, self._overview)
        for key, tile in self._tiles.items():
            shown = in_photo(tile.bounds, key.level)
            if tile.stale.is_empty and not any(patch.bounds.overlaps(shown) for patch in self._source.patches):
                twin._tiles[key] = Tile(tile.picture, tile.bounds)
                twin._counts[key.level] += 1
                twin._bytes += tile.picture.sizeInBytes()
        return twin

    def _invalidate(self, changed: Bounds) -> None:
        if changed.is_empty:
            return
        self._overview = None
        for key, tile in self._tiles.items():
            if in_photo(tile.bounds, key.level).overlaps(changed):
                tile.stale = tile.stale.union(changed)
        for order in [
            order for order in self._orders.values() if in_photo(order.box, order.key.level).overlaps(changed)
        ]:
            self.drop(order)

    # -- building

    def lacks(self, key: TileKey) -> bool:
        """Whether the tile is missing or stale."""
        tile = self._tiles.get(key)
        return tile is None or not tile.stale.is_empty

    def lacking_px(self, key: TileKey) -> int:
        """How many pixels of the photo have to be read to make the tile, or to bring it up to date."""
        tile = self._tiles.get(key)
        return (TILE * TILE) << (2 * key.level) if tile is None else tile.stale.area

    def orders(self, wanted: Sequence[TileKey]) -> list[TileOrder]:
        """Those of the wanted tiles that have to be made, in order; work that was ordered before goes on.

        Args:
            wanted: all that is on screen or near it, most important first; what is not in it may be forgotten.
        """
        self._wanted = frozenset(wanted)
        orders = [self._order(key) for key in wanted if self.lacks(key)]
        self._orders = {order.key: order for order in orders}
        return orders

    def _order(self, key: TileKey) -> TileOrder:
        order = self._orders.get(key)
        if order is None or order.cancelled:
            box = key.cell.bounds(TILE).pad(APRON).clip(*self.level_size(key.level))
            tile = self._tiles.get(key)
            part = at_level(tile.stale, key.level).intersect(box) if tile is not None else box
            old = tile.picture if tile is not None and part != box else None
            order = self._orders[key] = TileOrder(key, box, part, self._source, old)
        return order

    def drop(self, order: TileOrder) -> None:
        """Nobody wants this any more, or it would show what is no longer so."""
        order.cancelled = True
        if self._orders.get(order.key) is order:
            del self._orders[order.key]

    def put(self, order: TileOrder, picture: QImage) -> Bounds:
        """Takes in what was ordered here; returns the part of the photo to paint again, none if it came too late."""
        if self._orders.get(order.key) is not order or order.cancelled:
            return _NOTHING
        del self._orders[order.key]
        replaced = self._tiles.pop(order.key, None)
        self._bytes += picture.sizeInBytes() - (replaced.picture.sizeInBytes() if replaced else 0)
        self._tiles[order.key] = Tile(picture, order.box)
        self._counts[order.key.level] += replaced is None
        self._keep_budget()
        return in_photo(order.part, order.key.level)

    def build(self, wanted: Sequence[TileKey], deadline: float) -> list[Bounds]:
        """Makes the wanted tiles here and now, in order, until the deadline; at least one strip.

        Args:
            wanted: as for :meth:`orders`.
            deadline: on the clock of ``time.perf_counter``.

        Returns:
            the parts of the photo whose tiles were completed.
        """
        done: list[Bounds] = []
        for order in self.orders(wanted):
            if self._current is None or self._current[0] is not order:
                self._current = order, order.strips()
            for picture in self._current[1]:
                if picture is not None:
                    done.append(self.put(order, picture))
                    self._current = None
                if time.perf_counter() >= deadline:
                    return done
                if picture is not None:
                    break
        return done

    def _keep_budget(self) -> None:
        if self._bytes <= self._budget_bytes:
            return
        for old in [old for old in self._tiles if old not in self._wanted]:
            if self._bytes <= self._budget_bytes:
                break
            self._bytes -= self._tiles.pop(old).picture.sizeInBytes()
            self._counts[old.level] -= 1
