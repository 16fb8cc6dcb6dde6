"""Probabilities for a whole photo from a network that segments, tile by tile, as a generator of events."""

from __future__ import annotations

from collections.abc import Generator

import numpy as np

from restorer.core.contract import BytePlanes
from restorer.core.geometry import Bounds
from restorer.core.image import Image, Patch
from restorer.core.progress import CancelToken, TaskEvent, TileFinished, TilesPlanned, TileStarted
from restorer.core.tiled_run import TileRunner, compute_tile
from restorer.core.tiling import TileShape, plan_tiles
from restorer.core.unit import from_unit, to_unit


def run_planes(
    photo: Image, runner: TileRunner, shape: TileShape, token: CancelToken, count: int, within: Bounds | None = None
) -> Generator[TaskEvent, None, BytePlanes]:
    """The probability of each of ``count`` classes for every pixel of ``photo``, as bytes.

    Nothing is faded: a network that looks no further than ``shape.context_px`` gives the same in every tile, so each
    tile's core is stored as it comes and no more than one tile is ever held in float32. What a tile shows while the
    work goes on is the photo itself.

    Args:
        runner: computes ``H x W x count`` for a tile.
        within: only tiles of this part of the photo are computed, each with its context; all if None.

    Returns:
        ``count x H x W`` of the photo's size, 0 outside of ``within``. Raises as
        :func:`restorer.core.tiled_run.run_tiled` does.
    """
    color = photo.pixels[..., : photo.color_channels]
    planes = np.zeros((count, photo.height, photo.width), np.uint8)
    window = _window(photo.bounds, within, shape)
    side = max(runner.tile_side(), shape.minimum_side)
    tiles = [
        (tile.bounds.translate(window.left, window.top), tile.core.translate(window.left, window.top))
        for tile in plan_tiles(window.width, window.height, side, shape).tiles
    ]
    yield TilesPlanned(tuple(core for _, core in tiles))
    for index, (bounds, core) in enumerate(tiles):
        token.raise_if_cancelled()
        yield TileStarted(index, len(tiles), core)
        unit = yield from compute_tile(to_unit(color[bounds.slices]), runner, shape, token)
        wanted = core if within is None else core.intersect(within)
        inside = unit[wanted.translate(-bounds.left, -bounds.top).slices]
        planes[(slice(None), *wanted.slices)] = from_unit(inside, np.uint8).transpose(2, 0, 1)
        yield TileFinished(index, len(tiles), Patch(core, photo.crop(core)))
    return planes


def _window(photo: Bounds, within: Bounds | None, shape: TileShape) -> Bounds:
    """What has to be looked at; begins on the network's own grid, so that it sees what it would in the whole photo."""
    if within is None:
        return photo
    wide, grid = within.pad(shape.context_px).intersect(photo), shape.multiple
    return Bounds(wide.left // grid * grid, wide.top // grid * grid, wide.right, wide.bottom)
