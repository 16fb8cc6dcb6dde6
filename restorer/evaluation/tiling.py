"""Whether tiling shows: the engine's own plan and blending around operators whose answer is known."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import torch
from torch import nn

from restorer.core.contract import FloatPixels
from restorer.core.tiling import TileBlender, TileShape, plan_tiles

SIZE = (733, 1021)
"""Height and width, chosen to divide by nothing."""
SIDE = 256
FEATHER_PX = 16
LAYERS = 6
"""3 x 3 convolutions of the bounded network: it looks as many pixels far."""

Operator = Callable[[FloatPixels], FloatPixels]


def identity_difference() -> float:
    """Largest difference between a random picture and itself through tiling."""
    picture = _picture()
    return float(np.abs(_tiled(picture, lambda tile: tile, context_px=32) - picture).max())


def tiled_difference() -> float:
    """Largest difference, 0 to 1, between a bounded network's tiled and untiled results."""
    picture, operator = _picture(), _bounded_network()
    return float(np.abs(_tiled(picture, operator, context_px=LAYERS) - operator(picture)).max())


def _picture() -> FloatPixels:
    return np.random.default_rng(8).random((*SIZE, 3), np.float32)


def _tiled(picture: FloatPixels, operator: Operator, *, context_px: int) -> FloatPixels:
    shape = TileShape(context_px=context_px, feather_px=FEATHER_PX)
    grid = plan_tiles(picture.shape[1], picture.shape[0], SIDE, shape)
    result = np.full_like(picture, np.nan)
    blender = TileBlender(grid, result, lambda rows: rows)
    for tile in grid.tiles:
        blender.add(tile, operator(picture[tile.bounds.slices]))
    blender.finish()
    return result


def _bounded_network() -> Operator:
    generator = torch.Generator().manual_seed(4)
    layers: list[nn.Module] = []
    channels = [3, *[8] * (LAYERS - 1), 3]
    for before, after in pairwise(channels):
        layer = nn.Conv2d(before, after, 3, padding=1)
        with torch.no_grad():
            layer.weight.copy_(torch.randn(layer.weight.shape, generator=generator) * (2 / (9 * before)) ** 0.5)
        layers += [layer, nn.LeakyReLU(0.1)]
    network = nn.Sequential(*layers, nn.Sigmoid()).eval()

    def run(pixels: FloatPixels) -> FloatPixels:
        with torch.inference_mode():
            tensor = torch.from_numpy(np.ascontiguousarray(pixels)).permute(2, 0, 1)[None]
            output: FloatPixels = network(tensor)[0].permute(1, 2, 0).numpy()
        return output

    return run
