"""Taking away noise, JPEG's traces and blur: one network, told what there is of each and what is to go."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor, nn

from restorer.training.data import PhotoSet, load_photos, shrunk_crops
from restorer.training.objectives.precision import full_precision
from restorer.training.problem import Batch
from restorer.training.problems.restore_check import EVALUATION_SIDE, RestoreCheck
from restorer.training.problems.restore_damage import MARGIN_PX, RestoreConfig, damage, draw_damage
from restorer.training.weights import build_network

_LEAST_DAMAGE = 0.01
_USUAL_DAMAGE = 0.05
"""Root mean square of the damage of a patch that counts once."""

__all__ = ["RestoreConfig", "RestoreProblem"]


class RestoreProblem:
    """Restoration as a :class:`restorer.training.problem.Problem`. ``Batch.inputs`` are photo and levels.

    Args:
        config: settings.
        data: folder of undamaged photos.
        device: where everything lives.

    Raises:
        InputError: for unusable photos, or a network that cannot be built.
    """

    discriminator: nn.Module | None = None

    def __init__(self, config: RestoreConfig, data: Path, device: torch.device) -> None:
        self.config = config
        self.network = build_network(config).to(device)
        self.photo_side = max(config.patch_start, config.patch_end, EVALUATION_SIDE) + MARGIN_PX
        self.photos, held_out = load_photos(data, self.photo_side, device)
        self._check = RestoreCheck(held_out, config, device)

    def batch(self, count: int, side: int, generator: torch.Generator) -> Batch:
        return make_batch(self.photos, self.config, count, side, generator)

    def predict(self, network: nn.Module, batch: Batch) -> Tensor:
        restored: Tensor = network(*batch.inputs)
        return restored

    def loss(self, prediction: Tensor, batch: Batch) -> dict[str, Tensor]:
        """Charbonnier (1994), each patch weighed by how little was to be taken away."""
        config = self.config
        damaged, target = full_precision(batch.inputs[0]), full_precision(batch.target)
        removed = (damaged - target).square().mean((1, 2, 3)).sqrt().clamp_min(_LEAST_DAMAGE)
        weight = (_USUAL_DAMAGE / removed) ** config.evenness
        eps = config.charbonnier_eps
        error = ((full_precision(prediction) - target).square() + eps * eps).sqrt() - eps
        return {"charbonnier": (error.mean((1, 2, 3)) * weight).mean()}

    def condition(self, picture: Tensor, batch: Batch) -> Tensor:
        """Picture beside what it was made from."""
        return torch.cat((picture, batch.inputs[0]), 1)

    def evaluate(self, network: nn.Module) -> dict[str, float]:
        return self._check.figures(network)

    def samples(self, network: nn.Module) -> Tensor:
        return self._check.rows(network)


def make_batch(photos: PhotoSet, config: RestoreConfig, count: int, side: int, generator: torch.Generator) -> Batch:
    """``count`` damaged patches, what the network is told, and what is to be left."""
    crops = shrunk_crops(photos, count, side + MARGIN_PX, config.shrunk_share, config.least_scale, generator)
    draw = draw_damage(count, config, generator)
    damaged, target = damage(crops, draw, generator)
    levels = draw.levels().to(crops.device)
    return Batch((damaged.contiguous(memory_format=torch.channels_last), levels), target)
