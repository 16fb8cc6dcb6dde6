"""Marks drawn on the processor, one photo after the other, and laid over the whole batch on its device."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from restorer.core.damage import DAMAGE_CLASSES
from restorer.degradation.canvas import Layer
from restorer.degradation.draws import scan_scale
from restorer.degradation.marks import Draw
from restorer.degradation.operation import Change, Degraded


def drawn(draw: Draw) -> Change:
    """The change that lays these marks over photos."""

    def change(photos: Tensor, severity: Tensor, generator: torch.Generator) -> Degraded:
        height, width = photos.shape[2:]
        scale = scan_scale(height, width)
        seeds = torch.randint(2**62, (len(photos),), generator=generator, device=generator.device)
        layers = []
        for seed, strength in zip(seeds.tolist(), severity.flatten().tolist(), strict=True):
            layer = Layer(height, width, scale)
            draw(layer, np.random.default_rng(seed), strength)
            layers.append(layer)
        return lay(photos, layers)

    return change


def lay(photos: Tensor, layers: list[Layer]) -> Degraded:
    """Each photo under the marks of its layer. Where nothing covers it, it keeps its bits."""
    keep = _stacked([layer.keep for layer in layers], photos)
    light = _stacked([layer.light for layer in layers], photos)
    damage = torch.zeros((len(photos), len(DAMAGE_CLASSES), *photos.shape[2:]), device=photos.device)
    for index, layer in enumerate(layers):
        for kind, cover in layer.coverage.items():
            damage[index, DAMAGE_CLASSES.index(kind)] = torch.from_numpy(cover).to(photos.device)
    touched = damage.amax(1, keepdim=True) > 0
    return Degraded(torch.where(touched, (photos * keep + light).clamp(0, 1), photos), damage)


def _stacked(planes: list[npt.NDArray[np.float32]], like: Tensor) -> Tensor:
    return torch.from_numpy(np.stack(planes)).to(like)
