"""The list of jobs under the hand: waiting jobs are dragged to another place."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractItemView, QApplication, QWidget

from restorer.ui import theme
from restorer.ui.panels.jobs_model import JobRow, JobsModel
from restorer.ui.panels.rows import RowView
from restorer.ui.tokens import JOB_ROW_H

_LINE_PX = 2


class JobsView(RowView):
    """Rows that wait can be dragged among those that wait; a line shows where the row would go.

    The drag is followed here rather than by Qt's drag and drop, which runs an event loop of its own and offers the row
    to other programs.
    """

    move_requested = Signal(int, int)
    """A job, and the one it is to come before; 0 for the end."""
    row_opened = Signal(int)
    """A double click on a job, or Enter."""

    def __init__(self, rows: int, parent: QWidget | None = None) -> None:
        super().__init__("Jobs", rows, JOB_ROW_H, parent)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self._pressed_at: QPoint | None = None
        self._dragged: int | None = None
        self._line: int | None = None
        """Number of the row that the line is above."""

    @property
    def is_dragging(self) -> bool:
        return self._line is not None

    # -- events

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        super().mousePressEvent(event)
        row = self._row_at(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and row is not None and row.can_move:
            self._pressed_at, self._dragged = event.position().toPoint(), row.id

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        if self._pressed_at is None:
            super().mouseMoveEvent(event)
            return
        at = event.position().toPoint()
        if self.is_dragging or (at - self._pressed_at).manhattanLength() >= QApplication.startDragDistance():
            self._line = self._place_at(at)
            self.viewport().setCursor(Qt.CursorShape.ClosedHandCursor)
            self.viewport().update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        job, line = self._dragged, self._line
        was_dragging = self.is_dragging
        self._end_drag()
        if not was_dragging:
            super().mouseReleaseEvent(event)
        elif job is not None and line is not None:
            rows = self._rows()
            before = rows[line].id if line < len(rows) else 0
            place = next((place for place, row in enumerate(rows) if row.id == job), line)
            if line not in (place, place + 1):
                self.move_requested.emit(job, before)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        super().mouseDoubleClickEvent(event)
        row = self._row_at(event.position().toPoint())
        if row is not None:
            self.row_opened.emit(row.id)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if event.key() == Qt.Key.Key_Escape and self.is_dragging:
            self._end_drag()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self.row_opened.emit(self._rows()[self.currentIndex().row()].id)
        else:
            super().keyPressEvent(event)

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802
        super().leaveEvent(event)
        self.viewport().update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        super().paintEvent(event)
        if self._line is None:
            return
        painter = QPainter(self.viewport())
        rows = self._rows()
        index = self.model().index(min(self._line, len(rows) - 1), 0)
        rect = self.visualRect(index)
        y = rect.top() if self._line < len(rows) else rect.bottom()
        painter.fillRect(
            0, max(y - _LINE_PX // 2, 0), self.viewport().width(), _LINE_PX, theme.tokens().color("accent_line")
        )
        painter.end()

    # -- what lies where

    def _rows(self) -> list[JobRow]:
        model = self.model()
        assert isinstance(model, JobsModel)
        return model.rows()

    def _row_at(self, at: QPoint) -> JobRow | None:
        index = self.indexAt(at)
        return self._rows()[index.row()] if index.isValid() else None

    def _place_at(self, at: QPoint) -> int:
        """Number of the row that a row let go here would come before; never one that cannot wait any more."""
        rows = self._rows()
        index = self.indexAt(at)
        if index.isValid():
            place = index.row() + (at.y() > self.visualRect(index).center().y())
        else:
            place = 0 if at.y() < 0 else len(rows)
        first = next((number for number, row in enumerate(rows) if row.can_move), 0)
        return max(place, first)

    def _end_drag(self) -> None:
        self._pressed_at = self._dragged = self._line = None
        self.viewport().unsetCursor()
        self.viewport().update()
