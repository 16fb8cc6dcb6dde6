"""What tools have in common that take a point per click."""

from __future__ import annotations

import math
from abc import abstractmethod

from restorer.core.shapes import Point
from restorer.ui.canvas.tools.base import Pointer, ToolHost, mode_of
from restorer.ui.canvas.tools.shapes import MarkTool


class ClickedTool(MarkTool):
    """A point per click; Enter or a double click finishes it, Backspace takes the last point back.

    Attributes:
        apart_px: two clicks in a row that are nearer than this, in device-independent pixels, are one.
    """

    apart_px: float

    def __init__(self, host: ToolHost) -> None:
        super().__init__(host)
        self._points: list[Point] = []
        self._at: Point | None = None

    @property
    def is_pending(self) -> bool:
        return bool(self._points)

    def press(self, pointer: Pointer) -> bool:
        if self._host.editable_document() is None:
            return False
        here = pointer.image_x, pointer.image_y
        if not self._points:
            self._mode = mode_of(pointer, self._host.options())
        elif self._closes(here, pointer):
            self.finish()
            return True
        if not self._points or not self._is_near(here, self._points[-1], self.apart_px * pointer.ratio):
            self._points.append(here)
        self.hover(pointer)
        return True

    def move(self, pointer: Pointer) -> None:
        self.hover(pointer)

    def release(self, pointer: Pointer) -> None:
        self.hover(pointer)

    def hover(self, pointer: Pointer) -> None:
        if self._points:
            self._at = pointer.image_x, pointer.image_y
            self._changed()

    def finish(self) -> bool:
        if not self._points:
            return False
        self._complete()
        self.cancel()
        return True

    def step_back(self) -> bool:
        if not self._points:
            return False
        self._points.pop()
        if self._points:
            self._changed()
        else:
            self.cancel()
        return True

    def cancel(self) -> None:
        self._points, self._at = [], None
        self._forget()

    @abstractmethod
    def _complete(self) -> None:
        """Marks what the points say, if they are enough."""

    def _closes(self, here: Point, pointer: Pointer) -> bool:
        """Whether a click here is the end."""
        return False

    def _changed(self) -> None:
        """Points, or where the pointer is, are others."""
        self._host.outline_changed()

    def _is_near(self, one: Point, other: Point, reach_px: float) -> bool:
        """Whether two points lie within so many device pixels of the screen."""
        return math.dist(one, other) * self._host.zoom() <= reach_px
