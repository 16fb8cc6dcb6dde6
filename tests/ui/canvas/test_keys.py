"""Keys, on keyboards where brackets are keys and on those where they need AltGr."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent

from restorer.ui.canvas.keys import Command, Hold, command_of, hold_of

NONE, SHIFT, CTRL, ALT, META, GROUP = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.AltModifier,
    Qt.KeyboardModifier.MetaModifier,
    Qt.KeyboardModifier.GroupSwitchModifier,
)


def press(key: Qt.Key, text: str = "", modifiers: Qt.KeyboardModifier = NONE) -> QKeyEvent:
    return QKeyEvent(QEvent.Type.KeyPress, key, modifiers, text)


@pytest.mark.parametrize(
    ("event", "command"),
    [
        (press(Qt.Key.Key_BracketLeft, "["), Command.SMALLER),
        (press(Qt.Key.Key_BracketRight, "]"), Command.BIGGER),
        (press(Qt.Key.Key_BraceLeft, "{", SHIFT), Command.SOFTER),
        (press(Qt.Key.Key_BraceRight, "}", SHIFT), Command.HARDER),
        (press(Qt.Key.Key_BracketLeft, "[", SHIFT), Command.SOFTER),
        (press(Qt.Key.Key_BracketRight, "]", CTRL | ALT), Command.BIGGER),
        (press(Qt.Key.Key_BracketRight, "]", GROUP), Command.BIGGER),
        (press(Qt.Key.Key_X, "x"), Command.SWAP_MODE),
        (press(Qt.Key.Key_Q, "q"), Command.OVERLAY),
        (press(Qt.Key.Key_Y, "y"), Command.SPLIT),
        (press(Qt.Key.Key_Y, "Y", SHIFT), Command.SIDE),
        (press(Qt.Key.Key_Plus, "+"), Command.ZOOM_IN),
        (press(Qt.Key.Key_Minus, "-"), Command.ZOOM_OUT),
        (press(Qt.Key.Key_Escape), Command.ABANDON),
        (press(Qt.Key.Key_Tab, "\t", CTRL), Command.LEAVE),
        (press(Qt.Key.Key_Left), Command.LEFT),
        (press(Qt.Key.Key_End), Command.LAST),
    ],
)
def test_what_keys_ask_for(event: QKeyEvent, command: Command) -> None:
    assert command_of(event) is command


@pytest.mark.parametrize(
    "event",
    [
        press(Qt.Key.Key_Y, "\x19", CTRL),
        press(Qt.Key.Key_Q, "\x11", CTRL),
        press(Qt.Key.Key_X, "x", ALT),
        press(Qt.Key.Key_X, "x", META),
        press(Qt.Key.Key_Plus, "+", CTRL),
        press(Qt.Key.Key_A, "a"),
        press(Qt.Key.Key_Tab, "\t", CTRL | SHIFT),
    ],
)
def test_shortcuts_of_others_are_left_alone(event: QKeyEvent) -> None:
    assert command_of(event) is None


@pytest.mark.parametrize(
    ("event", "hold"),
    [
        (press(Qt.Key.Key_Space, " "), Hold.PAN),
        (press(Qt.Key.Key_Backslash, "\\"), Hold.ORIGINAL),
        (press(Qt.Key.Key_Backslash, "\\", GROUP), Hold.ORIGINAL),
        (press(Qt.Key.Key_Tab, "\t"), Hold.ORIGINAL),
        (press(Qt.Key.Key_Tab, "\t", CTRL), None),
        (press(Qt.Key.Key_A, "a"), None),
    ],
)
def test_what_keys_do_while_held(event: QKeyEvent, hold: Hold | None) -> None:
    assert hold_of(event) is hold
