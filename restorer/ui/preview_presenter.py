"""Preview here: joins the button of the task panel, the part of the photo in view, and what is shown over it."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer

from restorer.core.change import NOTHING, Change
from restorer.core.geometry import Bounds
from restorer.session.jobs import JobProgress, JobStarted
from restorer.session.preview import fit_region, most_pixels
from restorer.tasks import get_task
from restorer.ui import words
from restorer.ui.editor import Editor
from restorer.ui.job_presenter import JobPresenter
from restorer.ui.messages import Message, Offer
from restorer.ui.previews import PreviewFailure, PreviewOrder, PreviewResult
from restorer.ui.runs import RunProgress
from restorer.ui.workspace import Workspace

AFTER_CHANGE_MS = 30
"""Changes of settings that come closer together are tried once."""
AFTER_MOVE_MS = 180
"""How long the view stands still before another part of the photo is tried."""
_SAY_BUSY_AFTER_MS = 400
_ESC = "Esc"


class PreviewPresenter(QObject):
    """While the button is down, what it shows follows the settings, the view, the mask and the photo."""

    def __init__(self, workspace: Workspace, editor: Editor, plate: JobPresenter, parent: QObject) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._previews = workspace.previews
        self._tasks = editor.tasks
        self._canvas = editor.canvas
        self._plate = plate
        self._change = QTimer(self, interval=AFTER_CHANGE_MS, singleShot=True)
        self._change.timeout.connect(self.refresh)
        self._move = QTimer(self, interval=AFTER_MOVE_MS, singleShot=True)
        self._move.timeout.connect(self._refresh_region)
        self._busy = QTimer(self, interval=_SAY_BUSY_AFTER_MS, singleShot=True)
        self._busy.timeout.connect(self._on_late)
        self._is_late = False
        self._region: Bounds | None = None
        self._progress = ""
        self._previews.advanced.connect(self._on_advanced)
        self._tasks.preview_toggled.connect(self._on_toggled)
        self._tasks.params_changed.connect(self._on_params_changed)
        self._tasks.task_changed.connect(self._on_task_changed)
        self._canvas.view_moved.connect(self._on_view_moved)
        workspace.changed.connect(self._on_changed)
        workspace.photo_shown.connect(self.end)
        workspace.runs.submitted.connect(self._on_run_submitted)
        workspace.runs.started.connect(self._on_run_started)
        self._previews.finished.connect(self._on_finished)
        self._previews.failed.connect(self._on_failed)
        self._previews.waiting_changed.connect(self._on_waiting_changed)

    @property
    def is_on(self) -> bool:
        return self._tasks.previewed_task() is not None

    def end(self) -> None:
        """Back to the photo as it is."""
        if not self._tasks.end_preview():
            self._clear()

    def refresh(self) -> None:
        """Tries the settings of now on the part that is in view now."""
        self._change.stop()
        self._move.stop()
        photo, task = self._workspace.current, self._tasks.previewed_task()
        if photo is None or task is None:
            return
        self._region = self._visible()
        params, model = self._tasks.values(task), self._tasks.model(task)
        if not self._busy.isActive():
            self._busy.start()
        self._previews.show(PreviewOrder(photo, task, params, model, self._region))

    def _visible(self) -> Bounds:
        """The part that is tried."""
        document, task = self._workspace.document, self._tasks.previewed_task()
        if document is None or task is None:
            return Bounds(0, 0, 0, 0)
        most_px = most_pixels(get_task(task), self._tasks.values(task), document.image, document.file)
        return fit_region(self._canvas.visible_bounds(), document.image.bounds, most_px)

    def _clear(self) -> None:
        for timer in (self._change, self._move, self._busy):
            timer.stop()
        self._region = None
        self._previews.cancel()
        self._canvas.end_trial()
        self._plate.show_when_idle()

    # -- the person

    def _on_toggled(self, _task_id: str, is_on: bool) -> None:
        if not is_on:
            self._clear()
        elif self._workspace.current is None:
            self._tasks.end_preview()
        else:
            self._canvas.end_trial()
            self.refresh()

    def _on_params_changed(self, task_id: str) -> None:
        # Not started anew by each: a slider that is being dragged would never come to a result.
        if task_id == self._tasks.previewed_task() and not self._change.isActive():
            self._change.start()

    def _on_task_changed(self, task_id: str) -> None:
        if self.is_on and task_id != self._tasks.previewed_task():
            self.end()

    def _on_view_moved(self) -> None:
        if self.is_on:
            self._move.start()

    def _refresh_region(self) -> None:
        if self.is_on and self._visible() != self._region:
            self.refresh()

    # -- the photo

    def _on_changed(self, change: Change) -> None:
        task = self._tasks.previewed_task()
        if task is None:
            return
        marks = change.mask if get_task(task).takes_mask else NOTHING
        if not (change.image.is_empty and change.protected.is_empty and marks.is_empty):
            self._change.start()

    def _on_run_submitted(self, _photo: object) -> None:
        self.end()

    def _on_run_started(self, run: RunProgress) -> None:
        if run.photo is self._workspace.current:
            self.end()

    # -- its work

    def _on_advanced(self, _order: PreviewOrder, event: object) -> None:
        match event:
            case JobStarted():
                self._progress, self._is_late = "", False
                self._busy.start()
            case JobProgress(done=done, total=total) if total > 1:
                self._progress = f", {done} of {total}"
                if self._is_late:
                    self._say_busy()

    def _on_late(self) -> None:
        self._is_late = True
        self._say_busy()

    def _on_finished(self, order: PreviewOrder, result: PreviewResult) -> None:
        photo, region = self._workspace.current, result.event.region
        if order.photo is not photo or order.task_id != self._tasks.previewed_task():
            return
        if result.event.request.job.base_state != photo.document.state:
            self._change.start()
            return
        self._busy.stop()
        self._canvas.show_trial(result.trial)
        what = "Preview" if region.bounds == order.region == self._whole_view() else "Preview of the middle"
        took = words.short_duration(result.event.seconds)
        text = f"{what}, {took}" if region.changed else f"{what}: nothing changes here"
        self._plate.show_when_idle(text, _ESC, "Back")

    def _whole_view(self) -> Bounds:
        document = self._workspace.document
        return self._canvas.visible_bounds() if document is not None else Bounds(0, 0, 0, 0)

    def _on_failed(self, order: PreviewOrder, failure: PreviewFailure) -> None:
        if order.photo is not self._workspace.current or order.task_id != self._tasks.previewed_task():
            return
        self._busy.stop()
        self._canvas.end_trial()
        if failure.is_input:  # other settings, or a mark, and there is one
            self._plate.show_when_idle(f"No preview: {failure.message}", _ESC, "Back")
            return
        self.end()
        text = " ".join(part for part in (failure.message, "The photo is as it was.", failure.hint) if part)
        offer = Offer("Try again", self._tasks.toggle_preview)
        message = Message("warning", "There is no preview", text, (offer,), report=failure.report, key="preview")
        self._workspace.message_raised.emit(message)

    def _on_waiting_changed(self) -> None:
        if self.is_on and self._previews.is_waiting:
            self._plate.show_when_idle("The preview waits for a job", _ESC, "Back")

    def _say_busy(self) -> None:
        if self.is_on and self._previews.is_busy and not self._previews.is_waiting:
            what = "Updating preview" if self._canvas.trial() else "Making preview"
            self._plate.show_when_idle(f"{what}{self._progress}", _ESC, "Back")
