"""Cutting a picture into overlapping tiles and putting it together again.

Neighbours overlap by twice the network's context plus a strip in which one fades into the other. Whatever counts of a
tile lies at least ``context_px`` inside of it, so a network that looks no further gives the same picture tiled or not.
The fade is ``a + (b - a) * w``: the weights of a and b sum to exactly 1, and where both agree, that is the result.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from restorer.core.contract import FloatPixels
from restorer.core.errors import MissingTileError
from restorer.core.geometry import Bounds

__all__ = ["MissingTileError", "Tile", "TileBlender", "TileGrid", "TileShape", "plan_tiles"]


@dataclass(frozen=True, slots=True)
class TileShape:
    """What a network asks of its tiles.

    Attributes:
        context_px: how far around a pixel the network looks.
        feather_px: width of the strip in which neighbours fade into each other.
        multiple: tiles start (and, inside the picture, end) at multiples of this, so that a network with strides sees
            every pixel on the same grid as in the untiled picture.
    """

    context_px: int
    feather_px: int = 0
    multiple: int = 1

    @property
    def overlap_px(self) -> int:
        """Least overlap of neighbours."""
        return self._up(2 * self.context_px + self.feather_px)

    @property
    def minimum_side(self) -> int:
        """Smallest side at which tiles get on and the strips on both sides of a tile stay apart."""
        return self.overlap_px + self._up(2 * self.feather_px + 1)

    def _up(self, length_px: int) -> int:
        return -(-length_px // self.multiple) * self.multiple


@dataclass(frozen=True, slots=True)
class Span:
    """A tile along one axis: the half-open range it reads, and its core; cores touch and do not overlap.

    Everything lies at multiples of ``unit``.
    """

    start: int
    end: int
    core_start: int
    core_end: int
    unit: int = 1

    def scaled(self, scale: int) -> Span:
        """The same part of a picture ``scale`` times as long."""
        start, end, first, last = (place * scale for place in (self.start, self.end, self.core_start, self.core_end))
        return Span(start, end, first, last, self.unit * scale)

    def fade_in(self, feather_px: int) -> slice:
        """Where the neighbour before fades into this one, around the border of their cores."""
        if self.core_start == 0:
            return slice(0, 0)
        first = self.core_start - feather_px // self.unit // 2 * self.unit
        return slice(first, first + feather_px)


@dataclass(frozen=True, slots=True)
class Tile:
    """One tile of a grid.

    Attributes:
        index: position in the grid's order.
        bounds: what the network sees.
        core: what of it is shown while the work goes on; the cores of a grid cover every pixel exactly once.
    """

    index: int
    bounds: Bounds
    core: Bounds


@dataclass(frozen=True, slots=True)
class TileGrid:
    """A plan: tiles in the order they are to be computed, row by row."""

    columns: tuple[Span, ...]
    rows: tuple[Span, ...]
    feather_px: int

    @property
    def width(self) -> int:
        return self.columns[-1].end

    @property
    def height(self) -> int:
        return self.rows[-1].end

    def scaled(self, scale: int) -> TileGrid:
        """The same plan over a picture whose sides are ``scale`` times as long, as a network that enlarges gives it."""
        if scale == 1:
            return self
        columns = tuple(span.scaled(scale) for span in self.columns)
        return TileGrid(columns, tuple(span.scaled(scale) for span in self.rows), self.feather_px * scale)

    @property
    def tiles(self) -> tuple[Tile, ...]:
        spans = [(row, column) for row in self.rows for column in self.columns]
        return tuple(
            Tile(
                index,
                Bounds(column.start, row.start, column.end, row.end),
                Bounds(column.core_start, row.core_start, column.core_end, row.core_end),
            )
            for index, (row, column) in enumerate(spans)
        )


def plan_tiles(width: int, height: int, side: int, shape: TileShape) -> TileGrid:
    """The fewest tiles of at most ``side`` pixels a side, all of one size but for the multiple at the far edges.

    Raises:
        ValueError: where the picture needs more than one tile and ``side`` is below ``shape.minimum_side``.
    """
    return TileGrid(_spans(width, side, shape), _spans(height, side, shape), shape.feather_px)


def _spans(length: int, side: int, shape: TileShape) -> tuple[Span, ...]:
    if length <= side:
        return (Span(0, length, 0, length),)
    if side < shape.minimum_side:
        raise ValueError(f"tiles of {side} px are too small for {shape}, which takes {shape.minimum_side} px")
    # Counted in multiples, the last of which may be cut off by the picture's edge.
    units, overlap, most = -(-length // shape.multiple), shape.overlap_px // shape.multiple, side // shape.multiple
    count = -(-(units - overlap) // (most - overlap))
    size = -(-(units + (count - 1) * overlap) // count)
    starts = [(units - size) * i // max(1, count - 1) * shape.multiple for i in range(count)]
    ends = [min(length, start + size * shape.multiple) for start in starts]
    borders = [(before + start) // 2 for before, start in zip(ends[:-1], starts[1:], strict=True)]
    cores = zip([0, *borders], [*borders, length], strict=True)
    return tuple(Span(start, end, *core) for start, end, core in zip(starts, ends, cores, strict=True))


class TileBlender:
    """Puts a grid's tiles together, holding no more than one row of them as float32, and none where nothing is faded.

    Args:
        grid: the plan; tiles are added in its order.
        target: ``H x W x C`` array that is filled row by row, of any dtype.
        encode: turns finished float32 rows into ``target``'s dtype.
    """

    def __init__(
        self, grid: TileGrid, target: npt.NDArray[Any], encode: Callable[[FloatPixels], npt.NDArray[Any]]
    ) -> None:
        if target.shape[:2] != (grid.height, grid.width):
            raise ValueError(f"the target is {target.shape}, the grid {grid.height} x {grid.width}")
        self._grid = grid
        self._target = target
        self._encode = encode
        self._tiles = grid.tiles
        self._added = 0
        self._band = np.empty((0, grid.width, target.shape[2]), np.float32)
        self._above = self._band

    def add(self, tile: Tile, pixels: FloatPixels) -> None:
        """Takes the next tile's pixels, as large as its bounds.

        Raises:
            MissingTileError: where a tile before it was left out.
        """
        if tile.index != self._added:
            raise self._missing()
        if pixels.shape != (tile.bounds.height, tile.bounds.width, self._target.shape[2]):
            raise ValueError(f"the pixels are {pixels.shape}, the tile is {tile.bounds}")
        if self._grid.feather_px == 0:
            inside = tile.core.translate(-tile.bounds.left, -tile.bounds.top)
            self._target[tile.core.slices] = self._encode(pixels[inside.slices])
            self._added += 1
            return
        self._add_to_band(tile, pixels)

    def _add_to_band(self, tile: Tile, pixels: FloatPixels) -> None:
        row, column = divmod(tile.index, len(self._grid.columns))
        if column == 0:
            self._band = np.empty((tile.bounds.height, self._grid.width, pixels.shape[2]), np.float32)
        span = self._grid.columns[column]
        fade = span.fade_in(self._grid.feather_px)
        inside = slice(fade.start - span.start, fade.stop - span.start) if column else fade
        _fade_into(self._band[:, fade], pixels[:, inside], axis=1)
        self._band[:, fade.stop : span.end] = pixels[:, inside.stop :]
        self._added += 1
        if column == len(self._grid.columns) - 1:
            self._finish_band(row)

    def finish(self) -> None:
        """Says that all tiles were added.

        Raises:
            MissingTileError: where one was not; the target is not to be used then.
        """
        if self._added != len(self._tiles):
            raise self._missing()

    def _finish_band(self, row: int) -> None:
        rows = self._grid.rows
        span = rows[row]
        fade = span.fade_in(self._grid.feather_px)
        last = row == len(rows) - 1
        below = slice(span.end, span.end) if last else rows[row + 1].fade_in(self._grid.feather_px)
        _fade_into(self._above, self._band[fade.start - span.start : fade.stop - span.start], axis=0)
        self._target[fade] = self._encode(self._above)
        self._target[fade.stop : below.start] = self._encode(
            self._band[fade.stop - span.start : below.start - span.start]
        )
        self._above = self._band[below.start - span.start : below.stop - span.start].copy()

    def _missing(self) -> MissingTileError:
        return MissingTileError(
            f"Tile {self._added + 1} of {len(self._tiles)} was never computed, so the picture is not whole."
        )


def _fade_into(before: FloatPixels, after: FloatPixels, *, axis: int) -> None:
    """Replaces ``before`` by its fade into ``after`` along ``axis``, in place."""
    count = before.shape[axis]
    if count == 0:
        return
    weights = (np.arange(count, dtype=np.float32) + 0.5) / np.float32(count)
    before += (after - before) * weights.reshape((-1, 1, 1) if axis == 0 else (1, -1, 1))
