"""Writes the large dabs of a stroke to the mask while nobody waits for it."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer

from restorer.core.brush import StrokePainter

_AFTER_MS = 4
"""The frame that shows a dab comes first."""


class StrokeWriter(QObject):
    """Belongs to the window's thread. A dab at a time, so that events are answered in between."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._painter: StrokePainter | None = None
        self._timer = QTimer(self, interval=_AFTER_MS)
        self._timer.timeout.connect(self._on_idle)

    def follow(self, painter: StrokePainter) -> None:
        """This stroke goes on. What the last one owes was written when it ended."""
        self._painter = painter
        if not self._timer.isActive():
            self._timer.start()

    def _on_idle(self) -> None:
        if self._painter is not None:
            self._painter.write()
        if self._painter is None or not self._painter.is_behind:
            self._painter = None
            self._timer.stop()
