"""What files do: JPEG's quantised cosine transform, once or twice, and eight bits."""

from __future__ import annotations

import functools

import torch
import torch.nn.functional as F
from torch import Tensor

from restorer.degradation.draws import uniform
from restorer.degradation.exact import single_precision

_LUMA_TABLE = (
    (16, 11, 10, 16, 24, 40, 51, 61),
    (12, 12, 14, 19, 26, 58, 60, 55),
    (14, 13, 16, 24, 40, 57, 69, 56),
    (14, 17, 22, 29, 51, 87, 80, 62),
    (18, 22, 37, 56, 68, 109, 103, 77),
    (24, 35, 55, 64, 81, 104, 113, 92),
    (49, 64, 78, 87, 103, 121, 120, 101),
    (72, 92, 95, 98, 112, 100, 103, 99),
)
_CHROMA_TABLE = (
    (17, 18, 24, 47, 99, 99, 99, 99),
    (18, 21, 26, 66, 99, 99, 99, 99),
    (24, 26, 56, 99, 99, 99, 99, 99),
    (47, 66, 99, 99, 99, 99, 99, 99),
    *((99, 99, 99, 99, 99, 99, 99, 99),) * 4,
)
"""Quantisation tables of ITU-T T.81, Annex K, scaled by quality as the IJG library does."""
_TO_YCC = ((0.299, 0.587, 0.114), (-0.168736, -0.331264, 0.5), (0.5, -0.418688, -0.081312))
_BEST, _WORST = 96.0, 6.0


def jpeg(photos: Tensor, severity: Tensor, generator: torch.Generator) -> Tensor:
    """Saved as JPEG with a quality from 96 down to 6, half of them with colour at half the resolution."""
    quality = (_BEST + (_WORST - _BEST) * severity * uniform(photos, 0.85, 1.0, generator)).flatten()
    return compressed(photos, quality, uniform(photos, 0, 1, generator) < 0.5)


def jpeg_twice(photos: Tensor, severity: Tensor, generator: torch.Generator) -> Tensor:
    """Saved, cropped so that the blocks no longer meet, and saved again."""
    left, top = (int(v) for v in torch.randint(1, 8, (2,), generator=generator, device=generator.device))
    shifted = F.pad(jpeg(photos, severity, generator), (left, 0, top, 0), mode="replicate")
    again = jpeg(shifted, severity * uniform(photos, 0.5, 1.0, generator), generator)
    return again[..., top:, left:]


def eight_bits(photos: Tensor, severity: Tensor, generator: torch.Generator) -> Tensor:
    """Rounded to the nearest of 256 values; a severity below 1 adds that share of the rounding error."""
    return torch.lerp(photos, (photos * 255).round() / 255, severity)


@torch.no_grad()
def compressed(photos: Tensor, quality: Tensor, halved: Tensor) -> Tensor:
    """Baseline JPEG, encoded and decoded on the photos' device.

    Args:
        photos: ``N x 3 x H x W``, 0 to 1.
        quality: ``N``, 1 to 100, of the IJG library.
        halved: ``N x 1 x 1 x 1`` bool, whether chroma is stored at half the resolution (4:2:0). On the processor, a
            graphics card does not have to be waited for.
    """
    with single_precision(photos.device), torch.autocast(photos.device.type, enabled=False):
        return _compressed(photos.float(), quality, halved)


def _compressed(photos: Tensor, quality: Tensor, halved: Tensor) -> Tensor:
    height, width = photos.shape[2:]
    any_halved, halved, quality = bool(halved.any()), halved.to(photos.device), quality.to(photos)
    to_ycc = torch.tensor(_TO_YCC, device=photos.device)
    rounded = (photos.clamp(0, 1) * 255).round()
    # Codecs hold luma and chroma in whole numbers, before and after.
    ycc = torch.einsum("ij,njhw->nihw", to_ycc, rounded).round()
    ycc = F.pad(ycc, (0, -width % 16, 0, -height % 16), mode="replicate")
    bright = _quantised(ycc[:, :1] - 128, _table(_LUMA_TABLE, quality)) + 128
    color = ycc[:, 1:]
    table = _table(_CHROMA_TABLE, quality)
    full = _quantised(color, table)
    if any_halved:
        coarse = _quantised(F.avg_pool2d(color, 2).round(), table).round()
        doubled = F.interpolate(coarse, scale_factor=2, mode="bilinear", align_corners=False)
        full = torch.where(halved, doubled, full)
    decoded = torch.cat((bright.clamp(0, 255), full.clamp(-128, 127)), 1)[..., :height, :width].round()
    rgb = torch.einsum("ij,njhw->nihw", _to_rgb(photos.device), decoded)
    return rgb.round().clamp(0, 255) / 255


def _quantised(planes: Tensor, table: Tensor) -> Tensor:
    """Planes (sides multiples of 8) with the cosine transform of each 8 x 8 block rounded to the table's steps."""
    count, channels, height, width = planes.shape
    basis = _cosines(planes.device)
    blocks = planes.reshape(count, channels, height // 8, 8, width // 8, 8).permute(0, 1, 2, 4, 3, 5)
    steps = table[:, None, None, None]
    coefficients = basis @ blocks @ basis.T
    restored = basis.T @ ((coefficients / steps).round() * steps) @ basis
    return restored.permute(0, 1, 2, 4, 3, 5).reshape(count, channels, height, width)


def _table(base: tuple[tuple[int, ...], ...], quality: Tensor) -> Tensor:
    """``N x 8 x 8`` quantisation steps."""
    quality = quality.clamp(1, 100).round()
    percent = torch.where(quality < 50, 5000 / quality, 200 - 2 * quality)[:, None, None]
    table = torch.tensor(base, device=quality.device, dtype=quality.dtype)
    return torch.floor((table * percent + 50) / 100).clamp(1, 255)


@functools.cache
def _to_rgb(device: torch.device) -> Tensor:
    """The inverse of :data:`_TO_YCC`."""
    inverse: Tensor = torch.linalg.inv(torch.tensor(_TO_YCC))
    return inverse.to(device)


@functools.cache
def _cosines(device: torch.device) -> Tensor:
    """The orthonormal 8-point DCT-II as a matrix."""
    frequency = torch.arange(8, dtype=torch.float64)[:, None]
    place = torch.arange(8, dtype=torch.float64)[None, :]
    basis = torch.cos((2 * place + 1) * frequency * torch.pi / 16) * 0.5
    basis[0] /= 2**0.5
    return basis.to(torch.float32).to(device)
