"""A choice among pictures."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QSignalSpy, QTest
from pytestqt.qtbot import QtBot

from restorer.ui import theme
from restorer.ui.widgets import PictureChoice, PictureOption


def option(number: int, color: str = "#FF0000", size: tuple[int, int] = (60, 40)) -> PictureOption:
    picture = QImage(*size, QImage.Format.Format_RGB32)
    picture.fill(QColor(color))
    return PictureOption(picture, str(number), f"Variant {number}")


OPTIONS = [option(number) for number in range(1, 7)]


@pytest.fixture
def choice(qtbot: QtBot) -> PictureChoice:
    choice = PictureChoice("Variants")
    qtbot.addWidget(choice)
    choice.set_options(OPTIONS, 0)
    choice.resize(320, choice.sizeHint().height())
    choice.show()
    qtbot.waitExposed(choice)
    choice.activateWindow()
    return choice


def test_setting_is_silent(choice: PictureChoice) -> None:
    spy = QSignalSpy(choice.chosen)
    choice.set_options(OPTIONS, 3)
    assert (choice.count(), choice.current()) == (6, 3)
    choice.set_options([], -1)
    assert (choice.count(), choice.current()) == (0, -1)
    assert spy.count() == 0


def test_a_click_chooses(choice: PictureChoice) -> None:
    spy = QSignalSpy(choice.chosen)
    for _ in range(2):
        QTest.mouseClick(choice.button(4), Qt.MouseButton.LeftButton)
    assert choice.current() == 4
    assert [spy.at(index)[0] for index in range(spy.count())] == [4]


def test_arrow_keys_move_the_choice_and_the_focus_along_rows_and_columns(choice: PictureChoice, qtbot: QtBot) -> None:
    choice.button(0).setFocus()
    qtbot.waitUntil(choice.button(0).hasFocus)
    for key, place in ((Qt.Key.Key_Right, 1), (Qt.Key.Key_Down, 5), (Qt.Key.Key_Left, 4), (Qt.Key.Key_Up, 0)):
        QTest.keyClick(choice.button(choice.current()), key)
        assert choice.current() == place
        assert choice.button(place).hasFocus()


def test_the_same_pictures_again_keep_the_focus(choice: PictureChoice, qtbot: QtBot) -> None:
    choice.button(2).setFocus()
    qtbot.waitUntil(choice.button(2).hasFocus)
    choice.set_options(list(OPTIONS), 2)
    assert choice.button(2).hasFocus()


def test_pictures_are_named_and_four_in_a_row(choice: PictureChoice) -> None:
    buttons = [choice.button(place) for place in range(6)]
    assert [button.accessibleName() for button in buttons] == [f"Variant {number}" for number in range(1, 7)]
    assert len({button.y() for button in buttons[:4]}) == 1
    assert len({button.width() for button in buttons[:4]}) == 1
    assert buttons[4].y() > buttons[3].y()
    assert min(button.height() for button in buttons) >= 24


def test_a_picture_is_shown_whole(choice: PictureChoice) -> None:
    choice.set_options([option(1, size=(10, 200))], 0)
    shown = choice.button(0).grab().toImage()
    middle = shown.height() // 2
    red = [x for x in range(shown.width()) if shown.pixelColor(x, middle) == QColor("#FF0000")]
    assert 0 < len(red) < 10
    assert shown.pixelColor(shown.width() // 2, 4) == QColor("#FF0000")
    assert shown.pixelColor(shown.width() // 2, shown.height() - 5) == QColor("#FF0000")


@pytest.mark.parametrize("name", ["dark", "light"])
def test_the_chosen_one_has_a_ring(choice: PictureChoice, qapp, name: str) -> None:  # type: ignore[no-untyped-def]
    theme.apply_theme(qapp, name)
    choice.set_options(OPTIONS, 1)
    shown = [choice.button(place).grab().toImage() for place in (0, 1)]
    accent = theme.tokens().color("accent_line")
    assert [image.pixelColor(image.width() // 2, 0) == accent for image in shown] == [False, True]
