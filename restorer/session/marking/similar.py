"""Pixels of a similar colour: what the wand marks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from restorer.core.geometry import Bounds
from restorer.core.image import Image
from restorer.core.lazy import load_cv2
from restorer.core.mask import Plane
from restorer.core.shapes import Stencil

FIRST_WINDOW_PX = 512
"""Connected pixels are looked for in a square of this side first, and further where they reach its edge: a small spot
costs the same on any photo."""
_FLOODED = 128
_SOFT = np.array([0.25, 0.5, 0.25], np.float32)


@dataclass(frozen=True, slots=True)
class Similarity:
    """What counts as similar.

    Attributes:
        tolerance: largest difference in any colour channel, as a share of full white, 0 to 1.
        contiguous: whether only pixels count that are connected with the place (corners included).
        sample_px: side of the square whose mean is the colour looked for.
        smooth: whether edges are softened by about a pixel.
    """

    tolerance: float = 0.1
    contiguous: bool = True
    sample_px: int = 3
    smooth: bool = True


def similar_pixels(photo: Image, x: int, y: int, wanted: Similarity, *, within: Bounds | None = None) -> Stencil:
    """Marks what looks like the photo at a place; alpha is not looked at.

    Args:
        x, y: a pixel of the photo.
        within: nothing is marked outside of this part, which must hold the place.

    Raises:
        IndexError: where the place is outside of the photo.
    """
    if not (0 <= x < photo.width and 0 <= y < photo.height):
        raise IndexError(f"{x}, {y} is not in a photo of {photo.width} x {photo.height}")
    area = photo.bounds if within is None else within.intersect(photo.bounds)
    low, high = _limits(photo, x, y, wanted)
    if wanted.contiguous:
        place, marked = _connected(photo, x, y, low, high, area)
    else:
        place, marked = area, _between(photo, area, low, high)
    return _trimmed(place, marked, photo.bounds, smooth=wanted.smooth)


def _limits(photo: Image, x: int, y: int, wanted: Similarity) -> tuple[npt.NDArray[np.float64], ...]:
    """Lowest and highest value of each channel, alpha included, that still counts."""
    reach = wanted.sample_px // 2
    square = Bounds(x - reach, y - reach, x + reach + 1, y + reach + 1).intersect(photo.bounds)
    values = photo.crop(square).astype(np.float64).reshape(-1, photo.channels)
    mean = np.nan_to_num(values).mean(axis=0)
    reach_of = np.full(photo.channels, wanted.tolerance * photo.max_value)
    reach_of[photo.color_channels :] = np.inf
    # The pixel that was pointed at always counts, whatever the mean around it.
    own = np.nan_to_num(photo.crop(Bounds(x, y, x + 1, y + 1)).astype(np.float64)[0, 0])
    return np.minimum(mean - reach_of, own), np.maximum(mean + reach_of, own)


def _between(photo: Image, area: Bounds, low: npt.NDArray[np.float64], high: npt.NDArray[np.float64]) -> Plane:
    """255 where every channel lies between its limits."""
    plane = np.zeros((area.height, area.width), np.uint8)
    most = np.finfo(np.float32).max if photo.pixels.dtype == np.float32 else np.iinfo(photo.pixels.dtype).max
    least = -most if photo.pixels.dtype == np.float32 else 0
    bounds = [tuple(float(value) for value in limit.clip(least, most)) for limit in (low, high)]
    for top in range(area.top, area.bottom, 1024):
        band = Bounds(area.left, top, area.right, min(top + 1024, area.bottom))
        pixels = np.ascontiguousarray(photo.crop(band))
        plane[band.translate(-area.left, -area.top).slices] = load_cv2().inRange(pixels, *bounds)
    return plane


def _connected(
    photo: Image, x: int, y: int, low: npt.NDArray[np.float64], high: npt.NDArray[np.float64], area: Bounds
) -> tuple[Bounds, Plane]:
    cv2 = load_cv2()
    side = FIRST_WINDOW_PX
    window = Bounds(x - side // 2, y - side // 2, x + side // 2, y + side // 2).intersect(area)
    while True:
        plane = _between(photo, window, low, high)
        _, _, _, box = cv2.floodFill(plane, None, (x - window.left, y - window.top), _FLOODED, flags=8)
        left, top, width, height = box
        found = Bounds(left, top, left + width, top + height).translate(window.left, window.top)
        # Only towards where it goes on: a scratch right across a photo is followed in a band.
        wider = Bounds(
            window.left - (window.width if found.left == window.left else 0),
            window.top - (window.height if found.top == window.top else 0),
            window.right + (window.width if found.right == window.right else 0),
            window.bottom + (window.height if found.bottom == window.bottom else 0),
        ).intersect(area)
        if wider == window:
            inside = plane[found.translate(-window.left, -window.top).slices]
            return found, np.where(inside == _FLOODED, np.uint8(255), np.uint8(0))
        window = wider


def _trimmed(place: Bounds, marked: Plane, photo: Bounds, *, smooth: bool) -> Stencil:
    if not smooth:
        return Stencil(place, marked)
    wider = place.pad(1).intersect(photo)
    plane = np.zeros((wider.height, wider.width), np.uint8)
    plane[place.translate(-wider.left, -wider.top).slices] = marked
    cv2 = load_cv2()
    return Stencil(wider, cv2.sepFilter2D(plane, -1, _SOFT, _SOFT, borderType=cv2.BORDER_REPLICATE))
