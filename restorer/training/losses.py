"""Losses of the fidelity stage."""

from __future__ import annotations

import torch
from torch import Tensor


def charbonnier(prediction: Tensor, target: Tensor, weight: Tensor, eps: float) -> Tensor:
    """Weighted mean of ``sqrt(d² + eps²) - eps``: squared for small, absolute for large differences (Charbonnier 1994).

    ``weight`` is ``N x 1 x H x W``. Each picture counts alike however much of it is weighted, so that a batch's few
    large holes do not drown its many thin scratches.
    """
    difference = torch.sqrt((prediction - target) ** 2 + eps * eps) - eps
    return _mean_each((difference * weight).flatten(1).sum(1), weight, prediction.shape[1])


def gradient_l1(prediction: Tensor, target: Tensor, weight: Tensor) -> Tensor:
    """Weighted mean difference of horizontal and vertical image gradients: keeps edges sharp and rims seamless."""
    difference = prediction - target
    across = (difference[..., 1:] - difference[..., :-1]).abs() * torch.maximum(weight[..., 1:], weight[..., :-1])
    down = (difference[..., 1:, :] - difference[..., :-1, :]).abs() * torch.maximum(
        weight[..., 1:, :], weight[..., :-1, :]
    )
    total = across.flatten(1).sum(1) + down.flatten(1).sum(1)
    return _mean_each(total, weight, 2 * prediction.shape[1])


def _mean_each(total: Tensor, weight: Tensor, channels: int) -> Tensor:
    """Mean over a batch of each picture's ``total`` by its weight, taken as at least 1 % of its area."""
    area = weight[0].numel()
    return (total / (weight.flatten(1).sum(1).clamp_min(0.01 * area) * channels)).mean()


def psnr(prediction: Tensor, target: Tensor, weight: Tensor) -> Tensor:
    """Peak signal to noise ratio in dB over weighted pixels (0 to 1 data), one value for each picture of the batch."""
    squared = ((prediction - target) ** 2 * weight).flatten(1).sum(1)
    mean = squared / (weight.flatten(1).sum(1) * prediction.shape[1]).clamp_min(1.0)
    return -10 * torch.log10(mean.clamp_min(1e-10))
