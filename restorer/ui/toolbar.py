"""The toolbar: files, undo, zoom, comparison, and the device at the right end."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QAction, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QSizePolicy, QToolBar, QToolButton, QWidget

from restorer.ui import theme, words
from restorer.ui.actions import Actions
from restorer.ui.bar_button import BarButton
from restorer.ui.device_button import DeviceButton
from restorer.ui.icons import icon
from restorer.ui.search_button import SearchButton
from restorer.ui.tokens import TOOLBAR_BUTTON, TOOLBAR_H, TOOLBAR_ICON
from restorer.ui.widgets.buttons import describe
from restorer.ui.widgets.combo_box import ComboBox
from restorer.ui.widgets.labels import Separator

ZOOM_STEPS = (0.0625, 0.125, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0)
_NOW = "now"
_MARGIN, _SPACING = 8, 2
"""Of the bar, as the style sheet has them."""
_BESIDE, _ALONE = Qt.ToolButtonStyle.ToolButtonTextBesideIcon, Qt.ToolButtonStyle.ToolButtonIconOnly


class MainToolBar(QToolBar):
    """Everything but the zoom figure and the device is an action."""

    zoom_chosen = Signal(float)

    def __init__(self, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__("Toolbar", parent)
        self.setObjectName("toolbar")
        self.setMovable(False)
        self.setFixedHeight(TOOLBAR_H)
        self.setIconSize(QSize(TOOLBAR_ICON, TOOLBAR_ICON))
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self._actions = actions
        self._worded: list[BarButton] = []
        self._widths: dict[tuple[BarButton, Qt.ToolButtonStyle], int] = {}
        self._described: list[tuple[BarButton, QAction]] = []
        self._with_photo: list[QAction] = []

        self._add_action("open", words_beside=True)
        self._add_action("save", words_beside=True)
        self._add_action("export", words_beside=True)
        self._add_line()
        self._add_action("undo")
        self._add_action("redo")
        self._with_photo.append(self._add_line())
        self._with_photo.append(self._add_action("zoom-out"))
        self.zoom_box = self._zoom_box()
        self._with_photo.append(self.addWidget(_centred(self.zoom_box)))
        self._with_photo.append(self._add_action("zoom-in"))
        self._with_photo.append(self._add_action("fit", text_only=True))
        self._with_photo.append(self._add_action("actual", text_only=True))
        self._with_photo.append(self._add_line())
        self.compare_menu = QMenu(self)
        self._with_photo.append(self._add_compare())
        self._with_photo.append(self._add_action("provenance", words_beside=True))
        self._add_gap()
        self.search_button = SearchButton(actions["palette"])
        self.addWidget(self.search_button)
        self._add_line()
        self.device_button = DeviceButton()
        self.addWidget(self.device_button)
        self.show_photo_actions(False)
        actions.keys_changed.connect(self._describe)
        self._describe()

    def show_photo_actions(self, shown: bool) -> None:
        """Zoom and comparison are there only while a photo is."""
        for action in self._with_photo:
            action.setVisible(shown)

    def set_zoom(self, factor: float) -> None:
        """Shows the zoom, 1 = one image pixel per device pixel."""
        presets = [(str(step), words.zoom(step)) for step in ZOOM_STEPS]
        self.zoom_box.set_choices([(_NOW, words.zoom(factor)), *presets])
        self.zoom_box.select(_NOW)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        # The style sheet has a rule for tool bars, and with one the palette's background is not used.
        tokens = theme.tokens()
        painter = QPainter(self)
        painter.fillRect(self.rect(), tokens.color("chrome"))
        painter.fillRect(0, self.height() - 1, self.width(), 1, tokens.color("edge"))
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        self._fit()

    def event(self, event: QEvent) -> bool:
        handled = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:
            self._fit()
        return handled

    def _fit(self) -> None:
        """Gives up words from the right, then the search field, until everything has its place."""
        shown = [widget for widget in self._widgets() if widget is not self._gap]
        worded = [button for button in self._worded if button in shown]
        needed = 2 * _MARGIN + _SPACING * len(shown)
        others = [widget for widget in shown if widget not in self._worded]
        needed += sum(max(widget.sizeHint().width(), widget.minimumWidth()) for widget in others)
        needed += self.search_button.width_when(wide=True) - self.search_button.sizeHint().width()
        needed += sum(self._width_of(button, _BESIDE) for button in worded)
        styles = dict.fromkeys(worded, _BESIDE)
        for button in reversed(worded):
            if needed > self.width():
                styles[button] = _ALONE
                needed -= self._width_of(button, _BESIDE) - self._width_of(button, _ALONE)
        self.search_button.set_wide(needed <= self.width())
        for button, style in styles.items():
            if button.toolButtonStyle() != style:
                button.setToolButtonStyle(style)

    def _widgets(self) -> Iterator[QWidget]:
        for action in self.actions():
            widget = self.widgetForAction(action)
            if widget is not None and action.isVisible():
                yield widget

    def _width_of(self, button: BarButton, style: Qt.ToolButtonStyle) -> int:
        """How wide a button would be; measured once, since asking takes changing it."""
        key = (button, style)
        if key not in self._widths:
            before = button.toolButtonStyle()
            button.setToolButtonStyle(style)
            button.ensurePolished()
            self._widths[key] = button.sizeHint().width()
            button.setToolButtonStyle(before)
        return self._widths[key]

    def _add_action(self, action_id: str, *, words_beside: bool = False, text_only: bool = False) -> QAction:
        action = self._actions[action_id]
        button = BarButton()
        button.setDefaultAction(action)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
        self._described.append((button, action))
        if words_beside:
            self._worded.append(button)
        elif text_only:
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        return self.addWidget(button)

    def _describe(self) -> None:
        for button, action in self._described:
            describe(button, action.text().rstrip("…"), action.shortcut())

    def _add_compare(self) -> QAction:
        button = BarButton()
        button.setText("Compare")
        button.setIcon(icon("compare"))
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        button.setMenu(self.compare_menu)
        describe(button, "Compare with the original, or other states")
        for action_id in ("split", "side", "compare-states", "bake-off"):
            self.compare_menu.addAction(self._actions[action_id])
        self._worded.append(button)
        return self.addWidget(button)

    def _zoom_box(self) -> ComboBox:
        box = ComboBox("Zoom")
        box.setFixedWidth(80)
        box.setFont(theme.tabular(box.font()))
        box.chosen.connect(self._on_zoom_chosen)
        return box

    def _on_zoom_chosen(self, chosen: str) -> None:
        if chosen != _NOW:
            self.zoom_chosen.emit(float(chosen))

    def _add_line(self) -> QAction:
        frame = QWidget()
        line = Separator(Qt.Orientation.Vertical, parent=frame)
        frame.setFixedSize(17, TOOLBAR_BUTTON)
        line.setGeometry(8, 4, 1, TOOLBAR_BUTTON - 8)
        return self.addWidget(frame)

    def _add_gap(self) -> None:
        self._gap = QWidget()
        self._gap.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.addWidget(self._gap)


def _centred(field: QWidget) -> QWidget:
    """The field in the middle of the bar's height; a tool bar alone puts lower widgets at the top."""
    frame = QWidget()
    layout = QHBoxLayout(frame)
    layout.setContentsMargins(2, 0, 2, 0)
    layout.addWidget(field, 0, Qt.AlignmentFlag.AlignVCenter)
    frame.setFixedSize(frame.sizeHint().width(), TOOLBAR_BUTTON)
    return frame
