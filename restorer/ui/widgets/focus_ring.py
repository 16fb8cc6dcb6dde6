"""The focus ring: follows the keyboard focus through every window."""

from __future__ import annotations

import shiboken6
from PySide6.QtCore import QEvent, QObject, QRect, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QFocusFrame, QMenu, QMenuBar, QTabBar, QWidget

from restorer.ui import theme
from restorer.ui.tokens import RADIUS
from restorer.ui.widgets.check_box import CheckBox
from restorer.ui.widgets.painting import FOCUS_RING, paint_ring

_OUTSIDE = 3
"""2 px of ring and 1 px of gap."""
_MOVES = (QEvent.Type.Move, QEvent.Type.Resize, QEvent.Type.Show, QEvent.Type.Hide, QEvent.Type.ZOrderChange)


class _Ring(QFocusFrame):
    """The ring around one widget.

    A ``QFocusFrame`` for what it is to screen readers and the mouse, that is nothing; but not told its widget, since it
    would then lie below it and be cut off by the widget's parent. It lies in the window or in the scrolled area.
    """

    def __init__(self, target: QWidget) -> None:
        followed: list[QWidget] = []
        surface = target
        while True:
            parent = surface.parentWidget()
            if parent is None or (surface is not target and isinstance(parent, QAbstractScrollArea)):
                break
            followed.append(surface)
            surface = parent
        super().__init__(surface)
        self._surface = surface
        self.target = target
        for widget in followed:
            widget.installEventFilter(self)
        self._fit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        # While a window is torn down, events still come from widgets half gone.
        if event.type() in _MOVES and shiboken6.isValid(self.target) and shiboken6.isValid(self._surface):
            self._fit()
        return False

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        paint_ring(painter, QRectF(self.rect()), RADIUS + 2, theme.tokens().color("accent_line"))
        painter.end()

    def _fit(self) -> None:
        target, surface = self.target, self._surface
        inner = target.indicator_rect() if isinstance(target, CheckBox) else target.rect()
        around = 0 if target.property(FOCUS_RING) == "inside" else _OUTSIDE
        corner = target.mapTo(surface, inner.topLeft())
        self.setGeometry(QRect(corner, inner.size()).adjusted(-around, -around, around, around))
        self.setVisible(target.isVisibleTo(surface))
        self.raise_()


class FocusRing(QObject):
    """Puts the ring around whatever has the focus, when it came by keyboard.

    Widgets that paint their own focus set the property ``focusRing`` to ``none``; those whose neighbours touch, to
    ``inside``. Menus and item views show their current row themselves.

    Args:
        app: whose focus is followed; it owns this object.
    """

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        self._ring: _Ring | None = None
        app.focusChanged.connect(self._on_focus_changed)

    def target(self) -> QWidget | None:
        """The widget that wears the ring now."""
        return self._ring.target if self._ring is not None and shiboken6.isValid(self._ring) else None

    def _on_focus_changed(self, _old: QWidget | None, new: QWidget | None) -> None:
        if self._ring is not None and shiboken6.isValid(self._ring):
            self._ring.hide()
            self._ring.deleteLater()
        self._ring = _Ring(new) if new is not None and _wears_ring(new) else None


def _wears_ring(widget: QWidget) -> bool:
    by_keyboard = widget.window().testAttribute(Qt.WidgetAttribute.WA_KeyboardFocusChange)
    by_pointer = QApplication.mouseButtons() != Qt.MouseButton.NoButton
    own = widget.property(FOCUS_RING) == "none" or isinstance(widget, (QMenu, QMenuBar, QTabBar, QAbstractScrollArea))
    return by_keyboard and not by_pointer and not own and not widget.isWindow()
