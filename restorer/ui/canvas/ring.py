"""The brush under the pointer, light over dark so that it is seen on anything."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QLineF, QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from restorer.core.geometry import Bounds

_LIGHT_PX = 1.25
_DARK_PX = 3.0
_DARK_OPACITY = 0.75
_CROSS_BELOW_PX = 6.0
_CROSS_PX = 12.0
_CROSS_GAP_PX = 4.0
_MARK_PX = 7.0
_MARK_FROM_PX = 18.0
_LARGE_PX = 60.0
"""Radius from which a ring is made of lines of one pixel."""
_CROSSED_FROM_PX, _CROSSED_CELL = 600.0, 64
_EDGE_ROOM_PX, _MARK_ROOM_PX = 4.0, 12.0
"""The dashed circle is left out where it would crowd the ring or the mark."""


def paint_ring(
    painter: QPainter, x: float, y: float, diameter: float, hardness: float, ratio: float, *, adds: bool
) -> None:
    """Paints the brush in device pixels.

    Args:
        painter: its unit is a device pixel.
        x, y: the middle.
        diameter: of the brush on screen.
        hardness: 0 to 1; a dashed circle shows where falling off begins.
        ratio: device pixels per logical pixel.
        adds: a + in the middle, else a −.
    """
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.translate(x, y)
    if diameter < _CROSS_BELOW_PX * ratio:
        _two_tone(painter, _cross(ratio, adds=adds), ratio)
    else:
        _circle(painter, diameter / 2, ratio)
        _hardness_circle(painter, diameter / 2, hardness, ratio)
        if diameter >= _MARK_FROM_PX * ratio:
            _two_tone(painter, _mark(ratio, adds=adds), ratio)
    painter.restore()


def ring_reach(diameter: float, ratio: float) -> int:
    """How far from its middle the ring paints, in device pixels."""
    return math.ceil(max(diameter, _CROSS_PX * ratio) / 2 + _DARK_PX * ratio)


def ring_box(x: float, y: float, diameter: float, hardness: float, ratio: float, canvas: Bounds) -> Bounds:
    """What a ring paints on a canvas, in device pixels.

    Of a large one only the part of the canvas that its lines cross: while painting with it they may be out of sight.
    """
    left, top = math.floor(x), math.floor(y)
    box = Bounds(left, top, left + 1, top + 1).pad(ring_reach(diameter, ratio))
    if diameter < _CROSSED_FROM_PX:
        return box
    seen, side, width = box.intersect(canvas), _CROSSED_CELL, _MARK_PX * ratio + _DARK_PX
    lefts, tops = np.arange(seen.left, seen.right, side), np.arange(seen.top, seen.bottom, side)[:, None]
    across, down = (
        np.maximum(np.maximum(lefts - x, x - lefts - side), 0),
        np.maximum(np.maximum(tops - y, y - tops - side), 0),
    )
    near = np.hypot(across, down) - width
    far = (
        np.hypot(np.maximum(abs(lefts - x), abs(lefts + side - x)), np.maximum(abs(tops - y), abs(tops + side - y)))
        + width
    )
    crossed = np.zeros(near.shape, bool)
    for radius in (diameter / 2, diameter / 2 * hardness, 0.0):
        crossed |= (near <= radius) & (radius <= far)
    rows, columns = np.flatnonzero(crossed.any(axis=1)), np.flatnonzero(crossed.any(axis=0))
    if rows.size == 0:
        return Bounds(0, 0, 0, 0)
    left, top = seen.left + side * int(columns[0]), seen.top + side * int(rows[0])
    return Bounds(left, top, seen.left + side * int(columns[-1] + 1), seen.top + side * int(rows[-1] + 1))


def _pens(ratio: float) -> tuple[QPen, QPen]:
    dark = QPen(QColor.fromRgbF(0, 0, 0, _DARK_OPACITY), _DARK_PX * ratio)
    light = QPen(QColor(Qt.GlobalColor.white), _LIGHT_PX * ratio)
    for pen in (dark, light):
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    return dark, light


def _circle(painter: QPainter, radius: float, ratio: float) -> None:
    dark, light = _pens(ratio)
    if radius < _LARGE_PX:
        for pen in (dark, light):
            painter.setPen(pen)
            painter.drawEllipse(QPointF(0, 0), radius, radius)
        return
    # Qt paints lines of one pixel ten times as fast as others, and a large ring is painted for every move.
    for pen in (dark, light):
        lines = max(1, round(pen.widthF()))
        pen.setWidthF(1.0)
        painter.setPen(pen)
        for line in range(lines):
            grown = radius + line - (lines - 1) / 2
            painter.drawEllipse(QPointF(0, 0), grown, grown)


def _hardness_circle(painter: QPainter, radius: float, hardness: float, ratio: float) -> None:
    inner = radius * hardness
    if radius - inner < _EDGE_ROOM_PX * ratio or inner < _MARK_ROOM_PX * ratio:
        return
    dark, light = _pens(ratio)
    dark.setWidthF((2.0 if inner < _LARGE_PX else 1.0) * ratio)
    dark.setColor(QColor.fromRgbF(0, 0, 0, _DARK_OPACITY / 2))
    light.setWidthF(ratio)
    light.setDashPattern([3.0, 3.0])
    for pen in (dark, light):
        painter.setPen(pen)
        painter.drawEllipse(QPointF(0, 0), inner, inner)


def _two_tone(painter: QPainter, lines: list[QLineF], ratio: float) -> None:
    dark, light = _pens(ratio)
    dark.setCapStyle(Qt.PenCapStyle.SquareCap)
    for pen in (dark, light):
        painter.setPen(pen)
        painter.drawLines(lines)


def _mark(ratio: float, *, adds: bool) -> list[QLineF]:
    arm = _MARK_PX / 2 * ratio
    lines = [QLineF(-arm, 0, arm, 0)]
    return [*lines, QLineF(0, -arm, 0, arm)] if adds else lines


def _cross(ratio: float, *, adds: bool) -> list[QLineF]:
    """Four arms around a gap; two for taking away, as in the marks."""
    arm, gap = _CROSS_PX / 2 * ratio, _CROSS_GAP_PX / 2 * ratio
    lines = [QLineF(-arm, 0, -gap, 0), QLineF(gap, 0, arm, 0)]
    return [*lines, QLineF(0, -arm, 0, -gap), QLineF(0, gap, 0, arm)] if adds else lines
