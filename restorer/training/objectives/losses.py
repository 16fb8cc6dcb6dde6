"""Losses of the fidelity stage: how far a picture is from the one that was meant, where it counts.

Pictures are ``N x C x H x W``, weights ``N x 1 x H x W``. Each picture of a batch counts alike however much of it is
weighted, so that a batch's few large holes do not drown its many thin scratches.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from restorer.training.objectives.precision import full_precision


def charbonnier(prediction: Tensor, target: Tensor, weight: Tensor, eps: float) -> Tensor:
    """Weighted mean of ``sqrt(d² + eps²) - eps``: squared for small, absolute for large differences.

    Charbonnier et al., *Two deterministic half-quadratic regularization algorithms*, 1994.
    """
    squared = (full_precision(prediction) - full_precision(target)) ** 2
    difference = torch.sqrt(squared + eps * eps) - eps
    return _mean_each((difference * weight).flatten(1).sum(1), weight, prediction.shape[1])


def gradient_l1(prediction: Tensor, target: Tensor, weight: Tensor) -> Tensor:
    """Weighted mean difference of horizontal and vertical image gradients: keeps edges sharp and rims seamless."""
    difference = full_precision(prediction) - full_precision(target)
    across = (difference[..., 1:] - difference[..., :-1]).abs() * torch.maximum(weight[..., 1:], weight[..., :-1])
    down = (difference[..., 1:, :] - difference[..., :-1, :]).abs() * torch.maximum(
        weight[..., 1:, :], weight[..., :-1, :]
    )
    total = across.flatten(1).sum(1) + down.flatten(1).sum(1)
    return _mean_each(total, weight, 2 * prediction.shape[1])


def relative_mse(
    prediction: Tensor, target: Tensor, weight: Tensor, typical_mse: Tensor, *, turn: float = 2.0
) -> Tensor:
    """Weighted mean squared error of each picture as a share of the error that is ``typical`` of it.

    A smooth sky and a wall of leaves then teach alike, where a plain squared error hears the leaves alone. Beyond
    ``turn`` typical deviations it grows linearly (Huber, *Robust Estimation of a Location Parameter*, 1964), so that
    what nobody can predict does not rule the batch.

    Args:
        typical_mse: ``N``, above 0: the squared error of a simple method on the same picture, the harmonic fill's, say.
    """
    scale = full_precision(typical_mse).rsqrt()[:, None, None, None]
    scaled = (full_precision(prediction) - full_precision(target)) * scale
    squared = 2 * F.huber_loss(scaled, torch.zeros_like(scaled), reduction="none", delta=turn)
    return _mean_each((squared * weight).flatten(1).sum(1), weight, prediction.shape[1])


def _mean_each(total: Tensor, weight: Tensor, channels: int) -> Tensor:
    """Mean over a batch of each picture's ``total`` by its weight, taken as at least 1 % of its area."""
    area = weight[0].numel()
    return (total / (weight.flatten(1).sum(1).clamp_min(0.01 * area) * channels)).mean()


def psnr(prediction: Tensor, target: Tensor, weight: Tensor) -> Tensor:
    """Peak signal to noise ratio in dB over weighted pixels (0 to 1 data), one value for each picture of the batch."""
    squared = ((full_precision(prediction) - full_precision(target)) ** 2 * weight).flatten(1).sum(1)
    mean = squared / (weight.flatten(1).sum(1) * prediction.shape[1]).clamp_min(1.0)
    return -10 * torch.log10(mean.clamp_min(1e-10))
