"""A number field without arrows: arrow keys and, when focused, the wheel step it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QValidator, QWheelEvent
from PySide6.QtWidgets import QAbstractSpinBox, QDoubleSpinBox, QWidget

from restorer.ui import theme
from restorer.ui.tokens import FIELD_H
from restorer.ui.widgets.numbers import format_number, parse_number


class SpinBox(QDoubleSpinBox):
    """Right aligned, tabular figures; what is typed out of range becomes the nearest allowed value.

    Args:
        low, high: inclusive range.
        step: of the arrow keys; its decimals are those shown unless told otherwise.
        decimals: shown after the point.
        unit: written after the value, with a space; ``%`` too.
        name: for screen readers.
    """

    def __init__(
        self,
        low: float,
        high: float,
        *,
        step: float = 1.0,
        decimals: int = 0,
        unit: str = "",
        name: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setDecimals(decimals)
        self.setRange(low, high)
        self.setSingleStep(step)
        if unit:
            self.setSuffix(f"\N{NO-BREAK SPACE}{unit}")
        self.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.setFont(theme.tabular(self.font()))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setKeyboardTracking(False)
        self.setStepType(QAbstractSpinBox.StepType.DefaultStepType)
        self.setFixedHeight(FIELD_H)
        self.setAccessibleName(name)

    def textFromValue(self, value: float) -> str:  # noqa: N802
        return format_number(value, self.decimals())

    def valueFromText(self, text: str) -> float:  # noqa: N802
        if self._is_special(text):
            return self.minimum()
        value = parse_number(text.removesuffix(self.suffix()))
        return self.value() if value is None else value

    def validate(self, text: str, position: int) -> tuple[QValidator.State, str, int]:
        if self._is_special(text):
            return QValidator.State.Acceptable, text, position
        bare = text.removesuffix(self.suffix()).strip()
        value = parse_number(bare)
        if value is None:
            partial = not bare or all(character in "-+.,\N{MINUS SIGN}" for character in bare)
            state = QValidator.State.Intermediate if partial else QValidator.State.Invalid
        else:
            inside = self.minimum() <= value <= self.maximum()
            state = QValidator.State.Acceptable if inside else QValidator.State.Intermediate
        return state, text, position

    def fixup(self, text: str) -> str:
        value = parse_number(text.removesuffix(self.suffix()))
        nearest = self.value() if value is None else min(max(value, self.minimum()), self.maximum())
        return self.textFromValue(nearest) + self.suffix()

    def _is_special(self, text: str) -> bool:
        return bool(self.specialValueText()) and text == self.specialValueText()

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            # A form scrolled under the pointer must not change the values it passes.
            event.ignore()
