"""Resampling to any size with Lanczos' kernel, in the photo's own depth, band by band."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from restorer.core.image import Image, Pixels
from restorer.core.progress import CancelToken
from restorer.core.unit import from_unit, to_unit

BAND_BYTES = 64 * 2**20
"""Float32 memory of one channel of a band of the result, about."""
LANCZOS_REACH_PX = 4
"""How far around a pixel it looks where a picture is enlarged, in pixels of that picture."""
_LOBES = 3


def resized(image: Image, width: int, height: int, token: CancelToken) -> Image:
    """The picture in ``width x height`` pixels.

    Lanczos' kernel of three lobes, as wide as the pixels of the coarser of both pictures, so that nothing aliases
    where it gets smaller; by Pillow, in float32. Values are averaged as they are encoded, not in linear light: that is
    how the networks were taught, and rings beside dark lines are as faint as those beside bright ones.
    Alpha is resampled like a colour, and colours are not weighted by it.

    Raises:
        Cancelled: between two bands.
    """
    if (width, height) == (image.width, image.height):
        return image
    result = np.empty((height, width, image.channels), image.pixels.dtype)
    for top, bottom in bands(width, height):
        token.raise_if_cancelled()
        result[top:bottom] = band(image.pixels, width, height, top, bottom)
    return Image(result, image.color)


def bands(width: int, height: int) -> Iterator[tuple[int, int]]:
    """Rows of a result that are made at a time: from the first to before the last."""
    rows = max(1, BAND_BYTES // (4 * width))
    for top in range(0, height, rows):
        yield top, min(top + rows, height)


def band(pixels: Pixels, width: int, height: int, top: int, bottom: int) -> Pixels:
    """Rows ``top`` to ``bottom`` of ``pixels`` resized to ``width x height``; the same whatever the bands are."""
    import PIL.Image

    step = pixels.shape[0] / height
    reach = _LOBES * max(1.0, step) + 1
    first, last = max(0, math.floor(top * step - reach)), min(pixels.shape[0], math.ceil(bottom * step + reach))
    box = (0.0, top * step - first, float(pixels.shape[1]), min(bottom * step - first, float(last - first)))
    planes = []
    for channel in range(pixels.shape[2]):
        plane = PIL.Image.fromarray(to_unit(pixels[first:last, :, channel]))
        planes.append(np.asarray(plane.resize((width, bottom - top), PIL.Image.Resampling.LANCZOS, box=box)))
    unit = np.stack(planes, axis=2)
    return from_unit(unit, pixels.dtype)
