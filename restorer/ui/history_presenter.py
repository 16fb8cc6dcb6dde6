"""Brings the history of the shown photo to its panel, and what is asked for there to the photo."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject
from PySide6.QtGui import QImage

from restorer.core.history import ROOT, Branch
from restorer.core.image import Pixels
from restorer.formats.container import CONTAINERS
from restorer.tasks import TASKS
from restorer.ui import words
from restorer.ui.comparing import Compared, state_name
from restorer.ui.editor import Editor
from restorer.ui.language import tr
from restorer.ui.panels import BranchRow, HistoryRow
from restorer.ui.photo import OpenPhoto
from restorer.ui.qimage import rgb_image
from restorer.ui.state_chooser import StateChooser
from restorer.ui.workspace import Workspace


class HistoryPresenter(QObject):
    """Knows the workspace and the views."""

    def __init__(self, workspace: Workspace, editor: Editor, parent: QObject) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._editor = editor
        self._chooser = StateChooser(editor)
        self._seen: tuple[OpenPhoto | None, int] = (None, ROOT)
        panel, edits = editor.history, workspace.reediting
        panel.jump_requested.connect(self._on_jump_requested)
        panel.compare_requested.connect(self._on_compare_requested)
        panel.compare_with_requested.connect(self._on_compare_with_requested)
        panel.branch_compared.connect(self._on_branch_compared)
        panel.two_wanted.connect(self._ask_two)
        workspace.comparing.ready.connect(self._on_compared)
        panel.toggle_requested.connect(lambda cursor: self._at_row(cursor, lambda photo: edits.toggle(photo, cursor)))
        panel.remove_requested.connect(lambda cursor: self._at_row(cursor, lambda photo: edits.remove(photo, cursor)))
        panel.move_requested.connect(
            lambda cursor, offset: self._at_row(cursor, lambda photo: edits.move(photo, cursor, offset))
        )
        panel.rename_requested.connect(
            lambda cursor, name: self._at_row(cursor, lambda photo: edits.rename(photo, cursor, name))
        )
        panel.settings_wanted.connect(self._on_settings_wanted)
        panel.settings_taken.connect(self._on_settings_taken)
        panel.mask_taken.connect(
            lambda cursor: self._at_row(
                cursor, lambda photo: edits.change_mask(photo, cursor, photo.document.mask.snapshot())
            )
        )
        panel.replay_requested.connect(self._on_replay_requested)
        panel.branch_requested.connect(lambda tip: self._with_photo(lambda photo: edits.switch(photo, tip)))
        panel.branch_removed.connect(lambda tip: self._with_photo(lambda photo: edits.remove_branch(photo, tip)))
        edits.replaying_changed.connect(self._show_stale)

    def show(self) -> None:
        """Shows the history of the shown photo."""
        photo, panel = self._workspace.current, self._editor.history
        self._end_pair(photo)
        if photo is None:
            panel.set_rows([], 0)
            panel.set_branches(())
            panel.set_stale(0)
            return
        history = photo.document.history
        panel.set_rows(_history_rows(photo), history.cursor)
        panel.set_can_undo(history.can_undo)
        panel.set_can_redo(history.can_redo)
        panel.set_branches([_branch_row(branch) for branch in history.branches()])
        self._show_stale()

    def _show_stale(self) -> None:
        photo = self._workspace.current
        count = len(photo.document.stale) if photo is not None else 0
        self._editor.history.set_stale(count, running=self._workspace.reediting.is_replaying(photo))

    # -- what is asked for

    def _with_photo(self, act: Callable[[OpenPhoto], None]) -> None:
        """Nothing is changed in the middle of a stroke."""
        photo = self._workspace.current
        if photo is not None and not self._editor.canvas.is_stroking():
            act(photo)

    def _at_row(self, cursor: int, act: Callable[[OpenPhoto], None]) -> None:
        """The row stays chosen, so that the keyboard goes on from there."""
        self._with_photo(act)
        self._editor.history.select_row(cursor)

    def _on_jump_requested(self, cursor: int) -> None:
        if not self._editor.canvas.is_stroking():
            self._workspace.jump(cursor)

    # -- comparing

    def _ask_two(self) -> None:
        photo = self._workspace.current
        if photo is not None:
            self._chooser.ask(photo, tr("Compare which state?"), lambda one: self._ask_other(photo, one))

    def _ask_other(self, photo: OpenPhoto, one: int) -> None:
        prompt = tr("Compare “{}” with…").format(state_name(photo, one))
        compare = self._workspace.comparing.compare
        self._chooser.ask(photo, prompt, lambda other: compare(photo, one, other), without=one)

    def _on_compare_requested(self, before: int, after: int) -> None:
        photo = self._workspace.current
        if photo is not None:
            self._workspace.comparing.compare(photo, _id_at(photo, before), _id_at(photo, after))

    def _on_compare_with_requested(self, cursor: int) -> None:
        photo = self._workspace.current
        if photo is not None:
            self._ask_other(photo, photo.document.history.pixels_of(_id_at(photo, cursor)))

    def _on_branch_compared(self, tip: int) -> None:
        photo = self._workspace.current
        if photo is not None:
            here = photo.document.history.current
            self._workspace.comparing.compare(photo, tip, here.id if here is not None else ROOT)

    def _on_compared(self, compared: Compared) -> None:
        """Two pictures are ready; the photo may have changed meanwhile."""
        photo, canvas = compared.photo, self._editor.canvas
        if photo is not self._workspace.current:
            return
        document, pictures = photo.document, compared.pictures
        is_live = compared.after_is_now and document.state == compared.base
        present = document.placement_from(0)
        frame = present.inverse().then(pictures.placement) if pictures.placement != present else None
        after = None if is_live else pictures.after
        names = (compared.names[0], tr("Now")) if is_live else compared.names
        canvas.set_compare_images(pictures.before, after, frame=frame, names=names)
        if canvas.compare() is None:
            canvas.toggle_compare("split")

    def _end_pair(self, photo: OpenPhoto | None) -> None:
        """Whoever does something to the photo wants to see it; the result of a job waits until comparing is over."""
        history = photo.document.history if photo is not None else None
        here = history.current if history is not None else None
        seen, self._seen = self._seen, (photo, here.id if here is not None else ROOT)
        is_result = here is not None and here.step is not None and not here.amends and here.parent == seen[1]
        if seen[0] is photo and seen[1] != self._seen[1] and not is_result and self._editor.canvas.compares_others():
            self._editor.canvas.end_pair()

    def _on_settings_wanted(self, cursor: int) -> None:
        photo, tasks = self._workspace.current, self._editor.tasks
        slot = self._workspace.reediting.slot_at(photo, cursor) if photo is not None else None
        if slot is not None and slot.step.task in TASKS:
            tasks.open_task(slot.step.task)
            tasks.set_values(slot.step.task, dict(slot.step.params))
            tasks.select_model(slot.step.task, slot.step.model)

    def _on_settings_taken(self, cursor: int) -> None:
        photo, tasks = self._workspace.current, self._editor.tasks
        slot = self._workspace.reediting.slot_at(photo, cursor) if photo is not None else None
        if photo is not None and slot is not None and slot.step.task in TASKS:
            task = slot.step.task
            self._workspace.reediting.change_settings(photo, cursor, tasks.values(task), tasks.model(task))
            self._editor.history.select_row(cursor)

    def _on_replay_requested(self) -> None:
        device = self._workspace.session.settings.device
        self._with_photo(lambda photo: self._workspace.reediting.replay(photo, device))


def _id_at(photo: OpenPhoto, cursor: int) -> int:
    """Id of the entry that a row of the shown line stands for."""
    return photo.document.history.entries[cursor - 1].id if cursor else ROOT


def _history_rows(photo: OpenPhoto) -> list[HistoryRow]:
    document = photo.document
    image = document.original
    original = f"{_format_title(photo)}, {image.bit_depth}-bit, {words.amount_of_bytes(image.bytes)} in memory"
    picture = _thumbnail(document.original_thumbnail)
    rows = [HistoryRow("Original", original, picture, 0, True)]
    cursor, stale = document.history.cursor, set(document.stale)
    slots = {slot.id: slot for slot in document.plan}
    for index, entry in enumerate(document.history.entries, start=1):
        detail = entry.detail
        if entry.step is not None and not entry.amends:
            detail = f"{detail}, {words.duration(entry.seconds)}" if detail else words.duration(entry.seconds)
        picture = _thumbnail(entry.thumbnail) or picture  # a stroke leaves the photo as it was
        slot = slots.get(entry.slot) if index <= cursor and not entry.amends else None
        eye, old = (slot.enabled, slot.id in stale) if slot is not None else (None, False)
        rows.append(HistoryRow(entry.label, detail, picture, index, index <= cursor, eye, old, entry.name))
    return rows


def _format_title(photo: OpenPhoto) -> str:
    container = CONTAINERS.get(photo.file.format)
    return container.title if container is not None else photo.file.format


def _branch_row(branch: Branch) -> BranchRow:
    steps = words.counted(branch.steps, "step", "steps")
    return BranchRow(branch.tip, branch.title, f"{steps}, leaves after {branch.leaves_at}")


def _thumbnail(pixels: Pixels | None) -> QImage | None:
    return rgb_image(pixels) if pixels is not None else None
