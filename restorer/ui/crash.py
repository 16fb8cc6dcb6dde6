"""Errors that nobody expected: said in the window, with a report to copy, instead of ending it."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from types import TracebackType

from PySide6.QtCore import QObject, Qt, Signal

from restorer.ui.messages import Message, error_message

_TITLE = "Something went wrong inside Restorer"
_KEPT = "Your photos and edits are kept. If it happens again, export your work and send the report."


class CrashWatch(QObject):
    """Takes over the hooks for uncaught exceptions of every thread until :meth:`stop`.

    The traceback still goes to the terminal.
    """

    _caught = Signal(object)

    def __init__(self, show: Callable[[Message], None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._show = show
        self._old = sys.excepthook, threading.excepthook
        # Queued: the hook may be called on any thread, and in the middle of a paint event.
        self._caught.connect(self._on_caught, Qt.ConnectionType.QueuedConnection)
        sys.excepthook = self._on_exception
        threading.excepthook = self._on_thread_exception

    def stop(self) -> None:
        sys.excepthook, threading.excepthook = self._old

    def _on_exception(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        self._old[0](kind, error, trace)
        if isinstance(error, Exception):
            self._caught.emit(error)

    def _on_thread_exception(self, args: threading.ExceptHookArgs) -> None:
        self._old[1](args)
        if isinstance(args.exc_value, Exception):
            self._caught.emit(args.exc_value)

    def _on_caught(self, error: Exception) -> None:
        message = error_message(_TITLE, error, kept=_KEPT)
        if message is not None:
            self._show(message)
