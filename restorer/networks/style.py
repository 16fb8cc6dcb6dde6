"""A random code and noise that steer a decoder, so that one network gives several different answers.

The idea is StyleGAN's (Karras et al. 2019), for inpainting CoModGAN's (Zhao et al. 2021). Two things are different
here, so that weights can be interpolated with those of a network that knows no style (there these parameters count as
zero): nothing has a bias, and the code is normalised after the mapping. So scaling the mapping's weights does not
change the code, scaling the modulation's fades it in, and a code of zero modulates nothing.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

_EPS = 1e-12


class StyleMapping(nn.Module):
    """From ``N x dim`` random numbers (standard normal) to a code of unit root mean square; zeros stay zeros."""

    def __init__(self, dim: int, layers: int = 2) -> None:
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(dim, dim, bias=False) for _ in range(layers))

    def forward(self, style: Tensor) -> Tensor:
        # In single precision: interpolated weights make small numbers, whose squares underflow in half.
        with torch.autocast(style.device.type, enabled=False):
            code = style.float()
            for index, layer in enumerate(self.layers):
                code = layer(code if index == 0 else F.leaky_relu(code, 0.2))
            return code * torch.rsqrt(code.square().mean(dim=1, keepdim=True) + _EPS)


class Modulation(nn.Module):
    """Scales and shifts the channels of a feature map by a code and adds noise to them; at first it does neither.

    Args:
        style_dim: length of the code.
        channels: of the feature map.
        factor: pixels of the photo along one side of a pixel of the feature map.
    """

    def __init__(self, style_dim: int, channels: int, factor: int) -> None:
        super().__init__()
        self.factor = factor
        self.affine = nn.Linear(style_dim, 2 * channels, bias=False)
        self.strength = nn.Parameter(torch.zeros(channels))
        nn.init.zeros_(self.affine.weight)

    def forward(self, x: Tensor, code: Tensor | None, noise: Tensor | None) -> Tensor:
        """A feature map modulated by a code, with noise added, or without either.

        Args:
            x: ``N x C x H x W``.
            code: ``N x style_dim``.
            noise: ``N x 1 x (H factor) x (W factor)``, standard normal. It comes at the photo's scale, so that it can
                be tied to places in the photo; its means over squares, brought back to unit variance, are this level's.
        """
        if code is not None:
            scale, shift = self.affine(code)[:, :, None, None].chunk(2, dim=1)
            x = x * (1 + scale) + shift
        if noise is not None:
            x = x + self.strength[:, None, None] * (F.avg_pool2d(noise, self.factor) * self.factor)
        return x
