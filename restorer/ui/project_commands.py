"""What the actions on projects and recipes do. Imports nothing heavy: the menus are made before the first frame."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog

from restorer.core.errors import RestorerError
from restorer.ui.messages import Message

if TYPE_CHECKING:
    from restorer.formats.project_file import Project
    from restorer.session.recovery import Recoverable
    from restorer.ui.editor import Editor
    from restorer.ui.main_window import MainWindow
    from restorer.ui.photo import OpenPhoto
    from restorer.ui.workspace import Workspace

_PROJECT_FILTER = "Projects (*.restore)"
_RECIPE_FILTER = "Recipes (*.json)"


class ProjectCommands(QObject):
    """One method per action."""

    def __init__(self, window: MainWindow, editor: Editor, workspace: Workspace, parent: QObject) -> None:
        super().__init__(parent)
        self._window = window
        self._editor = editor
        self._workspace = workspace
        projects = workspace.projects
        projects.place_wanted.connect(self._ask_place)
        projects.photo_wanted.connect(self._ask_photo)
        projects.folder_wanted.connect(self._ask_folder)

    # -- projects

    def save(self) -> None:
        """Into the project the photo belongs to; asks where, the first time."""
        photo = self._workspace.current
        if photo is None:
            return
        path = self._workspace.projects.path_of(photo)
        if path is not None and self._workspace.projects.may_save(photo):
            self._workspace.projects.save(photo, path, overwrite=True)
        else:
            self._ask_place(photo)

    def save_as(self) -> None:
        if self._workspace.current is not None:
            self._ask_place(self._workspace.current)

    def save_with_photo(self) -> None:
        """A project that needs no other file."""
        if self._workspace.current is not None:
            self._ask_place(self._workspace.current, embed=True)

    def _ask_place(self, photo: OpenPhoto, *, embed: bool = False) -> None:
        known = self._workspace.projects.path_of(photo)
        first = known or (photo.source or Path(photo.name)).with_suffix(".restore")
        dialog = QFileDialog(self._window, "Save project", str(first))
        dialog.setNameFilter(_PROJECT_FILTER)
        dialog.setDefaultSuffix("restore")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.fileSelected.connect(partial(self._save_to, photo, embed))
        self._window.show_dialog(dialog)

    def _save_to(self, photo: OpenPhoto, embed: bool, name: str) -> None:
        if photo in self._workspace.photos:  # the dialog has asked about a file that is there
            self._workspace.projects.save(photo, Path(name), embed=embed, overwrite=True)

    def _ask_photo(self, project: Project) -> None:
        dialog = QFileDialog(self._window, f"Where is {project.source.name}?", str(project.path.parent))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda name: self._workspace.projects.open_with(project, Path(name)))
        self._window.show_dialog(dialog)

    def _ask_folder(self, project: Project) -> None:
        dialog = QFileDialog(self._window, f"Where to search for {project.source.name}", str(project.path.parent))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(lambda name: self._workspace.projects.search(project, Path(name)))
        self._window.show_dialog(dialog)

    def ask_recovered_photo(self, work: Recoverable) -> None:
        """Where the photo is that unsaved work belongs to."""
        dialog = QFileDialog(self._window, f"Where is {work.name}?")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda name: self._workspace.opener.recover(work, Path(name)))
        self._window.show_dialog(dialog)

    # -- recipes

    def replay(self) -> None:
        """Runs again what is not up to date."""
        self._editor.history.replay_requested.emit()

    def rename_state(self) -> None:
        self._editor.history.rename_selected()

    def copy_recipe(self) -> None:
        photo = self._workspace.current
        if photo is not None:
            self._workspace.reediting.copy_recipe(photo)

    def paste_recipe(self) -> None:
        """Runs the copied recipe on the shown photo."""
        photo, recipe = self._workspace.current, self._workspace.reediting.recipe_clip
        if photo is not None and recipe is not None:
            self._workspace.reediting.run_recipe(photo, recipe, self._workspace.session.settings.device)

    def export_recipe(self) -> None:
        photo = self._workspace.current
        if photo is None:
            return
        first = (photo.source or Path(photo.name)).with_suffix(".json")
        dialog = QFileDialog(self._window, "Export recipe", str(first))
        dialog.setNameFilter(_RECIPE_FILTER)
        dialog.setDefaultSuffix("json")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.fileSelected.connect(partial(self._write_recipe, photo))
        self._window.show_dialog(dialog)

    def import_recipe(self) -> None:
        dialog = QFileDialog(self._window, "Run a recipe")
        dialog.setNameFilter(_RECIPE_FILTER)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(self.run_recipe_file)
        self._window.show_dialog(dialog)

    def run_recipe_file(self, name: str) -> None:
        """Runs a recipe from a file on the shown photo."""
        from restorer.formats.recipe_file import read_recipe

        photo = self._workspace.current
        if photo is None:
            return
        try:
            recipe = read_recipe(Path(name))
        except RestorerError as error:
            self._say("The recipe was not read", error)
            return
        self._workspace.reediting.run_recipe(photo, recipe, self._workspace.session.settings.device)

    def _write_recipe(self, photo: OpenPhoto, name: str) -> None:
        from restorer.formats.recipe_file import RecipeFile, write_recipe

        try:
            write_recipe(Path(name), RecipeFile.of(photo.document), overwrite=True)
        except RestorerError as error:
            self._say("The recipe was not written", error)

    def _say(self, title: str, error: RestorerError) -> None:
        self._workspace.message_raised.emit(
            Message("error", title, f"{error.message} {error.hint}".strip(), key="recipe")
        )
