"""Inpainting by a residual U-Net that corrects a harmonic fill."""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from restorer.networks.blocks import pad_to_multiple, residual_stack
from restorer.networks.harmonic import harmonic_fill


class InpaintUNet(nn.Module):
    """Fills masked pixels: a harmonic fill first, then a learned residual on top of it.

    Starting from the classical answer, the network only has to learn what that answer lacks: edges and texture that
    run into the hole. The stem is a 2 x 2 pixel unshuffle, each level halves the resolution, skips are added, and
    dilated blocks at the bottom carry context across the crop.

    Args:
        widths: channels of each level, finest first.
        blocks: residual blocks of each level on the way down; the way up has the same without the last level.
        dilations: dilations of the bottom level's blocks, in turn.
    """

    def __init__(
        self,
        widths: Sequence[int] = (32, 64, 128, 192),
        blocks: Sequence[int] = (2, 2, 2, 3),
        dilations: Sequence[int] = (1, 2, 4),
    ) -> None:
        super().__init__()
        if len(widths) != len(blocks) or len(widths) < 2:
            raise ValueError(f"widths {tuple(widths)} and blocks {tuple(blocks)} must be of one length, 2 or more")
        self.multiple = 2 ** len(widths)
        self.stem = nn.Conv2d(4 * 4, widths[0], 3, padding=1)
        last = len(widths) - 1
        self.down = nn.ModuleList(
            residual_stack(width, count, tuple(dilations) if level == last else (1,))
            for level, (width, count) in enumerate(zip(widths, blocks, strict=True))
        )
        self.shrink = nn.ModuleList(nn.Conv2d(widths[i], widths[i + 1], 2, stride=2) for i in range(last))
        self.grow = nn.ModuleList(nn.ConvTranspose2d(widths[i + 1], widths[i], 2, stride=2) for i in range(last))
        self.up = nn.ModuleList(residual_stack(widths[i], blocks[i]) for i in range(last))
        self.head = nn.Conv2d(widths[0], 3 * 4, 3, padding=1)
        nn.init.zeros_(self.head.weight)
        nn.init.zeros_(self.head.bias)  # type: ignore[arg-type]

    def forward(self, image: Tensor, mask: Tensor) -> Tensor:
        """Args: ``image`` N x 3 x H x W in 0 to 1, ``mask`` N x 1 x H x W with 1 = fill. Any height and width.

        Returns the image with masked pixels filled (not clamped); known pixels are returned as they are.
        """
        height, width = image.shape[-2:]
        hole = (mask >= 0.5).to(image.dtype)
        # In single precision: the pyramid's weights underflow in half.
        filled = harmonic_fill(image.float(), hole.float()).to(image.dtype)
        x = pad_to_multiple(torch.cat((filled - 0.5, hole), dim=1), self.multiple)
        residual = self._residual(x)[..., :height, :width]
        return image * (1 - hole) + (filled + residual) * hole

    def _residual(self, x: Tensor) -> Tensor:
        x = self.stem(F.pixel_unshuffle(x, 2))
        skips = []
        for level, stack in enumerate(self.down):
            x = stack(x)
            if level < len(self.shrink):
                skips.append(x)
                x = self.shrink[level](x)
        for level in reversed(range(len(self.up))):
            x = self.up[level](self.grow[level](x) + skips[level])
        return F.pixel_shuffle(self.head(x), 2)
