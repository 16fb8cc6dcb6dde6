"""Damage segmentation by a small residual U-Net that looks only so far."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from restorer.networks.blocks import pad_to_multiple, residual_stack, unet_reach_px

HAT_PX = 9
"""Marks narrower than this stand out whole in a top-hat."""
FAR = 3
"""By how much smaller the photo is that is looked at from afar."""
_PHOTO_GAIN, _HAT_GAIN = 2.0, 6.0
"""Bring the inputs to about one deviation; scratches are faint beside the photo's own contrast."""


class DamageUNet(nn.Module):
    """Tells kinds of damage apart, pixel by pixel: scratches, dust, hairs, creases, tears, stains.

    A U-Net (Ronneberger et al. 2015) of residual blocks behind a 2 x 2 pixel unshuffle: thin scratches keep all their
    pixels, and convolutions run at half the resolution or less. Beside the photo it is given the classical answer, what
    a bright and a dark top-hat make of it (Meyer 1979), and learns what of that is damage. Half a million parameters
    and about 35 kFLOP a pixel at the default sizes. Its receptive field is bounded (:attr:`reach_px`), so cutting a
    photo into tiles that overlap by twice as much changes nothing.

    With ``far`` it looks twice: a second such network sees the photo made :data:`FAR` times smaller, where a stain is
    as small as a speck is up close, at a ninth of the cost. Whichever is surer of damage is believed.

    Args:
        classes: planes of the output.
        widths: channels of each level, finest first.
        blocks: residual blocks of each level on the way down.
        dilations: dilations of the bottom level's blocks, in turn.
        up_blocks: residual blocks of each level but the last on the way up; empty for as many as on the way down.
        far: keyword arguments of the network that looks from afar; None for none.

    Attributes:
        far: that network, or None. It can be called alone, on a photo that is :data:`FAR` times smaller already.
        multiple: the network works on a grid of squares of this side.
        planes: of the output.
        reach_px: how far around a pixel it looks.
    """

    def __init__(
        self,
        classes: int = 6,
        widths: Sequence[int] = (24, 48, 96),
        blocks: Sequence[int] = (1, 1, 2),
        dilations: Sequence[int] = (1, 2),
        up_blocks: Sequence[int] = (),
        far: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__()
        if len(widths) != len(blocks) or len(widths) < 2:
            raise ValueError(f"widths {tuple(widths)} and blocks {tuple(blocks)} must be of one length, 2 or more")
        last = len(widths) - 1
        up_blocks = tuple(up_blocks) or tuple(blocks[:last])
        if len(up_blocks) != last:
            raise ValueError(f"up_blocks {up_blocks} must be one fewer than widths {tuple(widths)}")
        self.multiple = 2 ** len(widths)
        self.planes = classes
        # A top-hat looks at a square within a square.
        self.reach_px = unet_reach_px(blocks, dilations, up_blocks) + HAT_PX - 1
        self.stem = nn.Conv2d(5 * 4, widths[0], 3, padding=1)
        self.down = nn.ModuleList(
            residual_stack(width, count, tuple(dilations) if level == last else (1,))
            for level, (width, count) in enumerate(zip(widths, blocks, strict=True))
        )
        self.shrink = nn.ModuleList(nn.Conv2d(widths[i], widths[i + 1], 2, stride=2) for i in range(last))
        self.grow = nn.ModuleList(nn.ConvTranspose2d(widths[i + 1], widths[i], 2, stride=2) for i in range(last))
        self.up = nn.ModuleList(residual_stack(widths[i], up_blocks[i]) for i in range(last))
        for grow in self.grow:
            # A level that is added below trained ones says nothing at first.
            nn.init.zeros_(grow.weight)  # type: ignore[arg-type]
            nn.init.zeros_(grow.bias)  # type: ignore[arg-type]
        self.head = nn.Conv2d(widths[0], classes * 4, 3, padding=1)
        nn.init.zeros_(self.head.weight)
        # Damage is rare: to begin with every class is given a few per cent.
        nn.init.constant_(self.head.bias, -3.0)  # type: ignore[arg-type]
        self.far = DamageUNet(classes, **far) if far is not None else None
        if self.far is not None:
            # Enlarging looks one small pixel further, and its squares begin somewhere.
            self.reach_px = max(self.reach_px, FAR * (self.far.reach_px + 2) - 1)
            self.multiple = math.lcm(self.multiple, FAR * self.far.multiple)

    def begin_new(self, modules: Collection[str]) -> None:
        """What looks from afar begins as what looks close up where it is new: a speck is a small stain.

        Args:
            modules: names of those that earlier weights knew nothing of.
        """
        if self.far is None or not all(f"far.{name}" in modules for name in ("stem", "head")):
            return
        known = self.state_dict()
        with torch.no_grad():
            for name, weight in self.far.state_dict().items():
                if name in known and known[name].shape == weight.shape:
                    weight.copy_(known[name])

    def forward(self, image: Tensor) -> Tensor:
        """Args: ``image`` N x 3 x H x W in 0 to 1; any height and width.

        Returns ``N x classes x H x W`` logits: their sigmoid is the probability, and classes may lie over each other.
        """
        near, far = self.looks(image)
        return near if far is None else torch.maximum(near, far)

    def looks(self, image: Tensor) -> tuple[Tensor, Tensor | None]:
        """What it makes of the photo close up and from afar, both as large as the photo; arguments as above."""
        height, width = image.shape[-2:]
        image = pad_to_multiple(image, self.multiple)
        near = self._near(image)[..., :height, :width]
        if self.far is None:
            return near, None
        small = self.far(F.avg_pool2d(image, FAR))
        far = F.interpolate(small, scale_factor=FAR, mode="bilinear", align_corners=False)
        return near, far[..., :height, :width]

    def _near(self, image: Tensor) -> Tensor:
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
        return F.pixel_shuffle(self.head(x), 2)


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
