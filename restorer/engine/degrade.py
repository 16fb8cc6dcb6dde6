"""Simulated damage: the degradation model on one whole photo, operation by operation, as a generator of events."""

from __future__ import annotations

from collections.abc import Generator

import numpy as np
import torch

from restorer.core.errors import InputError
from restorer.core.image import Image, Patch
from restorer.core.mask import Mask
from restorer.core.progress import CancelToken, TaskEvent, TileFinished, TilesPlanned, TileStarted
from restorer.core.unit import from_unit, to_unit
from restorer.degradation import PLANS
from restorer.degradation.operation import untouched
from restorer.degradation.plans import happened
from restorer.engine.tensors import image_tensor, pixels_of


def degrade_photo(
    photo: Image, plan: str, token: CancelToken, *, severity: float, seed: int, device: str
) -> Generator[TaskEvent, None, tuple[Image, Mask]]:
    """Damages a photo; see :meth:`restorer.core.contract.Engine.degrade`.

    Raises:
        InputError: for an unknown plan.
        Cancelled: between two operations.
    """
    if plan not in PLANS:
        raise InputError(f"There is no kind of damage {plan!r}.", hint=f"Known: {', '.join(PLANS)}.")
    color = photo.pixels[..., : photo.color_channels]
    unit = to_unit(color)
    generator = torch.Generator().manual_seed(seed)
    drawn = PLANS[plan].scaled(severity).draw(1, generator)
    so_far = untouched(image_tensor(unit.clip(0, 1)).to(device))
    yield TilesPlanned((photo.bounds,) * len(drawn))
    result = photo
    for index, (operation, strength) in enumerate(drawn):
        token.raise_if_cancelled()
        yield TileStarted(index, len(drawn), photo.bounds)
        token.raise_if_cancelled()
        so_far = happened(so_far, operation, strength, generator)
        pixels = pixels_of(so_far.photos, photo.height, photo.width, photo.color_channels)
        # Bits stay where nothing happened, values beyond white of a float picture included.
        kept = np.where(pixels == unit.clip(0, 1), color, from_unit(pixels, photo.pixels.dtype))
        result = Image(np.concatenate([kept, photo.pixels[..., photo.color_channels :]], axis=2), photo.color)
        yield TileFinished(index, len(drawn), Patch(photo.bounds, result.pixels))
    covered = so_far.mask()[0, 0].cpu().numpy()
    return result, Mask(np.where(covered > 0, np.uint8(255), np.uint8(0)))
