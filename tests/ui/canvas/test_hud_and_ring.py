"""Plates, badges, the ring and the split line: painted where they say, and nowhere else."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from restorer.core.geometry import Bounds
from restorer.ui.canvas.hud import PLATE_H, Hud, Part, badge, hint_plate, status_plate
from restorer.ui.canvas.ring import paint_ring, ring_box, ring_reach
from restorer.ui.canvas.split_line import line_reach, paint_line, paint_split_badges
from restorer.ui.qimage import pixels_of

GRAY = 120


class Sheet:
    """A grey picture to paint on."""

    def __init__(self, width: int = 400, height: int = 300) -> None:
        self.picture = QImage(width, height, QImage.Format.Format_RGB32)
        self.picture.fill(QColor(GRAY, GRAY, GRAY))

    def __enter__(self) -> QPainter:
        self._painter = QPainter(self.picture)
        return self._painter

    def __exit__(self, *_: object) -> None:
        self._painter.end()

    @property
    def touched(self) -> np.ndarray:
        return (pixels_of(self.picture) != GRAY).any(axis=2)

    def within(self, left: float, top: float, right: float, bottom: float) -> bool:
        """Whether nothing was painted outside."""
        rows, columns = np.nonzero(self.touched)
        return bool(
            rows.size and left <= columns.min() and columns.max() < right and top <= rows.min() and rows.max() < bottom
        )


def test_plates_stand_in_the_lower_corners() -> None:
    hud = Hud(hint_plate([("Y", "split")]), status_plate("0:14 left", "Esc", "Cancel"))
    sheet = Sheet()
    with sheet as painter:
        hud.paint(painter, 400, 300)
    right, left = hud.rects(400, 300)
    assert (left.left(), left.bottom()) == (12, 288)
    assert (right.right(), right.bottom()) == (388, 288)
    assert left.height() == right.height() == PLATE_H
    assert sheet.within(12, 288 - PLATE_H, 388, 288)
    assert not sheet.touched[:, int(left.right()) : int(right.left())].any()


def test_the_hints_give_way_to_the_status() -> None:
    hud = Hud(hint_plate([("Y", "a rather long hint about something")]), status_plate("0:14 left", "Esc", "Cancel"))
    assert len(hud.rects(240, 100)) == 1
    assert len(hud.rects(800, 100)) == 2


def test_no_parts_no_plate() -> None:
    assert Hud(hint_plate([]), status_plate("")).rects(400, 300) == []


def test_hints_may_have_no_key_one_or_several() -> None:
    plate = hint_plate([("", "Hold"), ("\\", "original"), (["[", "]"], "size")])
    assert plate.parts == (
        Part("Hold"),
        Part("\\", is_key=True),
        Part("original"),
        Part("[", is_key=True),
        Part("]", is_key=True),
        Part("size"),
    )


@pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0])
@pytest.mark.parametrize("diameter", [1.0, 5.0, 17.0, 80.0, 200.0])
@pytest.mark.parametrize("adds", [True, False])
def test_the_ring_stays_within_its_reach(diameter: float, ratio: float, adds: bool) -> None:
    sheet = Sheet()
    with sheet as painter:
        paint_ring(painter, 200.3, 150.7, diameter, 0.6, ratio, adds=adds)
    reach = ring_reach(diameter, ratio)
    assert sheet.within(200 - reach, 150 - reach, 201 + reach, 151 + reach)


def test_the_ring_has_the_true_size_and_two_tones() -> None:
    sheet = Sheet()
    with sheet as painter:
        paint_ring(painter, 200, 150, 100.0, 1.0, 1.0, adds=True)
    row = pixels_of(sheet.picture)[150, :, 0].astype(int)
    assert max(row[148:153]) > 160, "light on the circle"
    assert min(row[146:149]) < 90, "dark outside of it"
    assert not sheet.touched[150, 160:190].any(), "nothing between ring and mark"


def test_hardness_is_a_second_circle_where_there_is_room() -> None:
    def inner(diameter: float, hardness: float) -> bool:
        sheet = Sheet()
        with sheet as painter:
            paint_ring(painter, 200, 150, diameter, hardness, 1.0, adds=True)
        radius = diameter / 2 * hardness
        rows, columns = np.nonzero(sheet.touched)
        distance = np.hypot(columns + 0.5 - 200, rows + 0.5 - 150)
        return bool((np.abs(distance - radius) < 1).any())

    assert inner(200, 0.5)
    assert inner(200, 0.9)
    assert not inner(30, 0.5), "it would crowd the mark"


def test_the_mark_tells_adding_from_taking_away() -> None:
    marks = {}
    for adds in (True, False):
        sheet = Sheet()
        with sheet as painter:
            paint_ring(painter, 200, 150, 100.0, 1.0, 1.0, adds=adds)
        marks[adds] = sheet.touched[140:160, 190:210]
    assert marks[True].sum() > marks[False].sum()
    assert marks[True][7, 10]
    assert not marks[False][7, 10]


def test_a_tiny_brush_is_a_cross_with_a_gap() -> None:
    sheet = Sheet()
    with sheet as painter:
        paint_ring(painter, 200.5, 150.5, 2.0, 1.0, 1.0, adds=True)
    columns = np.nonzero(sheet.touched)[1]
    assert columns.max() - columns.min() >= 12
    assert pixels_of(sheet.picture)[150, 200, 0] > 60, "what is under it can be seen"


def test_the_split_line_and_badges_stay_within_their_reach() -> None:
    span = QRectF(50, 20, 300, 260)
    sheet = Sheet()
    with sheet as painter:
        paint_line(painter, 180, span, focused=True)
        paint_split_badges(painter, 180, span, "Before", "After")
    area = line_reach(180, span, ("Before", "After"))
    assert sheet.within(area.left(), area.top(), area.right() + 1, area.bottom() + 1)
    assert pixels_of(sheet.picture)[40, 180].min() > 200


@pytest.mark.parametrize(("x", "side"), [(52, "before"), (348, "after")])
def test_a_badge_without_room_is_left_out(x: float, side: str) -> None:
    span = QRectF(50, 20, 300, 260)
    sheet = Sheet()
    with sheet as painter:
        paint_split_badges(painter, x, span, "Before", "After")
    assert sheet.touched.any()
    columns = np.nonzero(sheet.touched)[1]
    assert columns.min() > x if side == "before" else columns.max() < x


def test_badges_are_lower_than_plates() -> None:
    assert badge("Before").height == 24


@pytest.mark.parametrize("hardness", [0.3, 0.8, 1.0])
@pytest.mark.parametrize(("x", "y"), [(200.0, 150.0), (-300.0, 40.0), (260.5, 900.5)])
@pytest.mark.parametrize("diameter", [40.0, 620.0, 1400.0, 4000.0])
def test_all_that_a_ring_paints_lies_in_its_box(diameter: float, x: float, y: float, hardness: float) -> None:
    sheet = Sheet()
    with sheet as painter:
        paint_ring(painter, x, y, diameter, hardness, 1.0, adds=True)
    canvas = Bounds(0, 0, sheet.touched.shape[1], sheet.touched.shape[0])
    box = ring_box(x, y, diameter, hardness, 1.0, canvas).intersect(canvas)
    outside = sheet.touched.copy()
    outside[box.slices] = False
    assert not outside.any()


def test_a_ring_out_of_sight_has_nothing_to_be_painted_again() -> None:
    assert ring_box(200, 150, 4000.0, 1.0, 1.0, Bounds(0, 0, 400, 300)).area < 0.1 * 400 * 300
