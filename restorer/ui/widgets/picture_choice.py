"""A choice of one among a few pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, QSizeF, Qt, Signal
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QGridLayout, QSizePolicy, QToolButton, QWidget

from restorer.ui import theme
from restorer.ui.tokens import GAP, HUD_PLATE, HUD_PLATE_OPACITY, HUD_TEXT, RADIUS_SMALL

_SMALLEST = QSize(48, 64)
_COLUMNS = 4
_PLATE = 16
_RING = 2
_DISABLED_OPACITY = 0.45


@dataclass(frozen=True, slots=True, eq=False)
class PictureOption:
    """One picture: what stands at its corner, and its name for the tooltip and screen readers."""

    picture: QImage | None
    mark: str
    name: str


class _Picture(QToolButton):
    """One checkable picture, whole in its frame."""

    def __init__(self, option: PictureOption, parent: QWidget) -> None:
        super().__init__(parent)
        self._option = option
        self.setCheckable(True)
        self.setAccessibleName(option.name)
        self.setToolTip(option.name)
        self.setFixedHeight(_SMALLEST.height())
        self.setMinimumWidth(_SMALLEST.width())
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def sizeHint(self) -> QSize:  # noqa: N802
        return _SMALLEST

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        tokens = theme.tokens()
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        frame = QRectF(self.rect()).adjusted(_RING, _RING, -_RING, -_RING)
        painter.fillRect(frame, tokens.color("groove"))
        picture = self._option.picture
        painter.setOpacity(1.0 if self.isEnabled() else _DISABLED_OPACITY)
        if picture is not None and not picture.isNull():
            size = QSizeF(picture.size()).scaled(frame.size(), Qt.AspectRatioMode.KeepAspectRatio)
            place = QRectF(QPointF(), size)
            place.moveCenter(frame.center())
            painter.drawImage(place, picture)
        self._paint_mark(painter, QRectF(frame.left() + 2, frame.bottom() - _PLATE - 2, _PLATE, _PLATE))
        if self.isChecked() or self.underMouse():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            role = "accent_line" if self.isChecked() else "border_strong"
            painter.setPen(QPen(tokens.color(role), _RING))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), RADIUS_SMALL, RADIUS_SMALL)
        painter.end()

    def _paint_mark(self, painter: QPainter, plate: QRectF) -> None:
        color = QColor(HUD_PLATE)
        color.setAlphaF(HUD_PLATE_OPACITY)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        painter.drawRoundedRect(plate, RADIUS_SMALL, RADIUS_SMALL)
        painter.setPen(QColor(HUD_TEXT))
        painter.setFont(theme.font("strong" if self.isChecked() else "small"))
        painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, self._option.mark)


class PictureChoice(QWidget):
    """Pictures in rows of four, one of them chosen; arrow keys move the choice.

    Args:
        name: for screen readers.
    """

    chosen = Signal(int)
    """The person chose the picture at this place. Setters do not emit it."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self._options: tuple[PictureOption, ...] = ()
        self._group = QButtonGroup(self)
        self._group.idToggled.connect(self._on_toggled)
        self._layout = QGridLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(GAP)
        for column in range(_COLUMNS):
            self._layout.setColumnStretch(column, 1)

    def set_options(self, options: Sequence[PictureOption], current: int) -> None:
        """Shows these pictures, the one at ``current`` as chosen; the same ones again keep the focus."""
        if tuple(options) != self._options:
            self._rebuild(tuple(options))
        if self._options:
            blocked = self._group.blockSignals(True)
            self._group.button(current).setChecked(True)
            self._group.blockSignals(blocked)

    def current(self) -> int:
        """Place of the chosen picture; -1 where there are none."""
        return self._group.checkedId()

    def count(self) -> int:
        return len(self._options)

    def button(self, place: int) -> QAbstractButton:
        """The button of a picture."""
        return self._group.button(place)

    def _rebuild(self, options: tuple[PictureOption, ...]) -> None:
        for button in self._group.buttons():
            self._group.removeButton(button)
            self._layout.removeWidget(button)
            button.hide()
            button.deleteLater()
        self._options = options
        for place, option in enumerate(options):
            button = _Picture(option, self)
            self._group.addButton(button, place)
            self._layout.addWidget(button, place // _COLUMNS, place % _COLUMNS)

    def _on_toggled(self, place: int, checked: bool) -> None:
        if checked:
            self.chosen.emit(place)
