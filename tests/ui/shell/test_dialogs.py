"""Export: what it suggests, refuses and says; the shortcut overlay shows what is really bound."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtWidgets import QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from restorer.core.document import Document
from restorer.core.geometry import Bounds
from restorer.core.image import Image, Patch
from restorer.core.mask import MaskPiece
from restorer.core.result import TaskResult
from restorer.core.step import Step
from restorer.formats.color import color_tag
from restorer.formats.metadata import Metadata
from restorer.formats.profiles import standard_profile
from restorer.formats.raster import PhotoFile
from restorer.ui.actions import ROWS, Actions
from restorer.ui.dialogs.about import AboutDialog
from restorer.ui.dialogs.export import ExportDialog
from restorer.ui.dialogs.shortcuts import ShortcutsDialog
from restorer.ui.exporting import ExportOrder
from restorer.ui.photo import OpenPhoto
from restorer.ui.widgets import CheckBox, ComboBox


@pytest.fixture
def photo_on_disk(tmp_path: Path) -> OpenPhoto:
    """A 16-bit TIFF with EXIF, as far as the dialog can tell."""
    path = tmp_path / "page-12.tif"
    path.write_bytes(b"the original")
    pixels = np.zeros((40, 60, 3), np.uint16)
    pixels[:10, :, 1] = 65535
    image = Image(pixels, color_tag(standard_profile("adobe-rgb"), 3))
    file = PhotoFile(image, Metadata(dpi=(600.0, 600.0), exif=b"Exif"), "tiff", path)
    return OpenPhoto(Document(image, path.name), file, path)


@pytest.fixture
def dialog(photo_on_disk: OpenPhoto, qtbot: QtBot) -> ExportDialog:
    dialog = ExportDialog(photo_on_disk)
    qtbot.addWidget(dialog)
    dialog.show()
    return dialog


def said(dialog: QWidget) -> str:
    return "\n".join(label.text() for label in dialog.findChildren(QLabel) if label.isVisibleTo(dialog))


def combo(dialog: QWidget, name: str) -> ComboBox:
    return next(box for box in dialog.findChildren(ComboBox) if box.accessibleName() == name)


def choose(box: ComboBox, identifier: str) -> None:
    """As the person would."""
    box.select(identifier)
    box.chosen.emit(identifier)


def type_name(dialog: ExportDialog, name: str, qtbot: QtBot) -> None:
    edit = dialog.findChild(QLineEdit)
    edit.selectAll()
    qtbot.keyClicks(edit, name)


class TestExport:
    def test_it_suggests_what_loses_nothing(self, dialog: ExportDialog, tmp_path: Path) -> None:
        assert dialog.target() == tmp_path / "page-12_restored.tif"
        options = dialog.options()
        assert (options.format, options.bit_depth, options.keep_metadata) == ("tiff", 16, True)
        assert "Nothing is lost" in said(dialog)
        assert (options.profile, options.dpi) == ("keep", None)
        assert combo(dialog, "Resolution").currentText() == "Keep 600 dpi"
        assert combo(dialog, "Profile").currentText() == "Keep Adobe RGB (1998) compatible"
        assert not dialog.isModal()

    def test_another_format_says_what_it_costs_and_renames(self, dialog: ExportDialog, tmp_path: Path) -> None:
        choose(combo(dialog, "Format"), "jpeg")
        assert dialog.target() == tmp_path / "page-12_restored.jpg"
        assert "16 bits per channel are rounded to 8." in said(dialog)
        assert "quality 95" in said(dialog)

    def test_a_typed_ending_chooses_the_format(self, dialog: ExportDialog, qtbot: QtBot) -> None:
        type_name(dialog, "album.webp", qtbot)
        assert combo(dialog, "Format").current_id() == "webp"
        assert dialog.options().format == "webp"

    def test_colours_without_a_place_are_counted(self, dialog: ExportDialog) -> None:
        choose(combo(dialog, "Profile"), "srgb")
        assert dialog.options().profile == "srgb"
        assert "25.0 % lie outside of it" in said(dialog)
        choose(combo(dialog, "Profile"), "adobe-rgb")
        assert "outside" not in said(dialog)

    def test_a_resolution_can_be_chosen(self, dialog: ExportDialog) -> None:
        choose(combo(dialog, "Resolution"), "300")
        assert dialog.options().dpi == 300

    def test_intents_are_offered_only_where_they_mean_something(self, dialog: ExportDialog) -> None:
        choose(combo(dialog, "Profile"), "srgb")
        assert combo(dialog, "Rendering intent").isHidden()

    def test_nothing_done_leaves_nothing_to_record(self, dialog: ExportDialog, qtbot: QtBot) -> None:
        assert not any("generated" in box.text() for box in dialog.findChildren(CheckBox))
        with qtbot.waitSignal(dialog.confirmed) as confirmed:
            dialog._export.click()
        assert confirmed.args[0].provenance is None

    @pytest.mark.parametrize("wanted", [True, False])
    def test_what_was_done_is_recorded_unless_refused(
        self, photo_on_disk: OpenPhoto, qtbot: QtBot, wanted: bool
    ) -> None:
        document, bounds = photo_on_disk.document, Bounds(0, 0, 6, 40)
        patch = Patch(bounds, np.ones((40, 6, 3), np.uint16))
        filled = MaskPiece(bounds, np.full((40, 6), 255, np.uint8))
        step = Step("inpaint", 1, model="inpaint-unet", model_hash="ab" * 32)
        document.apply(document.state, step, TaskResult((patch,), (filled,)), label="Inpaint")
        dialog = ExportDialog(photo_on_disk)
        qtbot.addWidget(dialog)
        (box,) = (box for box in dialog.findChildren(CheckBox) if "10.0 % of this photo was generated" in box.text())
        box.setChecked(wanted)
        with qtbot.waitSignal(dialog.confirmed) as confirmed:
            dialog._export.click()
        provenance = confirmed.args[0].provenance
        assert (provenance is not None and provenance.recipe.steps == (step,)) is wanted

    def test_leaving_metadata_out_is_a_loss_too(self, dialog: ExportDialog) -> None:
        next(box for box in dialog.findChildren(CheckBox) if "EXIF" in box.text()).setChecked(False)
        assert "left out" in said(dialog)
        assert not dialog.options().keep_metadata

    def test_the_original_cannot_be_chosen(self, dialog: ExportDialog, qtbot: QtBot) -> None:
        type_name(dialog, "page-12.tif", qtbot)
        assert "never overwritten" in said(dialog)
        assert not dialog._export.isEnabled()

    def test_another_file_is_replaced_only_when_ticked(
        self, dialog: ExportDialog, tmp_path: Path, qtbot: QtBot
    ) -> None:
        (tmp_path / "other.tif").write_bytes(b"")
        type_name(dialog, "other.tif", qtbot)
        assert "exists already" in said(dialog)
        assert not dialog._export.isEnabled()
        next(box for box in dialog.findChildren(CheckBox) if "Replace" in box.text()).setChecked(True)
        with qtbot.waitSignal(dialog.confirmed) as confirmed:
            dialog._export.click()
        (order,) = confirmed.args
        assert isinstance(order, ExportOrder)
        assert (order.target.name, order.overwrite) == ("other.tif", True)

    def test_an_empty_name_and_a_missing_folder_are_said(
        self, dialog: ExportDialog, tmp_path: Path, qtbot: QtBot
    ) -> None:
        dialog.findChild(QLineEdit).clear()
        dialog.findChild(QLineEdit).textEdited.emit("")
        assert "needs a name" in said(dialog)
        type_name(dialog, "out.tif", qtbot)
        dialog._on_folder_chosen(str(tmp_path / "gone"))
        assert "no folder" in said(dialog)

    def test_a_failed_order_is_where_the_next_try_begins(
        self, photo_on_disk: OpenPhoto, dialog: ExportDialog, tmp_path: Path, qtbot: QtBot
    ) -> None:
        choose(combo(dialog, "Format"), "png")
        with qtbot.waitSignal(dialog.confirmed) as confirmed:
            dialog._export.click()
        again = ExportDialog(photo_on_disk, again=confirmed.args[0])
        qtbot.addWidget(again)
        assert again.target() == tmp_path / "page-12_restored.png"
        assert again.options().format == "png"


class TestShortcuts:
    def test_the_overlay_shows_every_bound_key_of_its_groups(self, qtbot: QtBot) -> None:
        window = QWidget()
        qtbot.addWidget(window)
        dialog = ShortcutsDialog(Actions(window), lambda: None, window)
        dialog.show()
        for row in ROWS:
            if row.shortcuts:
                assert (row.hint or row.name) in said(dialog), row.id

    def test_no_two_actions_share_a_key(self) -> None:
        keys = [key for row in ROWS for key in row.shortcuts]
        assert len(keys) == len(set(keys))

    def test_single_letters_belong_to_the_canvas(self) -> None:
        for row in ROWS:
            for key in row.shortcuts:
                if len(key) == 1 and key.isalpha():
                    assert row.on_canvas, f"{key} would be taken from text fields"

    def test_redo_has_both_of_its_keys(self) -> None:
        redo = next(row for row in ROWS if row.id == "redo")
        assert set(redo.shortcuts) == {"Ctrl+Shift+Z", "Ctrl+Y"}

    def test_texts_end_in_dots_only_where_more_is_asked(self) -> None:
        assert {row.id for row in ROWS if row.text.endswith("…")} == {
            "open",
            "export",
            "export-provenance",
            "import-mask",
            "export-mask",
            "palette",
            "preferences",
            "save-as",
            "save-inside",
            "run-recipe",
            "export-recipe",
            "bake-off",
            "compare-states",
        }


def test_about_names_version_and_licence(qtbot: QtBot) -> None:
    from restorer import __version__

    dialog = AboutDialog()
    qtbot.addWidget(dialog)
    dialog.show()
    assert __version__ in said(dialog)
    assert "Apache 2.0" in said(dialog)
