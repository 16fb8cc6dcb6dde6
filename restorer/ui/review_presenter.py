"""The review of what was found: brings finds to canvas and panel, and what the person decides back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial

from PySide6.QtCore import QObject, Signal

from restorer.core.damage import DAMAGE_CLASSES, DamageMap
from restorer.core.document import Change
from restorer.core.errors import RestorerError
from restorer.core.image import Image
from restorer.core.marks import MarkMode, mark
from restorer.core.mask import Mask, MaskEdit
from restorer.core.params import Value, param_specs
from restorer.session.marking.order import MaskOrder
from restorer.session.marking.review import Decision, Find, ReviewSettings, Survey, Surveyor
from restorer.tasks.detection import class_switches
from restorer.tasks.inpaint import INPAINT
from restorer.tasks.repair_scratches import REPAIR_SCRATCHES
from restorer.ui import words
from restorer.ui.editor import Editor
from restorer.ui.messages import Message
from restorer.ui.photo import OpenPhoto
from restorer.ui.workspace import Workspace

_TASK = REPAIR_SCRATCHES.id
_TOOL = "review"
_PICK_PX = 8.0
"""Logical pixels from a find within which a click still means it."""


@dataclass(slots=True, eq=False)
class _Review:
    """One photo's review; kept while another photo is looked at.

    Attributes:
        state: of the photo the damage was found in.
        model: that found it.
        number: of the find in hand; 0 = none.
        is_open: whether it is shown; a closed one keeps its decisions for the same state and model.
    """

    surveyor: Surveyor
    state: str
    model: str
    settings: ReviewSettings
    protected: Mask | None
    decisions: list[Decision] = field(default_factory=list)
    survey: Survey | None = None
    number: int = 0
    is_open: bool = True


class ReviewPresenter(QObject):
    facts_changed = Signal()

    def __init__(self, workspace: Workspace, editor: Editor, parent: QObject) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._editor = editor
        self._canvas, self._panel = editor.canvas, editor.review
        self._reviews: dict[OpenPhoto, _Review] = {}
        self._tool_before = "brush"
        detections = workspace.detections
        detections.found.connect(self._on_found)
        workspace.photo_shown.connect(self._show)
        workspace.photos_changed.connect(self._forget_closed)
        workspace.changed.connect(self._on_changed)
        editor.find_button.clicked.connect(self.start)
        self._canvas.find_picked.connect(self._on_picked)
        panel = self._panel
        panel.settings_changed.connect(self._on_settings_changed)
        panel.step_requested.connect(self._on_step_requested)
        panel.decided.connect(self._on_decided)
        panel.mask_requested.connect(self._on_mask_requested)
        panel.repair_requested.connect(self._on_repair_requested)
        panel.closed.connect(self.end)

    @property
    def is_on(self) -> bool:
        """Whether the shown photo is under review."""
        return self._review is not None

    @property
    def _review(self) -> _Review | None:
        photo = self._workspace.current
        review = self._reviews.get(photo) if photo is not None else None
        return review if review is not None and review.is_open else None

    def start(self) -> None:
        """Looks for damage in the shown photo, or takes what was found before, and shows it to be reviewed."""
        photo = self._workspace.current
        if photo is None:
            return
        device = self._workspace.session.settings.device
        try:
            self._workspace.detections.search(photo, self._editor.tasks.model(_TASK), device)
        except RestorerError as error:
            self._workspace.message_raised.emit(Message("info", error.message, error.hint, key="review"))

    def end(self) -> None:
        """Closes the review of the shown photo; what was found and decided is kept for the next one."""
        review = self._review
        if review is not None:
            review.is_open = False
            self._show()

    # -- the photo

    def _on_found(self, photo: OpenPhoto, damage: DamageMap, state: str) -> None:
        document = photo.document
        if document.state != state:
            title = f"{photo.name} changed while damage was looked for"
            self._workspace.message_raised.emit(Message("info", title, "Look again to review it.", key="review"))
            return
        model, known = self._editor.tasks.model(_TASK), self._reviews.get(photo)
        if known is not None and (known.state, known.model) == (state, model):
            known.is_open, known.protected = True, document.protection()
        else:
            settings = self._settings_of_form()
            self._reviews[photo] = _Review(Surveyor(damage), state, model, settings, document.protection())
        if photo is self._workspace.current:
            self._show()

    def _on_changed(self, change: Change) -> None:
        review, document = self._review, self._workspace.document
        if review is None or document is None:
            return
        if document.state != review.state:
            self.end()
        elif not change.protected.is_empty:
            review.protected = document.protection()
            self._survey(review)

    def _forget_closed(self) -> None:
        for photo in set(self._reviews) - set(self._workspace.photos):
            del self._reviews[photo]

    # -- views

    def _show(self) -> None:
        """Puts canvas and panel right for the shown photo."""
        review = self._review
        self._editor.tasks.set_reviewing(_TASK, review is not None)
        if review is None:
            self._canvas.set_finds(None)
            if self._canvas.tool() == _TOOL:
                self._canvas.set_tool(self._tool_before)
        else:
            self._editor.tasks.open_task(_TASK)
            settings = review.settings
            self._panel.set_settings(settings.sensitivity, settings.smallest_px, settings.classes)
            if self._canvas.tool() != _TOOL:
                self._tool_before = self._canvas.tool()
                self._canvas.set_tool(_TOOL)
            self._canvas.setFocus()
            self._survey(review)
        self.facts_changed.emit()

    def _survey(self, review: _Review) -> None:
        """Reads the map anew, on another thread; what is on screen follows at once as far as it can."""
        if review.survey is not None:
            self._canvas.set_finds(review.survey.levels, review.settings.threshold)
        settings, decisions, protected = review.settings, tuple(review.decisions), review.protected
        self._workspace.mask_work.compute(
            lambda: review.surveyor.survey(settings, decisions, protected),
            partial(self._on_surveyed, review),
            channel=_TOOL,
        )

    def _on_surveyed(self, review: _Review, survey: Survey) -> None:
        before = self._in_hand(review)
        review.survey = survey
        # What was decided while this was worked out.
        for decision in review.decisions:
            find = survey.at(decision.x, decision.y)
            if find is not None and find.kept != decision.kept and find.area_px == decision.area_px:
                survey.decide(find.number, decision.kept)
        same = survey.at(before.x, before.y) if before is not None else None
        review.number = same.number if same is not None else 0
        if review is self._review:
            self._canvas.set_finds(survey.levels, review.settings.threshold)
            self._show_in_hand(review)

    def _show_in_hand(self, review: _Review, *, moves: bool = False) -> None:
        if review.survey is not None:
            self._panel.show_finds(review.survey.counts(), review.survey.kept, review.number)
            self._canvas.select_find(self._in_hand(review), shows=moves)

    def _in_hand(self, review: _Review) -> Find | None:
        return review.survey.finds[review.number - 1] if review.survey is not None and review.number else None

    # -- the person

    def _on_settings_changed(self) -> None:
        review, panel = self._review, self._panel
        if review is not None:
            sensitivity = panel.sensitivity.value() / 100
            review.settings = ReviewSettings(sensitivity, panel.classes(), round(panel.smallest.value()))
            self._survey(review)

    def _on_step_requested(self, offset: int) -> None:
        review = self._review
        if review is not None and review.survey is not None and review.survey.finds:
            total = len(review.survey.finds)
            first = 1 if offset > 0 else total
            review.number = (review.number - 1 + offset) % total + 1 if review.number else first
            self._show_in_hand(review, moves=True)

    def _on_decided(self, kept: bool) -> None:
        review = self._review
        if review is not None and review.number:
            self._decide(review, review.number, kept=kept)
            self._on_step_requested(1)

    def _on_picked(self, x: float, y: float, turns: bool) -> None:
        review = self._review
        if review is None or review.survey is None:
            if self._workspace.current is not None:
                title = "Nothing is under review"
                text = "Find and review, in Repair scratches, looks for damage first."
                self._workspace.message_raised.emit(Message("info", title, text, key="review"))
            return
        reach_px = _PICK_PX * self._canvas.devicePixelRatioF() / self._canvas.zoom()
        find = review.survey.at(x, y, reach_px)
        review.number = find.number if find is not None else 0
        if find is not None and turns:
            self._decide(review, find.number, kept=not find.kept)
        self._show_in_hand(review)

    def _decide(self, review: _Review, number: int, *, kept: bool) -> None:
        if review.survey is not None:
            _, decision = review.survey.decide(number, kept)
            review.decisions.append(decision)
            self._canvas.set_finds(review.survey.levels, review.settings.threshold)

    def _on_mask_requested(self) -> None:
        self._mark(lambda: None)

    def _on_repair_requested(self) -> None:
        values = self._editor.tasks.values(_TASK)
        fill = {spec.name: values[spec.name] for spec in param_specs(INPAINT.params) if spec.name in values}
        model = self._editor.tasks.model(INPAINT.id)
        self._mark(lambda: self._workspace.run(INPAINT.id, fill, model))

    def _mark(self, then: Callable[[], None]) -> None:
        """Adds what is kept to the mask, as one undoable action, and closes the review."""
        review, photo = self._review, self._workspace.current
        if review is None or review.survey is None or photo is None:
            return
        survey, settings = review.survey, review.settings
        surveyor, decisions, protected = review.surveyor, tuple(review.decisions), review.protected

        def work(_photo: Image, mask: Mask) -> MaskEdit:
            current = survey if survey.settings == settings else surveyor.survey(settings, decisions, protected)
            return mark(mask, current.shape(), MarkMode.ADD)

        label = words.counted(survey.kept, "find", "finds")
        self._keep_settings(settings)
        self.end()
        self._workspace.mask_work.submit(photo, MaskOrder(label, work, photo.document.image.bounds.area), then)

    # -- the task's own form

    def _settings_of_form(self) -> ReviewSettings:
        values = self._editor.tasks.values(_TASK)
        switches = class_switches(DAMAGE_CLASSES)
        classes = tuple(kind for kind, name in zip(DAMAGE_CLASSES, switches, strict=True) if values[name])
        return replace(ReviewSettings(), sensitivity=float(values["sensitivity"]), classes=classes)

    def _keep_settings(self, settings: ReviewSettings) -> None:
        """A later run without a review finds the same."""
        values: dict[str, Value] = {"sensitivity": settings.sensitivity, **class_switches(settings.classes)}
        self._editor.tasks.set_values(_TASK, values)
