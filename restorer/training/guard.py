"""Noticing that a run goes wrong, before its average does."""

from __future__ import annotations

import math
from dataclasses import dataclass

RECENT, USUAL = 0.98, 0.998
"""Decay of the two running means of the loss: over some fifty steps, and over some five hundred."""
SETTLED = 200
"""Steps before which no loss is called unusual."""
GIVE_UP = 20
"""Steps in a row without a usable gradient, after which a run is given up."""


@dataclass(slots=True)
class Guard:
    """Watches loss and gradient of every step. All of it is state that a checkpoint keeps.

    Attributes:
        limit: how many times its usual size the recent mean of the loss may grow to; 0 = any size.
        recent, usual: the two running means.
        seen: steps that went into them.
        bad: steps in a row that had no usable gradient.
    """

    limit: float
    recent: float = 0.0
    usual: float = 0.0
    seen: int = 0
    bad: int = 0

    def is_finite(self, *values: float) -> bool:
        """Whether a step can be taken; counts those that cannot."""
        finite = all(math.isfinite(value) for value in values)
        self.bad = 0 if finite else self.bad + 1
        return finite

    @property
    def gives_up(self) -> bool:
        return self.bad >= GIVE_UP

    def diverges(self, loss: float) -> bool:
        """Takes note of a finite loss; True where the recent ones are too large, and then forgets them."""
        if self.seen:
            # One freak batch counts as no more than three ordinary ones.
            loss = min(loss, 3 * self.usual)
        self.recent = loss if not self.seen else RECENT * self.recent + (1 - RECENT) * loss
        self.usual = loss if not self.seen else USUAL * self.usual + (1 - USUAL) * loss
        self.seen += 1
        unusual = self.limit > 0 and self.seen > SETTLED and self.recent > self.limit * self.usual
        if unusual:
            self.recent, self.seen = self.usual, 1
        return unusual
