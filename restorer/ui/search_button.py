"""The way to the command palette for those who look for one: a field in the toolbar that opens it."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QAction, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolButton, QWidget

from restorer.ui import icons, theme
from restorer.ui.tokens import FIELD_H, GAP, RADIUS, TOOLBAR_BUTTON
from restorer.ui.widgets.buttons import describe
from restorer.ui.widgets.key_cap import CAP_H, cap_size, paint_cap
from restorer.ui.widgets.painting import FOCUS_RING, paint_box

_WIDE = 230
_ICON = 16
_WORDS = "Search actions"


class SearchButton(QToolButton):
    """Looks like a field and is a button; :meth:`set_wide` leaves only its icon.

    Args:
        action: opens the palette.
    """

    def __init__(self, action: QAction, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._action = action
        self._wide = True
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(TOOLBAR_BUTTON)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setProperty(FOCUS_RING, "inside")
        self.clicked.connect(action.trigger)
        action.changed.connect(self._describe)
        self._describe()

    def set_wide(self, wide: bool) -> None:
        if wide != self._wide:
            self._wide = wide
            self.updateGeometry()
            self.update()

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(self.width_when(wide=self._wide), TOOLBAR_BUTTON)

    def width_when(self, *, wide: bool) -> int:
        return _WIDE if wide else TOOLBAR_BUTTON

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        tokens = theme.tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        middle = self.height() / 2
        hovered = self.underMouse()
        if not self._wide:
            if hovered:
                paint_box(painter, QRectF(self.rect()), RADIUS, fill=tokens.color("control"))
            square = QRectF((self.width() - _ICON) / 2, middle - _ICON / 2, _ICON, _ICON)
            icons.draw_icon(painter, "search", square, tokens.color("text"))
            painter.end()
            return
        frame = QRectF(0.5, (self.height() - FIELD_H) / 2 + 0.5, self.width() - 1, FIELD_H - 1)
        border = tokens.color("border_strong" if hovered else "border")
        paint_box(painter, frame, RADIUS, fill=tokens.color("field"), border=border)
        icons.draw_icon(painter, "search", QRectF(GAP, middle - _ICON / 2, _ICON, _ICON), tokens.color("text_2"))
        painter.setPen(tokens.color("text_3"))
        left = GAP + _ICON + GAP
        painter.drawText(QRect(left, 0, self.width(), self.height()), Qt.AlignmentFlag.AlignVCenter, _WORDS)
        keys = self._action.shortcut()
        if not keys.isEmpty():
            corner = QPointF(self.width() - GAP / 2 - cap_size(keys).width(), middle - CAP_H / 2)
            paint_cap(painter, corner, keys, tokens.color("text_2"), tokens.color("border"))
        painter.end()

    def _describe(self) -> None:
        describe(self, _WORDS, self._action.shortcut())
        self.update()
