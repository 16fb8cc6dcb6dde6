"""What a shape does to a mask: edits of whole shapes, cell by cell, so that little is kept of what little changes."""

from __future__ import annotations

import enum
from collections.abc import Iterator

import numpy as np

from restorer.core.geometry import Bounds
from restorer.core.mask import Mask, MaskEdit, MaskEditor, MaskPiece, Plane
from restorer.core.shapes import Shape

_BAND_CELLS = 16
"""How many cells of a row are worked out at once."""


class MarkMode(enum.Enum):
    """How what is marked comes to what is there."""

    ADD = "add"
    SUBTRACT = "subtract"
    REPLACE = "replace"

    @property
    def swapped(self) -> MarkMode:
        """The other one of adding and subtracting."""
        return MarkMode.ADD if self is MarkMode.SUBTRACT else MarkMode.SUBTRACT

    def combine(self, there: Plane, marked: Plane) -> Plane:
        """New mask values."""
        if self is MarkMode.ADD:
            return np.maximum(there, marked)
        return np.minimum(there, 255 - marked) if self is MarkMode.SUBTRACT else marked


def mark(mask: Mask, shape: Shape, mode: MarkMode) -> MaskEdit:
    """The edit that marks a shape; ``mask`` itself stays as it is.

    Only reads the mask, so that it may be worked out on another thread as long as nobody changes it meanwhile.

    Returns:
        the new values, for :meth:`~restorer.core.document.Document.edit_mask`; only cells in which some differ.
    """
    whole = Bounds.of_size(mask.width, mask.height)
    area = whole if mode is MarkMode.REPLACE else shape.bounds.intersect(whole)
    pieces: list[MaskPiece] = []
    for part in _parts(area):
        there = mask.plane[part.slices]
        if part.overlaps(shape.bounds):
            wanted = mode.combine(there, shape.coverage(part))
        elif there.any():
            wanted = np.zeros_like(there)
        else:
            continue
        pieces.extend(_changed(part, there, wanted))
    return MaskEdit(tuple(pieces))


def replace_by(mask: Mask, plane: Plane) -> MaskEdit:
    """The edit that makes a mask, which stays as it is, equal to a plane of its size; see :func:`mark`."""
    pieces: list[MaskPiece] = []
    for part in _parts(Bounds.of_size(mask.width, mask.height)):
        pieces.extend(_changed(part, mask.plane[part.slices], plane[part.slices]))
    return MaskEdit(tuple(pieces))


def _parts(area: Bounds) -> Iterator[Bounds]:
    """Bands of grid cells that lie within an area."""
    side, length = MaskEditor.CELL, MaskEditor.CELL * _BAND_CELLS
    for top in range(area.top // side * side, area.bottom, side):
        for left in range(area.left // side * side, area.right, length):
            part = Bounds(left, top, left + length, top + side).intersect(area)
            if not part.is_empty:
                yield part


def _changed(part: Bounds, there: Plane, wanted: Plane) -> Iterator[MaskPiece]:
    """The cells of a band whose values differ."""
    side = MaskEditor.CELL
    left = part.left
    while left < part.right:
        right = min((left // side + 1) * side, part.right)
        columns = slice(left - part.left, right - part.left)
        values = wanted[:, columns]
        if not np.array_equal(there[:, columns], values):
            bounds = Bounds(left, part.top, right, part.bottom)
            # A cell of one value, as most of a large shape are, takes no memory.
            one = values[0, 0]
            is_even = bool((values == one).all())
            yield MaskPiece(bounds, np.broadcast_to(one, values.shape) if is_even else values.copy())
        left = right
