"""What a task hands back: pixels for parts of the photo, and which of them it invented."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from restorer.core.image import Image, Patch
from restorer.core.mask import MaskPiece
from restorer.core.params import Value


@dataclass(frozen=True, slots=True, eq=False)
class Alternative:
    """One of several answers of a run.

    Attributes:
        patches: new pixels, see :class:`TaskResult`; pasted over another answer they leave nothing of it.
        params: what of the step's parameters has to be set so that it gives this answer alone.
    """

    patches: tuple[Patch, ...]
    params: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class TaskResult:
    """Patches lie within the photo, are pasted in order, and have its dtype and channels.

    Attributes:
        patches: new pixels. Every bit of the photo outside of them stays.
        filled: where content was invented (not zero), in pieces that lie within the patches.
        tiles: how many network (or classical) calls it took.
        alternatives: all answers where there are several, that in ``patches`` first; they fill the same pixels.
        settled: parameters that were left to the task and what it made of them, so that the step says what was done.
    """

    patches: tuple[Patch, ...]
    filled: tuple[MaskPiece, ...] = ()
    tiles: int = 0
    alternatives: tuple[Alternative, ...] = ()
    settled: Mapping[str, Value] = field(default_factory=dict)

    def changed_pixels(self, photo: Image) -> int:
        """Number of pixels whose value differs from the photo's; patches may overlap."""
        changed = np.zeros((photo.height, photo.width), bool)
        for patch in self.patches:
            changed[patch.bounds.slices] = (patch.pixels != photo.pixels[patch.bounds.slices]).any(axis=2)
        return int(np.count_nonzero(changed))


def filled_fraction(photo: Image, pieces: tuple[MaskPiece, ...]) -> float:
    """Share of the photo covered by the union of ``pieces``, 0 to 1. Costs what they cover, not what the photo does."""
    filled, count = np.zeros((photo.height, photo.width), bool), 0
    for piece in pieces:
        region = filled[piece.bounds.slices]
        count += int(np.count_nonzero((piece.values > 0) & ~region))
        region |= piece.values > 0
    return count / filled.size
