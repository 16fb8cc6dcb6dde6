from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QScrollArea, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from restorer.ui.tokens import DARK
from restorer.ui.widgets import CheckBox, FocusRing, IconButton, ValueSlider


@pytest.fixture
def ring(themed: QApplication) -> Iterator[FocusRing]:
    ring = FocusRing(themed)
    yield ring
    themed.focusChanged.disconnect(ring._on_focus_changed)
    ring.deleteLater()


@pytest.fixture
def window(qtbot: QtBot, ring: FocusRing) -> QWidget:
    window = QWidget()
    qtbot.addWidget(window)
    layout = QVBoxLayout(window)
    layout.setContentsMargins(20, 20, 20, 20)
    for field in (QLineEdit(), QLineEdit(), CheckBox("Grain"), IconButton("undo", "Undo")):
        layout.addWidget(field)
    layout.addWidget(ValueSlider(0, 10, default=5))
    window.resize(300, 260)
    window.show()
    qtbot.waitExposed(window)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    return window


def children(window: QWidget, kind: type[QWidget]) -> list[QWidget]:
    return [child for child in window.findChildren(kind) if isinstance(child.parentWidget(), QWidget)]


def focus_by_keyboard(widget: QWidget) -> None:
    widget.setFocus(Qt.FocusReason.ShortcutFocusReason)


def test_tab_shows_it_and_a_click_takes_it_away(window: QWidget, ring: FocusRing) -> None:
    first, second = children(window, QLineEdit)[:2]
    QTest.mouseClick(first, Qt.MouseButton.LeftButton)
    assert ring.target() is None
    QTest.keyClick(first, Qt.Key.Key_Tab)
    assert ring.target() is second
    QTest.mouseClick(first, Qt.MouseButton.LeftButton)
    assert ring.target() is None


def test_it_is_drawn_two_pixels_wide_with_a_gap(window: QWidget, ring: FocusRing) -> None:
    field = children(window, QLineEdit)[1]
    focus_by_keyboard(field)
    picture = window.grab().toImage()
    middle = field.geometry().center().y()
    left = field.geometry().left()
    assert picture.pixelColor(left - 3, middle) == DARK.color("accent_line")
    assert picture.pixelColor(left - 2, middle) == DARK.color("accent_line")
    assert picture.pixelColor(left - 1, middle) == DARK.color("panel")


def test_it_stays_inside_where_neighbours_touch(window: QWidget, ring: FocusRing) -> None:
    button = window.findChild(IconButton)
    focus_by_keyboard(button)
    assert ring._ring is not None
    assert ring._ring.geometry() == button.geometry()


def test_it_rings_the_box_of_a_check_box(window: QWidget, ring: FocusRing) -> None:
    focus_by_keyboard(window.findChild(CheckBox))
    assert ring._ring is not None
    assert ring._ring.width() == 16 + 6


def test_a_slider_paints_its_own(window: QWidget, ring: FocusRing) -> None:
    slider = window.findChild(ValueSlider).slider
    before = slider.grab().toImage()
    focus_by_keyboard(slider)
    assert ring.target() is None
    assert slider.grab().toImage() != before


def test_it_follows_its_widget(window: QWidget, ring: FocusRing, qtbot: QtBot) -> None:
    field = children(window, QLineEdit)[1]
    focus_by_keyboard(field)
    assert ring._ring is not None
    window.resize(420, 300)
    qtbot.waitUntil(lambda: ring._ring is not None and ring._ring.width() == field.width() + 6)


def test_it_goes_with_a_hidden_or_deleted_widget(window: QWidget, ring: FocusRing, qtbot: QtBot) -> None:
    field = children(window, QLineEdit)[1]
    focus_by_keyboard(field)
    field.setParent(None)
    field.deleteLater()
    qtbot.waitUntil(lambda: ring.target() is not field)


def test_it_lies_within_a_scrolled_area(qtbot: QtBot, ring: FocusRing) -> None:
    area = QScrollArea()
    qtbot.addWidget(area)
    content = QWidget()
    layout = QVBoxLayout(content)
    fields = [QLineEdit() for _ in range(40)]
    for field in fields:
        layout.addWidget(field)
    area.setWidget(content)
    area.resize(200, 200)
    area.show()
    qtbot.waitExposed(area)
    area.activateWindow()
    qtbot.waitUntil(area.isActiveWindow)
    focus_by_keyboard(fields[5])
    assert ring._ring is not None
    assert ring._ring.parentWidget() is area.viewport()
    before = ring._ring.y()
    area.verticalScrollBar().setValue(30)
    assert ring._ring.y() == before - 30
