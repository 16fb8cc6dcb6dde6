"""Photos on their way in: files, the clipboard, the sample; decoded on the io lane."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from restorer.core.errors import RestorerError
from restorer.core.mask import Mask
from restorer.core.progress import CancelToken
from restorer.formats.color import thumbnail
from restorer.formats.project_file import SUFFIX, Project, read_project
from restorer.session.projects import MissingSourceError, OpenedProject, open_project
from restorer.session.recovery import MissingPhotoError, Recoverable, recover
from restorer.session.session import Session
from restorer.ui.messages import error_message
from restorer.ui.photo import OpenPhoto
from restorer.ui.preload import heavy_imports
from restorer.ui.qimage import rgb_image
from restorer.ui.workers import Lanes, Ticket

_PICTURED_FROM_BYTES = 8 * 2**20
_PICTURE_SIDE_PX = 1600


@dataclass(frozen=True, slots=True, eq=False)
class Opened:
    """A photo that was opened.

    Attributes:
        mask: of the sample, what to mark on it.
        project: the project file it belongs to.
        is_newer: whether a newer program wrote that.
        recovered: the unsaved work that it is.
    """

    photo: OpenPhoto
    mask: Mask | None = None
    project: Path | None = None
    is_newer: bool = False
    recovered: Recoverable | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Pictured:
    """A small picture of a large photo, before the photo itself is read, and the photo's size."""

    picture: QImage
    width: int
    height: int


class Opener(QObject):
    """Belongs to the window's thread."""

    opened = Signal(object)
    """An :class:`Opened`."""
    pictured = Signal(object)
    """A :class:`Pictured`, where the file is large and gives a small picture sooner than the photo."""
    waiting_changed = Signal(str)
    """Name of what is being opened, empty when nothing is."""
    sample_pictured = Signal(object)
    """Small picture of the sample, ``H x W x 3`` uint8 sRGB."""
    source_missing = Signal(object)
    """A Project whose photo is not where it was."""
    photo_missing = Signal(object)
    """A Recoverable whose photo is not where it was."""
    message_raised = Signal(object)

    def __init__(self, session: Session, lanes: Lanes, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._lanes = lanes
        self._names: list[str] = []

    @property
    def is_opening(self) -> bool:
        """Whether something is on its way."""
        return bool(self._names)

    def open_files(self, paths: Iterable[Path]) -> None:
        """Opens each; one that cannot be opened says so and does not stop the others."""
        for path in paths:
            self._submit(path.name, partial(self._read, path), partial(self._picture, path))

    def open_bytes(self, data: bytes, name: str) -> None:
        """Opens an encoded picture, from the clipboard say."""
        self._submit(name, partial(self._decode, data, name))

    def open_project(self, project: Project, source: Path) -> None:
        """Opens a project with its photo, which the person has found."""
        self._submit(project.path.name, lambda: self._prepared(open_project(self._session, project, source)))

    def recover(self, work: Recoverable, photo: Path | None = None) -> None:
        """Opens what a crash left, with its photo where the person has said where that is."""
        self._submit(work.name, lambda: self._prepared(recover(self._session, work, photo), work))

    def open_sample(self) -> None:
        """Opens the damaged sample with its damage marked."""
        self._submit("the sample", self._make_sample)

    def picture_sample(self, side_px: int) -> None:
        """Makes the small picture of the sample."""

        def work(_token: CancelToken) -> Iterator[object]:
            with heavy_imports("cv2"):
                yield thumbnail(self._session.open_sample().photo.image, side_px)

        self._lanes.thumbnails.submit(Ticket(work, on_event=self.sample_pictured.emit))

    def _submit(
        self, name: str, make: Callable[[], Opened], picture: Callable[[], Pictured | None] = lambda: None
    ) -> None:
        def work(_token: CancelToken) -> Iterator[object]:
            with heavy_imports("cv2"):
                yield picture()
                yield make()

        self._names.append(name)
        self._lanes.io.submit(
            Ticket(
                work,
                on_event=self._on_event,
                on_failed=partial(self._on_failed, name),
                on_ended=partial(self._on_ended, name),
            )
        )
        self.waiting_changed.emit(self._names[0])

    def _on_event(self, event: Opened | Pictured | None) -> None:
        if isinstance(event, Pictured):
            self.pictured.emit(event)
        elif event is not None:
            self.opened.emit(event)

    def _picture(self, path: Path) -> Pictured | None:
        """None where reading the photo itself is quick, or what the file says will be told then."""
        with contextlib.suppress(RestorerError, OSError):
            if path.stat().st_size >= _PICTURED_FROM_BYTES:
                preview = self._session.preview_photo(path, _PICTURE_SIDE_PX)
                if preview is not None:
                    pixels = self._session.display(preview.image.pixels, preview.image.color)
                    return Pictured(rgb_image(pixels), preview.width, preview.height)
        return None

    def _read(self, path: Path) -> Opened:
        if path.suffix.lower() == SUFFIX:
            return self._prepared(open_project(self._session, read_project(path)))
        file = self._session.open_photo(path)
        self._session.display(file.image.pixels[:1, :1], file.image.color)  # prepares what the canvas will need
        return Opened(OpenPhoto(self._session.make_document(file), file, path))

    def _prepared(self, opened: OpenedProject, recovered: Recoverable | None = None) -> Opened:
        self._session.display(opened.file.image.pixels[:1, :1], opened.file.image.color)
        photo = OpenPhoto(opened.document, opened.file, opened.source)
        return Opened(photo, project=opened.path, is_newer=opened.is_newer, recovered=recovered)

    def _decode(self, data: bytes, name: str) -> Opened:
        file = self._session.open_bytes(data, name)
        return Opened(OpenPhoto(self._session.make_document(file), file, None))

    def _make_sample(self) -> Opened:
        sample = self._session.open_sample()
        return Opened(OpenPhoto(self._session.make_document(sample.photo), sample.photo, None), sample.mask)

    def _on_failed(self, name: str, error: Exception) -> None:
        if isinstance(error, MissingSourceError):
            self.source_missing.emit(error.project)
            return
        if isinstance(error, MissingPhotoError):
            self.photo_missing.emit(error.work)
            return
        message = error_message(f"{name} was not opened", error)
        if message is not None:
            self.message_raised.emit(message)

    def _on_ended(self, name: str) -> None:
        self._names.remove(name)
        self.waiting_changed.emit(self._names[0] if self._names else "")
