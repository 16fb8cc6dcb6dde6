"""The window's middle while a photo is open. Layout only."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from restorer.tasks.spec import Task
from restorer.ui import theme
from restorer.ui.canvas import CanvasView
from restorer.ui.filmstrip import Filmstrip
from restorer.ui.panels import HistoryPanel, JobsPanel, TaskPanel
from restorer.ui.panels.review_panel import ReviewPanel
from restorer.ui.side_panel import SidePanel
from restorer.ui.tokens import PANEL_W
from restorer.ui.widgets import KeyButton, OptionsBar, Splitter, ToolColumn
from restorer.ui.workers import Lane

REVIEWED_TASK = "repair-scratches"
_CANVAS_AT_LEAST = (640, 360)
_NARROW_PANEL_W = 312
_NARROW_BELOW_PX = 1366


class Editor(QWidget):
    """Tool column, options, messages, canvas; tasks, history, jobs at the right; the filmstrip below.

    Args:
        tasks: in the order of the task panel.
        tiles: where the canvas has its tiles made.
    """

    def __init__(self, tasks: Sequence[Task], parent: QWidget | None = None, tiles: Lane | None = None) -> None:
        super().__init__(parent)
        self.tool_column = ToolColumn()
        self.options = OptionsBar()
        self.canvas = CanvasView(tiles=tiles)
        self.canvas.setMinimumSize(*_CANVAS_AT_LEAST)
        self.tasks = TaskPanel(tasks)
        self.review = ReviewPanel()
        self.find_button = KeyButton("Find and review", "Ctrl+F")
        if any(task.id == REVIEWED_TASK for task in tasks):
            self.tasks.place_review(REVIEWED_TASK, self.review, self.find_button)
        self.history = HistoryPanel()
        self.jobs = JobsPanel()
        self.filmstrip = Filmstrip()
        self.side = SidePanel(self.tasks, self.history, self.jobs)
        self.messages = QVBoxLayout()
        """Where the message stack goes while this page shows."""
        self._panels_hidden = False

        middle = QVBoxLayout()
        middle.setContentsMargins(0, 0, 0, 0)
        middle.setSpacing(0)
        middle.addWidget(self.options)
        middle.addLayout(self.messages)
        middle.addWidget(self.canvas, 1)
        work = QWidget()
        left = QHBoxLayout(work)
        left.setContentsMargins(0, 0, 0, 0)
        left.setSpacing(0)
        left.addWidget(self.tool_column)
        left.addLayout(middle, 1)
        self._splitter = Splitter(Qt.Orientation.Horizontal)
        self._splitter.addWidget(work)
        self._splitter.addWidget(self.side)
        self._splitter.setStretchFactor(0, 1)
        self._splitter.setStretchFactor(1, 0)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._splitter, 1)
        layout.addWidget(self.filmstrip)
        theme.set_surface(self, "canvas")

    def areas(self) -> tuple[QWidget, ...]:
        """What F6 goes through, in order."""
        return (
            self.tool_column,
            self.options,
            self.canvas,
            self.tasks,
            self.history,
            self.jobs,
            self.filmstrip,
        )

    def size_for(self, width: int, height: int) -> None:
        """First sizes for a window of this size, before the person changed any."""
        panel = _NARROW_PANEL_W if width < _NARROW_BELOW_PX else PANEL_W
        self._splitter.setSizes([max(width - panel, 1), panel])
        self.side.fold_for(height)

    def panels_hidden(self) -> bool:
        return self._panels_hidden

    def set_panels_hidden(self, hidden: bool) -> None:
        """Leaves nothing but the canvas and what is painted on it."""
        self._panels_hidden = hidden
        for part in (self.tool_column, self.options, self.side):
            part.setVisible(not hidden)
        self.filmstrip.set_allowed(not hidden)

    def state(self) -> dict[str, object]:
        """Sizes and folds, as plain values."""
        return {"panel": self._splitter.sizes()[1], "side": self.side.state()}

    def restore(self, state: dict[str, object]) -> None:
        """What :meth:`state` gave; anything else is passed over."""
        panel, side = state.get("panel"), state.get("side")
        if isinstance(panel, int) and panel > 0:
            self._splitter.setSizes([max(self.width() - panel, 1), panel])
        if isinstance(side, dict):
            self.side.restore(side)
