"""Preferences, palette and overlay in the window: applied at once, saved, and never in the way."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from restorer.session.settings import Settings
from restorer.session.settings_file import SettingsStore
from restorer.ui import theme
from restorer.ui.dialogs.preference_pages import DevicePage
from restorer.ui.dialogs.preferences import PreferencesDialog
from restorer.ui.dialogs.shortcut_page import ShortcutPage
from restorer.ui.dialogs.shortcuts import ShortcutsDialog
from restorer.ui.furnishing import Furnishing
from restorer.ui.palette import Palette
from restorer.ui.photo import OpenPhoto
from restorer.ui.shell import Shell
from restorer.ui.widgets import CheckBox, Segmented, SpinBox, ValueSlider


@pytest.fixture
def dialog(shell: Shell, furnishing: Furnishing) -> PreferencesDialog:
    furnishing.commands.show_preferences()
    dialog = shell.window.findChild(PreferencesDialog)
    assert dialog is not None
    return dialog


def saved(tmp_path: Path) -> Settings:
    return SettingsStore(tmp_path / "settings.toml").load()[0]


class TestPreferences:
    def test_it_blocks_nothing_and_is_there_once(
        self, shell: Shell, furnishing: Furnishing, dialog: PreferencesDialog
    ) -> None:
        furnishing.commands.show_shortcut_preferences()
        assert shell.window.findChildren(PreferencesDialog) == [dialog]
        assert dialog._page() is dialog.pages["shortcuts"]
        assert not dialog.isModal()

    def test_a_choice_is_applied_and_saved_at_once(
        self, furnishing: Furnishing, dialog: PreferencesDialog, tmp_path: Path
    ) -> None:
        before = theme.tokens().name
        other = "light" if before == "dark" else "dark"
        segmented = dialog.pages["general"].findChildren(Segmented)[0]
        segmented._segments[other].click()
        assert theme.tokens().name == other
        assert saved(tmp_path).theme == other
        dialog.pages["general"].reset()
        assert saved(tmp_path).theme == "system"
        assert segmented.current() == "system"

    def test_the_canvas_follows(self, furnishing: Furnishing, dialog: PreferencesDialog) -> None:
        canvas, update = furnishing.editor.canvas, furnishing.workspace.update_settings
        update(overlay="matte", pen_pressure=False, wheel="pan", surround="50")
        assert canvas.overlay() == "matte"
        assert canvas._navigator.wheel_pans
        assert theme.surround().red() == theme.surround().blue() == 127
        assert not dialog.pages["canvas"].findChildren(CheckBox)[0].isChecked(), "the page shows what changed elsewhere"
        dialog.pages["canvas"].reset()
        assert theme.surround() == theme.tokens().color("canvas")

    def test_a_slider_is_saved_when_it_rests_or_the_dialog_closes(
        self, dialog: PreferencesDialog, tmp_path: Path
    ) -> None:
        slider = dialog.pages["general"].findChildren(ValueSlider)[0]
        slider.spin_box.setValue(120)
        assert saved(tmp_path).autosave_s == 60
        dialog.close()
        assert saved(tmp_path).autosave_s == 120

    def test_devices_are_listed_and_the_budget_reaches_plans(
        self, furnishing: Furnishing, dialog: PreferencesDialog, qtbot: QtBot
    ) -> None:
        dialog.show_page("device")
        page = dialog.pages["device"]
        assert isinstance(page, DevicePage)
        qtbot.waitUntil(page._state.isHidden, timeout=60_000)
        assert "GB free" in " ".join(label.text() for label in page.findChildren(QLabel))
        furnishing.workspace.update_settings(memory_gib=2.0)
        assert furnishing.workspace.session._memory_budget() == 2 << 30


class TestShortcutPage:
    @pytest.fixture
    def page(self, dialog: PreferencesDialog) -> ShortcutPage:
        dialog.show_page("shortcuts")
        page = dialog.pages["shortcuts"]
        assert isinstance(page, ShortcutPage)
        return page

    def test_a_new_key_works_at_once_and_is_told_everywhere(
        self, shell: Shell, furnishing: Furnishing, page: ShortcutPage, tmp_path: Path
    ) -> None:
        page.select("export")
        page.edit.setKeySequence(QKeySequence("Ctrl+Alt+S"))
        assert shell.window.actions_by_id["export"].shortcut() == QKeySequence("Ctrl+Alt+S")
        assert saved(tmp_path).shortcuts == {"export": ("Ctrl+Alt+S",)}
        page.restore.click()
        assert saved(tmp_path).shortcuts == {}

    def test_a_key_of_another_action_is_taken_only_when_told_to(
        self, shell: Shell, furnishing: Furnishing, page: ShortcutPage
    ) -> None:
        actions = shell.window.actions_by_id
        page.select("lasso")
        page.edit.setKeySequence(QKeySequence("B"))
        assert page.problem.text() == "B is the shortcut of Brush."
        assert actions["brush"].shortcut() == QKeySequence("B")
        page.take.click()
        assert actions["lasso"].shortcut() == QKeySequence("B")
        assert actions["brush"].shortcuts() == []
        assert "Lasso (B)" in [button.toolTip() for button in furnishing.editor.tool_column._buttons.values()]

    def test_keys_that_are_held_are_refused(self, shell: Shell, page: ShortcutPage) -> None:
        page.select("lasso")
        page.edit.setKeySequence(QKeySequence("Space"))
        assert "pans while it is held" in page.problem.text()
        assert page.take.isHidden()
        assert shell.window.actions_by_id["lasso"].shortcut() == QKeySequence("L")

    def test_a_preset_changes_them_all_and_the_filter_finds(
        self, shell: Shell, furnishing: Furnishing, page: ShortcutPage
    ) -> None:
        furnishing.workspace.update_settings(shortcut_preset="gimp")
        assert shell.window.actions_by_id["brush"].shortcut() == QKeySequence("P")
        page.filter.setText("brush")
        assert page._model.rowCount() < 12
        page.select("brush")
        assert page.edit.keySequence() == QKeySequence("P")

    def test_a_key_without_ctrl_is_not_taken_from_a_field(
        self, shell: Shell, furnishing: Furnishing, with_scan: OpenPhoto, dialog: PreferencesDialog, qtbot: QtBot
    ) -> None:
        dialog.close()
        furnishing.workspace.update_settings(shortcut_preset="gimp")
        assert QKeySequence("1") in shell.window.actions_by_id["actual"].shortcuts()
        box = furnishing.editor.options.findChild(SpinBox)
        assert box is not None
        shell.window.activateWindow()
        box.setFocus()
        qtbot.waitUntil(box.hasFocus)
        zoom = furnishing.editor.canvas.zoom()
        box.selectAll()
        QTest.keyClicks(box, "1")
        assert "1" in box.text()
        assert furnishing.editor.canvas.zoom() == zoom


class TestPalette:
    @pytest.fixture
    def palette(self, shell: Shell, furnishing: Furnishing) -> Palette:
        shell.window.actions_by_id["palette"].trigger()
        palette = shell.window.findChild(Palette)
        assert palette is not None
        return palette

    def test_enter_does_the_best(self, shell: Shell, palette: Palette, qtbot: QtBot) -> None:
        QTest.keyClicks(palette.field, "shortc")
        assert palette.found()[0].title == "Shortcuts"
        QTest.keyClick(palette.field, Qt.Key.Key_Return)
        assert not palette.isVisible()
        assert shell.window.findChild(ShortcutsDialog) is not None

    def test_what_cannot_be_done_says_why_and_does_nothing(self, palette: Palette) -> None:
        QTest.keyClicks(palette.field, "repair scratches")
        (entry,) = palette.found()
        assert entry.reason == "No photo is open"
        QTest.keyClick(palette.field, Qt.Key.Key_Return)
        assert palette.isVisible()

    def test_tasks_and_recent_photos_are_found(
        self, shell: Shell, furnishing: Furnishing, with_scan: OpenPhoto, palette: Palette
    ) -> None:
        palette.shut()
        palette.open()
        QTest.keyClicks(palette.field, "repair scratches")
        QTest.keyClick(palette.field, Qt.Key.Key_Return)
        assert furnishing.editor.tasks.current_task() == "repair-scratches"
        palette.open()
        QTest.keyClicks(palette.field, with_scan.name[:5])
        assert palette.found()[0].kind == "Recent photo"

    def test_arrows_go_round_and_escape_gives_the_focus_back(
        self, shell: Shell, furnishing: Furnishing, with_scan: OpenPhoto, palette: Palette, qtbot: QtBot
    ) -> None:
        palette.shut()
        shell.window.activateWindow()
        furnishing.editor.canvas.setFocus()
        qtbot.waitUntil(furnishing.editor.canvas.hasFocus)
        palette.open()
        qtbot.waitUntil(palette.field.hasFocus)
        QTest.keyClick(palette.field, Qt.Key.Key_Up)
        assert palette.view.currentIndex().row() == len(palette.found()) - 1
        QTest.keyClick(palette.field, Qt.Key.Key_Down)
        assert palette.view.currentIndex().row() == 0
        QTest.keyClick(palette.field, Qt.Key.Key_Escape)
        assert not palette.isVisible()
        qtbot.waitUntil(furnishing.editor.canvas.hasFocus)

    def test_a_click_beside_it_closes_it(self, shell: Shell, palette: Palette) -> None:
        QTest.mouseClick(palette.view.viewport(), Qt.MouseButton.RightButton)
        assert palette.isVisible()
        QTest.mouseClick(shell.window.empty, Qt.MouseButton.LeftButton, pos=shell.window.empty.rect().bottomLeft() / 2)
        assert not palette.isVisible()


def test_the_overlay_shows_the_keys_in_force(shell: Shell, furnishing: Furnishing) -> None:
    furnishing.commands.show_shortcuts()
    dialog = shell.window.findChild(ShortcutsDialog)
    assert dialog is not None
    furnishing.workspace.update_settings(shortcut_preset="gimp", shortcuts={"quit": ("Ctrl+Alt+Q",)})
    rows = dict(dialog._rows("Brush"))
    assert rows["Brush"] == "P"
    assert dict(dialog._rows("Window"))["Quit"] == "Ctrl+Alt+Q"
    assert dialog._foot.text().startswith("Preset GIMP, 1 changed.")
    QApplication.processEvents()
