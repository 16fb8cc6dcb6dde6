"""Brings the shown photo to the canvas, the history, the status bar and the filmstrip, and back."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QColor, QImage

from restorer.core.document import Change, Document
from restorer.core.history import Choice
from restorer.core.image import Image, Pixels
from restorer.formats.color import to_display
from restorer.session.provenance import provenance_text
from restorer.tasks import TASKS
from restorer.tasks.spec import VARIANT
from restorer.ui import words
from restorer.ui.actions import Facts
from restorer.ui.editor import Editor
from restorer.ui.filmstrip import FilmPhoto
from restorer.ui.history_presenter import HistoryPresenter
from restorer.ui.mask_tally import MaskTally
from restorer.ui.photo import OpenPhoto
from restorer.ui.qimage import rgb_image
from restorer.ui.status_bar import StatusBar
from restorer.ui.widgets import PictureOption
from restorer.ui.workspace import Workspace

_COUNT_SLICE_S = 0.004


class PhotoPresenter(QObject):
    """Knows the workspace and the views; keeps nothing but what is costly to count again."""

    facts_changed = Signal()

    def __init__(self, workspace: Workspace, editor: Editor, status: StatusBar, parent: QObject) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._editor = editor
        self._status = status
        self._tally: MaskTally | None = None
        self._counting = QTimer(self, interval=0)
        self._counting.timeout.connect(self._count)
        self._filled: tuple[str, float] = ("", 0.0)
        self._from_canvas = False
        self._choices: tuple[Choice, ...] = ()
        self._options: tuple[PictureOption, ...] = ()
        self._history = HistoryPresenter(workspace, editor, self)
        workspace.photo_shown.connect(self._on_photo_shown)
        workspace.changed.connect(self._on_changed)
        workspace.photos_changed.connect(self._show_filmstrip)
        canvas = editor.canvas
        canvas.stroke_committed.connect(self._on_stroke_committed)
        canvas.pointer_moved.connect(self._on_pointer_moved)
        canvas.zoom_changed.connect(lambda zoom: status.set_field("zoom", words.zoom(zoom)))
        editor.tasks.params_changed.connect(lambda _task: self._show_mask())
        editor.filmstrip.photo_chosen.connect(lambda place: workspace.show_photo(workspace.photos[place]))

    def facts(self) -> Facts:
        """What decides which actions can be used now."""
        document = self._workspace.document
        busy = bool(self._workspace.jobs.open_jobs)
        if document is None:
            return Facts(busy=busy)
        return Facts(
            photo=True,
            several_photos=len(self._workspace.photos) > 1,
            can_undo=document.history.can_undo,
            can_redo=document.history.can_redo,
            painted=self._tally is not None and not self._tally.is_empty,
            mask_clip=self._workspace.mask_clip is not None,
            last_mask=self._workspace.last_mask is not None,
            variants=bool(document.choices),
            steps=bool(document.plan),
            stale=bool(document.stale) and not self._workspace.reediting.is_replaying(self._workspace.current),
            recipe_clip=self._workspace.reediting.recipe_clip is not None,
            busy=busy,
        )

    # -- workspace

    def _on_photo_shown(self) -> None:
        photo = self._workspace.current
        self._tally = None
        if photo is not None:
            self._tally = MaskTally(photo.document.mask, is_empty=not photo.document.history.entries)
        self._editor.canvas.set_document(photo.document if photo is not None else None)
        self._editor.tasks.set_photo_open(photo is not None)
        if photo is None:
            self._status.show_nothing("Ready", "Everything runs on this computer")
        else:
            self._status.show_photo(_photo_texts(photo))
            self._status.set_field("zoom", words.zoom(self._editor.canvas.zoom()))
        self._show_history()
        self._count()
        self._show_filmstrip()
        self.facts_changed.emit()

    def _on_changed(self, change: Change) -> None:
        if not self._from_canvas:
            self._editor.canvas.refresh(change)
        if change.placement is not None:
            self._show_extent()
        if self._tally is not None and not change.mask.is_empty:
            self._tally.update(change.mask)
            self._count()
        if change.history:
            self._show_history()
        self.facts_changed.emit()

    def _show_extent(self) -> None:
        """The photo has another size, and with it another mask."""
        photo = self._workspace.current
        if photo is not None:
            self._tally = MaskTally(photo.document.mask)
            self._count()
            self._status.show_photo(_photo_texts(photo))
            self._status.set_field("zoom", words.zoom(self._editor.canvas.zoom()))

    def _count(self) -> None:
        """Counts what is painted; much of it in slices, until when the last number stays."""
        was_counting = self._counting.isActive()
        if self._tally is not None and self._tally.is_behind:
            self._tally.work(_COUNT_SLICE_S)
            if self._tally.is_behind:
                self._counting.start()
                return
        self._counting.stop()
        self._show_mask()
        if was_counting:
            self.facts_changed.emit()

    # -- canvas and history

    def _on_stroke_committed(self, change: Change) -> None:
        self._from_canvas = True
        try:
            self._workspace.note_stroke(change)
        finally:
            self._from_canvas = False

    def _on_pointer_moved(self, x: object, y: object) -> None:
        document = self._workspace.document
        if document is None or not isinstance(x, int) or not isinstance(y, int):
            self._status.set_field("pointer", "")
            self._status.set_color(QColor(), "")
            return
        self._status.set_field("pointer", f"x {words.whole(x)}, y {words.whole(y)}")
        self._status.set_color(*_color_at(document.image, x, y))

    # -- views

    def _show_history(self) -> None:
        document = self._workspace.document
        self._history.show()
        if document is None:
            self._editor.tasks.set_variants("", (), -1)
            return
        self._show_variants(document)
        share = self._filled_share(document)
        self._status.set_provenance(share, provenance_text(share))

    def _show_variants(self, document: Document) -> None:
        latest, choices = document.history.latest_step(), document.choices
        if choices is not self._choices:  # the same options again keep the focus on them
            self._choices, self._options = choices, tuple(map(_option, choices))
        task = latest.step.task if latest is not None and latest.step is not None else ""
        self._editor.tasks.set_variants(task, self._options, document.chosen)

    def _filled_share(self, document: Document) -> float:
        if self._filled[0] != document.state:
            self._filled = (document.state, document.filled_fraction())
        return self._filled[1]

    def _show_mask(self) -> None:
        share = self._tally.share if self._tally is not None else 0.0
        for task in TASKS.values():
            if task.needs_mask:
                self._editor.tasks.set_hint(task.id, _mask_hint(share))
            elif task.may_take_mask:
                confined = share and task.wants_mask(self._editor.tasks.values(task.id))
                self._editor.tasks.set_hint(task.id, _confined_hint(share) if confined else "")

    def _show_filmstrip(self) -> None:
        photos, current = self._workspace.photos, self._workspace.current
        rows = [FilmPhoto(photo.name, _thumbnail(_latest_thumbnail(photo.document)), _badge(photo)) for photo in photos]
        self._editor.filmstrip.set_photos(rows, photos.index(current) if current in photos else -1)


def _option(choice: Choice) -> PictureOption:
    number = choice.step.params.get(VARIANT, 1)
    likely = ", the most likely one" if number == 1 else ""
    return PictureOption(_thumbnail(choice.picture), str(number), f"Variant {number}{likely}")


def _mask_hint(share: float) -> str:
    if share == 0:
        return "Paint over the damage, then press Run.\nPixels outside the mask stay identical."
    percent = "less than 0.1" if share < 0.001 else words.decimal(share * 100)
    return f"Pixels outside the mask stay identical.\nMask: {percent} % of the photo."


def _confined_hint(share: float) -> str:
    percent = "less than 0.1" if share < 0.001 else words.decimal(share * 100)
    return f"Only inside the mask: {percent} % of the photo.\nPixels outside it stay identical."


def _photo_texts(photo: OpenPhoto) -> dict[str, str]:
    image, dpi = photo.document.image, photo.metadata.dpi
    kind = {1: "gray", 2: "gray + alpha", 3: "RGB", 4: "RGB + alpha"}[image.channels]
    return {
        "pixels": words.pixel_size(image.width, image.height),
        "print": words.print_size(image.width, image.height, dpi) if dpi else "",
        "dpi": words.resolution(dpi) if dpi else "",
        "depth": f"{image.bit_depth}-bit {kind}",
        "profile": image.color.name,
    }


def _color_at(image: Image, x: int, y: int) -> tuple[QColor, str]:
    """What the pixel looks like, and its values in the photo's own encoding."""
    if not (0 <= x < image.width and 0 <= y < image.height):
        return QColor(), ""
    pixel = image.pixels[y : y + 1, x : x + 1]
    red, green, blue = (int(value) for value in to_display(pixel, image.color)[0, 0])
    if image.bit_depth == 32:
        text = " ".join(words.decimal(float(value), 3) for value in pixel[0, 0])
    else:
        text = " ".join(str(int(value)) for value in pixel[0, 0])
    return QColor(red, green, blue), text


def _latest_thumbnail(document: Document) -> Pixels | None:
    made = (entry.thumbnail for entry in reversed(document.history.applied) if entry.thumbnail is not None)
    return next(made, document.original_thumbnail)


def _badge(photo: OpenPhoto) -> str:
    return "edited" if photo.document.is_modified else ""


def _thumbnail(pixels: Pixels | None) -> QImage | None:
    return rgb_image(pixels) if pixels is not None else None
