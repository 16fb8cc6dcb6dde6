"""Masks as files: read and written on the io lane."""

from __future__ import annotations

from collections.abc import Iterator
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
        """Reads a picture as a mask: every pixel that is not zero is to be repaired."""
        size = photo.document.image

        def work(_token: CancelToken) -> Iterator[object]:
            from restorer.formats.mask_file import read_mask

            yield read_mask(path, size.width, size.height)

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

        def work(_token: CancelToken) -> Iterator[object]:
            from restorer.formats.mask_file import write_mask

            write_mask(path, mask, overwrite=True)
            yield path

        self._lanes.io.submit(
            Ticket(
                work,
                on_event=lambda _: self.message_raised.emit(
                    Message("info", f"The mask was saved as {path.name}", f"In {path.parent}.", key="mask")
                ),
                on_failed=partial(self._on_failed, f"The mask {path.name} was not saved"),
            )
        )

    def _on_failed(self, title: str, error: Exception) -> None:
        message = error_message(title, error)
        if message is not None:
            self.message_raised.emit(message)
