"""The repair mask: an 8-bit coverage plane, 255 = repair, and undoable edits of it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from restorer.core.errors import InputError
from restorer.core.geometry import Bounds

Plane = npt.NDArray[np.uint8]
Cell = tuple[int, int]
"""Row and column on the grid of a :class:`MaskEditor`."""


@dataclass(frozen=True, slots=True, eq=False)
class MaskPiece:
    """Saved values of one rectangle of the mask."""

    bounds: Bounds
    values: Plane


@dataclass(frozen=True, slots=True, eq=False)
class MaskEdit:
    """What one stroke (or one mask command) changed: the values that were there before, piece by piece.

    Applying an edit with :meth:`Mask.swap` restores those values and returns the edit that brings the change back.
    """

    pieces: tuple[MaskPiece, ...]

    @property
    def bounds(self) -> Bounds:
        return Bounds.around(piece.bounds for piece in self.pieces)

    @property
    def bytes(self) -> int:
        return sum(int(piece.values.nbytes) for piece in self.pieces)


@dataclass(frozen=True, slots=True, eq=False)
class ReadyEdit:
    """An edit that was carried out beside the mask, so that it only has to be taken over; see :meth:`Mask.ready`.

    Attributes:
        edit: the new values.
        inverse: those that are there before.
        plane: the whole mask with the new values.
    """

    edit: MaskEdit
    inverse: MaskEdit
    plane: Plane


class Mask:
    """Mutable coverage plane of one photo. Lives on one thread; other threads get a :meth:`snapshot`.

    :attr:`plane` is to be changed only through :class:`MaskEditor` and :meth:`swap`, so that every change can be
    undone.
    """

    __slots__ = ("_owed", "_owed_by", "_plane")

    def __init__(self, plane: Plane) -> None:
        if plane.ndim != 2 or plane.dtype != np.uint8:
            raise InputError(f"A mask is one 8-bit plane, this one is {plane.dtype} of the shape {plane.shape}.")
        self._plane = plane
        self._owed: Callable[[], None] | None = None
        self._owed_by = 0

    @classmethod
    def empty(cls, width: int, height: int) -> Mask:
        return cls(np.zeros((height, width), np.uint8))

    @property
    def plane(self) -> Plane:
        """``H x W`` uint8, 0 = keep, 255 = repair. What is still owed to it is written first."""
        if self._owed is not None:
            self.settle()
        return self._plane

    def owe(self, write: Callable[[], None] | None) -> None:
        """Lets a stroke write later what it has changed: before anybody on this thread looks at the plane.

        Args:
            write: writes all of it, and owes nothing afterwards; None where nothing is to be written any more.
        """
        self._owed, self._owed_by = write, threading.get_ident()

    def settle(self) -> None:
        """Writes what is owed. Does nothing on another thread than the one that paints: what is seen there of a stroke
        that goes on is chance anyhow."""
        if self._owed is not None and self._owed_by == threading.get_ident():
            self._owed()

    @property
    def width(self) -> int:
        return int(self._plane.shape[1])

    @property
    def height(self) -> int:
        return int(self._plane.shape[0])

    @property
    def is_empty(self) -> bool:
        return not self.plane.any()

    def occupied(self) -> Bounds:
        """Smallest rectangle holding every non-zero pixel; empty if there is none."""
        rows = np.flatnonzero(self.plane.any(axis=1))
        if rows.size == 0:
            return Bounds(0, 0, 0, 0)
        columns = np.flatnonzero(self.plane[rows[0] : rows[-1] + 1].any(axis=0))
        return Bounds(int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1)

    def occupied_cells(self, side: int) -> Iterator[Bounds]:
        """Cells of a square grid, clipped to the mask, that hold a non-zero pixel.

        Finer than :meth:`occupied` where little is painted here and there on a large photo.
        """
        for top in range(0, self.height, side):
            for left in range(0, self.width, side):
                cell = Bounds(left, top, left + side, top + side).clip(self.width, self.height)
                if self.plane[cell.slices].any():
                    yield cell

    def coverage(self) -> float:
        """Share of pixels that are not zero, 0 to 1."""
        return float(np.count_nonzero(self.plane)) / self.plane.size

    def snapshot(self) -> Mask:
        """Read-only copy for another thread."""
        plane = self.plane.copy()
        plane.flags.writeable = False
        return Mask(plane)

    def without(self, protected: Mask) -> Mask:
        """Read-only copy with 0 wherever ``protected``, of the same size, is not."""
        plane = self.plane.copy()
        plane[protected.plane > 0] = 0
        plane.flags.writeable = False
        return Mask(plane)

    def ready(self, edit: MaskEdit) -> ReadyEdit:
        """Carries out a large edit on a copy, which another thread may do; the mask must not change until it is taken
        over with :meth:`take`."""
        plane = self.plane.copy()
        inverse = Mask(plane).swap(edit)
        return ReadyEdit(edit, inverse, plane)

    def take(self, ready: ReadyEdit) -> MaskEdit:
        """As :meth:`swap`, at no cost."""
        self.settle()
        self._plane = ready.plane
        return ready.inverse

    def swap(self, edit: MaskEdit) -> MaskEdit:
        """Puts the edit's values back and returns the edit that undoes that."""
        taken = []
        for piece in edit.pieces:
            there = self.plane[piece.bounds.slices]
            taken.append(MaskPiece(piece.bounds, _copied(there)))
            self.plane[piece.bounds.slices] = piece.values
        return MaskEdit(tuple(taken))


