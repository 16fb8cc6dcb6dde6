"""Steps edited in the window: hidden, moved, changed, replayed, branched; recipes copied from photo to photo."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from restorer.core.geometry import Bounds
from restorer.core.image import Image
from restorer.core.mask import MaskEdit, MaskPiece
from restorer.core.step import Recipe
from restorer.formats.raster import write_photo
from restorer.formats.recipe_file import RecipeFile
from restorer.session.recipes import MaskFit
from restorer.ui.furnishing import Furnishing
from restorer.ui.panels import HistoryPanel
from restorer.ui.photo import OpenPhoto

from .conftest import paint, titles

FIRST, SECOND = Bounds(4, 4, 14, 12), Bounds(10, 8, 30, 16)
NO_GRAIN = {"match_grain": 0.0}


@pytest.fixture
def repaired(furnishing: Furnishing, with_scan: OpenPhoto, qtbot: QtBot) -> OpenPhoto:
    """Two classical fills of overlapping holes: rows 2 and 4, strokes between them."""
    for hole in (FIRST, SECOND):
        paint(with_scan.document, hole)
        with qtbot.waitSignal(furnishing.workspace.finished, timeout=20_000):
            furnishing.workspace.run("inpaint", NO_GRAIN, "classical")
    assert [entry.label for entry in with_scan.document.history.entries] == ["Stroke", "Inpaint"] * 2
    return with_scan


@pytest.fixture
def panel(furnishing: Furnishing, repaired: OpenPhoto) -> HistoryPanel:
    return furnishing.editor.history


def row_of(panel: HistoryPanel, cursor: int):
    position = panel._model.position_of(cursor)
    assert position is not None
    return panel._model.row(panel._model.index(position))


def replay(furnishing: Furnishing, qtbot: QtBot) -> None:
    with qtbot.waitSignal(furnishing.workspace.reediting.changed, timeout=20_000):
        furnishing.editor.history.stale_bar.button.click()


def test_the_eye_hides_a_step_and_marks_what_was_computed_from_it(panel, repaired, furnishing):
    document, before = repaired.document, repaired.document.image.pixels.copy()
    position = panel._model.position_of(2)
    rect = panel.view.visualRect(panel._model.index(position))
    QTest.mouseClick(panel.view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(rect.right() - 14, rect.center().y()))
    assert row_of(panel, 2).state == "Hidden"
    assert row_of(panel, 4).state == "Not up to date"
    assert not panel.stale_bar.isHidden()
    original = document.original.pixels
    only_first = FIRST.top, FIRST.left
    assert np.array_equal(document.image.pixels[only_first], original[only_first])
    assert np.array_equal(document.image.pixels[SECOND.slices], before[SECOND.slices]), "its result is shown as it is"
    furnishing.commands.undo()
    assert np.array_equal(document.image.pixels, before)
    assert panel.stale_bar.isHidden()


def test_replay_gives_what_a_fresh_run_would_give_and_is_one_step_to_undo(panel, repaired, furnishing, qtbot):
    document = repaired.document
    stale = document.image.pixels.copy()
    panel.toggle_requested.emit(2)
    replay(furnishing, qtbot)
    assert document.stale == ()
    assert panel.stale_bar.isHidden()
    replayed = document.image.pixels.copy()
    document.jump(0)
    paint(document, SECOND)
    with qtbot.waitSignal(furnishing.workspace.finished, timeout=20_000):
        furnishing.workspace.run("inpaint", NO_GRAIN, "classical")
    assert np.array_equal(document.image.pixels, replayed)
    (branch,) = document.history.branches()
    furnishing.workspace.reediting.switch(repaired, branch.tip)
    assert np.array_equal(document.image.pixels, replayed)
    document.undo()
    document.undo()
    assert np.array_equal(document.image.pixels, stale)


def test_settings_are_shown_changed_and_replayed(panel, repaired, furnishing, qtbot):
    tasks, document = furnishing.editor.tasks, repaired.document
    tasks.set_values("inpaint", {"grow_px": 9})
    panel.settings_wanted.emit(2)
    assert tasks.current_task() == "inpaint"
    assert tasks.values("inpaint")["grow_px"] == document.plan[0].step.params["grow_px"] != 9
    assert tasks.model("inpaint") == "classical"
    panel.settings_taken.emit(2)
    assert document.stale == (), "nothing was changed"
    tasks.set_values("inpaint", {"grow_px": 9})
    panel.settings_taken.emit(2)
    assert [slot.id in document.stale for slot in document.plan] == [True, True]
    replay(furnishing, qtbot)
    assert document.history.recipe().steps[0].params["grow_px"] == 9
    assert row_of(panel, 2).state == ""


def test_a_new_mask_for_an_early_step(panel, repaired, furnishing, qtbot):
    panel.mask_taken.emit(2)
    assert titles(furnishing) == ["The mask was not taken"]
    hole = Bounds(40, 30, 50, 40)
    paint(repaired.document, hole)
    panel.mask_taken.emit(2)
    replay(furnishing, qtbot)
    document = repaired.document
    corner = document.image.pixels[FIRST.top : FIRST.top + 3, FIRST.left : FIRST.left + 3]
    assert np.array_equal(corner, document.original.pixels[FIRST.top : FIRST.top + 3, FIRST.left : FIRST.left + 3])
    assert document.mask.plane[hole.slices].all(), "what is painted stays painted"


def test_keys_name_hide_move_and_take_out(panel, repaired, furnishing, qtbot):
    view = panel.view
    panel.select_row(2)
    view.setFocus()
    QTest.keyClick(view, Qt.Key.Key_Space)
    assert row_of(panel, 2).eye is False
    assert panel.selected_cursors() == [2]
    QTest.keyClick(view, Qt.Key.Key_Space)
    assert row_of(panel, 2).eye is True
    QTest.keyClick(view, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert [slot.base == repaired.document.history.root_state for slot in repaired.document.plan] == [False, True]
    QTest.keyClick(view, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert titles(furnishing) == ["That is not possible"]
    QTest.keyClick(view, Qt.Key.Key_Delete)
    assert len(repaired.document.plan) == 1
    QTest.keyClick(view, Qt.Key.Key_F2)
    field = next(child for child in view.viewport().children() if child.inherits("QLineEdit"))
    field.setText("Vor der Reise")
    QTest.keyClick(field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: row_of(panel, 2).title == "Vor der Reise")
    assert repaired.document.history.entries[1].name == "Vor der Reise"


def test_branches_stand_in_the_header(panel, repaired, furnishing, qtbot):
    assert panel.branch_button.isHidden()
    after = repaired.document.image.pixels.copy()
    furnishing.workspace.jump(0)
    paint(repaired.document, FIRST)
    with qtbot.waitSignal(furnishing.workspace.finished, timeout=20_000):
        furnishing.workspace.run("inpaint", NO_GRAIN, "classical")
    assert not panel.branch_button.isHidden()
    menu = panel.branch_menu()
    menu.actions()[0].trigger()
    assert np.array_equal(repaired.document.image.pixels, after)
    panel.branch_menu().actions()[-1].menu().actions()[0].trigger()
    assert panel.branch_button.isHidden()


def test_a_recipe_is_copied_to_another_photo(repaired, furnishing, qtbot, tmp_path: Path):
    edits, workspace = furnishing.workspace.reediting, furnishing.workspace
    recipe = edits.copy_recipe(repaired)
    twin, wide = tmp_path / "twin.tif", tmp_path / "wide.tif"
    write_photo(twin, repaired.document.original)
    write_photo(wide, Image(np.repeat(repaired.document.original.pixels, 2, axis=1)))
    for path in (twin, wide):
        with qtbot.waitSignal(workspace.photo_shown):
            workspace.open_files([path])
        photo = workspace.current
        assert photo is not None
        if path is twin:
            with qtbot.waitSignal(edits.changed, timeout=20_000):
                edits.run_recipe(photo, recipe, "cpu")
            assert np.array_equal(photo.document.image.pixels, repaired.document.image.pixels)
            assert photo.document.recipe_masks().keys() == repaired.document.recipe_masks().keys()
            photo.document.undo()
            assert photo.document.history.cursor == 1
        else:
            with qtbot.waitSignal(workspace.message_raised, timeout=20_000) as raised:
                edits.run_recipe(photo, recipe, "cpu")
            (message,) = raised.args
            assert [offer.label for offer in message.offers] == ["Stretch the masks", "Leave masks out"]
            with qtbot.waitSignal(edits.changed, timeout=20_000):
                edits.run_recipe(photo, recipe, "cpu", MaskFit.SCALE)
            assert len(photo.document.plan) == 2


def test_what_is_protected_goes_along_with_a_recipe_and_through_a_crop(repaired, furnishing, qtbot, tmp_path: Path):
    edits, workspace, document = furnishing.workspace.reediting, furnishing.workspace, repaired.document
    with qtbot.waitSignal(workspace.finished, timeout=20_000):
        workspace.run("crop", {"x": 2, "y": 2, "width": 48, "height": 38}, "classical")
    kept = Bounds(FIRST.left, FIRST.top, FIRST.left + 5, FIRST.bottom)
    values = np.full((kept.height, kept.width), 255, np.uint8)
    edit = MaskEdit((MaskPiece(kept.translate(-2, -2), values),))
    document.edit_mask(edit, "Protect", protects=True)
    recipe = edits.copy_recipe(repaired)
    assert recipe.protected is not None
    assert recipe.protected.bounds == kept, "in the extent of the original"
    twin = tmp_path / "twin.tif"
    write_photo(twin, document.original)
    with qtbot.waitSignal(workspace.photo_shown):
        workspace.open_files([twin])
    other = workspace.current
    assert other is not None
    steps = RecipeFile(Recipe(recipe.recipe.steps[:1]), recipe.masks, recipe.protected)
    with qtbot.waitSignal(edits.changed, timeout=20_000):
        edits.run_recipe(other, steps, "cpu")
    original, done = document.original.pixels, other.document.image.pixels
    assert np.array_equal(done[kept.slices], original[kept.slices])
    assert not np.array_equal(done[FIRST.slices], original[FIRST.slices])

    workspace.show_photo(repaired)
    first = document.history.entries[1]
    edits.toggle(repaired, 2)
    edits.toggle(repaired, 2)
    base = document.replay_base()
    assert not base.slots, "hidden and shown again, it is as it was"
    tasks = furnishing.editor.tasks
    tasks.set_values("inpaint", {"grow_px": 2})
    edits.change_settings(repaired, 2, tasks.values("inpaint"), "classical")
    base = document.replay_base()
    assert base.slots[0].id == first.slot
    assert base.protected is not None
    assert base.protected.occupied() == kept, "carried back over the crop"
    with qtbot.waitSignal(edits.changed, timeout=20_000):
        edits.replay(repaired, "cpu")
    inside = kept.translate(-2, -2)
    assert np.array_equal(document.image.pixels[inside.slices], original[kept.slices])


def test_a_replay_of_a_photo_that_changed_meanwhile_is_not_applied(panel, repaired, furnishing, qtbot):
    panel.toggle_requested.emit(2)
    with qtbot.waitSignal(furnishing.workspace.reediting.replaying_changed):
        furnishing.editor.history.stale_bar.button.click()
    assert not panel.stale_bar.button.isEnabled()
    furnishing.workspace.undo()
    before = repaired.document.image.pixels.copy()
    qtbot.waitUntil(lambda: not furnishing.workspace.reediting.is_replaying(repaired), timeout=20_000)
    assert titles(furnishing) == ["The result of Replay was not applied"]
    assert np.array_equal(repaired.document.image.pixels, before)
