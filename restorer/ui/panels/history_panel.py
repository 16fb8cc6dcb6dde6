"""The history: a row per state with its thumbnail; steps can be hidden, named, moved and replayed from here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QItemSelectionModel, QPoint, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QVBoxLayout, QWidget

from restorer.ui import theme
from restorer.ui.panels.history_rows import (
    RUNNING,
    HistoryDelegate,
    HistoryModel,
    HistoryRow,
    HistoryView,
    RunningStep,
)
from restorer.ui.tokens import FIELD_H, GAP, PADDING
from restorer.ui.widgets.buttons import IconButton
from restorer.ui.widgets.folding_panel import FoldingPanel
from restorer.ui.widgets.labels import TintedLabel

__all__ = ["BranchRow", "HistoryPanel", "HistoryRow", "RunningStep"]


_COMPARE_WITH = "Compare this state with another, of any branch"
_COMPARE_TWO = "Compare these two states"


@dataclass(frozen=True, slots=True)
class BranchRow:
    """A line of the history that is not shown.

    Attributes:
        tip: what stands for it.
        title: its name, or what was done last in it.
        detail: how much it holds.
    """

    tip: int
    title: str
    detail: str


class HistoryPanel(FoldingPanel):
    """States of the photo, newest on top; branches, undo and redo stand in the header, what is stale below."""

    jump_requested = Signal(int)
    """Go to this cursor value."""
    compare_requested = Signal(int, int)
    """Compare these two cursor values, the older first."""
    compare_with_requested = Signal(int)
    """Ask what to compare this row with: any state of any branch."""
    two_wanted = Signal()
    """Ask for two states, of whatever branches, and compare them."""
    branch_compared = Signal(int)
    """Compare the end of this branch with the photo as it is now."""
    cancel_requested = Signal(int)
    """Id of the job whose step is being computed."""
    undo_requested = Signal()
    redo_requested = Signal()
    toggle_requested = Signal(int)
    """Hide or show the step of this row."""
    move_requested = Signal(int, int)
    """Move the step of this row, by 1 (later) or -1."""
    remove_requested = Signal(int)
    rename_requested = Signal(int, str)
    settings_wanted = Signal(int)
    """Show the settings of this row's step in the task panel."""
    settings_taken = Signal(int)
    """Give this row's step the settings that the task panel shows."""
    mask_taken = Signal(int)
    """Give this row's step the mask as it is painted now."""
    replay_requested = Signal()
    branch_requested = Signal(int)
    branch_removed = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("History", parent)
        self._cursor = 0
        self._branches: tuple[BranchRow, ...] = ()
        self._model = HistoryModel(self)
        self.view = HistoryView(self)
        self.view.setModel(self._model)
        self._delegate = HistoryDelegate(self.view)
        self.view.setItemDelegate(self._delegate)
        self.stale_bar = _StaleBar()
        self.stale_bar.hide()
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.view, 1)
        column.addWidget(self.stale_bar)
        self.set_body(body)
        self.branch_button = IconButton("branch", "Branches: what was undone and replaced", size=FIELD_H, icon_size=16)
        self.branch_button.hide()
        self.compare_button = IconButton("compare", _COMPARE_WITH, size=FIELD_H, icon_size=16)
        self.undo_button = IconButton("undo", "Undo", shortcut="Ctrl+Z", size=FIELD_H, icon_size=16)
        self.redo_button = IconButton("redo", "Redo", shortcut="Ctrl+Shift+Z", size=FIELD_H, icon_size=16)
        for button in (self.branch_button, self.compare_button, self.undo_button, self.redo_button):
            button.setEnabled(button is self.branch_button)
            self.header.add_button(button)
        self.compare_action = QAction("Compare these two", self)
        self.compare_action.setEnabled(False)
        self.compare_action.triggered.connect(self._on_compare)
        self.branch_button.clicked.connect(self._on_branches)
        self.compare_button.clicked.connect(self._on_compare)
        self.undo_button.clicked.connect(self.undo_requested)
        self.redo_button.clicked.connect(self.redo_requested)
        self.stale_bar.button.clicked.connect(self.replay_requested)
        self.view.row_chosen.connect(self._on_row_chosen)
        self.view.eye_clicked.connect(self._on_eye_clicked)
        self.view.move_requested.connect(self.move_requested)
        self.view.removed.connect(self._on_removed)
        self._model.renamed.connect(self.rename_requested)
        self.view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.view.customContextMenuRequested.connect(self._on_menu_requested)
        self.view.selectionModel().selectionChanged.connect(self._on_selection_changed)

    def set_rows(self, rows: Sequence[HistoryRow], cursor: int) -> None:
        """Show these states, in whatever order they come; the one at ``cursor`` is the photo as it is now."""
        self._cursor = cursor
        self._delegate.cursor = cursor
        self._delegate.clear()
        self._model.set_rows(rows)
        position = self._model.position_of(cursor)
        if position is not None:
            index = self._model.index(position)
            self.view.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
            self.view.scrollTo(index)
        self._on_selection_changed()

    def select_row(self, cursor: int) -> None:
        """Chooses a row without going there, so that the keyboard goes on from where it was."""
        position = self._model.position_of(cursor)
        if position is not None:
            index = self._model.index(position)
            self.view.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
            self.view.scrollTo(index)

    def set_running(self, step: RunningStep | None) -> None:
        """Shows a step that is being computed on top of all states, or none."""
        if step == self._model.running:
            return
        position = self._model.position_of(self._cursor)
        picture = self._model.row(self._model.index(position)).thumbnail if position is not None else None
        at_top = self.view.verticalScrollBar().value() == 0
        self._model.set_running(HistoryRow.of_running(step, picture) if step is not None else None)
        if at_top:
            self.view.scrollToTop()

    def set_stale(self, count: int, *, running: bool = False) -> None:
        """How many results are not up to date, and whether they are being replayed."""
        self.stale_bar.show_count(count, running)

    def set_branches(self, branches: Sequence[BranchRow]) -> None:
        self._branches = tuple(branches)
        self.branch_button.setVisible(bool(branches))
        self._on_selection_changed()

    def set_can_undo(self, can: bool) -> None:
        self.undo_button.setEnabled(can)

    def set_can_redo(self, can: bool) -> None:
        self.redo_button.setEnabled(can)

    def selected_cursors(self) -> list[int]:
        """Cursor values of the chosen rows, oldest first."""
        return sorted(self._model.row(index).index for index in self.view.selectionModel().selectedIndexes())

    def rename_selected(self) -> None:
        """Opens the field for a name in the chosen row."""
        index = self.view.currentIndex()
        if index.isValid() and self._model.row(index).index not in (0, RUNNING):
            self.view.setFocus()
            self.view.edit(index)

    def _on_eye_clicked(self, cursor: int) -> None:
        if cursor == RUNNING:
            self._cancel_running()
        else:
            self.toggle_requested.emit(cursor)

    def _on_removed(self, cursor: int) -> None:
        if cursor == RUNNING:
            self._cancel_running()
        else:
            self.remove_requested.emit(cursor)

    def _cancel_running(self) -> None:
        step = self._model.running
        if step is not None:
            self.cancel_requested.emit(step.job_id)

    def _on_row_chosen(self, cursor: int) -> None:
        if cursor not in (self._cursor, RUNNING):
            self.jump_requested.emit(cursor)

    def _on_selection_changed(self) -> None:
        chosen = len(self.selected_cursors())
        self.compare_action.setEnabled(chosen == 2)
        self.compare_button.setEnabled(chosen == 2 or (chosen == 1 and self._has_others))
        self.compare_button.setToolTip(_COMPARE_TWO if chosen == 2 else _COMPARE_WITH)

    @property
    def _has_others(self) -> bool:
        """Whether there is more than one state."""
        return self._model.rowCount() - (self._model.running is not None) > 1 or bool(self._branches)

    def _on_compare(self) -> None:
        chosen = self.selected_cursors()
        if len(chosen) == 2:
            self.compare_requested.emit(*chosen)
        elif len(chosen) == 1:
            self.compare_with_requested.emit(chosen[0])

    def _on_menu_requested(self, position: QPoint) -> None:
        index = self.view.indexAt(position)
        if index.isValid():
            menu = self.menu_for(self._model.row(index).index)
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            menu.popup(self.view.viewport().mapToGlobal(position))

    def menu_for(self, cursor: int) -> QMenu:
        """The context menu of a row."""
        menu = QMenu(self)
        if cursor == RUNNING:
            menu.addAction("Cancel").triggered.connect(self._cancel_running)
            return menu
        go = menu.addAction("Go back to here" if cursor < self._cursor else "Go to here")
        go.setEnabled(cursor != self._cursor)
        go.triggered.connect(lambda: self._on_row_chosen(cursor))
        if len(self.selected_cursors()) == 2:
            menu.addAction(self.compare_action)
        else:
            compare = menu.addAction("Compare with the photo as it is now")
            compare.setEnabled(cursor != self._cursor)
            pair = sorted((cursor, self._cursor))
            compare.triggered.connect(lambda: self.compare_requested.emit(*pair))
            other = menu.addAction("Compare with…")
            other.setEnabled(self._has_others)
            other.triggered.connect(lambda: self.compare_with_requested.emit(cursor))
        position = self._model.position_of(cursor)
        row = self._model.row(self._model.index(position)) if position is not None else None
        if row is not None and cursor:
            menu.addSeparator()
            rename = menu.addAction("Name this state")
            rename.triggered.connect(lambda: self.view.edit(self._model.index(position or 0)))
        if row is not None and row.eye is not None:
            self._add_step_actions(menu, cursor, shown=row.eye)
        return menu

    def _add_step_actions(self, menu: QMenu, cursor: int, *, shown: bool) -> None:
        menu.addAction("Hide this step" if shown else "Show this step").triggered.connect(
            lambda: self.toggle_requested.emit(cursor)
        )
        menu.addAction("Move later").triggered.connect(lambda: self.move_requested.emit(cursor, 1))
        menu.addAction("Move earlier").triggered.connect(lambda: self.move_requested.emit(cursor, -1))
        menu.addSeparator()
        menu.addAction("Show its settings").triggered.connect(lambda: self.settings_wanted.emit(cursor))
        menu.addAction("Take the settings from the task panel").triggered.connect(
            lambda: self.settings_taken.emit(cursor)
        )
        menu.addAction("Take the mask as it is painted").triggered.connect(lambda: self.mask_taken.emit(cursor))
        menu.addSeparator()
        menu.addAction("Take this step out").triggered.connect(lambda: self.remove_requested.emit(cursor))

    def _on_branches(self) -> None:
        menu = self.branch_menu()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.branch_button.mapToGlobal(QPoint(0, self.branch_button.height())))

    def branch_menu(self) -> QMenu:
        """The lines that are not shown: to go to, to compare with, or to take away."""
        menu = QMenu(self)
        for branch in self._branches:
            action = menu.addAction(f"Go to \u201c{branch.title}\u201d ({branch.detail})")
            action.triggered.connect(lambda _checked=False, tip=branch.tip: self.branch_requested.emit(tip))
        menu.addSeparator()
        for title, signal in (
            ("Compare with the photo as it is now", self.branch_compared),
            ("Take away", self.branch_removed),
        ):
            rest = menu.addMenu(title)
            for branch in self._branches:
                action = rest.addAction(f"{branch.title} ({branch.detail})")
                action.triggered.connect(lambda _checked=False, tip=branch.tip, signal=signal: signal.emit(tip))
        return menu


class _StaleBar(QWidget):
    """Says how many results are not up to date, and offers to replay them."""

    def __init__(self) -> None:
        super().__init__()
        self._words = TintedLabel("", role="text_2", font="small")
        self.button = QPushButton("Replay")
        self.button.setFixedHeight(FIELD_H)
        self.button.setAccessibleName("Replay what is not up to date")
        row = QHBoxLayout(self)
        row.setContentsMargins(PADDING, 4, PADDING, 6)
        row.setSpacing(GAP)
        row.addWidget(self._words, 1)
        row.addWidget(self.button)
        theme.set_surface(self, "panel")

    def show_count(self, count: int, running: bool) -> None:
        steps = "1 step is not up to date" if count == 1 else f"{count} steps are not up to date"
        self._words.setText(f"{steps}, replaying" if running else steps)
        self.button.setEnabled(not running)
        self.setVisible(count > 0)
