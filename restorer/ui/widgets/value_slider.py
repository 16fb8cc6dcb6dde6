"""A slider and its number in one: ``[==o----] 70 %``."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QSlider, QWidget

from restorer.ui import theme
from restorer.ui.tokens import FIELD_H, GAP, GROOVE_H, HANDLE_D, VALUE_W
from restorer.ui.widgets.painting import FOCUS_RING, paint_box, shows_focus
from restorer.ui.widgets.spin_box import SpinBox

_POSITIONS = 1000
_RING_PX = 2.0
_MARGIN = GAP
"""From the widget's edge to the end of the groove: room for the handle and its focus ring, and at the same time the
gap to what stands beside, so that the groove itself is in line with other fields."""
_WHEEL_NOTCH = 120
_RELATIVE_STEP = 0.05


class _Groove(QSlider):
    """The painted slider. Positions are thousandths of the way; the number itself is its owner's.

    A ``QSlider``, so that screen readers know it as one.
    """

    stepped = Signal(int)
    dragged = Signal(float)
    reset_requested = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setRange(0, _POSITIONS)
        self.setFixedHeight(FIELD_H)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setProperty(FOCUS_RING, "none")
        self.default_fraction = 0.0
        self._wheel_rest = 0

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(96, FIELD_H)

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        return QSize(48, FIELD_H)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        if event.button() == Qt.MouseButton.LeftButton:
            self.setSliderDown(True)
            self.dragged.emit(self._fraction_at(event.position().x()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        if self.isSliderDown():
            self.dragged.emit(self._fraction_at(event.position().x()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        self.setSliderDown(False)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        steps = {
            Qt.Key.Key_Right: 1,
            Qt.Key.Key_Up: 1,
            Qt.Key.Key_Left: -1,
            Qt.Key.Key_Down: -1,
            Qt.Key.Key_PageUp: 10,
            Qt.Key.Key_PageDown: -10,
        }
        key = Qt.Key(event.key())
        if key in steps:
            self.stepped.emit(steps[key])
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            self.dragged.emit(float(key == Qt.Key.Key_End))
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.reset_requested.emit()
        else:
            event.ignore()

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        if not self.hasFocus():
            # A form scrolled under the pointer must not change the values it passes.
            event.ignore()
            return
        self._wheel_rest += event.angleDelta().y()
        notches = int(self._wheel_rest / _WHEEL_NOTCH)
        self._wheel_rest -= notches * _WHEEL_NOTCH
        if notches:
            self.stepped.emit(notches)
        event.accept()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        tokens = theme.tokens()
        on = self.isEnabled()
        middle = self.height() / 2
        left, right = _MARGIN, self.width() - _MARGIN
        at = left + (right - left) * self.value() / _POSITIONS
        painter = QPainter(self)
        groove = QRectF(left, middle - GROOVE_H / 2, right - left, GROOVE_H)
        paint_box(painter, groove, GROOVE_H / 2, fill=tokens.color("groove"))
        fill = tokens.color("text_3" if on else "border")
        paint_box(painter, QRectF(left, groove.top(), at - left, GROOVE_H), GROOVE_H / 2, fill=fill)
        tick = round(left + (right - left) * self.default_fraction)
        painter.fillRect(QRectF(tick, middle + HANDLE_D / 2 + 1, 1, 3), tokens.color("text_3" if on else "border"))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        handle = QPointF(at, middle)
        if shows_focus(self):
            painter.setPen(QPen(tokens.color("accent_line"), _RING_PX))
            painter.setBrush(tokens.color("panel"))
            painter.drawEllipse(handle, _MARGIN - _RING_PX / 2, _MARGIN - _RING_PX / 2)
        light = tokens.name == "light"
        painter.setPen(QPen(tokens.color("border_strong" if on else "border"), 1.0) if light else Qt.PenStyle.NoPen)
        painter.setBrush(tokens.color(("field" if light else "text") if on else ("panel" if light else "text_off")))
        radius = HANDLE_D / 2 - (0.5 if light else 0.0)
        painter.drawEllipse(handle, radius, radius)
        painter.end()

    def _fraction_at(self, x: float) -> float:
        return min(max((x - _MARGIN) / max(self.width() - 2 * _MARGIN, 1.0), 0.0), 1.0)


class ValueSlider(QWidget):
    """One number with a slider and a field.

    Args:
        low, high: inclusive range.
        default: marked by a tick; :meth:`reset` and Delete on the slider go back to it.
        step: smallest change.
        decimals: shown after the point.
        unit: shown after the number.
        logarithmic: equal ways on the slider are equal ratios (sizes); ``low`` must be above 0.
        name: for screen readers.
    """

    value_changed = Signal(float)
    """The person changed the number. Setters do not emit it."""

    def __init__(
        self,
        low: float,
        high: float,
        *,
        default: float,
        step: float = 1.0,
        decimals: int = 0,
        unit: str = "",
        logarithmic: bool = False,
        name: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        if not low < high or (logarithmic and low <= 0):
            raise ValueError(f"a slider cannot run from {low} to {high}")
        self._low, self._high, self._step = low, high, step
        self._logarithmic = logarithmic
        self._default = default
        self.slider = _Groove(self)
        self.spin_box = SpinBox(low, high, step=step, decimals=decimals, unit=unit, name=name, parent=self)
        self.spin_box.setFixedWidth(max(VALUE_W, self.spin_box.minimumSizeHint().width()))
        self.slider.setAccessibleName(name)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.slider, 1)
        layout.addWidget(self.spin_box)
        self.setFocusProxy(self.slider)
        self.slider.default_fraction = self._fraction_of(default)
        self.slider.stepped.connect(self._on_stepped)
        self.slider.dragged.connect(self._on_dragged)
        self.slider.reset_requested.connect(self._on_reset_requested)
        self.slider.valueChanged.connect(self._on_position_changed)
        self.spin_box.valueChanged.connect(self._on_number_changed)
        self.set_value(default)

    def value(self) -> float:
        return self.spin_box.value()

    def set_value(self, value: float) -> None:
        """Show a number; one out of range becomes the nearest allowed."""
        self._show(value)

    def reset(self) -> None:
        """Back to the default, as if the person had typed it."""
        self._change(self._default)

    def _change(self, value: float) -> None:
        before = self.value()
        self._show(value)
        if self.value() != before:
            self.value_changed.emit(self.value())

    def _show(self, value: float) -> None:
        value = min(max(value, self._low), self._high)
        blocked = self.spin_box.blockSignals(True)
        self.spin_box.setValue(value)
        self.spin_box.blockSignals(blocked)
        self._place_handle()

    def _place_handle(self) -> None:
        blocked = self.slider.blockSignals(True)
        self.slider.setValue(round(self._fraction_of(self.value()) * _POSITIONS))
        self.slider.blockSignals(blocked)
        self.slider.setAccessibleDescription(self.spin_box.text())

    def _fraction_of(self, value: float) -> float:
        if self._logarithmic:
            return math.log(value / self._low) / math.log(self._high / self._low)
        return (value - self._low) / (self._high - self._low)

    def _value_at(self, fraction: float) -> float:
        if fraction >= 1.0:
            return self._high
        if self._logarithmic:
            value = self._low * math.pow(self._high / self._low, fraction)
        else:
            value = self._low + (self._high - self._low) * fraction
        steps = round((value - self._low) / self._step)
        return self._low + steps * self._step

    def _on_stepped(self, steps: int) -> None:
        step = self._step
        if self._logarithmic:
            step = max(step, round(self.value() * _RELATIVE_STEP / self._step) * self._step)
        self._change(self.value() + steps * step)

    def _on_dragged(self, fraction: float) -> None:
        self._change(self._value_at(fraction))

    def _on_reset_requested(self) -> None:
        self.reset()

    def _on_position_changed(self, position: int) -> None:
        # Only assistive technology moves the slider itself; everything else goes through the number.
        self._change(self._value_at(position / _POSITIONS))

    def _on_number_changed(self, value: float) -> None:
        self._place_handle()
        self.value_changed.emit(value)
