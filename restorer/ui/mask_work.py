"""Changes of masks: small ones at once, large ones on a thread of their own, each one entry of the history."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, Signal

from restorer.core.mask import MaskEdit, ReadyEdit
from restorer.core.progress import CancelToken
from restorer.session.marking.order import MaskOrder
from restorer.ui.messages import error_message
from restorer.ui.photo import OpenPhoto
from restorer.ui.workers import Lanes, Ticket

AT_ONCE_PX = 1 << 20
"""Orders that look at no more pixels are carried out between two frames."""
_READY_FROM_PX = 1 << 23
"""Edits of more pixels are carried out on a copy: putting the values in would hold up the window."""
_TRIES = 4
"""How often an order is worked out anew because the mask changed meanwhile."""


def _nothing() -> None:
    """What follows an order that nothing follows."""


class MaskWork(QObject):
    """Belongs to the window's thread. While :attr:`is_busy`, tools should rest: what they do would be in the way."""

    changed = Signal(object, object)
    """OpenPhoto and the Change of its document."""
    busy_changed = Signal(bool)
    message_raised = Signal(object)

    def __init__(self, lanes: Lanes, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lanes = lanes
        self._open = 0
        self._waiting: dict[str, tuple[Callable[[], Any], Callable[[Any], None]]] = {}
        self._computing = False

    @property
    def is_busy(self) -> bool:
        """Whether an order is being carried out."""
        return self._open > 0

    def submit(self, photo: OpenPhoto, order: MaskOrder, then: Callable[[], object] = _nothing) -> None:
        """Has an order carried out; several one after another.

        Args:
            then: called once it is, whether it changed anything or not; not where it failed.
        """
        document = photo.document
        if order.pixels > AT_ONCE_PX or self.is_busy:
            self._count(1)
            self._enqueue(photo, order, then, _TRIES)
            return
        plane = document.protected if order.protects else document.mask
        try:
            edit = order.work(document.image, plane)
        except Exception as error:  # noqa: BLE001 - shown like a failure on the other thread
            self._on_failed(order, error)
            return
        self._apply(photo, order, edit)
        then()

    def compute(self, work: Callable[[], Any], done: Callable[[Any], None], channel: str = "tool") -> None:
        """Works something out on a thread and hands it to ``done`` here; of what waits in a channel only the latest."""
        self._waiting[channel] = (work, done)
        if not self._computing:
            self._compute_next()

    # -- orders

    def _enqueue(self, photo: OpenPhoto, order: MaskOrder, then: Callable[[], object], tries: int) -> None:
        document = photo.document
        found: list[tuple[int, MaskEdit | ReadyEdit]] = []

        def work(_token: CancelToken) -> Iterator[object]:
            # The plane may change under its hands; then its revision says so, and all of it is done again.
            revision = document.mask_revision
            plane = document.protected if order.protects else document.mask
            edit = order.work(document.image, plane)
            area = sum(piece.bounds.area for piece in edit.pieces)
            yield revision, plane.ready(edit) if area > _READY_FROM_PX else edit

        def end() -> None:
            if found and found[0][0] != document.mask_revision and tries > 1:
                self._enqueue(photo, order, then, tries - 1)
                return
            if found:
                revision, edit = found[0]
                if isinstance(edit, ReadyEdit) and revision != document.mask_revision:
                    edit = edit.edit  # what was made ready is of another mask
                self._apply(photo, order, edit)
            self._count(-1)
            if found:
                then()

        self._lanes.marks.submit(
            Ticket(work, on_event=found.append, on_failed=partial(self._on_failed, order), on_ended=end)
        )

    def _apply(self, photo: OpenPhoto, order: MaskOrder, edit: MaskEdit | ReadyEdit) -> None:
        change = photo.document.edit_mask(edit, order.label, protects=order.protects)
        if change.history:
            self.changed.emit(photo, change)

    def _count(self, by: int) -> None:
        was_busy = self.is_busy
        self._open += by
        if self.is_busy != was_busy:
            self.busy_changed.emit(self.is_busy)

    def _on_failed(self, order: MaskOrder, error: Exception) -> None:
        message = error_message(f"{order.label} did not work", error, kept="The mask is as it was.")
        if message is not None:
            self.message_raised.emit(message)

    # -- previews

    def _compute_next(self) -> None:
        self._computing = bool(self._waiting)
        if not self._waiting:
            return
        work, done = self._waiting.pop(next(iter(self._waiting)))

        def run(_token: CancelToken) -> Iterator[object]:
            yield work()

        self._lanes.marks.submit(Ticket(run, on_event=done, on_ended=self._compute_next))
