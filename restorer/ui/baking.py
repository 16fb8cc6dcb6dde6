"""Opens a bake-off of the task at hand, and takes what is chosen there back into its form."""

from __future__ import annotations

from typing import TYPE_CHECKING

from restorer.session.bake_off import Candidate, first_candidates
from restorer.session.preview import fit_region, most_pixels
from restorer.tasks import get_task
from restorer.ui.bake_off import BakeOff
from restorer.ui.dialogs.bake_off import BakeOffDialog
from restorer.ui.messages import Message

if TYPE_CHECKING:
    from restorer.ui.editor import Editor
    from restorer.ui.main_window import MainWindow
    from restorer.ui.workspace import Workspace


def open_bake_off(window: MainWindow, editor: Editor, workspace: Workspace) -> BakeOffDialog | None:
    """A dialog on the part in view, not yet shown; None (and a message) where there is nothing to compare."""
    photo, task_id = workspace.current, editor.tasks.current_task()
    if photo is None:
        return None
    if task_id is None:
        workspace.message_raised.emit(
            Message("info", "No task is open", "Open one in the panel first.", key="bake-off")
        )
        return None
    task = get_task(task_id)
    if task.locality is None:
        text = "It changes the photo as a whole."
        workspace.message_raised.emit(
            Message("info", f"{task.title} cannot be compared on a part", text, key="bake-off")
        )
        return None
    editor.tasks.end_preview()
    tasks, canvas = editor.tasks, editor.canvas
    values = tasks.values(task_id)
    # A choice that leaves the model to the size is compared as the one it comes to.
    model = tasks.model(task_id) or workspace.session.resolve_step(task_id, values).model
    current = Candidate(model, values)
    models = [choice.id for choice in workspace.session.models_for(task_id) if choice.id]
    document = photo.document
    most_px = most_pixels(task, current.params, document.image, document.file)
    region = fit_region(canvas.visible_bounds(), document.image.bounds, most_px)
    bake_off = BakeOff(workspace, photo, task_id, region, first_candidates(task, models, current))
    dialog = BakeOffDialog(bake_off, None if canvas.is_fitted() else canvas.zoom(), window)

    def take(model: str, params: dict[str, object]) -> None:
        tasks.open_task(task_id)
        tasks.select_model(task_id, model)
        tasks.set_values(task_id, params)  # type: ignore[arg-type]

    dialog.picked.connect(take)
    dialog.run_wanted.connect(tasks.request_run)
    return dialog
