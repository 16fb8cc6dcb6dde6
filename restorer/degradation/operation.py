"""What a degradation is: something that is done to a batch of photos, each with a severity of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from restorer.core.damage import DAMAGE_CLASSES

GROUPS = ("optical", "film", "ageing", "mechanical", "compression")
"""In the order in which they happen to a photo."""


@dataclass(frozen=True, slots=True)
class Degraded:
    """Photos after something happened to them.

    Attributes:
        photos: ``N x 3 x H x W``, 0 to 1.
        damage: ``N x 6 x H x W``, how much of a pixel lies under marks of each of :data:`DAMAGE_CLASSES`, 0 to 1,
            whether the mark is opaque or faint. Where all are 0, marks changed not one bit. Rubbed edges and flaked
            emulsion count as tears; foxing, tide lines, tape, fingerprints and ink as stains.
    """

    photos: Tensor
    damage: Tensor

    def mask(self) -> Tensor:
        """``N x 1 x H x W``: coverage by any class, 0 to 1."""
        return 1 - (1 - self.damage).prod(1, keepdim=True)


def untouched(photos: Tensor) -> Degraded:
    """Photos to which nothing happened yet."""
    count, _, height, width = photos.shape
    return Degraded(photos, torch.zeros((count, len(DAMAGE_CLASSES), height, width), device=photos.device))


Change = Callable[[Tensor, Tensor, torch.Generator], Tensor | Degraded]
"""``change(photos, severity, generator)``: severity ``N x 1 x 1 x 1``, over 0, on the photos' device."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One kind of degradation.

    Attributes:
        id: as in plans and on the contact sheet.
        title: for people, sentence case.
        group: one of :data:`GROUPS`.
        change: does it to photos whose severity is over 0.
        marks: whether it leaves marks with a mask.
    """

    id: str
    title: str
    group: str
    change: Change
    marks: bool = False

    def apply(self, photos: Tensor, severity: Tensor, generator: torch.Generator) -> Degraded:
        """Degrades each photo with its own severity. Those of severity 0 come back bit for bit.

        Args:
            photos: ``N x 3 x H x W``, 0 to 1, on any device; never written to.
            severity: ``N``, 0 to 1, on the processor.
            generator: of every random choice, on any device. The same state gives the same photos.
        """
        before = untouched(photos)
        chosen = severity.cpu().nonzero()[:, 0]
        if not len(chosen):
            return before
        picks = chosen.to(photos.device)
        strength = severity[chosen.to(severity.device)].to(photos)[:, None, None, None]
        changed = self.change(photos[picks], strength, generator)
        if isinstance(changed, Degraded):
            before.damage[picks] = changed.damage
            changed = changed.photos
        result = photos.clone()
        result[picks] = changed
        return Degraded(result, before.damage)
