"""Hands and clocks of the probes: real mouse events in, how long the window took to answer out."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QEvent, QEventLoop, QObject, QPointF, Qt, QTimer
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication, QWidget

TICK_MS = 5
TIMEOUT_S = 600.0


class GapWatch(QObject):
    """How late a timer of 5 ms fires: how long the event loop could not answer."""

    def __init__(self) -> None:
        super().__init__()
        self._timer = QTimer(self, interval=TICK_MS, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._on_tick)
        self._last = 0.0
        self.gaps_ms: list[float] = []

    def start(self) -> None:
        self.gaps_ms = []
        self._last = time.perf_counter()
        self._timer.start()

    def stop(self) -> dict[str, float]:
        """Middle, 99th percentile and longest since :meth:`start`, in ms."""
        self._timer.stop()
        gaps = np.array(self.gaps_ms or [0.0])
        return {
            "p50": round(float(np.percentile(gaps, 50)), 2),
            "p99": round(float(np.percentile(gaps, 99)), 2),
            "max": round(float(gaps.max()), 2),
        }

    def _on_tick(self) -> None:
        now = time.perf_counter()
        self.gaps_ms.append(max(0.0, (now - self._last) * 1000 - TICK_MS))
        self._last = now


def send_mouse(widget: QWidget, kind: QEvent.Type, position: QPointF) -> None:
    """A press, a move with the left button held, or a release."""
    left = Qt.MouseButton.LeftButton
    button = Qt.MouseButton.NoButton if kind == QEvent.Type.MouseMove else left
    held = Qt.MouseButton.NoButton if kind == QEvent.Type.MouseButtonRelease else left
    where = QPointF(widget.mapToGlobal(position.toPoint()))
    event = QMouseEvent(kind, position, where, button, held, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(widget, event)


def paint_now(widget: QWidget) -> None:
    """Paints what is to be painted of the widget's window, and no more, without the wait that Qt puts before it."""
    QApplication.sendEvent(widget.window(), QEvent(QEvent.Type.UpdateRequest))


def until(condition: Callable[[], bool], timeout_s: float = TIMEOUT_S) -> None:
    """Runs the event loop until the condition holds.

    Raises:
        RuntimeError: where it did not in that time.
    """
    loop, deadline = QEventLoop(), time.monotonic() + timeout_s
    timer = QTimer(interval=2 * TICK_MS)
    timer.timeout.connect(lambda: loop.quit() if condition() or time.monotonic() > deadline else None)
    timer.start()
    if not condition():
        loop.exec()
    timer.stop()
    if not condition():
        raise RuntimeError(f"the window did not get there in {timeout_s / 60:.0f} minutes")


def settle(milliseconds: int = 300) -> None:
    """Lets the window paint what is left to paint."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()
