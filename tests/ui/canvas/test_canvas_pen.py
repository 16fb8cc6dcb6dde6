"""Painting on the canvas with a pen."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QInputDevice, QPointingDevice, QTabletEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from support.canvas import LEFT, NONE, at

from restorer.core.brush import Brush
from restorer.core.document import Document
from restorer.ui.canvas import CanvasView


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
