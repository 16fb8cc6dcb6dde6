"""The tasks: one section each, one open at a time, with its model, its form and its Run button."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from restorer.core.params import Value
from restorer.ui.panels.task_section import TaskSection
from restorer.ui.tokens import PADDING
from restorer.ui.widgets.folding_panel import FoldingPanel
from restorer.ui.widgets.picture_choice import PictureOption

if TYPE_CHECKING:
    # Brings numpy, which the window shows itself without.
    from restorer.tasks.spec import Task

RUN_SHORTCUT = "Ctrl+Return"
PREVIEW_SHORTCUT = "P"


class TaskPanel(FoldingPanel):
    """Accordion of tasks; the first is open.

    Args:
        tasks: top to bottom.
    """

    run_requested = Signal(str, object, str)
    """Task id, its parameters (a dict of plain values), model id."""
    task_changed = Signal(str)
    """The person opened this task; empty where all are closed."""
    params_changed = Signal(str)
    """The person changed a parameter or the model of this task."""
    variant_chosen = Signal(int)
    """The person chose the answer at this place of the latest step."""
    preview_toggled = Signal(str, bool)
    """The person wants to see, or not any more, what this task makes of the part in view."""
    compare_requested = Signal()
    """The person wants to see several models of the open task side by side."""

    def __init__(self, tasks: Sequence[Task], parent: QWidget | None = None) -> None:
        super().__init__("Tasks", parent)
        self._sections: dict[str, TaskSection] = {}
        content = QWidget()
        layout = QVBoxLayout(content)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        for task in tasks:
            section = TaskSection(task, RUN_SHORTCUT, PREVIEW_SHORTCUT, content)
            self._sections[task.id] = section
            layout.addWidget(section)
            section.opened.connect(self._on_opened)
            section.closed.connect(self._on_closed)
            section.run_clicked.connect(self._request)
            section.changed.connect(self.params_changed)
            section.variant_chosen.connect(self.variant_chosen)
            section.preview_toggled.connect(self._on_preview_toggled)
            section.compare_clicked.connect(self.compare_requested)
        layout.addStretch(1)
        self._scroll = scroll = QScrollArea()
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.viewport().setBackgroundRole(QPalette.ColorRole.Window)
        scroll.setWidget(content)
        self.set_body(scroll)
        if tasks:
            self.open_task(tasks[0].id)

    def set_shortcuts(self, *, run: str, preview: str, compare: str) -> None:
        """Shows these on the buttons of every task."""
        for section in self._sections.values():
            section.run_button.set_shortcut(run)
            section.preview_button.set_shortcut(preview)
            section.set_compare_shortcut(compare)

    def current_task(self) -> str | None:
        """Id of the open task."""
        return next((task for task, section in self._sections.items() if section.is_open()), None)

    def open_task(self, task_id: str) -> None:
        """Open this task and close the others.

        Raises:
            KeyError: for an unknown task.
        """
        for section in (self._sections[task_id], *self._sections.values()):
            section.set_open(section is self._sections[task_id])

    def set_models(
        self,
        task_id: str,
        models: Sequence[tuple[str, str]],
        unused: Mapping[str, Collection[str]] = MappingProxyType({}),
    ) -> None:
        """Offer these ``(id, title)``; the choice is kept where it is still among them, else the first is taken.

        Args:
            unused: names of parameters that mean nothing to a model, by its id; their rows are hidden.
        """
        self._sections[task_id].set_models(models, unused)

    def set_variants(self, task_id: str, options: Sequence[PictureOption], current: int) -> None:
        """Offer the answers of the latest step below Run of its task, and scroll there once; none hides them."""
        for section_id, section in self._sections.items():
            if section.set_variants(options if section_id == task_id else (), current):
                # Once the layout has made room for them.
                QTimer.singleShot(0, section, partial(self._reveal, section))

    def _reveal(self, section: TaskSection) -> None:
        self._scroll.ensureWidgetVisible(section.variants, 0, PADDING)

    def model(self, task_id: str) -> str:
        """Id of the chosen model; empty while none is offered."""
        return self._sections[task_id].model()

    def select_model(self, task_id: str, model: str) -> None:
        """Show this model as the chosen one.

        Raises:
            ValueError: where it is not offered.
        """
        self._sections[task_id].select_model(model)

    def values(self, task_id: str) -> dict[str, Value]:
        """The parameters of a task as its form says."""
        return self._sections[task_id].form.values()

    def set_values(self, task_id: str, values: Mapping[str, Value]) -> None:
        """Show these parameters; those not named stay.

        Raises:
            InputError: for a wrong kind or a value out of range.
        """
        self._sections[task_id].form.set_values(values)

    def set_hint(self, task_id: str, text: str, icon: str = "lock") -> None:
        """The line above Run: what the task keeps, or what it waits for. Empty hides it."""
        self._sections[task_id].set_hint(text, icon)

    def place_figure(self, task_id: str, figure: QWidget) -> None:
        """Adds a picture above the form of a task."""
        self._sections[task_id].place_figure(figure)

    def field(self, task_id: str, name: str) -> QWidget:
        """The editor of a parameter."""
        return self._sections[task_id].form.field(name)

    def place_review(self, task_id: str, panel: QWidget, button: QWidget) -> None:
        """Adds a button that begins a review of what a task finds, and the panel that its form makes way for."""
        self._sections[task_id].place_review(panel, button)

    def set_reviewing(self, task_id: str, reviewing: bool) -> None:
        """Shows the review of a task, or its form again."""
        self._sections[task_id].set_reviewing(reviewing)

    def set_busy(self, busy: bool) -> None:
        """While a job runs, Run says that it queues; it never greys out."""
        for section in self._sections.values():
            section.set_busy(busy)

    def set_photo_open(self, is_open: bool) -> None:
        """Without a photo the forms rest; the headers stay, so that one can look around."""
        for section in self._sections.values():
            section.set_usable(is_open)

    def request_run(self) -> None:
        """As if the person had clicked the Run button of the open task; nothing where none is open or usable."""
        current = self.current_task()
        if current is not None and self._sections[current].is_usable():
            self._request(current)

    def previewed_task(self) -> str | None:
        """Id of the task whose preview is wanted."""
        return next((task for task, section in self._sections.items() if section.preview_button.isChecked()), None)

    def toggle_preview(self) -> None:
        """As if the person had clicked Preview here of the open task; nothing where that cannot be clicked."""
        current = self.current_task()
        if current is not None and self._sections[current].preview_button.isEnabled():
            self._sections[current].preview_button.click()

    def end_preview(self) -> bool:
        """No preview is wanted any more; returns whether one was. Tells as the button does."""
        task_id = self.previewed_task()
        if task_id is None:
            return False
        self._sections[task_id].preview_button.setChecked(False)
        self.preview_toggled.emit(task_id, False)
        return True

    def _on_preview_toggled(self, task_id: str, is_on: bool) -> None:
        if is_on:
            for other, section in self._sections.items():
                section.preview_button.setChecked(other == task_id)
        self.preview_toggled.emit(task_id, is_on)

    def _request(self, task_id: str) -> None:
        section = self._sections[task_id]
        self.run_requested.emit(task_id, section.form.values(), section.model())

    def _on_opened(self, task_id: str) -> None:
        self.open_task(task_id)
        self.task_changed.emit(task_id)

    def _on_closed(self, task_id: str) -> None:
        if self.current_task() is None:
            self.task_changed.emit("")
