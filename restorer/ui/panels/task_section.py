"""One task of the panel: its header and, below it, model, form, hint and Run."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from restorer.core.params import param_specs
from restorer.ui import icons, theme
from restorer.ui.panels.params_form import ParamsForm
from restorer.ui.tokens import FIELD_H, GAP, LABEL_W, PADDING, ROW_H
from restorer.ui.widgets.buttons import IconButton, KeyButton, describe
from restorer.ui.widgets.combo_box import ComboBox
from restorer.ui.widgets.labels import FieldLabel, TintedLabel
from restorer.ui.widgets.motion import slide
from restorer.ui.widgets.picture_choice import PictureChoice, PictureOption
from restorer.ui.widgets.section_header import SectionHeader

if TYPE_CHECKING:
    # Brings numpy, which the window shows itself without.
    from restorer.tasks.spec import Task

_RUN = "Run"
_QUEUE = "Add to queue"
_PREVIEW = "Preview here"
_COMPARE, _COMPARE_SHORTCUT = "Compare models", "Shift+C"
_HINT_ICON = 14


class _Hint(QWidget):
    """An icon and a short text in the weaker grey."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon = "lock"
        self.label = TintedLabel(role="text_2", font="small", parent=self)
        self.label.setWordWrap(True)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(PADDING + _HINT_ICON + GAP, 4, PADDING, 4)
        layout.addWidget(self.label)

    def show_text(self, text: str, icon: str) -> None:
        self._icon = icon
        self.label.setText(text)
        self.setVisible(bool(text))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        tokens = theme.tokens()
        role = {"warning": "warning", "error": "error"}.get(self._icon, "text_2")
        color = tokens.color(role if self.isEnabled() else "text_off")
        painter = QPainter(self)
        icons.draw_icon(painter, self._icon, QRectF(PADDING, 5, _HINT_ICON, _HINT_ICON), color)
        painter.end()


