"""The column of tools at the left of the canvas."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QVBoxLayout, QWidget

from restorer.ui import theme
from restorer.ui.tokens import TOOL_COLUMN_W
from restorer.ui.widgets.buttons import ToolButton

_PADDING = 6
_GAP = 2


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool of the canvas: its name there, what people call it, its icon and key."""

    id: str
    title: str
    icon: str
    shortcut: str


TOOLS = (
    Tool("brush", "Brush", "brush", "B"),
    Tool("eraser", "Eraser", "eraser", "E"),
    Tool("pan", "Pan", "pan", "H"),
    Tool("zoom", "Zoom", "zoom", "Z"),
)


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

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        painter.fillRect(self.width() - 1, 0, 1, self.height(), theme.tokens().color("edge"))
        painter.end()

    def _on_toggled(self, button: QAbstractButton, checked: bool) -> None:
        if checked:
            self.tool_selected.emit(button.objectName())
