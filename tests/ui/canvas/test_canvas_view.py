"""The canvas as a person uses it: real mouse, pen, wheel and key events in, document and screen out."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QInputDevice, QKeyEvent, QPointingDevice, QTabletEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from restorer.core.brush import Brush, BrushMode
from restorer.core.document import Change, Document
from restorer.core.geometry import Bounds
from restorer.core.image import Image, Patch
from restorer.core.mask import Mask
from restorer.core.result import TaskResult
from restorer.core.step import Step
from restorer.ui import theme
from restorer.ui.canvas import CanvasView
from restorer.ui.qimage import pixels_of

LEFT, RIGHT, MIDDLE = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton, Qt.MouseButton.MiddleButton
NONE, SHIFT, CTRL, ALT = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.AltModifier,
)
TILE = Bounds(600, 450, 700, 550)


def settle(qtbot: QtBot, canvas: CanvasView) -> None:
    """Waits until nothing is left to make for what the canvas shows."""
    canvas.repaint()
    qtbot.waitUntil(lambda: not canvas._has_work(), timeout=5000)


def seen(canvas: CanvasView) -> np.ndarray:
    """What is on screen now, without ring and plates being in the way of the middle."""
    return pixels_of(canvas.grab().toImage())


def at(canvas: CanvasView, x: float, y: float) -> QPoint:
    """Widget position of an image pixel's middle."""
    viewport = canvas._navigator.viewport
    view_x, view_y = viewport.to_view(x + 0.5, y + 0.5)
    return QPoint(int(view_x), int(view_y))


def drag(
    canvas: CanvasView,
    points: list[QPoint],
    button: Qt.MouseButton = LEFT,
    modifiers: Qt.KeyboardModifier = NONE,
    *,
    release: bool = True,
) -> None:
    """A drag with real events; QTest's own moves carry no buttons, which the canvas does not ask for."""
    QTest.mousePress(canvas, button, modifiers, points[0])
    for point in points[1:]:
        QTest.mouseMove(canvas, point)
    if release:
        QTest.mouseRelease(canvas, button, modifiers, points[-1])


def held_mouse_is_at(canvas: CanvasView, x: int, y: int) -> None:
    QTest.mouseMove(canvas, QPoint(x, y))


# -- looking


def test_hundred_percent_shows_the_very_pixels(qtbot: QtBot, canvas: CanvasView, noise: Image) -> None:
    canvas.zoom_to(1.0)
    settle(qtbot, canvas)
    viewport = canvas._navigator.viewport
    part = Bounds(-viewport.offset_x, -viewport.offset_y, 600 - viewport.offset_x, 400 - viewport.offset_y)
    assert np.array_equal(seen(canvas), noise.pixels[part.slices])


def test_fit_shows_all_and_survives_a_resize(qtbot: QtBot, canvas: CanvasView) -> None:
    assert canvas.is_fitted()
    assert canvas.visible_bounds() == Bounds(0, 0, 1400, 1100)
    zoom = canvas.zoom()
    canvas.resize(300, 200)
    qtbot.waitUntil(lambda: canvas.zoom() < zoom)
    assert canvas.visible_bounds() == Bounds(0, 0, 1400, 1100)


def test_the_surround_is_the_themes(canvas: CanvasView) -> None:
    surround = theme.tokens().color("canvas")
    assert tuple(seen(canvas)[2, 2]) == (surround.red(), surround.green(), surround.blue())


