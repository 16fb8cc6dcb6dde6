"""Which crops of a photo have to be computed so that everything painted gets filled, and in what order.

Work is proportional to what is painted, not to the photo. Small defects that lie close share a tile; long scratches
are cut along their length into overlapping tiles; what is too thick is filled at a coarser level first. The coarsest
level comes first; within a level tiles follow the reading order, and along a scratch each lies beside the one before.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from restorer.core.errors import InputError
from restorer.core.geometry import Bounds
from restorer.core.lazy import load_cv2
from restorer.core.progress import CancelToken
from restorer.tasks.holes import Flags, Holes

CELL_PX = 32
"""Painted pixels are looked at in squares of this side; the finest piece a scratch is cut into."""
_BLOCK_CELLS = 8
_MAX_OVERLAP_PX = 16
_MARGIN_PX = 3
"""How far beyond the pixels that a level takes from the next that one is filled, for interpolation."""
_FAR_PX = 512
"""How far from a part of the photo tiles of a level may lie (in its pixels) that are computed for its sake."""
_CALL_COST_PX = 64 * 64
"""What one call costs besides its pixels, in pixels: with it two tiles are joined where that saves work."""

Cell = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Layout:
    """Sizes of tiles, in pixels of their level.

    Attributes:
        core_px: largest side of what one tile fills.
        context_px: how much it sees around that.
    """

    core_px: int
    context_px: int

    @classmethod
    def within(cls, side: int, context_px: int) -> Layout:
        """For tiles no larger than ``side``: half of it at most goes into context.

        Raises:
            ValueError: where not even one cell fits.
        """
        if side < 2 * CELL_PX:
            raise ValueError(f"a tile of {side} px is too small")
        context = min(context_px, side // 4)
        return cls(side - 2 * context, context)

    @property
    def overlap_px(self) -> int:
        """How far neighbouring tiles reach into each other."""
        return min(_MAX_OVERLAP_PX, self.context_px // 2)


@dataclass(frozen=True, slots=True)
class Tile:
    """One crop to compute. All bounds are in pixels of its level and lie within it.

    Attributes:
        level: 0 is the photo's own scale, each further one half of it.
        parts: tight boxes around what this tile is there to fill.
        core: smallest box around the parts.
        extent: where it writes: the core and the overlap with its neighbours.
        crop: what it looks at: the core and its context.
    """

    level: int
    parts: tuple[Bounds, ...]
    core: Bounds
    extent: Bounds
    crop: Bounds

    def photo_bounds(self, photo: Bounds) -> Bounds:
        """Its extent in photo pixels."""
        return _in_photo(self.extent, self.level).intersect(photo)

    def photo_crop(self, photo: Bounds) -> Bounds:
        """What it looks at, in photo pixels."""
        return _in_photo(self.crop, self.level).intersect(photo)


def plan_tiles(holes: Holes, layout: Layout, token: CancelToken) -> tuple[Tile, ...]:
    """All tiles of a photo, in the order they are to be computed.

    Raises:
        Cancelled: once the token says so.
        InputError: where the region leaves nothing of the photo to fill it from.
    """
    levels: list[tuple[Tile, ...]] = []
    blocks: Iterable[Bounds] = holes.occupied_blocks(CELL_PX * _BLOCK_CELLS)
    for level in range(holes.last_level + 1):
        cells: dict[Cell, Bounds] = {}
        coarse: list[Bounds] = []
        for block in blocks:
            token.raise_if_cancelled()
            cells.update(_tight_cells(_target(holes, level, block), block))
            # Tiles write a little beyond the blocks that hold their parts.
            reach = block.pad(_MAX_OVERLAP_PX).intersect(holes.extent(level))
            coarse.extend(_tight_cells(holes.coarse_share(level, reach) > 0, reach).values())
        if level == holes.last_level and cells and holes.hole(level, holes.extent(level)).all():
            raise InputError("The whole photo is painted; there is nothing left to fill it from.")
        levels.append(_cut_and_join(holes, level, cells, layout))
        if not coarse:
            break
        blocks = _blocks_of_next_level(coarse, holes.extent(level + 1))
    return tuple(tile for tiles in reversed(levels) for tile in tiles)


def replan(holes: Holes, tiles: Sequence[Tile], layout: Layout) -> tuple[Tile, ...]:
    """The same work in smaller tiles, level by level in the order given."""
    parts: dict[int, dict[Cell, Bounds]] = {}
    for tile in tiles:
        cells = parts.setdefault(tile.level, {})
        for part in tile.parts:
            key = part.top // CELL_PX, part.left // CELL_PX
            cells[key] = part.union(cells.get(key, part))
    return tuple(t for level, cells in parts.items() for t in _cut_and_join(holes, level, cells, layout))


def tiles_for(tiles: Sequence[Tile], within: Bounds, photo: Bounds) -> tuple[Tile, ...]:
    """Those tiles of a plan that a part of the photo rests on, in their order.

    A tile sees what those before it have filled, so each that is wanted brings the earlier ones along that lie in what
    it looks at. A scratch right across the photo would bring all of itself along; what is far off matters so little
    that the chain ends :data:`_FAR_PX` away.

    Args:
        tiles: a whole plan, in the order it is computed.
        within: the part, in photo pixels.
        photo: all of it.
    """
    kept: list[Tile] = []
    looks: list[tuple[int, Bounds]] = []
    for tile in reversed(tiles):
        writes = tile.photo_bounds(photo)
        near = writes.overlaps(within.pad(_FAR_PX << tile.level))
        if writes.overlaps(within) or any(
            (near or level < tile.level) and writes.overlaps(look) for level, look in looks
        ):
            kept.append(tile)
            looks.append((tile.level, tile.photo_crop(photo)))
    return tuple(reversed(kept))


def _target(holes: Holes, level: int, block: Bounds) -> Flags:
    """What a level has to fill within a block: everything at the photo's scale, above it what the one below takes."""
    hole = holes.hole(level, block)
    if level == 0 or not hole.any():
        return hole
    window = block.pad(_MARGIN_PX).intersect(holes.extent(level))
    below = Bounds(window.left * 2, window.top * 2, window.right * 2, window.bottom * 2)
    source = below.intersect(holes.extent(level - 1))
    wanted = np.zeros((below.height, below.width), np.uint8)
    wanted[source.translate(-below.left, -below.top).slices] = holes.coarse_share(level - 1, source) > 0
    halved = wanted.reshape(window.height, 2, window.width, 2).max(axis=(1, 3))
    near = load_cv2().dilate(halved, np.ones((2 * _MARGIN_PX + 1, 2 * _MARGIN_PX + 1), np.uint8)) > 0
    target: Flags = hole & near[block.translate(-window.left, -window.top).slices]
    return target


