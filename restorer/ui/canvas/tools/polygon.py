"""The polygon: clicks from corner to corner."""

from __future__ import annotations

from restorer.core.shapes import Point, Polygon
from restorer.ui.canvas.tools.base import Outline, Pointer
from restorer.ui.canvas.tools.clicked import ClickedTool

_CLOSE_PX = 8.0
"""A click that near to the first corner closes it."""


class PolygonTool(ClickedTool):
    """A corner per click. Enter, a double click or a click on the first corner closes it; Backspace takes the last
    corner back."""

    name, icon = "Polygon", "polygon"
    apart_px = _CLOSE_PX / 4

    def outline(self) -> Outline | None:
        if not self._points:
            return None
        line = (*self._points, *([self._at] if self._at is not None else []))
        return Outline((line,), closed=len(line) > 2, handles=tuple(self._points))

    def _complete(self) -> None:
        if len(self._points) > 2:
            self._mark(Polygon(tuple(self._points), self._host.options().smooth))

    def _closes(self, here: Point, pointer: Pointer) -> bool:
        return len(self._points) > 2 and self._is_near(here, self._points[0], _CLOSE_PX * pointer.ratio)
