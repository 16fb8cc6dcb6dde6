"""Two states of one photo brought to one extent, to be laid over each other or shown side by side."""

from __future__ import annotations

from dataclasses import dataclass, field

from restorer.core.image import Image
from restorer.core.kept_state import KeptState
from restorer.core.placement import Placement
from restorer.session.alignment import aligned


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """Two pictures of one size.

    Attributes:
        before, after: the two states.
        placement: where both lie in the original.
    """

    before: Image = field(repr=False)
    after: Image = field(repr=False)
    placement: Placement


def compare_states(before: KeptState, after: KeptState) -> Comparison:
    """Makes both pictures; for a thread that may take its time.

    The later one is as it was, pixel for pixel. The earlier one is laid under it by the place that everything had in
    the original: moved, turned and enlarged as the later one was; black where it shows nothing of what the later one
    does. States of one extent are both as they were.

    Raises:
        InputError: where a file of the history is damaged; OSError where one is gone.
    """
    first, second = before.picture(), after.picture()
    if before.placement != after.placement:
        first = aligned(first, before.placement.inverse().then(after.placement))
    return Comparison(first, second, after.placement)
