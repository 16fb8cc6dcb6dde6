"""Discriminators: networks that are trained against a generator and thrown away afterwards."""

from __future__ import annotations

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm


class DiscriminatorOutput(NamedTuple):
    """Answer of a discriminator: ``N x 1 x h x w`` logits, high = real, and each layer's features, finest first."""

    logits: Tensor
    features: list[Tensor]


class PatchDiscriminator(nn.Module):
    """Judges overlapping patches instead of the picture as a whole (PatchGAN; Isola et al., pix2pix, 2017).

    Conditional by concatenation: the picture and what it was made from, along the channels. ``depth`` convolutions
    halve the resolution and double the channels up to four times ``width``, one more looks at the result. No
    normalisation layers; spectral norm instead (Miyato et al., *Spectral Normalization for GANs*, 2018), which bounds
    the network's slope and so keeps logits in range of half precision. A logit of the default sees 54 px.

    Args:
        in_channels: of the picture and its condition together.
        width: channels of the first layer. 32 takes 0.3 M parameters and 15 kFLOP a pixel, 48 takes 0.7 M and 31.
        depth: how many times the resolution is halved, 1 or more.
        spectral: whether weights are divided by their largest singular value; off for a gradient penalty's critic.
        smooth: whether a binomial filter comes before each halving, and a convolution at full resolution before the
            first (Zhang, *Making Convolutional Networks Shift-Invariant Again*, 2019; StyleGAN 2 does so too). Without
            them the discriminator looks at some pixels of its grid otherwise than at others, and a generator learns a
            checkerboard from that.
    """

    def __init__(
        self, in_channels: int, width: int = 32, depth: int = 3, *, spectral: bool = True, smooth: bool = False
    ) -> None:
        super().__init__()
        if depth < 1:
            raise ValueError(f"a discriminator of depth {depth} cannot be built, the least is 1")
        widths = [min(2**level, 4) * width for level in range(depth)]
        stem = [_Conv2d(in_channels, width, 3, padding=1)] if smooth else []
        layers: list[nn.Conv2d] = [*stem]
        layers += [
            _Conv2d(before, after, 4, stride=2, padding=1)
            for before, after in zip((width if smooth else in_channels, *widths), widths, strict=False)
        ]
        layers.append(_Conv2d(widths[-1], widths[-1], 3, padding=1))
        head: nn.Conv2d = _Conv2d(widths[-1], 1, 3, padding=1)
        self.layers = nn.ModuleList(spectral_norm(layer) if spectral else layer for layer in layers)
        self.head = spectral_norm(head) if spectral else head
        self.act = nn.LeakyReLU(0.2)
        self._halves = [layer.stride[0] > 1 for layer in layers]
        self._smooth = smooth

    def forward(self, pictures: Tensor) -> DiscriminatorOutput:
        """Args: ``pictures`` N x in_channels x H x W in 0 to 1, sides of at least ``2 ** depth``."""
        x = pictures * 2 - 1
        features = []
        for layer, halves in zip(self.layers, self._halves, strict=True):
            x = self.act(layer(_smoothed(x) if self._smooth and halves else x))
            features.append(x)
        return DiscriminatorOutput(self.head(x), features)


def _smoothed(x: Tensor) -> Tensor:
    """Blurred by 1-2-1 along both axes; edges repeat."""
    padded = F.pad(x, (1, 1, 1, 1), mode="replicate")
    rows = padded[..., :-2] + 2 * padded[..., 1:-1] + padded[..., 2:]
    return (rows[..., :-2, :] + 2 * rows[..., 1:-1, :] + rows[..., 2:, :]) / 16


class _Conv2d(nn.Conv2d):
    """A convolution whose weight is worked out in single precision also under autocast.

    Spectral norm's power iteration loses its way in half.
    """

    def forward(self, input: Tensor) -> Tensor:
        with torch.autocast(input.device.type, enabled=False):
            weight = self.weight
        out: Tensor = self._conv_forward(input, weight, self.bias)
        return out
