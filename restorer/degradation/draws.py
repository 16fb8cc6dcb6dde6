"""Random numbers and fields on a device, and what several operations compute alike."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

_LUMA = (0.299, 0.587, 0.114)
REFERENCE_PX = 1024
"""Shorter side of a photo up to which marks, grain and blur have their sizes in pixels; beyond it they grow along, as
they do when the same print is scanned finer."""


def scan_scale(height: int, width: int) -> float:
    """How much larger than at :data:`REFERENCE_PX` everything is, at least 1."""
    return max(1.0, min(height, width) / REFERENCE_PX)


def on_device(generator: torch.Generator, device: torch.device) -> torch.Generator:
    """A generator on ``device``: the one given, or one seeded by it, so that large fields need no transfer."""
    if generator.device.type == device.type:
        return generator
    seed = int(torch.randint(2**62, (1,), generator=generator, device=generator.device).item())
    return torch.Generator(device).manual_seed(seed)


def uniform(photos: Tensor, low: float, high: float, generator: torch.Generator, channels: int = 1) -> Tensor:
    """``N x channels x 1 x 1`` numbers between ``low`` and ``high``."""
    dice = torch.rand((len(photos), channels, 1, 1), generator=generator, device=generator.device)
    return low + (high - low) * dice.to(photos.device)


def white_noise(photos: Tensor, channels: int, generator: torch.Generator) -> Tensor:
    """``N x channels x H x W`` standard normal numbers."""
    source = on_device(generator, photos.device)
    return torch.randn((len(photos), channels, *photos.shape[2:]), generator=source, device=photos.device)


def smooth_field(photos: Tensor, cells: int, generator: torch.Generator) -> Tensor:
    """``N x 1 x H x W`` slowly varying numbers of about -1 to 1, with ``cells`` bumps along the longer side."""
    height, width = photos.shape[2:]
    longest = max(height, width)
    rows, columns = max(2, round(cells * height / longest)), max(2, round(cells * width / longest))
    coarse = torch.rand((len(photos), 1, rows + 1, columns + 1), generator=generator, device=generator.device)
    return F.interpolate(coarse.to(photos.device) * 2 - 1, (height, width), mode="bicubic", align_corners=True)


def luma(photos: Tensor) -> Tensor:
    """``N x 1 x H x W`` (Rec. 601)."""
    weights = torch.tensor(_LUMA, dtype=photos.dtype, device=photos.device)[:, None, None]
    return (photos * weights).sum(1, keepdim=True)


def has_color(photos: Tensor) -> Tensor:
    """``N x 1 x 1 x 1`` bool: whether the channels of a photo differ anywhere by more than rounding."""
    return (photos - photos[:, :1]).abs().amax((1, 2, 3), keepdim=True) > 0.02


def gaussian_blur(x: Tensor, sigma: Tensor) -> Tensor:
    """``N x C x H x W`` blurred, each by its own ``sigma`` (``N`` or ``N x 1 x 1 x 1``, in pixels); edges repeat.

    A ``sigma`` on the processor keeps a graphics card from being waited for.
    """
    sigma = sigma.reshape(-1, 1).clamp_min(1e-3)
    radius = max(1, int(torch.ceil(3 * sigma.max()).item()))
    sigma = sigma.to(x)
    taps = torch.arange(-radius, radius + 1, device=x.device, dtype=x.dtype)
    kernels = torch.exp(-0.5 * (taps / sigma) ** 2)
    kernels = kernels / kernels.sum(1, keepdim=True)
    return convolve(convolve(x, kernels[:, None, :]), kernels[:, :, None])


def convolve(x: Tensor, kernels: Tensor) -> Tensor:
    """``N x C x H x W``, each photo with its own ``kernels`` (``N x h x w``, odd sides); edges repeat."""
    count, channels, height, width = x.shape
    rows, columns = kernels.shape[1:]
    padded = F.pad(x, (columns // 2, columns // 2, rows // 2, rows // 2), mode="replicate")
    flat = padded.reshape(1, count * channels, *padded.shape[2:])
    weights = kernels.repeat_interleave(channels, 0)[:, None].to(x)
    return F.conv2d(flat, weights, groups=count * channels).reshape(count, channels, height, width)