class TaskSection(QWidget):
    """A task, closed to a row or open with everything it needs to run.

    Args:
        task: what it is about.
        shortcut: shown on the Run button; the window owns it.
        preview_shortcut: shown on the button that previews.
    """

    opened = Signal(str)
    closed = Signal(str)
    run_clicked = Signal(str)
    changed = Signal(str)
    variant_chosen = Signal(int)
    """The person chose the answer at this place."""
    preview_toggled = Signal(str, bool)
    """The person wants to see what the task makes of the part in view, or not any more."""
    compare_clicked = Signal()
    """The person wants to see several models side by side."""

    def __init__(self, task: Task, shortcut: str, preview_shortcut: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._task_id = task.id
        self._weightless = task.weightless
        self.header = SectionHeader(
            task.title, icon=task.icon, fidelity=int(task.fidelity), word=task.fidelity.title, parent=self
        )
        self.header.setToolTip(task.summary)
        self.form = ParamsForm(param_specs(task.params))
        self.run_button = KeyButton(_RUN, shortcut, primary=True)
        self.preview_button = KeyButton(_PREVIEW, preview_shortcut, checkable=True)
        self.models = ComboBox("Model")
        self.compare_button = IconButton(
            "bake-off", _COMPARE, shortcut=_COMPARE_SHORTCUT, role="text_2", size=FIELD_H, icon_size=16
        )
        if task.locality is None:
            self.preview_button.hide()
            self.compare_button.hide()
        self._hint = _Hint()
        self._hint.hide()
        self.variants = PictureChoice("Variants")
        self._variants_row = self._build_variants()
        self._variants_row.hide()
        self._unused: Mapping[str, Collection[str]] = {}
        self._filled = QWidget()
        self._review: QWidget | None = None
        self._review_row, self._review_place = QHBoxLayout(), QVBoxLayout()
        self._figure_place = QVBoxLayout()
        self._body = self._build_body()
        self._body.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.header)
        layout.addWidget(self._body)
        self.header.toggled.connect(self._on_toggled)
        self.header.clicked.connect(self._on_clicked)
        self.run_button.clicked.connect(lambda: self.run_clicked.emit(self._task_id))
        self.preview_button.clicked.connect(lambda is_on: self.preview_toggled.emit(self._task_id, is_on))
        self.compare_button.clicked.connect(self.compare_clicked)
        self.form.changed.connect(lambda: self.changed.emit(self._task_id))
        self.models.chosen.connect(lambda: self.changed.emit(self._task_id))
        self.models.chosen.connect(self._show_fields)
        self.variants.chosen.connect(self.variant_chosen)

    def place_figure(self, figure: QWidget) -> None:
        """Adds a picture above the form."""
        self._figure_place.setContentsMargins(PADDING, 4, PADDING, GAP)
        self._figure_place.addWidget(figure)

    def place_review(self, panel: QWidget, button: QWidget) -> None:
        """Adds a button that begins a review, and the panel that takes the form's place meanwhile."""
        self._review = panel
        self._review_row.setContentsMargins(PADDING, GAP, PADDING, 0)
        self._review_row.addWidget(button)
        self._review_place.addWidget(panel)
        panel.hide()

    def set_reviewing(self, reviewing: bool) -> None:
        """Shows the review, or the form again."""
        if self._review is not None:
            self._filled.setVisible(not reviewing)
            self._review.setVisible(reviewing)

    def set_compare_shortcut(self, shortcut: str) -> None:
        describe(self.compare_button, _COMPARE, shortcut)

    def is_open(self) -> bool:
        return self.header.isChecked()

    def set_open(self, is_open: bool) -> None:
        self.header.setChecked(is_open)

    def is_usable(self) -> bool:
        return self._body.isEnabled()

    def set_usable(self, usable: bool) -> None:
        self._body.setEnabled(usable)

    def set_models(self, models: Sequence[tuple[str, str]], unused: Mapping[str, Collection[str]]) -> None:
        self._unused = unused
        self.models.set_choices(models)
        self._show_fields()

    def model(self) -> str:
        return self.models.current_id()

    def select_model(self, model: str) -> None:
        self.models.select(model)
        self._show_fields()

    def set_variants(self, options: Sequence[PictureOption], current: int) -> bool:
        """Shows them at once, since nothing below moves; returns whether they were not there before."""
        came = bool(options) and self.variants.count() == 0
        self.variants.set_options(options, current)
        self._variants_row.setVisible(bool(options))
        return came

    def set_hint(self, text: str, icon: str) -> None:
        self._hint.show_text(text, icon)

    def hint(self) -> str:
        return self._hint.label.text()

    def set_busy(self, busy: bool) -> None:
        self.run_button.setText(_QUEUE if busy else _RUN)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        if not self.is_open():
            return
        line = theme.tokens().color("line")
        painter = QPainter(self)
        painter.fillRect(0, 0, self.width(), 1, line)
        painter.fillRect(0, self.height() - 1, self.width(), 1, line)
        painter.end()

    def _build_body(self) -> QWidget:
        body = QWidget()
        layout = QVBoxLayout(body)
        layout.setContentsMargins(0, 0, 0, PADDING)
        layout.setSpacing(0)
        row = QWidget()
        row.setFixedHeight(ROW_H)
        line = QHBoxLayout(row)
        line.setContentsMargins(PADDING, 0, PADDING, 0)
        line.setSpacing(GAP)
        label = FieldLabel("Model", self.models)
        label.setFixedWidth(LABEL_W)
        line.addWidget(label)
        line.addWidget(self.models, 1)
        line.addWidget(self.compare_button)
        layout.addWidget(row)
        row.setVisible(not self._weightless)
        filled = QVBoxLayout(self._filled)
        filled.setContentsMargins(0, 0, 0, 0)
        filled.setSpacing(0)
        filled.addLayout(self._figure_place)
        filled.addWidget(self.form)
        filled.addWidget(self._hint)
        run = QHBoxLayout()
        run.setContentsMargins(PADDING, GAP, PADDING, 0)
        run.setSpacing(GAP)
        run.addWidget(self.preview_button)
        run.addWidget(self.run_button, 1)
        filled.addLayout(run)
        filled.addLayout(self._review_row)
        layout.addWidget(self._filled)
        layout.addLayout(self._review_place)
        layout.addWidget(self._variants_row)
        return body

    def _build_variants(self) -> QWidget:
        """Below Run, so that nothing moves when they come."""
        row = QWidget()
        layout = QVBoxLayout(row)
        layout.setContentsMargins(PADDING, PADDING, PADDING, 0)
        layout.setSpacing(4)
        layout.addWidget(FieldLabel("Variants", self.variants))
        layout.addWidget(self.variants)
        return row

    def _show_fields(self) -> None:
        """Hides what means nothing to the chosen model."""
        self.form.hide_fields(self._unused.get(self.models.current_id(), ()))

    def _on_toggled(self, is_open: bool) -> None:
        slide(self._body, opening=is_open)
        self.update()

    def _on_clicked(self, is_open: bool) -> None:
        (self.opened if is_open else self.closed).emit(self._task_id)
