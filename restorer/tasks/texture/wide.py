"""The wide places of a region: where a smooth fill shows as a smooth spot, and how they are cut into pieces."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from restorer.core.geometry import Bounds
from restorer.core.lazy import load_cv2
from restorer.core.progress import CancelToken
from restorer.tasks.holes import Flags, Holes
from restorer.tasks.regions import Cell, cut, touching

THIN_PX = 20
"""Up to this thickness a smooth continuation of the rim looks better than copied patches."""
CORE_PX, CONTEXT_PX = 512, 160
"""Longest side of a piece and what is seen around it, at the scale it is worked at: some 250 MB of memory."""
_SPANNED_PX = 384
"""Thickness up to which a piece sees what is known on both sides; wider holes are worked at a coarser scale."""
_CELL_PX = 64
_LOOK = 2
"""Level at which wide places are looked for: a sixteenth of the photo's pixels."""
_CANDIDATE_PX = 1.2
"""Depth there from which a place may be wide: pixels of that level are holes only where all of theirs are."""


@dataclass(frozen=True, slots=True)
class WidePiece:
    """A part of a region that is textured at once.

    Attributes:
        core: box around it, in photo pixels.
        level: scale it is worked at; 0 is the photo's own.
    """

    core: Bounds
    level: int

    def window(self, photo: Bounds) -> Bounds:
        """What is looked at, in photo pixels; it begins on the grid of its level."""
        grid = 1 << self.level
        wide = self.core.pad(CONTEXT_PX << self.level)
        left, top = (max(0, edge) // grid * grid for edge in (wide.left, wide.top))
        return Bounds(left, top, wide.right, wide.bottom).intersect(photo)


def wide_pieces(holes: Holes, token: CancelToken) -> tuple[WidePiece, ...]:
    """Pieces that together hold everything wide, in reading order.

    Raises:
        Cancelled: once the token says so.
    """
    token.raise_if_cancelled()
    depth = _depth(holes.hole(_LOOK, holes.extent(_LOOK)))
    side = _CELL_PX >> _LOOK
    found: list[WidePiece] = []
    for region in touching(dict(_squares(depth >= _CANDIDATE_PX, side, holes.photo.bounds))):
        token.raise_if_cancelled()
        keys = np.array(sorted(region))
        deepest = max(float(depth[y * side : (y + 1) * side, x * side : (x + 1) * side].max()) for y, x in keys)
        thickness = 2 * deepest * (1 << _LOOK)
        level = max(0, math.ceil(math.log2(max(1.0, thickness / _SPANNED_PX))))
        found.extend(WidePiece(Bounds.around(parts), level) for parts in cut(region, CORE_PX << level))
    return tuple(found)


def pieces_for(pieces: Sequence[WidePiece], within: Bounds, photo: Bounds) -> tuple[WidePiece, ...]:
    """Those that a part of the photo rests on, in their order: each sees the texture that those before it made."""
    kept: list[WidePiece] = []
    for piece in reversed(pieces):
        seen = (within, *(later.window(photo) for later in kept))
        if any(piece.core.overlaps(part) for part in seen):
            kept.append(piece)
    return tuple(reversed(kept))


def wide_parts(hole: Flags, *, reach_px: int = 0) -> Flags:
    """The parts of a hole that are thicker than :data:`THIN_PX`; scratches that run into them are not.

    Args:
        reach_px: how far the hole reaches beyond what is painted, whose thickness it is that counts.
    """
    thickness = THIN_PX + 2 * reach_px
    distance = _depth(hole)
    middle = distance > thickness / 2
    if not middle.any():
        return np.zeros_like(hole)
    cv2 = load_cv2()
    to_middle = cv2.distanceTransform((~middle).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return np.asarray(hole & (to_middle <= thickness / 2 + 1))


def _depth(hole: Flags) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    cv2 = load_cv2()
    return np.asarray(cv2.distanceTransform(hole.astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE), np.float32)


def _squares(candidates: Flags, side: int, photo: Bounds) -> Iterator[tuple[Cell, Bounds]]:
    """Squares of a grid that hold candidates, each with its box in photo pixels."""
    for row in range(-(-candidates.shape[0] // side)):
        band = candidates[row * side : (row + 1) * side]
        for column in np.unique(np.flatnonzero(band.any(axis=0)) // side).tolist():
            box = Bounds(column, row, column + 1, row + 1)
            edges = (edge * _CELL_PX for edge in (box.left, box.top, box.right, box.bottom))
            yield (row, column), Bounds(*edges).pad(THIN_PX).intersect(photo)
