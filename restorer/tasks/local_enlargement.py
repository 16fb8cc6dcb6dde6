"""An enlargement that counts inside of a mask alone."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from restorer.core.contract import FloatPlane
from restorer.core.geometry import Bounds
from restorer.core.image import Image, Pixels
from restorer.core.mask import Mask, MaskPiece
from restorer.core.progress import CancelToken
from restorer.core.unit import from_unit, to_unit
from restorer.tasks.lanczos import band, bands
from restorer.tasks.whole import inward_coverage, painted_windows

Indices = npt.NDArray[np.int_]
FloatLine = npt.NDArray[np.float32]


def confined(
    image: Image, photo: Image, mask: Mask, feather_px: int, token: CancelToken
) -> tuple[Image, tuple[MaskPiece, ...]]:
    """What a network made of the photo where that is painted, and Lanczos' enlargement everywhere else.

    Args:
        image: the photo enlarged by a network, its colour channels alone. Its pixels are reused.
        photo: before.
        mask: of the photo.
        feather_px: how far inside of the mask's edge the network's share rises from nothing to all, in pixels of the
            photo.

    Returns:
        the picture, bit for bit Lanczos' wherever the mask is 0; and the network's share of it, in pieces that hold
        all of it.

    Raises:
        Cancelled: between two bands.
    """
    width, height = image.width, image.height
    plain = photo.pixels[..., : photo.color_channels]
    pieces = [_Piece(mask, window, feather_px, width, height) for window in painted_windows(mask)]
    made, result = image.pixels, np.empty_like(image.pixels)
    for top, bottom in bands(width, height):
        token.raise_if_cancelled()
        result[top:bottom] = band(plain, width, height, top, bottom)
        for piece in pieces:
            piece.lay(made, result, top, bottom)
    return Image(result, image.color), tuple(piece.filled() for piece in pieces)


class _Piece:
    """One of the painted windows, enlarged.

    Args:
        width, height: of the enlargement.
    """

    def __init__(self, mask: Mask, window: Bounds, feather_px: int, width: int, height: int) -> None:
        self._across, self._down = width / mask.width, height / mask.height
        edges = Bounds(
            math.floor(window.left * self._across),
            math.floor(window.top * self._down),
            math.ceil(window.right * self._across),
            math.ceil(window.bottom * self._down),
        )
        self._bounds = edges.clip(width, height)
        self._window = window
        self._coverage = inward_coverage(mask, window, feather_px)
        self._values = np.zeros((self._bounds.height, self._bounds.width), np.uint8)

    def lay(self, made: Pixels, result: Pixels, top: int, bottom: int) -> None:
        """The network's share of rows ``top`` to ``bottom`` of the result."""
        box = self._bounds
        rows = Bounds(box.left, max(top, box.top), box.right, min(bottom, box.bottom))
        if rows.is_empty:
            return
        alpha = self._share(rows)[..., None]
        self._values[rows.top - box.top : rows.bottom - box.top] = np.ceil(alpha[..., 0] * 255)
        under, over = result[rows.slices], made[rows.slices]
        unit = to_unit(under)
        mixed = from_unit(unit + alpha * (to_unit(over) - unit), result.dtype)
        # What has no share or all of it keeps its very bits, which a float32 may not hold.
        result[rows.slices] = np.where(alpha == 0, under, np.where(alpha == 1, over, mixed))

    def filled(self) -> MaskPiece:
        return MaskPiece(self._bounds, self._values)

    def _share(self, rows: Bounds) -> FloatPlane:
        """The coverage between its pixels, 0 wherever the pixel of the photo that it comes from is not painted."""
        y = (np.arange(rows.top, rows.bottom) + 0.5) / self._down - self._window.top
        x = (np.arange(rows.left, rows.right) + 0.5) / self._across - self._window.left
        (above, below, fall), (left, right, drift) = (
            _between(places, size) for places, size in zip((y, x), self._coverage.shape, strict=True)
        )
        lines = self._coverage[above] + fall[:, None] * (self._coverage[below] - self._coverage[above])
        share = lines[:, left] + drift * (lines[:, right] - lines[:, left])
        own_rows, own_columns = (
            np.clip(np.floor(places).astype(int), 0, size - 1)
            for places, size in zip((y, x), self._coverage.shape, strict=True)
        )
        share[self._coverage[own_rows][:, own_columns] == 0] = 0
        return np.asarray(share, np.float32)


def _between(places: npt.NDArray[np.floating[Any]], size: int) -> tuple[Indices, Indices, FloatLine]:
    """Pixels on both sides of places along a line of ``size`` pixels, and how far from the first to the second."""
    inner = np.clip(places - 0.5, 0, size - 1)
    first = np.floor(inner).astype(int)
    return first, np.minimum(first + 1, size - 1), (inner - first).astype(np.float32)
