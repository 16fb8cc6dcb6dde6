"""The history: a row per step with its thumbnail; a click goes there, two rows can be compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QAbstractListModel, QItemSelectionModel, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QAction, QImage, QKeyEvent, QMouseEvent, QPainter, QPixmap
from PySide6.QtWidgets import QAbstractItemView, QMenu, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from restorer.ui import icons, theme
from restorer.ui.panels.rows import Index, RowView, paint_row, paint_text
from restorer.ui.tokens import FIELD_H, GAP, HISTORY_ROW_H, PADDING
from restorer.ui.widgets.buttons import IconButton
from restorer.ui.widgets.folding_panel import FoldingPanel

_THUMBNAIL = QSize(40, 28)
_ICON = 16
_ROWS_SHOWN = 4
_UNAPPLIED_OPACITY = 0.45


@dataclass(frozen=True, slots=True, eq=False)
class HistoryRow:
    """One state of the photo.

    Attributes:
        label: what was done.
        detail: one line about it.
        thumbnail: the photo then, any size, or None.
        index: cursor value of the history that shows it; 0 is the original.
        applied: False for what was undone and can be redone.
    """

    label: str
    detail: str
    thumbnail: QImage | None
    index: int
    applied: bool = True


class _Model(QAbstractListModel):
    """Newest first."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._rows: list[HistoryRow] = []

    def set_rows(self, rows: Sequence[HistoryRow]) -> None:
        self.beginResetModel()
        self._rows = sorted(rows, key=lambda row: -row.index)
        self.endResetModel()

    def row(self, index: Index) -> HistoryRow:
        return self._rows[index.row()]

    def position_of(self, cursor: int) -> int | None:
        return next((position for position, row in enumerate(self._rows) if row.index == cursor), None)

    def rowCount(self, parent: Index | None = None) -> int:  # noqa: N802
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        row = self.row(index)
        if role == Qt.ItemDataRole.DisplayRole:
            return row.label
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return ", ".join(part for part in (row.label, row.detail, "" if row.applied else "undone") if part)
        if role == Qt.ItemDataRole.ToolTipRole:
            return f"{row.label}\n{row.detail}" if row.detail else row.label
        return None


