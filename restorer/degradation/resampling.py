"""Bicubic resampling by whole factors as super-resolution is measured with: MATLAB's ``imresize``.

Keys' cubic with a = -0.5 (Keys, *Cubic Convolution Interpolation for Digital Image Processing*, 1981). To make a photo
smaller it is stretched by the factor, which keeps out what the small photo cannot hold; beyond its edges a photo is
mirrored, the edge pixel itself repeated. OpenCV and torch's own bicubic differ: a = -0.75, nothing stretched without
``antialias``.
"""

from __future__ import annotations

import functools

import torch
import torch.nn.functional as F
from torch import Tensor

from restorer.degradation.exact import single_precision


def bicubic_shrunk(photos: Tensor, factor: int) -> Tensor:
    """``N x C x H x W`` made ``factor`` times smaller; not clamped.

    Args:
        factor: 2 or 4, say; both sides must be multiples of it.

    Raises:
        ValueError: for a factor that is not even, or sides that are no multiples of it.
    """
    height, width = photos.shape[2:]
    if factor < 2 or factor % 2 or height % factor or width % factor:
        raise ValueError(f"{height} x {width} cannot be made {factor} times smaller")
    kernel = _kernel(factor, photos.device).to(photos.dtype)
    reach = 3 * factor // 2
    rows, columns = (_mirrored(length, reach).to(photos.device) for length in (height, width))
    photos = photos[..., rows, :][..., columns]
    channels = photos.shape[1]
    with single_precision(photos.device):
        across = F.conv2d(photos, kernel.expand(channels, 1, 1, -1), stride=(1, factor), groups=channels)
        return F.conv2d(across, kernel[:, None].expand(channels, 1, -1, 1), stride=(factor, 1), groups=channels)


def bicubic_enlarged(photos: Tensor, factor: int) -> Tensor:
    """``N x C x H x W`` made ``factor`` times larger with the same cubic, mirrored beyond the edges; not clamped."""
    columns = _enlarging(photos.shape[3], factor, photos.device).to(photos.dtype)
    rows = _enlarging(photos.shape[2], factor, photos.device).to(photos.dtype)
    with single_precision(photos.device):
        return rows @ photos @ columns.T


def _cubic(distance: Tensor) -> Tensor:
    """Keys' kernel, a = -0.5."""
    d = distance.abs()
    near = 1.5 * d**3 - 2.5 * d**2 + 1
    far = -0.5 * d**3 + 2.5 * d**2 - 4 * d + 2
    return torch.where(d <= 1, near, torch.where(d < 2, far, 0.0))


@functools.cache
def _kernel(factor: int, device: torch.device) -> Tensor:
    """The ``4 x factor`` weights of a pixel of the small photo."""
    count = 4 * factor
    distance = (torch.arange(count, dtype=torch.float64) - (count - 1) / 2) / factor
    weights = _cubic(distance)
    return (weights / weights.sum()).float().to(device)


def _mirrored(length: int, reach: int) -> Tensor:
    """Indices of ``length`` places and of ``reach`` more on each side, mirrored as often as it takes."""
    places = torch.arange(-reach, length + reach) % (2 * length)
    return torch.minimum(places, 2 * length - 1 - places)


@functools.lru_cache(16)
def _enlarging(length: int, factor: int, device: torch.device) -> Tensor:
    """``factor * length x length`` weights."""
    places = (torch.arange(factor * length, dtype=torch.float64) + 0.5) / factor - 0.5
    first = torch.floor(places).long() - 1
    matrix = torch.zeros((factor * length, length), dtype=torch.float64)
    taps = first[:, None] + torch.arange(4)[None, :]
    weights = _cubic(places[:, None] - taps)
    inside = taps % (2 * length)
    matrix.scatter_add_(1, torch.minimum(inside, 2 * length - 1 - inside), weights)
    return matrix.float().to(device)
