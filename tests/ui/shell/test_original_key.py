"""The key that shows the original, wherever the focus is."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QStringListModel, Qt
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QLineEdit, QListView, QPushButton, QSlider, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from restorer.ui.original_key import OriginalKey


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    window = QWidget()
    layout = QVBoxLayout(window)
    names = QListView()
    names.setModel(QStringListModel(["\\one", "two"], names))
    for widget in (names, QSlider(), QPushButton(), QLineEdit()):
        layout.addWidget(widget)
    qtbot.addWidget(window)
    window.key = OriginalKey(window)  # type: ignore[attr-defined]
    window.show()
    qtbot.waitExposed(window)
    window.activateWindow()
    return window


def focus(window: QWidget, kind: type[QWidget], qtbot: QtBot) -> QWidget:
    widget = window.findChild(kind)
    assert widget is not None
    widget.setFocus()
    qtbot.waitUntil(widget.hasFocus)
    return widget


@pytest.mark.parametrize("kind", [QListView, QSlider, QPushButton])
def test_it_works_over_anything_that_writes_no_text(window: QWidget, kind: type[QWidget], qtbot: QtBot) -> None:
    spy = QSignalSpy(window.key.held)  # type: ignore[attr-defined]
    widget = focus(window, kind, qtbot)
    QTest.keyPress(widget, Qt.Key.Key_Backslash)
    QTest.keyRelease(widget, Qt.Key.Key_Backslash)
    assert [spy.at(place)[0] for place in range(spy.count())] == [True, False]


def test_in_a_text_field_it_writes(window: QWidget, qtbot: QtBot) -> None:
    spy = QSignalSpy(window.key.held)  # type: ignore[attr-defined]
    field = focus(window, QLineEdit, qtbot)
    QTest.keyClicks(field, "\\")
    assert spy.count() == 0
    assert isinstance(field, QLineEdit)
    assert field.text() == "\\"


def test_it_is_let_go_when_the_focus_leaves(window: QWidget, qtbot: QtBot) -> None:
    spy = QSignalSpy(window.key.held)  # type: ignore[attr-defined]
    QTest.keyPress(focus(window, QListView, qtbot), Qt.Key.Key_Backslash)
    focus(window, QLineEdit, qtbot)
    assert [spy.at(place)[0] for place in range(spy.count())] == [True, False]
