"""Fields that are settings: what a person does is saved at once, and what changes elsewhere shows."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QVBoxLayout, QWidget

from restorer.session.settings import Settings
from restorer.ui.dialogs.export_fields import FormGrid
from restorer.ui.language import tr
from restorer.ui.widgets import CheckBox, ComboBox, Option, Segmented, TintedLabel, ValueSlider
from restorer.ui.workspace import Workspace

_SAVE_AFTER_MS = 250
"""A slider is saved when it has come to rest."""
_LABEL_PX = 130


class SettingsForm(QWidget):
    """One page of the preferences.

    Args:
        workspace: whose settings they are.
    """

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._show: dict[str, Callable[[Settings], object]] = {}
        self._pending: dict[str, float] = {}
        self._timer = QTimer(self, interval=_SAVE_AFTER_MS, singleShot=True)
        self._timer.timeout.connect(self.flush)
        self.grid = FormGrid()
        self.grid.setColumnMinimumWidth(0, _LABEL_PX)
        self.grid.setVerticalSpacing(10)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(16)
        self.column.addLayout(self.grid)
        workspace.settings_changed.connect(self.refresh)

    @property
    def names(self) -> tuple[str, ...]:
        """The settings on this page."""
        return tuple(self._show)

    def refresh(self) -> None:
        """Shows the settings as they are."""
        for name, show in self._show.items():
            if name not in self._pending:
                show(self._workspace.session.settings)

    def reset(self) -> None:
        """Sets every setting of the page back to its default."""
        self._pending.clear()
        defaults = Settings()
        self._workspace.update_settings(**{name: getattr(defaults, name) for name in self._show})

    def flush(self) -> None:
        """Saves what sliders were moved to."""
        self._timer.stop()
        if self._pending:
            pending, self._pending = self._pending, {}
            self._workspace.update_settings(**pending)

    # -- fields

    def add_choice(self, name: str, label: str, options: list[tuple[str, str]]) -> Segmented:
        """A few things to choose among, side by side."""
        field = Segmented([Option(id, title) for id, title in options], name=label)
        field.current_changed.connect(lambda value: self._workspace.update_settings(**{name: value}))
        self._bind(name, label, field, lambda settings: field.set_current(getattr(settings, name)))
        return field

    def add_list(self, name: str, label: str, choices: list[tuple[str, str]]) -> ComboBox:
        """Things to choose among in a list; a value that is not among them is added."""
        field = ComboBox(label)
        field.set_choices(choices)
        field.chosen.connect(lambda value: self._workspace.update_settings(**{name: value}))

        def show(settings: Settings) -> None:
            value = getattr(settings, name)
            if field.findData(value) < 0:
                field.addItem(value, value)
            field.select(value)

        self._bind(name, label, field, show)
        return field

    def add_check(self, name: str, label: str, text: str) -> CheckBox:
        """Something that is on or off."""
        field = CheckBox(text)
        field.clicked.connect(lambda checked: self._workspace.update_settings(**{name: checked}))
        self._bind(name, label, field, lambda settings: field.setChecked(getattr(settings, name)))
        return field

    def add_slider(self, name: str, label: str, field: ValueSlider) -> ValueSlider:
        """A number."""

        def on_changed(value: float) -> None:
            self._pending[name] = value
            self._timer.start()

        field.value_changed.connect(on_changed)
        self._bind(name, label, field, lambda settings: field.set_value(getattr(settings, name)))
        return field

    def add_note(self, text: str) -> TintedLabel:
        """A sentence under the field before it."""
        note = TintedLabel(text, role="text_3", font="small")
        note.setWordWrap(True)
        self.grid.addWidget(note, self.grid.rowCount(), 1)
        return note

    def _bind(self, name: str, label: str, field: QWidget, show: Callable[[Settings], object]) -> None:
        self.grid.add(tr(label), field)
        self._show[name] = show
        show(self._workspace.session.settings)
