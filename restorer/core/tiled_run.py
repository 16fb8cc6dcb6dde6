"""A whole photo, or windows of it, through something that looks only so far: tile by tile, as a generator of events."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from restorer.core.contract import FloatPixels
from restorer.core.errors import DeviceError
from restorer.core.geometry import Bounds
from restorer.core.image import Image, Patch, Pixels
from restorer.core.progress import CancelToken, Notice, TaskEvent, TileFinished, TilesPlanned, TileStarted
from restorer.core.tiling import Tile, TileBlender, TileGrid, TileShape, plan_tiles
from restorer.core.unit import from_unit, to_unit

Finish = Callable[[FloatPixels, FloatPixels, Bounds], FloatPixels]
"""What is made of a tile: from the photo's own values there, those computed, and where it lies in the photo."""


class TileRunner(Protocol):
    """Where the tiles are computed."""

    def compute(self, pixels: FloatPixels) -> FloatPixels:
        """One call; DeviceError where it was too much or the device failed."""
        ...

    def tile_side(self) -> int:
        """Largest side that may be tried now."""
        ...

    def step_down(self, side: int) -> Notice:
        """After a DeviceError: makes :meth:`tile_side` smaller or the device another one, or raises."""
        ...


def run_tiled(
    photo: Image, runner: TileRunner, shape: TileShape, token: CancelToken, *, scale: int = 1
) -> Generator[TaskEvent, None, Image]:
    """Computes every pixel of ``photo`` and returns a new picture of its dtype and channels, as :class:`Sweep` does.

    Alpha is carried over bit by bit; of a picture that is enlarged each of its values is repeated.
    """
    (color,), _ = yield from Sweep(photo, runner, shape, scale).run((photo.bounds,), token)
    if photo.has_alpha:
        alpha = photo.pixels[..., -1:].repeat(scale, axis=0).repeat(scale, axis=1)
        return Image(np.concatenate((color, alpha), axis=2), photo.color)
    return Image(color, photo.color)


@dataclass(frozen=True, slots=True, eq=False)
class Sweep:
    """What is done to each tile of a photo.

    Only tiles are ever converted to float32. Where memory runs out, the tile at hand is cut into smaller ones:
    finished tiles are kept, and since the pieces see no more than the tile did, the picture is the one it would have
    been.

    Attributes:
        photo: its colour channels are computed.
        runner: computes tiles.
        shape: how far around a pixel the runner and ``finish`` look, together.
        scale: how many times as long as those of the photo the sides of what is computed are.
        finish: what is made of each tile once it is computed; nothing if None.
        is_wanted: whether anything of a part of the photo is to be computed; what is not is taken from the photo.
    """

    photo: Image
    runner: TileRunner
    shape: TileShape
    scale: int = 1
    finish: Finish | None = None
    is_wanted: Callable[[Bounds], bool] | None = None

    def run(
        self, windows: Sequence[Bounds], token: CancelToken
    ) -> Generator[TaskEvent, None, tuple[tuple[Pixels, ...], int]]:
        """Computes windows of the photo, each from the same surroundings as if all of the photo were computed.

        Returns:
            the colour channels of each window, ``scale`` times as large, in the photo's dtype; and how many tiles it
            took.

        Raises:
            Cancelled: between two calls once ``token`` is set.
            OutOfMemoryError: where the device could not step down any further.
            MissingTileError: where a tile was not computed; never a picture with a hole in it.
        """
        side = max(self.runner.tile_side(), self.shape.minimum_side)
        plans = [_Plan.of(window, self, side) for window in windows]
        total = sum(len(plan.wanted) for plan in plans)
        yield TilesPlanned(
            tuple(plan.shown(tile) for plan in plans for tile in plan.tiles if tile.index in plan.wanted)
        )
        results, done = [], 0
        for plan in plans:
            results.append((yield from self._window(plan, done, total, token)))
            done += len(plan.wanted)
        return tuple(results), total

    def _window(self, plan: _Plan, done: int, total: int, token: CancelToken) -> Generator[TaskEvent, None, Pixels]:
        color, dtype, scale = self.photo.pixels[..., : self.photo.color_channels], self.photo.pixels.dtype, self.scale
        grid = plan.grid.scaled(scale)
        target = np.empty((grid.height, grid.width, color.shape[2]), dtype)
        blender = TileBlender(grid, target, lambda unit: from_unit(unit, dtype))
        for tile, large in zip(plan.tiles, grid.tiles, strict=True):
            token.raise_if_cancelled()
            place = tile.bounds.translate(plan.area.left, plan.area.top)
            source = to_unit(color[place.slices])
            if tile.index not in plan.wanted:
                blender.add(large, source.repeat(scale, axis=0).repeat(scale, axis=1) if scale > 1 else source)
                continue
            shown = plan.shown(tile)
            yield TileStarted(done, total, shown)
            pixels = yield from compute_tile(source, self.runner, self.shape, token, scale)
            if self.finish is not None:
                pixels = self.finish(source, pixels, place)
            blender.add(large, pixels)
            yield TileFinished(done, total, self._preview(shown, pixels, place))
            done += 1
        blender.finish()
        return target[_times(plan.window.translate(-plan.area.left, -plan.area.top), scale).slices]

    def _preview(self, shown: Bounds, unit: FloatPixels, place: Bounds) -> Patch:
        inside = _times(shown.translate(-place.left, -place.top), self.scale)
        middle = self.scale // 2
        unit = unit[inside.slices][middle :: self.scale, middle :: self.scale]
        pixels = from_unit(unit, self.photo.pixels.dtype)
        if self.photo.has_alpha:
            pixels = np.concatenate((pixels, self.photo.crop(shown)[..., -1:]), axis=2)
        return Patch(shown, pixels)


