"""The window. Layout only: what happens is decided by the workspace, what is shown by the presenters.

It is built in three goes, so that it is on the screen at once. Bare, it paints its surfaces. :meth:`MainWindow.dress`
adds menus, toolbar, empty view and status bar, after the first frame. :meth:`MainWindow.furnish` adds what works with
pixels.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QEvent, QRect, Qt, Signal
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDragLeaveEvent, QDropEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QDialog, QMainWindow, QStackedWidget, QWidget

from restorer.ui.tokens import STATUS_H, TOOLBAR_H, Tokens

if TYPE_CHECKING:
    from PySide6.QtCore import QMimeData
    from PySide6.QtWidgets import QMenu

    from restorer.ui.actions import Actions
    from restorer.ui.editor import Editor
    from restorer.ui.empty_view import EmptyView
    from restorer.ui.status_bar import StatusBar
    from restorer.ui.toolbar import MainToolBar

TITLE = "Restorer"
_FIRST_SIZE = (1600, 1000)
_SMALLEST_SIZE = (1000, 600)
_MENU_BAR_H = 26


class MainWindow(QMainWindow):
    """Bare until :meth:`dress`; the parts named below are there from then on.

    Args:
        tokens: colours of the first frame.
    """

    first_painted = Signal()
    """The first frame is about to be on the screen."""
    close_requested = Signal(QCloseEvent)
    """Emitted while closing; a listener may ignore the event."""

    actions_by_id: Actions
    menus: dict[str, QMenu]
    toolbar: MainToolBar
    status: StatusBar
    empty: EmptyView

    def __init__(self, tokens: Tokens) -> None:
        super().__init__()
        self.setWindowTitle(TITLE)
        self.setMinimumSize(*_SMALLEST_SIZE)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self.editor: Editor | None = None
        self.messages: QWidget | None = None
        self.take_dropped: Callable[[QMimeData], bool] = lambda _: False
        """Opens what was dropped; False where there is no picture in it."""
        self._first_colors: Tokens | None = tokens
        self._painted = False

    def dress(self) -> None:
        """Adds everything that needs nothing but Qt."""
        from restorer.ui import theme
        from restorer.ui.actions import Actions
        from restorer.ui.empty_view import EmptyView
        from restorer.ui.status_bar import StatusBar
        from restorer.ui.toolbar import MainToolBar

        self._first_colors = None
        self.actions_by_id = Actions(self)
        self.menus = self.actions_by_id.fill(self.menuBar())
        theme.set_surface(self.menuBar(), "chrome")
        self.toolbar = MainToolBar(self.actions_by_id)
        self.addToolBar(self.toolbar)
        self.status = StatusBar()
        self.setStatusBar(self.status)
        self.empty = EmptyView()
        self._stack = QStackedWidget()
        self._stack.addWidget(self.empty)
        self.setCentralWidget(self._stack)
        self.setAcceptDrops(True)

    def furnish(self, editor: Editor, messages: QWidget) -> None:
        """Adds the page for photos and the place for messages."""
        self.editor, self.messages = editor, messages
        self._stack.addWidget(editor)
        self.empty.messages.addWidget(messages)

    def show_editor(self, shown: bool) -> None:
        """Switches between the empty view and the photo's page; messages move along."""
        if self.editor is None or self.messages is None:
            return
        page = self.editor if shown else self.empty
        has_messages = not self.messages.isHidden()
        self._stack.setCurrentWidget(page)
        page.messages.addWidget(self.messages)
        self.messages.setVisible(has_messages)  # a widget is hidden when it gets another parent
        self.toolbar.show_photo_actions(shown)
        if shown:
            self.editor.canvas.setFocus()

    def set_photo(self, name: str, modified: bool) -> None:
        """Names the photo in the title; an empty name for none."""
        self.setWindowTitle(f"{name}[*] — {TITLE}" if name else TITLE)
        self.setWindowModified(modified)

    def show_dialog(self, dialog: QDialog) -> None:
        """Shows a dialog beside the work: it blocks nothing and is gone once closed."""
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setModal(False)
        dialog.show()
        dialog.activateWindow()

    def focus_area(self, step: int) -> None:
        """Moves the focus to the next (1) or previous (-1) area of the window."""
        areas: list[QWidget] = [self.toolbar, self.empty]
        if self.editor is not None and self._stack.currentWidget() is self.editor:
            areas = [self.toolbar, *self.editor.areas()]
        areas = [area for area in areas if area.isVisible() and _first_stop(area) is not None]
        if not areas:
            return
        focus = QApplication.focusWidget()
        here = next(
            (place for place, area in enumerate(areas) if focus and _is_within(focus, area)), -1 if step > 0 else 0
        )
        stop = _first_stop(areas[(here + step) % len(areas)])
        if stop is not None:
            reason = Qt.FocusReason.TabFocusReason if step > 0 else Qt.FocusReason.BacktabFocusReason
            stop.setFocus(reason)

    def restore_place(self, geometry: bytes) -> None:
        """Size and place as saved by an earlier run, else a first size that fits the screen."""
        if geometry and self.restoreGeometry(QByteArray(geometry)):
            return
        available = self.screen().availableGeometry()
        width = min(_FIRST_SIZE[0], available.width())
        height = min(_FIRST_SIZE[1], available.height())
        self.resize(width, height)
        self.move(available.center().x() - width // 2, available.center().y() - height // 2)

    # -- events

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        colors = self._first_colors
        if colors is None:
            super().paintEvent(event)
            return
        painter = QPainter(self)
        painter.fillRect(self.rect(), colors.color("canvas"))
        chrome = colors.color("chrome")
        painter.fillRect(QRect(0, 0, self.width(), _MENU_BAR_H + TOOLBAR_H), chrome)
        painter.fillRect(QRect(0, self.height() - STATUS_H, self.width(), STATUS_H), chrome)
        painter.end()

    def event(self, event: QEvent) -> bool:
        handled = super().event(event)
        if event.type() == QEvent.Type.Paint and not self._painted:
            self._painted = True
            self.first_painted.emit()
        return handled

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802
        event.accept()
        self.close_requested.emit(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802
        data = event.mimeData()
        if any(url.isLocalFile() for url in data.urls()) or data.hasImage():
            event.acceptProposedAction()
            self.empty.set_drop_hover(True)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:  # noqa: N802
        self.empty.set_drop_hover(False)

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802
        self.empty.set_drop_hover(False)
        if self.take_dropped(event.mimeData()):
            event.acceptProposedAction()


def _is_within(widget: QWidget, area: QWidget) -> bool:
    return widget is area or area.isAncestorOf(widget)


def _first_stop(area: QWidget) -> QWidget | None:
    """The first widget in the area that takes the focus by keyboard."""
    candidates = [area, *area.findChildren(QWidget)]
    return next(
        (
            widget
            for widget in candidates
            if widget.focusPolicy() & Qt.FocusPolicy.TabFocus
            and widget.isEnabled()
            and widget.isVisibleTo(area.window())
        ),
        None,
    )
