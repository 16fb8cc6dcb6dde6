"""A whole photo through a network that looks only so far, tile by tile, as a generator of events."""

from __future__ import annotations

from collections.abc import Generator
from typing import Protocol

import numpy as np

from restorer.core.contract import FloatPixels
from restorer.core.errors import DeviceMemoryError
from restorer.core.geometry import Bounds
from restorer.core.image import Image, Patch
from restorer.core.progress import CancelToken, Notice, TaskEvent, TileFinished, TilesPlanned, TileStarted
from restorer.core.unit import from_unit, to_unit
from restorer.engine.tiling import TileBlender, TileShape, plan_tiles


class TileRunner(Protocol):
    """Where the tiles are computed."""

    def compute(self, pixels: FloatPixels) -> FloatPixels:
        """One network call; DeviceMemoryError where it was too much."""
        ...

    def tile_side(self) -> int:
        """Largest side that may be tried now."""
        ...

    def step_down(self, side: int) -> Notice:
        """After a DeviceMemoryError: makes :meth:`tile_side` smaller or the device another one, or raises."""
        ...


def run_tiled(
    photo: Image, runner: TileRunner, shape: TileShape, token: CancelToken
) -> Generator[TaskEvent, None, Image]:
    """Computes every pixel of ``photo`` and returns a new picture of its size, dtype and channels.

    Only tiles are ever converted to float32. Alpha is carried over bit by bit. Where memory runs out, the tile at hand
    is cut into smaller ones: finished tiles are kept, and since the pieces see no more than the tile did, the picture
    is the one it would have been.

    Raises:
        Cancelled: between two network calls once ``token`` is set.
        OutOfMemoryError: where the device could not step down any further.
        MissingTileError: where a tile was not computed; never a picture with a hole in it.
    """
    color = photo.pixels[..., : photo.color_channels]
    result = photo.pixels.copy() if photo.has_alpha else np.empty_like(photo.pixels)
    grid = plan_tiles(photo.width, photo.height, max(runner.tile_side(), shape.minimum_side), shape)
    blender = TileBlender(grid, result[..., : photo.color_channels], lambda unit: from_unit(unit, photo.pixels.dtype))
    total = len(grid.tiles)
    yield TilesPlanned(tuple(tile.core for tile in grid.tiles))
    for tile in grid.tiles:
        token.raise_if_cancelled()
        yield TileStarted(tile.index, total, tile.core)
        pixels = yield from compute_tile(to_unit(color[tile.bounds.slices]), runner, shape, token)
        blender.add(tile, pixels)
        inside = tile.core.translate(-tile.bounds.left, -tile.bounds.top)
        yield TileFinished(tile.index, total, _preview(photo, tile.core, pixels[inside.slices]))
    blender.finish()
    return Image(result, photo.color)


def compute_tile(
    pixels: FloatPixels, runner: TileRunner, shape: TileShape, token: CancelToken
) -> Generator[TaskEvent, None, FloatPixels]:
    """``pixels`` in one call if the device allows it, else in as many as it takes. Raises as :func:`run_tiled`."""
    height, width = pixels.shape[:2]
    while True:
        token.raise_if_cancelled()
        side = max(runner.tile_side(), shape.minimum_side)
        if max(height, width) > side:
            break
        try:
            return runner.compute(pixels)
        except DeviceMemoryError:
            pass  # Stepped down outside of the handler: its traceback would keep the memory in use.
        yield runner.step_down(max(height, width))
    grid = plan_tiles(width, height, side, shape)
    first, *others = grid.tiles
    part = yield from compute_tile(pixels[first.bounds.slices], runner, shape, token)
    whole = np.empty((height, width, part.shape[2]), np.float32)
    blender = TileBlender(grid, whole, lambda unit: unit)
    blender.add(first, part)
    for tile in others:
        part = yield from compute_tile(pixels[tile.bounds.slices], runner, shape, token)
        blender.add(tile, part)
    blender.finish()
    return whole


def _preview(photo: Image, core: Bounds, unit: FloatPixels) -> Patch:
    pixels = from_unit(unit, photo.pixels.dtype)
    if photo.has_alpha:
        pixels = np.concatenate((pixels, photo.pixels[core.slices][..., -1:]), axis=2)
    return Patch(core, pixels)
