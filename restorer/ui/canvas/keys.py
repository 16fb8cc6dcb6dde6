"""Keys of the canvas: what each is called, so that the view can do it."""

from __future__ import annotations

import enum

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent


class Command(enum.Enum):
    """What a key asks for."""

    SMALLER = enum.auto()
    BIGGER = enum.auto()
    SOFTER = enum.auto()
    HARDER = enum.auto()
    SWAP_MODE = enum.auto()
    OVERLAY = enum.auto()
    SPLIT = enum.auto()
    SIDE = enum.auto()
    ZOOM_IN = enum.auto()
    ZOOM_OUT = enum.auto()
    ABANDON = enum.auto()
    LEAVE = enum.auto()
    FINISH = enum.auto()
    STEP_BACK = enum.auto()
    LEFT = enum.auto()
    RIGHT = enum.auto()
    UP = enum.auto()
    DOWN = enum.auto()
    FIRST = enum.auto()
    LAST = enum.auto()


class Hold(enum.Enum):
    """What a key does as long as it is down."""

    PAN = enum.auto()
    ORIGINAL = enum.auto()


_SHIFTED = {"[": Command.SOFTER, "]": Command.HARDER}
_BY_TEXT = {
    "[": Command.SMALLER,
    "]": Command.BIGGER,
    "{": Command.SOFTER,
    "}": Command.HARDER,
    "+": Command.ZOOM_IN,
    "=": Command.ZOOM_IN,
    "-": Command.ZOOM_OUT,
}
_BY_KEY = {
    Qt.Key.Key_X: Command.SWAP_MODE,
    Qt.Key.Key_Q: Command.OVERLAY,
    Qt.Key.Key_Y: Command.SPLIT,
    Qt.Key.Key_Escape: Command.ABANDON,
    Qt.Key.Key_Return: Command.FINISH,
    Qt.Key.Key_Enter: Command.FINISH,
    Qt.Key.Key_Backspace: Command.STEP_BACK,
    Qt.Key.Key_Left: Command.LEFT,
    Qt.Key.Key_Right: Command.RIGHT,
    Qt.Key.Key_Up: Command.UP,
    Qt.Key.Key_Down: Command.DOWN,
    Qt.Key.Key_Home: Command.FIRST,
    Qt.Key.Key_End: Command.LAST,
}
_CTRL, _ALT, _META = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.AltModifier,
    Qt.KeyboardModifier.MetaModifier,
)


def command_of(event: QKeyEvent) -> Command | None:
    """What a pressed key asks for; None where it is not ours."""
    shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
    key = Qt.Key(event.key())
    if _is_chord(event.modifiers()):
        leaves = key == Qt.Key.Key_Tab and event.modifiers() == _CTRL
        return Command.LEAVE if leaves else None
    # By text, for where brackets are depends on the keyboard.
    text = event.text()
    if text in _BY_TEXT:
        return _SHIFTED.get(text, _BY_TEXT[text]) if shift else _BY_TEXT[text]
    if key == Qt.Key.Key_Y and shift:
        return Command.SIDE
    return _BY_KEY.get(key)


def hold_of(event: QKeyEvent) -> Hold | None:
    """What a key does while it is held; None where it is not ours."""
    key = event.key()
    if event.text() == "\\" or key == Qt.Key.Key_Backslash:
        return Hold.ORIGINAL
    if key == Qt.Key.Key_Tab and not event.modifiers():
        return Hold.ORIGINAL
    return Hold.PAN if key == Qt.Key.Key_Space else None


def _is_chord(modifiers: Qt.KeyboardModifier) -> bool:
    """Whether this is a shortcut of somebody else. AltGr, which many keyboards need for brackets, comes as both."""
    held = [bool(modifiers & modifier) for modifier in (_CTRL, _ALT)]
    return bool(modifiers & _META) or held.count(True) == 1
