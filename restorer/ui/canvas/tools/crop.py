"""The crop tool: handles size the frame, inside moves it, outside turns it, a line drawn with Ctrl levels the photo."""

from __future__ import annotations

import math
from typing import Protocol

from PySide6.QtCore import Qt

from restorer.core.crop_frame import CORNERS, EDGES, CropFrame, Point
from restorer.core.placement import Placement
from restorer.ui.canvas.cursors import tool_cursor
from restorer.ui.canvas.tools.base import Cursor, Outline, Pointer, Tool, ToolHost

_GRAB_PX = 12.0
_STEP_DEGREES = 0.1
_COARSE_DEGREES = 5.0
_LEAST_LINE_PX = 16.0
"""A shorter line says nothing about an angle."""

Handle = tuple[float, float]
Line = tuple[Point, Point]


class CropHost(ToolHost, Protocol):
    """The canvas, as this tool sees it."""

    def crop_frame(self) -> CropFrame | None:
        """The frame, on the photo mirrored and turned by quarters; None where there is none."""
        ...

    def crop_base(self) -> Placement:
        """Where that turned photo lies in the one that is shown."""
        ...

    def change_crop(self, frame: CropFrame) -> None:
        """The person changed the frame."""
        ...

    def confirm_crop(self) -> None:
        """The person wants to have it cropped."""
        ...


class CropTool(Tool):
    """Changes the frame that the host has.

    Args:
        host: the canvas.
    """

    follows_pointer = True

    def __init__(self, host: CropHost) -> None:
        super().__init__(host)
        self._crop = host
        self._start: CropFrame | None = None
        self._from = (0.0, 0.0)
        self._handle: Handle | None = None
        self._turns = False
        self._line: Line | None = None
        """In pixels of the shown photo: what should be level or upright."""
        self._over: Cursor = Qt.CursorShape.ArrowCursor

    @property
    def is_turning(self) -> bool:
        return self._start is not None and (self._turns or self._line is not None)

    def outline(self) -> Outline | None:
        """The line that is being drawn."""
        return None if self._line is None else Outline((self._line,), closed=False, handles=self._line)

    @property
    def cursor(self) -> Cursor:
        return self._over

    def hover(self, pointer: Pointer) -> None:
        frame = self._crop.crop_frame()
        if frame is None:
            self._over = Qt.CursorShape.ArrowCursor
            return
        if pointer.ctrl:
            self._over = Qt.CursorShape.CrossCursor
            return
        handle = self._handle_at(frame, pointer)
        if handle is not None:
            self._over = self._sizing_cursor(frame, handle)
        elif self._is_inside(frame, pointer):
            self._over = Qt.CursorShape.SizeAllCursor
        else:
            self._over = tool_cursor("again")

    def press(self, pointer: Pointer) -> bool:
        frame = self._crop.crop_frame()
        if frame is None or pointer.button is not Qt.MouseButton.LeftButton:
            return False
        self.hover(pointer)
        self._start, self._from = frame, self._place(pointer)
        if pointer.ctrl:
            self._draw((pointer.image_x, pointer.image_y), pointer)
            return True
        self._handle = self._handle_at(frame, pointer)
        self._turns = self._handle is None and not self._is_inside(frame, pointer)
        return True

    def move(self, pointer: Pointer) -> None:
        start = self._start
        if start is None:
            return
        x, y = self._place(pointer)
        if self._line is not None:
            self._draw(self._line[0], pointer)
            is_long = math.dist(*self._line) * self._host.zoom() >= _LEAST_LINE_PX * pointer.ratio
            self._crop.change_crop(start.levelled(self._from, (x, y)) if is_long else start)
        elif self._handle is not None:
            self._crop.change_crop(start.dragged(*self._handle, x, y))
        elif self._turns:
            self._crop.change_crop(start.turned(self._angle(start, x, y, coarse=pointer.shift)))
        else:
            self._crop.change_crop(start.moved(x - self._from[0], y - self._from[1]))

    def release(self, pointer: Pointer) -> None:
        self.move(pointer)
        self._start = None
        self._put_away()
        self.hover(pointer)

    def cancel(self) -> None:
        self._put_away()
        if self._start is not None:
            start, self._start = self._start, None
            self._crop.change_crop(start)

    def _draw(self, begin: Point, pointer: Pointer) -> None:
        self._line = begin, (pointer.image_x, pointer.image_y)
        self._host.outline_changed()

    def _put_away(self) -> None:
        if self._line is not None:
            self._line = None
            self._host.outline_changed()

    def finish(self) -> bool:
        if self._crop.crop_frame() is None:
            return False
        self._crop.confirm_crop()
        return True

    def _place(self, pointer: Pointer) -> tuple[float, float]:
        """In the photo mirrored and turned by quarters."""
        return self._crop.crop_base().to_new(pointer.image_x, pointer.image_y)

    def _angle(self, start: CropFrame, x: float, y: float, *, coarse: bool) -> float:
        """The frame goes round with the pointer; the photo is turned the other way."""
        (left, top), (was_left, was_top) = start.center, self._from
        now = math.atan2(y - top, x - left)
        before = math.atan2(was_top - top, was_left - left)
        degrees = start.degrees - (math.degrees(now - before) + 180.0) % 360.0 + 180.0
        step = _COARSE_DEGREES if coarse else _STEP_DEGREES
        return round(degrees / step) * step

    def _handle_at(self, frame: CropFrame, pointer: Pointer) -> Handle | None:
        """The corner under the pointer, else the side."""
        x, y = self._place(pointer)
        reach = _GRAB_PX * pointer.ratio / self._host.zoom()
        for corner in CORNERS:
            if math.dist((x, y), frame.point(*corner)) <= reach:
                return corner
        across, down = frame.local(x, y)
        for edge in EDGES:
            away_x = abs(across - (edge[0] - 0.5) * frame.width)
            away_y = abs(down - (edge[1] - 0.5) * frame.height)
            near = away_y if edge[0] == 0.5 else away_x
            along, most = (abs(across), frame.width / 2) if edge[0] == 0.5 else (abs(down), frame.height / 2)
            if near <= reach / 2 and along <= most:
                return edge
        return None

    def _is_inside(self, frame: CropFrame, pointer: Pointer) -> bool:
        across, down = frame.local(*self._place(pointer))
        return abs(across) <= frame.width / 2 and abs(down) <= frame.height / 2

    def _sizing_cursor(self, frame: CropFrame, handle: Handle) -> Qt.CursorShape:
        """The double arrow that points the way the handle is pulled, as it is seen on the screen."""
        base = self._crop.crop_base()
        middle, end = base.to_old(*frame.center), base.to_old(*frame.point(*handle))
        if 0.5 not in handle:
            down = (end[0] - middle[0]) * (end[1] - middle[1]) > 0
            return Qt.CursorShape.SizeFDiagCursor if down else Qt.CursorShape.SizeBDiagCursor
        flat = abs(end[0] - middle[0]) > abs(end[1] - middle[1])
        return Qt.CursorShape.SizeHorCursor if flat else Qt.CursorShape.SizeVerCursor
