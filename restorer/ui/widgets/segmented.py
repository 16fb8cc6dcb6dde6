"""A choice of one among a few, all of them visible."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QHBoxLayout, QSizePolicy, QToolButton, QWidget

from restorer.ui import icons, theme
from restorer.ui.tokens import FIELD_H, RADIUS
from restorer.ui.widgets.painting import FOCUS_RING, paint_box

_PADDING = 10
_ICON = 14


@dataclass(frozen=True, slots=True)
class Option:
    """One segment: its id, what it says, and optionally an icon before that."""

    id: str
    label: str
    icon: str = ""
    tip: str = ""


class _Segment(QToolButton):
    """One flat checkable button; its owner paints the frame around all of them."""

    def __init__(self, option: Option, parent: QWidget) -> None:
        super().__init__(parent)
        self.option = option
        self.setCheckable(True)
        self.setText(option.label)
        self.setAccessibleName(option.label)
        self.setToolTip(option.tip)
        self.setFixedHeight(FIELD_H)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setProperty(FOCUS_RING, "inside")

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(2 * _PADDING + self._content_width(), FIELD_H)

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        role = ("text" if self.isChecked() else "text_2") if self.isEnabled() else "text_off"
        color = theme.tokens().color(role)
        painter = QPainter(self)
        painter.setPen(color)
        painter.setFont(theme.font("strong" if self.isChecked() else "body"))
        left = (self.width() - self._content_width()) / 2
        if self.option.icon:
            icons.draw_icon(painter, self.option.icon, QRectF(left, (self.height() - _ICON) / 2, _ICON, _ICON), color)
            left += _ICON + 4
        text = QRectF(left, 0, self.width() - left, self.height())
        painter.drawText(text, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self.option.label)
        painter.end()

    def _content_width(self) -> int:
        # The bolder of the two fonts, so that a choice moves nothing.
        text = QFontMetrics(theme.font("strong")).horizontalAdvance(self.option.label)
        return text + (_ICON + 4 if self.option.icon else 0)


class Segmented(QWidget):
    """The painted frame with its segments; arrow keys move the choice.

    Args:
        options: left to right; the first is chosen at first.
        default: id that :meth:`reset` goes back to; the first where not said.
        name: for screen readers.
    """

    current_changed = Signal(str)
    """The person chose this id. Setters do not emit it."""

    def __init__(
        self, options: Sequence[Option], *, default: str = "", name: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        if not options:
            raise ValueError("a segmented control needs options")
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self._group = QButtonGroup(self)
        self._segments: dict[str, _Segment] = {}
        layout = QHBoxLayout(self)
        layout.setContentsMargins(1, 0, 1, 0)
        layout.setSpacing(1)
        for option in options:
            segment = _Segment(option, self)
            self._segments[option.id] = segment
            self._group.addButton(segment)
            layout.addWidget(segment)
        self._default = default or options[0].id
        self.set_current(self._default)
        self._group.buttonToggled.connect(self._on_toggled)

    def current(self) -> str:
        """Id of the choice."""
        return next(identifier for identifier, segment in self._segments.items() if segment.isChecked())

    def set_current(self, identifier: str) -> None:
        """Show this choice.

        Raises:
            ValueError: where it is not offered.
        """
        if identifier not in self._segments:
            raise ValueError(f"{identifier!r} is not among the options")
        blocked = self._group.blockSignals(True)
        self._segments[identifier].setChecked(True)
        self._group.blockSignals(blocked)

    def reset(self) -> None:
        """Back to the default, as if the person had chosen it."""
        self._segments[self._default].click()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        tokens = theme.tokens()
        on = self.isEnabled()
        frame = QRectF(self.rect())
        painter = QPainter(self)
        paint_box(painter, frame, RADIUS, fill=tokens.color("chrome" if tokens.name == "light" else "panel"))
        border = tokens.color("border" if on else "line")
        paint_box(painter, frame, RADIUS, border=border)
        inside = QPainterPath()
        inside.addRoundedRect(frame, RADIUS, RADIUS)
        painter.setClipPath(inside)
        for position, segment in enumerate(self._segments.values()):
            area = QRectF(segment.geometry()).adjusted(0, 1, 0, -1)
            if segment.isChecked():
                painter.fillRect(area, tokens.color("control"))
                bar = QRectF(area.left() - 1, self.height() - 2, area.width() + 2, 2)
                painter.fillRect(bar, tokens.color("accent_line" if on else "text_off"))
            elif segment.underMouse() and on:
                painter.fillRect(area, tokens.color("selected"))
            if position:
                painter.fillRect(QRectF(segment.x() - 1, 1, 1, self.height() - 2), border)
        painter.end()

    def _on_toggled(self, button: QAbstractButton, checked: bool) -> None:
        if checked and isinstance(button, _Segment):
            self.current_changed.emit(button.option.id)
