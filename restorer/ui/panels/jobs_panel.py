"""The jobs: what runs, what waits, what failed and how; nothing here blocks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QMenu, QWidget

from restorer.ui import theme
from restorer.ui.panels.jobs_delegate import COPY_REPORT, JobsDelegate
from restorer.ui.panels.jobs_model import JobRow, JobsModel
from restorer.ui.panels.rows import RowView
from restorer.ui.tokens import JOB_ROW_H
from restorer.ui.widgets.folding_panel import FoldingPanel

_ROWS_SHOWN = 3
_TICK_MS = 100
"""Progress is shown ten times a second at most."""
_SWEEP_MS = 1500


class JobsPanel(FoldingPanel):
    """A row per job; each can be cancelled or dismissed by its cross, the context menu or Delete."""

    cancel_requested = Signal(int)
    """Stop this waiting or running job."""
    report_requested = Signal(int)
    """Copy the report of this failed job."""
    dismiss_requested = Signal(int)
    """Take this finished job off the list."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Jobs", parent)
        self._model = JobsModel(self)
        self._pending: tuple[JobRow, ...] | None = None
        self.view = RowView("Jobs", _ROWS_SHOWN, JOB_ROW_H, self)
        self.view.setModel(self._model)
        self.view.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self._delegate = JobsDelegate(self.view)
        self.view.setItemDelegate(self._delegate)
        self.set_body(self.view)
        self.close_action = self._action("Cancel", QKeySequence(Qt.Key.Key_Delete), self._on_close)
        self.report_action = self._action(COPY_REPORT, QKeySequence(QKeySequence.StandardKey.Copy), self._on_report)
        self._tick = QTimer(self)
        self._tick.setInterval(_TICK_MS)
        self._tick.timeout.connect(self._on_tick)
        self._delegate.close_clicked.connect(self._close)
        self._delegate.report_clicked.connect(self.report_requested)
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

    def _show(self, rows: Sequence[JobRow]) -> None:
        self._pending = None
        self._model.set_rows(rows)
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
        sweeping = any(row.state == "running" and row.fraction is None for row in self._model.rows())
        if sweeping and not self._delegate.still:
            self._delegate.phase = (self._delegate.phase + _TICK_MS / _SWEEP_MS) % 1.0
            self.view.viewport().update()

    def _action(self, text: str, shortcut: QKeySequence, triggered: object) -> QAction:
        action = QAction(text, self.view)
        action.setShortcut(shortcut)
        action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        action.triggered.connect(triggered)
        self.view.addAction(action)
        return action

    def _current(self) -> JobRow | None:
        indexes = self.view.selectionModel().selectedIndexes()
        return self._model.row(indexes[0]) if indexes else None

    def _update_actions(self) -> None:
        row = self._current()
        self.close_action.setEnabled(row is not None)
        self.close_action.setText("Dismiss" if row is not None and row.is_over else "Cancel")
        self.report_action.setEnabled(row is not None and row.state == "failed")

    def _close(self, job: int) -> None:
        row = next(row for row in self._model.rows() if row.id == job)
        (self.dismiss_requested if row.is_over else self.cancel_requested).emit(job)

    def _on_close(self) -> None:
        row = self._current()
        if row is not None:
            self._close(row.id)

    def _on_report(self) -> None:
        row = self._current()
        if row is not None:
            self.report_requested.emit(row.id)

    def _on_menu_requested(self, position: QPoint) -> None:
        if self.view.indexAt(position).isValid():
            menu = QMenu(self)
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            menu.addAction(self.close_action)
            if self.report_action.isEnabled():
                menu.addAction(self.report_action)
            menu.popup(self.view.viewport().mapToGlobal(position))


def _shape(rows: Sequence[JobRow]) -> list[tuple[int, str]]:
    return [(row.id, row.state) for row in rows]


def _summary(rows: Sequence[JobRow]) -> str:
    """``2 running, 1 waiting``; what is over is not counted, except failures."""
    counts = Counter(row.state for row in rows)
    return ", ".join(f"{counts[state]} {state}" for state in ("running", "waiting", "failed") if counts[state])
