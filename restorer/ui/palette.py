"""The command palette: type a few letters of anything, Enter does it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from restorer.ui import icons, theme
from restorer.ui.language import tr
from restorer.ui.palette_entries import Entry, Found, search
from restorer.ui.panels.rows import Index, RowModel, RowView, paint_text
from restorer.ui.tokens import GAP, PADDING, ROW_H, Tokens
from restorer.ui.widgets.key_cap import CAP_H, KeyCap, cap_size, paint_cap
from restorer.ui.widgets.labels import Separator, TintedLabel
from restorer.ui.widgets.painting import FOCUS_RING, paint_box

_WIDTH = 520
_ROWS = 11
_TOP = 110
"""44 below the toolbar."""
_ICON = 16
_PICTURE = QSize(34, 22)
_RADIUS = 8
_STEPS = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: _ROWS - 1, Qt.Key.Key_PageUp: 1 - _ROWS}
_KEYS = {Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Enter, *_STEPS}


class _Model(RowModel[Found]):
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        entry = self.row(index).entry
        if role == Qt.ItemDataRole.DisplayRole:
            return entry.title
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return ", ".join(part for part in (entry.title, entry.kind, entry.keys, entry.reason) if part)
        return None


class _Delegate(QStyledItemDelegate):
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: N802
        return QSize(200, ROW_H)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        model = index.model()
        assert isinstance(model, _Model)
        view = self.parent()
        assert isinstance(view, QAbstractItemView)
        found = model.row(index)
        entry, rect, tokens = found.entry, QRect(option.rect), theme.tokens()
        selected = index == view.currentIndex()
        painter.save()
        if selected:
            paint_box(painter, QRectF(rect.adjusted(4, 0, -4, 0)), 4, fill=tokens.color("accent_fill"))
        strong = "white" if selected else "text_off" if entry.reason else "text"
        weak = "white" if selected else "text_off" if entry.reason else "text_2"
        indent = _ICON
        if entry.picture is not None:
            indent = _PICTURE.width()
            place = QRectF(rect.left() + PADDING, rect.center().y() - _PICTURE.height() / 2 + 0.5, indent, 0)
            place.setHeight(_PICTURE.height())
            _paint_picture(painter, entry.picture, place)
        elif entry.icon:
            square = QRectF(rect.left() + PADDING, rect.center().y() - _ICON / 2 + 0.5, _ICON, _ICON)
            icons.draw_icon(painter, entry.icon, square, tokens.color(weak))
        left = rect.left() + PADDING + indent + 10
        right = self._paint_right(painter, rect, entry, tokens, weak)
        painter.setPen(tokens.color(strong))
        left += self._paint_title(painter, QRect(left, rect.top(), right - left, rect.height()), found)
        painter.setFont(theme.font("body"))
        painter.setPen(tokens.color(weak))
        if right - left > 40:
            paint_text(painter, QRect(left + GAP, rect.top(), right - left - GAP, rect.height()), entry.kind)
        painter.restore()

    def _paint_right(self, painter: QPainter, rect: QRect, entry: Entry, tokens: Tokens, role: str) -> int:
        """Shortcut, or why not; returns where they begin."""
        right = rect.right() - PADDING
        if entry.keys:
            width = cap_size(entry.keys).width()
            corner = QPointF(right - width, rect.center().y() - CAP_H / 2 + 0.5)
            border = tokens.color("white" if role == "white" else "border")
            paint_cap(painter, corner, entry.keys, tokens.color(role), border)
            right -= width + GAP
        if entry.reason:
            painter.setFont(theme.font("small"))
            width = painter.fontMetrics().horizontalAdvance(entry.reason)
            painter.setPen(tokens.color("white" if role == "white" else "text_3"))
            painter.drawText(QRect(right - width, rect.top(), width + 1, rect.height()), _MIDDLE, entry.reason)
            right -= width + GAP
        return right

    def _paint_title(self, painter: QPainter, rect: QRect, found: Found) -> int:
        """The title with the letters that were typed set strong; returns its width."""
        body, strong = theme.font("body"), QFont(theme.font("body"))
        strong.setWeight(QFont.Weight.Bold)
        title = found.entry.title
        if QFontMetrics(strong).horizontalAdvance(title) > rect.width():
            painter.setFont(body)
            return paint_text(painter, rect, title)
        left = rect.left()
        for run, is_typed in _runs(title, set(found.places)):
            painter.setFont(strong if is_typed else body)
            width = painter.fontMetrics().horizontalAdvance(run)
            painter.drawText(QRect(left, rect.top(), width + 4, rect.height()), _MIDDLE, run)
            left += width
        return left - rect.left()


_MIDDLE = Qt.AlignmentFlag.AlignVCenter


class Palette(QFrame):
    """Lies over the window, below the toolbar, while it is open; Esc, a click beside it or another choice closes it.

    Args:
        window: what it lies over.
        entries: asked each time it opens.
        name: what it is, for screen readers; that it searches actions if empty.
        prompt: stands in the empty field; what is searched if empty.
        hint: which key does what.
    """

    def __init__(
        self,
        window: QWidget,
        entries: Callable[[], Sequence[Entry]],
        *,
        name: str = "",
        prompt: str = "",
        hint: str = "",
    ) -> None:
        super().__init__(window)
        self._hint = hint or tr("↑ ↓ choose, Enter runs")
        self._make_entries = entries
        self._entries: Sequence[Entry] = ()
        self._used: list[str] = []
        self._before: QWidget | None = None
        self.setAccessibleName(name or tr("Search actions"))
        self.field = QLineEdit()
        self.field.setPlaceholderText(prompt or tr("Search actions, tasks and recent photos"))
        self.field.setFrame(False)
        self.field.setProperty("bare", True)
        self.field.setProperty(FOCUS_RING, "none")
        self.field.setFont(theme.font("palette"))
        self.field.textChanged.connect(self._refresh)
        self.field.installEventFilter(self)
        self._model = _Model(self)
        self.view = RowView(tr("Found"), _ROWS, ROW_H, self)
        self.view.setModel(self._model)
        self.view.setItemDelegate(_Delegate(self.view))
        self.view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.view.clicked.connect(self._run)
        self.view.setFocusProxy(self.field)
        theme.set_surface(self.view, "popup")
        self._count = TintedLabel(role="text_3", font="small")
        self._build()
        self.hide()

    def toggle(self) -> None:
        """Opens it, or closes it if it is open."""
        if self.isVisible():
            self.shut()
        else:
            self.open()

    def open(self) -> None:
        """Shows it empty, with what can be done now."""
        self._before = QApplication.focusWidget()
        self._entries = self._make_entries()
        self.field.clear()
        self._refresh()
        self._fit()
        self.show()
        self.raise_()
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)
        QApplication.instance().installEventFilter(self)  # type: ignore[union-attr]

    def shut(self) -> None:
        """Closes it and gives the focus back to what had it."""
        if not self.isVisible():
            return
        QApplication.instance().removeEventFilter(self)  # type: ignore[union-attr]
        had_focus = self.isAncestorOf(QApplication.focusWidget() or self)
        self.hide()
        if had_focus and self._before is not None and self._before.isVisible():
            self._before.setFocus(Qt.FocusReason.OtherFocusReason)
        self._before = None

    def found(self) -> list[Entry]:
        """What is listed now, best first."""
        return [self._model.row(self._model.index(place)).entry for place in range(self._model.rowCount())]

    # -- building

    def _build(self) -> None:
        theme.set_surface(self, "popup")
        top = QHBoxLayout()
        top.setContentsMargins(PADDING, 10, PADDING, 10)
        top.setSpacing(10)
        top.addWidget(_SearchMark())
        top.addWidget(self.field, 1)
        top.addWidget(KeyCap("Esc"))
        bottom = QHBoxLayout()
        bottom.setContentsMargins(PADDING, 6, PADDING, 8)
        hint = TintedLabel(self._hint, role="text_3", font="small")
        bottom.addWidget(hint, 1)
        bottom.addWidget(self._count)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(1, 1, 1, 1)
        layout.setSpacing(0)
        layout.addLayout(top)
        layout.addWidget(Separator())
        layout.addSpacing(4)
        layout.addWidget(self.view, 1)
        layout.addSpacing(4)
        layout.addWidget(Separator())
        layout.addLayout(bottom)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        tokens = theme.tokens()
        painter = QPainter(self)
        painter.fillRect(self.rect(), tokens.color("popup"))
        painter.setPen(tokens.color("border"))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.end()

    def _fit(self) -> None:
        """As high as what was found, up to a dozen rows."""
        window = self.parentWidget()
        assert window is not None
        rows = min(max(self._model.rowCount(), 1), _ROWS)
        frame = self.sizeHint().height() - self.view.sizeHint().height()
        width = min(_WIDTH, window.width() - 2 * PADDING)
        height = min(frame + rows * ROW_H, window.height() - _TOP - PADDING)
        self.setGeometry((window.width() - width) // 2, _TOP, width, height)

    # -- searching

    def _refresh(self) -> None:
        found = search(self.field.text(), self._entries, self._used)
        self._model.replace_rows(found)
        self._count.setText(tr("{} of {}").format(len(found), len(self._entries)))
        if found:
            self.view.setCurrentIndex(self._model.index(0))
            self.view.scrollToTop()
        if self.isVisible():
            self._fit()

    def _step(self, by: int) -> None:
        rows = self._model.rowCount()
        if rows:
            row = self.view.currentIndex().row() + by
            row = row % rows if abs(by) == 1 else min(max(row, 0), rows - 1)
            self.view.setCurrentIndex(self._model.index(row))

    def _run(self, index: Index) -> None:
        if not index.isValid():
            return
        entry = self._model.row(index).entry
        if entry.reason:
            return
        self._used = [entry.id, *(other for other in self._used if other != entry.id)]
        self.shut()
        entry.run()

    # -- events

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        if watched is self.field and isinstance(event, QKeyEvent):
            if event.type() == QEvent.Type.KeyPress:
                return self._on_key(event)
            if event.type() == QEvent.Type.ShortcutOverride and event.key() in _KEYS:
                # Otherwise the window's own shortcuts, Esc to cancel a job among them, would come first.
                event.accept()
                return True
        if event.type() == QEvent.Type.MouseButtonPress and isinstance(event, QMouseEvent):
            inside = self.rect().contains(self.mapFromGlobal(event.globalPosition().toPoint()))
            if not inside and isinstance(watched, QWidget) and watched.window() is self.window():
                self.shut()
        if event.type() == QEvent.Type.WindowDeactivate and watched is self.window():
            self.shut()
        return super().eventFilter(watched, event)

    def _on_key(self, event: QKeyEvent) -> bool:
        key = Qt.Key(event.key())
        if key == Qt.Key.Key_Escape:
            self.shut()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._run(self.view.currentIndex())
        elif key in _STEPS:
            self._step(_STEPS[key])
        else:
            return False
        return True


def _paint_picture(painter: QPainter, picture: QImage, place: QRectF) -> None:
    """The middle of it, filling the place."""
    scale = max(place.width() / picture.width(), place.height() / picture.height())
    part = QRectF(0, 0, place.width() / scale, place.height() / scale)
    part.moveCenter(QRectF(picture.rect()).center())
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.drawImage(place, picture, part)


class _SearchMark(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self.setFixedSize(_ICON + 2, _ICON + 2)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        icons.draw_icon(painter, "search", QRectF(self.rect()), theme.tokens().color("text_2"))
        painter.end()


def _runs(title: str, typed: set[int]) -> list[tuple[str, bool]]:
    """The title cut where typed and other letters meet."""
    runs: list[tuple[str, bool]] = []
    for place, letter in enumerate(title):
        is_typed = place in typed
        if runs and runs[-1][1] == is_typed:
            runs[-1] = (runs[-1][0] + letter, is_typed)
        else:
            runs.append((letter, is_typed))
    return runs
