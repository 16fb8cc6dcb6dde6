"""Damage segmentation by a small residual U-Net that looks only so far."""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from restorer.networks.blocks import pad_to_multiple, residual_stack, unet_reach_px

HAT_PX = 9
"""Marks narrower than this stand out whole in a top-hat."""
_PHOTO_GAIN, _HAT_GAIN = 2.0, 6.0
"""Bring the inputs to about one deviation; scratches are faint beside the photo's own contrast."""


class DamageUNet(nn.Module):
    """Tells kinds of damage apart, pixel by pixel: scratches, dust, hairs, creases, tears, stains.

    A U-Net (Ronneberger et al. 2015) of residual blocks behind a 2 x 2 pixel unshuffle: thin scratches keep all their
    pixels, and convolutions run at half the resolution or less. Beside the photo it is given the classical answer, what
    a bright and a dark top-hat make of it (Meyer 1979), and learns what of that is damage. Half a million parameters
    and about 35 kFLOP a pixel at the default sizes. Its receptive field is bounded (:attr:`reach_px`), so cutting a
    photo into tiles that overlap by twice as much changes nothing.

    Args:
        classes: planes of the output.
        widths: channels of each level, finest first.
        blocks: residual blocks of each level on the way down; the way up has the same without the last level.
        dilations: dilations of the bottom level's blocks, in turn.
    """

    def __init__(
        self,
        classes: int = 6,
        widths: Sequence[int] = (24, 48, 96),
        blocks: Sequence[int] = (1, 1, 2),
        dilations: Sequence[int] = (1, 2),
    ) -> None:
        super().__init__()
        if len(widths) != len(blocks) or len(widths) < 2:
            raise ValueError(f"widths {tuple(widths)} and blocks {tuple(blocks)} must be of one length, 2 or more")
        last = len(widths) - 1
        self.multiple = 2 ** len(widths)
        self.planes = classes
        # A top-hat looks at a square within a square.
        self.reach_px = unet_reach_px(blocks, dilations) + HAT_PX - 1
        self.stem = nn.Conv2d(5 * 4, widths[0], 3, padding=1)
        self.down = nn.ModuleList(
            residual_stack(width, count, tuple(dilations) if level == last else (1,))
            for level, (width, count) in enumerate(zip(widths, blocks, strict=True))
        )
        self.shrink = nn.ModuleList(nn.Conv2d(widths[i], widths[i + 1], 2, stride=2) for i in range(last))
        self.grow = nn.ModuleList(nn.ConvTranspose2d(widths[i + 1], widths[i], 2, stride=2) for i in range(last))
        self.up = nn.ModuleList(residual_stack(widths[i], blocks[i]) for i in range(last))
        self.head = nn.Conv2d(widths[0], classes * 4, 3, padding=1)
        nn.init.zeros_(self.head.weight)
        # Damage is rare: to begin with every class is given a few per cent.
        nn.init.constant_(self.head.bias, -3.0)  # type: ignore[arg-type]

    def forward(self, image: Tensor) -> Tensor:
        """Args: ``image`` N x 3 x H x W in 0 to 1; any height and width.

        Returns ``N x classes x H x W`` logits: their sigmoid is the probability, and classes may lie over each other.
        """
        height, width = image.shape[-2:]
        image = pad_to_multiple(image, self.multiple)
        given = torch.cat(((image - 0.5) * _PHOTO_GAIN, _top_hats(image) * _HAT_GAIN), dim=1)
        x = self.stem(F.pixel_unshuffle(given, 2))
        skips = []
        for level, stack in enumerate(self.down):
            x = stack(x)
            if level < len(self.shrink):
                skips.append(x)
                x = self.shrink[level](x)
        for level in reversed(range(len(self.up))):
            x = self.up[level](self.grow[level](x) + skips[level])
        return F.pixel_shuffle(self.head(x), 2)[..., :height, :width]


def _top_hats(image: Tensor) -> Tensor:
    """``N x 2 x H x W``: how far each pixel rises above, and lies below, what is wider than :data:`HAT_PX`."""
    gray = image.mean(dim=1, keepdim=True)
    opened = _dilated(-_dilated(-gray))
    closed = -_dilated(-_dilated(gray))
    return torch.cat((gray - opened, closed - gray), dim=1)


def _dilated(plane: Tensor) -> Tensor:
    """The largest value within a square of :data:`HAT_PX`."""
    margin = HAT_PX // 2
    rows = F.max_pool2d(plane, (1, HAT_PX), stride=1, padding=(0, margin))
    return F.max_pool2d(rows, (HAT_PX, 1), stride=1, padding=(margin, 0))
