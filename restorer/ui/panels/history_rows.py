"""The rows of the history: what each shows, and how they are painted, hit and named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QModelIndex, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent, QMouseEvent, QPainter, QPen, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QLineEdit,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from restorer.ui import icons, theme
from restorer.ui.panels.rows import Index, RowModel, RowView, paint_row, paint_text
from restorer.ui.tokens import GAP, HISTORY_ROW_H, PADDING

_THUMBNAIL = QSize(40, 28)
_ICON = 16
_EYE_W = 32
"""What answers to a click on the eye, from the right edge."""
_ROWS_SHOWN = 4
_UNAPPLIED_OPACITY = 0.45
_RING_PX = 2.0
_TURN = 360 * 16
"""A full turn, in the units of QPainter."""
_TOP = _TURN // 4
_TEXT_X = PADDING + _THUMBNAIL.width() + 10
_LONGEST_NAME = 80
RUNNING = 2**31 - 1
"""Stands in place of a cursor value for the step that is being computed: it comes after everything."""


@dataclass(frozen=True, slots=True)
class RunningStep:
    """A step that is being computed.

    Attributes:
        job_id: of its job.
        title: what is being done.
        detail: how far it is, one line.
        fraction: how far it is, 0 to 1; None where that is not known.
    """

    job_id: int
    title: str
    detail: str
    fraction: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class HistoryRow:
    """One state of the photo.

    Attributes:
        label: what was done.
        detail: one line about it.
        thumbnail: the photo then, any size, or None.
        index: cursor value of the history that shows it; 0 is the original.
        applied: False for what was undone and can be redone.
        eye: whether its step is in effect now; None where it has none that could be switched.
        stale: whether its step's result belongs to other pixels, settings or another mask than it has now.
        name: given by the person; shown in place of the label.
        running: what is being computed, in the row of that.
    """

    label: str
    detail: str
    thumbnail: QImage | None
    index: int
    applied: bool = True
    eye: bool | None = None
    stale: bool = False
    name: str = ""
    running: RunningStep | None = None

    @classmethod
    def of_running(cls, step: RunningStep, thumbnail: QImage | None) -> HistoryRow:
        """The row on top of all while a step is computed."""
        return cls(step.title, step.detail, thumbnail, RUNNING, running=step)

    @property
    def title(self) -> str:
        return self.name or self.label

    @property
    def state(self) -> str:
        """How it stands, in a word or two; empty where it is simply in effect."""
        if not self.applied:
            return "Undone"
        return "Hidden" if self.eye is False else "Not up to date" if self.stale else ""

    @property
    def note(self) -> str:
        """The second line."""
        said = ", ".join(part for part in (self.label if self.name else "", self.detail) if part)
        return ". ".join(part for part in (self.state, said) if part)

    @property
    def spoken(self) -> str:
        """For screen readers."""
        said = self.label if self.name else ""
        return ", ".join(part for part in (self.title, said, self.detail, self.state.lower()) if part)


class HistoryModel(RowModel[HistoryRow]):
    """Newest first."""

    renamed = Signal(int, str)
    """Cursor value of a row, and the name the person gave it."""

    def set_rows(self, rows: Sequence[HistoryRow]) -> None:
        """Other states; the row of a running step stays."""
        running = self._rows[:1] if self.running is not None else []
        self.replace_rows([*running, *sorted(rows, key=lambda row: -row.index)])

    @property
    def running(self) -> RunningStep | None:
        return self._rows[0].running if self._rows else None

    def set_running(self, row: HistoryRow | None) -> None:
        """Shows a running step on top, or none; what is selected stays selected."""
        had = self.running is not None
        if row is not None and had:
            self._rows[0] = row
            self.dataChanged.emit(self.index(0), self.index(0))
        elif row is not None:
            self.beginInsertRows(QModelIndex(), 0, 0)
            self._rows.insert(0, row)
            self.endInsertRows()
        elif had:
            self.beginRemoveRows(QModelIndex(), 0, 0)
            del self._rows[0]
            self.endRemoveRows()

    def position_of(self, cursor: int) -> int | None:
        return next((position for position, row in enumerate(self._rows) if row.index == cursor), None)

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = super().flags(index)
        if not index.isValid() or not self.row(index).index:
            return flags
        if self.row(index).running is not None:  # there is nothing yet to go to, to name or to compare
            return flags & ~Qt.ItemFlag.ItemIsSelectable
        return flags | Qt.ItemFlag.ItemIsEditable

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        row = self.row(index)
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
            return row.title
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return row.spoken
        if role == Qt.ItemDataRole.ToolTipRole:
            return f"{row.title}\n{row.note}" if row.note else row.title
        return None

    def setData(self, index: Index, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:  # noqa: N802
        if not index.isValid() or role != Qt.ItemDataRole.EditRole or not isinstance(value, str):
            return False
        row, name = self.row(index), value.strip()[:_LONGEST_NAME]
        if name != row.title:
            self.renamed.emit(row.index, "" if name == row.label else name)
        return True


class HistoryDelegate(QStyledItemDelegate):
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
        assert isinstance(model, HistoryModel)
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
        painter.setOpacity(1.0 if row.applied and row.eye is not False else _UNAPPLIED_OPACITY)
        if row.thumbnail is not None and not row.thumbnail.isNull():
            painter.drawPixmap(place, self._thumbnail(row.thumbnail, painter.device().devicePixelRatio()))
        else:
            painter.fillRect(place, tokens.color("groove"))
        painter.setOpacity(1.0)
        is_under_pointer = bool(option.state & QStyle.StateFlag.State_MouseOver)
        right = self._paint_state(painter, rect, row, is_under_pointer=is_under_pointer)
        left = rect.left() + _TEXT_X
        weak = not row.applied or row.eye is False
        painter.setFont(theme.font("strong"))
        painter.setPen(tokens.color("text_2" if weak else "text"))
        note = row.note
        top = rect.top() + 3 if note else rect.center().y() - 8
        paint_text(painter, QRect(left, top, right - left, 16), row.title)
        painter.setFont(theme.tabular(theme.font("small")))
        painter.setPen(tokens.color("text_2"))
        paint_text(painter, QRect(left, rect.top() + 18, right - left, 14), note)
        painter.restore()

    def _paint_state(self, painter: QPainter, rect: QRect, row: HistoryRow, *, is_under_pointer: bool) -> int:
        """Eye and warning at the right end, or how far a running step is; returns where they begin."""
        right = rect.right() - PADDING
        if row.running is not None:
            square = QRect(right - _ICON + 1, rect.center().y() - _ICON // 2, _ICON, _ICON)
            if is_under_pointer:
                icons.icon("cancel", "text").paint(painter, square)
            else:
                _paint_progress(painter, square, row.running.fraction)
            return square.left() - GAP
        names = []
        if not row.applied or row.eye is False:
            names.append("hidden")
        elif row.eye:
            names.append("shown")
        if row.stale:
            names.append("stale")
        for name in names:
            square = QRect(right - _ICON + 1, rect.center().y() - _ICON // 2, _ICON, _ICON)
            icons.icon(name, "warning" if name == "stale" else "text_2").paint(painter, square)
            right = square.left() - GAP
        return right

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:  # noqa: N802
        editor = QLineEdit(parent)
        editor.setMaxLength(_LONGEST_NAME)
        editor.setAccessibleName("Name of this state")
        return editor

    def updateEditorGeometry(  # noqa: N802
        self, editor: QWidget, option: QStyleOptionViewItem, index: Index
    ) -> None:
        rect: QRect = option.rect
        left = rect.left() + _TEXT_X - 6
        editor.setGeometry(QRect(left, rect.center().y() - 12, rect.right() - PADDING - left, 24))

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


def _paint_progress(painter: QPainter, square: QRect, fraction: float | None) -> None:
    """A ring that fills clockwise from the top; a quarter of it where nobody knows how far it is."""
    ring = QRectF(square).adjusted(2, 2, -2, -2)
    share = 0.25 if fraction is None else min(max(fraction, 0.0), 1.0)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for role, part in (("groove", 1.0), ("accent_line", share)):
        painter.setPen(QPen(theme.tokens().color(role), _RING_PX, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
        painter.drawArc(ring, _TOP, -round(part * _TURN))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)


class HistoryView(RowView):
    """The list. Everything the mouse does is there for the keyboard too: Enter goes, Space switches the eye, F2 names,
    Alt with the arrows moves, Delete takes out, or cancels what is running."""

    row_chosen = Signal(int)
    """Cursor value of the row that was clicked, or entered by keyboard."""
    eye_clicked = Signal(int)
    """Cursor value; :data:`RUNNING` for the cross of the running step, which has no eye."""
    move_requested = Signal(int, int)
    """Cursor value, and 1 for later (up in the list) or -1 for earlier."""
    removed = Signal(int)

    def __init__(self, parent: QWidget) -> None:
        super().__init__("History", _ROWS_SHOWN, HISTORY_ROW_H, parent)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self._pressed_plainly = False
        self._pressed_eye = False

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        plain = event.modifiers() == Qt.KeyboardModifier.NoModifier
        self._pressed_plainly = plain and event.button() == Qt.MouseButton.LeftButton
        self._pressed_eye = self._pressed_plainly and self._on_eye(event.position().toPoint())
        if not self._pressed_eye:
            super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        position = event.position().toPoint()
        index = self.indexAt(position)
        if self._pressed_eye:
            self._pressed_eye = self._pressed_plainly = False
            if self._on_eye(position):
                self.eye_clicked.emit(self._model().row(index).index)
            return
        super().mouseReleaseEvent(event)
        # With Ctrl or Shift a click only chooses rows to compare.
        if self._pressed_plainly and index.isValid() and index == self.currentIndex():
            self.row_chosen.emit(self._model().row(index).index)
        self._pressed_plainly = False

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """On the eye a quick second click is a second click."""
        if self._on_eye(event.position().toPoint()):
            self.mousePressEvent(event)
        else:
            super().mouseDoubleClickEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        index = self.currentIndex()
        if self.state() == QAbstractItemView.State.EditingState:
            return  # what the field for a name has no use for is not meant for the list
        if not index.isValid():
            super().keyPressEvent(event)
            return
        row, alt = self._model().row(index), event.modifiers() == Qt.KeyboardModifier.AltModifier
        match event.key():
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self.row_chosen.emit(row.index)
            case Qt.Key.Key_F2 if row.index and row.running is None:
                self.edit(index)
            case Qt.Key.Key_Space if row.eye is not None:
                self.eye_clicked.emit(row.index)
            case Qt.Key.Key_Delete if row.eye is not None or row.running is not None:
                self.removed.emit(row.index)
            case Qt.Key.Key_Up | Qt.Key.Key_Down if alt and row.eye is not None:
                self.move_requested.emit(row.index, 1 if event.key() == Qt.Key.Key_Up else -1)
            case _:
                super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        """Keys that are this list's while it has the focus are not shortcuts of the window."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            alt = event.modifiers() == Qt.KeyboardModifier.AltModifier
            if event.key() == Qt.Key.Key_F2 or (alt and event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down)):
                event.accept()
                return True
        return super().event(event)

    def _model(self) -> HistoryModel:
        model = self.model()
        assert isinstance(model, HistoryModel)
        return model

    def _on_eye(self, position: QPoint) -> bool:
        index = self.indexAt(position)
        row = self._model().row(index) if index.isValid() else None
        has_eye = row is not None and (row.eye is not None or row.running is not None)
        return has_eye and position.x() >= self.viewport().width() - _EYE_W
