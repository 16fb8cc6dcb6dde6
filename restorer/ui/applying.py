"""Brings settings to what they change: the theme, the keys, the canvas. Whoever changes one only saves it."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QApplication

from restorer.core.brush import Brush
from restorer.session.settings import Settings
from restorer.ui import theme
from restorer.ui.actions import ROWS
from restorer.ui.editor import Editor
from restorer.ui.keymap import PRESETS, Keymap
from restorer.ui.language import apply_language, tr
from restorer.ui.main_window import MainWindow
from restorer.ui.mark_options import MarkOptions
from restorer.ui.workspace import Workspace

_THEMES = (("system", "Follow the system"), ("dark", "Dark"), ("light", "Light"))


class SettingsApplier(QObject):
    """Applies everything at once when it is made, and what changed whenever settings do."""

    def __init__(self, workspace: Workspace, window: MainWindow, editor: Editor, parent: QObject) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._window = window
        self._editor = editor
        self._applied: Settings | None = None
        self._theme_actions: dict[str, QAction] = {}
        self._fill_theme_menu()
        settings = workspace.session.settings
        editor.canvas.set_brush(Brush(settings.brush_size_px, settings.brush_hardness))
        editor.options.set_brush(Brush(settings.brush_size_px, settings.brush_hardness))
        editor.canvas.set_options(MarkOptions.of(settings))
        editor.options.marks.set_options(MarkOptions.of(settings))
        editor.options.pressure_toggled.connect(lambda enabled: workspace.update_settings(pen_pressure=enabled))
        editor.options.overlay_changed.connect(self._on_overlay_chosen)
        editor.canvas.overlay_changed.connect(self._on_overlay_chosen)
        workspace.settings_changed.connect(self.apply)
        self.apply()

    def apply(self) -> None:
        """Brings what differs from what was applied last."""
        now, before = self._workspace.session.settings, self._applied
        self._applied = now

        def changed(*names: str) -> bool:
            return before is None or any(getattr(now, name) != getattr(before, name) for name in names)

        app = QApplication.instance()
        assert isinstance(app, QApplication)
        if changed("language"):
            apply_language(app, now.language)
        if before is not None and now.theme != before.theme:  # at first the shell has done it
            theme.apply_theme(app, now.theme)
        if changed("theme"):
            self._theme_actions[now.theme].setChecked(True)
        if changed("shortcut_preset", "shortcuts"):
            self._use_keys(Keymap(_preset(now), now.shortcuts))
        if changed("autosave_s"):
            self._workspace.autosave.follow_settings()
        canvas, options = self._editor.canvas, self._editor.options
        if changed("surround"):
            theme.use_surround(now.surround)
            canvas.update()
        if changed("wheel"):
            canvas.set_wheel_pans(now.wheel == "pan")
        if changed("pen_pressure"):
            canvas.set_pressure_enabled(now.pen_pressure)
            options.set_pressure(now.pen_pressure)
        if changed("overlay"):
            canvas.set_overlay(now.overlay)
            options.set_overlay(now.overlay)

    def _use_keys(self, keymap: Keymap) -> None:
        """In force at once, and told wherever a shortcut stands."""
        self._window.actions_by_id.use_keys(keymap)
        first = {row.id: next(iter(keymap.keys(row)), "") for row in ROWS}
        self._editor.tool_column.set_shortcuts(first)
        self._editor.tasks.set_shortcuts(run=first["run"], preview=first["preview"], compare=first["bake-off"])
        self._window.empty.set_shortcuts(open_photos=first["open"], paste=first["paste"])

    def _fill_theme_menu(self) -> None:
        group = QActionGroup(self)
        for choice, title in _THEMES:
            action = self._window.menus["theme>"].addAction(tr(title))
            action.setCheckable(True)
            action.triggered.connect(partial(self._on_theme_chosen, choice))
            group.addAction(action)
            self._theme_actions[choice] = action

    def _on_theme_chosen(self, choice: str, _checked: bool = False) -> None:
        self._workspace.update_settings(theme=choice)

    def _on_overlay_chosen(self, overlay: str) -> None:
        self._workspace.update_settings(overlay=overlay)


def _preset(settings: Settings) -> str:
    return settings.shortcut_preset if settings.shortcut_preset in PRESETS else next(iter(PRESETS))