@dataclass(frozen=True, slots=True, eq=False)
class _Plan:
    """The tiles of one window.

    Attributes:
        area: the window with what has to be looked at around it; the grid lies over that.
        wanted: indices of the tiles to compute.
    """

    window: Bounds
    area: Bounds
    grid: TileGrid
    tiles: tuple[Tile, ...]
    wanted: frozenset[int]

    @classmethod
    def of(cls, window: Bounds, sweep: Sweep, side: int) -> _Plan:
        shape, photo = sweep.shape, sweep.photo.bounds
        wide = window.pad(shape.context_px + shape.feather_px).intersect(photo)
        # Begins on the network's own grid, so that it sees what it would in the whole photo.
        start = shape.multiple
        area = Bounds(wide.left // start * start, wide.top // start * start, wide.right, wide.bottom)
        grid = plan_tiles(area.width, area.height, side, shape)
        tiles = grid.tiles
        # A tile also counts where its neighbours fade into it.
        reach = ((tile.index, tile.core.pad(shape.feather_px).translate(area.left, area.top)) for tile in tiles)
        parts = ((index, part.intersect(window)) for index, part in reach)
        asked = sweep.is_wanted
        wanted = (index for index, part in parts if not part.is_empty and (asked is None or asked(part)))
        return cls(window, area, grid, tiles, frozenset(wanted))

    def all_shown(self) -> Iterator[Bounds]:
        """What is seen of each tile that is to be computed."""
        return (self.shown(tile) for tile in self.tiles if tile.index in self.wanted)

    def shown(self, tile: Tile) -> Bounds:
        """What of a tile is seen in the end, in the photo's coordinates."""
        core = tile.core.translate(self.area.left, self.area.top)
        return core.intersect(self.window) if core.overlaps(self.window) else core


def compute_tile(
    pixels: FloatPixels, runner: TileRunner, shape: TileShape, token: CancelToken, scale: int = 1
) -> Generator[TaskEvent, None, FloatPixels]:
    """``pixels`` in one call if the device allows it, else in as many as it takes. Raises as :meth:`Sweep.run`."""
    height, width = pixels.shape[:2]
    while True:
        token.raise_if_cancelled()
        side = max(runner.tile_side(), shape.minimum_side)
        if max(height, width) > side:
            break
        try:
            return runner.compute(pixels)
        except DeviceError:
            pass  # Stepped down outside of the handler: its traceback would keep the memory in use.
        yield runner.step_down(max(height, width))
    grid = plan_tiles(width, height, side, shape)
    large = grid.scaled(scale)
    whole, blender = np.empty(0, np.float32), None
    for tile, target in zip(grid.tiles, large.tiles, strict=True):
        part = yield from compute_tile(pixels[tile.bounds.slices], runner, shape, token, scale)
        if blender is None:
            whole = np.empty((large.height, large.width, part.shape[2]), np.float32)
            blender = TileBlender(large, whole, lambda unit: unit)
        blender.add(target, part)
    assert blender is not None
    blender.finish()
    return whole


def _times(bounds: Bounds, scale: int) -> Bounds:
    return Bounds(bounds.left * scale, bounds.top * scale, bounds.right * scale, bounds.bottom * scale)
