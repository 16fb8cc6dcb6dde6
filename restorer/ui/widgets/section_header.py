"""The row that opens and closes a section."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolButton, QWidget

from restorer.ui import icons, theme
from restorer.ui.tokens import GAP, PADDING, ROW_H
from restorer.ui.widgets.fidelity import GLYPH_W, paint_fidelity
from restorer.ui.widgets.painting import FOCUS_RING, paint_chevron

_ICON = 16
_CHEVRON_X = PADDING + 4
_AFTER_CHEVRON = PADDING + 18


class SectionHeader(QToolButton):
    """A painted row: chevron, icon, title, and at the right what it promises.

    A checkable button to screen readers and the keyboard: checked is open. Enter and Space toggle; the arrow keys
    open, close and move between headers that share a parent.

    Args:
        title: sentence case.
        icon: name, or empty.
        fidelity: 1 to 4 with its ``word``, or 0 for none.
        word: name of the fidelity.
        note: short text after the title, in the weakest grey.
        quiet: a lesser heading, in the colour of labels.
    """

    def __init__(
        self,
        title: str,
        *,
        icon: str = "",
        fidelity: int = 0,
        word: str = "",
        note: str = "",
        quiet: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._icon = icon
        self._fidelity = fidelity
        self._word = word
        self._note = note
        self._quiet = quiet
        self.setText(title)
        self.setCheckable(True)
        self.setFixedHeight(ROW_H)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setProperty(FOCUS_RING, "inside")
        self.setAccessibleName(f"{title}, {word}" if word else title)
        self.toggled.connect(self._on_toggled)
        self._on_toggled(False)

    def set_note(self, note: str) -> None:
        self._note = note
        self.update()

    def note(self) -> str:
        return self._note

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(200, ROW_H)

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        return QSize(120, ROW_H)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        key = event.key()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            if self.isChecked() != (key == Qt.Key.Key_Right):
                self.click()
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self._move_focus(1 if key == Qt.Key.Key_Down else -1)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        tokens = theme.tokens()
        on = self.isEnabled()
        painter = QPainter(self)
        if on and self.underMouse():
            painter.fillRect(self.rect(), tokens.color("line"))
        middle = self.height() / 2
        rest = tokens.color("text_2" if on else "text_off")
        paint_chevron(painter, _CHEVRON_X, middle, rest, pointing_down=self.isChecked())
        left = float(_AFTER_CHEVRON)
        if self._icon:
            square = QRectF(left + 4, middle - _ICON / 2, _ICON, _ICON)
            color = tokens.color("text") if on and self.isChecked() else rest
            icons.draw_icon(painter, self._icon, square, color)
            left += 4 + _ICON + GAP
        right = self.width() - PADDING
        if self._fidelity:
            right = self._paint_fidelity(painter, right, middle)
        strong = self.isChecked() and not self._quiet
        painter.setFont(theme.font("section" if strong else "body" if self._quiet else "strong"))
        painter.setPen(tokens.color("text_off" if not on else "text_2" if self._quiet else "text"))
        metrics = painter.fontMetrics()
        title = metrics.elidedText(self.text(), Qt.TextElideMode.ElideRight, int(right - left))
        painter.drawText(_row(left, right, self.height()), Qt.AlignmentFlag.AlignVCenter, title)
        if self._note:
            left += metrics.horizontalAdvance(title) + 10
            painter.setFont(theme.font("small"))
            painter.setPen(tokens.color("text_3" if on else "text_off"))
            note = painter.fontMetrics().elidedText(self._note, Qt.TextElideMode.ElideRight, int(right - left))
            painter.drawText(_row(left, right, self.height()), Qt.AlignmentFlag.AlignVCenter, note)
        painter.end()

    def _paint_fidelity(self, painter: QPainter, right: int, middle: float) -> int:
        """Bars and word in a column as wide as the longest word, so that the bars of all rows stand in line."""
        tokens = theme.tokens()
        small = theme.font("small")
        metrics = QFontMetrics(small)
        column = max(metrics.horizontalAdvance(word) for word in ("Reconstruct", "Reimagine", "Conserve", self._word))
        left = right - column
        painter.setFont(small)
        painter.setPen(tokens.color("text_2" if self.isEnabled() else "text_off"))
        painter.drawText(_row(left, right, self.height()), Qt.AlignmentFlag.AlignVCenter, self._word)
        left -= 6 + GLYPH_W
        paint_fidelity(painter, left, middle, self._fidelity, tokens)
        return left - GAP

    def _move_focus(self, direction: int) -> None:
        parent = self.parentWidget()
        if parent is None:
            return
        siblings = [one for one in parent.findChildren(SectionHeader) if one.isVisible() and one.isEnabled()]
        index = siblings.index(self) + direction
        if 0 <= index < len(siblings):
            siblings[index].setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _on_toggled(self, is_open: bool) -> None:
        # Qt gives buttons no expanded state that a Python class could set, so it is said in words.
        self.setAccessibleDescription("Expanded" if is_open else "Collapsed")


def _row(left: float, right: float, height: int) -> QRect:
    return QRect(round(left), 0, max(round(right - left), 0), height)
