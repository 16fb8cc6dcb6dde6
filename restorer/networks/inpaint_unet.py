"""Inpainting by a residual U-Net that corrects a harmonic fill."""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from restorer.networks.blocks import pad_to_multiple, residual_stack
from restorer.networks.harmonic import harmonic_fill
from restorer.networks.style import Modulation, StyleMapping


class InpaintUNet(nn.Module):
    """Fills masked pixels: a harmonic fill first, then a learned residual on top of it.

    Starting from the classical answer, the network only has to learn what that answer lacks: edges and texture that
    run into the hole. The stem is a 2 x 2 pixel unshuffle, each level halves the resolution, skips are added, and
    dilated blocks at the bottom carry context across the crop.

    With ``style_dim`` above 0 a random code and noise may modulate the bottom level and those on the way up, see
    :mod:`restorer.networks.style`: each draw another fill. Such a network that is given the weights of one without
    computes, until it is trained, the very same bits.

    Args:
        widths: channels of each level, finest first.
        blocks: residual blocks of each level on the way down; the way up has the same without the last level.
        dilations: dilations of the bottom level's blocks, in turn.
        style_dim: length of the random code; 0 for a network that has one answer.

    Attributes:
        multiple: the network works on a grid of squares of this side.
        style_dim: see above.
        noise_planes: planes of noise that it takes, one a level; 0 for a network that has one answer.
    """

    def __init__(
        self,
        widths: Sequence[int] = (32, 64, 128, 192),
        blocks: Sequence[int] = (2, 2, 2, 3),
        dilations: Sequence[int] = (1, 2, 4),
        style_dim: int = 0,
    ) -> None:
        super().__init__()
        if len(widths) != len(blocks) or len(widths) < 2:
            raise ValueError(f"widths {tuple(widths)} and blocks {tuple(blocks)} must be of one length, 2 or more")
        if style_dim < 0:
            raise ValueError(f"style_dim must be 0 or more, not {style_dim}")
        self.multiple = 2 ** len(widths)
        self.style_dim = style_dim
        self.noise_planes = len(widths) if style_dim else 0
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
        if style_dim:
            self.mapping = StyleMapping(style_dim)
            self.modulation = nn.ModuleList(
                Modulation(style_dim, width, 2 ** (level + 1)) for level, width in enumerate(widths)
            )

    def forward(
        self,
        image: Tensor,
        mask: Tensor,
        style: Tensor | None = None,
        noise: Tensor | None = None,
        start: Tensor | None = None,
    ) -> Tensor:
        """Fills the masked pixels.

        Args:
            image: ``N x 3 x H x W``, 0 to 1, any height and width. What lies under the mask is not looked at.
            mask: ``N x 1 x H x W``, 1 = fill.
            style: ``N x style_dim``, standard normal. Without it, as with zeros, nothing is modulated: the network's
                most likely answer.
            noise: ``N x noise_planes x H x W``, standard normal. Without it none is added.
            start: ``N x 3 x H x W``; what the residual is added to under the mask, in place of the harmonic fill.

        Returns:
            the image with masked pixels filled (not clamped); known pixels are returned as they are.

        Raises:
            ValueError: for style or noise where the network takes none, or of another number of values or planes.
        """
        self._check(style, noise)
        height, width = image.shape[-2:]
        hole = (mask >= 0.5).to(image.dtype)
        if start is None:
            # In single precision: the pyramid's weights underflow in half.
            filled = harmonic_fill(image.float(), hole.float()).to(image.dtype)
        else:
            filled = torch.where(hole > 0, start, image)
        x = pad_to_multiple(torch.cat((filled - 0.5, hole), dim=1), self.multiple)
        code = None if style is None else self.mapping(style)
        planes = None if noise is None else pad_to_multiple(noise, self.multiple)
        residual = self._residual(x, code, planes)[..., :height, :width]
        return image * (1 - hole) + (filled + residual) * hole

    def _check(self, style: Tensor | None, noise: Tensor | None) -> None:
        if style is not None and (self.style_dim == 0 or style.shape[1] != self.style_dim):
            raise ValueError(f"this network takes a style of {self.style_dim} values, not {style.shape[1]}")
        if noise is not None and (self.noise_planes == 0 or noise.shape[1] != self.noise_planes):
            raise ValueError(f"this network takes {self.noise_planes} planes of noise, not {noise.shape[1]}")

    def _residual(self, x: Tensor, code: Tensor | None, noise: Tensor | None) -> Tensor:
        x = self.stem(F.pixel_unshuffle(x, 2))
        skips = []
        last = len(self.shrink)
        for level in range(last):
            x = self.down[level](x)
            skips.append(x)
            x = self.shrink[level](x)
        x = self.down[last](self._modulated(last, x, code, noise))
        for level in reversed(range(last)):
            x = self.up[level](self._modulated(level, self.grow[level](x) + skips[level], code, noise))
        return F.pixel_shuffle(self.head(x), 2)

    def _modulated(self, level: int, x: Tensor, code: Tensor | None, noise: Tensor | None) -> Tensor:
        if code is None and noise is None:
            return x
        modulated: Tensor = self.modulation[level](x, code, None if noise is None else noise[:, level : level + 1])
        return modulated
