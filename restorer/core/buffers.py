"""New versions of a large picture without copying it: the memory of the version before last is used again."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import numpy as np

from restorer.core.geometry import Bounds
from restorer.core.image import Image, Patch, Pixels

_WORTHWHILE_BYTES = 4 * 2**20
"""Below this a plain copy takes no time."""
_MOST_DIRTY = 256


class ImageBuffers:
    """Makes versions of one picture, one after the other.

    An :class:`Image` never changes under whoever holds it. But once nobody holds an older version any more, its memory
    can become the next one: only what differs between the two has to be copied, not the whole picture. Two buffers take
    turns so; undoing a brush-sized patch of a 100-megapixel photo then costs what the patch does.

    Whether somebody holds it is asked of the interpreter's reference counts: every array made from a buffer, a view of
    a view included, refers to it.
    """

    def __init__(self) -> None:
        self._spare: Pixels | None = None
        self._dirty: list[Bounds] = []

    def paste(self, image: Image, patches: Sequence[Patch]) -> Image:
        """As :meth:`Image.with_patches`; the picture given becomes the version to be used again."""
        boxes = [patch.bounds for patch in patches]
        if patches and patches[-1].bounds == image.bounds:  # the whole picture: its pixels are there already
            self.forget()
            return Image(patches[-1].pixels, image.color)
        pixels = self._take_spare(image)
        if pixels is None:
            fresh = image.with_patches(tuple(patches))
        else:
            for patch in patches:
                pixels[patch.bounds.slices] = patch.pixels
            fresh = Image(pixels, image.color)
        self.replaced(image, boxes)
        return fresh

    def replaced(self, image: Image, boxes: Sequence[Bounds]) -> None:
        """Says that a version was replaced by one that differs from it within ``boxes`` alone."""
        self._spare, self._dirty = _owner_of(image), list(boxes)

    def forget(self) -> None:
        """Uses no version again, as after a change of the extent."""
        self._spare, self._dirty = None, []

    def _take_spare(self, image: Image) -> Pixels | None:
        """The spare brought up to date, if nobody else holds it."""
        spare, self._spare = self._spare, None
        # Two references are our own: the variable, and the argument of getrefcount.
        if spare is None or sys.getrefcount(spare) > 2 or len(self._dirty) > _MOST_DIRTY:
            return None
        if spare.shape != image.pixels.shape or spare.dtype != image.pixels.dtype:
            return None
        for box in self._dirty:
            spare[box.slices] = image.pixels[box.slices]
        return spare


def _owner_of(image: Image) -> Pixels | None:
    """The array whose memory a picture is, where it is worth using again and is nothing but this picture."""
    owner = image.pixels.base
    if not isinstance(owner, np.ndarray) or owner.base is not None or not owner.flags.writeable:
        return None
    if owner.shape != image.pixels.shape or owner.dtype != image.pixels.dtype or not owner.flags.c_contiguous:
        return None
    return owner if owner.nbytes >= _WORTHWHILE_BYTES else None
