"""The review tool: a click keeps or drops what was found there."""

from __future__ import annotations

from PySide6.QtCore import Qt

from restorer.ui.canvas.tools.base import Cursor, Pointer, Tool


class ReviewTool(Tool):
    """A click turns round whether a find is kept; with Alt or the right button it only takes it in hand."""

    @property
    def cursor(self) -> Cursor:
        return Qt.CursorShape.PointingHandCursor

    def press(self, pointer: Pointer) -> bool:
        turns = pointer.button is Qt.MouseButton.LeftButton and not pointer.alt
        self._host.pick_find(pointer.image_x, pointer.image_y, turns=turns)
        return True

    def move(self, pointer: Pointer) -> None:
        """A drag does nothing more."""

    def release(self, pointer: Pointer) -> None:
        """Nothing is left to do."""
