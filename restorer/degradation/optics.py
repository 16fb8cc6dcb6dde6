"""What a lens and a scanner do: blur of several kinds, and too few pixels."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from restorer.degradation.draws import convolve, gaussian_blur, scan_scale, uniform

_SUPERSAMPLING = 4


def soften(photos: Tensor, severity: Tensor, generator: torch.Generator) -> Tensor:
    """Gaussian blur of up to 3 px standard deviation."""
    scale = scan_scale(*photos.shape[2:])
    return gaussian_blur(photos, 3.0 * scale * severity * uniform(photos, 0.8, 1.2, generator))


def defocus(photos: Tensor, severity: Tensor, generator: torch.Generator) -> Tensor:
    """A disc of up to 4 px radius for each point."""
    radius = 4.0 * scan_scale(*photos.shape[2:]) * severity * uniform(photos, 0.8, 1.2, generator)
    y, x = _fine_grid(radius)
    return convolve(photos, _kernels(((x**2 + y**2) <= (radius[:, 0] + 0.25) ** 2).to(photos)))


def shake(photos: Tensor, severity: Tensor, generator: torch.Generator) -> Tensor:
    """Motion blur along a straight line of up to 12 px, in any direction."""
    half = 6.0 * scan_scale(*photos.shape[2:]) * severity * uniform(photos, 0.8, 1.2, generator)
    angle = uniform(photos, 0, torch.pi, generator)[:, 0]
    y, x = _fine_grid(half)
    along = x * angle.cos() + y * angle.sin()
    across = y * angle.cos() - x * angle.sin()
    return convolve(photos, _kernels(((along.abs() <= half[:, 0] + 0.25) & (across.abs() <= 0.5)).to(photos)))


def resample(photos: Tensor, severity: Tensor, generator: torch.Generator) -> Tensor:
    """Made up to four times smaller and brought back to size: detail is gone, edges are soft or ring."""
    height, width = photos.shape[2:]
    factors = (1 + 3 * severity * uniform(photos, 0.8, 1.0, generator)).flatten().tolist()
    sharp = (torch.rand(len(photos), generator=generator, device=generator.device) < 0.5).tolist()
    results = []
    for index, (factor, bicubic) in enumerate(zip(factors, sharp, strict=True)):
        size = (max(1, round(height / factor)), max(1, round(width / factor)))
        small = F.interpolate(photos[index : index + 1], size, mode="bilinear", antialias=True, align_corners=False)
        mode = "bicubic" if bicubic else "bilinear"
        results.append(F.interpolate(small, (height, width), mode=mode, align_corners=False))
    return torch.cat(results).clamp(0, 1)


def _fine_grid(reach: Tensor) -> tuple[Tensor, Tensor]:
    """Places in pixels, several to a pixel, of kernels wide enough for the largest ``reach`` (``N x 1 x 1 x 1``)."""
    radius = int(torch.ceil(reach.max() + 0.5).item())
    count = (2 * radius + 1) * _SUPERSAMPLING
    places = (torch.arange(count, device=reach.device) + 0.5) / _SUPERSAMPLING - radius - 0.5
    return places[None, :, None], places[None, None, :]


def _kernels(fine: Tensor) -> Tensor:
    """Normalised ``N x h x w`` kernels from shapes sampled several times a pixel."""
    coarse = F.avg_pool2d(fine[:, None], _SUPERSAMPLING)[:, 0]
    return coarse / coarse.sum((1, 2), keepdim=True)
