"""Making modern colour photos look like the old ones that the networks will meet."""

from __future__ import annotations

import torch
from torch import Tensor

from restorer.degradation.draws import white_noise

_LUMA = (0.299, 0.587, 0.114)


def age_tones(photos: Tensor, share: float, generator: torch.Generator) -> Tensor:
    """Turns a ``share`` of the batch monochrome (half of those toned, up to sepia) and softens contrast.

    Args:
        photos: ``N x 3 x H x W``, 0 to 1.
    """
    count, device = len(photos), photos.device
    dice = torch.rand((count, 4), generator=generator).to(device)[..., None, None]
    gray = (photos * torch.tensor(_LUMA, device=device)[:, None, None]).sum(1, keepdim=True)
    strength = (dice[:, 1:2] - 0.5).clamp_min(0) * 2
    tint = 1 + strength * torch.tensor((0.10, -0.02, -0.22), device=device)[:, None, None]
    toned = torch.where(dice[:, 0:1] < share, gray * tint, photos)
    black, white = 0.15 * dice[:, 2:3] ** 2, 1 - 0.2 * dice[:, 3:4] ** 2
    softened: Tensor = black + toned * (white - black)
    return softened.clamp(0, 1)


def add_grain(photos: Tensor, share: float, generator: torch.Generator) -> Tensor:
    """Gives a ``share`` of the batch grain of up to 8 % standard deviation, half of it common to all channels."""
    dice = torch.rand((len(photos), 2), generator=generator).to(photos.device)[..., None, None]
    sigma = torch.where(dice[:, 0:1] < share, 0.08 * dice[:, 1:2] ** 2, 0.0)
    grain = white_noise(photos, 1, generator) + white_noise(photos, photos.shape[1], generator)
    grainy: Tensor = photos + grain * 0.5**0.5 * sigma
    return grainy.clamp(0, 1)
