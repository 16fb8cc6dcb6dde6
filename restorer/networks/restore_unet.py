"""Restoration by a residual U-Net that is told what kind of damage to take away, and how much of it there is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from restorer.networks.blocks import pad_to_multiple, residual_stack, unet_reach_px

_PHOTO_GAIN = 2.0
_LEVEL_GAINS = (5.0, 1.0, 2.0)
"""Bring photo and levels to about one deviation."""
_FULL_FROM = 0.05
"""Of a level times its gain: noise of 2.5 of 255, a JPEG of quality 95, a blur of 0.1 px. Below it the answer fades
into the photo."""
BLUR_UNIT_PX = 4.0
"""Standard deviation of the blur that is level 1."""


class Levels(NamedTuple):
    """What to take away, and how much of it there is, in the network's order and units. 0 leaves it where it is.

    Attributes:
        noise: standard deviation of the noise in each channel, of values 0 to 1: 25 of 255 is 0.098.
        compression: ``(100 - quality) / 100`` of the JPEG, see :func:`compression_level`.
        blur: standard deviation in units of :data:`BLUR_UNIT_PX`, see :func:`blur_level`.
    """

    noise: float = 0.0
    compression: float = 0.0
    blur: float = 0.0


def compression_level(quality: float) -> float:
    """Of a JPEG of ``quality`` 1 to 100 (IJG)."""
    return (100 - min(max(quality, 1.0), 100.0)) / 100


def blur_level(sigma_px: float) -> float:
    """Of a Gaussian blur; a disc of radius r blurs about as one of ``r / 2``."""
    return sigma_px / BLUR_UNIT_PX


class RestoreUNet(nn.Module):
    """Takes away noise, JPEG's traces and blur, each as much as it is told that there is.

    A U-Net (Ronneberger et al. 2015) of residual blocks behind a 2 x 2 pixel unshuffle, without normalisation; what it
    computes is added to the photo. Levels as constant planes beside the photo follow FFDNet (Zhang et al. 2018): one
    network for every strength, and a level of 0 says that this kind of damage is not to be touched. Where all levels
    are 0, and from an untrained network, the photo comes back bit for bit. Its receptive field is bounded
    (:attr:`reach_px`).

    The default takes 3 M parameters and 0.26 MFLOP a pixel.

    Args:
        widths: channels of each level, finest first.
        blocks: residual blocks of each level on the way down; the way up has the same without the last level.

    Attributes:
        level_count: values of ``levels``, those of :class:`Levels`.
        multiple: the network works on a grid of squares of this side.
        reach_px: how far, in pixels, a change of the input can change the output.
    """

    level_count = len(Levels._fields)

    def __init__(self, widths: Sequence[int] = (48, 96, 192), blocks: Sequence[int] = (2, 2, 3)) -> None:
        super().__init__()
        if len(widths) != len(blocks) or not widths:
            raise ValueError(f"widths {tuple(widths)} and blocks {tuple(blocks)} must be of one length, 1 or more")
        last = len(widths) - 1
        self.multiple = 2 ** len(widths)
        self.reach_px = unet_reach_px(blocks)
        self.stem = nn.Conv2d(3 * 4 + self.level_count, widths[0], 3, padding=1)
        self.down = nn.ModuleList(residual_stack(width, count) for width, count in zip(widths, blocks, strict=True))
        self.shrink = nn.ModuleList(nn.Conv2d(widths[i], widths[i + 1], 2, stride=2) for i in range(last))
        self.grow = nn.ModuleList(nn.ConvTranspose2d(widths[i + 1], widths[i], 2, stride=2) for i in range(last))
        self.up = nn.ModuleList(residual_stack(widths[i], blocks[i]) for i in range(last))
        self.head = nn.Conv2d(widths[0], 3 * 4, 3, padding=1)
        nn.init.zeros_(self.head.weight)
        nn.init.zeros_(self.head.bias)  # type: ignore[arg-type]

    def forward(self, image: Tensor, levels: Tensor) -> Tensor:
        """Restores.

        Args:
            image: ``N x 3 x H x W``, 0 to 1, any height and width.
            levels: ``N x 3`` as :class:`Levels` has them; or ``N x 3 x H x W`` (``1 x 1`` also) where they differ from
                place to place.

        Returns:
            ``N x 3 x H x W``, not clamped.

        Raises:
            ValueError: for levels of another shape.
        """
        height, width = image.shape[-2:]
        padded = pad_to_multiple(image, self.multiple)
        planes = self._planes(levels, padded)
        x = self.stem(torch.cat((F.pixel_unshuffle((padded - 0.5) * _PHOTO_GAIN, 2), planes), dim=1))
        skips = []
        for level, stack in enumerate(self.down):
            x = stack(x)
            if level < len(self.shrink):
                skips.append(x)
                x = self.shrink[level](x)
        for level in reversed(range(len(self.up))):
            x = self.up[level](self.grow[level](x) + skips[level])
        asked = (planes.amax(1, keepdim=True) / _FULL_FROM).clamp(0, 1)
        residual = F.pixel_shuffle(self.head(x) * asked, 2)[..., :height, :width]
        return image + residual

    def _planes(self, levels: Tensor, padded: Tensor) -> Tensor:
        """``N x 3 x H/2 x W/2``."""
        count, _, height, width = padded.shape
        if levels.shape[1:2] != (self.level_count,) or levels.ndim not in (2, 4) or len(levels) not in (1, count):
            raise ValueError(f"this network takes {self.level_count} levels for each of {count}, not {levels.shape}")
        if levels.ndim == 2:
            levels = levels[:, :, None, None]
        gains = levels.new_tensor(_LEVEL_GAINS)[:, None, None]
        if levels.shape[2:] != (1, 1):
            levels = F.avg_pool2d(pad_to_multiple(levels, self.multiple), 2)
        return (levels * gains).to(padded.dtype).expand(count, -1, height // 2, width // 2)
