"""A step tried on a part of the photo, laid over it: shown as the result would be, and no part of the document."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen

from restorer.core.geometry import Bounds
from restorer.core.image import Patch
from restorer.core.lazy import load_cv2
from restorer.core.mask import Mask
from restorer.formats.color import Display
from restorer.ui.canvas.hud import BADGE_H, badge
from restorer.ui.canvas.photo_layer import NEAREST_FROM
from restorer.ui.canvas.split_line import TRIED
from restorer.ui.canvas.viewport import Viewport
from restorer.ui.qimage import rgb_image

if TYPE_CHECKING:
    from restorer.session.preview import RegionPixels

_LINE = "#62A8FF"
"""The accent on dark, in both themes: it lies on the photo, over a dark casing."""
_LINE_PX, _CASING_PX = 1.5, 3.5
_CASING_OPACITY = 0.5
_BADGE_INSET = 8.0


@dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """What is shown.

    Attributes:
        bounds: the part of the photo.
        patch: its pixels, where there is one for each of the photo's; they are drawn as the photo's own are.
        levels: display pictures of an enlarged result, each half as large as the one before; empty otherwise.
        scale: pixels of the result for one of the photo's.
        used_mask: marks that are still like this are not shown over it; None where the task takes none.
        is_framed: whether its border and its name are shown.
    """

    bounds: Bounds
    patch: Patch | None
    levels: tuple[QImage, ...] = ()
    scale: float = 1.0
    used_mask: Mask | None = None
    is_framed: bool = True

    @classmethod
    def of(cls, region: RegionPixels, used_mask: Mask | None, display: Display) -> Trial:
        """Made on the thread that computed the region: an enlarged one is brought to the screen's colours here."""
        bounds, picture = region.bounds, region.picture
        if (picture.width, picture.height) == (bounds.width, bounds.height):
            return cls(bounds, Patch(bounds, picture.pixels), used_mask=used_mask)
        shown = display(picture.pixels, picture.color)
        levels = [rgb_image(shown)]
        while min(shown.shape[:2]) >= 2 and shown.shape[1] > bounds.width:
            size = (shown.shape[1] + 1) // 2, (shown.shape[0] + 1) // 2
            shown = load_cv2().resize(shown, size, interpolation=load_cv2().INTER_AREA)
            levels.append(rgb_image(shown))
        return cls(bounds, None, tuple(levels), region.scale, used_mask)

    def alone(self) -> Trial:
        """The same for a picture that is nothing but this part: without frame and mask."""
        bounds = self.bounds.translate(-self.bounds.left, -self.bounds.top)
        patch = None if self.patch is None else Patch(bounds, self.patch.pixels)
        return Trial(bounds, patch, self.levels, self.scale, is_framed=False)

    def paint_enlarged(self, painter: QPainter, part: Bounds, offset_x: int, viewport: Viewport) -> None:
        """Paints what lies in ``part`` (device pixels of the canvas); nothing where the photo's layer shows the patch.

        Args:
            offset_x: from the viewport's coordinates to the canvas's.
        """
        if not self.levels:
            return
        zoom = viewport.zoom
        left, top = viewport.to_view(self.bounds.left, self.bounds.top)
        target = QRectF(left + offset_x, top, self.bounds.width * zoom, self.bounds.height * zoom)
        finest = zoom / self.scale
        level = 0 if finest >= 1 else min(math.floor(-math.log2(finest)), len(self.levels) - 1)
        picture = self.levels[level]
        painter.save()
        clip = viewport.bounds_to_view(self.bounds).translate(offset_x, 0).intersect(part)
        painter.setClipRect(QRect(clip.left, clip.top, clip.width, clip.height))
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, finest < NEAREST_FROM)
        painter.drawImage(target, picture, QRectF(picture.rect()))
        painter.restore()


def paint_frame(painter: QPainter, box: QRectF, clip: QRectF, *, named: bool) -> None:
    """Paints the border of the part and, unless a comparison names it, what it is; in logical pixels.

    Args:
        box: the part, which may reach beyond the clip.
        clip: where it is shown.
        named: whether the badge is painted.
    """
    shown = box.intersected(clip)
    if shown.isEmpty():
        return
    painter.save()
    painter.setClipRect(clip)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    # Kept inside of the canvas: where the part fills it, the border is still seen.
    inner = shown.adjusted(_CASING_PX / 2, _CASING_PX / 2, -_CASING_PX / 2, -_CASING_PX / 2)
    frame = QRectF(inner)
    if box.left() < clip.left():
        frame.setLeft(clip.left() - _CASING_PX)  # it goes on beyond the line between before and after
    for color, width in ((QColor.fromRgbF(0, 0, 0, _CASING_OPACITY), _CASING_PX), (QColor(_LINE), _LINE_PX)):
        painter.setPen(QPen(color, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.SquareCap, Qt.PenJoinStyle.MiterJoin))
        painter.drawRect(frame)
    plate = badge(TRIED)
    if named and shown.width() >= plate.width() + 2 * _BADGE_INSET and shown.height() >= BADGE_H + 2 * _BADGE_INSET:
        plate.paint(painter, shown.left() + _BADGE_INSET, shown.top() + _BADGE_INSET)
    painter.restore()
