"""What a tool is, and what it may ask of the canvas."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from PySide6.QtCore import Qt
from PySide6.QtGui import QCursor

from restorer.core.brush import Brush, StrokePainter
from restorer.core.document import Change, Document
from restorer.core.geometry import Bounds
from restorer.core.large_dabs import Dab
from restorer.core.marks import MarkMode
from restorer.core.shapes import Point
from restorer.session.marking.order import MaskOrder
from restorer.ui.mark_options import MarkOptions

Cursor = QCursor | Qt.CursorShape


@dataclass(frozen=True, slots=True)
class Pointer:
    """Mouse or pen at one moment.

    Attributes:
        view_x, view_y: in device pixels of the viewport.
        image_x, image_y: in image pixels, pixel centres at .5; may lie outside of the photo.
        ratio: device pixels per logical pixel.
        button: the one pressed or released; in a move, the one the drag began with.
        modifiers: keys held.
        pressure: 0 to 1; 1 for a mouse.
        erases: the pen's other end.
    """

    view_x: float
    view_y: float
    image_x: float
    image_y: float
    ratio: float = 1.0
    button: Qt.MouseButton = Qt.MouseButton.LeftButton
    modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
    pressure: float = 1.0
    erases: bool = False

    @property
    def shift(self) -> bool:
        return bool(self.modifiers & Qt.KeyboardModifier.ShiftModifier)

    @property
    def ctrl(self) -> bool:
        return bool(self.modifiers & Qt.KeyboardModifier.ControlModifier)

    @property
    def alt(self) -> bool:
        return bool(self.modifiers & Qt.KeyboardModifier.AltModifier)


@dataclass(frozen=True, slots=True)
class Outline:
    """What a tool would mark, drawn over the photo.

    Attributes:
        lines: polylines in image pixels.
        closed: whether each goes back to its first point.
        handles: points that were clicked.
        guide: a thinner line, such as the middle of a ribbon.
    """

    lines: tuple[tuple[Point, ...], ...] = ()
    closed: bool = True
    handles: tuple[Point, ...] = ()
    guide: tuple[Point, ...] = ()


class ToolHost(Protocol):
    """The canvas, as tools see it."""

    def editable_document(self) -> Document | None:
        """The open document, or None where nothing may be painted (no photo, or another state is shown)."""
        ...

    def brush(self) -> Brush: ...

    def change_brush(self, brush: Brush) -> None:
        """The person changed the brush."""
        ...

    def mask_touched(self, bounds: Bounds, *, protects: bool = False, dabs: Sequence[Dab] = ()) -> None:
        """The live mask, or what is protected, changed there; it is painted again.

        Args:
            dabs: what alone changed it, if that is known; see :attr:`StrokePainter.laid`.
        """
        ...

    def write_stroke(self, painter: StrokePainter) -> None:
        """Has the painter write what it owes to its mask, between frames."""
        ...

    def stroke_ended(self, change: Change) -> None:
        """A stroke became a history entry."""
        ...

    def options(self) -> MarkOptions: ...

    def change_options(self, options: MarkOptions) -> None:
        """The person changed a setting on the canvas."""
        ...

    def order(self, order: MaskOrder) -> None:
        """Has the mask changed; it becomes a history entry by itself."""
        ...

    def outline_changed(self) -> None:
        """The outline of the tool in hand is another one; it is painted again."""
        ...

    def compute(self, work: Callable[[], Any], done: Callable[[Any], None]) -> None:
        """Works something out, perhaps on another thread, for ``done`` on this one. Only the latest is cared for: what
        was asked before and is not done yet may never be."""
        ...

    def pick_find(self, x: float, y: float, *, turns: bool) -> None:
        """A click on what was found there: takes it in hand, and on request turns round whether it is kept."""
        ...

    def zoom(self) -> float:
        """Device pixels per image pixel."""
        ...

    def visible_bounds(self) -> Bounds:
        """Image pixels in view."""
        ...

    def pan_by(self, dx: float, dy: float) -> None:
        """Moves the photo by device pixels."""
        ...

    def zoom_step(self, *, inwards: bool, at: tuple[float, float]) -> None:
        """Zooms one step, holding the photo at these viewport coordinates."""
        ...

    def move_split(self, view_x: float) -> None:
        """Puts the line between before and after there."""
        ...


class Tool(ABC):
    """Turns a drag into something. One drag at a time: press, moves, release; or it is cancelled."""

    def __init__(self, host: ToolHost) -> None:
        self._host = host

    @property
    @abstractmethod
    def cursor(self) -> Cursor:
        """Shape of the pointer over the photo now."""

    @abstractmethod
    def press(self, pointer: Pointer) -> bool:
        """Begins a drag; False where the tool has no use for it."""

    @abstractmethod
    def move(self, pointer: Pointer) -> None:
        """Goes on with the drag."""

    @abstractmethod
    def release(self, pointer: Pointer) -> None:
        """Ends the drag."""

    def cancel(self) -> None:  # noqa: B027 - most tools have nothing to take back
        """Ends the drag and takes back what can be."""

    # What follows is for tools that take several clicks.

    @property
    def is_pending(self) -> bool:
        """Whether something is begun that :meth:`cancel` would take back, without a drag."""
        return False

    follows_pointer = False
    """Whether :meth:`hover` is told of every move, and not only while something is begun."""

    def hover(self, pointer: Pointer) -> None:  # noqa: B027 - most tools wait for a press
        """The pointer moved with no button down."""

    def finish(self) -> bool:
        """Enter or a double click: does what was begun; False where there is nothing to do."""
        return False

    def step_back(self) -> bool:
        """Backspace: takes the last click back; False where there is none."""
        return False

    def outline(self) -> Outline | None:
        """What to draw over the photo now."""
        return None


def mode_of(pointer: Pointer, options: MarkOptions) -> MarkMode:
    """What a press marks: Shift adds, Alt or the right button subtracts, else what the options say."""
    if pointer.alt or pointer.button is Qt.MouseButton.RightButton:
        return MarkMode.SUBTRACT
    return MarkMode.ADD if pointer.shift else options.mode
