"""What changed in a document, as a value."""

from __future__ import annotations

from dataclasses import dataclass

from restorer.core.geometry import Bounds

NOTHING = Bounds(0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Change:
    """What a mutator changed: parts to redraw, and whether the history list looks different."""

    image: Bounds = NOTHING
    mask: Bounds = NOTHING
    history: bool = False
    protected: Bounds = NOTHING

    def __or__(self, other: Change) -> Change:
        return Change(
            self.image.union(other.image),
            self.mask.union(other.mask),
            self.history or other.history,
            self.protected.union(other.protected),
        )
