"""The photo changes under the canvas: none, another, one of another size, one still being made."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot
from support.canvas import LEFT, NONE, SHIFT, drag, seen, settle

from restorer.core.document import Change, Document
from restorer.core.geometry import Bounds
from restorer.core.image import Image, Patch
from restorer.core.placement import Placement
from restorer.core.result import Reframed, TaskResult
from restorer.core.step import Step
from restorer.session.alignment import aligned
from restorer.ui.canvas import CanvasView, scene


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


def reframe(document: Document, placement: Placement) -> Change:
    image = aligned(document.image, placement)
    result = TaskResult((), reframed=Reframed(image, placement))
    return document.apply(document.state, Step("crop", 1), result, label="Crop")


def test_a_fitted_photo_of_another_extent_is_fitted_anew(canvas: CanvasView, document: Document) -> None:
    canvas.refresh(reframe(document, Placement.scaled(1400, 1100, 2800, 2200)))
    assert canvas.visible_bounds() == Bounds(0, 0, 2800, 2200)
    canvas.refresh(document.undo())
    assert canvas.visible_bounds() == Bounds(0, 0, 1400, 1100)


def test_the_same_place_stays_in_view_when_the_extent_changes(
    qtbot: QtBot, canvas: CanvasView, document: Document
) -> None:
    canvas.zoom_to(2.0)
    canvas.set_compare("split")
    settle(qtbot, canvas)
    before = seen(canvas)
    canvas.refresh(reframe(document, Placement.crop(Bounds(200, 100, 1300, 1000), 1400, 1100)))
    settle(qtbot, canvas)
    assert np.array_equal(seen(canvas), before)
    assert canvas.visible_bounds() == Bounds(350, 350, 650, 550)
    canvas.refresh(reframe(document, Placement.scaled(1100, 900, 2200, 1800)))
    assert canvas.zoom() == 1.0
    assert canvas.visible_bounds() == Bounds(700, 700, 1300, 1100)
    canvas.refresh(document.jump(0))
    settle(qtbot, canvas)
    assert np.array_equal(seen(canvas), before)


def test_a_stroke_ends_with_the_extent_it_was_drawn_on(canvas: CanvasView, document: Document) -> None:
    drag(canvas, [QPoint(300, 200), QPoint(320, 210)], release=False)
    canvas.refresh(reframe(document, Placement.turned(1, 1400, 1100)))
    assert not canvas.is_stroking()
    assert [entry.label for entry in document.history.entries] == ["Brush stroke", "Crop"]
    assert document.mask.coverage() > 0
    QTest.mouseRelease(canvas, LEFT, NONE, QPoint(340, 220))
    assert len(document.history.entries) == 2


def test_the_photo_is_shown_while_it_is_still_being_made(qtbot: QtBot, canvas: CanvasView) -> None:
    plain = Document(Image(np.full((3000, 4000, 3), 90, np.uint8)), "plain")
    canvas.set_document(plain)
    canvas.repaint()
    assert tuple(seen(canvas)[200, 300]) == (90, 90, 90)
    settle(qtbot, canvas)


def test_the_original_in_another_extent_is_made_only_when_it_is_looked_at(
    qtbot: QtBot, canvas: CanvasView, document: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Placement] = []
    monkeypatch.setattr(scene, "aligned", lambda image, placement: made.append(placement) or aligned(image, placement))
    tilted = Placement.straightened(3, 1400, 1100).then(Placement.crop(Bounds(100, 100, 1300, 1000), 1400, 1100))
    canvas.refresh(reframe(document, tilted))
    patch = Patch(Bounds(10, 10, 20, 20), np.zeros((10, 10, 3), np.uint8))
    canvas.refresh(document.apply(document.state, Step("test", 1), TaskResult((patch,)), label="Test"))
    settle(qtbot, canvas)
    assert made == []
    canvas.set_compare("split")
    settle(qtbot, canvas)
    assert made == [tilted]
