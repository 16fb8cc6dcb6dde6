"""A loss on how pictures look to our own feature network, instead of pixel by pixel."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from restorer.engine.feature_weights import load_features
from restorer.networks.feature_net import FeatureNet

_EPS = 1e-3


class PerceptualLoss(nn.Module):
    """Distance of two pictures' features at every stage (Johnson et al. 2016), as directions in channel space.

    Each position's vector is brought to unit length (LPIPS, Zhang et al. 2018), so that no stage and no busy part of a
    picture outweighs the rest. The network is frozen and the target is a constant: the gradient reaches the
    prediction only.

    Args:
        features: the network; it is put in evaluation mode and frozen.
        stage_weights: one for each stage, finest first; all alike if None. A stage of weight 0 costs nothing more.
        squared: squared differences instead of absolute ones.
    """

    def __init__(
        self, features: FeatureNet, stage_weights: Sequence[float] | None = None, *, squared: bool = False
    ) -> None:
        super().__init__()
        stages = len(features.widths)
        self.stage_weights = tuple(stage_weights) if stage_weights is not None else (1 / stages,) * stages
        if len(self.stage_weights) != stages:
            raise ValueError(f"{len(self.stage_weights)} weights for the {stages} stages of the feature network")
        self.features = features.eval().requires_grad_(False)
        self.squared = squared

    @classmethod
    def load(
        cls, weights: Path, stage_weights: Sequence[float] | None = None, *, squared: bool = False
    ) -> PerceptualLoss:
        """With the network of a ``.safetensors`` file that has its card beside it. Raises WeightsError."""
        return cls(load_features(weights), stage_weights, squared=squared)

    def forward(self, prediction: Tensor, target: Tensor, weight: Tensor | None = None) -> Tensor:
        """Scalar, 0 for equal pictures.

        Args:
            prediction: ``N x 3 x H x W`` in 0 to 1.
            target: the same shape.
            weight: ``N x 1 x H x W``, 0 or more: where differences count; each stage sees its average over a
                position. Everywhere alike if None.
        """
        made = self.features(prediction)
        with torch.no_grad():
            real = self.features(target)
        total = prediction.new_zeros(())
        for share, ours, theirs in zip(self.stage_weights, made, real, strict=True):
            if share == 0:
                continue
            difference = _unit(ours) - _unit(theirs)
            error = (difference.square() if self.squared else difference.abs()).sum(1, keepdim=True)
            total = total + share * _mean(error, weight)
        return total


def _unit(maps: Tensor) -> Tensor:
    """Vectors of unit length along the channels; short ones stay short."""
    maps = maps.float()
    return maps / (maps.square().sum(1, keepdim=True) + _EPS).sqrt()


def _mean(error: Tensor, weight: Tensor | None) -> Tensor:
    if weight is None:
        return error.mean()
    pooled = F.adaptive_avg_pool2d(weight, (error.shape[2], error.shape[3]))
    return (error * pooled).sum() / pooled.sum().clamp_min(1e-6)
