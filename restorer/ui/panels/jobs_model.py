"""Rows of the jobs panel and the model that holds them."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import Qt

from restorer.ui.panels.rows import Index, RowModel

JobState = Literal["waiting", "running", "done", "failed", "cancelled"]


@dataclass(frozen=True, slots=True)
class JobRow:
    """One job as a person sees it.

    Attributes:
        id: of the job.
        title: what it does, set strong.
        detail: where it is, or what happened, in a few words.
        fraction: how far it is, 0 to 1; None where that is unknown.
        eta: time left as text, shown at the right; empty while unknown.
        state: of its life.
        subject: what it does it to: the name of the photo.
        paused: it stands still, or would begin if its lane did not.
        can_retry: it can be asked for once more.
    """

    id: int
    title: str
    detail: str
    fraction: float | None
    eta: str
    state: JobState
    subject: str = ""
    paused: bool = False
    can_retry: bool = False

    @property
    def can_move(self) -> bool:
        """Whether it can be put in another place."""
        return self.state == "waiting"

    @property
    def state_word(self) -> str:
        """``Running``, ``Paused`` …"""
        return "Paused" if self.paused and not self.is_over else self.state.capitalize()

    @property
    def is_over(self) -> bool:
        return self.state in ("done", "failed", "cancelled")

    def sentence(self) -> str:
        """The row read aloud."""
        percent = f"{round(self.fraction * 100)} %" if self.fraction is not None and not self.is_over else ""
        parts = (f"{self.title} {self.subject}".strip(), self.state_word, percent, self.detail, self.eta)
        return ", ".join(part for part in parts if part)


class JobsModel(RowModel[JobRow]):
    """Keeps rows in place while only their contents change, so that selection and scroll position stay."""

    def set_rows(self, rows: Sequence[JobRow]) -> None:
        """Show these; the progress of a running job never goes backwards."""
        before = {row.id: row for row in self._rows}
        fresh = [_forward(before.get(row.id), row) for row in rows]
        if [row.id for row in fresh] != [row.id for row in self._rows]:
            self._rearrange(fresh)
            return
        for position, row in enumerate(fresh):
            if row != self._rows[position]:
                self._rows[position] = row
                index = self.index(position)
                self.dataChanged.emit(index, index)

    def place_of(self, job: int) -> int | None:
        return next((place for place, row in enumerate(self._rows) if row.id == job), None)

    def _rearrange(self, fresh: list[JobRow]) -> None:
        """Other rows, or the same in another order, in which case what is selected moves along."""
        places = {row.id: place for place, row in enumerate(fresh)}
        if sorted(places) != sorted(row.id for row in self._rows):
            self.replace_rows(fresh)
            return
        self.layoutAboutToBeChanged.emit()
        before = self.persistentIndexList()
        after = [self.index(places[self._rows[index.row()].id]) for index in before]
        self._rows = fresh
        self.changePersistentIndexList(before, after)
        self.layoutChanged.emit()

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        row = self.row(index)
        if role == Qt.ItemDataRole.DisplayRole:
            return row.title
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return row.sentence()
        if role == Qt.ItemDataRole.ToolTipRole:
            return row.detail if row.state == "failed" else f"{row.title} {row.subject}".strip()
        return None


def _forward(before: JobRow | None, row: JobRow) -> JobRow:
    known = before is not None and before.state == row.state == "running"
    if known and before is not None and before.fraction is not None and row.fraction is not None:
        return dataclasses.replace(row, fraction=max(row.fraction, before.fraction))
    return row
