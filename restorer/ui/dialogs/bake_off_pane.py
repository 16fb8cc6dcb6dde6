"""One candidate of a bake-off: what it is, what it makes of the photo, and the button that takes it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from restorer.core.document import Document
from restorer.core.params import Value, param_specs
from restorer.tasks.spec import VARIANT, VARIANTS, Task
from restorer.ui import theme
from restorer.ui.canvas import CanvasView
from restorer.ui.canvas.trial import Trial
from restorer.ui.panels.params_form import ParamsForm
from restorer.ui.tokens import BUTTON_H, FIELD_H, GAP, PADDING, RADIUS
from restorer.ui.widgets import ComboBox, ElidedLabel, FidelityGlyph, IconButton, KeyButton, TintedLabel, paint_box

_HEAD_H = 40
_FOOT_H = 26
_LETTER_W = 12
_CHOSEN_PX = 2.0
_FORM_W = 320
_SMALLEST = (320, 180)


class PictureView(CanvasView):
    """A canvas that only looks: nothing is painted on it, and Tab goes on."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.set_tool("pan")
        self.setMinimumSize(*_SMALLEST)

    def jump_to(self, zoom: float) -> None:
        """As large as that at once, about the middle."""
        self._navigator.follow(self._navigator.viewport.zoomed(zoom))

    def editable_document(self) -> Document | None:
        return None

    def focusNextPrevChild(self, forward: bool) -> bool:  # noqa: N802
        return QWidget.focusNextPrevChild(self, forward)


class CandidatePane(QFrame):
    """Shows what it is told.

    Args:
        task: what all candidates do.
        key: the number that takes this one.
    """

    model_chosen = Signal(str)
    params_changed = Signal(object)
    """Plain values of every parameter."""
    remove_wanted = Signal()
    chosen = Signal()

    def __init__(self, task: Task, key: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._task = task
        self._is_chosen = False
        self._form: ParamsForm | None = None
        self._params: dict[str, Value] = {}
        self.view = PictureView()
        self._letter = TintedLabel(font="section")
        self._letter.setFixedWidth(_LETTER_W)
        self._hidden_name = TintedLabel("Name hidden until you choose", role="text_2")
        self.models = ComboBox("Model")
        self.settings = IconButton("tone", "Settings of this candidate", role="text_2", size=FIELD_H, icon_size=16)
        self.remove = IconButton("close", "Leave this candidate out", role="text_2", size=FIELD_H, icon_size=16)
        self.choose = KeyButton("Choose", key)
        self.choose.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.choose.setFixedHeight(BUTTON_H)
        self._facts = ElidedLabel("", role="text_2", font="small")
        self._seconds = TintedLabel(role="text_2", font="small")
        self._seconds.setFont(theme.tabular(self._seconds.font()))
        self._fidelity = FidelityGlyph(int(task.fidelity), task.fidelity.title)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2, 2, 2, 2)
        layout.setSpacing(0)
        layout.addWidget(self._head())
        layout.addWidget(self.view, 1)
        layout.addWidget(self._foot())
        theme.set_surface(self, "panel")
        self.models.chosen.connect(self.model_chosen)
        self.settings.clicked.connect(self._show_form)
        self.remove.clicked.connect(self.remove_wanted)
        self.choose.clicked.connect(self.chosen)

    # -- what is shown

    def set_models(self, models: Sequence[tuple[str, str]]) -> None:
        self.models.set_choices(models)

    def show_candidate(
        self, letter: str, model: str, params: dict[str, Value], facts: str, seconds: str, *, hidden: bool
    ) -> None:
        """Who it is; ``hidden`` shows the letter alone, since settings and seconds would tell."""
        self._letter.setText(letter)
        self.view.setAccessibleName(f"Candidate {letter}")
        self.choose.setAccessibleName(f"Choose {letter}")
        self.models.select(model)
        self._params = params
        self._facts.setText("" if hidden else facts)
        self._seconds.setText("" if hidden else seconds)
        self._hidden_name.setVisible(hidden)
        for part in (self.models, self.settings):
            part.setVisible(not hidden)

    def show_state(self, text: str) -> None:
        """What goes on, over the picture; empty once it shows the result."""
        self.view.set_hud_left([((), text)] if text else [])

    def show_trial(self, trial: Trial | None) -> None:
        """The result, or the photo as it is until there is one."""
        if trial is None:
            self.view.end_trial()
        elif self.view.trial() is not trial:
            self.view.show_trial(trial)

    def set_chosen(self, chosen: bool) -> None:
        self._is_chosen = chosen
        self.choose.setText("Chosen" if chosen else "Choose")
        self.update()

    def set_removable(self, removable: bool) -> None:
        self.remove.setVisible(removable)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        tokens = theme.tokens()
        painter = QPainter(self)
        painter.fillRect(self.rect(), tokens.color("panel"))
        if self._is_chosen:
            painter.setPen(QPen(tokens.color("accent_line"), _CHOSEN_PX))
            painter.drawRect(QRectF(self.rect()).adjusted(1, 1, -1, -1))
        painter.end()

    # -- parts

    def _head(self) -> QWidget:
        head = QWidget()
        head.setFixedHeight(_HEAD_H)
        line = QHBoxLayout(head)
        line.setContentsMargins(PADDING, 0, GAP, 0)
        line.setSpacing(GAP)
        line.addWidget(self._letter)
        line.addWidget(self.models, 1)
        line.addWidget(self._hidden_name, 1)
        line.addWidget(self.settings)
        line.addWidget(self.choose)
        line.addWidget(self.remove)
        return head

    def _foot(self) -> QWidget:
        foot = QWidget()
        foot.setFixedHeight(_FOOT_H)
        line = QHBoxLayout(foot)
        line.setContentsMargins(PADDING, 0, PADDING, 0)
        line.setSpacing(PADDING)
        line.addWidget(self._facts, 1)
        line.addWidget(self._seconds)
        line.addWidget(self._fidelity)
        return foot

    def _show_form(self) -> None:
        """The settings, below their button; what is changed there counts at once."""
        popup = SettingsPopup(self._task, self._params, self)
        popup.changed.connect(self.params_changed)
        below = self.settings.mapToGlobal(QPoint(self.settings.width(), self.settings.height() + 4))
        popup.move(below - QPoint(popup.sizeHint().width(), 0))
        popup.show()
        popup.setFocus()


class SettingsPopup(QFrame):
    """A form that goes when one clicks beside it, or on Esc.

    Args:
        task: whose parameters.
        values: what it begins with.
    """

    changed = Signal(object)

    def __init__(self, task: Task, values: dict[str, Value], parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.form = ParamsForm([spec for spec in param_specs(task.params) if spec.name not in (VARIANT, VARIANTS)])
        self.form.set_values({name: value for name, value in values.items() if name not in (VARIANT, VARIANTS)})
        self._rest = {name: value for name, value in values.items() if name in (VARIANT, VARIANTS)}
        self.form.changed.connect(lambda: self.changed.emit({**self._rest, **self.form.values()}))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(1, GAP, 1, GAP)
        layout.setSizeConstraint(QVBoxLayout.SizeConstraint.SetFixedSize)  # it grows with what is unfolded
        self.form.setFixedWidth(_FORM_W - 2)
        layout.addWidget(self.form)
        theme.set_surface(self, "popup")

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        tokens = theme.tokens()
        painter = QPainter(self)
        fill, border = tokens.color("popup"), tokens.color("border")
        paint_box(painter, QRectF(self.rect()), RADIUS, fill=fill, border=border)
        painter.end()
