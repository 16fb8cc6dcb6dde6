"""The column of tools at the left of the canvas."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QVBoxLayout, QWidget

from restorer.ui import theme
from restorer.ui.tokens import TOOL_COLUMN_W
from restorer.ui.widgets.buttons import ToolButton, describe

_PADDING = 6
_GAP = 2


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool of the canvas.

    Attributes:
        id: its name there.
        title: what people call it.
        icon, shortcut: of its button and its action.
        hint: for the status bar: what to do with it, and which keys change that.
        options: which groups of the options bar it has a use for.
    """

    id: str
    title: str
    icon: str
    shortcut: str
    hint: str
    options: tuple[str, ...] = ()


_MODES = "Shift adds, Alt subtracts"
TOOLS = (
    Tool("brush", "Brush", "brush", "B",
         "Paint over damage; right button erases, Shift+click draws a straight line, Shift+drag sets the size",
         ("brush", "brush-mode", "pressure")),
    Tool("eraser", "Eraser", "eraser", "E", "Take away from the mask; Shift+click erases along a straight line",
         ("brush", "pressure")),
    Tool("lasso", "Lasso", "lasso", "L", f"Draw around damage; {_MODES}", ("mode", "smooth")),
    Tool("polygon", "Polygon", "polygon", "Shift+L",
         f"Click corners; Enter or double-click closes, Backspace takes one back; {_MODES}", ("mode", "smooth")),
    Tool("rectangle", "Rectangle", "selection", "M", f"Drag; then Shift for a square, Alt from its middle; {_MODES}",
         ("mode", "smooth")),
    Tool("ellipse", "Ellipse", "ellipse", "Shift+M", f"Drag; then Shift for a circle, Alt from its middle; {_MODES}",
         ("mode", "smooth")),
    Tool("ribbon", "Ribbon", "ribbon", "R",
         f"Click along a scratch or crease; Enter or double-click marks it, Backspace takes a point back; {_MODES}",
         ("mode", "ribbon")),
    Tool("wand", "Similar colour", "wand", "W", f"Click a colour, drag sideways for the tolerance; {_MODES}",
         ("mode", "wand", "smooth")),
    Tool("protect", "Protect", "protect", "G", "Paint what must never be touched; right button takes protection away",
         ("brush", "brush-mode", "pressure")),
    Tool("review", "Review", "scan", "V", "Click a find to drop or keep it; . and , go to the next, A keeps, D drops"),
    Tool("crop", "Crop and straighten", "crop", "C",
         "Pull the frame, drag outside to turn it or Ctrl+drag along what should be level; Enter crops, Esc leaves"),
    Tool("neutral", "Neutral pixel", "neutral", "Shift+I",
         "Click what should be grey: it sets temperature and tint of Tone and colour"),
    Tool("pan", "Pan", "pan", "H", "Drag the photo; with any tool hold Space or the middle button"),
    Tool("zoom", "Zoom", "zoom", "Z", "Click to zoom in, Alt+click to zoom out; the wheel does so with any tool"),
)  # fmt: skip


class ToolColumn(QWidget):
    """One button per tool, one of them down. The keys are owned by the actions of the window.

    Args:
        tools: top to bottom.
    """

    tool_selected = Signal(str)
    """The person took this tool. :meth:`set_tool` does not emit it."""

    def __init__(self, tools: Sequence[Tool] = TOOLS, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        theme.set_surface(self, "chrome")
        self.setAccessibleName("Tools")
        self.setFixedWidth(TOOL_COLUMN_W)
        self._group = QButtonGroup(self)
        self._buttons: dict[str, ToolButton] = {}
        layout = QVBoxLayout(self)
        layout.setContentsMargins(_PADDING, _PADDING, _PADDING, _PADDING)
        layout.setSpacing(_GAP)
        for tool in tools:
            button = ToolButton(tool.icon, tool.title, shortcut=tool.shortcut, parent=self)
            button.setObjectName(tool.id)
            self._buttons[tool.id] = button
            self._group.addButton(button)
            layout.addWidget(button)
        layout.addStretch(1)
        self.set_tool(tools[0].id)
        self._group.buttonToggled.connect(self._on_toggled)

    def current_tool(self) -> str:
        return next(tool for tool, button in self._buttons.items() if button.isChecked())

    def set_tool(self, tool: str) -> None:
        """Show this tool as the one in hand.

        Raises:
            KeyError: for a tool that is not in the column.
        """
        blocked = self._group.blockSignals(True)
        self._buttons[tool].setChecked(True)
        self._group.blockSignals(blocked)

    def set_shortcuts(self, keys: Mapping[str, str]) -> None:
        """Tell these in the tooltips: tool id to a shortcut, empty for none."""
        for tool, shortcut in keys.items():
            if tool in self._buttons:
                describe(self._buttons[tool], self._buttons[tool].accessibleName(), shortcut)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        painter.fillRect(self.width() - 1, 0, 1, self.height(), theme.tokens().color("edge"))
        painter.end()

    def _on_toggled(self, button: QAbstractButton, checked: bool) -> None:
        if checked:
            self.tool_selected.emit(button.objectName())
