"""Gliding, wheels and touchpads."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QObject, QPoint, QPointF, Qt
from PySide6.QtGui import QInputDevice, QPointingDevice, QWheelEvent
from pytestqt.qtbot import QtBot

from restorer.ui import theme
from restorer.ui.canvas.navigation import Navigator, between
from restorer.ui.canvas.viewport import Viewport

AT = QPointF(300, 200)


@pytest.fixture
def owner(qapp: QObject) -> QObject:
    """Takes its navigators with it."""
    return QObject()


@pytest.fixture
def navigator(owner: QObject, monkeypatch: pytest.MonkeyPatch) -> Navigator:
    monkeypatch.setattr(theme, "motion_ms", lambda duration: 0)
    found = Navigator(owner)
    found.resize(600, 400, 0)
    found.open(4000, 3000)
    return found


def wheel(
    angle: QPoint,
    pixels: QPoint | None = None,
    *,
    modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
    phase: Qt.ScrollPhase = Qt.ScrollPhase.NoScrollPhase,
    device: QPointingDevice | None = None,
) -> QWheelEvent:
    extra = (device,) if device is not None else ()
    source = Qt.MouseEventSource.MouseEventNotSynthesized
    buttons = Qt.MouseButton.NoButton
    return QWheelEvent(AT, AT, pixels or QPoint(), angle, buttons, modifiers, phase, False, source, *extra)


@pytest.fixture
def touchpad() -> QPointingDevice:
    """Kept alive by the test: events only point at it."""
    return QPointingDevice(
        "touchpad",
        7,
        QInputDevice.DeviceType.TouchPad,
        QPointingDevice.PointerType.Finger,
        QInputDevice.Capability.Position | QInputDevice.Capability.Scroll,
        2,
        2,
    )


def test_a_wheel_zooms_at_the_pointer(navigator: Navigator) -> None:
    before = navigator.viewport.to_image(AT.x(), AT.y())
    zoom = navigator.viewport.zoom
    navigator.wheel(wheel(QPoint(0, 120)), AT, 1.0)
    assert navigator.viewport.zoom == pytest.approx(zoom * 1.25)
    assert navigator.viewport.to_image(AT.x(), AT.y()) == pytest.approx(before, abs=1 / zoom)
    navigator.wheel(wheel(QPoint(0, -120)), AT, 1.0)
    assert navigator.viewport.zoom == pytest.approx(zoom)


def test_a_fine_wheel_zooms_finely(navigator: Navigator) -> None:
    zoom = navigator.viewport.zoom
    for _ in range(8):
        navigator.wheel(wheel(QPoint(0, 15)), AT, 1.0)
    assert navigator.viewport.zoom == pytest.approx(zoom * 1.25)


def test_a_mouse_wheel_with_pixel_deltas_still_zooms(navigator: Navigator) -> None:
    """On X11 they come with every wheel and mean nothing."""
    zoom = navigator.viewport.zoom
    navigator.wheel(wheel(QPoint(0, 120), QPoint(0, 15)), AT, 1.0)
    assert navigator.viewport.zoom > zoom


@pytest.mark.parametrize("known_by", ["phase", "device"])
def test_two_fingers_pan_and_with_ctrl_zoom(navigator: Navigator, touchpad: QPointingDevice, known_by: str) -> None:
    navigator.zoom_to(1.0)
    before = navigator.viewport
    kind = {"phase": Qt.ScrollPhase.ScrollUpdate} if known_by == "phase" else {"device": touchpad}
    navigator.wheel(wheel(QPoint(0, 80), QPoint(-7, 11), **kind), AT, 2.0)
    after = navigator.viewport
    assert after.zoom == before.zoom
    assert (after.offset_x - before.offset_x, after.offset_y - before.offset_y) == (-14, 22)
    navigator.wheel(wheel(QPoint(0, 80), QPoint(0, 11), modifiers=Qt.KeyboardModifier.ControlModifier, **kind), AT, 2.0)
    assert navigator.viewport.zoom > before.zoom


def test_a_touchpad_without_pixels_pans_by_notches(navigator: Navigator, touchpad: QPointingDevice) -> None:
    navigator.zoom_to(1.0)
    before = navigator.viewport
    navigator.wheel(wheel(QPoint(0, -120), device=touchpad), AT, 1.0)
    assert navigator.viewport.zoom == before.zoom
    assert navigator.viewport.offset_y == before.offset_y - 48


def test_steps_glide_and_end_where_they_should(qtbot: QtBot, owner: QObject, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(theme, "motion_ms", lambda duration: 40)
    navigator = Navigator(owner)
    navigator.resize(600, 400, 0)
    navigator.open(4000, 3000)
    seen: list[float] = []
    navigator.moved.connect(lambda: seen.append(navigator.viewport.zoom))
    navigator.zoom_to(1.0)
    qtbot.waitUntil(lambda: navigator.viewport.zoom == 1.0, timeout=2000)
    assert seen == sorted(seen)
    assert navigator.viewport == Viewport(600, 400, 4000, 3000).fit().zoomed(1.0)


def test_steps_in_a_row_are_not_lost_while_gliding(
    qtbot: QtBot, owner: QObject, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(theme, "motion_ms", lambda duration: 40)
    navigator = Navigator(owner)
    navigator.resize(600, 400, 0)
    navigator.open(4000, 3000)
    for _ in range(3):
        navigator.step(inwards=True)
    qtbot.waitUntil(lambda: navigator.viewport.zoom == pytest.approx(0.25), timeout=2000)


def test_the_wheel_takes_over_from_a_glide(qtbot: QtBot, owner: QObject, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(theme, "motion_ms", lambda duration: 10_000)
    navigator = Navigator(owner)
    navigator.resize(600, 400, 0)
    navigator.open(4000, 3000)
    start = navigator.viewport.zoom
    navigator.zoom_to(8.0)
    navigator.wheel(wheel(QPoint(0, -120)), AT, 1.0)
    stopped = navigator.viewport
    assert stopped.zoom <= start
    navigator.pan(1, 0)
    assert navigator.viewport.zoom == stopped.zoom


def test_half_way_what_both_show_in_one_place_stays_there() -> None:
    start = Viewport(600, 400, 4000, 3000).fit()
    end = start.zoomed(2.0, (450, 120))
    held = start.to_image(450, 120)
    for progress in (0.1, 0.5, 0.9):
        way = between(start, end, progress)
        assert start.zoom < way.zoom < end.zoom
        assert way.to_image(450, 120) == pytest.approx(held, abs=1 / way.zoom + 1 / start.zoom)
    assert between(start, end, 1.0).zoom == pytest.approx(end.zoom)


def test_a_place_is_brought_into_view_and_ends_a_glide(
    qtbot: QtBot, owner: QObject, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(theme, "motion_ms", lambda duration: 5000)
    navigator = Navigator(owner)
    navigator.resize(600, 400, 0)
    navigator.open(4000, 3000)
    navigator.zoom_to(1.0)
    navigator.bring(100.5, 200.5, 0.1)
    viewport = navigator.viewport
    assert viewport.zoom == 1.0
    x, y = viewport.to_view(100.5, 200.5)
    assert abs(x - 300) <= 1
    assert abs(y - 200) <= 1
    navigator.bring(150.5, 250.5, 0.1)
    assert navigator.viewport == viewport, "it is in view already"