def _copied(values: Plane) -> Plane:
    """A copy; of what is empty, as most of a mask is, one that takes no memory."""
    # The largest is found far quicker than whether there is any.
    return values.copy() if values.max(initial=0) else np.broadcast_to(np.uint8(0), values.shape)


class MaskEditor:
    """Collects one edit: keeps the old values of each grid cell on its first touch, however long the stroke gets.

    Working cell by cell, a stroke right across a huge photo saves only the cells under it, not its bounding box.
    """

    CELL = 256

    def __init__(self, mask: Mask) -> None:
        self._mask = mask
        self._saved: dict[Cell, MaskPiece] = {}

    def touch(self, bounds: Bounds) -> Plane:
        """Saves what is not yet saved under ``bounds`` and returns a writable view of exactly that part.

        ``bounds`` must lie within the mask.
        """
        for cell in self._cells(bounds):
            if cell not in self._saved:
                whole = self._bounds_of(cell)
                self._saved[cell] = MaskPiece(whole, _copied(self._mask.plane[whole.slices]))
        return self._mask.plane[bounds.slices]

    def look(self, bounds: Bounds) -> Plane:
        """The same, only to be read."""
        return self._mask.plane[bounds.slices]

    def _cells(self, bounds: Bounds) -> Iterator[Cell]:
        if not bounds.is_empty:
            for row in range(bounds.top // self.CELL, (bounds.bottom - 1) // self.CELL + 1):
                for column in range(bounds.left // self.CELL, (bounds.right - 1) // self.CELL + 1):
                    yield row, column

    def _bounds_of(self, cell: Cell) -> Bounds:
        """The pixels of a cell, within the mask."""
        left, top = cell[1] * self.CELL, cell[0] * self.CELL
        return Bounds(left, top, left + self.CELL, top + self.CELL).clip(self._mask.width, self._mask.height)

    def finish(self) -> MaskEdit:
        """The edit so far, without the cells whose values did not change; what is touched next begins another one."""
        changed = tuple(
            piece
            for piece in self._saved.values()
            if not np.array_equal(piece.values, self._mask.plane[piece.bounds.slices])
        )
        self._saved.clear()
        return MaskEdit(changed)

    def abandon(self) -> Bounds:
        """Puts everything back as it was and returns what has to be redrawn."""
        edit = MaskEdit(tuple(self._saved.values()))
        self._mask.swap(edit)
        self._saved.clear()
        return edit.bounds


def clear_used(live: Mask, used: Mask | None) -> MaskEdit:
    """Takes out of the live mask what is still as a job saw it, if it saw any: strokes painted while it ran stay."""
    editor = MaskEditor(live)
    if used is None:
        return editor.finish()
    for cell in used.occupied_cells(MaskEditor.CELL):
        now, seen = live.plane[cell.slices], used.plane[cell.slices]
        unchanged = (seen > 0) & (now == seen)
        if unchanged.any():
            editor.touch(cell)[unchanged] = 0
    return editor.finish()


def require_size(mask_width: int, mask_height: int, width: int, height: int, *, name: str = "The mask") -> None:
    """Raises InputError where a mask is not of the photo's size, ``width x height``."""
    if (mask_width, mask_height) != (width, height):
        raise InputError(
            f"{name} is {mask_width} × {mask_height} pixels, the photo is {width} × {height}.",
            hint="They must be of the same size.",
        )


def mask_from_pixels(pixels: npt.NDArray[np.generic], width: int, height: int, *, name: str) -> Mask:
    """Mask from any picture: every pixel that is not zero (in any colour channel) is to be repaired.

    Args:
        pixels: ``H x W`` or ``H x W x C``; of 2 or 4 channels the last is alpha and only visible pixels count.
        name: how to call the picture in an error message.

    Raises:
        InputError: where its size is not ``width x height``.
    """
    require_size(pixels.shape[1], pixels.shape[0], width, height, name=f"The mask {name}")
    if pixels.ndim == 2:
        marked = pixels != 0
    elif pixels.shape[2] in (2, 4):
        marked = (pixels[..., :-1] != 0).any(axis=2) & (pixels[..., -1] != 0)
    else:
        marked = (pixels != 0).any(axis=2)
    return Mask(np.where(marked, np.uint8(255), np.uint8(0)))
