"""Masks as files, and the map of what became of each pixel: read and written on the io lane."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from restorer.core.mask import Mask
from restorer.core.progress import CancelToken
from restorer.ui.messages import Message, error_message
from restorer.ui.photo import OpenPhoto
from restorer.ui.workers import Lanes, Ticket


class MaskFiles(QObject):
    """Belongs to the window's thread."""

    mask_read = Signal(object, object)
    """OpenPhoto and the Mask for it, of the photo's size."""
    message_raised = Signal(object)

    def __init__(self, lanes: Lanes, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lanes = lanes

    def read(self, photo: OpenPhoto, path: Path) -> None:
        """Reads a picture as a mask: every pixel that is not black, and of an 8-bit gray one as much as it is white."""
        size = photo.document.image

        def work(_token: CancelToken) -> Iterator[object]:
            from restorer.formats.mask_file import read_mask

            yield read_mask(path, size.width, size.height, soft=True)

        self._lanes.io.submit(
            Ticket(
                work,
                on_event=lambda mask: self.mask_read.emit(photo, mask),
                on_failed=partial(self._on_failed, f"The mask {path.name} was not imported"),
            )
        )

    def write(self, photo: OpenPhoto, path: Path) -> None:
        """Writes the photo's mask as it is now; the person has agreed to replace a file of that name."""
        mask: Mask = photo.document.mask.snapshot()

        def write() -> None:
            from restorer.formats.mask_file import write_mask

            write_mask(path, mask, overwrite=True)

        self._write("mask", path, write)

    def write_provenance(self, photo: OpenPhoto, path: Path) -> None:
        """Writes what became of each pixel of the photo as it is now; otherwise as :meth:`write`."""
        known = photo.document.provenance

        def write() -> None:
            from restorer.formats.provenance_file import write_provenance

            write_provenance(path, known, overwrite=True)

        self._write("provenance map", path, write)

    def _write(self, what: str, path: Path, write: Callable[[], None]) -> None:
        def work(_token: CancelToken) -> Iterator[object]:
            write()
            yield path

        self._lanes.io.submit(
            Ticket(
                work,
                on_event=lambda _: self.message_raised.emit(
                    Message("info", f"The {what} was saved as {path.name}", f"In {path.parent}.", key=what)
                ),
                on_failed=partial(self._on_failed, f"The {what} {path.name} was not saved"),
            )
        )

    def _on_failed(self, title: str, error: Exception) -> None:
        message = error_message(title, error)
        if message is not None:
            self.message_raised.emit(message)
