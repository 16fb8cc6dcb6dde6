"""A combo box drawn flat; its popup stays the style's."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QComboBox, QSizePolicy, QWidget

from restorer.ui import theme
from restorer.ui.tokens import FIELD_H, RADIUS
from restorer.ui.widgets.painting import paint_box, paint_chevron, shows_focus

_PADDING = 8
_CHEVRON = 22
_SWATCH = 12


class ComboBox(QComboBox):
    """A choice of one among named things.

    Args:
        name: for screen readers.
    """

    chosen = Signal(str)
    """The person chose this id. Setters do not emit it."""

    def __init__(self, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setFixedHeight(FIELD_H)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setIconSize(QSize(_SWATCH, _SWATCH))
        self._default = ""
        self.activated.connect(self._on_activated)

    def set_choices(self, choices: Sequence[tuple[str, str]], *, default: str = "") -> None:
        """Offer these ``(id, title)``.

        The choice is kept where its id is still among them; otherwise it is the default, or the first.
        """
        kept = self.current_id()
        blocked = self.blockSignals(True)
        self.clear()
        for identifier, title in choices:
            self.addItem(title, identifier)
        self._default = default or (choices[0][0] if choices else "")
        for wanted in (kept, self._default):
            index = self.findData(wanted)
            if index >= 0:
                self.setCurrentIndex(index)
                break
        self.blockSignals(blocked)
        self.updateGeometry()
        self.update()

    def current_id(self) -> str:
        """Id of the choice; empty where there is nothing to choose."""
        data = self.currentData()
        return str(data) if data is not None else ""

    def select(self, identifier: str) -> None:
        """Show this choice.

        Raises:
            ValueError: where it is not offered.
        """
        index = self.findData(identifier)
        if index < 0:
            raise ValueError(f"{identifier!r} is not among the choices")
        self.setCurrentIndex(index)

    def reset(self) -> None:
        """Back to the default, as if the person had chosen it."""
        if self._default and self.current_id() != self._default:
            self.select(self._default)
            self.chosen.emit(self._default)

    def showPopup(self) -> None:  # noqa: N802
        # Named here, since asking for the view earlier would build a popup that may never be needed.
        self.view().setAccessibleName(self.accessibleName())
        super().showPopup()

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        return QSize(56, FIELD_H)

    def sizeHint(self) -> QSize:  # noqa: N802
        metrics = self.fontMetrics()
        widest = max((metrics.horizontalAdvance(self.itemText(index)) for index in range(self.count())), default=0)
        has_icon = any(not self.itemIcon(index).isNull() for index in range(self.count()))
        return QSize(_PADDING + (_SWATCH + 6 if has_icon else 0) + widest + 4 + _CHEVRON, FIELD_H)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            # A form scrolled under the pointer must not change the values it passes.
            event.ignore()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        tokens = theme.tokens()
        on = self.isEnabled()
        painter = QPainter(self)
        border = "line" if not on else "border"
        if on and self.hasFocus() and not shows_focus(self):
            border = "accent_line"
        elif on and self.underMouse():
            border = "border_strong"
        paint_box(
            painter,
            QRectF(self.rect()),
            RADIUS,
            fill=tokens.color("field") if on else None,
            border=tokens.color(border),
        )
        text = QRect(_PADDING, 0, self.width() - _PADDING - _CHEVRON, self.height())
        swatch = self.itemIcon(self.currentIndex())
        if not swatch.isNull():
            top = (self.height() - _SWATCH) // 2
            swatch.paint(painter, QRect(text.left(), top, _SWATCH, _SWATCH))
            text.setLeft(text.left() + _SWATCH + 6)
        painter.setPen(tokens.color("text" if on else "text_off"))
        elided = self.fontMetrics().elidedText(self.currentText(), Qt.TextElideMode.ElideRight, text.width())
        painter.drawText(text, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, elided)
        color = tokens.color("text_2" if on else "text_off")
        paint_chevron(painter, self.width() - 13.0, self.height() / 2, color, pointing_down=True)
        painter.end()

    def _on_activated(self, index: int) -> None:
        self.chosen.emit(self.current_id())
