"""The preferences: pages at the left, fields at the right; everything is applied and saved at once."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, QSize, QStringListModel
from PySide6.QtGui import QIcon, QPainter
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QStackedWidget,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
)

from restorer.ui import icons, theme
from restorer.ui.dialogs.preference_pages import CanvasPage, DevicePage, GeneralPage, framed
from restorer.ui.dialogs.settings_form import SettingsForm
from restorer.ui.dialogs.shortcut_page import ShortcutPage
from restorer.ui.language import tr
from restorer.ui.main_window import MainWindow
from restorer.ui.panels.rows import Index, RowView, paint_row, paint_text
from restorer.ui.tokens import PADDING
from restorer.ui.widgets import Separator
from restorer.ui.workspace import Workspace

_SIZE = QSize(720, 520)
_PAGES_W = 156
_PAGE_H = 32
_ICON = 16
_ICONS = ("tone", "photo", "device", "shortcuts")


class PreferencesDialog(QDialog):
    """Blocks nothing; a page shows what is changed elsewhere meanwhile."""

    def __init__(self, workspace: Workspace, window: MainWindow) -> None:
        super().__init__(window)
        self.setWindowTitle(tr("Preferences"))
        self.resize(_SIZE)
        self.setMinimumSize(QSize(620, 420))
        self.pages: dict[str, SettingsForm] = {
            "general": GeneralPage(workspace),
            "canvas": CanvasPage(workspace),
            "device": DevicePage(workspace),
            "shortcuts": ShortcutPage(workspace, window.actions_by_id),
        }
        titles = (tr("General"), tr("Canvas"), tr("Device"), tr("Shortcuts"))
        self._stack = QStackedWidget()
        for page in self.pages.values():
            self._stack.addWidget(framed(page))
        self._list = RowView(tr("Pages"), len(titles), _PAGE_H)
        self._list.setFixedWidth(_PAGES_W)
        self._list.setModel(QStringListModel(list(titles), self._list))
        self._list.setItemDelegate(_PageDelegate(self._list))
        theme.set_surface(self._list, "chrome")
        self._list.selectionModel().currentRowChanged.connect(lambda index, _before: self._on_row(index.row()))
        self._build()
        self.show_page("general")

    def show_page(self, name: str) -> None:
        self._list.setCurrentIndex(self._list.model().index(list(self.pages).index(name), 0))

    def done(self, result: int) -> None:
        for page in self.pages.values():
            page.flush()
        super().done(result)

    # -- building

    def _build(self) -> None:
        right = QVBoxLayout()
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(0)
        right.addWidget(self._stack, 1)
        right.addWidget(Separator())
        right.addWidget(self._buttons())
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._list)
        layout.addLayout(right, 1)

    def _buttons(self) -> QDialogButtonBox:
        buttons = QDialogButtonBox()
        role = QDialogButtonBox.ButtonRole
        close = buttons.addButton(tr("Close"), role.RejectRole)
        reset = buttons.addButton(tr("Reset this page"), role.ResetRole)
        for button in (close, reset):
            button.setIcon(QIcon())
            button.setAutoDefault(False)
        buttons.setContentsMargins(16, 12, 16, 12)
        buttons.rejected.connect(self.close)
        reset.clicked.connect(lambda: self._page().reset())
        return buttons

    def _page(self) -> SettingsForm:
        return list(self.pages.values())[self._list.currentIndex().row()]

    def _on_row(self, row: int) -> None:
        self._stack.setCurrentIndex(row)
        page = self._page()
        if isinstance(page, DevicePage):
            page.look()


class _PageDelegate(QStyledItemDelegate):
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: N802
        return QSize(_PAGES_W, _PAGE_H)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        view = self.parent()
        assert isinstance(view, RowView)
        current = index.row() == view.currentIndex().row()
        rect, tokens = QRect(option.rect), theme.tokens()
        painter.save()
        paint_row(painter, option, selected=current, current=current)
        square = QRectF(rect.left() + PADDING, rect.center().y() - _ICON / 2 + 0.5, _ICON, _ICON)
        color = tokens.color("text" if current else "text_2")
        icons.draw_icon(painter, _ICONS[index.row()], square, color)
        painter.setFont(theme.font("strong" if current else "body"))
        painter.setPen(color)
        left = rect.left() + PADDING + _ICON + 10
        paint_text(painter, QRect(left, rect.top(), rect.right() - left, rect.height()), str(index.data()))
        painter.restore()
