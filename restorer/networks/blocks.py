"""Parts that several networks are made of: no normalisation layers, safe in half precision."""

from __future__ import annotations

from collections.abc import Sequence

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


def unet_reach_px(blocks: Sequence[int], dilations: Sequence[int] = (1,)) -> int:
    """How far, in pixels, a change of the input can change the output of a U-Net of residual blocks.

    The U-Net has a 2 x 2 pixel unshuffle, a stem and a head of 3 x 3, and halves the resolution by 2 x 2 convolutions.

    Args:
        blocks: of each level on the way down, finest first; the way up has the same without the last level.
        dilations: of the last level's blocks, in turn.
    """
    last = len(blocks) - 1
    # Down and up each have two convolutions a block; stem and head lie on the finest level's grid.
    cells = [4 * count for count in blocks[:last]]
    cells.append(sum(2 * dilations[i % len(dilations)] for i in range(blocks[last])))
    cells[0] += 2
    grids = [1 << (level + 1) for level in range(len(blocks))]
    # A pixel shares the coarsest cell with others on one side of it.
    return sum(count * grid for count, grid in zip(cells, grids, strict=True)) + grids[-1] - 1
