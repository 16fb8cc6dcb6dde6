"""A toolbar button of an icon and a word, or either alone, and a chevron where it opens a menu."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, QSize, Qt
from PySide6.QtGui import QIcon, QPaintEvent, QPalette
from PySide6.QtWidgets import QStyle, QStyleOptionToolButton, QStylePainter, QToolButton, QWidget

from restorer.ui import theme
from restorer.ui.tokens import TOOLBAR_BUTTON, TOOLBAR_ICON
from restorer.ui.widgets.painting import FOCUS_RING, paint_chevron

_PADDING = 8
_GAP = 8
_CHEVRON_PX = 12


class BarButton(QToolButton):
    """Laid out as drawn in the design: Fusion leaves too little room between an icon and its word.

    What it shows follows ``toolButtonStyle``; text and icon are those of the default action, where it has one.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setIconSize(QSize(TOOLBAR_ICON, TOOLBAR_ICON))
        self.setFixedHeight(TOOLBAR_BUTTON)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setProperty(FOCUS_RING, "inside")

    def sizeHint(self) -> QSize:  # noqa: N802
        icon, word = self._shows()
        if icon and not word and not self._has_chevron():
            return QSize(TOOLBAR_BUTTON, TOOLBAR_BUTTON)
        width = 2 * _PADDING
        width += TOOLBAR_ICON if icon else 0
        width += self.fontMetrics().horizontalAdvance(self.text()) + 1 if word else 0
        width += _GAP if icon and word else 0
        width += _GAP + _CHEVRON_PX if self._has_chevron() else 0
        return QSize(width, TOOLBAR_BUTTON)

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        return self.sizeHint()

    def actionEvent(self, event: QEvent) -> None:  # noqa: N802
        super().actionEvent(event)  # type: ignore[arg-type]
        self.updateGeometry()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        option = QStyleOptionToolButton()
        self.initStyleOption(option)
        painter = QStylePainter(self)
        painter.drawPrimitive(QStyle.PrimitiveElement.PE_PanelButtonTool, option)
        icon, word = self._shows()
        left = (self.width() - TOOLBAR_ICON) // 2 if icon and not word and not self._has_chevron() else _PADDING
        if icon:
            mode = QIcon.Mode.Normal if self.isEnabled() else QIcon.Mode.Disabled
            place = QRect(left, (self.height() - TOOLBAR_ICON) // 2, TOOLBAR_ICON, TOOLBAR_ICON)
            self.icon().paint(painter, place, Qt.AlignmentFlag.AlignCenter, mode)
            left += TOOLBAR_ICON + _GAP
        if word:
            painter.setPen(self.palette().color(QPalette.ColorRole.ButtonText))
            painter.drawText(self.rect().adjusted(left, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, self.text())
        if self._has_chevron():
            color = theme.tokens().color("text_2" if self.isEnabled() else "text_off")
            paint_chevron(
                painter, self.width() - _PADDING - _CHEVRON_PX / 2, self.height() / 2, color, pointing_down=True
            )
        painter.end()

    def _shows(self) -> tuple[bool, bool]:
        """Whether the icon and the word are shown."""
        style = self.toolButtonStyle()
        has_icon = not self.icon().isNull()
        word = style != Qt.ToolButtonStyle.ToolButtonIconOnly or not has_icon
        return has_icon and style != Qt.ToolButtonStyle.ToolButtonTextOnly, word

    def _has_chevron(self) -> bool:
        return self.menu() is not None
