"""Keeps the canvas in the colours of the screen that the window is on."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QObject

from restorer.core.progress import CancelToken
from restorer.formats.color import Display
from restorer.session.settings import Settings
from restorer.ui.canvas import CanvasView
from restorer.ui.preload import heavy_imports
from restorer.ui.workers import Ticket
from restorer.ui.workspace import Workspace


class ScreenColors(QObject):
    """Asks the system for the screen's profile, off the window's thread, whenever the settings on it change.

    The first conversion between two profiles takes up to two seconds to prepare, so that of the shown photo is made
    there as well, before the canvas gets the new colours.
    """

    def __init__(self, workspace: Workspace, canvas: CanvasView, parent: QObject) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._canvas = canvas
        self._asked: Settings | None = None
        workspace.settings_changed.connect(self.look)
        self.look()

    def look(self) -> None:
        """Finds out again if the settings on it are others than the last time."""
        session, before = self._workspace.session, self._asked
        now = self._asked = session.settings
        if before is not None and (before.screen, before.intent) == (now.screen, now.intent):
            return
        document = self._workspace.document
        photo = document.image if document is not None else None

        def work(_token: CancelToken) -> Iterator[object]:
            with heavy_imports("cv2"):
                display = session.find_display()
                if photo is not None:
                    display(photo.pixels[:1, :1], photo.color)
            yield display

        self._workspace.lanes.thumbnails.submit(Ticket(work, on_event=self._use))

    def _use(self, display: Display) -> None:
        self._canvas.set_display(display)
