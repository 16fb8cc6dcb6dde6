"""What generators are trained for: adversarial objectives by name, penalties, reconstruction and other losses.

Everything here is a plain function of tensors, batched, on whatever device they are, in single precision also under
autocast. Which of it a run uses, and how strongly, is for the loop and its presets to say.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from restorer.core.errors import InputError
from restorer.training.objectives.adversarial import (
    Hinge,
    LeastSquares,
    Minimax,
    NonSaturating,
    Objective,
    Relativistic,
    Wasserstein,
)

__all__ = ["OBJECTIVES", "Objective", "get_objective", "register"]


def register(objectives: Iterable[Objective]) -> Mapping[str, Objective]:
    """Objectives by name, read-only. Raises InputError where two share a name."""
    known: dict[str, Objective] = {}
    for objective in objectives:
        if objective.name in known:
            raise InputError(f"There are two objectives named {objective.name!r}.", hint=f"Known: {', '.join(known)}.")
        known[objective.name] = objective
    return MappingProxyType(known)


OBJECTIVES = register((Minimax(), NonSaturating(), LeastSquares(), Hinge(), Relativistic(), Wasserstein()))
"""Every adversarial objective a configuration can name."""


def get_objective(name: str) -> Objective:
    """Raises InputError, naming the objectives there are."""
    if name not in OBJECTIVES:
        raise InputError(f"There is no objective {name!r}.", hint=f"Known: {', '.join(OBJECTIVES)}.")
    return OBJECTIVES[name]