class _Delegate(QStyledItemDelegate):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.cursor = 0
        self._pixmaps: dict[tuple[int, float], QPixmap] = {}

    def clear(self) -> None:
        self._pixmaps.clear()

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: N802
        return QSize(200, HISTORY_ROW_H)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        model = index.model()
        assert isinstance(model, _Model)
        row = model.row(index)
        view = self.parent()
        assert isinstance(view, QAbstractItemView)
        tokens = theme.tokens()
        current = row.index == self.cursor
        painter.save()
        selected = view.selectionModel().isSelected(index)
        paint_row(painter, option, selected=selected, current=current)
        rect: QRect = option.rect
        place = QRect(rect.left() + PADDING, rect.top() + (rect.height() - _THUMBNAIL.height()) // 2, 0, 0)
        place.setSize(_THUMBNAIL)
        painter.setOpacity(1.0 if row.applied else _UNAPPLIED_OPACITY)
        if row.thumbnail is not None and not row.thumbnail.isNull():
            painter.drawPixmap(place, self._thumbnail(row.thumbnail, painter.device().devicePixelRatio()))
        else:
            painter.fillRect(place, tokens.color("groove"))
        painter.setOpacity(1.0)
        right = rect.right() - PADDING
        if not row.applied:
            square = QRect(right - _ICON + 1, rect.center().y() - _ICON // 2, _ICON, _ICON)
            icons.icon("hidden", "text_2").paint(painter, square)
            right = square.left() - GAP
        left = place.right() + 1 + 10
        weak = not row.applied
        painter.setFont(theme.font("strong"))
        painter.setPen(tokens.color("text_2" if weak else "text"))
        paint_text(painter, QRect(left, rect.top() + 3, right - left, 16), row.label)
        painter.setFont(theme.tabular(theme.font("small")))
        painter.setPen(tokens.color("text_2"))
        detail = f"Undone. {row.detail}" if weak and row.detail else "Undone" if weak else row.detail
        paint_text(painter, QRect(left, rect.top() + 18, right - left, 14), detail)
        painter.restore()

    def _thumbnail(self, image: QImage, dpr: float) -> QPixmap:
        """The middle of the picture, filling the place, in device pixels."""
        key = (image.cacheKey(), dpr)
        cached = self._pixmaps.get(key)
        if cached is None:
            wanted = _THUMBNAIL * dpr
            smooth = Qt.TransformationMode.SmoothTransformation
            scaled = image.scaled(wanted, Qt.AspectRatioMode.KeepAspectRatioByExpanding, smooth)
            corner = QPoint((scaled.width() - wanted.width()) // 2, (scaled.height() - wanted.height()) // 2)
            cached = QPixmap.fromImage(scaled.copy(QRect(corner, wanted)))
            cached.setDevicePixelRatio(dpr)
            self._pixmaps[key] = cached
        return cached


class _View(RowView):
    row_chosen = Signal(int)
    """Cursor value of the row that was clicked, or entered by keyboard."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__("History", _ROWS_SHOWN, HISTORY_ROW_H, parent)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self._pressed_plainly = False

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        plain = event.modifiers() == Qt.KeyboardModifier.NoModifier
        self._pressed_plainly = plain and event.button() == Qt.MouseButton.LeftButton
        super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        super().mouseReleaseEvent(event)
        index = self.indexAt(event.position().toPoint())
        # With Ctrl or Shift a click only chooses rows to compare.
        if self._pressed_plainly and index.isValid() and index == self.currentIndex():
            self._choose(index)
        self._pressed_plainly = False

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self._choose(self.currentIndex())
        else:
            super().keyPressEvent(event)

    def _choose(self, index: Index) -> None:
        model = self.model()
        assert isinstance(model, _Model)
        self.row_chosen.emit(model.row(index).index)


class HistoryPanel(FoldingPanel):
    """States of the photo, newest on top; undo and redo stand in the header."""

    jump_requested = Signal(int)
    """Go to this cursor value."""
    compare_requested = Signal(int, int)
    """Compare these two cursor values, the older first."""
    undo_requested = Signal()
    redo_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("History", parent)
        self._cursor = 0
        self._model = _Model(self)
        self.view = _View(self)
        self.view.setModel(self._model)
        self._delegate = _Delegate(self.view)
        self.view.setItemDelegate(self._delegate)
        self.set_body(self.view)
        self.compare_button = IconButton(
            "compare", "Compare two states: choose the second with Ctrl+click", size=FIELD_H, icon_size=16
        )
        self.undo_button = IconButton("undo", "Undo", shortcut="Ctrl+Z", size=FIELD_H, icon_size=16)
        self.redo_button = IconButton("redo", "Redo", shortcut="Ctrl+Shift+Z", size=FIELD_H, icon_size=16)
        for button in (self.compare_button, self.undo_button, self.redo_button):
            button.setEnabled(False)
            self.header.add_button(button)
        self.compare_action = QAction("Compare these two", self)
        self.compare_action.setEnabled(False)
        self.compare_action.triggered.connect(self._on_compare)
        self.compare_button.clicked.connect(self._on_compare)
        self.undo_button.clicked.connect(self.undo_requested)
        self.redo_button.clicked.connect(self.redo_requested)
        self.view.row_chosen.connect(self._on_row_chosen)
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

    def set_can_undo(self, can: bool) -> None:
        self.undo_button.setEnabled(can)

    def set_can_redo(self, can: bool) -> None:
        self.redo_button.setEnabled(can)

    def selected_cursors(self) -> list[int]:
        """Cursor values of the chosen rows, oldest first."""
        return sorted(self._model.row(index).index for index in self.view.selectionModel().selectedIndexes())

    def _on_row_chosen(self, cursor: int) -> None:
        if cursor != self._cursor:
            self.jump_requested.emit(cursor)

    def _on_selection_changed(self) -> None:
        two = len(self.selected_cursors()) == 2
        self.compare_action.setEnabled(two)
        self.compare_button.setEnabled(two)

    def _on_compare(self) -> None:
        older, newer = self.selected_cursors()
        self.compare_requested.emit(older, newer)

    def _on_menu_requested(self, position: QPoint) -> None:
        index = self.view.indexAt(position)
        if index.isValid():
            menu = self.menu_for(self._model.row(index).index)
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            menu.popup(self.view.viewport().mapToGlobal(position))

    def menu_for(self, cursor: int) -> QMenu:
        """The context menu of a row."""
        menu = QMenu(self)
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
        return menu
