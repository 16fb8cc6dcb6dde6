"""Learning features without labels: alike for two views of one thing, spread out and decorrelated over all things."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

_EPS = 1e-4


def invariance(first: Tensor, second: Tensor) -> Tensor:
    """Mean squared distance of the embeddings of two views, both ``N x D`` (VICReg, Bardes, Ponce and LeCun 2022)."""
    return F.mse_loss(first, second)


def variance(vectors: Tensor) -> Tensor:
    """Mean of how much each dimension's standard deviation over ``N x D`` falls short of 1: forbids collapse."""
    return F.relu(1 - deviation(vectors)).mean()


def covariance(vectors: Tensor) -> Tensor:
    """Sum of squared covariances between different dimensions of ``N x D``, over ``D``: no two may say the same."""
    centred = vectors - vectors.mean(0)
    matrix = centred.T @ centred / (len(vectors) - 1)
    return (matrix.square().sum() - matrix.diagonal().square().sum()) / vectors.shape[1]


def unit_scale(vectors: Tensor) -> Tensor:
    """Mean squared difference of each dimension's standard deviation from 1, from either side.

    Unlike :func:`variance` it also holds features down, so that no dimension outweighs the others in a distance.
    """
    return (deviation(vectors) - 1).square().mean()


def deviation(vectors: Tensor) -> Tensor:
    """Standard deviation of each dimension of ``N x D``, with a gradient at zero."""
    return torch.sqrt(vectors.var(0) + _EPS)
