"""Operations on a mask as a whole: growing, shrinking, softening, turning round.

Each gives an edit and leaves the mask as it is. Only cells near painted ones are worked out, so that a few marks on a
huge photo cost little.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from restorer.core.geometry import Bounds
from restorer.core.image import Image
from restorer.core.lazy import load_cv2
from restorer.core.marks import MarkMode, mark, replace_by
from restorer.core.mask import Mask, MaskEdit, MaskPiece, Plane
from restorer.core.shapes import Stencil
from restorer.session.marking.order import MaskOrder

_BLOCK_PX = 1024
_SOLID = 128
"""From this value on a pixel counts as marked where its distance to others is measured."""


@dataclass(frozen=True, slots=True)
class MaskOperation:
    """One operation.

    Attributes:
        id: such as ``grow``.
        title: for menus and history.
        takes_amount: whether it is told a number of pixels.
        work: the mask and that number in, the edit out.
    """

    id: str
    title: str
    takes_amount: bool
    work: Callable[[Mask, int], MaskEdit]


def grow(mask: Mask, amount_px: int) -> MaskEdit:
    """Marks also what is nearer than ``amount_px`` to something marked (Euclidean); soft values stay."""

    def work(plane: Plane) -> Plane:
        return np.maximum(plane, _reached(plane >= _SOLID, amount_px))

    return _by_blocks(mask, amount_px + 2, work)


def shrink(mask: Mask, amount_px: int) -> MaskEdit:
    """Unmarks what is nearer than ``amount_px`` to something not marked; the photo's edge is not shrunk from."""

    def work(plane: Plane) -> Plane:
        return np.minimum(plane, 255 - _reached(plane < _SOLID, amount_px))

    return _by_blocks(mask, amount_px + 2, work)


def feather(mask: Mask, amount_px: int) -> MaskEdit:
    """Softens edges over about ``amount_px`` on either side: a Gaussian of half that as its standard deviation."""

    def work(plane: Plane) -> Plane:
        cv2 = load_cv2()
        sigma = max(amount_px / 2, 0.3)
        size = 2 * math.ceil(3 * sigma) + 1
        soft: Plane = cv2.GaussianBlur(plane, (size, size), sigma, borderType=cv2.BORDER_REPLICATE)
        return soft

    return _by_blocks(mask, math.ceil(1.5 * amount_px) + 2, work)


def invert(mask: Mask, _amount_px: int = 0) -> MaskEdit:
    """Marks what is not marked, and the other way round."""
    return replace_by(mask, 255 - mask.plane)


def fill_holes(mask: Mask, _amount_px: int = 0) -> MaskEdit:
    """Marks what is surrounded by marks on all sides."""
    box = mask.occupied()
    if box.is_empty:
        return MaskEdit(())
    # With a border of what is not marked, which the outside is reached by.
    plane = np.zeros((box.height + 2, box.width + 2), np.uint8)
    plane[1:-1, 1:-1] = mask.plane[box.slices]
    outside = (plane >= _SOLID).astype(np.uint8)
    load_cv2().floodFill(outside, None, (0, 0), 2, flags=4)
    filled = plane[1:-1, 1:-1].copy()
    filled[outside[1:-1, 1:-1] == 0] = 255
    whole = mask.plane.copy()
    whole[box.slices] = filled
    return replace_by(mask, whole)


def clear(mask: Mask, _amount_px: int = 0) -> MaskEdit:
    """Unmarks everything."""
    return replace_by(mask, np.broadcast_to(np.uint8(0), mask.plane.shape))


def select_all(mask: Mask, _amount_px: int = 0) -> MaskEdit:
    """Marks the whole photo."""
    return replace_by(mask, np.broadcast_to(np.uint8(255), mask.plane.shape))


OPERATIONS = {
    operation.id: operation
    for operation in (
        MaskOperation("grow", "Grow mask", True, grow),
        MaskOperation("shrink", "Shrink mask", True, shrink),
        MaskOperation("feather", "Feather mask", True, feather),
        MaskOperation("invert", "Invert mask", False, invert),
        MaskOperation("fill-holes", "Fill holes", False, fill_holes),
        MaskOperation("select-all", "Mark everything", False, select_all),
        MaskOperation("clear", "Clear mask", False, clear),
        MaskOperation("clear-protection", "Protect nothing", False, clear),
    )
}


def operation_order(operation_id: str, amount_px: int, photo: Image, *, protects: bool = False) -> MaskOrder:
    """One of :data:`OPERATIONS` as an order for a mask of the photo's size.

    Raises:
        KeyError: for an unknown operation.
    """
    operation = OPERATIONS[operation_id]
    label = f"{operation.title} by {amount_px} px" if operation.takes_amount else operation.title
    return MaskOrder(label, lambda _photo, mask: operation.work(mask, amount_px), photo.bounds.area, protects)


def plane_order(label: str, plane: Plane) -> MaskOrder:
    """Makes the mask equal to a plane of its size."""
    return MaskOrder(label, lambda _photo, mask: replace_by(mask, plane), plane.size)


def protect_order(mask: Mask) -> MaskOrder:
    """Protects, in addition, what is marked in a live mask of the same photo."""

    def work(_photo: Image, protected: Mask) -> MaskEdit:
        return mark(protected, Stencil(Bounds.of_size(mask.width, mask.height), mask.plane), MarkMode.ADD)

    return MaskOrder("Protect what is marked", work, mask.plane.size, protects=True)


def _reached(from_here: npt.NDArray[np.bool_], amount_px: int) -> Plane:
    """255 up to a distance, falling to 0 over the pixel after it."""
    if not from_here.any():
        return np.zeros(from_here.shape, np.uint8)
    cv2 = load_cv2()
    distance = cv2.distanceTransform((~from_here).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    reached: Plane = np.round((amount_px + 1 - distance).clip(0, 1) * 255).astype(np.uint8)
    return reached


def _by_blocks(mask: Mask, reach_px: int, work: Callable[[Plane], Plane]) -> MaskEdit:
    """An operation that looks ``reach_px`` far, block by block; blocks with nothing in reach are passed over."""
    whole = Bounds.of_size(mask.width, mask.height)
    pieces: list[MaskPiece] = []
    for top in range(0, mask.height, _BLOCK_PX):
        for left in range(0, mask.width, _BLOCK_PX):
            block = Bounds(left, top, left + _BLOCK_PX, top + _BLOCK_PX).intersect(whole)
            window = block.pad(reach_px).intersect(whole)
            plane = mask.plane[window.slices]
            if not plane.any():
                continue
            new = work(plane)[block.translate(-window.left, -window.top).slices]
            if not np.array_equal(new, mask.plane[block.slices]):
                pieces.append(MaskPiece(block, new.copy()))
    return MaskEdit(tuple(pieces))
