"""EXIF orientation: pixels, resolution and XMP as they are once the photo stands upright."""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt

from restorer.core.image import Pixels
from restorer.formats.metadata import Dpi

_XMP_ORIENTATION = re.compile(rb"""(tiff:Orientation(?:\s*=\s*["']|\s*>\s*))[1-8](?=\s*["'<])""")


def turn(pixels: Pixels, orientation: int) -> Pixels:
    """``H x W`` or ``H x W x C`` pixels as they are to be seen (Exif 2.32, tag 0x0112).

    Args:
        orientation: 1 to 8; of 5 to 8 the sides change places.
    """
    if orientation >= 5:
        pixels = pixels.swapaxes(0, 1)
    flip_rows = orientation in (3, 4, 7, 8)
    flip_columns = orientation in (2, 3, 6, 7)
    return np.ascontiguousarray(pixels[:: -1 if flip_rows else 1, :: -1 if flip_columns else 1])


def empty_upright(shape: tuple[int, ...], dtype: npt.DTypeLike, orientation: int) -> Pixels:
    """An array to be filled as the file stores the picture, that :func:`turn` needs not copy.

    Args:
        shape: of the picture as stored, ``H x W`` or ``H x W x C``.
    """
    height, width, *channels = shape
    sides = (width, height) if orientation >= 5 else (height, width)
    flip_rows = orientation in (3, 4, 7, 8)
    flip_columns = orientation in (2, 3, 6, 7)
    upright = np.empty((*sides, *channels), dtype)[:: -1 if flip_rows else 1, :: -1 if flip_columns else 1]
    return upright.swapaxes(0, 1) if orientation >= 5 else upright


def turn_dpi(dpi: Dpi | None, orientation: int) -> Dpi | None:
    return (dpi[1], dpi[0]) if dpi is not None and orientation >= 5 else dpi


def upright_xmp(xmp: bytes) -> bytes:
    """The packet with its orientation, where it has one, set to 1."""
    return _XMP_ORIENTATION.sub(rb"\g<1>1", xmp)
