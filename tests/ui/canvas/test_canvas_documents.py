"""The photo changes under the canvas: none, another, one of another size, one still being made."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot
from support.canvas import LEFT, NONE, SHIFT, drag, seen, settle

from restorer.core.document import Change, Document
from restorer.core.geometry import Bounds
from restorer.core.image import Image
from restorer.ui.canvas import CanvasView


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


def test_the_photo_is_shown_while_it_is_still_being_made(qtbot: QtBot, canvas: CanvasView) -> None:
    plain = Document(Image(np.full((3000, 4000, 3), 90, np.uint8)), "plain")
    canvas.set_document(plain)
    canvas.repaint()
    assert tuple(seen(canvas)[200, 300]) == (90, 90, 90)
    settle(qtbot, canvas)
