"""How well marked pixels agree with the truth where a pixel or two of displacement does not matter."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Flags = npt.NDArray[np.bool_]
"""``H x W`` bool."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """Counts of pixels; add those of several photos to get the figures of all.

    Attributes:
        marked: pixels that were marked.
        right: those of them that lie near a true one.
        true: pixels of the truth.
        found: those of them that lie near a marked one.
        overlap: pixels that are both, without any tolerance.
    """

    marked: int = 0
    right: int = 0
    true: int = 0
    found: int = 0
    overlap: int = 0

    def __add__(self, other: Agreement) -> Agreement:
        return Agreement(
            self.marked + other.marked,
            self.right + other.right,
            self.true + other.true,
            self.found + other.found,
            self.overlap + other.overlap,
        )

    @property
    def precision(self) -> float:
        """Share of the marked pixels that lie near a true one; 1 where nothing was marked."""
        return self.right / self.marked if self.marked else 1.0

    @property
    def recall(self) -> float:
        """Share of the true pixels that lie near a marked one; 1 where there are none."""
        return self.found / self.true if self.true else 1.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0

    @property
    def iou(self) -> float:
        """Intersection over union, without tolerance; 1 where both are empty."""
        union = self.marked + self.true - self.overlap
        return self.overlap / union if union else 1.0


def agreement(marked: Flags, true: Flags, *, tolerance_px: int = 2, known: Flags | None = None) -> Agreement:
    """Counts of one photo: boundary-tolerant precision and recall (as BSDS does for edges, Martin et al. 2004).

    Args:
        marked, true: of one shape.
        tolerance_px: Euclidean distance within which a pixel counts as met.
        known: only these pixels of both count; None = all. A pixel that is left out still meets others.
    """
    counts = np.ones_like(true) if known is None else known
    return Agreement(
        marked=int(np.count_nonzero(marked & counts)),
        right=int(np.count_nonzero(marked & counts & near(true, tolerance_px))),
        true=int(np.count_nonzero(true & counts)),
        found=int(np.count_nonzero(true & counts & near(marked, tolerance_px))),
        overlap=int(np.count_nonzero(marked & true & counts)),
    )


def near(flags: Flags, distance_px: int) -> Flags:
    """Where a set pixel lies at most ``distance_px`` away (a dilation by a disc)."""
    result = flags.copy()
    height, width = flags.shape
    reach = range(-distance_px, distance_px + 1)
    for dy, dx in ((dy, dx) for dy in reach for dx in reach if 0 < dy * dy + dx * dx <= distance_px**2):
        into = result[max(0, dy) : height + min(0, dy), max(0, dx) : width + min(0, dx)]
        into |= flags[max(0, -dy) : height + min(0, -dy), max(0, -dx) : width + min(0, -dx)]
    return result
