"""Joins the form of the task Tone and colour with the photo: histogram, live preview, and the picker of a grey."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer

from restorer.core.document import Change
from restorer.core.errors import InputError
from restorer.core.image import Image, Pixels
from restorer.core.params import Value, build_params
from restorer.session.histogram import Histogram, histogram, sampled, toned_histogram
from restorer.tasks.tone import TONE, ToneParams, picked_balance, settings_of
from restorer.tasks.toning import Toning
from restorer.ui.editor import Editor
from restorer.ui.messages import Message
from restorer.ui.widgets.curve_editor import CurveEditor
from restorer.ui.widgets.histogram import HistogramView
from restorer.ui.workspace import Workspace

TOOL = "neutral"
_REDRAW_AFTER_MS = 25
_KEPT = ("masked", "feather_px")
"""What stays as it is for the next run."""
_CURVES = {"curve": None, "curve_red": 0, "curve_green": 1, "curve_blue": 2}


class TonePresenter(QObject):
    """Counts only while its task is open."""

    def __init__(self, workspace: Workspace, editor: Editor, parent: QObject) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._tasks = editor.tasks
        self._canvas = editor.canvas
        self._view = HistogramView()
        self._tasks.place_figure(TONE.id, self._view)
        self._sample: tuple[Image, Pixels, Histogram] | None = None
        self._redraw = QTimer(self, interval=_REDRAW_AFTER_MS, singleShot=True)
        self._redraw.timeout.connect(self._show)
        self._tasks.params_changed.connect(self._on_params_changed)
        self._tasks.task_changed.connect(lambda _task: self._redraw.start())
        self._canvas.pixel_picked.connect(self._on_picked)
        workspace.changed.connect(self._on_changed)
        workspace.photo_shown.connect(self._redraw.start)
        workspace.runs.submitted.connect(self._on_submitted)

    @property
    def view(self) -> HistogramView:
        return self._view

    # -- the person

    def _on_params_changed(self, task_id: str) -> None:
        if task_id == TONE.id:
            self._redraw.start()
            self._preview()

    def _preview(self) -> None:
        """Settings that cannot be seen are no settings: the first change shows what it does."""
        if self._tasks.current_task() == TONE.id and self._tasks.previewed_task() is None:
            self._tasks.toggle_preview()

    def _on_picked(self, x: int, y: int) -> None:
        document = self._workspace.document
        if document is None:
            return
        try:
            temperature, tint = picked_balance(document.image, x, y)
        except InputError as error:
            message = Message("info", "This pixel cannot be made grey", str(error), key="neutral")
            self._workspace.message_raised.emit(message)
            return
        self._tasks.open_task(TONE.id)
        self._tasks.set_values(TONE.id, {"temperature": temperature, "tint": tint})
        self._tasks.params_changed.emit(TONE.id)

    def _on_submitted(self, _photo: object) -> None:
        """What was set is on its way into the photo; it must not be set a second time by the next run."""
        if self._tasks.current_task() == TONE.id:
            neutral = ToneParams()
            kept: dict[str, Value] = {
                name: getattr(neutral, name) for name in self._tasks.values(TONE.id) if name not in _KEPT
            }
            self._tasks.set_values(TONE.id, kept)
            self._redraw.start()

    # -- the photo

    def _on_changed(self, change: Change) -> None:
        if not change.image.is_empty:
            self._redraw.start()

    # -- showing

    def _show(self) -> None:
        document = self._workspace.document
        if document is None:
            self._sample = None
            self._view.clear()
            return
        if self._tasks.current_task() != TONE.id:
            return
        sample, before = self._sampled(document.image)
        try:
            params = build_params(ToneParams, self._tasks.values(TONE.id))
            after = toned_histogram(sample, Toning(settings_of(params), document.image.color_channels))
        except InputError:
            after = before
        total = before.counts.sum(axis=0)
        line = () if after.counts is before.counts else total
        self._view.set_counts(list(after.counts), line, black=after.black, white=after.white)
        for name, channel in _CURVES.items():
            editor = self._tasks.field(TONE.id, name)
            if isinstance(editor, CurveEditor):
                shown = total if channel is None else before.counts[min(channel, len(before.counts) - 1)]
                editor.set_histogram(shown)

    def _sampled(self, image: Image) -> tuple[Pixels, Histogram]:
        if self._sample is None or self._sample[0] is not image:
            pixels = sampled(image)
            self._sample = (image, pixels, histogram(pixels))
        return self._sample[1], self._sample[2]
