"""The degradation model: what happens to photographs, on demand, with a mask of exactly where.

Operations take batches of photos on any device, a severity for each photo, and a generator of randomness. Severity 0
gives back the same bits.

Importing this is cheap: torch comes with the first name asked for. Drawing marks needs none, see
:mod:`restorer.degradation.marks`.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from restorer.core.damage import DAMAGE_CLASSES

if TYPE_CHECKING:
    from restorer.degradation.bank import DamageBank
    from restorer.degradation.catalogue import OPERATIONS
    from restorer.degradation.operation import Degraded, Operation
    from restorer.degradation.plans import (
        AGED,
        FADED,
        FILM,
        FULL,
        LESSONS,
        MECHANICAL,
        PLANS,
        PRINT,
        Chance,
        Plan,
        degrade,
    )

_HOMES = {
    "bank": ("DamageBank",),
    "catalogue": ("OPERATIONS",),
    "operation": ("Degraded", "Operation"),
    "plans": ("AGED", "FADED", "FILM", "FULL", "LESSONS", "MECHANICAL", "PLANS", "PRINT", "Chance", "Plan", "degrade"),
}

__all__ = [
    "AGED",
    "DAMAGE_CLASSES",
    "FADED",
    "FILM",
    "FULL",
    "LESSONS",
    "MECHANICAL",
    "OPERATIONS",
    "PLANS",
    "PRINT",
    "Chance",
    "DamageBank",
    "Degraded",
    "Operation",
    "Plan",
    "degrade",
]


def __getattr__(name: str) -> Any:
    for module, names in _HOMES.items():
        if name in names:
            return getattr(importlib.import_module(f"{__name__}.{module}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
