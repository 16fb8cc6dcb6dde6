"""What a photo's size becomes, said above Run as the form is changed."""

from __future__ import annotations

from PySide6.QtCore import QObject

from restorer.core.errors import InputError
from restorer.core.params import build_params
from restorer.tasks import TASKS
from restorer.ui import words
from restorer.ui.panels.task_panel import TaskPanel
from restorer.ui.workspace import Workspace


class SizeHints(QObject):
    """Keeps the hints of those tasks up to date that tell how large their result is."""

    def __init__(self, workspace: Workspace, tasks: TaskPanel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._tasks = tasks
        workspace.photo_shown.connect(self._show_all)
        workspace.changed.connect(self._show_all)
        tasks.params_changed.connect(self._show)
        self._show_all()

    def _show_all(self) -> None:
        for task_id in TASKS:
            self._show(task_id)

    def _show(self, task_id: str) -> None:
        task, photo = TASKS[task_id], self._workspace.current
        if task.result_size is None:
            return
        if photo is None:
            self._tasks.set_hint(task_id, "")
            return
        document = photo.document
        file = document.file.placed(document.placement_from(0))
        try:
            params = build_params(task.params, self._tasks.values(task_id))
            width, height = task.result_size(params, document.image, file)
        except InputError as error:
            self._tasks.set_hint(task_id, str(error), "warning")
        else:
            self._tasks.set_hint(task_id, f"Becomes {words.pixel_size(width, height)}.", "arrows-out")
