"""A form built from the declarations of a task's parameters."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from restorer.core.params import CURVE, NUMBER, ParamSpec, Value
from restorer.ui.tokens import FIELD_H, GAP, LABEL_W, PADDING, ROW_H
from restorer.ui.widgets.check_box import CheckBox
from restorer.ui.widgets.combo_box import ComboBox
from restorer.ui.widgets.curve_editor import CurveEditor
from restorer.ui.widgets.labels import FieldLabel
from restorer.ui.widgets.motion import slide
from restorer.ui.widgets.section_header import SectionHeader
from restorer.ui.widgets.segmented import Option, Segmented
from restorer.ui.widgets.spin_box import SpinBox
from restorer.ui.widgets.value_slider import ValueSlider

_SEGMENTS_AT_MOST = 3
_UNBOUNDED = 2**31 - 1
_FLOAT_STEPS = 100
_CURVE_COLORS = {"curve_red": "#E5484D", "curve_green": "#46A758", "curve_blue": "#3E7BFA"}
_UNIT_LETTERS = 2


@dataclass(frozen=True, slots=True)
class _Field:
    """One parameter's editor behind the three things a form does with it."""

    spec: ParamSpec
    widget: QWidget
    get: Callable[[], Value]
    set: Callable[[Value], None]


class ParamsForm(QWidget):
    """One row per parameter: numbers with a range get a slider, choices segments or a combo box, the rest a field.

    What is declared as advanced is folded away under one heading.

    Args:
        specs: declarations, in the order of the rows.
    """

    changed = Signal()
    """The person changed a value. :meth:`set_values` does not emit it."""

    def __init__(self, specs: Sequence[ParamSpec], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._fields: dict[str, _Field] = {}
        self._rows: dict[str, QWidget] = {}
        self._hidden: frozenset[str] = frozenset()
        self.advanced = SectionHeader("Advanced", quiet=True)
        """Folds the advanced rows away; hidden where there are none. Its note names those that can be seen."""
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        for spec in specs:
            if not spec.advanced:
                layout.addWidget(self._row(spec))
        folded = QWidget()
        rows = QVBoxLayout(folded)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        for spec in specs:
            if spec.advanced:
                rows.addWidget(self._row(spec))
        folded.hide()
        layout.addWidget(self.advanced)
        layout.addWidget(folded)
        self.advanced.toggled.connect(lambda is_open: slide(folded, opening=is_open))
        sliders = [field.widget for field in self._fields.values() if isinstance(field.widget, ValueSlider)]
        column = max((slider.spin_box.width() for slider in sliders), default=0)
        for slider in sliders:
            slider.spin_box.setFixedWidth(column)
        self._show_rows()

    def values(self) -> dict[str, Value]:
        """What the form says, every parameter, checked against its declaration."""
        return {name: field.spec.check(field.get()) for name, field in self._fields.items()}

    def set_values(self, values: Mapping[str, Value]) -> None:
        """Show these values; parameters not named stay.

        Raises:
            KeyError: for an unknown name.
            InputError: for a wrong kind or a value out of range; nothing is changed then.
        """
        checked = {name: self._fields[name].spec.check(value) for name, value in values.items()}
        for name, value in checked.items():
            self._fields[name].set(value)
        self._show_rows()

    def reset(self) -> None:
        """Every parameter back to its default, as if the person had done it."""
        self.set_values({name: field.spec.default for name, field in self._fields.items()})
        self.changed.emit()

    def field(self, name: str) -> QWidget:
        """The editor of a parameter."""
        return self._fields[name].widget

    def hide_fields(self, names: Collection[str]) -> None:
        """Show all rows but these, which keep their values; names that are not in the form are passed over.

        Rows that mean nothing as other ones stand (:attr:`ParamSpec.shown_for`) are hidden as well.
        """
        self._hidden = frozenset(names)
        self._show_rows()

    def _show_rows(self) -> None:
        advanced = []
        for name, row in self._rows.items():
            spec = self._fields[name].spec
            is_shown = name not in self._hidden and self._means_anything(spec)
            row.setVisible(is_shown)
            if is_shown and spec.advanced:
                advanced.append(spec.label.lower())
        self.advanced.set_note(", ".join(advanced))
        self.advanced.setVisible(bool(advanced))

    def _means_anything(self, spec: ParamSpec) -> bool:
        if spec.shown_for is None:
            return True
        other, values = spec.shown_for
        return self._fields[other].get() in values

    def _row(self, spec: ParamSpec) -> QWidget:
        field = self._make_field(spec)
        self._fields[spec.name] = field
        field.set(spec.default)
        tip = f"{spec.help}\n{spec.describe_range().capitalize()}."
        field.widget.setToolTip(tip)
        self._rows[spec.name] = row = QWidget()
        row.setFixedHeight(ROW_H)
        line = QHBoxLayout(row)
        line.setContentsMargins(PADDING, 0, PADDING, 0)
        line.setSpacing(0)
        if isinstance(field.widget, CurveEditor):
            return self._tall_row(row, line, field, tip)
        if isinstance(field.widget, CheckBox):
            # The box stands where the fields stand and says itself what it is.
            line.addSpacing(LABEL_W + GAP)
            line.addWidget(field.widget, 1)
            return row
        label = FieldLabel(spec.label, field.widget)
        label.setFixedWidth(LABEL_W)
        label.setToolTip(f"{tip}\nDouble-click to reset.")
        line.addWidget(label)
        if not isinstance(field.widget, ValueSlider):  # which brings its own gap
            line.addSpacing(GAP)
        line.addWidget(field.widget, 1)
        if isinstance(field.widget, (Segmented, SpinBox)):
            line.setAlignment(field.widget, Qt.AlignmentFlag.AlignLeft)
        return row

    def _tall_row(self, row: QWidget, line: QHBoxLayout, field: _Field, tip: str) -> QWidget:
        """The label above an editor that takes all of the width."""
        label = FieldLabel(field.spec.label, field.widget)
        label.setFixedHeight(ROW_H)
        label.setToolTip(f"{tip}\nDouble-click to reset.")
        column = QVBoxLayout()
        column.setSpacing(0)
        column.addWidget(label)
        column.addWidget(field.widget)
        line.addLayout(column)
        row.setFixedHeight(ROW_H + field.widget.height() + GAP)
        return row

    def _make_field(self, spec: ParamSpec) -> _Field:
        if spec.editor == CURVE:
            return self._curve(spec)
        if spec.kind is bool:
            return self._check_box(spec)
        if spec.choices:
            return self._segments(spec) if len(spec.choices) <= _SEGMENTS_AT_MOST else self._combo_box(spec)
        if spec.kind is str:
            return self._line_edit(spec)
        if spec.low is not None and spec.high is not None and spec.editor != NUMBER:
            return self._slider(spec, spec.low, spec.high)
        return self._spin_box(spec)

    def _check_box(self, spec: ParamSpec) -> _Field:
        box = CheckBox(spec.label)
        box.clicked.connect(self._on_edited)
        return _Field(spec, box, box.isChecked, lambda value: box.setChecked(bool(value)))

    def _segments(self, spec: ParamSpec) -> _Field:
        options = [Option(choice, _title(choice)) for choice in spec.choices]
        segments = Segmented(options, default=str(spec.default), name=spec.label)
        segments.current_changed.connect(self._on_edited)
        return _Field(spec, segments, segments.current, lambda value: segments.set_current(str(value)))

    def _combo_box(self, spec: ParamSpec) -> _Field:
        box = ComboBox(spec.label)
        box.set_choices([(choice, _title(choice)) for choice in spec.choices], default=str(spec.default))
        box.chosen.connect(self._on_edited)
        return _Field(spec, box, box.current_id, lambda value: box.select(str(value)))

    def _curve(self, spec: ParamSpec) -> _Field:
        editor = CurveEditor(spec.label, _CURVE_COLORS.get(spec.name))
        editor.value_changed.connect(self._on_edited)
        return _Field(spec, editor, editor.value, lambda value: editor.set_value(str(value)))

    def _line_edit(self, spec: ParamSpec) -> _Field:
        edit = QLineEdit()
        edit.setAccessibleName(spec.label)
        edit.setFixedHeight(FIELD_H)
        edit.textEdited.connect(self._on_edited)
        return _Field(spec, edit, edit.text, lambda value: edit.setText(str(value)))

    def _slider(self, spec: ParamSpec, low: float, high: float) -> _Field:
        step = _step(spec)
        slider = ValueSlider(
            low,
            high,
            default=float(spec.default),
            step=step,
            decimals=_decimals(spec, step),
            unit=spec.unit,
            name=spec.label,
        )
        slider.spin_box.setSpecialValueText(spec.lowest)
        slider.value_changed.connect(self._on_edited)
        return _Field(spec, slider, lambda: _number(spec, slider.value()), lambda value: slider.set_value(float(value)))

    def _spin_box(self, spec: ParamSpec) -> _Field:
        low = -_UNBOUNDED if spec.low is None else spec.low
        high = _UNBOUNDED if spec.high is None else spec.high
        step = _step(spec)
        box = SpinBox(low, high, step=step, decimals=_decimals(spec, step), unit=spec.unit, name=spec.label)
        box.setMinimumWidth(box.fontMetrics().horizontalAdvance("0" * 10) + 16)

        def show(value: Value) -> None:
            blocked = box.blockSignals(True)
            box.setValue(float(value))
            box.blockSignals(blocked)

        box.valueChanged.connect(self._on_edited)
        return _Field(spec, box, lambda: _number(spec, box.value()), show)

    def _on_edited(self) -> None:
        self._show_rows()
        self.changed.emit()


def _number(spec: ParamSpec, value: float) -> Value:
    return round(value) if spec.kind is int else value


def _step(spec: ParamSpec) -> float:
    """The declared step; otherwise 1 for whole numbers and a hundredth of the range, as a power of ten, for others."""
    if spec.step is not None:
        return spec.step
    if spec.kind is int or spec.low is None or spec.high is None:
        return 1.0
    return float(10.0 ** math.floor(math.log10((spec.high - spec.low) / _FLOAT_STEPS)))


def _decimals(spec: ParamSpec, step: float) -> int:
    """Enough to show the step and the default exactly, six at most."""
    if spec.kind is int:
        return 0
    return next((places for places in range(6) if _exact(step, places) and _exact(float(spec.default), places)), 6)


def _exact(value: float, places: int) -> bool:
    return math.isclose(value, round(value, places), abs_tol=1e-9)


def _title(choice: str) -> str:
    """A choice as words: ``navier_stokes`` reads Navier stokes; units such as ``cm`` stay as they are."""
    text = choice.replace("_", " ").replace("-", " ")
    return text if len(text) <= _UNIT_LETTERS else text[:1].upper() + text[1:]
