"""The picker: a click takes the pixel under it."""

from __future__ import annotations

import math
from typing import Protocol

from PySide6.QtCore import Qt

from restorer.ui.canvas.cursors import tool_cursor
from restorer.ui.canvas.tools.base import Cursor, Pointer, Tool, ToolHost


class PickHost(ToolHost, Protocol):
    """The canvas, as this tool sees it."""

    def pick(self, x: int, y: int) -> None:
        """The person clicked this pixel of the photo."""
        ...


class PickTool(Tool):
    """Tells its host which pixel was clicked, once a press."""

    def __init__(self, host: PickHost) -> None:
        super().__init__(host)
        self._picks = host

    @property
    def cursor(self) -> Cursor:
        return tool_cursor("neutral")

    def press(self, pointer: Pointer) -> bool:
        document = self._host.editable_document()
        x, y = math.floor(pointer.image_x), math.floor(pointer.image_y)
        if document is None or pointer.button is not Qt.MouseButton.LeftButton:
            return False
        if 0 <= x < document.image.width and 0 <= y < document.image.height:
            self._picks.pick(x, y)
        return True

    def move(self, pointer: Pointer) -> None:
        """Grain is no colour: what counts is where the press was."""

    def release(self, pointer: Pointer) -> None:
        """Nothing is left to do."""