def test_wheel_zooms_at_the_pointer_and_tells(qtbot: QtBot, canvas: CanvasView) -> None:
    place = QPointF(210, 140)
    before = canvas.locate(place)
    event = QWheelEvent(
        place, canvas.mapToGlobal(place), QPoint(), QPoint(0, 240), Qt.MouseButton.NoButton, NONE,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    with qtbot.waitSignal(canvas.zoom_changed) as told:
        QApplication.sendEvent(canvas, event)
    assert told.args == [canvas.zoom()]
    after = canvas.locate(place)
    assert (after.image_x, after.image_y) == pytest.approx((before.image_x, before.image_y), abs=3)
    assert event.isAccepted()
    assert not canvas.is_fitted()


def test_zoom_commands(qtbot: QtBot, canvas: CanvasView) -> None:
    canvas.zoom_to(1.0)
    canvas.zoom_in()
    assert canvas.zoom() == 1.5
    canvas.zoom_out()
    canvas.zoom_out()
    assert canvas.zoom() == pytest.approx(2 / 3)
    canvas.fit()
    assert canvas.is_fitted()
    QTest.keyClick(canvas, Qt.Key.Key_Plus)
    assert not canvas.is_fitted()


@pytest.mark.parametrize("how", ["space", "middle", "tool"])
def test_dragging_the_photo(qtbot: QtBot, canvas: CanvasView, document: Document, how: str) -> None:
    canvas.zoom_to(1.0)
    before = canvas.visible_bounds()
    if how == "space":
        QTest.keyPress(canvas, Qt.Key.Key_Space)
        assert canvas.cursor().shape() == Qt.CursorShape.OpenHandCursor
    if how == "tool":
        canvas.set_tool("pan")
    drag(canvas, [QPoint(300, 200), QPoint(280, 190), QPoint(250, 180)], MIDDLE if how == "middle" else LEFT)
    if how == "space":
        QTest.keyRelease(canvas, Qt.Key.Key_Space)
        assert canvas.cursor().shape() == Qt.CursorShape.BlankCursor
    assert canvas.visible_bounds() == before.translate(50, 20)
    assert document.mask.is_empty


def test_arrow_keys_pan(canvas: CanvasView) -> None:
    canvas.zoom_to(1.0)
    before = canvas.visible_bounds()
    QTest.keyClick(canvas, Qt.Key.Key_Right)
    QTest.keyClick(canvas, Qt.Key.Key_Down)
    assert canvas.visible_bounds() == before.translate(64, 64)


def test_the_zoom_tool_steps_in_and_out(canvas: CanvasView, document: Document) -> None:
    canvas.set_tool("zoom")
    canvas.zoom_to(1.0)
    QTest.mouseClick(canvas, LEFT, NONE, QPoint(300, 200))
    assert canvas.zoom() == 1.5
    QTest.mouseClick(canvas, LEFT, ALT, QPoint(300, 200))
    QTest.mouseClick(canvas, RIGHT, NONE, QPoint(300, 200))
    assert canvas.zoom() == pytest.approx(2 / 3)
    assert document.mask.is_empty


def test_the_pointer_is_told_in_image_pixels(qtbot: QtBot, canvas: CanvasView) -> None:
    canvas.zoom_to(2.0)
    told: list[tuple[object, object]] = []
    canvas.pointer_moved.connect(lambda x, y: told.append((x, y)))
    held_mouse_is_at(canvas, *at(canvas, 700, 550).toTuple())
    assert told[-1] == (700, 550)
    canvas.fit()
    held_mouse_is_at(canvas, 3, 3)
    assert told[-1] == (None, None)
    held_mouse_is_at(canvas, 300, 200)
    QApplication.sendEvent(canvas, QEvent(QEvent.Type.Leave))
    assert told[-1] == (None, None)


# -- painting


def test_a_stroke_marks_the_mask_and_is_one_entry(qtbot: QtBot, canvas: CanvasView, document: Document) -> None:
    canvas.zoom_to(1.0)
    canvas.set_brush(Brush(11, 1.0))
    points = [at(canvas, x, 500) for x in (600, 640, 700)]
    with qtbot.waitSignal(canvas.stroke_committed) as told:
        drag(canvas, points)
    (change,) = told.args
    assert isinstance(change, Change)
    assert change.history
    assert len(document.history.entries) == 1
    assert (document.mask.plane[500, 600:700] == 255).all()
    occupied = document.mask.occupied()
    assert (occupied.left, occupied.right) == pytest.approx((595, 706), abs=2)
    assert not canvas.is_stroking()


def test_painting_tints_the_screen_at_once(qtbot: QtBot, canvas: CanvasView) -> None:
    canvas.zoom_to(1.0)
    canvas.set_brush(Brush(60, 1.0))
    settle(qtbot, canvas)
    before = seen(canvas).astype(int)
    drag(canvas, [at(canvas, 650, 500)], release=False)
    held_mouse_is_at(canvas, 5, 5)
    place = at(canvas, 640, 490)
    painted = seen(canvas)[place.y(), place.x()]
    azure = np.array([0x1E, 0x90, 0xFF])
    assert np.abs(painted - (before[place.y(), place.x()] * 0.4 + azure * 0.6)).max() <= 2


def test_a_click_is_a_dab_and_a_double_click_two(canvas: CanvasView, document: Document) -> None:
    canvas.zoom_to(4.0)
    canvas.set_brush(Brush(1.0, 1.0))
    QTest.mouseClick(canvas, LEFT, NONE, at(canvas, 700, 550))
    assert document.mask.occupied() == Bounds(700, 550, 701, 551)
    QTest.mouseDClick(canvas, LEFT, NONE, at(canvas, 710, 550))
    assert document.mask.plane[550, 710] == 255


def test_right_drag_erases(canvas: CanvasView, document: Document) -> None:
    canvas.zoom_to(1.0)
    canvas.set_brush(Brush(40, 1.0))
    points = [at(canvas, 600, 500), at(canvas, 700, 500)]
    drag(canvas, points)
    drag(canvas, points, RIGHT)
    assert document.mask.plane[500, 600:700].max() == 0
    assert [entry.label for entry in document.history.entries] == ["Brush stroke", "Eraser stroke"]
    assert canvas.brush().mode is BrushMode.ADD


def test_the_eraser_takes_away_and_x_goes_back_to_the_brush(
    qtbot: QtBot, canvas: CanvasView, document: Document
) -> None:
    canvas.zoom_to(1.0)
    canvas.set_brush(Brush(40, 1.0))
    drag(canvas, [at(canvas, 600, 500), at(canvas, 700, 500)])
    canvas.set_tool("eraser")
    drag(canvas, [at(canvas, 600, 500), at(canvas, 700, 500)])
    assert document.mask.plane[500, 600:700].max() == 0
    with qtbot.waitSignal(canvas.tool_changed) as told:
        QTest.keyClick(canvas, Qt.Key.Key_X)
    assert told.args == ["brush"]
    assert canvas.brush().mode is BrushMode.ADD


def test_x_swaps_adding_and_taking_away(qtbot: QtBot, canvas: CanvasView) -> None:
    with qtbot.waitSignal(canvas.brush_changed):
        QTest.keyClick(canvas, Qt.Key.Key_X)
    assert canvas.brush().mode is BrushMode.SUBTRACT
    QTest.keyClick(canvas, Qt.Key.Key_X)
    assert canvas.brush().mode is BrushMode.ADD


def test_shift_click_joins_with_a_straight_line(canvas: CanvasView, document: Document) -> None:
    canvas.zoom_to(1.0)
    canvas.set_brush(Brush(9, 1.0))
    QTest.mouseClick(canvas, LEFT, NONE, at(canvas, 600, 450))
    QTest.mouseClick(canvas, LEFT, SHIFT, at(canvas, 700, 550))
    for step in range(0, 101, 10):
        assert document.mask.plane[450 + step, 600 + step] == 255
    QTest.mouseClick(canvas, LEFT, SHIFT, at(canvas, 700, 450))
    assert document.mask.plane[500, 700] == 255
    assert len(document.history.entries) == 3


def test_shift_drag_resizes_and_paints_nothing(qtbot: QtBot, canvas: CanvasView, document: Document) -> None:
    canvas.set_brush(Brush(20, 0.5))
    with qtbot.waitSignal(canvas.brush_changed):
        drag(canvas, [QPoint(200, 200), QPoint(260, 200), QPoint(320, 180)], LEFT, SHIFT)
    assert canvas.brush().size_px == pytest.approx(40)
    assert canvas.brush().hardness == 0.5
    assert document.mask.is_empty


def test_alt_right_drag_resizes_and_hardens(canvas: CanvasView, document: Document) -> None:
    canvas.set_brush(Brush(20, 0.5))
    drag(canvas, [QPoint(200, 200), QPoint(140, 180), QPoint(80, 150)], RIGHT, ALT)
    assert canvas.brush().size_px == pytest.approx(10)
    assert canvas.brush().hardness == pytest.approx(0.75)
    assert document.mask.is_empty


@pytest.mark.parametrize(
    ("key", "modifiers", "size", "hardness"),
    [
        (Qt.Key.Key_BracketRight, NONE, 115.0, 0.5),
        (Qt.Key.Key_BracketLeft, NONE, 100 / 1.15, 0.5),
        (Qt.Key.Key_BracketRight, SHIFT, 100.0, 0.6),
        (Qt.Key.Key_BracketLeft, SHIFT, 100.0, 0.4),
    ],
)
def test_brackets(
    canvas: CanvasView, key: Qt.Key, modifiers: Qt.KeyboardModifier, size: float, hardness: float
) -> None:
    canvas.set_brush(Brush(100.0, 0.5))
    QTest.keyClick(canvas, key, modifiers)
    assert (canvas.brush().size_px, canvas.brush().hardness) == pytest.approx((size, hardness))


def test_brackets_reach_the_smallest_brush_and_leave_it(canvas: CanvasView) -> None:
    canvas.set_brush(Brush(5.0, 0.0))
    for _ in range(9):
        QTest.keyClick(canvas, Qt.Key.Key_BracketLeft)
    assert canvas.brush().size_px == 1.0
    QTest.keyClick(canvas, Qt.Key.Key_BracketRight)
    assert canvas.brush().size_px == 2.0
    QTest.keyClick(canvas, Qt.Key.Key_BracketLeft, SHIFT)
    assert canvas.brush().hardness == 0.0


def test_escape_takes_the_stroke_back(qtbot: QtBot, canvas: CanvasView, document: Document) -> None:
    canvas.zoom_to(1.0)
    settle(qtbot, canvas)
    canvas.set_tool("pan")
    before = seen(canvas)
    canvas.set_tool("brush")
    drag(canvas, [at(canvas, 600, 500), at(canvas, 700, 500)], release=False)
    assert canvas.is_stroking()
    QTest.keyClick(canvas, Qt.Key.Key_Escape)
    assert not canvas.is_stroking()
    assert document.mask.is_empty
    assert document.history.entries == ()
    QTest.mouseRelease(canvas, LEFT, NONE, at(canvas, 700, 500))
    assert document.history.entries == ()
    canvas.set_tool("pan")
    assert np.array_equal(seen(canvas), before)


def test_undo_and_redo_of_strokes_are_shown(qtbot: QtBot, canvas: CanvasView, document: Document) -> None:
    canvas.zoom_to(1.0)
    settle(qtbot, canvas)
    canvas.set_tool("pan")
    bare = seen(canvas)
    canvas.set_tool("brush")
    drag(canvas, [at(canvas, 600, 500), at(canvas, 700, 500)])
    canvas.set_tool("pan")
    marked = seen(canvas)
    assert not np.array_equal(marked, bare)
    canvas.refresh(document.undo())
    assert np.array_equal(seen(canvas), bare)
    canvas.refresh(document.redo())
    assert np.array_equal(seen(canvas), marked)


def test_a_change_in_mid_stroke_leaves_history_in_order(canvas: CanvasView, document: Document) -> None:
    """A job that ends while the person paints: what is painted so far and what follows are two entries."""
    canvas.zoom_to(1.0)
    canvas.set_brush(Brush(9, 1.0))
    drag(canvas, [at(canvas, 600, 500), at(canvas, 650, 500)], release=False)
    result = TaskResult((Patch(TILE, np.zeros((100, 100, 3), np.uint8)),))
    canvas.refresh(document.apply(document.state, Step("test", 1), result, label="Fill"))
    held_mouse_is_at(canvas, *at(canvas, 700, 500).toTuple())
    QTest.mouseRelease(canvas, LEFT, NONE, at(canvas, 700, 500))
    assert [entry.label for entry in document.history.entries] == ["Brush stroke", "Fill", "Brush stroke"]
    assert (document.mask.plane[500, 600:700] == 255).all()
    canvas.refresh(document.undo())
    assert (document.mask.plane[500, 600:650] == 255).all()
    assert document.mask.plane[500, 660:700].max() == 0


def test_home_and_escape_are_left_to_others_where_there_is_nothing_to_do(canvas: CanvasView) -> None:
    for key in (Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_Escape):
        event = QKeyEvent(QEvent.Type.KeyPress, key, NONE)
        QApplication.sendEvent(canvas, event)
        assert not event.isAccepted()
    assert canvas.is_fitted()
    canvas.set_compare("split")
    QTest.keyClick(canvas, Qt.Key.Key_Escape)
    assert canvas.split() == 0.5


# -- pen


def pen_device() -> QPointingDevice:
    return QPointingDevice(
        "pen",
        11,
        QInputDevice.DeviceType.Stylus,
        QPointingDevice.PointerType.Pen,
        QInputDevice.Capability.Position | QInputDevice.Capability.Pressure,
        1,
        2,
    )


@pytest.fixture
def pen() -> QPointingDevice:
    """Kept alive by the test: events only point at it."""
    return pen_device()


def tablet(canvas: CanvasView, pen: QPointingDevice, kind: QEvent.Type, place: QPoint, pressure: float) -> QTabletEvent:
    position = QPointF(place)
    event = QTabletEvent(
        kind, pen, position, QPointF(canvas.mapToGlobal(place)), pressure, 0, 0, 0, 0, 0, NONE,
        LEFT if kind != QEvent.Type.TabletMove else Qt.MouseButton.NoButton, LEFT,
    )  # fmt: skip
    QApplication.sendEvent(canvas, event)
    return event


def pen_stroke(canvas: CanvasView, pen: QPointingDevice, points: list[QPoint], pressure: list[float]) -> None:
    tablet(canvas, pen, QEvent.Type.TabletPress, points[0], pressure[0])
    for place, strength in zip(points, pressure, strict=True):
        tablet(canvas, pen, QEvent.Type.TabletMove, place, strength)
    tablet(canvas, pen, QEvent.Type.TabletRelease, points[-1], 0.0)


def width_at(document: Document, x: int) -> int:
    return int(np.count_nonzero(document.mask.plane[:, x]))


def test_pressure_makes_the_stroke_thicker(canvas: CanvasView, document: Document, pen: QPointingDevice) -> None:
    canvas.zoom_to(1.0)
    canvas.set_brush(Brush(60, 1.0))
    pen_stroke(canvas, pen, [at(canvas, x, 500) for x in (600, 680, 760)], [0.2, 0.6, 1.0])
    assert width_at(document, 604) < width_at(document, 680) < width_at(document, 755)
    assert width_at(document, 755) == pytest.approx(60, abs=3)
    assert len(document.history.entries) == 1


@pytest.mark.parametrize("why", ["disabled", "never reported"])
def test_without_pressure_the_stroke_has_its_full_width(
    canvas: CanvasView, document: Document, pen: QPointingDevice, why: str
) -> None:
    canvas.zoom_to(1.0)
    canvas.set_brush(Brush(60, 1.0))
    canvas.set_pressure_enabled(why != "disabled")
    pen_stroke(canvas, pen, [at(canvas, x, 500) for x in (600, 700)], [0.3, 0.3] if why == "disabled" else [0.0, 0.0])
    assert width_at(document, 650) == pytest.approx(60, abs=3)


def test_mouse_events_made_from_the_pen_are_ignored(
    canvas: CanvasView, document: Document, pen: QPointingDevice
) -> None:
    """Before, between and after: systems differ in the order."""
    canvas.zoom_to(1.0)
    canvas.set_brush(Brush(11, 1.0))
    start, end = at(canvas, 600, 500), at(canvas, 700, 500)
    QTest.mousePress(canvas, LEFT, NONE, start)
    event = tablet(canvas, pen, QEvent.Type.TabletPress, start, 1.0)
    assert event.isAccepted()
    QTest.mousePress(canvas, LEFT, NONE, QPoint(50, 50))
    QTest.mouseMove(canvas, QPoint(60, 300))
    tablet(canvas, pen, QEvent.Type.TabletMove, end, 1.0)
    tablet(canvas, pen, QEvent.Type.TabletRelease, end, 0.0)
    QTest.mouseRelease(canvas, LEFT, NONE, end)
    assert len(document.history.entries) == 1
    assert document.mask.occupied().height <= 13


# -- overlay


def test_q_cycles_the_overlay(qtbot: QtBot, canvas: CanvasView) -> None:
    told: list[str] = []
    canvas.overlay_changed.connect(told.append)
    for _ in range(4):
        QTest.keyClick(canvas, Qt.Key.Key_Q)
    assert told == ["outline", "matte", "off", "tint"]


def test_every_overlay_looks_different(qtbot: QtBot, canvas: CanvasView, noise: Image) -> None:
    canvas.zoom_to(1.0)
    canvas.set_brush(Brush(60, 1.0))
    drag(canvas, [at(canvas, 650, 500), at(canvas, 750, 520)])
    canvas.set_tool("pan")
    pictures = {}
    for overlay in ("tint", "outline", "matte", "off"):
        canvas.set_overlay(overlay)
        assert canvas.overlay() == overlay
        settle(qtbot, canvas)
        pictures[overlay] = seen(canvas)
    for name, picture in pictures.items():
        assert all(name == other or not np.array_equal(picture, pictures[other]) for other in pictures)
    viewport = canvas._navigator.viewport
    part = Bounds(-viewport.offset_x, -viewport.offset_y, 600 - viewport.offset_x, 400 - viewport.offset_y)
    assert np.array_equal(pictures["off"], noise.pixels[part.slices])
    assert set(np.unique(pictures["matte"])) <= set(range(256))
    assert (pictures["matte"] == 0).mean() > 0.9


def test_a_dab_paints_only_its_own_rectangle(qtbot: QtBot, canvas: CanvasView, monkeypatch: pytest.MonkeyPatch) -> None:
    canvas.zoom_to(1.0)
    canvas.set_brush(Brush(20, 1.0))
    settle(qtbot, canvas)
    held_mouse_is_at(canvas, *at(canvas, 700, 550).toTuple())
    qtbot.wait(1)
    painted: list[Bounds] = []
    paint = CanvasView._paint_part
    monkeypatch.setattr(CanvasView, "_paint_part", lambda self, p, part: painted.append(part) or paint(self, p, part))
    QTest.mousePress(canvas, LEFT, NONE, at(canvas, 700, 550))
    qtbot.waitUntil(lambda: bool(painted))
    QTest.mouseRelease(canvas, LEFT, NONE, at(canvas, 700, 550))
    place = at(canvas, 700, 550)
    allowed = Bounds(place.x(), place.y(), place.x(), place.y()).pad(20)
    assert all(allowed.contains(part) for part in painted)


# -- comparing


@pytest.fixture
def repaired(qtbot: QtBot, canvas: CanvasView, document: Document) -> Document:
    """The whole photo turned dark by a step."""
    dark = Patch(document.image.bounds, np.full_like(document.image.pixels, 10))
    canvas.refresh(document.apply(document.state, Step("test", 1), TaskResult((dark,)), label="Darken"))
    settle(qtbot, canvas)
    return document


def brightness(canvas: CanvasView, x: int) -> float:
    """Of a column of the widget, away from badges and handle."""
    return float(seen(canvas)[250:330, x - 2 : x + 3].mean())


def test_split_shows_before_and_after(qtbot: QtBot, canvas: CanvasView, repaired: Document) -> None:
    with qtbot.waitSignal(canvas.compare_changed) as told:
        QTest.keyClick(canvas, Qt.Key.Key_Y)
    assert told.args == ["split"]
    settle(qtbot, canvas)
    assert brightness(canvas, 200) > 80
    assert brightness(canvas, 400) < 20
    with qtbot.waitSignal(canvas.compare_changed) as told:
        QTest.keyClick(canvas, Qt.Key.Key_Y)
    assert told.args == [None]
    assert brightness(canvas, 200) < 20


def test_the_split_line_is_dragged_and_moved_by_arrows(qtbot: QtBot, canvas: CanvasView, repaired: Document) -> None:
    canvas.set_compare("split")
    settle(qtbot, canvas)
    held_mouse_is_at(canvas, 300, 300)
    assert canvas.cursor().shape() == Qt.CursorShape.SplitHCursor
    with qtbot.waitSignal(canvas.split_moved):
        drag(canvas, [QPoint(301, 300), QPoint(350, 300), QPoint(450, 300)])
    assert repaired.mask.is_empty
    moved = canvas.split()
    assert moved > 0.75
    assert brightness(canvas, 400) > 80
    QTest.keyClick(canvas, Qt.Key.Key_Left)
    assert canvas.split() == pytest.approx(moved - 0.01)
    QTest.keyClick(canvas, Qt.Key.Key_Home)
    assert canvas.split() == 0.0
    QTest.keyClick(canvas, Qt.Key.Key_End)
    QTest.keyClick(canvas, Qt.Key.Key_Right)
    assert canvas.split() == 1.0


def test_moving_the_line_leaves_no_trace(qtbot: QtBot, canvas: CanvasView, repaired: Document) -> None:
    """What is on screen after partial repaints equals a full one."""
    canvas.set_compare("split")
    canvas.set_tool("pan")
    settle(qtbot, canvas)
    for split in (0.2, 0.7, 0.65, 0.0, 1.0, 0.4):
        canvas.set_split(split)
        qtbot.wait(1)
    partial = pixels_of(canvas.screen().grabWindow(canvas.winId()).toImage())
    canvas.repaint()
    whole = pixels_of(canvas.screen().grabWindow(canvas.winId()).toImage())
    assert np.array_equal(partial, whole)


def test_side_by_side_shows_the_same_part_twice(qtbot: QtBot, canvas: CanvasView, repaired: Document) -> None:
    QTest.keyClick(canvas, Qt.Key.Key_Y, SHIFT)
    assert canvas.compare() == "side"
    settle(qtbot, canvas)
    assert brightness(canvas, 150) > 80
    assert brightness(canvas, 450) < 20
    canvas.zoom_to(1.0)
    left, right = canvas.locate(QPointF(100, 100)), canvas.locate(QPointF(401, 100))
    assert (left.image_x, left.image_y) == pytest.approx((right.image_x, right.image_y), abs=2)


@pytest.mark.parametrize("key", [Qt.Key.Key_Tab, Qt.Key.Key_Backslash])
def test_holding_a_key_shows_the_original(
    qtbot: QtBot, canvas: CanvasView, repaired: Document, noise: Image, key: Qt.Key
) -> None:
    canvas.setFocus()
    canvas.zoom_to(1.0)
    settle(qtbot, canvas)
    QTest.keyPress(canvas, key)
    assert canvas.hasFocus()
    settle(qtbot, canvas)
    viewport = canvas._navigator.viewport
    part = Bounds(100 - viewport.offset_x, 100 - viewport.offset_y, 500 - viewport.offset_x, 300 - viewport.offset_y)
    assert np.array_equal(seen(canvas)[100:300, 100:500], noise.pixels[part.slices])
    QTest.keyRelease(canvas, key)
    assert brightness(canvas, 200) < 20


def test_the_original_is_not_left_on_when_the_focus_goes(qtbot: QtBot, canvas: CanvasView, repaired: Document) -> None:
    canvas.setFocus()
    QTest.keyPress(canvas, Qt.Key.Key_Tab)
    canvas.clearFocus()
    assert brightness(canvas, 200) < 20


def test_any_two_states_are_compared_and_not_painted_on(qtbot: QtBot, canvas: CanvasView, repaired: Document) -> None:
    gray = Image(np.full_like(repaired.image.pixels, 128))
    white = Image(np.full_like(repaired.image.pixels, 250))
    canvas.set_compare("split")
    canvas.set_compare_images(gray, white)
    settle(qtbot, canvas)
    assert brightness(canvas, 200) == pytest.approx(128, abs=1)
    assert brightness(canvas, 400) == pytest.approx(250, abs=1)
    drag(canvas, [QPoint(400, 200), QPoint(420, 200)])
    assert repaired.mask.is_empty
    canvas.set_reference(None)
    settle(qtbot, canvas)
    assert brightness(canvas, 400) < 20
    with pytest.raises(ValueError, match="compared"):
        canvas.set_reference(Image(np.zeros((3, 3, 3), np.uint8)))


# -- a running job


def preview(value: int) -> Patch:
    return Patch(TILE, np.full((100, 100, 3), value, np.uint8))


def test_finished_tiles_show_their_pixels_without_tint(qtbot: QtBot, canvas: CanvasView, document: Document) -> None:
    canvas.zoom_to(1.0)
    canvas.set_brush(Brush(30, 1.0))
    drag(canvas, [at(canvas, 620, 500), at(canvas, 760, 500)])
    canvas.set_tool("pan")
    settle(qtbot, canvas)
    before = seen(canvas)
    canvas.set_tiles([TILE], document.mask.snapshot())
    canvas.mark_tile(TILE)
    canvas.add_preview(preview(200))
    settle(qtbot, canvas)
    place = at(canvas, 650, 500)
    during = seen(canvas)
    assert tuple(during[place.y(), place.x()]) == (200, 200, 200)
    still = at(canvas, 740, 500)
    assert np.array_equal(during[still.y(), still.x()], before[still.y(), still.x()])
    canvas.clear_previews()
    settle(qtbot, canvas)
    assert np.array_equal(seen(canvas), before)


def test_what_is_painted_over_a_finished_tile_is_seen(qtbot: QtBot, canvas: CanvasView, document: Document) -> None:
    canvas.zoom_to(1.0)
    canvas.set_brush(Brush(30, 1.0))
    canvas.set_tiles([TILE], Mask.empty(1400, 1100))
    canvas.add_preview(preview(200))
    drag(canvas, [at(canvas, 640, 500), at(canvas, 660, 500)])
    canvas.set_tool("pan")
    settle(qtbot, canvas)
    place = at(canvas, 650, 500)
    red, _, blue = seen(canvas)[place.y(), place.x()]
    assert blue > 220 > 150 > red


def test_the_committed_result_replaces_the_previews_without_a_flicker(
    qtbot: QtBot, canvas: CanvasView, document: Document
) -> None:
    canvas.fit()
    canvas.set_tool("pan")
    canvas.set_tiles([TILE])
    canvas.add_preview(preview(200))
    settle(qtbot, canvas)
    shown = seen(canvas)
    canvas.refresh(document.apply(document.state, Step("test", 1), TaskResult((preview(200),)), label="Fill"))
    canvas.clear_previews()
    assert np.array_equal(seen(canvas), shown), "at once"
    settle(qtbot, canvas)
    assert np.array_equal(seen(canvas), shown), "and when all is made again"


def test_the_tile_in_work_is_outlined(qtbot: QtBot, canvas: CanvasView) -> None:
    canvas.zoom_to(1.0)
    canvas.set_tool("pan")
    settle(qtbot, canvas)
    canvas.mark_tile(TILE)
    corner = at(canvas, TILE.left, TILE.top + 50)
    assert seen(canvas)[corner.y(), corner.x()].min() > 200
    canvas.clear_previews()
    settle(qtbot, canvas)


# -- plates, documents


def test_plates_are_painted_and_taken_away(canvas: CanvasView) -> None:
    bare = seen(canvas)
    canvas.set_hud_left([("\\", "original"), ("Y", "split")])
    canvas.set_hud_right("0:14 left", "Esc", "Cancel")
    plates = (seen(canvas) != bare).any(axis=2)
    rows, columns = np.nonzero(plates)
    assert rows.min() >= 400 - 12 - 28
    assert columns.min() == 12
    assert columns.max() == 600 - 13
    canvas.set_hud_left([])
    canvas.set_hud_right()
    assert np.array_equal(seen(canvas), bare)


def test_without_a_photo_there_is_only_the_surround(canvas: CanvasView) -> None:
    canvas.set_document(None)
    assert len(np.unique(seen(canvas).reshape(-1, 3), axis=0)) == 1
    assert canvas.cursor().shape() == Qt.CursorShape.ArrowCursor
    for key in (Qt.Key.Key_Y, Qt.Key.Key_Q, Qt.Key.Key_Space, Qt.Key.Key_Escape):
        QTest.keyClick(canvas, key)
    drag(canvas, [QPoint(100, 100), QPoint(200, 200)])
    canvas.fit()
    canvas.refresh(Change())
    canvas.clear_previews()
    assert canvas.compare() is None


def test_another_photo_is_fitted_and_joined_with_nothing(qtbot: QtBot, canvas: CanvasView, document: Document) -> None:
    canvas.zoom_to(3.0)
    QTest.mouseClick(canvas, LEFT, NONE, QPoint(300, 200))
    other = Document(Image(np.full((300, 500, 1), 200, np.uint8)), "other")
    canvas.set_document(other)
    assert canvas.is_fitted()
    QTest.mouseClick(canvas, LEFT, SHIFT, QPoint(320, 210))
    assert other.mask.occupied().width <= 26
    assert len(document.history.entries) == 1


def test_a_result_of_another_size_is_fitted_anew(qtbot: QtBot, canvas: CanvasView, document: Document) -> None:
    document._image = Image(np.full((2200, 2800, 3), 50, np.uint8))
    canvas.refresh(Change(image=Bounds.of_size(2800, 2200)))
    assert canvas.visible_bounds() == Bounds(0, 0, 2800, 2200)


@pytest.mark.parametrize(
    ("key", "modifiers", "leaves"),
    [(Qt.Key.Key_Tab, NONE, False), (Qt.Key.Key_Tab, CTRL, True), (Qt.Key.Key_Backtab, SHIFT, True)],
)
def test_tab_stays_and_ctrl_tab_leaves(
    qtbot: QtBot, document: Document, key: Qt.Key, modifiers: Qt.KeyboardModifier, leaves: bool
) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    layout = QVBoxLayout(window)
    canvas = CanvasView()
    for widget in (QPushButton("before"), canvas, QPushButton("after")):
        layout.addWidget(widget)
    with qtbot.waitActive(window):
        window.show()
    canvas.set_document(document)
    canvas.setFocus()
    QTest.keyPress(canvas, key, modifiers)
    assert canvas.hasFocus() is not leaves
    QTest.keyRelease(canvas, key, modifiers)


def test_the_photo_is_shown_while_it_is_still_being_made(qtbot: QtBot, canvas: CanvasView) -> None:
    plain = Document(Image(np.full((3000, 4000, 3), 90, np.uint8)), "plain")
    canvas.set_document(plain)
    canvas.repaint()
    assert tuple(seen(canvas)[200, 300]) == (90, 90, 90)
    settle(qtbot, canvas)
