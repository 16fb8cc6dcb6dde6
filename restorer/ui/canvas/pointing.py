"""From mouse and pen to tools: which tool gets a drag, and what the pointer looks like."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPointingDevice, QTabletEvent

from restorer.core.brush import BrushMode
from restorer.ui.canvas.tools.base import Cursor, Outline, Pointer, Tool
from restorer.ui.canvas.tools.brush import BrushTool
from restorer.ui.canvas.tools.crop import CropHost, CropTool
from restorer.ui.canvas.tools.pan_zoom import PanTool, SplitTool, ZoomTool
from restorer.ui.canvas.tools.pick import PickHost, PickTool
from restorer.ui.canvas.tools.polygon import PolygonTool
from restorer.ui.canvas.tools.review import ReviewTool
from restorer.ui.canvas.tools.ribbon import RibbonTool
from restorer.ui.canvas.tools.shapes import EllipseTool, LassoTool, RectangleTool
from restorer.ui.canvas.tools.wand import WandTool

_MOVING = ("pan", "zoom")
"""Tools that need no document to work on."""


@dataclass(frozen=True, slots=True)
class Place:
    """A position on the canvas.

    Attributes:
        view_x, view_y: device pixels of the viewport.
        image_x, image_y: image pixels.
        offset_x: from the viewport to the canvas: which of two panes it is in.
        ratio: device pixels per logical pixel.
    """

    view_x: float
    view_y: float
    image_x: float
    image_y: float
    offset_x: int
    ratio: float


class PointingHost(CropHost, PickHost, Protocol):
    """The canvas, as pointing sees it."""

    def locate(self, position: QPointF, offset_x: int | None = None) -> Place:
        """Where a widget position lies; in the pane with that offset, or in the one under it."""
        ...

    def is_over_split(self, position: QPointF) -> bool:
        """Whether the line between before and after can be taken there."""
        ...


class Pointing:
    """At most one drag at a time, by the mouse or by the pen; a pen takes over from a mouse.

    Args:
        host: the canvas.
    """

    def __init__(self, host: PointingHost) -> None:
        self._host = host
        self.brush_tool = BrushTool(host)
        self.crop_tool = CropTool(host)
        self._pan = PanTool(host)
        self._split = SplitTool(host)
        self._tools: dict[str, Tool] = {
            "brush": self.brush_tool,
            "eraser": self.brush_tool,
            "protect": self.brush_tool,
            "lasso": LassoTool(host),
            "polygon": PolygonTool(host),
            "rectangle": RectangleTool(host),
            "ellipse": EllipseTool(host),
            "ribbon": RibbonTool(host),
            "wand": WandTool(host),
            "review": ReviewTool(host),
            "crop": self.crop_tool,
            "neutral": PickTool(host),
            "pan": self._pan,
            "zoom": ZoomTool(host),
        }
        self._name = "brush"
        self._drag: Tool | None = None
        self._button = Qt.MouseButton.NoButton
        self._offset_x = 0
        self.space_held = False
        self.hover: QPointF | None = None
        self.pressure_enabled = True
        self._pen_down = False
        self._pen_pressed_hard = False

    # -- tools

    @property
    def tool(self) -> str:
        return self._name

    @property
    def is_dragging(self) -> bool:
        return self._drag is not None

    @property
    def is_panning(self) -> bool:
        return self._drag is self._pan

    def set_tool(self, name: str) -> None:
        """Takes another tool in hand; a drag in progress is ended as it is.

        Raises:
            KeyError: for an unknown name.
        """
        tool = self._tools[name]
        if tool is not self._tools[self._name] or (self._drag is not None and tool is not self._drag):
            self.cancel()
        self._name = name
        self.brush_tool.erases = name == "eraser"
        self.brush_tool.protects = name == "protect"

    @property
    def names(self) -> tuple[str, ...]:
        """Of all tools."""
        return tuple(self._tools)

    @property
    def is_painting(self) -> bool:
        """Whether the tool in hand is the brush, under whichever name."""
        return self._tools[self._name] is self.brush_tool

    def outline(self) -> Outline | None:
        """What the tool in hand would mark."""
        return self._tools[self._name].outline()

    def finish(self) -> bool:
        """Does what a tool of several clicks has begun; False where there is nothing."""
        return self._tools[self._name].finish()

    def step_back(self) -> bool:
        """Takes the last of several clicks back; False where there is none."""
        return self._tools[self._name].step_back()

    def cursor(self) -> Cursor:
        """Shape of the pointer where it is now."""
        if self._drag is not None:
            return self._drag.cursor
        if self.space_held:
            return self._pan.cursor
        if self.hover is not None and self._host.is_over_split(self.hover):
            return self._split.cursor
        if self._name not in _MOVING and self._host.editable_document() is None:
            return Qt.CursorShape.ArrowCursor
        return self._tools[self._name].cursor

    def ring_at(self) -> QPointF | None:
        """Where the brush ring belongs, in widget coordinates; None where another pointer shape is shown."""
        if self.hover is None or self.cursor() != Qt.CursorShape.BlankCursor:
            return None
        return self.hover

    @property
    def adds(self) -> bool:
        """What the mark in the ring says."""
        return self.brush_tool.mode is BrushMode.ADD

    # -- drags

    def press(self, position: QPointF, button: Qt.MouseButton, modifiers: Qt.KeyboardModifier) -> bool:
        """A mouse button went down; False where nothing wanted it."""
        if self._pen_down or self._drag is not None:
            return True
        return self._begin(position, button, modifiers, 1.0, erases=False)

    def move(self, position: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        if not self._pen_down:
            self._continue(position, modifiers, 1.0)

    def release(self, position: QPointF, button: Qt.MouseButton, modifiers: Qt.KeyboardModifier) -> None:
        if not self._pen_down and button is self._button:
            self._end(position, modifiers, 1.0)

    def cancel(self) -> bool:
        """Takes the drag in progress, or what was begun by clicks, back; False where there is none."""
        if self._drag is None:
            pending = self._tools[self._name]
            was_pending = pending.is_pending
            if was_pending:
                pending.cancel()
            return was_pending
        drag, self._drag = self._drag, None
        self._button = Qt.MouseButton.NoButton
        drag.cancel()
        return True

    # -- pen

    def pen(self, event: QTabletEvent) -> None:
        """A pen came down, moved or went up. Mouse events made from it are ignored, in whatever order they come."""
        position, modifiers = event.position(), event.modifiers()
        kind = event.type()
        if kind == QTabletEvent.Type.TabletPress:
            # A mouse press made from this very one may have come first.
            self.cancel()
            self._pen_down = True
            self._pen_pressed_hard = False
            erases = event.pointerType() == QPointingDevice.PointerType.Eraser
            self._begin(position, event.button(), modifiers, self._pressure(event), erases=erases)
        elif kind == QTabletEvent.Type.TabletMove:
            self._continue(position, modifiers, self._pressure(event))
        elif kind == QTabletEvent.Type.TabletRelease:
            self._end(position, modifiers, self._pressure(event))
            self._pen_down = False

    def _pressure(self, event: QTabletEvent) -> float:
        """0 to 1; a pen that never reports any counts as pressed."""
        pressure = event.pressure()
        self._pen_pressed_hard = self._pen_pressed_hard or pressure > 0.0
        return pressure if self.pressure_enabled and self._pen_pressed_hard else 1.0

    # -- what mouse and pen share

    def _begin(
        self,
        position: QPointF,
        button: Qt.MouseButton,
        modifiers: Qt.KeyboardModifier,
        pressure: float,
        *,
        erases: bool,
    ) -> bool:
        self.hover = position
        tool = self._tool_for(position, button)
        place = self._host.locate(position)
        if tool is None or not tool.press(_pointer(place, button, modifiers, pressure, erases=erases)):
            return False
        self._drag, self._button, self._offset_x = tool, button, place.offset_x
        return True

    def _continue(self, position: QPointF, modifiers: Qt.KeyboardModifier, pressure: float) -> None:
        self.hover = position
        if self._drag is not None:
            place = self._host.locate(position, self._offset_x)
            self._drag.move(_pointer(place, self._button, modifiers, pressure, erases=False))
        elif self._tools[self._name].is_pending or self._tools[self._name].follows_pointer:
            button = Qt.MouseButton.NoButton
            self._tools[self._name].hover(_pointer(self._host.locate(position), button, modifiers, 1.0, erases=False))

    def _end(self, position: QPointF, modifiers: Qt.KeyboardModifier, pressure: float) -> None:
        self.hover = position
        if self._drag is not None:
            place = self._host.locate(position, self._offset_x)
            drag, self._drag = self._drag, None
            button, self._button = self._button, Qt.MouseButton.NoButton
            drag.release(_pointer(place, button, modifiers, pressure, erases=False))

    def _tool_for(self, position: QPointF, button: Qt.MouseButton) -> Tool | None:
        if button is Qt.MouseButton.MiddleButton or (self.space_held and button is Qt.MouseButton.LeftButton):
            return self._pan
        if button is Qt.MouseButton.LeftButton and self._host.is_over_split(position):
            return self._split
        if button in (Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton):
            return self._tools[self._name]
        return None


def _pointer(
    place: Place, button: Qt.MouseButton, modifiers: Qt.KeyboardModifier, pressure: float, *, erases: bool
) -> Pointer:
    return Pointer(
        place.view_x,
        place.view_y,
        place.image_x,
        place.image_y,
        place.ratio,
        button,
        modifiers,
        pressure,
        erases,
    )