def _blocks_of_next_level(parts: Sequence[Bounds], extent: Bounds) -> list[Bounds]:
    """Grid squares of the next coarser level that some parts of a level lie in, in reading order."""
    side = CELL_PX * _BLOCK_CELLS
    found: set[Cell] = set()
    for box in parts:
        half = Bounds(box.left // 2, box.top // 2, -(-box.right // 2), -(-box.bottom // 2)).pad(_MARGIN_PX)
        half = half.intersect(extent)
        rows = range(half.top // side, (half.bottom - 1) // side + 1)
        found.update((row, column) for row in rows for column in range(half.left // side, (half.right - 1) // side + 1))
    grid = (Bounds(c * side, r * side, (c + 1) * side, (r + 1) * side) for r, c in sorted(found))
    return [square.intersect(extent) for square in grid]


def _tight_cells(flags: Flags, block: Bounds) -> dict[Cell, Bounds]:
    """The cells of a block that hold anything, each with its tight box."""
    result: dict[Cell, Bounds] = {}
    if not flags.any():
        return result
    for top in range(0, block.height, CELL_PX):
        if not flags[top : top + CELL_PX].any():
            continue
        for left in range(0, block.width, CELL_PX):
            rows, columns = np.nonzero(flags[top : top + CELL_PX, left : left + CELL_PX])
            if rows.size:
                x, y = block.left + left, block.top + top
                box = Bounds(int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1)
                result[y // CELL_PX, x // CELL_PX] = box.translate(x, y)
    return result


def _cut_and_join(holes: Holes, level: int, cells: Mapping[Cell, Bounds], layout: Layout) -> tuple[Tile, ...]:
    pieces = [piece for region in touching(cells) for piece in cut(region, layout.core_px)]
    extent = holes.extent(level)
    return tuple(_tile(level, parts, layout, extent) for parts in _join(pieces, layout))


def _tile(level: int, parts: Sequence[Bounds], layout: Layout, extent: Bounds) -> Tile:
    core = Bounds.around(parts)
    writes = core.pad(layout.overlap_px).intersect(extent)
    return Tile(level, tuple(parts), core, writes, core.pad(layout.context_px).intersect(extent))


def touching(cells: Mapping[Cell, Bounds]) -> Iterator[dict[Cell, Bounds]]:
    """Sets of cells that touch, corners included, in reading order."""
    if not cells:
        return
    top, left = min(row for row, _ in cells), min(column for _, column in cells)
    bottom, right = max(row for row, _ in cells), max(column for _, column in cells)
    grid = np.zeros((bottom - top + 1, right - left + 1), np.uint8)
    keys = sorted(cells)
    for row, column in keys:
        grid[row - top, column - left] = 1
    _, labels = load_cv2().connectedComponents(grid, connectivity=8)
    regions: dict[int, dict[Cell, Bounds]] = {}
    for row, column in keys:
        regions.setdefault(int(labels[row - top, column - left]), {})[row, column] = cells[row, column]
    yield from regions.values()


def cut(region: Mapping[Cell, Bounds], side: int) -> Iterator[list[Bounds]]:
    """Connected pieces of a region that each fit a square; each but the first begins beside an earlier one."""
    left = dict(region)
    starts = deque([min(left)])
    while left:
        start = starts.popleft() if starts else min(left)
        if start not in left:
            continue
        piece = [left.pop(start)]
        box, queue = piece[0], deque([start])
        while queue:
            row, column = queue.popleft()
            for cell in ((row + dy, column + dx) for dy in (-1, 0, 1) for dx in (-1, 0, 1)):
                if cell not in left:
                    continue
                grown = box.union(left[cell])
                if max(grown.width, grown.height) <= side:
                    piece.append(left.pop(cell))
                    box = grown
                    queue.append(cell)
                else:
                    starts.append(cell)
        yield piece


def _join(pieces: Iterable[list[Bounds]], layout: Layout) -> list[list[Bounds]]:
    """Pieces that are cheaper to compute together than apart, put together."""
    joined: list[tuple[Bounds, list[Bounds]]] = []
    open_from = 0
    reach = layout.core_px + 2 * layout.context_px
    for piece in sorted(pieces, key=lambda parts: Bounds.around(parts).top):
        box = Bounds.around(piece)
        while open_from < len(joined) and joined[open_from][0].top + reach < box.top:
            open_from += 1
        best, gain = -1, 0
        for index in range(open_from, len(joined)):
            union = joined[index][0].union(box)
            if max(union.width, union.height) > layout.core_px:
                continue
            saved = _cost(joined[index][0], layout) + _cost(box, layout) - _cost(union, layout)
            if saved > gain:
                best, gain = index, saved
        if best < 0:
            joined.append((box, list(piece)))
        else:
            other, parts = joined[best]
            joined[best] = (other.union(box), parts + piece)
    return [parts for _, parts in joined]


def _cost(core: Bounds, layout: Layout) -> int:
    return core.pad(layout.context_px).area + _CALL_COST_PX


def _in_photo(bounds: Bounds, level: int) -> Bounds:
    return Bounds(*(edge << level for edge in (bounds.left, bounds.top, bounds.right, bounds.bottom)))
