"""What film, sensor and press do: black and white, grain, noise, halftone screens."""

from __future__ import annotations

import torch
from torch import Tensor

from restorer.degradation.draws import gaussian_blur, has_color, luma, scan_scale, uniform, white_noise

_STOCKS = ((0.18, 0.52, 0.30), (0.30, 0.59, 0.11), (0.40, 0.40, 0.20), (0.05, 0.45, 0.50))
"""How films weigh red, green and blue: between the two, panchromatic, later panchromatic, orthochromatic."""
_SCREEN_ANGLES = (0.2618, 1.3090, 0.0)
"""Of the cyan, magenta and yellow screens: 15, 75 and 0 degrees."""


def monochrome(photos: Tensor, severity: Tensor, generator: torch.Generator) -> Tensor:
    """Towards black and white, as one of several films would have seen it."""
    stocks = torch.tensor(_STOCKS, device=photos.device)
    picks = torch.randint(len(_STOCKS), (len(photos),), generator=generator, device=generator.device)
    gray = (photos * stocks[picks.to(photos.device)][:, :, None, None]).sum(1, keepdim=True)
    return torch.lerp(photos, gray.expand_as(photos), severity).clamp(0, 1)


def grain(photos: Tensor, severity: Tensor, generator: torch.Generator) -> Tensor:
    """Film grain: clumps of 1 to 3 px, strongest in the darker middle tones and weak in the lights, the same in all
    channels where the photo has no colour and partly its own in each where it has."""
    scale = scan_scale(*photos.shape[2:])
    clump = scale * uniform(photos, 0.5, 1.1, generator)
    own = uniform(photos, 0.1, 0.5, generator) * has_color(photos)
    noise = (1 - own**2).sqrt() * white_noise(photos, 1, generator) + own * white_noise(photos, 3, generator)
    fine, coarse = _normalised(gaussian_blur(noise, clump)), _normalised(gaussian_blur(noise, 2.2 * clump))
    clumped = _normalised(fine + 0.35 * coarse)
    light = luma(photos).clamp(0, 1)
    response = uniform(photos, 0.2, 0.5, generator) + 1.7 * light**0.25 * (1 - light)
    return (photos + 0.05 * severity * response * clumped).clamp(0, 1)


def _normalised(field: Tensor) -> Tensor:
    """With a standard deviation of 1 in each channel."""
    return field / field.std((2, 3), keepdim=True).clamp_min(1e-6)


def sensor_noise(photos: Tensor, severity: Tensor, generator: torch.Generator) -> Tensor:
    """Shot noise that grows with the square root of light, read noise, and faint bands along the scanner's rows."""
    shot = uniform(photos, 0.02, 0.06, generator) * photos.clamp_min(0).sqrt()
    read = uniform(photos, 0.005, 0.03, generator)
    sigma = severity * (shot**2 + read**2).sqrt()
    bands = white_noise(photos[..., :1], 1, generator) * severity * uniform(photos, 0.0, 0.006, generator)
    return (photos + sigma * white_noise(photos, 3, generator) + bands).clamp(0, 1)


def halftone(photos: Tensor, severity: Tensor, generator: torch.Generator) -> Tensor:
    """Printed with dots: a screen of 2.5 to 7 px, one for black and white, one turned for each ink in colour."""
    scale = scan_scale(*photos.shape[2:])
    pitch = scale * (2.5 + 4.5 * severity * uniform(photos, 0.6, 1.0, generator))
    turn = uniform(photos, -0.15, 0.15, generator)
    inks = torch.tensor(_SCREEN_ANGLES, device=photos.device)[:, None, None]
    angles = torch.where(has_color(photos), inks, torch.pi / 4)
    y = torch.arange(photos.shape[2], device=photos.device, dtype=photos.dtype)[:, None]
    x = torch.arange(photos.shape[3], device=photos.device, dtype=photos.dtype)[None, :]
    u = 2 * torch.pi * (x * (angles + turn).cos() + y * (angles + turn).sin()) / pitch
    v = 2 * torch.pi * (y * (angles + turn).cos() - x * (angles + turn).sin()) / pitch
    # The sum of two cosines, spread so that every tone covers its share of the paper.
    screen = 0.5 + torch.asin(((u.cos() + v.cos()) / 2).clamp(-1, 1)) / torch.pi
    sharpness = pitch * uniform(photos, 0.7, 1.4, generator) / scale
    printed = torch.sigmoid((gaussian_blur(photos, pitch / 4) - screen) * sharpness)
    return torch.lerp(photos, printed, (0.25 + 0.75 * severity) * severity.gt(0)).clamp(0, 1)
