"""Lines between pixels that are large enough to be counted."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from PySide6.QtGui import QImage

from restorer.core.geometry import Bounds
from restorer.ui.qimage import ArgbPixels, words_of

GRID_FROM = 8.0
"""Logical pixels a pixel of the photo from which on the lines are drawn."""
_EIGHTHS, _GRAY = np.uint32(0x1F1F1F), np.uint32(0x101010)
"""An eighth of each channel, and of middle gray: seen on dark and on light parts, and not read as a line of theirs."""


def draw_pixel_grid(picture: QImage, box: Bounds, zoom: float, part: Bounds | None = None) -> None:
    """Draws the lines into a picture of a part of the photo, in place.

    Args:
        picture: 32 bits a pixel.
        box: the scaled pixels it shows.
        zoom: device pixels per pixel of the photo.
        part: the scaled pixels in ``box`` to draw them in; all if None.
    """
    part = box if part is None else part
    words = words_of(picture)[part.translate(-box.left, -box.top).slices]
    columns, rows = _starts(part.left, part.right, zoom), _starts(part.top, part.bottom, zoom)
    crossings = words[np.ix_(rows, columns)]
    words[:, columns] = _veiled(words[:, columns])
    words[np.ix_(rows, columns)] = crossings  # or they would be drawn twice
    words[rows] = _veiled(words[rows])


def _veiled(words: ArgbPixels) -> ArgbPixels:
    return words - ((words >> np.uint32(3)) & _EIGHTHS) + _GRAY


def _starts(start: int, stop: int, zoom: float) -> npt.NDArray[np.intp]:
    """Where from ``start`` on, counted from there, each pixel of the photo begins, but for the first of all."""
    first, last = max(1, math.ceil((start - 0.5) / zoom)), math.floor((stop - 1 + 0.5) / zoom)
    places = np.ceil(np.arange(first, last + 1) * zoom - 0.5).astype(np.intp) - start
    inside: npt.NDArray[np.intp] = places[(places >= 0) & (places < stop - start)]
    return inside
