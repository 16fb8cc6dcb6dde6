"""Damage on demand: a photo made old, and the contact sheet of everything that can happen to one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from restorer.core.image import Image
from restorer.core.mask import Mask
from restorer.core.progress import CancelToken
from restorer.core.unit import to_unit
from restorer.session.engines import ClassicalEngine


@dataclass(frozen=True, slots=True, eq=False)
class DamagedPhoto:
    """What became of a photo.

    Attributes:
        image: of the photo's size, dtype and channels.
        mask: what lies under marks, 255; read-only.
        changed_pixels: how many pixels have another value now.
    """

    image: Image
    mask: Mask
    changed_pixels: int


def damage_photo(photo: Image, plan: str, token: CancelToken, *, severity: float, seed: int) -> DamagedPhoto:
    """Damages a photo on the processor, where the same seed gives the same pixels. Imports torch.

    Raises:
        InputError: for an unknown plan.
        Cancelled: between two operations, once the token is set.
    """
    work = ClassicalEngine().degrade(photo, plan, token, severity=severity, seed=seed)
    while True:
        try:
            next(work)
        except StopIteration as done:
            image, mask = done.value
            break
    changed = int(np.count_nonzero((image.pixels != photo.pixels).any(axis=2)))
    return DamagedPhoto(image, mask.snapshot(), changed)


def damage_sheet(photo: Image | None, seed: int) -> Image:
    """Every operation at five severities on the middle of a photo; on the sample's portrait without one."""
    import torch

    from restorer.degradation.sheet import contact_sheet
    from restorer.session.sample import portrait

    pixels = photo.pixels[..., : photo.color_channels] if photo is not None else portrait()
    color = np.broadcast_to(to_unit(pixels).clip(0, 1), (*pixels.shape[:2], 3))
    tensor = torch.from_numpy(np.ascontiguousarray(color.transpose(2, 0, 1)))[None]
    return Image(contact_sheet(tensor, seed))
