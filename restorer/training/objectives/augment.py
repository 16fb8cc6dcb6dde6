"""DiffAugment: showing a discriminator fewer of the same pictures, so that it cannot learn them by heart.

Zhao et al., *Differentiable Augmentation for Data-Efficient GAN Training*, 2020. Real and made pictures are both
augmented, and the generator learns through it. Two things differ from the paper, both for conditional discriminators:
contrast is stretched about middle grey and not about each picture's own mean, so that pixels that a picture and its
condition share stay equal; and brightness moves by up to a quarter, half the paper's, since data is 0 to 1 here.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from restorer.core.errors import InputError
from restorer.training.objectives.precision import full_precision

POLICIES = ("color", "translation", "cutout")
SHIFT = 1 / 8
"""Largest translation, as a share of a side."""
CUT = 1 / 2
"""Side of the square that is cut out, as a share of the picture's."""


@dataclass(frozen=True, slots=True)
class Augmentation:
    """One drawn transform for each picture of a batch, to be applied to as many tensors as should share it.

    Everything is relative to a side, so a picture and its condition at another resolution get the same.

    Attributes:
        color: ``N x 3``: added brightness, factor of saturation, factor of contrast; None = left alone.
        shift: ``N x 2``: down and right, in sides; None = left alone.
        cut: ``N x 2``: top and left of the square's centre, in sides; None = left alone.
    """

    color: Tensor | None = None
    shift: Tensor | None = None
    cut: Tensor | None = None

    def __call__(self, pictures: Tensor, *, colored: int | None = None) -> Tensor:
        """Differentiable, twice. What moves in from outside and what is cut out is 0.

        Args:
            pictures: ``N x C x H x W``, 0 to 1; may be several joined along C.
            colored: leading channels that are RGB pictures, three each; the others, masks, keep their values. By
                default as many threes as there are.
        """
        x = full_precision(pictures)
        threes = x.shape[1] // 3 * 3 if colored is None else colored
        if self.color is not None and threes:
            x = torch.cat((_recolored(x[:, :threes], self.color.to(x)), x[:, threes:]), dim=1)
        if self.shift is not None:
            x = _moved(x, self.shift.to(x))
        if self.cut is not None:
            x = _cut_out(x, self.cut.to(x))
        return x


def parse_policy(policy: str) -> frozenset[str]:
    """Names in a comma-separated list; an empty text is none. Raises InputError for one that is not in POLICIES."""
    names = [name.strip() for name in policy.split(",") if name.strip()]
    for name in names:
        if name not in POLICIES:
            raise InputError(f"There is no augmentation {name!r}.", hint=f"Known: {', '.join(POLICIES)}.")
    return frozenset(names)


def draw_augmentation(policy: str, count: int, generator: torch.Generator) -> Augmentation:
    """Transforms for ``count`` pictures. Each policy draws its own numbers whether it is used or not: leaving one out
    does not change the others.

    Args:
        policy: any of POLICIES, separated by commas.

    Raises:
        InputError: for an unknown name.
    """
    names = parse_policy(policy)
    dice = torch.rand((count, 7), generator=generator, device=generator.device)
    low = dice.new_tensor((-0.25, 0.0, 0.5))
    high = dice.new_tensor((0.25, 2.0, 1.5))
    return Augmentation(
        color=torch.lerp(low, high, dice[:, :3]) if "color" in names else None,
        shift=(2 * dice[:, 3:5] - 1) * SHIFT if "translation" in names else None,
        cut=dice[:, 5:7] if "cutout" in names else None,
    )


def diff_augment(pictures: Tensor, policy: str, generator: torch.Generator) -> Tensor:
    """``pictures`` (``N x C x H x W``, 0 to 1), each with a transform of its own; see `Augmentation`."""
    return draw_augmentation(policy, len(pictures), generator)(pictures)


def _recolored(x: Tensor, color: Tensor) -> Tensor:
    """Each three channels on their own."""
    brightness, saturation, contrast = color[:, :, None, None, None, None].unbind(1)
    count, channels, height, width = x.shape
    rgb = x.reshape(count, channels // 3, 3, height, width) + brightness
    gray = rgb.mean(2, keepdim=True)
    rgb = gray + (rgb - gray) * saturation
    stretched: Tensor = 0.5 + (rgb - 0.5) * contrast
    return stretched.flatten(1, 2)


def _moved(x: Tensor, shift: Tensor) -> Tensor:
    count, channels, height, width = x.shape
    rows = torch.arange(height, device=x.device) - (shift[:, :1] * height).round().long()
    columns = torch.arange(width, device=x.device) - (shift[:, 1:] * width).round().long()
    inside = _within(rows, height)[:, None, :, None] & _within(columns, width)[:, None, None, :]
    x = x.gather(2, rows.clamp(0, height - 1)[:, None, :, None].expand(count, channels, height, width))
    x = x.gather(3, columns.clamp(0, width - 1)[:, None, None, :].expand(count, channels, height, width))
    return x * inside


def _within(index: Tensor, size: int) -> Tensor:
    return (index >= 0) & (index < size)


def _cut_out(x: Tensor, centre: Tensor) -> Tensor:
    height, width = x.shape[-2:]
    rows = (torch.arange(height, device=x.device) + 0.5) / height
    columns = (torch.arange(width, device=x.device) + 0.5) / width
    down = (rows - centre[:, :1]).abs() < CUT / 2
    across = (columns - centre[:, 1:]).abs() < CUT / 2
    return x * ~(down[:, None, :, None] & across[:, None, None, :])
