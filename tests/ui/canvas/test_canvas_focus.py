"""Keys that the canvas keeps and keys that it leaves to others."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot
from support.canvas import CTRL, NONE, SHIFT

from restorer.core.document import Document
from restorer.ui.canvas import CanvasView


def test_home_and_escape_are_left_to_others_where_there_is_nothing_to_do(canvas: CanvasView) -> None:
    for key in (Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_Escape):
        event = QKeyEvent(QEvent.Type.KeyPress, key, NONE)
        QApplication.sendEvent(canvas, event)
        assert not event.isAccepted()
    assert canvas.is_fitted()
    canvas.set_compare("split")
    QTest.keyClick(canvas, Qt.Key.Key_Escape)
    assert canvas.split() == 0.5


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
