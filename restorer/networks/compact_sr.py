"""Super-resolution in the layout that the community shares weights in."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

_SLOPE = 0.25
"""PReLU's, to begin with."""
_SPREAD = 0.5
"""Of the random part of the first weights, as a share of what keeps a signal's strength."""


class CompactSR(nn.Module):
    """Enlarges a photo: convolutions at the small size, one pixel shuffle, added to the photo with its pixels repeated.

    SRVGGNetCompact, exactly (Wang et al., Real-ESRGAN, 2021): the names of the arguments and of the tensors, the order
    of the layers and what they compute are theirs, so that weights go from one program to the other.

    Begins near the identity, each convolution passing its input on (DiracNets, Zagoruyko and Komodakis 2017), with a
    last one of zeros: a deep plain network learns from the first step on.

    Args:
        num_in_ch: channels of the input.
        num_out_ch: channels of the output, as many.
        num_feat: channels in between.
        num_conv: convolutions between the first and the last one.
        upscale: how many times larger each side becomes; 1 or more.
        act_type: ``prelu``, ``relu`` or ``leakyrelu``.

    Attributes:
        scale: the same as ``upscale``: output is ``scale * H x scale * W``.
        multiple: 1, any height and width will do.
        reach_px: how far, in pixels of the input, a change of it can change the output.
    """

    multiple = 1

    def __init__(
        self,
        num_in_ch: int = 3,
        num_out_ch: int = 3,
        num_feat: int = 64,
        num_conv: int = 20,
        upscale: int = 4,
        act_type: str = "prelu",
    ) -> None:
        super().__init__()
        if num_in_ch != num_out_ch or upscale < 1 or num_conv < 0:
            raise ValueError(
                f"{num_in_ch} to {num_out_ch} channels, {num_conv} convolutions, {upscale} times: not possible"
            )
        self.scale = upscale
        self.reach_px = num_conv + 2
        body: list[nn.Module] = [nn.Conv2d(num_in_ch, num_feat, 3, padding=1), _activation(act_type, num_feat)]
        for _ in range(num_conv):
            body += [nn.Conv2d(num_feat, num_feat, 3, padding=1), _activation(act_type, num_feat)]
        body.append(nn.Conv2d(num_feat, num_out_ch * upscale**2, 3, padding=1))
        self.body = nn.ModuleList(body)
        self.upsampler = nn.PixelShuffle(upscale)
        self._initialise()

    @torch.no_grad()
    def _initialise(self) -> None:
        first, *inner, last = (layer for layer in self.body if isinstance(layer, nn.Conv2d))
        for layer in (first, *inner):
            nn.init.kaiming_normal_(layer.weight, a=_SLOPE)
            nn.init.zeros_(layer.bias)  # type: ignore[arg-type]
        for layer in inner:
            layer.weight.mul_(_SPREAD)
            through = torch.arange(layer.out_channels)
            layer.weight[through, through, 1, 1] += (1 - _SPREAD**2) ** 0.5
        nn.init.zeros_(last.weight)
        nn.init.zeros_(last.bias)  # type: ignore[arg-type]

    def forward(self, image: Tensor) -> Tensor:
        """Args: ``image`` N x 3 x H x W, 0 to 1. Returns ``N x 3 x scale H x scale W``, not clamped."""
        x = image
        for layer in self.body:
            x = layer(x)
        enlarged: Tensor = self.upsampler(x)
        return enlarged + F.interpolate(image, scale_factor=self.scale, mode="nearest")


def _activation(kind: str, channels: int) -> nn.Module:
    if kind == "prelu":
        return nn.PReLU(channels, init=_SLOPE)
    if kind == "relu":
        return nn.ReLU(inplace=True)
    if kind == "leakyrelu":
        return nn.LeakyReLU(0.1, inplace=True)
    raise ValueError(f"there is no activation {kind!r}; known: prelu, relu, leakyrelu")
