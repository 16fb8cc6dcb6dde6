"""What a tool or a command wants done to a mask, as a value: whoever carries it out decides on the thread."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from restorer.core.image import Image
from restorer.core.marks import MarkMode, mark
from restorer.core.mask import Mask, MaskEdit
from restorer.core.shapes import Shape


@dataclass(frozen=True, slots=True, eq=False)
class MaskOrder:
    """One undoable change of a mask.

    Attributes:
        label: for the history.
        work: the photo and the mask in, the edit out. Changes neither; may be called on any thread.
        pixels: about how many it has to look at, to tell what takes time.
        protects: whether it is about what is protected instead of the mask.
    """

    label: str
    work: Callable[[Image, Mask], MaskEdit]
    pixels: int
    protects: bool = False


def shape_order(name: str, shape: Shape, mode: MarkMode, photo: Image) -> MaskOrder:
    """Marks a shape on a photo.

    Args:
        name: of the tool, such as ``Lasso``.
    """
    area = photo.bounds if mode is MarkMode.REPLACE else shape.bounds.intersect(photo.bounds)
    return MaskOrder(mark_label(name, mode), lambda _photo, mask: mark(mask, shape, mode), area.area)


def mark_label(name: str, mode: MarkMode) -> str:
    """How the history calls what a tool did."""
    return {MarkMode.ADD: name, MarkMode.SUBTRACT: f"{name}, subtracted", MarkMode.REPLACE: f"{name} alone"}[mode]
