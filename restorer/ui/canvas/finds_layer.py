"""Finds over the photo, each class by colour and by shape, and the find in hand."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen

from restorer.core.damage import DAMAGE_CLASSES
from restorer.core.geometry import Bounds
from restorer.core.lazy import load_cv2
from restorer.session.marking.find_levels import CLASS_BITS, DROPPED, HIDDEN, FindLevels, Packed
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
_SAMPLES_KEPT = 512
"""Of a fifth of a megabyte each."""
_STAIN, _TEAR, _STAIN_RIM, _HATCH, _TEAR_HATCH, _CASING = 1, 3, 7, 20, 21, 22
"""What is drawn goes by its place in the order; these have a look of their own."""
Codes = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class _Sample:
    """What lies under a tile at any threshold.

    Attributes:
        strength: 0 to 255.
        codes: 1 to 6 where a class is shown, 8 more where it is dropped; 0 for nothing.
        surest: the highest strength of what has a code.
        present: codes that there are.
    """

    strength: Codes
    codes: Codes
    surest: int
    present: frozenset[int]

    @classmethod
    def of(cls, packed: Packed) -> _Sample | None:
        if not packed.any():
            return None
        halves = packed.view(np.uint8)
        strength = np.ascontiguousarray(halves[:, 1::2])
        codes = load_cv2().LUT(np.ascontiguousarray(halves[:, ::2]), _code_table())
        codes[strength == 0] = 0
        surest = int(strength[codes > 0].max(initial=0))
        present = frozenset(np.flatnonzero(np.bincount(codes.ravel())).tolist())
        return cls(strength, codes, surest, present) if surest else None


class FindsLayer(Layer):
    """The finds of a review. Another threshold costs the colouring of what is on screen, and nothing else."""

    def __init__(self, levels: FindLevels, threshold: int, ratio: float) -> None:
        super().__init__()
        self._levels = levels
        self._threshold = threshold
        self._ratio = ratio
        self._sampled: dict[Cell, _Sample | None] = {}
        self._sampled_for: tuple[FindLevels, int, Viewport | None] = levels, levels.version, None

    def show(self, levels: FindLevels, threshold: int, ratio: float) -> None:
        """Other finds, or the same read at another threshold."""
        self._levels, self._threshold, self._ratio = levels, threshold, ratio
        self._tiles.clear()

    def _render(self, cell: Cell, viewport: Viewport) -> QImage | None:
        box = cell.bounds(SIDE).clip(viewport.scaled_width, viewport.scaled_height)
        reach = math.ceil(_REACH_PX * self._ratio)
        sample = self._sample(cell, box.pad(reach), viewport)
        if sample is None or sample.surest < self._threshold:
            return None
        cv2 = load_cv2()
        codes = sample.codes & cv2.compare(sample.strength, self._threshold - 1, cv2.CMP_GT)
        unit = max(1.0, self._levels.step * viewport.zoom)
        return argb_image(_coloured(codes, sample.present, unit, self._ratio, box.left, box.top, reach))

    def _sample(self, cell: Cell, box: Bounds, viewport: Viewport) -> _Sample | None:
        """What lies under a tile at any threshold; None for nothing. Kept while neither zoom nor finds change."""
        made_for = self._sampled_for
        if made_for[0] is not self._levels or made_for[1] != self._levels.version or _differ(made_for[2], viewport):
            self._sampled.clear()
            self._sampled_for = self._levels, self._levels.version, viewport
        if len(self._sampled) > _SAMPLES_KEPT:
            self._sampled.clear()
        if cell not in self._sampled:
            self._sampled[cell] = _Sample.of(self._levels.sample(box, viewport.zoom))
        return self._sampled[cell]


def _differ(one: Viewport | None, other: Viewport) -> bool:
    return one is None or (one.zoom, one.image_width, one.image_height) != (
        other.zoom,
        other.image_width,
        other.image_height,
    )


@functools.cache
def _code_table() -> Codes:
    """From the low byte of what is packed to a code."""
    low = np.arange(256)
    codes = (low & CLASS_BITS) + 1 + (low & DROPPED)
    codes[(low & HIDDEN) > 0] = 0
    return codes.astype(np.uint8)


def _coloured(
    codes: Codes, present: frozenset[int], unit: float, ratio: float, left: int, top: int, reach: int
) -> ArgbPixels:
    """Colours the inner part of a plane of codes.

    Args:
        present: no other codes are in it.
        unit: device pixels that one marked pixel takes at least.
        left, top: scaled coordinates of the first returned pixel, so that hatches meet across tiles.
        reach: how many pixels there are more on every side than what is returned.
    """
    cv2 = load_cv2()
    casing = max(1, round(ratio))
    drawn = np.zeros(codes.shape, np.uint8)
    for rank, name in enumerate(_ORDER, 1):
        code = DAMAGE_CLASSES.index(name) + 1
        grow = max(0, math.ceil((_LEAST_PX[name] * ratio - unit) / 2))
        if code + DROPPED in present:
            outer = max(grow, round(2 * ratio))
            mine = cv2.compare(codes, code + DROPPED, cv2.CMP_EQ)
            rim = cv2.subtract(_grown(mine, outer), _grown(mine, outer - casing))
            drawn = cv2.max(drawn, rim & np.uint8(rank if name != "stain" else _STAIN_RIM))
        if code in present:
            drawn = cv2.max(drawn, _grown(cv2.compare(codes, code, cv2.CMP_EQ), grow) & np.uint8(rank))
    inner = np.ascontiguousarray(drawn[reach:-reach, reach:-reach])
    around = np.ascontiguousarray(_grown(drawn, casing)[reach:-reach, reach:-reach])
    rim = cv2.compare(around, 0, cv2.CMP_GT) & cv2.compare(inner, 0, cv2.CMP_EQ)
    for name, rank, code in (("stain", _STAIN, _HATCH), ("tear", _TEAR, _TEAR_HATCH)):
        if DAMAGE_CLASSES.index(name) + 1 in present:
            pitch, on = round(_HATCH_PITCH_PX * ratio), round(_HATCH_ON_PX * ratio)
            hatch = _hatch(inner.shape[0], inner.shape[1], (top + left) % pitch, pitch, on)
            inner = cv2.add(inner, cv2.compare(inner, rank, cv2.CMP_EQ) & hatch & np.uint8(code - rank))
    inner = cv2.add(inner, rim & np.uint8(_CASING))
    words: ArgbPixels = cv2.LUT(inner, _word_table().view(np.int32)).view(np.uint32)
    return words


@functools.lru_cache(maxsize=64)
def _hatch(height: int, width: int, start: int, pitch: int, on: int) -> Codes:
    """255 on diagonal lines; ``start`` is the sum of both coordinates of its first pixel, modulo the pitch."""
    rows, columns = np.ogrid[:height, :width]
    return np.where((rows + columns + start) % pitch < on, np.uint8(255), np.uint8(0))


def _grown(flags: Codes, radius: int) -> Codes:
    if radius < 1:
        return flags
    grown: Codes = load_cv2().dilate(flags, _disc(radius))
    return grown


@functools.cache
def _disc(radius: int) -> Codes:
    y, x = np.mgrid[-radius : radius + 1, -radius : radius + 1]
    return np.asarray((x * x + y * y) <= (radius + 0.4) ** 2, np.uint8)


@functools.cache
def _word_table() -> ArgbPixels:
    table = np.zeros(256, np.uint32)
    for rank, name in enumerate(_ORDER, 1):
        table[rank] = _word(FIND_COLORS[name], _OPACITY)
    table[_STAIN] = _word(FIND_COLORS["stain"], _STAIN_OPACITY)
    table[_STAIN_RIM] = _word(FIND_COLORS["stain"], _OPACITY)
    table[_HATCH] = _word(FIND_COLORS["stain"], _STAIN_HATCH_OPACITY)
    table[_TEAR_HATCH] = _word("#FFFFFF", _OPACITY)
    table[_CASING] = _word("#000000", _CASING_OPACITY)
    return table


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
