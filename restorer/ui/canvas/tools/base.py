"""What a tool is, and what it may ask of the canvas."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Protocol

from PySide6.QtCore import Qt

from restorer.core.brush import Brush
from restorer.core.document import Change, Document
from restorer.core.geometry import Bounds


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
    def alt(self) -> bool:
        return bool(self.modifiers & Qt.KeyboardModifier.AltModifier)


class ToolHost(Protocol):
    """The canvas, as tools see it."""

    def editable_document(self) -> Document | None:
        """The open document, or None where nothing may be painted (no photo, or another state is shown)."""
        ...

    def brush(self) -> Brush: ...

    def change_brush(self, brush: Brush) -> None:
        """The person changed the brush."""
        ...

    def mask_touched(self, bounds: Bounds, *, protects: bool = False) -> None:
        """The live mask, or what is protected, changed there; it is painted again."""
        ...

    def stroke_ended(self, change: Change) -> None:
        """A stroke became a history entry."""
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
    def cursor(self) -> Qt.CursorShape:
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
