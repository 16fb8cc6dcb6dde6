"""Buttons: icons with names, tools with a bar, a push button with its shortcut on it."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QSize, Qt
from PySide6.QtGui import QKeySequence, QPainter, QPaintEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy, QStyle, QStyleOptionButton, QStylePainter, QToolButton, QWidget

from restorer.ui import icons, theme
from restorer.ui.tokens import BUTTON_H, GAP, TOOL_BUTTON, TOOL_ICON, TOOLBAR_BUTTON, TOOLBAR_ICON
from restorer.ui.widgets.key_cap import CAP_H, cap_size, key_text, paint_cap
from restorer.ui.widgets.painting import FOCUS_RING

_BAR_PX = 2


def describe(button: QWidget, text: str, shortcut: QKeySequence | str = "") -> None:
    """Name a button for screen readers and in its tooltip, there with its shortcut: ``Undo (Ctrl+Z)``."""
    keys = key_text(shortcut)
    button.setAccessibleName(text)
    button.setToolTip(f"{text} ({keys})" if keys else text)


class IconButton(QToolButton):
    """A button that is only an icon, hence named.

    Args:
        name: of the icon.
        text: what it does, for the tooltip and screen readers.
        shortcut: told in the tooltip; the button does not own it.
        role: colour of the icon at rest.
        size: side of the button in px.
        icon_size: side of the icon in px.
        checkable: whether it stays down.
    """

    def __init__(
        self,
        name: str,
        text: str,
        *,
        shortcut: QKeySequence | str = "",
        role: str = "text",
        size: int = TOOLBAR_BUTTON,
        icon_size: int = TOOLBAR_ICON,
        checkable: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setIcon(icons.icon(name, role))
        self.setIconSize(QSize(icon_size, icon_size))
        self.setFixedSize(size, size)
        self.setCheckable(checkable)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setProperty(FOCUS_RING, "inside")
        describe(self, text, shortcut)


class ToolButton(IconButton):
    """A button of the tool column: the tool in hand has a 2 px bar at its left, so that grey is not its only sign."""

    def __init__(
        self, name: str, text: str, *, shortcut: QKeySequence | str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(
            name,
            text,
            shortcut=shortcut,
            role="text_2",
            size=TOOL_BUTTON,
            icon_size=TOOL_ICON,
            checkable=True,
            parent=parent,
        )

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        super().paintEvent(event)
        if self.isChecked():
            painter = QPainter(self)
            color = theme.tokens().color("accent_line" if self.isEnabled() else "text_off")
            painter.fillRect(0, 2, _BAR_PX, self.height() - 4, color)
            painter.end()


class KeyButton(QPushButton):
    """A push button that shows its shortcut as a cap.

    Args:
        text: a verb.
        shortcut: shown; the action that owns it is elsewhere.
        primary: the one accented button of its surface; never changes.
        checkable: whether it stays down; then it is as wide as it has to be, and leaves the rest to its neighbour.
    """

    def __init__(
        self,
        text: str,
        shortcut: QKeySequence | str,
        *,
        primary: bool = False,
        checkable: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(text, parent)
        self.setCheckable(checkable)
        self._shortcut = QKeySequence(shortcut)
        self._primary = primary
        self.setProperty("primary", primary)
        self.setFont(theme.font("strong"))
        self.setFixedHeight(BUTTON_H)
        across = QSizePolicy.Policy.Minimum if checkable else QSizePolicy.Policy.Expanding
        self.setSizePolicy(across, QSizePolicy.Policy.Fixed)
        self.setText(text)

    def setText(self, text: str) -> None:  # noqa: N802
        super().setText(text)
        describe(self, text, self._shortcut)

    def set_shortcut(self, shortcut: QKeySequence | str) -> None:
        """Show another one."""
        self._shortcut = QKeySequence(shortcut)
        describe(self, self.text(), self._shortcut)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(self._content_width() + 24, BUTTON_H)

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """The words alone: where room is short the cap goes, and the tooltip still has the shortcut."""
        return QSize(self._text_width() + 16, BUTTON_H)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        option = QStyleOptionButton()
        self.initStyleOption(option)
        option.text = ""
        painter = QStylePainter(self)
        painter.drawControl(QStyle.ControlElement.CE_PushButton, option)
        tokens = theme.tokens()
        if not self.isEnabled():
            text, border = tokens.color("text_off"), tokens.color("line")
        elif self._primary:
            text, border = tokens.color("white"), tokens.color("white")
            border.setAlphaF(0.55)
        else:
            text, border = tokens.color("text"), tokens.color("border")
        has_cap = self.width() >= self._content_width() + 8
        left = (self.width() - (self._content_width() if has_cap else self._text_width())) // 2
        painter.setPen(text)
        painter.drawText(QRect(left, 0, self.width(), self.height()), Qt.AlignmentFlag.AlignVCenter, self.text())
        left += self.fontMetrics().horizontalAdvance(self.text()) + GAP
        if has_cap and not self._shortcut.isEmpty():
            paint_cap(painter, QPointF(left, (self.height() - CAP_H) / 2), self._shortcut, text, border)
        painter.end()

    def _text_width(self) -> int:
        return self.fontMetrics().horizontalAdvance(self.text())

    def _content_width(self) -> int:
        cap = 0 if self._shortcut.isEmpty() else GAP + cap_size(self._shortcut).width()
        return self._text_width() + cap
