"""Finds over the photo, each class by colour and by shape, and the find in hand."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen

from restorer.core.damage import DAMAGE_CLASSES
from restorer.core.lazy import load_cv2
from restorer.session.marking.find_levels import CLASS_BITS, DROPPED, HIDDEN, FindLevels
from restorer.session.marking.review import Find
from restorer.ui.canvas.grid import Cell
from restorer.ui.canvas.hud import BADGE_H, Part, Plate
from restorer.ui.canvas.layer import SIDE, Layer
from restorer.ui.canvas.viewport import Viewport
from restorer.ui.finds_look import FIND_COLORS, find_title
from restorer.ui.qimage import ArgbPixels, argb_image

_OPACITY = 0.86
_STAIN_OPACITY, _STAIN_HATCH_OPACITY = 0.26, 0.62
_HATCH_ON_PX, _HATCH_PITCH_PX = 3, 9
_CASING_OPACITY = 0.45
_LEAST_PX = {"dust": 5.0, "crease": 5.0, "tear": 5.0, "scratch": 2.5, "hair": 2.5, "stain": 3.0}
"""No find is drawn smaller or thinner than so many logical pixels."""
_ORDER = ("stain", "crease", "tear", "scratch", "hair", "dust")
"""What is drawn later lies on top."""
_RING_PX, _RING_LIGHT_PX, _RING_DARK_PX, _RING_DARK_OPACITY = 24.0, 1.5, 4.0, 0.6
_PLATE_GAP_PX = 8.0
_REACH_PX = 5
Flags = npt.NDArray[np.bool_]


class FindsLayer(Layer):
    """The finds of a review. The threshold may be changed at the cost of what is on screen."""

    def __init__(self, levels: FindLevels, threshold: int, ratio: float) -> None:
        super().__init__()
        self._levels = levels
        self._threshold = threshold
        self._ratio = ratio

    def show(self, levels: FindLevels, threshold: int, ratio: float) -> None:
        """Other finds, or the same read at another threshold."""
        self._levels, self._threshold, self._ratio = levels, threshold, ratio
        self._tiles.clear()

    def _render(self, cell: Cell, viewport: Viewport) -> QImage | None:
        box = cell.bounds(SIDE).clip(viewport.scaled_width, viewport.scaled_height)
        reach = math.ceil(_REACH_PX * self._ratio)
        packed = self._levels.sample(box.pad(reach), viewport.zoom)
        seen = ((packed >> 8) >= self._threshold) & ((packed & HIDDEN) == 0)
        if not seen.any():
            return None
        unit = max(1.0, self._levels.step * viewport.zoom)
        return argb_image(_coloured(packed, seen, unit, self._ratio, box.left, box.top, reach))


def _coloured(
    packed: npt.NDArray[np.uint16], seen: Flags, unit: float, ratio: float, left: int, top: int, reach: int
) -> ArgbPixels:
    """Colours the inner part of packed values.

    Args:
        unit: device pixels that one marked pixel takes at least.
        left, top: scaled coordinates of the first returned pixel, so that hatches meet across tiles.
        reach: how many pixels there are more on every side than what is returned.
    """
    inner = (slice(reach, -reach), slice(reach, -reach))
    words = np.zeros((packed.shape[0] - 2 * reach, packed.shape[1] - 2 * reach), np.uint32)
    kinds, dropped = packed & CLASS_BITS, (packed & DROPPED) > 0
    casing = max(1, round(ratio))
    shapes: list[tuple[str, Flags, bool]] = []
    around = np.zeros(packed.shape, bool)
    for name in _ORDER:
        mine = seen & (kinds == DAMAGE_CLASSES.index(name))
        for is_dropped in (True, False):
            part = mine & (dropped == is_dropped)
            if not part.any():
                continue
            grow = max(0, math.ceil((_LEAST_PX[name] * ratio - unit) / 2))
            solid = _grown(part, grow)
            if is_dropped:
                solid = _grown(part, max(grow, round(2 * ratio))) & ~_grown(part, max(grow, round(2 * ratio)) - casing)
            shapes.append((name, solid, is_dropped))
            around |= _grown(solid, casing)
    words[around[inner]] = _word("#000000", _CASING_OPACITY)
    for name, solid, is_dropped in shapes:
        shown = solid[inner]
        if name == "stain" and not is_dropped:
            words[shown] = _word(FIND_COLORS[name], _STAIN_OPACITY)
            pitch, on = round(_HATCH_PITCH_PX * ratio), round(_HATCH_ON_PX * ratio)
            rows, columns = np.ogrid[top : top + shown.shape[0], left : left + shown.shape[1]]
            words[shown & ((rows + columns) % pitch < on)] = _word(FIND_COLORS[name], _STAIN_HATCH_OPACITY)
        else:
            words[shown] = _word(FIND_COLORS[name], _OPACITY)
    return words


def _grown(flags: Flags, radius: int) -> Flags:
    if radius < 1:
        return flags
    grown: Flags = load_cv2().dilate(flags.view(np.uint8), _disc(radius)).view(bool)
    return grown


@functools.cache
def _disc(radius: int) -> npt.NDArray[np.uint8]:
    y, x = np.mgrid[-radius : radius + 1, -radius : radius + 1]
    return np.asarray((x * x + y * y) <= (radius + 0.4) ** 2, np.uint8)


@functools.cache
def _word(color: str, opacity: float) -> np.uint32:
    red, green, blue = bytes.fromhex(color.lstrip("#"))
    alpha = round(255 * opacity)
    parts = [round(value * opacity) for value in (red, green, blue)]
    return np.uint32(alpha << 24 | parts[0] << 16 | parts[1] << 8 | parts[2])


def selected_reach(find: Find, to_view: Callable[[float, float], tuple[float, float]], ratio: float) -> QRectF:
    """Logical pixels that the ring and the plate of a find may cover."""
    x, y = to_view(find.x + 0.5, find.y + 0.5)
    reach = _RING_PX + _RING_DARK_PX + _PLATE_GAP_PX
    plate = _plate(find).width()
    return QRectF(x / ratio - reach, y / ratio - reach, 2 * reach + plate, 2 * reach + BADGE_H)


def paint_selected(
    painter: QPainter, find: Find, to_view: Callable[[float, float], tuple[float, float]], ratio: float, width: float
) -> None:
    """A ring around the find in hand and what it is, in logical pixels.

    Args:
        to_view: from image pixels to device pixels of the canvas.
        width: of the canvas, which the plate stays within.
    """
    x, y = (value / ratio for value in to_view(find.x + 0.5, find.y + 0.5))
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    dark = QPen(QColor.fromRgbF(0, 0, 0, _RING_DARK_OPACITY), _RING_DARK_PX)
    for pen in (dark, QPen(QColor(Qt.GlobalColor.white), _RING_LIGHT_PX)):
        painter.setPen(pen)
        painter.drawEllipse(QPointF(x, y), _RING_PX, _RING_PX)
    painter.restore()
    plate = _plate(find)
    left = x + _RING_PX * 0.7 + _PLATE_GAP_PX
    if left + plate.width() > width:
        left = x - _RING_PX * 0.7 - _PLATE_GAP_PX - plate.width()
    plate.paint(painter, left, y + _RING_PX * 0.7)


def _plate(find: Find) -> Plate:
    texts = (Part("", swatch=FIND_COLORS[find.kind]), Part(find_title(find.kind), strong=True))
    sureness = Part(f"{find.sureness:.2f}" if find.kept else f"{find.sureness:.2f}, dropped")
    return Plate((*texts, sureness), BADGE_H)
