"""What became of each pixel, coloured over the photo, which is dimmed to grey below it."""

from __future__ import annotations

import functools
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QImage, QPainter, qRgb

from restorer.core.geometry import Bounds
from restorer.core.mask import Plane
from restorer.core.provenance import PixelClass, ProvenanceMap
from restorer.formats.provenance_file import CLASS_COLORS
from restorer.ui.canvas.grid import Cell
from restorer.ui.canvas.layer import SIDE, Layer
from restorer.ui.canvas.viewport import Viewport
from restorer.ui.qimage import ArgbPixels, argb_image

_DIMMED, _LIFTED = 0.62, 24
"""The photo below is its grey times this, plus that."""
_OPACITY = {PixelClass.TONE: 0.3, PixelClass.DENOISED: 0.34, PixelClass.COLORIZED: 0.4}
"""What is done to whole photos lets them shine through; what is invented does not."""
_INVENTED_OPACITY = 0.9


class ProvenanceLayer(Layer):
    """Colours of the classes; where nothing happened, nothing is painted.

    Args:
        known: of the photo as it is now.
    """

    def __init__(self, known: ProvenanceMap) -> None:
        super().__init__()
        self.known = known

    def set_map(self, known: ProvenanceMap) -> None:
        """The photo has changed."""
        if known is not self.known:
            self.known = known
            self._tiles.clear()

    def _render(self, cell: Cell, viewport: Viewport) -> QImage | None:
        box = cell.bounds(SIDE).clip(viewport.scaled_width, viewport.scaled_height)
        plane = self._sample(box, viewport)
        return argb_image(_table()[plane]) if plane.any() else None

    def _sample(self, box: Bounds, viewport: Viewport) -> Plane:
        """The gravest class under each screen pixel, so that a thin scratch is seen at any size."""
        columns, right = _edges(box.left, box.right, viewport.zoom, self.known.width)
        rows, bottom = _edges(box.top, box.bottom, viewport.zoom, self.known.height)
        left, top = int(columns[0]), int(rows[0])
        plane = self.known.region(Bounds(left, top, right, bottom))
        if viewport.zoom >= 1.0:
            return plane[(rows - top)[:, None], columns - left]
        across = np.maximum.reduceat(plane, columns - left, axis=1)
        highest: Plane = np.maximum.reduceat(across, rows - top, axis=0)
        return highest


def dim(painter: QPainter, shown: Bounds, paint: Callable[[QPainter], None]) -> None:
    """Paints a part of the photo in grey.

    Args:
        shown: device pixels.
        paint: paints the photo there, given a painter in the same coordinates.
    """
    if shown.is_empty:
        return
    picture = QImage(shown.width, shown.height, QImage.Format.Format_RGB32)
    inner = QPainter(picture)
    inner.translate(-shown.left, -shown.top)
    paint(inner)
    inner.end()
    gray = picture.convertToFormat(QImage.Format.Format_Grayscale8)
    gray.reinterpretAsFormat(QImage.Format.Format_Indexed8)
    gray.setColorTable(_gray_table())
    painter.drawImage(QPoint(shown.left, shown.top), gray, QRect(0, 0, shown.width, shown.height))


def _edges(start: int, end: int, zoom: float, most: int) -> tuple[npt.NDArray[np.intp], int]:
    """First photo pixel under each screen pixel from ``start`` to ``end``, and where the last one's end."""
    first = np.minimum((np.arange(start, end) / zoom + 1e-9).astype(np.intp), most - 1)
    return first, max(int(first[-1]) + 1, min(most, int(np.ceil(end / zoom))))


@functools.cache
def _table() -> ArgbPixels:
    """Premultiplied words by class."""
    words = np.zeros(256, np.uint32)
    for each in PixelClass:
        opacity = 0.0 if each is PixelClass.ORIGINAL else _OPACITY.get(each, _INVENTED_OPACITY)
        for value, shift in zip((255, *CLASS_COLORS[each]), (24, 16, 8, 0), strict=True):
            words[each] |= np.uint32(round(value * opacity)) << np.uint32(shift)
    return words


@functools.cache
def _gray_table() -> list[int]:
    levels = [round(value * _DIMMED + _LIFTED) for value in range(256)]
    return [qRgb(level, level, level) for level in levels]
