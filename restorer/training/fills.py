"""Poor ways to fill holes, for features that are to tell them from the real thing."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import torch
import torch.nn.functional as F
from torch import Tensor

from restorer.networks.harmonic import harmonic_fill

_SHIFTS = 4
_RIM_PX = 2

Fill = Callable[[Tensor, Tensor, torch.Generator], Tensor]


def smooth_fill(photos: Tensor, masks: Tensor, generator: torch.Generator) -> Tensor:
    """Filled harmonically: right in tone, without texture."""
    return harmonic_fill(photos, masks)


def copied_fill(photos: Tensor, masks: Tensor, generator: torch.Generator) -> Tensor:
    """Filled with the same photo from somewhere else, the best of a few shifts by the fit around the hole.

    Right in texture, often wrong in tone and structure, with seams: a crude shift-map (Pritch et al. 2009).
    """
    height, width = photos.shape[2:]
    rim = F.max_pool2d(masks, 2 * _RIM_PX + 1, stride=1, padding=_RIM_PX) - masks
    chosen, least = photos, torch.full((len(photos),), math.inf, device=photos.device)
    for down, right in (0.2 + 0.6 * torch.rand((_SHIFTS, 2), generator=generator)).tolist():
        moved = photos.roll((int(down * height), int(right * width)), (2, 3))
        misfit = ((moved - photos).square() * rim).flatten(1).sum(1)
        chosen = torch.where((misfit < least)[:, None, None, None], moved, chosen)
        least = torch.minimum(misfit, least)
    return torch.where(masks > 0, chosen, photos)


def cloned_fill(photos: Tensor, masks: Tensor, source: Tensor) -> Tensor:
    """Filled with the texture of ``source`` (of the photos' shape), its tones bent to meet the rim of the hole.

    Right in texture and tone, often wrong in structure (Poisson image editing, Pérez et al. 2003).
    """
    cloned = (source + harmonic_fill(photos - source, masks)).clamp(0, 1)
    return torch.where(masks > 0, cloned, photos)


FILLS: Mapping[str, Fill] = {"smooth": smooth_fill, "copied": copied_fill}
"""Kinds of fill: of photos (``N x 3 x H x W``) and masks (``N x 1 x H x W``, 1 = hole) of those that are asked for."""
