"""Joins the crop tool on the canvas and the form of the task: either shows what was set in the other."""

from __future__ import annotations

from PySide6.QtCore import QObject

from restorer.core.crop_frame import CropFrame
from restorer.core.document import Change
from restorer.core.errors import InputError
from restorer.core.geometry import Bounds
from restorer.core.image import Image
from restorer.core.params import Value, build_params
from restorer.tasks.crop import CROP, CropParams, aspect_of, frame_of, turned, turned_picture
from restorer.tasks.deskew import suggested_angle
from restorer.ui.editor import Editor
from restorer.ui.messages import Message
from restorer.ui.workspace import Workspace

TOOL = "crop"
_NO_CROP = {spec: getattr(CropParams(), spec) for spec in ("angle", "turns", "mirror", "x", "y", "width", "height")}


class CropPresenter(QObject):
    """The frame lives in the form's values; the canvas shows it while its tool is in hand."""

    def __init__(self, workspace: Workspace, editor: Editor, parent: QObject) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._tasks = editor.tasks
        self._canvas = editor.canvas
        self._tool_before = "brush"
        self._canvas.tool_changed.connect(self._on_tool_changed)
        self._canvas.crop_changed.connect(self._on_frame_changed)
        self._canvas.crop_confirmed.connect(self._on_confirmed)
        self._canvas.crop_abandoned.connect(self.leave)
        self._tasks.task_changed.connect(self._on_task_changed)
        self._tasks.params_changed.connect(self._on_params_changed)
        workspace.changed.connect(self._on_changed)
        workspace.photo_shown.connect(self._on_photo_shown)
        workspace.runs.submitted.connect(self._on_submitted)

    @property
    def is_on(self) -> bool:
        return self._canvas.tool() == TOOL

    def leave(self) -> None:
        """Forgets the frame and takes the tool before in hand again."""
        self._forget()
        if self.is_on:
            self._canvas.set_tool(self._tool_before)

    # -- the person

    def _on_tool_changed(self, tool: str) -> None:
        if tool == TOOL:
            if self._tasks.current_task() != CROP.id:
                self._tasks.open_task(CROP.id)
            self._show()
        else:
            self._tool_before = tool
            self._canvas.set_crop(None)

    def _on_task_changed(self, task_id: str) -> None:
        if task_id == CROP.id and self._workspace.current is not None:
            self._canvas.set_tool(TOOL)
        elif self.is_on:
            self._canvas.set_tool(self._tool_before)

    def _on_params_changed(self, task_id: str) -> None:
        if task_id != CROP.id:
            return
        image, params = self._image(), self._params()
        if image is not None and params is not None and params.deskew:
            self._deskew(image, params)
        if not self.is_on and image is not None:
            self._canvas.set_tool(TOOL)
        self._show()

    def _on_frame_changed(self, frame: CropFrame) -> None:
        """Pulled on the canvas."""
        values: dict[str, Value] = {"angle": round(frame.degrees, 2), "x": 0, "y": 0, "width": 0, "height": 0}
        if not frame.is_largest:
            box = frame.bounds()
            values |= {"x": box.left, "y": box.top, "width": box.width, "height": box.height}
        self._tasks.set_values(CROP.id, values)

    def _on_confirmed(self) -> None:
        self._tasks.open_task(CROP.id)
        self._tasks.request_run()

    def _deskew(self, image: Image, params: CropParams) -> None:
        found = suggested_angle(turned_picture(image, params))
        self._tasks.set_values(CROP.id, {"deskew": False, **({"angle": found} if found is not None else {})})
        if found is None:
            text = "There are no long straight lines in it. Turn the frame by hand: drag outside of it."
            self._workspace.message_raised.emit(Message("info", "No angle was found in this photo", text, key="deskew"))

    # -- the photo

    def _on_changed(self, change: Change) -> None:
        if change.placement is not None:
            self._forget()
            self._show()

    def _on_photo_shown(self) -> None:
        self._forget()
        self._show()

    def _on_submitted(self, _photo: object) -> None:
        """The run has its own copy of the values; what comes next begins anew."""
        if self.is_on and self._tasks.current_task() == CROP.id:
            self.leave()

    # -- showing

    def _image(self) -> Image | None:
        document = self._workspace.document
        return document.image if document is not None else None

    def _params(self) -> CropParams | None:
        try:
            return build_params(CropParams, self._tasks.values(CROP.id))
        except InputError:
            return None

    def _forget(self) -> None:
        self._tasks.set_values(CROP.id, _NO_CROP)

    def _show(self) -> None:
        """Brings the form's frame to the canvas, where it fits; else the last one stays."""
        image, params = self._image(), self._params()
        if not self.is_on or image is None or params is None:
            return
        base = turned(params, image.width, image.height)
        aspect = aspect_of(params.aspect, base.width, base.height)
        shown = self._canvas.crop_frame()
        if params.width == 0 or params.height == 0:
            frame = CropFrame.largest(base.width, base.height, params.angle, aspect)
        elif shown is not None and shown.aspect != aspect and not shown.is_largest:
            frame = shown.with_aspect(aspect)
        elif shown is not None and shown.degrees != params.angle and not shown.is_largest:
            frame = shown.turned(params.angle)
        else:
            try:
                box = frame_of(params, image.width, image.height)
            except InputError:
                return
            frame = CropFrame.around(box, base.width, base.height, params.angle, aspect)
        self._canvas.set_crop(frame, base)
        if params.width and frame.bounds() != self._box(params):
            self._on_frame_changed(frame)

    def _box(self, params: CropParams) -> Bounds:
        return Bounds(params.x, params.y, params.x + params.width, params.y + params.height)
