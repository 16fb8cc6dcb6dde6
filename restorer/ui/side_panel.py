"""The right panel: tasks, history and jobs, one above the other, each folding to its header."""

from __future__ import annotations

import json

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from restorer.ui import theme
from restorer.ui.tokens import HEADER_H, PANEL_W
from restorer.ui.widgets.folding_panel import FoldingPanel
from restorer.ui.widgets.splitter import Splitter

_NARROWEST, _WIDEST = 300, 480
_HISTORY_ROWS, _HISTORY_ROW_H = 4, 36
_JOB_ROWS, _JOB_ROW_H = 3, 48
_BODY_PADDING = 8
_LOW_BELOW_PX = 800


class SidePanel(QWidget):
    """Tasks take what is left; history and jobs keep the height they were given.

    Args:
        tasks, history, jobs: the sections, top to bottom.
    """

    def __init__(self, tasks: FoldingPanel, history: FoldingPanel, jobs: FoldingPanel) -> None:
        super().__init__()
        theme.set_surface(self, "panel")
        self.setMinimumWidth(_NARROWEST)
        self.setMaximumWidth(_WIDEST)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        self._sections = {"tasks": tasks, "history": history, "jobs": jobs}
        self._splitter = Splitter(Qt.Orientation.Vertical)
        for section in self._sections.values():
            self._splitter.addWidget(section)
        self._splitter.setStretchFactor(0, 1)
        for place in (1, 2):
            self._splitter.setStretchFactor(place, 0)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._splitter, 1)

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(PANEL_W, 600)

    def fold_for(self, height: int) -> None:
        """First sizes: where the window is low, a task's form keeps its room, and history folds to its header."""
        low = height < _LOW_BELOW_PX
        self._sections["history"].set_folded(low)
        jobs = _height(1 if low else _JOB_ROWS, _JOB_ROW_H)
        self._splitter.setSizes([height, HEADER_H if low else _height(_HISTORY_ROWS, _HISTORY_ROW_H), jobs])

    def state(self) -> dict[str, object]:
        """Sizes and folds, as plain values."""
        return {
            "sizes": self._splitter.sizes(),
            "folded": [name for name, section in self._sections.items() if section.folded()],
        }

    def restore(self, state: dict[str, object]) -> None:
        """What :meth:`state` gave; anything else is passed over."""
        sizes, folded = state.get("sizes"), state.get("folded")
        if isinstance(folded, list):
            for name, section in self._sections.items():
                section.set_folded(name in folded)
        if isinstance(sizes, list) and len(sizes) == 3 and all(isinstance(size, int) and size > 0 for size in sizes):
            self._splitter.setSizes(sizes)


def _height(rows: int, row_height: int) -> int:
    return HEADER_H + rows * row_height + _BODY_PADDING


def parse_state(raw: bytes) -> dict[str, object]:
    """The plain values behind the saved bytes; empty where they make no sense."""
    try:
        state = json.loads(raw)
    except ValueError:
        return {}
    return state if isinstance(state, dict) else {}
