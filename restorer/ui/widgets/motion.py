"""Opening and closing: 120 ms, or at once where the person asked for reduced motion."""

from __future__ import annotations

from PySide6.QtCore import QAbstractAnimation, QEasingCurve, QPropertyAnimation
from PySide6.QtWidgets import QWidget

from restorer.ui import theme

_OPEN_MS = 120
_UNBOUNDED = (1 << 24) - 1  # QWIDGETSIZE_MAX
_NAME = "slide"


def slide(widget: QWidget, *, opening: bool) -> None:
    """Open or close a widget in its layout by its height; a widget nobody sees changes at once."""
    running = widget.findChild(QPropertyAnimation, _NAME)
    if running is not None:
        # Stopped, it deletes itself, but not before control is back in the event loop.
        running.setObjectName("")
        running.stop()
    duration = theme.motion_ms(_OPEN_MS)
    parent = widget.parentWidget()
    if duration == 0 or parent is None or not parent.isVisible():
        _settle(widget, opening=opening)
        return
    wraps = widget.hasHeightForWidth()
    closed, opened = 0, widget.heightForWidth(parent.width()) if wraps else widget.sizeHint().height()
    start = widget.height() if widget.isVisible() else closed
    animation = QPropertyAnimation(widget, b"maximumHeight", widget)
    animation.setObjectName(_NAME)
    animation.setDuration(duration)
    animation.setEasingCurve(QEasingCurve.Type.OutCubic)
    animation.setStartValue(min(start, opened))
    animation.setEndValue(opened if opening else closed)
    animation.finished.connect(lambda: _settle(widget, opening=opening))
    if opening:
        widget.setMaximumHeight(start)
        widget.show()
    animation.start(QAbstractAnimation.DeletionPolicy.DeleteWhenStopped)


def _settle(widget: QWidget, *, opening: bool) -> None:
    widget.setVisible(opening)
    widget.setMaximumHeight(_UNBOUNDED)
