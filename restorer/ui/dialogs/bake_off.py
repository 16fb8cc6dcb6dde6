"""Two to four ways to run a task, side by side on the same part of the photo, in a window that blocks nothing."""

from __future__ import annotations

import random
from collections.abc import Mapping
from functools import partial

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from restorer.core.document import Document
from restorer.core.image import Image
from restorer.core.mask import Plane
from restorer.session.bake_off import FEWEST, MOST, Candidate, differences
from restorer.ui import theme, words
from restorer.ui.bake_off import BakeOff, Entry
from restorer.ui.canvas.trial import Trial
from restorer.ui.dialogs.bake_off_pane import CandidatePane, PictureView
from restorer.ui.tokens import BUTTON_H, GAP, PADDING
from restorer.ui.widgets import CheckBox, ElidedLabel, IconButton, KeyButton, TintedLabel

LETTERS = "ABCD"
_FIRST_SIZE = (1240, 820)
_SMALL_SIZE = (1000, 620)
_DISAGREEMENT = "Disagreement"


class BakeOffDialog(QDialog):
    """Shows a :class:`BakeOff` and begins it.

    Args:
        bake_off: what is compared; closed with the dialog.
        zoom: at which the part was shown, 1 = one pixel for each of the screen's; None = all of it.
    """

    picked = Signal(str, object)
    """Model id and plain parameters that the person chose."""
    run_wanted = Signal()
    """The chosen ones are to be run on the whole photo."""

    def __init__(self, bake_off: BakeOff, zoom: float | None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.bake_off = bake_off
        self._order: list[Entry] = list(bake_off.entries)
        self._trials: dict[Entry, Trial] = {}
        self._chosen: Entry | None = None
        self._seen_ready: set[Entry] = set()
        self._apart: dict[Entry, str] = {}
        self._is_following = False
        self._zoom = zoom
        self._document = self._make_document()
        self._panes: list[CandidatePane] = []
        self.setWindowTitle(f"Compare models: {bake_off.task.title}")
        self._build()
        room = parent.size() if parent is not None else None
        self.resize(*(_SMALL_SIZE if room is not None and room.width() < 1500 else _FIRST_SIZE))
        for place in range(MOST):
            shortcut = QShortcut(QKeySequence(str(place + 1)), self)
            shortcut.activated.connect(partial(self._choose_at, place))
        run = QShortcut(QKeySequence("Ctrl+Return"), self)
        run.activated.connect(self._run)
        bake_off.changed.connect(self._refresh)
        bake_off.disagreement_ready.connect(self._show_disagreement)
        bake_off.photo_changed.connect(self.restart)
        bake_off.photo_gone.connect(self.close)
        self._refresh()
        bake_off.run_next()

    def done(self, result: int) -> None:
        """However it is closed."""
        self.bake_off.close()
        super().done(result)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802
        super().showEvent(event)
        if self._zoom is not None:  # once the panes have their sizes
            QTimer.singleShot(0, self, partial(self._panes[0].view.jump_to, self._zoom))
            self._zoom = None

    def restart(self) -> None:
        """The photo is another one."""
        self._document = self._make_document()
        self._trials.clear()
        for pane in self._panes:
            self._give_document(pane)
        self.bake_off.restart()

    @property
    def is_blind(self) -> bool:
        """Whether names are hidden now."""
        return self.blind.isChecked() and self._chosen is None

    def panes(self) -> tuple[CandidatePane, ...]:
        """From the top left on."""
        return tuple(self._panes)

    # -- building

    def _make_document(self) -> Document:
        bake_off = self.bake_off
        image = bake_off.photo.document.image
        return Document(Image(image.crop(bake_off.region), image.color), bake_off.photo.name)

    def _build(self) -> None:
        region = self.bake_off.region
        where = f"{self.bake_off.photo.name}, {words.pixel_size(region.width, region.height)} in view"
        self.blind = CheckBox("Blind")
        self.blind.setToolTip("Shuffles the candidates and hides their names until you choose one.")
        self.disagreement = CheckBox(_DISAGREEMENT)
        self.disagreement.setToolTip("Marks in blue where the candidates differ: there they are guessing.")
        self.add = IconButton("add", "One more candidate", role="text_2", size=BUTTON_H, icon_size=16)
        self._zoom_text = TintedLabel(role="text_2")
        self._zoom_text.setFont(theme.tabular(self._zoom_text.font()))
        bar = QHBoxLayout()
        bar.setContentsMargins(PADDING, GAP, PADDING, GAP)
        bar.setSpacing(PADDING)
        bar.addWidget(ElidedLabel(where, role="text_2"), 1)
        for part in (self._zoom_text, self.disagreement, self.blind, self.add):
            bar.addWidget(part)
        self._grid = QGridLayout()
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(1)
        frame = QWidget()
        frame.setLayout(self._grid)
        theme.set_surface(frame, "edge")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(bar)
        layout.addWidget(frame, 1)
        layout.addLayout(self._buttons())
        self.blind.clicked.connect(self._on_blind)
        self.disagreement.clicked.connect(self._on_disagreement)
        self.add.clicked.connect(self.bake_off.add)

    def _buttons(self) -> QHBoxLayout:
        self._status = ElidedLabel("", role="text_2")
        self.close_button = KeyButton("Close", "Esc")
        self.run_button = KeyButton("Run on the whole photo", "Ctrl+Return", primary=True)
        self.run_button.setEnabled(False)
        bar = QHBoxLayout()
        bar.setContentsMargins(PADDING, GAP, PADDING, GAP)
        bar.setSpacing(GAP)
        bar.addWidget(self._status, 1)
        for button in (self.close_button, self.run_button):
            button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
            button.setAutoDefault(False)
            bar.addWidget(button)
        self.close_button.clicked.connect(self.close)
        self.run_button.clicked.connect(self._run)
        return bar

    def _add_pane(self) -> None:
        place = len(self._panes)
        pane = CandidatePane(self.bake_off.task, str(place + 1))
        pane.set_models([(choice.id, choice.title) for choice in self.bake_off.models])
        pane.choose.setAutoDefault(False)
        pane.view.set_display(self.bake_off.display)
        self._panes.append(pane)
        self._grid.addWidget(pane, place // 2, place % 2)
        for row in range(2):
            self._grid.setRowStretch(row, 1 if row <= place // 2 else 0)
        pane.chosen.connect(partial(self._choose_at, place))
        pane.model_chosen.connect(partial(self._on_model_chosen, place))
        pane.params_changed.connect(partial(self._on_params_changed, place))
        pane.remove_wanted.connect(partial(self._on_remove, place))
        pane.view.view_moved.connect(partial(self._follow, pane.view))
        self._give_document(pane)

    def _give_document(self, pane: CandidatePane) -> None:
        pane.view.set_document(self._document)
        if self._panes[0] is not pane:
            pane.view.follow(self._panes[0].view)

    def _drop_pane(self) -> None:
        pane = self._panes.pop()
        self._grid.removeWidget(pane)
        pane.hide()
        pane.deleteLater()
        self._grid.setRowStretch(1, 1 if len(self._panes) > 2 else 0)

    # -- the person

    def _choose_at(self, place: int) -> None:
        entry = self._order[place] if place < len(self._order) else None
        if entry is None or entry.result is None:
            return
        self._chosen = entry
        self.picked.emit(entry.candidate.model, dict(entry.candidate.params))
        self._refresh()

    def _run(self) -> None:
        if self._chosen is not None:
            self.run_wanted.emit()
            self.close()

    def _on_model_chosen(self, place: int, model: str) -> None:
        self._change(place, Candidate(model, self._order[place].candidate.params))

    def _on_params_changed(self, place: int, params: Mapping[str, object]) -> None:
        self._change(place, Candidate(self._order[place].candidate.model, dict(params)))  # type: ignore[arg-type]

    def _change(self, place: int, candidate: Candidate) -> None:
        entry = self._order[place]
        self._trials.pop(entry, None)
        if self._chosen is entry:
            self._chosen = None
        self.bake_off.set_candidate(self.bake_off.entries.index(entry), candidate)

    def _on_remove(self, place: int) -> None:
        entry = self._order[place]
        if self._chosen is entry:
            self._chosen = None
        self.bake_off.remove(self.bake_off.entries.index(entry))

    def _on_blind(self) -> None:
        self._chosen = None
        self._order = list(self.bake_off.entries)
        if self.blind.isChecked():
            random.SystemRandom().shuffle(self._order)
        self._refresh()

    def _on_disagreement(self) -> None:
        if self.disagreement.isChecked():
            self.bake_off.ask_disagreement()
        else:
            self._show_disagreement(self._document.mask.plane * 0)

    def _show_disagreement(self, plane: Plane) -> None:
        """The plane lies over every picture as a mask does over a photo."""
        if plane.shape != self._document.mask.plane.shape:
            return
        wanted = plane if self.disagreement.isChecked() else plane * 0
        change = self._document.replace_mask(wanted, _DISAGREEMENT)
        for pane in self._panes:
            pane.view.refresh(change)

    def _follow(self, leader: PictureView) -> None:
        if self._is_following:
            return
        self._is_following = True
        for pane in self._panes:
            if pane.view is not leader:
                pane.view.follow(leader)
        self._is_following = False
        self._zoom_text.setText(words.zoom(leader.zoom()))

    # -- showing

    def _refresh(self) -> None:
        entries = self.bake_off.entries
        self._order = [entry for entry in self._order if entry in entries]
        self._order += [entry for entry in entries if entry not in self._order]
        while len(self._panes) < len(self._order):
            self._add_pane()
        while len(self._panes) > len(self._order):
            self._drop_pane()
        words_apart = differences(self.bake_off.task, [each.candidate for each in entries])
        self._apart = dict(zip(entries, words_apart, strict=True))
        for letter, pane, entry in zip(LETTERS, self._panes, self._order, strict=False):
            self._show_entry(letter, pane, entry, self._apart[entry])
        self.add.setEnabled(len(entries) < MOST)
        self.run_button.setEnabled(self._chosen is not None)
        self._status.setText(self._say())
        if self.disagreement.isChecked() and self.bake_off.is_done and self._fresh_trials():
            self.bake_off.ask_disagreement()

    def _fresh_trials(self) -> bool:
        """Whether results came since the last look."""
        ready = {entry for entry in self._order if entry.result is not None}
        fresh, self._seen_ready = ready != self._seen_ready, ready
        return fresh

    def _show_entry(self, letter: str, pane: CandidatePane, entry: Entry, apart: str) -> None:
        candidate, result = entry.candidate, entry.result
        seconds = words.short_duration(result.event.seconds) if result is not None else ""
        facts = apart or "Same settings"
        pane.show_candidate(letter, candidate.model, dict(candidate.params), facts, seconds, hidden=self.is_blind)
        if result is None:
            self._trials.pop(entry, None)
        elif entry not in self._trials:
            self._trials[entry] = result.trial.alone()
        pane.show_trial(self._trials.get(entry))
        pane.show_state(self._state(entry))
        pane.set_chosen(self._chosen is entry)
        pane.choose.setEnabled(result is not None)
        pane.set_removable(len(self._order) > FEWEST)

    def _state(self, entry: Entry) -> str:
        if entry.failure is not None:
            return entry.failure.message
        if entry.result is not None:
            return "" if entry.result.event.region.changed else "Nothing changes here"
        if not entry.is_running:
            return "Waiting"
        if self.bake_off.is_waiting:
            return "Waiting for a job"
        return f"Working, {entry.done} of {entry.total}" if entry.total > 1 else "Working"

    def _say(self) -> str:
        if self._chosen is not None:
            letter, title = LETTERS[self._order.index(self._chosen)], self.bake_off.title(self._chosen.candidate)
            apart = self._apart.get(self._chosen, "")
            what = f"{title}, {apart}" if apart else title
            return f"{letter} is {what}. That is set in the panel now."
        if self.is_blind:
            return "Choose by looking; the names come afterwards."
        return "Choose one: its model and settings go into the panel."
