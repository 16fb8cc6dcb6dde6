"""The canvas as far as it compares: which two states, in which way, and the line between them."""

from __future__ import annotations

from PySide6.QtCore import Signal

from restorer.core.image import Image
from restorer.core.placement import Placement
from restorer.ui.canvas.compare import Compare
from restorer.ui.canvas.keys import Command
from restorer.ui.canvas.reviewing import ReviewSurface
from restorer.ui.canvas.scene import Scene

_SPLIT_STEP = 0.01


class ComparingSurface(ReviewSurface):
    """A surface that shows two states of its document at once."""

    compare_changed = Signal(object)
    """``split``, ``side`` or None."""

    def compare(self) -> str | None:
        return self._scene.compare.value if self._scene is not None and self._scene.compare is not None else None

    def set_compare(self, mode: str | None) -> None:
        """``split``, ``side`` or None, which also ends the comparison of chosen states.

        Raises:
            ValueError: for another.
        """
        if self._scene is not None:
            self._scene.compare = Compare(mode) if mode is not None else None
            if mode is None:
                self.end_pair()
            self._fit_viewport()
            self._pointer_changed()
            self.update()

    def toggle_compare(self, mode: str) -> None:
        """This way of comparing on, or off where it is on."""
        if self._scene is not None:
            self.set_compare(None if self.compare() == mode else mode)
            self.compare_changed.emit(self.compare())

    def set_reference(self, image: Image | None) -> None:
        """What "before" is: the photo as opened if None. Raises ValueError for another size."""
        self.set_compare_images(image, None)

    def set_compare_images(
        self,
        before: Image | None,
        after: Image | None,
        *,
        frame: Placement | None = None,
        names: tuple[str, str] | None = None,
    ) -> None:
        """Any two states; None = as opened, and as it is now. Nothing can be painted while ``after`` is given.

        Args:
            before, after: of one size.
            frame: where both lie in the photo as it is now, where they have another extent: they are then shown in
                that, with what was in the middle of the view still there.
            names: what the badges call them; before and after if None.

        Raises:
            ValueError: for another size than the frame's, or than the photo's where there is no frame.
        """
        if self._scene is not None:
            self.abandon_stroke()
            self._show_pair(self._scene, before, after, frame, names)

    def _show_pair(
        self,
        scene: Scene,
        before: Image | None = None,
        after: Image | None = None,
        frame: Placement | None = None,
        names: tuple[str, str] | None = None,
    ) -> None:
        old = scene.frame
        scene.set_reference(before, after, frame=frame, names=names)
        if frame != old:
            now = Placement.identity(scene.document.image.width, scene.document.image.height)
            back = old.inverse() if old is not None else now
            self._navigator.place(back.then(frame) if frame is not None else back)
        self._pointer_changed()
        self.update()

    def end_pair(self) -> None:
        """Back to the photo as opened and as it is now, where other states are compared."""
        if self._scene is not None and self._scene.is_pair:
            self._show_pair(self._scene)

    def compares_others(self) -> bool:
        """Whether two states are shown of which neither is the photo as it is now."""
        return self._scene is not None and not self._scene.shows_live

    def set_showing_original(self, showing: bool) -> None:
        """Shows what is compared with alone, as long as a key or button is held."""
        if self._scene is not None and self._scene.original != showing:
            self._scene.original = showing
            self._pointer_changed()
            self.update()

    # -- what comparing must not disturb

    def is_stroking(self) -> bool:
        return self._pointing.brush_tool.is_stroking

    def abandon_stroke(self) -> bool:
        """Takes a stroke (or a resizing drag) in progress back; False where there is none."""
        cancelled = self._pointing.cancel() or self.abandon_crop()
        self._pointer_changed()
        return cancelled

    def _move_split(self, command: Command) -> bool:
        """Left, right, Home and End move the line between before and after while there is one."""
        targets = {
            Command.LEFT: self.split() - _SPLIT_STEP,
            Command.RIGHT: self.split() + _SPLIT_STEP,
            Command.FIRST: 0.0,
            Command.LAST: 1.0,
        }
        if self.compare() != Compare.SPLIT or command not in targets:
            return False
        self.set_split(targets[command])
        self.split_moved.emit(self.split())
        return True
