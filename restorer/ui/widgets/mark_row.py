"""Options of the tools that mark areas: mode, edges, the wand's and the ribbon's own."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from restorer.ui.tokens import GAP, PADDING
from restorer.ui.widgets.check_box import CheckBox
from restorer.ui.widgets.labels import FieldLabel
from restorer.ui.widgets.segmented import Option, Segmented
from restorer.ui.widgets.value_slider import ValueSlider

if TYPE_CHECKING:
    from restorer.ui.mark_options import MarkOptions

_SLIDER_W = 160
_GROUPS = ("mode", "wand", "ribbon", "smooth")


class MarkRow(QWidget):
    """A row of which each tool shows the groups it has a use for."""

    changed = Signal(object)
    """The person changed an option; carries the new :class:`~restorer.ui.mark_options.MarkOptions`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        # Here, since it brings numpy, which the window shows itself without.
        from restorer.core.marks import MarkMode
        from restorer.ui.mark_options import MAX_WIDEN_PX, SAMPLE_SIDES_PX, MarkOptions

        self._options = MarkOptions()
        self.mode = Segmented(
            (
                Option(MarkMode.ADD.value, "Add", "add", "Add to what is marked; Shift does so once, X swaps"),
                Option(MarkMode.SUBTRACT.value, "Subtract", "subtract", "Take away; Alt does so once, X swaps"),
                Option(MarkMode.REPLACE.value, "Replace", "", "Mark this alone"),
            ),
            name="Marking mode",
        )
        self.tolerance = ValueSlider(
            0, 100, default=self._options.tolerance, unit="%", name="How different a colour may be"
        )
        self.sample = Segmented(
            tuple(
                Option(str(side), str(side), tip=f"Mean colour of {side} × {side} pixels") for side in SAMPLE_SIDES_PX
            ),
            default=str(self._options.sample_px),
            name="Sample size",
        )
        self.contiguous = CheckBox("Connected")
        self.contiguous.setToolTip("Only what is connected with the place that was clicked")
        self.smooth = CheckBox("Smooth edges")
        self.widen = ValueSlider(
            0, MAX_WIDEN_PX, default=self._options.widen_px, unit="px", name="How much wider than measured"
        )
        for slider in (self.tolerance, self.widen):
            slider.setMaximumWidth(_SLIDER_W)
        self._parts = {
            "mode": (self.mode,),
            "wand": (labelled("Tolerance", self.tolerance), labelled("Sample", self.sample), self.contiguous),
            "ribbon": (labelled("Wider by", self.widen),),
            "smooth": (self.smooth,),
        }
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(PADDING + 4)
        for group in _GROUPS:
            for part in self._parts[group]:
                layout.addWidget(part)
        self.mode.current_changed.connect(lambda mode: self._change(mode=MarkMode(mode)))
        self.tolerance.value_changed.connect(lambda value: self._change(tolerance=value))
        self.sample.current_changed.connect(lambda side: self._change(sample_px=int(side)))
        self.contiguous.clicked.connect(lambda on: self._change(contiguous=on))
        self.smooth.clicked.connect(lambda on: self._change(smooth=on))
        self.widen.value_changed.connect(lambda value: self._change(widen_px=value))
        self.set_options(self._options)

    def options(self) -> MarkOptions:
        return self._options

    def set_options(self, options: MarkOptions) -> None:
        """Show these options."""
        self._options = options
        self.mode.set_current(options.mode.value)
        self.tolerance.set_value(options.tolerance)
        self.sample.set_current(str(options.sample_px))
        self.contiguous.setChecked(options.contiguous)
        self.smooth.setChecked(options.smooth)
        self.widen.set_value(options.widen_px)

    def show_groups(self, groups: tuple[str, ...]) -> None:
        """Show the options of these groups; those of others hide."""
        for group, parts in self._parts.items():
            for part in parts:
                part.setVisible(group in groups)
        self.setVisible(any(group in groups for group in _GROUPS))

    def width_of(self, groups: tuple[str, ...]) -> int:
        """Least width with these groups shown."""
        parts = [part for group in _GROUPS if group in groups for part in self._parts[group]]
        return sum(part.minimumSizeHint().width() for part in parts) + (PADDING + 4) * max(0, len(parts) - 1)

    def _change(self, **changes: Any) -> None:
        self._options = dataclasses.replace(self._options, **changes)
        self.changed.emit(self._options)


def labelled(text: str, field: QWidget) -> QWidget:
    """A field with its label before it."""
    part = QWidget()
    row = QHBoxLayout(part)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(0 if isinstance(field, ValueSlider) else GAP)  # a slider brings its own gap
    label = FieldLabel(text, field)
    label.setMinimumWidth(label.sizeHint().width())
    row.addWidget(label)
    row.addWidget(field)
    return part
