"""The pixels a canvas shows: a photo, with what a running job has finished laid over it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from restorer.core.geometry import Bounds
from restorer.core.image import ColorTag, Image, Patch, Pixels
from restorer.core.lazy import load_cv2
from restorer.formats.color import DisplayPixels

ToDisplay = Callable[[Pixels, ColorTag], DisplayPixels]


@dataclass(frozen=True, slots=True, eq=False)
class PhotoSource:
    """Reads any part of a photo at any power-of-two reduction, ready for the screen. A value: safe on any thread.

    Because previews are pasted here, below everything that caches, a finished tile and the committed result look the
    same to the last bit, and one replaces the other without a flicker.

    Attributes:
        image: the photo.
        to_display: turns its pixels to bytes of the screen.
        patches: previews, in the order they lie over it.
    """

    image: Image
    to_display: ToDisplay
    patches: tuple[Patch, ...] = ()

    def read(self, bounds: Bounds, level: int) -> DisplayPixels:
        """Display pixels of ``bounds``, area-averaged over boxes of ``2 ** level``.

        Args:
            bounds: within the photo, left and top being multiples of ``2 ** level``. Where right or bottom are none,
                the last box averages the pixels there are.
            level: 0 = as they are.

        Returns:
            a picture of ``bounds`` divided by ``2 ** level``, rounded up.
        """
        pixels = self._patched(bounds)
        if self.image.has_alpha:
            # Straight alpha does not average: what is under transparent pixels would bleed in.
            return _average(self.to_display(pixels, self.image.color), level)
        return self.to_display(_average(pixels, level), self.image.color)

    def sample(self, side: int) -> DisplayPixels:
        """The whole photo at once, at most ``side`` pixels long, by leaving pixels out: quick, and coarse."""
        step = max(1, -(-max(self.image.width, self.image.height) // side))
        pixels = np.ascontiguousarray(self.image.pixels[step // 2 :: step, step // 2 :: step])
        if pixels.size == 0:
            pixels = self.image.pixels[:1, :1]
        return self.to_display(pixels, self.image.color)

    def _patched(self, bounds: Bounds) -> Pixels:
        pixels = self.image.crop(bounds)
        for patch in self.patches:
            shared = patch.bounds.intersect(bounds)
            if shared.is_empty:
                continue
            if not pixels.flags.writeable:
                pixels = pixels.copy()
            inside = shared.translate(-patch.bounds.left, -patch.bounds.top)
            pixels[shared.translate(-bounds.left, -bounds.top).slices] = patch.pixels[inside.slices]
        return pixels


def _average(pixels: Pixels, level: int) -> Pixels:
    """Means over boxes of ``2 ** level``, in the pixels' own dtype; a box that lacks pixels repeats its last ones."""
    if level == 0:
        return pixels
    cv2 = load_cv2()
    box = 1 << level
    height, width, channels = pixels.shape
    below, right = -height % box, -width % box
    if below or right:
        pixels = cv2.copyMakeBorder(pixels, 0, below, 0, right, cv2.BORDER_REPLICATE)
    size = ((width + right) // box, (height + below) // box)
    averaged: Pixels = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    return averaged.reshape(size[1], size[0], channels)
