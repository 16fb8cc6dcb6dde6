"""What the command palette offers: every action, every task, the photos opened last."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from PySide6.QtGui import QImage

from restorer.tasks.spec import Task
from restorer.ui.actions import ROWS, Actions
from restorer.ui.fuzzy import Match, match
from restorer.ui.language import tr

_TASK_WEIGHT = 2.0
"""Whoever types a few letters more often means a task than the action that fits as well."""
_RECENCY_AT_MOST = 3.0


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """One thing that can be done.

    Attributes:
        id: the same each time the palette opens.
        title: what is searched and shown.
        kind: where it belongs, in grey after the title.
        run: does it.
        icon: name, or empty.
        keys: its shortcut, or empty.
        reason: why it cannot be done now; empty where it can.
        weight: added to how well it fits.
        also: what else it can be found by, where its title does not fit.
        picture: in place of the icon.
    """

    id: str
    title: str
    kind: str
    run: Callable[[], object]
    icon: str = ""
    keys: str = ""
    reason: str = ""
    weight: float = 0.0
    also: str = ""
    picture: QImage | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """An entry that fits what was typed; ``places`` are the letters of its title that were."""

    entry: Entry
    places: tuple[int, ...] = ()


def action_entries(actions: Actions) -> Iterator[Entry]:
    """Every action but the palette itself."""
    for row in ROWS:
        if row.id != "palette":
            keys = actions.keymap.keys(row)
            yield Entry(
                f"action:{row.id}",
                tr(row.name),
                tr(row.group) if row.group else tr("Action"),
                actions[row.id].trigger,
                row.icon,
                keys[0] if keys else "",
                tr(row.reason(actions.facts)),
            )


def task_entries(tasks: Sequence[Task], open_task: Callable[[str], object], has_photo: bool) -> Iterator[Entry]:
    """One for each task: shows its form."""
    for task in tasks:
        reason = "" if has_photo else tr("No photo is open")
        yield Entry(
            f"task:{task.id}", task.title, tr("Task"), partial(open_task, task.id), task.icon, "", reason, _TASK_WEIGHT
        )


def recent_entries(paths: Sequence[Path], open_path: Callable[[Path], object]) -> Iterator[Entry]:
    """One for each photo opened last."""
    for path in paths:
        yield Entry(f"recent:{path}", path.name, tr("Recent photo"), partial(open_path, path), "photo")


def search(query: str, entries: Sequence[Entry], used: Sequence[str] = ()) -> list[Found]:
    """What fits, the best first; what cannot be done now comes after what can, as well as it may fit.

    Args:
        used: ids of what was done last, the latest first; they come first where nothing was typed.
    """
    found: list[tuple[bool, float, int, Entry, Match]] = []
    for place, entry in enumerate(entries):
        fit = match(query, entry.title)
        if fit is None and entry.also and (other := match(query, entry.also)) is not None:
            fit = replace(other, places=())
        if fit is None:
            continue
        recency = float(len(used) - used.index(entry.id)) if entry.id in used else 0.0
        found.append(
            (
                bool(entry.reason),
                -(fit.score + entry.weight * bool(query.strip()) + min(recency, _RECENCY_AT_MOST)),
                place,
                entry,
                fit,
            )
        )
    found.sort(key=lambda one: one[:3])
    return [Found(entry, fit.places) for _, _, _, entry, fit in found]
