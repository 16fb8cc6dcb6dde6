from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from restorer.ui.tokens import DARK
from restorer.ui.widgets import IconButton, MessageAction, MessageBar, MessageStack


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    window = QWidget()
    qtbot.addWidget(window)
    layout = QVBoxLayout(window)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(0)
    window.stack = MessageStack()  # type: ignore[attr-defined]
    layout.addWidget(window.stack)  # type: ignore[attr-defined]
    layout.addWidget(QLabel("canvas"), 1)
    window.resize(600, 500)
    window.show()
    qtbot.waitExposed(window)
    return window


@pytest.fixture
def stack(window: QWidget) -> MessageStack:
    return window.stack  # type: ignore[attr-defined, no-any-return]


def titles(stack: MessageStack) -> list[str]:
    """Of the bars that show, top to bottom."""
    return [bar.title for bar in sorted(stack.bars(), key=lambda bar: bar.y()) if not bar.isHidden()]


def more(stack: MessageStack) -> str:
    return stack._more.text() if not stack._more.isHidden() else ""


def test_it_takes_no_room_while_there_is_nothing_to_say(stack: MessageStack) -> None:
    assert stack.isHidden()
    stack.dismiss(stack.post("info", "Saved"))
    assert stack.isHidden()


def test_newest_on_top_three_at_most(stack: MessageStack, qtbot: QtBot) -> None:
    for number in range(5):
        stack.post("info", f"Message {number}")
    assert [bar.title for bar in stack.bars()][:3] == ["Message 4", "Message 3", "Message 2"]
    qtbot.waitUntil(lambda: titles(stack) == ["Message 4", "Message 3", "Message 2"])
    assert more(stack) == "2 more"


def test_closing_one_brings_back_the_next(stack: MessageStack, qtbot: QtBot) -> None:
    ids = [stack.post("info", f"Message {number}") for number in range(4)]
    assert more(stack) == "1 more"
    stack.dismiss(ids[3])
    qtbot.waitUntil(lambda: titles(stack) == ["Message 2", "Message 1", "Message 0"])
    assert more(stack) == ""


def test_the_cross_closes(stack: MessageStack, qtbot: QtBot) -> None:
    counts = QSignalSpy(stack.count_changed)
    stack.post("warning", "Low memory")
    cross = stack.bars()[0].findChild(IconButton)
    QTest.mouseClick(cross, Qt.MouseButton.LeftButton)
    assert stack.count() == 0
    assert [counts.at(place)[0] for place in range(counts.count())] == [1, 0]


@pytest.mark.parametrize("dismisses", [True, False])
def test_an_action_is_called_and_settles_the_message(stack: MessageStack, dismisses: bool) -> None:
    called: list[str] = []
    action = MessageAction("Try again", lambda: called.append("again"), dismisses=dismisses)
    stack.post("error", "Export stopped", "The disk is full.", [action])
    button = next(b for b in stack.bars()[0].findChildren(QPushButton) if b.text() == "Try again")
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert called == ["again"]
    assert stack.count() == (0 if dismisses else 1)


def test_an_action_may_post_another_message(stack: MessageStack) -> None:
    stack.post("error", "Failed", actions=[MessageAction("Details", lambda: stack.post("info", "Details") and None)])
    QTest.mouseClick(stack.bars()[0].findChild(QPushButton), Qt.MouseButton.LeftButton)
    assert [bar.title for bar in stack.bars()] == ["Details"]


def test_a_message_of_the_same_key_replaces_the_old(stack: MessageStack) -> None:
    stack.post("info", "Device: CPU", key="device")
    stack.post("warning", "Something else")
    stack.post("info", "Device: GPU", key="device")
    assert [bar.title for bar in stack.bars()] == ["Device: GPU", "Something else"]


def test_dismissing_twice_and_clearing(stack: MessageStack) -> None:
    first = stack.post("info", "One")
    stack.post("info", "Two")
    stack.dismiss(first)
    stack.dismiss(first)
    assert stack.count() == 1
    stack.clear()
    assert stack.count() == 0


@pytest.mark.parametrize(("severity", "role"), [("error", "error"), ("warning", "warning"), ("info", "text_2")])
def test_the_severity_colours_a_bar_of_three_pixels_and_no_more(qtbot: QtBot, severity: str, role: str) -> None:
    bar = MessageBar(severity, "Title", "Text")  # type: ignore[arg-type]
    qtbot.addWidget(bar)
    bar.resize(400, 60)
    picture = bar.grab().toImage()
    assert [picture.pixelColor(x, 50) == DARK.color(role) for x in range(4)] == [True, True, True, False]
    assert picture.pixelColor(300, 50) == DARK.color("popup")
    assert bar.accessibleName().lower().startswith(severity)


def test_long_text_wraps_rather_than_widen(qtbot: QtBot) -> None:
    bar = MessageBar("info", "Title", "word " * 200)
    qtbot.addWidget(bar)
    bar.resize(400, 60)
    assert bar.minimumSizeHint().width() <= 400
    assert bar.heightForWidth(400) > 100


def test_markup_in_a_file_name_stays_text(qtbot: QtBot) -> None:
    bar = MessageBar("error", "<b>photo</b>.tif is not a picture")
    qtbot.addWidget(bar)
    label = next(label for label in bar.findChildren(QLabel) if "photo" in label.text())
    assert label.textFormat() == Qt.TextFormat.PlainText
