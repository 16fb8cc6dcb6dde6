"""Tools that move the view and the split line."""

from __future__ import annotations

from PySide6.QtCore import Qt

from restorer.ui.canvas.tools.base import Pointer, Tool, ToolHost


class PanTool(Tool):
    """Drags the photo."""

    def __init__(self, host: ToolHost) -> None:
        super().__init__(host)
        self._last: tuple[float, float] | None = None

    @property
    def cursor(self) -> Qt.CursorShape:
        return Qt.CursorShape.OpenHandCursor if self._last is None else Qt.CursorShape.ClosedHandCursor

    def press(self, pointer: Pointer) -> bool:
        self._last = (pointer.view_x, pointer.view_y)
        return True

    def move(self, pointer: Pointer) -> None:
        if self._last is not None:
            self._host.pan_by(pointer.view_x - self._last[0], pointer.view_y - self._last[1])
            self._last = (pointer.view_x, pointer.view_y)

    def release(self, pointer: Pointer) -> None:
        self._last = None

    def cancel(self) -> None:
        self._last = None


class ZoomTool(Tool):
    """A click zooms in one step, Alt or the right button out."""

    @property
    def cursor(self) -> Qt.CursorShape:
        return Qt.CursorShape.CrossCursor

    def press(self, pointer: Pointer) -> bool:
        inwards = pointer.button is Qt.MouseButton.LeftButton and not pointer.alt
        self._host.zoom_step(inwards=inwards, at=(pointer.view_x, pointer.view_y))
        return True

    def move(self, pointer: Pointer) -> None:
        """A drag does nothing more."""

    def release(self, pointer: Pointer) -> None:
        """Nothing is left to do."""


class SplitTool(Tool):
    """Drags the line between before and after."""

    @property
    def cursor(self) -> Qt.CursorShape:
        return Qt.CursorShape.SplitHCursor

    def press(self, pointer: Pointer) -> bool:
        self._host.move_split(pointer.view_x)
        return True

    def move(self, pointer: Pointer) -> None:
        self._host.move_split(pointer.view_x)

    def release(self, pointer: Pointer) -> None:
        """The line stays where it is."""
