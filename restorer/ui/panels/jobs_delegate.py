"""How a job looks: two lines of text, a bar between them, and what can be clicked."""

from __future__ import annotations

from PySide6.QtCore import (
    QAbstractItemModel,
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QFontMetrics, QHelpEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import QAbstractItemView, QStyledItemDelegate, QStyleOptionViewItem, QToolTip, QWidget

from restorer.ui import icons, theme
from restorer.ui.panels.jobs_model import JobRow, JobsModel
from restorer.ui.panels.rows import Index, paint_row, paint_text
from restorer.ui.tokens import FIELD_H, GAP, JOB_ROW_H, METER_H, PADDING
from restorer.ui.widgets.meter import paint_meter

COPY_REPORT = "Copy report"
TRY_AGAIN = "Try again"
_ICON = 14
_SWEEP_WIDTH = 0.28


def close_rect(row: QRect) -> QRect:
    """Where a row is cancelled or dismissed."""
    return QRect(row.right() - PADDING - FIELD_H + 7, row.center().y() - FIELD_H // 2, FIELD_H, FIELD_H)


def link_text(row: JobRow) -> str:
    """What can be clicked at the right end of a row's second line, or nothing."""
    return TRY_AGAIN if row.can_retry else COPY_REPORT if row.state == "failed" else ""


def link_rect(row: QRect, text: str) -> QRect:
    """Where it is."""
    width = QFontMetrics(theme.font("small")).horizontalAdvance(text)
    right = close_rect(row).left() - GAP
    return QRect(right - width, row.bottom() - 21, width + 1, 18)


class JobsDelegate(QStyledItemDelegate):
    """Paints the rows and says which of their parts was clicked."""

    close_clicked = Signal(int)
    report_clicked = Signal(int)
    retry_clicked = Signal(int)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.phase = 0.0
        """Place of the sweep of bars without an estimate, 0 to 1."""
        self.still = False
        """Whether such bars say "Working" instead of moving."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: N802
        return QSize(200, JOB_ROW_H)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row = _row(index)
        view = self.parent()
        assert isinstance(view, QAbstractItemView)
        rect: QRect = option.rect
        tokens = theme.tokens()
        painter.save()
        selected = view.hasFocus() and view.selectionModel().isSelected(index)
        paint_row(painter, option, selected=selected, current=False)
        has_bar = row.state in ("running", "failed") and not (row.state == "failed" and row.fraction is None)
        close = close_rect(rect)
        left, right = rect.left() + PADDING, close.left() - GAP
        top = rect.top() + (4 if has_bar else 8)
        self._paint_title(painter, QRect(left, top, right - left, 16), row)
        if has_bar:
            self._paint_bar(painter, QRectF(left, rect.top() + 23, right - left, METER_H), row)
        self._paint_detail(painter, QRect(left, rect.bottom() - (18 if has_bar else 21), right - left, 16), rect, row)
        square = QRectF(close.center().x() - 6.5, close.center().y() - 6.5, 14, 14)
        icons.draw_icon(painter, "close", square, tokens.color("text_2"))
        painter.restore()

    def editorEvent(  # noqa: N802
        self,
        event: QEvent,
        model: QAbstractItemModel,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> bool:
        if event.type() != QEvent.Type.MouseButtonRelease or not isinstance(event, QMouseEvent):
            return super().editorEvent(event, model, option, index)
        if event.button() != Qt.MouseButton.LeftButton:
            return False
        row = _row(index)
        rect: QRect = option.rect
        at = event.position().toPoint()
        if close_rect(rect).contains(at):
            self.close_clicked.emit(row.id)
            return True
        text = link_text(row)
        if text and link_rect(rect, text).contains(at):
            (self.retry_clicked if row.can_retry else self.report_clicked).emit(row.id)
            return True
        return False

    def helpEvent(  # noqa: N802
        self,
        event: QHelpEvent,
        view: QAbstractItemView,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> bool:
        rect: QRect = option.rect
        if index.isValid() and close_rect(rect).contains(event.pos()):
            text = "Dismiss (Del)" if _row(index).is_over else "Cancel this job (Del)"
            QToolTip.showText(event.globalPos(), text, view)
            return True
        return super().helpEvent(event, view, option, index)

    def _paint_title(self, painter: QPainter, line: QRect, row: JobRow) -> None:
        tokens = theme.tokens()
        painter.setFont(theme.font("strong"))
        painter.setPen(tokens.color("text_2" if row.state == "cancelled" else "text"))
        used = paint_text(painter, line, row.title)
        painter.setFont(theme.font("body"))
        painter.setPen(tokens.color("text_2"))
        gap = painter.fontMetrics().horizontalAdvance(" ")
        paint_text(painter, line.adjusted(used + gap, 0, 0, 0), row.subject)

    def _paint_bar(self, painter: QPainter, bar: QRectF, row: JobRow) -> None:
        tokens = theme.tokens()
        role = "error" if row.state == "failed" else "text_3" if row.paused else "accent_line"
        if row.fraction is not None:
            paint_meter(painter, bar, ((row.fraction, role),), tokens)
        elif self.still or row.paused:
            paint_meter(painter, bar, (), tokens)
        else:
            start = self.phase * (1.0 + _SWEEP_WIDTH) - _SWEEP_WIDTH
            width = min(start + _SWEEP_WIDTH, 1.0) - max(start, 0.0)
            paint_meter(painter, bar, ((max(start, 0.0), "groove"), (width, role)), tokens)

    def _paint_detail(self, painter: QPainter, line: QRect, rect: QRect, row: JobRow) -> None:
        tokens = theme.tokens()
        painter.setFont(theme.tabular(theme.font("small")))
        mark = {"failed": ("failed", "error"), "done": ("done", "success"), "waiting": ("waiting", "text_2")}
        if row.state in mark or row.paused:
            name, role = ("pause", "text_2") if row.paused and not row.is_over else mark[row.state]
            square = QRectF(line.left(), line.center().y() - _ICON / 2 + 0.5, _ICON, _ICON)
            icons.draw_icon(painter, name, square, tokens.color(role))
            line.setLeft(line.left() + _ICON + 5)
        link = link_text(row)
        right_text = link or row.eta
        painter.setPen(tokens.color("accent_line" if link else "text_2"))
        room = 0
        if right_text:
            room = painter.fontMetrics().horizontalAdvance(right_text) + GAP
            paint_text(painter, line, right_text, Qt.AlignmentFlag.AlignRight)
        painter.setPen(tokens.color("error" if row.state == "failed" else "text_2"))
        working = row.state == "running" and row.fraction is None and self.still and not row.paused
        detail = f"Working, {row.detail}" if working and row.detail else "Working" if working else row.detail
        paint_text(painter, line.adjusted(0, 0, -room, 0), detail or row.state_word)


def _row(index: Index) -> JobRow:
    model = index.model()
    assert isinstance(model, JobsModel)
    return model.row(index)
