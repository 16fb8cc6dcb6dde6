"""The seam between numpy pixels and Qt pictures."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from PySide6.QtGui import QImage

BytePixels = npt.NDArray[np.uint8]
ArgbPixels = npt.NDArray[np.uint32]
"""``H x W`` words of premultiplied 0xAARRGGBB."""


def rgb_image(pixels: npt.NDArray[Any]) -> QImage:
    """A picture of its own (nothing is shared), in the format Qt paints fastest.

    Args:
        pixels: ``H x W x 3`` uint8 sRGB.

    Raises:
        ValueError: for another shape or dtype.
    """
    if pixels.ndim != 3 or pixels.shape[2] != 3 or pixels.dtype != np.uint8:
        raise ValueError(f"display pixels are H x W x 3 uint8, these are {pixels.shape} {pixels.dtype}")
    packed = np.ascontiguousarray(pixels)
    height, width = packed.shape[:2]
    shared = QImage(packed.data, width, height, 3 * width, QImage.Format.Format_RGB888)
    # The conversion copies, so the picture outlives the array.
    return shared.convertToFormat(QImage.Format.Format_RGB32)


def argb_image(words: ArgbPixels) -> QImage:
    """A picture with a copy of these words.

    Args:
        words: ``H x W`` uint32, premultiplied 0xAARRGGBB.

    Raises:
        ValueError: for another shape or dtype.
    """
    if words.ndim != 2 or words.dtype != np.uint32:
        raise ValueError(f"overlay words are H x W uint32, these are {words.shape} {words.dtype}")
    image = QImage(words.shape[1], words.shape[0], QImage.Format.Format_ARGB32_Premultiplied)
    words_of(image)[...] = words
    return image


def words_of(image: QImage) -> ArgbPixels:
    """The words of a 32-bit picture, to be written in place. Valid while ``image`` lives and is not copied."""
    words: ArgbPixels = np.frombuffer(image.bits(), np.uint32).reshape(image.height(), image.bytesPerLine() // 4)
    return words


def pixels_of(image: QImage) -> BytePixels:
    """A copy of what a picture shows, as ``H x W x 3`` uint8 RGB."""
    rgb = image.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(rgb.constBits(), np.uint8).reshape(rgb.height(), rgb.bytesPerLine())
    return rows[:, : 3 * rgb.width()].reshape(rgb.height(), rgb.width(), 3).copy()
