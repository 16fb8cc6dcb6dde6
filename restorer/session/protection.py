"""What the person protected stays: not one of its bits changes, whatever a task does to the photo."""

from __future__ import annotations

import contextlib
from collections.abc import Generator
from dataclasses import replace

import numpy as np

from restorer.core.image import Image, Patch
from restorer.core.mask import Mask, MaskPiece
from restorer.core.progress import TaskEvent, TileFinished
from restorer.core.result import Alternative, TaskResult


def shielded(
    work: Generator[TaskEvent, None, TaskResult], photo: Image, protected: Mask
) -> Generator[TaskEvent, None, TaskResult]:
    """A task's work whose previews and result leave alone what is protected.

    Args:
        photo: what the task works on.
        protected: of its size; every pixel that is not 0 keeps its value to the bit.
    """
    with contextlib.closing(work):
        while True:
            try:
                event = next(work)
            except StopIteration as stop:
                return shield(stop.value, photo, protected)
            if isinstance(event, TileFinished):
                event = replace(event, preview=_shield_patch(event.preview, photo, protected))
            yield event


def shield(result: TaskResult, photo: Image, protected: Mask) -> TaskResult:
    """The result with the photo's own pixels wherever ``protected`` is not 0; see :func:`shielded`.

    A picture of another extent is left as it is: what is protected goes with it.
    """
    if result.reframed is not None:
        return result
    return replace(
        result,
        patches=_shield_patches(result.patches, photo, protected),
        filled=tuple(_shield_piece(piece, protected) for piece in result.filled),
        alternatives=tuple(
            Alternative(_shield_patches(each.patches, photo, protected), each.params) for each in result.alternatives
        ),
    )


def _shield_patches(patches: tuple[Patch, ...], photo: Image, protected: Mask) -> tuple[Patch, ...]:
    return tuple(_shield_patch(patch, photo, protected) for patch in patches)


def _shield_patch(patch: Patch, photo: Image, protected: Mask) -> Patch:
    kept = protected.plane[patch.bounds.slices] > 0
    if not kept.any():
        return patch
    pixels = patch.pixels.copy()
    pixels[kept] = photo.crop(patch.bounds)[kept]
    return Patch(patch.bounds, pixels)


def _shield_piece(piece: MaskPiece, protected: Mask) -> MaskPiece:
    kept = protected.plane[piece.bounds.slices] > 0
    return MaskPiece(piece.bounds, np.where(kept, np.uint8(0), piece.values)) if kept.any() else piece
