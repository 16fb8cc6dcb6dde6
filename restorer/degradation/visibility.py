"""Which marks can be seen at all: a white scratch on white paper is none to anybody."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor

LEAST = 0.04
"""Change of some channel, of full white, below which nobody sees a mark on an even ground."""
MASKING = 1.2
"""How much larger the change must be for each unit of contrast around it: texture hides marks (contrast masking,
Legge and Foley 1980)."""
_SURROUNDINGS_PX = 9


def visible(before: Tensor, after: Tensor) -> Tensor:
    """Where a change stands out of the texture that it happened on.

    Args:
        before, after: ``N x C x H x W``, 0 to 1: the photos without and with marks.

    Returns:
        ``N x 1 x H x W`` bool.
    """
    change = (after - before).abs().amax(1, keepdim=True)
    gray = before.mean(1, keepdim=True)
    contrast = _blur((gray - _blur(gray)).abs())
    return change >= LEAST + MASKING * contrast


def _blur(planes: Tensor) -> Tensor:
    margin = _SURROUNDINGS_PX // 2
    return F.avg_pool2d(F.pad(planes, (margin,) * 4, mode="replicate"), _SURROUNDINGS_PX, stride=1)
