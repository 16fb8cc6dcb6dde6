"""Which degradations happen to a photo, how often and how badly; and the function that lets them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import torch
from torch import Tensor

from restorer.degradation.catalogue import OPERATIONS
from restorer.degradation.operation import Degraded, Operation, untouched


@dataclass(frozen=True, slots=True)
class Chance:
    """That one operation happens to a photo.

    Attributes:
        operation: its id.
        probability: 0 to 1.
        low, high: range of the severity, drawn evenly.
    """

    operation: str
    probability: float = 1.0
    low: float = 0.0
    high: float = 1.0

    def scaled(self, factor: float) -> Chance:
        """The same with severities multiplied by ``factor``, at most 1.

        Where there is but one severity, it stays: half black and white is no lighter damage than black and white.
        """
        if self.low == self.high:
            return self
        return replace(self, low=min(1.0, self.low * factor), high=min(1.0, self.high * factor))


@dataclass(frozen=True, slots=True)
class Plan:
    """Operations in the order in which they happen; one may come twice."""

    chances: tuple[Chance, ...]

    def scaled(self, factor: float) -> Plan:
        """The same with all chances scaled by ``factor``; with 0 nothing happens."""
        return Plan(tuple(chance.scaled(factor) for chance in self.chances) if factor else ())

    def draw(self, count: int, generator: torch.Generator) -> list[tuple[Operation, Tensor]]:
        """What happens to ``count`` photos: operations in order, with a severity for each photo (0: not to this one).

        Operations that happen to none of them are left out.
        """
        drawn = []
        for chance in self.chances:
            dice = torch.rand((2, count), generator=generator, device=generator.device).cpu()
            severity = torch.where(dice[0] < chance.probability, chance.low + (chance.high - chance.low) * dice[1], 0.0)
            if severity.any():
                drawn.append((OPERATIONS[chance.operation], severity))
        return drawn

    def __add__(self, other: Plan) -> Plan:
        return Plan(self.chances + other.chances)


def degrade(photos: Tensor, generator: torch.Generator, plan: Plan) -> Degraded:
    """Draws for each photo what happens to it, and lets it happen.

    Args:
        photos: ``N x 3 x H x W``, 0 to 1, on any device; not written to.
        generator: of every random choice. The same state and photos give the same result on one device.

    Returns:
        the photos after all of it, and what of them lies under marks.
    """
    result = untouched(photos)
    for operation, severity in plan.draw(len(photos), generator):
        result = happened(result, operation, severity, generator)
    return result


def happened(so_far: Degraded, operation: Operation, severity: Tensor, generator: torch.Generator) -> Degraded:
    """One operation more; arguments as :meth:`Operation.apply` takes them."""
    done = operation.apply(so_far.photos, severity, generator)
    if not operation.marks:
        return Degraded(done.photos, so_far.damage)
    return Degraded(done.photos, 1 - (1 - so_far.damage) * (1 - done.damage))


_OPTICAL = (Chance("blur", 0.3, 0.05, 0.4), Chance("defocus", 0.1, 0.1, 0.5), Chance("shake", 0.05, 0.1, 0.4))
_RESCAN = (
    Chance("blur", 0.3, 0.05, 0.3),
    Chance("monochrome", 0.2, 1.0, 1.0),
    Chance("noise", 0.5, 0.05, 0.6),
)
_SAVED = (Chance("jpeg", 0.5, 0.05, 0.7), Chance("double-jpeg", 0.15, 0.1, 0.6), Chance("eight-bits", 1.0, 1.0, 1.0))

MECHANICAL = Plan(
    (
        Chance("foxing", 0.1),
        Chance("tide-lines", 0.08),
        Chance("stains", 0.2),
        Chance("fingerprints", 0.05),
        Chance("ink", 0.06),
        Chance("scratches", 0.75),
        Chance("creases", 0.45),
        Chance("tears", 0.3),
        Chance("wear", 0.12),
        Chance("tape", 0.05),
        Chance("dust", 0.7),
        Chance("hairs", 0.45),
    )
)
"""Marks alone, dense, as a detector is measured on."""

LESSONS = Plan(
    (
        Chance("foxing", 0.2),
        Chance("tide-lines", 0.25),
        Chance("stains", 0.3),
        Chance("fingerprints", 0.12),
        Chance("ink", 0.2),
        Chance("scratches", 0.75),
        Chance("creases", 0.35),
        Chance("tears", 0.35),
        Chance("wear", 0.12),
        Chance("tape", 0.08),
        Chance("dust", 0.6),
        Chance("hairs", 0.6),
    )
)
"""The same marks, the rare ones nearly as often as the others: as a detector learns from."""

AGED = Plan(
    (
        Chance("blur", 0.4, 0.05, 0.3),
        Chance("monochrome", 0.6, 1.0, 1.0),
        Chance("grain", 0.8, 0.1, 0.7),
        Chance("fading", 0.4, 0.1, 0.5),
        Chance("sepia", 0.4, 0.3, 1.0),
        Chance("uneven-fading", 0.3, 0.1, 0.6),
    )
)
"""An old photo without a mark on it."""

FADED = Plan(
    (
        Chance("grain", 0.8, 0.1, 0.6),
        Chance("fading", 1.0, 0.4, 1.0),
        Chance("yellowing", 0.35, 0.1, 0.6),
        Chance("uneven-fading", 0.7, 0.2, 0.9),
        Chance("dust", 0.5, 0.1, 0.5),
        Chance("jpeg", 0.4, 0.1, 0.5),
        Chance("eight-bits", 1.0, 1.0, 1.0),
    )
)
"""A colour print of the 1970s."""

FILM = Plan(
    (
        Chance("blur", 0.5, 0.1, 0.4),
        Chance("monochrome", 1.0, 1.0, 1.0),
        Chance("grain", 1.0, 0.25, 0.8),
        Chance("uneven-fading", 0.5, 0.1, 0.5),
        Chance("scratches", 1.0, 0.3, 1.0),
        Chance("dust", 1.0, 0.4, 1.0),
        Chance("hairs", 0.6, 0.2, 0.8),
        Chance("noise", 0.3, 0.1, 0.4),
        Chance("jpeg", 0.4, 0.1, 0.5),
        Chance("eight-bits", 1.0, 1.0, 1.0),
    )
)
"""A frame of early film."""

PRINT = Plan(
    (
        Chance("blur", 0.6, 0.1, 0.4),
        Chance("monochrome", 1.0, 1.0, 1.0),
        Chance("grain", 1.0, 0.2, 0.7),
        Chance("fading", 0.7, 0.1, 0.6),
        Chance("sepia", 0.85, 0.4, 1.0),
        Chance("uneven-fading", 0.8, 0.2, 0.8),
        Chance("foxing", 0.25, 0.2, 0.8),
        Chance("tide-lines", 0.15, 0.2, 0.8),
        Chance("stains", 0.4, 0.2, 0.8),
        Chance("scratches", 0.7, 0.2, 0.8),
        Chance("creases", 0.9, 0.4, 1.0),
        Chance("tears", 0.5, 0.2, 0.9),
        Chance("wear", 0.8, 0.3, 1.0),
        Chance("dust", 0.9, 0.2, 0.8),
        Chance("hairs", 0.15, 0.2, 0.6),
        Chance("noise", 0.5, 0.1, 0.4),
        Chance("jpeg", 0.4, 0.1, 0.5),
        Chance("eight-bits", 1.0, 1.0, 1.0),
    )
)
"""A black and white print that was carried about."""

FULL = Plan(
    (
        *_OPTICAL,
        Chance("resample", 0.25, 0.1, 0.7),
        Chance("monochrome", 0.35, 1.0, 1.0),
        Chance("grain", 0.7, 0.05, 1.0),
        Chance("halftone", 0.05, 0.1, 0.8),
        Chance("fading", 0.5, 0.05, 0.9),
        Chance("yellowing", 0.3, 0.1, 0.9),
        Chance("sepia", 0.25, 0.3, 1.0),
        Chance("uneven-fading", 0.4, 0.1, 0.9),
        *MECHANICAL.chances,
        *_RESCAN,
        *_SAVED,
    )
)
"""Everything there is, each now and then."""

PLANS: Mapping[str, Plan] = MappingProxyType(
    {"full": FULL, "print": PRINT, "film": FILM, "faded": FADED, "mechanical": MECHANICAL}
)
"""By name, as on the command line."""
