"""The jobs: what runs, what waits, what failed and how; nothing here blocks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from PySide6.QtCore import QItemSelectionModel, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from restorer.ui import icons, theme
from restorer.ui.panels.jobs_delegate import COPY_REPORT, TRY_AGAIN, JobsDelegate
from restorer.ui.panels.jobs_model import JobRow, JobsModel
from restorer.ui.panels.jobs_view import JobsView
from restorer.ui.tokens import FIELD_H
from restorer.ui.widgets.buttons import IconButton, describe
from restorer.ui.widgets.folding_panel import FoldingPanel

_ROWS_SHOWN = 3
_TICK_MS = 100
"""Progress is shown ten times a second at most."""
_SWEEP_MS = 1500
_BUTTON_ICON = 16


class JobsPanel(FoldingPanel):
    """A row per job. Waiting ones are dragged, or moved with Alt and the arrows; each has a menu and a log."""

    cancel_requested = Signal(int)
    """Stop this waiting or running job."""
    report_requested = Signal(int)
    """Copy the report of this failed job."""
    dismiss_requested = Signal(int)
    """Take this finished job off the list."""
    retry_requested = Signal(int)
    """Ask for this job once more."""
    log_requested = Signal(int)
    """Show what this job did."""
    move_requested = Signal(int, int)
    """Put this waiting job before that one; 0 for the end."""
    shift_requested = Signal(int, int)
    """Move this waiting job so many places; negative is earlier."""
    pause_requested = Signal(bool)
    """Let all lanes stand still, or go on."""
    lane_pause_requested = Signal(int, bool)
    """Let the lane of this job stand still, or go on."""
    cancel_all_requested = Signal()
    clear_requested = Signal()
    """Take everything that is over off the list."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Jobs", parent)
        self._model = JobsModel(self)
        self._pending: tuple[JobRow, ...] | None = None
        self._paused = False
        self.view = JobsView(_ROWS_SHOWN, self)
        self.view.setModel(self._model)
        self._delegate = JobsDelegate(self.view)
        self.view.setItemDelegate(self._delegate)
        self.set_body(self.view)
        key, standard = Qt.Key, QKeySequence.StandardKey
        self.log_action = self._action("Show log", QKeySequence("L"), self.log_requested.emit)
        self.retry_action = self._action(TRY_AGAIN, QKeySequence("R"), self.retry_requested.emit)
        self.report_action = self._action(COPY_REPORT, QKeySequence(standard.Copy), self.report_requested.emit)
        self.earlier_action = self._action("Move up", QKeySequence("Alt+Up"), lambda job: self._shift(job, -1))
        self.later_action = self._action("Move down", QKeySequence("Alt+Down"), lambda job: self._shift(job, 1))
        self.close_action = self._action("Cancel", QKeySequence(key.Key_Delete), self._close)
        self.lane_action = self._action("Pause this device", QKeySequence(), self._on_lane)
        self.cancel_all_action = QAction("Cancel all jobs", self)
        self.cancel_all_action.triggered.connect(self.cancel_all_requested)
        self.clear_action = QAction("Clear finished", self)
        self.clear_action.triggered.connect(self.clear_requested)
        self._build_header()
        self._tick = QTimer(self)
        self._tick.setInterval(_TICK_MS)
        self._tick.timeout.connect(self._on_tick)
        self._delegate.close_clicked.connect(self._close)
        self._delegate.report_clicked.connect(self.report_requested)
        self._delegate.retry_clicked.connect(self.retry_requested)
        self.view.move_requested.connect(self.move_requested)
        self.view.row_opened.connect(self.log_requested)
        self.view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.view.customContextMenuRequested.connect(self._on_menu_requested)
        self.view.selectionModel().selectionChanged.connect(self._update_actions)
        self._update_actions()

    def set_jobs(self, rows: Sequence[JobRow]) -> None:
        """Show these jobs, top to bottom.

        A job that starts, ends, comes or goes shows at once; mere progress at most ten times a second.
        """
        rows = tuple(rows)
        if self._tick.isActive() and _shape(rows) == _shape(self._model.rows()):
            self._pending = rows
            return
        self._show(rows)

    def jobs(self) -> list[JobRow]:
        """What is shown now."""
        return self._model.rows()

    def select(self, job: int) -> None:
        """Makes a job the current one, if it is there."""
        place = self._model.place_of(job)
        if place is not None:
            flag = QItemSelectionModel.SelectionFlag.ClearAndSelect
            self.view.selectionModel().setCurrentIndex(self._model.index(place), flag)
            self.view.scrollTo(self._model.index(place))

    def menu_for(self, job: int) -> QMenu:
        """The context menu of a row."""
        self.select(job)
        menu = QMenu(self)
        menu.addAction(self.log_action)
        for action in (self.retry_action, self.report_action):
            if action.isEnabled():
                menu.addAction(action)
        if self.later_action.isEnabled() or self.earlier_action.isEnabled():
            menu.addSeparator()
            menu.addActions([self.earlier_action, self.later_action])
        menu.addSeparator()
        if self.lane_action.isEnabled():
            menu.addAction(self.lane_action)
        menu.addAction(self.close_action)
        menu.addSeparator()
        menu.addActions([self.cancel_all_action, self.clear_action])
        return menu

    # -- building

    def _build_header(self) -> None:
        self.pause_button = IconButton("pause", "Pause all jobs", size=FIELD_H, icon_size=_BUTTON_ICON)
        self.pause_button.clicked.connect(lambda: self.pause_requested.emit(not self._paused))
        self.more_button = IconButton("more", "More for all jobs", size=FIELD_H, icon_size=_BUTTON_ICON)
        self.more_button.clicked.connect(self._on_more)
        for button in (self.pause_button, self.more_button):
            self.header.add_button(button)

    def _action(self, text: str, shortcut: QKeySequence, act: Callable[[int], object]) -> QAction:
        """An action on the current row; ``act`` is called with its job."""
        action = QAction(text, self.view)
        action.setShortcut(shortcut)
        action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)

        def on_triggered() -> None:
            row = self._current()
            if row is not None:
                act(row.id)

        action.triggered.connect(on_triggered)
        self.view.addAction(action)
        return action

    # -- showing

    def _show(self, rows: Sequence[JobRow]) -> None:
        self._pending = None
        current = self._current()
        self._model.set_rows(rows)
        if current is not None and self._current() is None:
            self.select(current.id)
        self._delegate.still = theme.motion_ms(1) == 0
        self.header.set_summary(_summary(rows))
        self._update_actions()
        if any(row.state == "running" for row in rows):
            if not self._tick.isActive():
                self._tick.start()
        else:
            self._tick.stop()

    def _on_tick(self) -> None:
        if self._pending is not None:
            self._show(self._pending)
        sweeping = any(row.state == "running" and row.fraction is None and not row.paused for row in self._model.rows())
        if sweeping and not self._delegate.still:
            self._delegate.phase = (self._delegate.phase + _TICK_MS / _SWEEP_MS) % 1.0
            self.view.viewport().update()

    def _current(self) -> JobRow | None:
        indexes = self.view.selectionModel().selectedIndexes()
        return self._model.row(indexes[0]) if indexes else None

    def _update_actions(self) -> None:
        row = self._current()
        rows = self._model.rows()
        is_open = row is not None and not row.is_over
        waiting = [other.id for other in rows if other.can_move]
        place = waiting.index(row.id) if row is not None and row.can_move else -1
        self.log_action.setEnabled(row is not None)
        self.close_action.setEnabled(row is not None)
        self.close_action.setText("Cancel" if row is None or is_open else "Dismiss")
        self.report_action.setEnabled(row is not None and row.state == "failed")
        self.retry_action.setEnabled(row is not None and row.can_retry)
        self.earlier_action.setEnabled(place > 0)
        self.later_action.setEnabled(0 <= place < len(waiting) - 1)
        self.lane_action.setEnabled(is_open)
        self.lane_action.setText("Go on with this device" if row is not None and row.paused else "Pause this device")
        open_rows = [other for other in rows if not other.is_over]
        self.cancel_all_action.setEnabled(bool(open_rows))
        self.clear_action.setEnabled(len(open_rows) < len(rows))
        self._paused = bool(open_rows) and all(other.paused for other in open_rows)
        self.pause_button.setVisible(bool(open_rows))
        self.pause_button.setIcon(icons.icon("resume" if self._paused else "pause"))
        describe(self.pause_button, "Go on with all jobs" if self._paused else "Pause all jobs")
        self.more_button.setVisible(bool(rows))
        self.header.update()

    # -- the person

    def _close(self, job: int) -> None:
        place = self._model.place_of(job)
        if place is not None:
            row = self._model.rows()[place]
            (self.dismiss_requested if row.is_over else self.cancel_requested).emit(job)

    def _shift(self, job: int, offset: int) -> None:
        self.shift_requested.emit(job, offset)

    def _on_lane(self, job: int) -> None:
        row = self._current()
        self.lane_pause_requested.emit(job, row is not None and not row.paused)

    def _on_more(self) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addActions([self.cancel_all_action, self.clear_action])
        menu.popup(self.more_button.mapToGlobal(QPoint(0, self.more_button.height())))

    def _on_menu_requested(self, position: QPoint) -> None:
        index = self.view.indexAt(position)
        if index.isValid():
            menu = self.menu_for(self._model.row(index).id)
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            menu.popup(self.view.viewport().mapToGlobal(position))


def _shape(rows: Sequence[JobRow]) -> list[tuple[int, str, bool, bool]]:
    return [(row.id, row.state, row.paused, row.can_retry) for row in rows]


def _summary(rows: Sequence[JobRow]) -> str:
    """``2 running, 1 waiting``; what is over is not counted, except failures."""
    words = [row.state_word.lower() if row.state == "running" else row.state for row in rows]
    counts = Counter(words)
    return ", ".join(f"{counts[word]} {word}" for word in ("running", "paused", "waiting", "failed") if counts[word])
