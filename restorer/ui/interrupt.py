"""Ctrl+C in the terminal ends the window as closing it does.

Qt's loop runs no Python while it waits, so a signal handler alone would sit there until the next mouse move. The
interpreter writes a byte into a socket when a signal comes; Qt wakes up for that, and the handler runs.
"""

from __future__ import annotations

import signal
import socket
from collections.abc import Callable

from PySide6.QtCore import QObject, QSocketNotifier


class InterruptWatch(QObject):
    """Calls ``on_interrupt`` on the window's thread for SIGINT and SIGTERM, until :meth:`stop`."""

    def __init__(self, on_interrupt: Callable[[], None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._reader, self._writer = socket.socketpair()
        for end in (self._reader, self._writer):
            end.setblocking(False)
        self._notifier = QSocketNotifier(self._reader.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._on_woken)
        self._old_fd = signal.set_wakeup_fd(self._writer.fileno(), warn_on_full_buffer=False)
        self._old = {
            number: signal.signal(number, lambda _number, _frame: on_interrupt())
            for number in (signal.SIGINT, signal.SIGTERM)
        }

    def stop(self) -> None:
        """Puts everything back as it was."""
        for number, handler in self._old.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(self._old_fd)
        self._notifier.setEnabled(False)
        self._reader.close()
        self._writer.close()

    def _on_woken(self) -> None:
        """Empties the socket; the handlers run as soon as the interpreter is back from here."""
        self._reader.recv(64)
