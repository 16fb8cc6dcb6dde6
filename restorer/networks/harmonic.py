"""Filling a hole smoothly from its rim: the classical answer that inpainting networks start from."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor


@torch.no_grad()
def harmonic_fill(image: Tensor, mask: Tensor, *, sweeps: int = 8) -> Tensor:
    """Replaces masked pixels by an approximate solution of Laplace's equation with the known pixels as its boundary.

    Push-pull over an image pyramid (Gortler et al., *The Lumigraph*, 1996) gives the starting value at each level,
    a few Jacobi sweeps smooth it there. Holes of any size are filled; nothing under the mask is looked at.

    Args:
        image: ``N x C x H x W``; values under the mask are ignored.
        mask: ``N x 1 x H x W``, 1 = fill, 0 = known.
        sweeps: Jacobi sweeps a level.

    Returns:
        a tensor of ``image``'s shape; known pixels are returned as they are. A photo that is masked all over
        becomes black.
    """
    known = (mask < 0.5).to(image.dtype)
    levels = [(image * known, known)]
    while max(levels[-1][0].shape[-2:]) > 1:
        value, weight = levels[-1]
        total = F.avg_pool2d(weight, 2, ceil_mode=True, count_include_pad=False)
        pooled = F.avg_pool2d(value, 2, ceil_mode=True, count_include_pad=False)
        covered = (total > 0).to(image.dtype)
        levels.append((pooled / total.clamp_min(1e-6) * covered, covered))
    filled = levels.pop()[0]
    for value, weight in reversed(levels):
        up = F.interpolate(filled, size=value.shape[-2:], mode="bilinear", align_corners=False)
        hole = 1 - weight
        filled = value + up * hole
        for _ in range(sweeps):
            filled = value + _neighbour_mean(filled) * hole
    return filled


def _neighbour_mean(x: Tensor) -> Tensor:
    padded = F.pad(x, (1, 1, 1, 1), mode="replicate")
    across = padded[..., 1:-1, :-2] + padded[..., 1:-1, 2:]
    down = padded[..., :-2, 1:-1] + padded[..., 2:, 1:-1]
    return (across + down) * 0.25
