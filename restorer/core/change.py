"""What changed in a document, as a value."""

from __future__ import annotations

from dataclasses import dataclass, replace

from restorer.core.geometry import Bounds
from restorer.core.placement import Placement, stack

NOTHING = Bounds(0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Change:
    """What a mutator changed: parts to redraw, and whether the history list looks different.

    Attributes:
        image, mask, protected: in pixels of the photo as it is after the change.
        placement: where that photo lies in the one before, where its extent is another one; everything is to be
            redrawn then.
    """

    image: Bounds = NOTHING
    mask: Bounds = NOTHING
    history: bool = False
    protected: Bounds = NOTHING
    placement: Placement | None = None

    @classmethod
    def of_extent(cls, placement: Placement) -> Change:
        """The photo has another extent: everything looks different."""
        whole = placement.bounds()
        return cls(whole, whole, protected=whole, placement=placement)

    def __or__(self, other: Change) -> Change:
        history, placement = self.history or other.history, stack(self.placement, other.placement)
        if placement is not None:
            return replace(Change.of_extent(placement), history=history)
        return Change(
            self.image.union(other.image),
            self.mask.union(other.mask),
            history,
            self.protected.union(other.protected),
        )
