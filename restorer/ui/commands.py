"""What the actions do: thin steps between the window, its canvas and the workspace.

Imports nothing heavy, since the menus are made before the first frame is shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMimeData, QObject, Qt
from PySide6.QtGui import QGuiApplication, QImage, QImageWriter
from PySide6.QtWidgets import QDialog, QFileDialog

from restorer.ui.messages import Message, Offer
from restorer.ui.project_commands import ProjectCommands

if TYPE_CHECKING:
    from restorer.ui.editor import Editor
    from restorer.ui.exporting import ExportOrder
    from restorer.ui.job_queue import Job
    from restorer.ui.main_window import MainWindow
    from restorer.ui.palette import Palette
    from restorer.ui.palette_entries import Entry
    from restorer.ui.photo import OpenPhoto
    from restorer.ui.workspace import Workspace

_OPEN_FILTER = (
    "Photos and projects (*.jpg *.jpeg *.jpe *.png *.tif *.tiff *.webp *.bmp *.restore *.JPG *.JPEG *.PNG *.TIF *.TIFF "
    "*.WEBP *.BMP);;"
    "All files (*)"
)
_MASK_FILTER = "Masks (*.png *.tif *.tiff *.bmp *.webp *.jpg *.jpeg);;All files (*)"
_PASTED = "Pasted photo.png"


class Commands(QObject):
    """One method per action."""

    def __init__(self, window: MainWindow, editor: Editor, workspace: Workspace) -> None:
        super().__init__(window)
        self._window = window
        self._editor = editor
        self._canvas = editor.canvas
        self._workspace = workspace
        self._palette: Palette | None = None
        self.projects = ProjectCommands(window, editor, workspace, self)
        workspace.exporter.retry_wanted.connect(self._on_retry_wanted)

    # -- files

    def open_photos(self) -> None:
        folder = self._workspace.session.settings.last_folder
        dialog = QFileDialog(self._window, "Open photos", str(folder) if folder else "", _OPEN_FILTER)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.filesSelected.connect(lambda names: self.open_paths(map(Path, names)))
        self._show(dialog)

    def open_paths(self, paths: Iterable[Path]) -> None:
        self._workspace.open_files(paths)

    def open_sample(self) -> None:
        self._workspace.opener.open_sample()

    def paste(self) -> None:
        """Takes files, or a picture, from the clipboard."""
        if not self.take(QGuiApplication.clipboard().mimeData()):
            self._workspace.message_raised.emit(
                Message("info", "There is no picture on the clipboard", "Copy a picture or a file first.", key="paste")
            )

    def take(self, data: QMimeData) -> bool:
        """Opens what was pasted or dropped; False where there is no picture in it."""
        paths = [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
        if paths:
            self.open_paths(paths)
            return True
        if data.hasFormat("image/png"):
            self._workspace.opener.open_bytes(bytes(data.data("image/png").data()), _PASTED)
            return True
        image = data.imageData() if data.hasImage() else None
        if isinstance(image, QImage) and not image.isNull():
            self._workspace.opener.open_bytes(_as_png(image), _PASTED)
            return True
        return False

    def export(self) -> None:
        photo = self._workspace.current
        if photo is not None:
            self._ask_export(photo)

    def close_photo(self) -> None:
        """Closes the shown photo; asks first where that would lose something."""
        photo = self._workspace.current
        if photo is None:
            return
        busy = any(job.subject is photo for job in self._workspace.jobs.open_jobs)
        if not (busy or photo.document.is_modified):
            self._workspace.close_photo(photo)
            return
        what = "is still being worked on" if busy else "has changes that were not saved"
        self._workspace.message_raised.emit(
            Message(
                "warning",
                f"{photo.name} {what}",
                "Neither as a project nor exported. Closing it loses them."
                if not busy
                else "Closing it stops the job and loses what was not saved.",
                (
                    Offer("Save project", self.projects.save),
                    Offer("Close it", lambda: self._close_if_open(photo)),
                    Offer("Keep it open", lambda: None),
                ),
                key="close-photo",
            )
        )

    def quit(self) -> None:
        self._window.close()

    # -- history

    def undo(self) -> None:
        # Of a polygon or a ribbon that is being drawn the last point.
        if not self._canvas.step_back() and not self._canvas.is_stroking():
            self._workspace.undo()

    def redo(self) -> None:
        if not self._canvas.is_stroking():
            self._workspace.redo()

    def turn(self, **params: object) -> None:
        """Turns or mirrors the photo at once, as a step of its own."""
        self._workspace.run("crop", params, "classical")

    # -- view

    def zoom_in(self) -> None:
        self._canvas.zoom_in()

    def zoom_out(self) -> None:
        self._canvas.zoom_out()

    def fit(self) -> None:
        self._canvas.fit()

    def actual_size(self) -> None:
        self._canvas.zoom_to(1.0)

    def split(self) -> None:
        self._canvas.toggle_compare("split")

    def side_by_side(self) -> None:
        self._canvas.toggle_compare("side")

    def compare_states(self) -> None:
        self._editor.history.two_wanted.emit()

    def cycle_overlay(self) -> None:
        self._canvas.cycle_overlay()

    def toggle_provenance(self) -> None:
        self._canvas.set_provenance_shown(not self._canvas.provenance_shown())

    def toggle_gamut(self) -> None:
        self._canvas.set_gamut_warning(not self._canvas.gamut_warning())

    def next_photo(self) -> None:
        self._workspace.show_neighbour(1)

    def previous_photo(self) -> None:
        self._workspace.show_neighbour(-1)

    def full_screen(self) -> None:
        self._window.setWindowState(self._window.windowState() ^ Qt.WindowState.WindowFullScreen)

    def toggle_panels(self) -> None:
        self._editor.set_panels_hidden(not self._editor.panels_hidden())

    def next_area(self) -> None:
        self._window.focus_area(1)

    def previous_area(self) -> None:
        self._window.focus_area(-1)

    # -- tools and brush

    def use_tool(self, name: str) -> None:
        self._canvas.set_tool(name)

    def swap_mode(self) -> None:
        self._canvas.swap_mode()

    def smaller(self) -> None:
        self._canvas.smaller()

    def bigger(self) -> None:
        self._canvas.bigger()

    def softer(self) -> None:
        self._canvas.softer()

    def harder(self) -> None:
        self._canvas.harder()

    # -- mask

    def change_mask(self, operation: str, *, protects: bool = False) -> None:
        """One of the operations on whole masks, by its id."""
        from restorer.session.marking.operations import operation_order

        document = self._workspace.document
        if document is not None:
            amount = self._editor.options.mask_buttons.amount_px()
            self._workspace.order_mask(operation_order(operation, amount, document.image, protects=protects))

    def protect_marked(self) -> None:
        from restorer.session.marking.operations import protect_order

        document = self._workspace.document
        if document is not None:
            self._workspace.order_mask(protect_order(document.mask))

    def protect_nothing(self) -> None:
        self.change_mask("clear-protection", protects=True)

    def copy_mask(self) -> None:
        self._workspace.copy_mask()
        self._editor.canvas.set_hud_right("Mask copied")

    def paste_mask(self) -> None:
        self._workspace.paste_mask()

    def reuse_mask(self) -> None:
        mask = self._workspace.last_mask
        if mask is not None:
            self._workspace.replace_mask(mask.plane, "Mask of the last run")

    def import_mask(self) -> None:
        photo = self._workspace.current
        if photo is None:
            return
        folder = photo.source.parent if photo.source else self._workspace.session.settings.last_folder
        dialog = QFileDialog(self._window, "Import mask", str(folder) if folder else "", _MASK_FILTER)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda name: self._workspace.masks.read(photo, Path(name)))
        self._show(dialog)

    def export_mask(self) -> None:
        self._ask_png("Export mask", "mask", self._workspace.masks.write)

    def export_provenance(self) -> None:
        self._ask_png("Export provenance map", "provenance", self._workspace.masks.write_provenance)

    # -- tasks

    def run(self) -> None:
        self._editor.tasks.request_run()

    def toggle_preview(self) -> None:
        self._editor.tasks.toggle_preview()

    def find_damage(self) -> None:
        self._editor.tasks.open_task("repair-scratches")
        self._editor.find_button.click()

    def next_find(self) -> None:
        self._editor.review.next.click()

    def previous_find(self) -> None:
        self._editor.review.previous.click()

    def keep_find(self) -> None:
        self._editor.review.keep.click()

    def drop_find(self) -> None:
        self._editor.review.drop.click()

    def compare_models(self) -> None:
        """The open task, on the part in view, in a window beside this one."""
        from restorer.ui.baking import open_bake_off

        dialog = open_bake_off(self._window, self._editor, self._workspace)
        if dialog is not None:
            self._show(dialog)

    def next_variant(self) -> None:
        self._workspace.choose_neighbour(1)

    def previous_variant(self) -> None:
        self._workspace.choose_neighbour(-1)

    def cancel(self) -> None:
        """The job first, then the stroke, then the preview."""
        if not self._workspace.cancel() and not self._canvas.abandon_stroke():
            self._editor.tasks.end_preview()

    # -- help

    def show_shortcuts(self) -> None:
        from restorer.ui.dialogs.shortcuts import ShortcutsDialog

        self._show(ShortcutsDialog(self._window.actions_by_id, self.show_shortcut_preferences, self._window))

    def show_palette(self) -> None:
        if self._palette is None:
            from restorer.ui.palette import Palette

            self._palette = Palette(self._window, self._palette_entries)
        self._palette.toggle()

    def _palette_entries(self) -> list[Entry]:
        from restorer.tasks import TASKS
        from restorer.ui.palette_entries import action_entries, recent_entries, task_entries

        recent = self._workspace.session.settings.recent
        return [
            *action_entries(self._window.actions_by_id),
            *task_entries(tuple(TASKS.values()), self._editor.tasks.open_task, self._workspace.current is not None),
            *recent_entries(recent, lambda path: self.open_paths([path])),
        ]

    def show_preferences(self) -> None:
        self._show_preferences_at("general")

    def show_shortcut_preferences(self) -> None:
        self._show_preferences_at("shortcuts")

    def _show_preferences_at(self, page: str) -> None:
        from restorer.ui.dialogs.preferences import PreferencesDialog

        dialog = self._window.findChild(PreferencesDialog)
        if dialog is None:
            dialog = PreferencesDialog(self._workspace, self._window)
            self._show(dialog)
        dialog.show_page(page)
        dialog.raise_()
        dialog.activateWindow()

    def show_about(self) -> None:
        from restorer.ui.dialogs.about import AboutDialog

        self._show(AboutDialog(self._window))

    # -- jobs

    def show_job_log(self, job: Job) -> None:
        from restorer.ui.dialogs.job_log import JobLogDialog

        self._show(JobLogDialog(job, self._workspace.jobs, self._window))

    # -- dialogs

    def _show(self, dialog: QDialog) -> None:
        """Shows a dialog that blocks nothing and is gone once closed."""
        self._window.show_dialog(dialog)

    def _ask_png(self, title: str, what: str, write: Callable[[OpenPhoto, Path], None]) -> None:
        """Asks where a picture of the shown photo's pixels is to go."""
        photo = self._workspace.current
        if photo is None:
            return
        source = photo.source if photo.source else Path(photo.name)
        dialog = QFileDialog(self._window, title, str(source.with_name(f"{source.stem}_{what}.png")))
        dialog.setNameFilter("PNG (*.png)")
        dialog.setDefaultSuffix("png")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.fileSelected.connect(lambda name: write(photo, Path(name)))
        self._show(dialog)

    def _ask_export(self, photo: OpenPhoto, again: ExportOrder | None = None) -> None:
        from restorer.ui.dialogs.export import ExportDialog

        folder = self._workspace.session.settings.last_folder
        dialog = ExportDialog(photo, folder=folder, again=again, parent=self._window)
        dialog.confirmed.connect(self._workspace.export)
        self._show(dialog)

    def _on_retry_wanted(self, order: ExportOrder) -> None:
        if order.photo in self._workspace.photos:
            self._ask_export(order.photo, order)

    def _close_if_open(self, photo: OpenPhoto) -> None:
        if photo in self._workspace.photos:
            self._workspace.close_photo(photo)


def _as_png(image: QImage) -> bytes:
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    QImageWriter(buffer, QByteArray(b"png")).write(image)
    return bytes(data.data())
