"""What years do to the whole sheet: dyes fade, paper yellows, silver tarnishes."""

from __future__ import annotations

import torch
from torch import Tensor

from restorer.degradation.draws import has_color, luma, smooth_field, uniform

_DYES = ((0.5, 0.1, 0.34), (0.5, 0.25, 0.3), (0.2, 0.5, 0.35), (0.25, 0.3, 0.6), (0.4, 0.4, 0.4))
"""How fast the dyes that hold back red, green and blue go: cyan first in two papers (the print turns red), magenta
first (green), yellow first (blue), all alike (pale)."""
_SILVER = 0.45
"""How fast black and white goes."""


def fade(photos: Tensor, severity: Tensor, generator: torch.Generator) -> Tensor:
    """Black rises and white sinks: in each channel by its own amount where there are dyes, alike where there is only
    silver."""
    dyes = torch.tensor(_DYES, device=photos.device)
    picks = torch.randint(len(_DYES), (len(photos),), generator=generator, device=generator.device)
    speed = dyes[picks.to(photos.device)][:, :, None, None] * uniform(photos, 0.75, 1.25, generator, channels=3)
    speed = torch.where(has_color(photos), speed, _SILVER * uniform(photos, 0.5, 1.5, generator))
    black = 0.55 * severity * speed
    paler = uniform(photos, 0.6, 1.4, generator, channels=3)
    paler = torch.where(has_color(photos), paler, 1.0)
    white = 1 - severity * uniform(photos, 0.0, 0.14, generator) * paler
    gamma = 1 - 0.25 * severity * speed
    return (black + (white - black).clamp_min(0.1) * photos.clamp_min(1e-6) ** gamma).clamp(0, 1)


def yellow(photos: Tensor, severity: Tensor, generator: torch.Generator) -> Tensor:
    """The paper goes yellow, most where little lies on it, unevenly."""
    absorbs = torch.tensor((0.05, 0.22, 0.75), device=photos.device)[:, None, None]
    uneven = 1 + 0.25 * smooth_field(photos, 4, generator)
    density = severity * uniform(photos, 0.7, 1.1, generator) * uneven * (0.35 + 0.65 * luma(photos))
    return (photos * torch.exp(-density * absorbs)).clamp(0, 1)


def sepia(photos: Tensor, severity: Tensor, generator: torch.Generator) -> Tensor:
    """Towards a toned black and white print: brown in the shadows, cream in the lights."""
    gray = luma(photos)
    warm = uniform(photos, 0.5, 1.2, generator)
    hue = torch.tensor((0.09, -0.015, -0.12), device=photos.device)[:, None, None]
    bend = 4 * gray * (1 - gray)
    toned = gray + warm * hue * (0.35 * gray + 0.85 * bend) + 0.02 * warm * hue
    return torch.lerp(photos, toned.clamp(0, 1), severity)


def fade_unevenly(photos: Tensor, severity: Tensor, generator: torch.Generator) -> Tensor:
    """Parts that lay in the light or at the edge of the frame are paler; the lens's own fall-off darkens corners."""
    height, width = photos.shape[2:]
    y = torch.linspace(-1, 1, height, device=photos.device)[:, None]
    x = torch.linspace(-1, 1, width, device=photos.device)[None, :]
    outwards = torch.maximum(x.abs(), y.abs()) ** uniform(photos, 3.0, 8.0, generator)
    patchy = smooth_field(photos, 4, generator)
    share = uniform(photos, 0.2, 1.0, generator)
    amount = (severity * (0.55 * share * outwards + 0.5 * (1 - 0.5 * share) * patchy)).clamp(0, 0.85)
    pale = uniform(photos, 0.55, 0.9, generator) * torch.tensor((1.0, 0.97, 0.9), device=photos.device)[:, None, None]
    corners = 1 - severity * uniform(photos, 0.0, 0.4, generator) * ((x**2 + y**2) / 2) ** 1.5
    return (torch.lerp(photos, pale.expand_as(photos), amount) * corners).clamp(0, 1)
