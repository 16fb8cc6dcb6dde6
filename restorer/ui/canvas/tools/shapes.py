"""Lasso, rectangle and ellipse: shapes of one drag."""

from __future__ import annotations

import math
from abc import abstractmethod
from typing import ClassVar

from restorer.core.marks import MarkMode
from restorer.core.shapes import Ellipse, Point, Polygon, Rectangle, Shape
from restorer.session.marking.order import shape_order
from restorer.ui.canvas.cursors import tool_cursor
from restorer.ui.canvas.tools.base import Cursor, Outline, Pointer, Tool, ToolHost, mode_of

_CLICK_PX = 3.0
"""A drag that moves less marks nothing."""
_LASSO_STEP_PX = 1.5
"""Device pixels between points of a lasso."""


class MarkTool(Tool):
    """What tools that mark a shape have in common."""

    name: ClassVar[str]
    icon: ClassVar[str]

    def __init__(self, host: ToolHost) -> None:
        super().__init__(host)
        self._mode: MarkMode | None = None

    @property
    def cursor(self) -> Cursor:
        mode = self._mode if self._mode is not None else self._host.options().mode
        return tool_cursor(self.icon, mode)

    def _mark(self, shape: Shape) -> None:
        document, mode = self._host.editable_document(), self._mode
        if document is not None and mode is not None:
            self._host.order(shape_order(self.name, shape, mode, document.image))

    def _forget(self) -> None:
        self._mode = None
        self._host.outline_changed()


class DragTool(MarkTool):
    """Marks what one drag goes around."""

    def __init__(self, host: ToolHost) -> None:
        super().__init__(host)
        self._start: Pointer | None = None
        self._moved = False

    def press(self, pointer: Pointer) -> bool:
        if self._host.editable_document() is None:
            return False
        self._start, self._moved = pointer, False
        self._mode = mode_of(pointer, self._host.options())
        self._begin(pointer)
        return True

    def move(self, pointer: Pointer) -> None:
        if self._start is None:
            return
        way = math.hypot(pointer.view_x - self._start.view_x, pointer.view_y - self._start.view_y)
        self._moved = self._moved or way >= _CLICK_PX * pointer.ratio
        self._go_on(pointer)
        self._host.outline_changed()

    def release(self, pointer: Pointer) -> None:
        self.move(pointer)
        shape = self._shape() if self._moved else None
        if shape is not None:
            self._mark(shape)
        self.cancel()

    def cancel(self) -> None:
        self._start, self._moved = None, False
        self._forget()

    def outline(self) -> Outline | None:
        return Outline((self._line(),)) if self._start is not None and self._moved else None

    @abstractmethod
    def _begin(self, pointer: Pointer) -> None: ...

    @abstractmethod
    def _go_on(self, pointer: Pointer) -> None: ...

    @abstractmethod
    def _shape(self) -> Shape | None: ...

    @abstractmethod
    def _line(self) -> tuple[Point, ...]: ...


class LassoTool(DragTool):
    """Freehand."""

    name, icon = "Lasso", "lasso"

    def _begin(self, pointer: Pointer) -> None:
        self._points: list[Point] = [(pointer.image_x, pointer.image_y)]

    def _go_on(self, pointer: Pointer) -> None:
        here = pointer.image_x, pointer.image_y
        if math.dist(here, self._points[-1]) * self._host.zoom() >= _LASSO_STEP_PX:
            self._points.append(here)

    def _shape(self) -> Shape | None:
        return Polygon(tuple(self._points), self._host.options().smooth) if len(self._points) > 2 else None

    def _line(self) -> tuple[Point, ...]:
        return tuple(self._points)


class BoxTool(DragTool):
    """Between two corners. Shift during the drag keeps it square, Alt puts its middle where it began; held from the
    press on they say what the shape does instead, until they are let go."""

    def _begin(self, pointer: Pointer) -> None:
        self._shift_is_mode, self._alt_is_mode = pointer.shift, pointer.alt
        self._corners = ((pointer.image_x, pointer.image_y),) * 2

    def _go_on(self, pointer: Pointer) -> None:
        if self._start is None:
            return
        self._shift_is_mode = self._shift_is_mode and pointer.shift
        self._alt_is_mode = self._alt_is_mode and pointer.alt
        x, y = self._start.image_x, self._start.image_y
        across, down = pointer.image_x - x, pointer.image_y - y
        if pointer.shift and not self._shift_is_mode:
            side = max(abs(across), abs(down))
            across, down = math.copysign(side, across), math.copysign(side, down)
        if pointer.alt and not self._alt_is_mode:
            self._corners = (x - across, y - down), (x + across, y + down)
        else:
            self._corners = (x, y), (x + across, y + down)


class RectangleTool(BoxTool):
    name, icon = "Rectangle", "selection"

    def _shape(self) -> Shape:
        return Rectangle(*self._corners, self._host.options().smooth)

    def _line(self) -> tuple[Point, ...]:
        (x, y), (u, v) = self._corners
        return (x, y), (u, y), (u, v), (x, v)


class EllipseTool(BoxTool):
    name, icon = "Ellipse", "ellipse"

    def _shape(self) -> Shape:
        return Ellipse(*self._corners, self._host.options().smooth)

    def _line(self) -> tuple[Point, ...]:
        return Ellipse(*self._corners).outline()
