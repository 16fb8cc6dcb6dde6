"""What lists of painted rows share: a view on the panel's grey, and the look of a row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic, TypeVar

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPalette
from PySide6.QtWidgets import QAbstractItemView, QFrame, QListView, QStyle, QStyleOptionViewItem, QWidget

from restorer.ui import theme
from restorer.ui.widgets.painting import paint_ring, shows_focus

Index = QModelIndex | QPersistentModelIndex
_BAR_PX = 2


R = TypeVar("R")


class RowModel(QAbstractListModel, Generic[R]):
    """A list of rows that are values; what they say of themselves is up to subclasses."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._rows: list[R] = []

    def rows(self) -> list[R]:
        return list(self._rows)

    def row(self, index: Index) -> R:
        return self._rows[index.row()]

    def replace_rows(self, rows: Sequence[R]) -> None:
        """Other rows; what was selected is not any more."""
        self.beginResetModel()
        self._rows = list(rows)
        self.endResetModel()

    def rowCount(self, parent: Index | None = None) -> int:  # noqa: N802
        return 0 if parent is not None and parent.isValid() else len(self._rows)


class RowView(QListView):
    """A list of uniform painted rows without a frame.

    Args:
        name: for screen readers.
        rows: how many it likes to show.
        row_height: of each, in px.
    """

    def __init__(self, name: str, rows: int, row_height: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._preferred = rows * row_height
        self.setMinimumHeight(row_height)
        self.setAccessibleName(name)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.viewport().setBackgroundRole(QPalette.ColorRole.Window)

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(240, self._preferred)


def paint_row(painter: QPainter, option: QStyleOptionViewItem, *, selected: bool, current: bool) -> None:
    """Background of a row: grey where selected or hovered, a 2 px bar where current, the ring for the keyboard."""
    tokens = theme.tokens()
    rect = option.rect
    state = option.state
    widget = option.widget
    if selected:
        painter.fillRect(rect, tokens.color("selected"))
    elif state & QStyle.StateFlag.State_MouseOver:
        painter.fillRect(rect, tokens.color("line"))
    if current:
        painter.fillRect(QRect(rect.left(), rect.top(), _BAR_PX, rect.height()), tokens.color("accent_line"))
    if state & QStyle.StateFlag.State_HasFocus and widget is not None and shows_focus(widget):
        paint_ring(painter, QRectF(rect), 4, tokens.color("accent_line"))


def paint_text(
    painter: QPainter, rect: QRect, text: str, alignment: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft
) -> int:
    """One elided line in the painter's font and pen, centred in height; returns its width."""
    metrics = painter.fontMetrics()
    shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, max(rect.width(), 0))
    painter.drawText(rect, alignment | Qt.AlignmentFlag.AlignVCenter, shown)
    return metrics.horizontalAdvance(shown)
