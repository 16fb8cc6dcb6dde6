"""A small network whose intermediate maps describe how a picture looks: for comparing pictures, not for making them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from restorer.networks.blocks import pad_to_multiple

STEM = 2
"""Side of the pixel unshuffle in front of the first convolution."""
_SLOPE = 0.1


@dataclass(frozen=True, slots=True)
class Field:
    """Which pixels a position of a stage's map sees: position ``i`` those from ``i * stride - before`` on, ``size`` of
    them, in either direction."""

    stride: int
    before: int
    size: int


class FeatureNet(nn.Module):
    """Plain convolutions in stages, each at half the resolution of the one before it; no normalisation layers.

    Stage ``k`` (from 1) has a stride of ``2 ** k`` px. The first is a pixel unshuffle and one 3 x 3 convolution, every
    other a strided and an ordinary one. With the standard widths: 1.5 M parameters, 15 kFLOP a pixel.

    Args:
        widths: channels of each stage, finest first.
        batch_norm: with batch normalisation behind every convolution, to learn faster; :meth:`folded` takes it out.
    """

    def __init__(self, widths: Sequence[int] = (32, 48, 96, 160, 256), *, batch_norm: bool = False) -> None:
        super().__init__()
        if not widths:
            raise ValueError("a feature network needs at least one stage")
        self.widths = tuple(int(width) for width in widths)
        stages = [_layer(3 * STEM**2, self.widths[0], 1, batch_norm)]
        for before, after in pairwise(self.widths):
            stages.append([*_layer(before, after, 2, batch_norm), *_layer(after, after, 1, batch_norm)])
        self.stages = nn.ModuleList(nn.Sequential(*stage) for stage in stages)
        _without_mean(stages[0][0])

    def forward(self, image: Tensor) -> list[Tensor]:
        """Maps of every stage, finest first: ``N x widths[k] x ceil(H / stride) x ceil(W / stride)``.

        Args:
            image: ``N x 3 x H x W`` in 0 to 1, any height and width.
        """
        x = F.pixel_unshuffle(pad_to_multiple(image * 4 - 2, STEM), STEM)
        maps = []
        for stage in self.stages:
            x = stage(x)
            maps.append(x)
        return maps

    def folded(self) -> FeatureNet:
        """The same function without batch normalisation, on the processor. Only for a network in evaluation mode."""
        plain = FeatureNet(self.widths)
        for ours, theirs in zip(self.stages, plain.stages, strict=True):
            targets = (layer for layer in theirs.children() if isinstance(layer, nn.Conv2d))
            for layer, after in pairwise(ours.children()):
                if isinstance(layer, nn.Conv2d):
                    source = fuse_conv_bn_eval(layer, after) if isinstance(after, nn.BatchNorm2d) else layer
                    next(targets).load_state_dict(source.state_dict())
        return plain.eval()

    def fields(self) -> tuple[Field, ...]:
        """Receptive field of each stage's positions."""
        fields = [Field(stride=STEM, before=STEM, size=3 * STEM)]
        for _ in self.widths[1:]:
            last = fields[-1]
            # Each 3 x 3 convolution sees one position more on either side: the strided one of the map before it, the
            # other of its own.
            more = last.stride + 2 * last.stride
            fields.append(Field(stride=2 * last.stride, before=last.before + more, size=last.size + 2 * more))
        return tuple(fields)


def _layer(before: int, after: int, stride: int, batch_norm: bool) -> list[nn.Module]:
    convolution = nn.Conv2d(before, after, 3, stride=stride, padding=1)
    nn.init.kaiming_normal_(convolution.weight, a=_SLOPE)
    assert convolution.bias is not None
    nn.init.zeros_(convolution.bias)
    norm = [nn.BatchNorm2d(after)] if batch_norm else []
    return [convolution, *norm, nn.LeakyReLU(_SLOPE, inplace=True)]


@torch.no_grad()
def _without_mean(stem: nn.Module) -> None:
    """Makes three quarters of the first filters blind to flat areas.

    A random filter answers to brightness most of all; it is on or off for whole objects then, and what is finer than
    they are passes it linearly, where learning that it matters takes long.
    """
    assert isinstance(stem, nn.Conv2d)
    # Channels of the unshuffled picture are colours, each with its STEM * STEM pixels.
    weight = stem.weight.view(len(stem.weight), 3, STEM**2, *stem.kernel_size)
    blind = len(weight) // 4
    weight[blind:] -= weight[blind:].mean((2, 3, 4), keepdim=True)
