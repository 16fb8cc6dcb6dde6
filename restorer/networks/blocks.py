"""Parts that several networks are made of: no normalisation layers, safe in half precision."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn


class ResidualBlock(nn.Module):
    """``x + conv(act(conv(x)))`` with 3 x 3 convolutions, without normalisation (EDSR, Lim et al. 2017)."""

    def __init__(self, channels: int, dilation: int = 1) -> None:
        super().__init__()
        self.first = nn.Conv2d(channels, channels, 3, padding=dilation, dilation=dilation)
        self.second = nn.Conv2d(channels, channels, 3, padding=dilation, dilation=dilation)
        self.act = nn.LeakyReLU(0.1, inplace=True)
        nn.init.zeros_(self.second.weight)
        if self.second.bias is not None:
            nn.init.zeros_(self.second.bias)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = x + self.second(self.act(self.first(x)))
        return out


def residual_stack(channels: int, count: int, dilations: tuple[int, ...] = (1,)) -> nn.Sequential:
    """``count`` residual blocks, their dilations taken in turn."""
    return nn.Sequential(*(ResidualBlock(channels, dilations[i % len(dilations)]) for i in range(count)))


def pad_to_multiple(x: Tensor, multiple: int) -> Tensor:
    """``N x C x H x W`` grown at the right and bottom by repeating the edge until both sides are multiples."""
    height, width = x.shape[-2:]
    return F.pad(x, (0, -width % multiple, 0, -height % multiple), mode="replicate")
