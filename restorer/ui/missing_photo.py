"""A project whose photo is not where it was: how it looked when it was saved is shown meanwhile."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QImage

from restorer.core.errors import RestorerError
from restorer.formats.project_file import Project
from restorer.ui.canvas.pending import Pending
from restorer.ui.editor import Editor
from restorer.ui.job_presenter import JobPresenter
from restorer.ui.main_window import MainWindow
from restorer.ui.projects import missing_key
from restorer.ui.qimage import rgb_image
from restorer.ui.widgets import MessageStack
from restorer.ui.workspace import Workspace


class MissingPhoto(QObject):
    """Shows the preview that the project holds, while no photo is open and the message about it stands."""

    def __init__(
        self, workspace: Workspace, editor: Editor, window: MainWindow, messages: MessageStack, plate: JobPresenter
    ) -> None:
        super().__init__(window)
        self._workspace = workspace
        self._editor = editor
        self._window = window
        self._messages = messages
        self._plate = plate
        self._key = ""
        workspace.opener.source_missing.connect(self._on_missing)
        workspace.photo_shown.connect(self._end)
        messages.count_changed.connect(self._on_messages_changed)

    @property
    def is_shown(self) -> bool:
        return bool(self._key)

    def _on_missing(self, project: Project) -> None:
        picture = self._picture(project) if self._workspace.current is None else None
        if picture is not None:
            self._key = missing_key(project)
            self._editor.canvas.show_pending(Pending(picture, picture.width(), picture.height()))
            self._editor.canvas.set_hud_left(())
            self._editor.tasks.set_photo_open(False)
            self._plate.show_when_idle(f"{project.path.stem} as it was saved; its photo is missing")
            self._window.show_editor(True)

    def _picture(self, project: Project) -> QImage | None:
        """Of at most a megapixel, and read with the limits of any photo; None where there is none."""
        session = self._workspace.session
        try:
            image = session.open_bytes(project.preview, project.path.name).image
        except RestorerError:
            return None
        return rgb_image(session.display(image.pixels, image.color))

    def _on_messages_changed(self, _count: int) -> None:
        """A message that takes the place of another comes only after that has gone."""
        if self._key:
            QTimer.singleShot(0, self, self._look)

    def _look(self) -> None:
        """Whoever closes the message is done with the project."""
        if self._key and not self._messages.has(self._key):
            self._end()
            if self._workspace.current is None:
                self._editor.canvas.show_pending(None)
                self._window.show_editor(False)

    def _end(self) -> None:
        if self._key:
            self._key = ""
            self._plate.show_when_idle()
