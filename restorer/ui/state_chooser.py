"""Which states of a photo's history there are to compare, of every branch, to be searched and chosen from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial

from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget

from restorer.core.history import ROOT, Entry
from restorer.core.image import Pixels
from restorer.tasks import TASKS
from restorer.ui.comparing import state_name
from restorer.ui.language import tr
from restorer.ui.palette import Palette
from restorer.ui.palette_entries import Entry as Row
from restorer.ui.photo import OpenPhoto
from restorer.ui.qimage import rgb_image

Choose = Callable[[int], object]


class StateChooser:
    """Asks for a state, as the command palette asks for an action.

    Args:
        place: a part of the window that it lies over.
    """

    def __init__(self, place: QWidget) -> None:
        self._place = place
        self.palette: Palette | None = None
        """The one that was opened last."""

    def ask(self, photo: OpenPhoto, prompt: str, choose: Choose, *, without: int | None = None) -> None:
        """Lists the states, and hands the id of the chosen one to ``choose``.

        Args:
            without: id of one that is not to be offered, with all that show the same pixels.
        """
        if self.palette is not None:
            self.palette.shut()
            self.palette.deleteLater()
        rows = list(state_rows(photo, choose, without=without))
        hint = tr("↑ ↓ choose, Enter compares")
        self.palette = Palette(
            self._place.window(), lambda: rows, name=tr("States to compare"), prompt=prompt, hint=hint
        )
        self.palette.open()


def state_rows(photo: OpenPhoto, choose: Choose, *, without: int | None = None) -> Iterator[Row]:
    """A row for every state whose pixels are its own: the shown line first, then each branch, the newest on top.

    Args:
        choose: called with the id of the state.
        without: id of one to leave out.
    """
    history = photo.document.history
    here = history.pixels_of(history.current.id) if history.current is not None else ROOT
    left_out = history.pixels_of(without) if without is not None else None
    states: list[tuple[Entry, str]] = [
        (entry, _place(number, history.cursor, entry.id == here))
        for number, entry in reversed(list(enumerate(history.entries, start=1)))
    ]
    branched: list[tuple[Entry, str]] = []
    for branch in history.branches():
        title = tr("Branch “{}”").format(branch.title)
        branched += [(entry, title) for entry in reversed(history.line(branch.tip)[branch.leaves_at :])]
    yield from _rows(photo, states, left_out, choose)
    if left_out != ROOT:
        kind = tr("The photo as it is now") if here == ROOT else tr("As it was opened")
        picture = _picture(photo.document.original_thumbnail)
        yield Row("state:0", state_name(photo, ROOT), kind, partial(choose, ROOT), "photo", also=kind, picture=picture)
    yield from _rows(photo, branched, left_out, choose)


def _rows(photo: OpenPhoto, states: Iterable[tuple[Entry, str]], left_out: int | None, choose: Choose) -> Iterator[Row]:
    seen = {left_out}
    for entry, kind in states:
        if entry.changes_pixels and entry.id not in seen:
            seen.add(entry.id)  # two branches may begin alike
            yield _row(photo, entry, kind, choose)


def _place(number: int, cursor: int, is_here: bool) -> str:
    if is_here:
        return tr("The photo as it is now")
    return tr("Undone, step {}").format(number) if number > cursor else tr("Step {}").format(number)


def _row(photo: OpenPhoto, entry: Entry, kind: str, choose: Choose) -> Row:
    known = TASKS.get(entry.step.task) if entry.step is not None else None
    icon = known.icon if known is not None else "again"
    also = " ".join(part for part in (kind, entry.label if entry.name else "", entry.detail) if part)
    act = partial(choose, entry.id)
    title = state_name(photo, entry.id)
    return Row(f"state:{entry.id}", title, kind, act, icon, also=also, picture=_picture(entry.thumbnail))


def _picture(pixels: Pixels | None) -> QImage | None:
    return rgb_image(pixels) if pixels is not None else None
