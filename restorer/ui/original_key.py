"""The key that shows the original while it is down, wherever in the window the focus is."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QKeySequenceEdit,
    QLineEdit,
    QPlainTextEdit,
    QTextEdit,
    QWidget,
)

_KEY = Qt.Key.Key_Backslash
_EDITORS = (QLineEdit, QAbstractSpinBox, QPlainTextEdit, QTextEdit, QKeySequenceEdit)


class OriginalKey(QObject):
    """Hears the key before what has the focus in a window: lists take a backslash for a search, sliders swallow it.

    Where text is edited the key writes. Only the widget with the focus is listened to, so that nothing else costs time.
    """

    held = Signal(bool)

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._is_held = False
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.focusChanged.connect(self._on_focus_changed)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        kind = event.type()
        if kind not in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease) or not isinstance(event, QKeyEvent):
            return False
        # On keyboards where it takes AltGr only the text tells, and not on its release.
        if event.key() != _KEY and event.text() != "\\":
            return False
        if kind == QEvent.Type.KeyRelease:
            if not event.isAutoRepeat():
                self._let_go()
        elif not event.isAutoRepeat() and not self._is_held:
            self._is_held = True
            self.held.emit(True)
        return True

    def _on_focus_changed(self, before: QWidget | None, now: QWidget | None) -> None:
        self._let_go()
        if before is not None:
            before.removeEventFilter(self)
        if now is not None and now.window() is self._window and not _edits_text(now):
            now.installEventFilter(self)

    def _let_go(self) -> None:
        if self._is_held:
            self._is_held = False
            self.held.emit(False)


def _edits_text(widget: QWidget) -> bool:
    return isinstance(widget, _EDITORS) or (isinstance(widget, QComboBox) and widget.isEditable())
