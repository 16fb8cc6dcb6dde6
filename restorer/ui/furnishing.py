"""Joins the workspace, the presenters, the actions and the window."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QGuiApplication, QPixmap

from restorer.core.image import Pixels
from restorer.session.resolver import ModelChoice
from restorer.session.session import Session
from restorer.tasks import TASKS
from restorer.tasks.spec import CLASSICAL, DETAIL, TEXTURE
from restorer.ui import words
from restorer.ui.actions import MASK_MENU, ROWS
from restorer.ui.applying import SettingsApplier
from restorer.ui.canvas.pending import Pending
from restorer.ui.closing import QUESTION, Closing
from restorer.ui.commands import Commands
from restorer.ui.crash import CrashWatch
from restorer.ui.crop_presenter import CropPresenter
from restorer.ui.device_watch import DeviceWatch
from restorer.ui.editor import Editor
from restorer.ui.hints import hud_hints
from restorer.ui.job_presenter import JobPresenter
from restorer.ui.main_window import MainWindow
from restorer.ui.messages import Message
from restorer.ui.missing_photo import MissingPhoto
from restorer.ui.opening import Pictured
from restorer.ui.original_key import OriginalKey
from restorer.ui.photo_presenter import PhotoPresenter
from restorer.ui.preview_presenter import PreviewPresenter
from restorer.ui.qimage import rgb_image
from restorer.ui.recovery_presenter import RecoveryPresenter
from restorer.ui.review_presenter import ReviewPresenter
from restorer.ui.screen_colors import ScreenColors
from restorer.ui.side_panel import parse_state
from restorer.ui.size_hints import SizeHints
from restorer.ui.step_masks import StepMasks
from restorer.ui.tone_presenter import TonePresenter
from restorer.ui.widgets import TOOLS, MessageAction, MessageStack
from restorer.ui.widgets.mask_buttons import BUTTONS
from restorer.ui.workspace import Workspace

_SAVE_BRUSH_AFTER_MS = 1000
_PICTURE_SAMPLE_AFTER_MS = 600
_SAMPLE_SIDE_PX = 256


class Furnishing(QObject):
    """Everything that works with pixels, added to a window that already shows."""

    def __init__(self, window: MainWindow, session: Session) -> None:
        super().__init__(window)
        self._window = window
        self.workspace = Workspace(session, self)
        self.editor = Editor(tuple(TASKS.values()), tiles=self.workspace.lanes.tiles)
        self.messages = MessageStack()
        self._crashes = CrashWatch(self.show_message, self)
        self._status = window.status
        window.furnish(self.editor, self.messages)
        self._photos = PhotoPresenter(self.workspace, self.editor, window.status, self)
        self._sizes = SizeHints(self.workspace, self.editor.tasks, self)
        self._jobs = JobPresenter(self.workspace, self.editor, self)
        self._missing = MissingPhoto(self.workspace, self.editor, window, self.messages, self._jobs)
        self._crop = CropPresenter(self.workspace, self.editor, self)
        self._tone = TonePresenter(self.workspace, self.editor, self)
        self._preview = PreviewPresenter(self.workspace, self.editor, self._jobs, self)
        self._review = ReviewPresenter(self.workspace, self.editor, self)
        self._review.facts_changed.connect(self._refresh)
        self._closing = Closing(self.workspace, self)
        self._closing.message_raised.connect(self.show_message)
        self.recovery = RecoveryPresenter(self.workspace, window.empty, self)
        self._devices = DeviceWatch(self.workspace, window.toolbar.device_button, self)
        self._screen = ScreenColors(self.workspace, self.editor.canvas, self)
        self.commands = Commands(window, self.editor, self.workspace)
        self.recovery.photo_wanted.connect(self.commands.projects.ask_recovered_photo)
        window.actions_by_id.used.connect(self._refresh)
        window.actions_by_id.bind(self.commands, self.editor.canvas)
        window.take_dropped = self.commands.take
        self._brush_timer = QTimer(self, interval=_SAVE_BRUSH_AFTER_MS, singleShot=True)
        self._brush_timer.timeout.connect(self._save_brush)
        self._connect_window()
        self._connect_canvas()
        self._fill_menus()
        self._applier = SettingsApplier(self.workspace, window, self.editor, self)
        self._restore()
        self._refresh()
        self._sample_timer = QTimer(self, interval=_PICTURE_SAMPLE_AFTER_MS, singleShot=True)
        self._sample_timer.timeout.connect(self._picture_sample)
        self._sample_timer.start()

    # -- closing

    def may_close(self, close_now: Callable[[], None]) -> bool:
        """Whether the window may close: nothing would be lost, or the question in the message bar still stands."""
        return self.messages.has(QUESTION) or self._closing.may_close(close_now)

    def save_place(self) -> None:
        """Remembers where the window is and how it is divided."""
        self._save_brush()
        self.workspace.session.update_settings(
            window_geometry=bytes(self._window.saveGeometry().data()),
            window_state=json.dumps(self.editor.state()).encode(),
        )

    def close(self) -> bool:
        """Ends every thread; returns whether all ended in time."""
        self._crashes.stop()
        self._sample_timer.stop()
        self._brush_timer.stop()
        self.editor.canvas.set_document(None)
        return self.workspace.close()

    # -- messages

    def show_message(self, message: Message) -> None:
        """Puts a message into the stack, with "Copy report" where it has one."""
        actions = [
            MessageAction(each.label, partial(_call, each.act), dismisses=not each.stays) for each in message.offers
        ]
        if message.report:
            actions.append(MessageAction("Copy report", partial(self._copy, message.report), dismisses=False))
        self.messages.post(message.severity, message.title, message.text, actions, key=message.key)

    def _copy(self, text: str) -> None:
        QGuiApplication.clipboard().setText(text)

    # -- joining

    def _connect_window(self) -> None:
        workspace, window, empty = self.workspace, self._window, self._window.empty
        workspace.message_raised.connect(self.show_message)
        workspace.projects.message_over.connect(self.messages.withdraw)
        workspace.photo_shown.connect(self._on_photo_shown)
        workspace.photos_changed.connect(self._show_title)
        workspace.autosave.saved_changed.connect(self._show_autosaved)
        workspace.settings_changed.connect(self._on_settings_changed)
        workspace.opener.sample_pictured.connect(self._on_sample_pictured)
        workspace.opener.waiting_changed.connect(self._on_opening)
        workspace.opener.pictured.connect(self._on_pictured)
        self._photos.facts_changed.connect(self._refresh)
        self._jobs.facts_changed.connect(self._refresh)
        workspace.comparing.busy_changed.connect(
            lambda busy: self._jobs.show_when_idle("Making the pictures to compare" if busy else "")
        )
        self._jobs.report_wanted.connect(self._copy)
        self._jobs.log_wanted.connect(self.commands.show_job_log)
        OriginalKey(window).held.connect(self.editor.canvas.set_showing_original)
        empty.open_requested.connect(self.commands.open_photos)
        empty.paste_requested.connect(self.commands.paste)
        empty.sample_requested.connect(self.commands.open_sample)
        empty.recent_requested.connect(lambda path: workspace.open_files([path]))
        window.toolbar.zoom_chosen.connect(self.editor.canvas.zoom_to)

    def _connect_canvas(self) -> None:
        canvas, options, tools = self.editor.canvas, self.editor.options, self.editor.tool_column
        options.brush_changed.connect(canvas.set_brush)
        options.brush_changed.connect(lambda _brush: self._brush_timer.start())
        canvas.brush_changed.connect(options.set_brush)
        canvas.brush_changed.connect(lambda _brush: self._brush_timer.start())
        tools.tool_selected.connect(canvas.set_tool)
        tools.tool_selected.connect(lambda _tool: canvas.setFocus())
        canvas.tool_changed.connect(tools.set_tool)
        canvas.tool_changed.connect(options.set_tool)
        canvas.tool_changed.connect(self._show_hint)
        options.marks.changed.connect(canvas.set_options)
        options.marks.changed.connect(lambda _options: self._brush_timer.start())
        canvas.options_changed.connect(lambda _options: self._brush_timer.start())
        canvas.options_changed.connect(options.marks.set_options)
        canvas.mask_ordered.connect(self.workspace.order_mask)
        canvas.worker = self.workspace.mask_work.compute
        self.workspace.mask_work.busy_changed.connect(canvas.set_locked)
        actions = self._window.actions_by_id
        options.mask_buttons.bind({name: actions[name] for name in BUTTONS}, {row.id: row.icon for row in ROWS})
        options.add_mask_actions([[actions[name] for name in group] for group in MASK_MENU])
        self._show_hint(canvas.tool())
        canvas.zoom_changed.connect(self._on_zoom_changed)
        canvas.compare_changed.connect(self._show_compare)
        tasks, history = self.editor.tasks, self.editor.history
        tasks.run_requested.connect(self.workspace.run)
        tasks.variant_chosen.connect(self.workspace.choose)
        tasks.compare_requested.connect(self.commands.compare_models)
        history.undo_requested.connect(self.commands.undo)
        history.redo_requested.connect(self.commands.redo)

    def _fill_menus(self) -> None:
        self._recent_menu = self._window.menus["recent>"]
        self._step_masks = StepMasks(self.workspace, self._window.menus["step-masks>"], self)
        for task in TASKS.values():
            action = self._window.menus["tasks>"].addAction(task.title)
            action.triggered.connect(partial(self._open_task, task.id))
            choices = self.workspace.session.models_for(task.id)
            unused = {choice.id: _unused(choice) for choice in choices}
            self.editor.tasks.set_models(task.id, [(choice.id, choice.title) for choice in choices], unused)

    def _restore(self) -> None:
        settings = self.workspace.session.settings
        self.editor.size_for(self._window.width(), self._window.height())
        self.editor.restore(parse_state(settings.window_state))
        self._on_settings_changed()
        for notice in self.workspace.session.startup_notices:
            self.show_message(Message("warning", "Some settings could not be used", notice))
        for problem in self.workspace.session.catalogue.problems():
            self.show_message(Message("warning", "A model cannot be used", problem))

    # -- events

    def _on_photo_shown(self) -> None:
        self._window.show_editor(self.workspace.current is not None)
        self._show_title()

    def _show_title(self) -> None:
        photo = self.workspace.current
        self._window.set_photo(photo.name if photo else "", photo is not None and photo.document.is_modified)

    def _show_autosaved(self) -> None:
        at = self.workspace.autosave.written_at(self.workspace.current)
        self._status.set_field("saved", f"Autosaved {words.ago(time.monotonic() - at)}" if at else "")

    def _picture_sample(self) -> None:
        if self.workspace.current is None:
            self.workspace.opener.picture_sample(_SAMPLE_SIDE_PX)

    def _on_sample_pictured(self, pixels: Pixels) -> None:
        self._window.empty.set_sample_picture(QPixmap.fromImage(rgb_image(pixels)))

    def _on_opening(self, name: str) -> None:
        self._window.empty.set_opening(name)
        if not name and self.editor.canvas.is_pending() and not self._missing.is_shown:
            self.editor.canvas.show_pending(None)
            self._window.show_editor(False)

    def _on_pictured(self, pictured: Pictured) -> None:
        """A large photo is on its way; where another one is being worked on, that stays in view."""
        if self.workspace.current is None:
            self.editor.canvas.show_pending(Pending(pictured.picture, pictured.width, pictured.height))
            self.editor.tasks.set_photo_open(False)
            self._window.show_editor(True)

    def _on_settings_changed(self) -> None:
        recent = self.workspace.session.settings.recent
        self._window.empty.set_recent(recent)
        self._recent_menu.clear()
        self._recent_menu.setEnabled(bool(recent))
        for path in recent:
            action = self._recent_menu.addAction(path.name)
            action.setToolTip(str(path))
            action.triggered.connect(partial(self._open_recent, path))

    def _open_recent(self, path: Path, _checked: bool = False) -> None:
        self.workspace.open_files([path])

    def _open_task(self, task_id: str, _checked: bool = False) -> None:
        self.editor.tasks.open_task(task_id)

    def _save_brush(self) -> None:
        brush, settings = self.editor.canvas.brush(), self.workspace.session.settings
        now = {"brush_size_px": brush.size_px, "brush_hardness": brush.hardness}
        now |= self.editor.canvas.options().as_settings()
        changed = {name: value for name, value in now.items() if getattr(settings, name) != value}
        if changed:
            self.workspace.update_settings(**changed)

    def _on_zoom_changed(self, zoom: float) -> None:
        self._window.toolbar.set_zoom(zoom)
        self._refresh_zoom_buttons()

    def _refresh_zoom_buttons(self) -> None:
        canvas, actions = self.editor.canvas, self._window.actions_by_id
        actions["fit"].setChecked(canvas.is_fitted())
        actions["actual"].setChecked(canvas.zoom() == 1.0)

    def _show_hint(self, tool: str) -> None:
        self._status.set_hint(next(known.hint for known in TOOLS if known.id == tool))
        self.editor.canvas.set_hud_left(hud_hints(tool))

    def _show_compare(self, mode: object) -> None:
        actions = self._window.actions_by_id
        actions["split"].setChecked(mode == "split")
        actions["side"].setChecked(mode == "side")

    def _refresh(self) -> None:
        self._window.actions_by_id.refresh(replace(self._photos.facts(), reviewing=self._review.is_on))
        self._show_title()
        self._refresh_zoom_buttons()
        self._show_compare(self.editor.canvas.compare())
        self._window.actions_by_id["provenance"].setChecked(self.editor.canvas.provenance_shown())
        self._window.actions_by_id["gamut"].setChecked(self.editor.canvas.gamut_warning())


def _call(act: Callable[[], object]) -> None:
    act()


def _unused(choice: ModelChoice) -> tuple[str, ...]:
    """Parameters that mean nothing to a way of running a task."""
    detail = () if choice.has_vivid else (DETAIL,)
    return (*detail, TEXTURE) if choice.id == CLASSICAL else detail
