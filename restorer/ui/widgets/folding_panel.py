"""A panel with a header it folds to."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from restorer.ui import theme
from restorer.ui.tokens import GAP, HEADER_H, PADDING
from restorer.ui.widgets.painting import FOCUS_RING, paint_chevron

_UNBOUNDED = (1 << 24) - 1  # QWIDGETSIZE_MAX
_CHEVRON = 20


class PanelHeader(QToolButton):
    """The 32 px row: title, a summary, a chevron at the right end. A checkable button; checked is open."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._summary = ""
        self.setText(title)
        self.setCheckable(True)
        self.setChecked(True)
        self.setFixedHeight(HEADER_H)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setProperty(FOCUS_RING, "inside")
        self.setAccessibleName(title)
        self.setAccessibleDescription("Expanded")
        self.toggled.connect(self._on_toggled)
        self._buttons: list[QWidget] = []
        self._actions = QHBoxLayout(self)
        self._actions.setContentsMargins(0, 0, PADDING + _CHEVRON, 0)
        self._actions.setSpacing(2)
        self._actions.addStretch(1)

    def add_button(self, button: QWidget) -> None:
        """Put a button at the right end of the row."""
        self._buttons.append(button)
        self._actions.addWidget(button)

    def set_summary(self, text: str) -> None:
        """One short phrase at the right; where there are buttons, before them."""
        if text != self._summary:
            self._summary = text
            self.setAccessibleDescription(self._state())
            self.update()

    def summary(self) -> str:
        return self._summary

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(240, HEADER_H)

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        return QSize(120, HEADER_H)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        tokens = theme.tokens()
        painter = QPainter(self)
        color = tokens.color("text" if self.underMouse() else "text_2")
        paint_chevron(painter, self.width() - PADDING - 5, self.height() / 2, color, pointing_down=self.isChecked())
        painter.setFont(theme.font("section"))
        painter.setPen(tokens.color("text"))
        right = self.width() - PADDING - _CHEVRON
        for button in self._buttons:
            if button.isVisible():
                right = min(right, button.x() - GAP)
        title = QRect(PADDING, 0, right - PADDING, self.height())
        painter.drawText(title, Qt.AlignmentFlag.AlignVCenter, self.text())
        left = PADDING + painter.fontMetrics().horizontalAdvance(self.text()) + 2 * GAP
        if self._summary and right > left:
            painter.setFont(theme.tabular(theme.font("body")))
            painter.setPen(tokens.color("text_2"))
            text = painter.fontMetrics().elidedText(self._summary, Qt.TextElideMode.ElideRight, right - left)
            right_aligned = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
            painter.drawText(QRect(left, 0, right - left, self.height()), right_aligned, text)
        painter.end()

    def _on_toggled(self, is_open: bool) -> None:
        self.setToolTip("" if is_open else f"Show {self.text().lower()}")
        self.setAccessibleDescription(self._state())

    def _state(self) -> str:
        state = "Expanded" if self.isChecked() else "Collapsed"
        return f"{state}. {self._summary}" if self._summary else state


class FoldingPanel(QWidget):
    """A header and a body; folded, it is as high as its header and gives the rest to its neighbours.

    Args:
        title: of the header.
        body: filled by the panel; takes the room below the header.
    """

    folded_changed = Signal(bool)
    """The person folded (True) or unfolded it. :meth:`set_folded` does not emit it."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.header = PanelHeader(title, self)
        self._body: QWidget | None = None
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(0)
        self._layout.addWidget(self.header)
        self.header.toggled.connect(self._on_toggled)
        self.header.clicked.connect(lambda is_open: self.folded_changed.emit(not is_open))

    def set_body(self, body: QWidget) -> None:
        self._body = body
        self._layout.addWidget(body, 1)

    def folded(self) -> bool:
        return not self.header.isChecked()

    def set_folded(self, folded: bool) -> None:
        self.header.setChecked(not folded)

    def _on_toggled(self, is_open: bool) -> None:
        if self._body is not None:
            self._body.setVisible(is_open)
        self.setMaximumHeight(_UNBOUNDED if is_open else HEADER_H)
        self.updateGeometry()
