"""A small picture of a photo that is still being read, where the photo will be."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter

from restorer.ui.canvas.viewport import Viewport


@dataclass(frozen=True, slots=True, eq=False)
class Pending:
    """Attributes:
    picture: of all of the photo, in the screen's colours.
    width, height: of the photo.
    """

    picture: QImage
    width: int
    height: int

    def paint(self, painter: QPainter, viewport: Viewport) -> None:
        """Paints in device pixels of the viewport."""
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        box = viewport.photo_in_view
        painter.drawImage(QRectF(box.left, box.top, box.width, box.height), self.picture, QRectF(self.picture.rect()))
        painter.restore()
