"""Which keys do what: presets for hands that know another program, what a person changed, and what clashes.

Sequences are written as Qt reads them, such as ``Ctrl+Shift+Z``. The rows' own keys are those of Photoshop where the
two have the same action, since the keys of drawing tablets come set for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from PySide6.QtGui import QKeySequence

if TYPE_CHECKING:
    from restorer.ui.actions import ActionRow

DEFAULT_PRESET = "photoshop"
PRESETS: Mapping[str, str] = {"photoshop": "Photoshop", "gimp": "GIMP", "krita": "Krita"}
"""Titles."""

_CHANGES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "photoshop": {},
    "gimp": {
        "brush": ("P",),
        "preview": ("Alt+P",),
        "eraser": ("Shift+E",),
        "lasso": ("F",),
        "polygon": ("Shift+F",),
        "rectangle": ("R",),
        "ellipse": ("E",),
        "ribbon": ("B",),
        "wand": ("U",),
        "overlay": ("Shift+Q",),
        "fit": ("Ctrl+Shift+J", "Ctrl+0"),
        "actual": ("1", "Ctrl+1"),
        "redo": ("Ctrl+Y", "Ctrl+Shift+Z"),
        "clear-mask": ("Ctrl+Shift+A",),
    },
    "krita": {
        "eraser": ("Shift+E",),
        "swap": ("E", "X"),
        "ellipse": ("J",),
        "actual": ("1", "Ctrl+1"),
        "fit": ("2", "Ctrl+0"),
        "clear-mask": ("Ctrl+Shift+A",),
        "invert-mask": ("Ctrl+Shift+I",),
        "full-screen": ("F11", "Ctrl+Shift+F"),
    },
}
"""What a preset has different from the rows."""

HELD = {"Space": "pans while it is held", "Tab": "shows the original while it is held", "\\": "shows the original"}
"""Keys of the canvas that are held down, and so no action's."""


@dataclass(frozen=True, slots=True)
class Keymap:
    """The keys in force.

    Attributes:
        preset: one of :data:`PRESETS`.
        changed: by the person: action id to sequences; an empty tuple takes the action's keys away.
    """

    preset: str = DEFAULT_PRESET
    changed: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def keys(self, row: ActionRow) -> tuple[str, ...]:
        """Of one action; the first is the one that is shown."""
        if row.id in self.changed:
            return tuple(self.changed[row.id])
        return self.preset_keys(row)

    def preset_keys(self, row: ActionRow) -> tuple[str, ...]:
        """As they were before the person changed them."""
        return _CHANGES.get(self.preset, {}).get(row.id, row.shortcuts)

    def owner(self, sequence: str, rows: Sequence[ActionRow], besides: str = "") -> ActionRow | None:
        """The action that has a sequence, other than ``besides``."""
        wanted = _normal(sequence)
        return next(
            (row for row in rows if row.id != besides and wanted in map(_normal, self.keys(row))),
            None,
        )

    def clashes(self, rows: Sequence[ActionRow]) -> Iterator[tuple[str, ActionRow, ActionRow]]:
        """Each sequence that two actions have, and both; neither would do anything."""
        owners: dict[str, ActionRow] = {}
        for row in rows:
            for sequence in self.keys(row):
                first = owners.setdefault(_normal(sequence), row)
                if first is not row:
                    yield sequence, first, row

    def with_keys(self, row: ActionRow, sequences: Sequence[str], rows: Sequence[ActionRow]) -> Keymap:
        """Another keymap in which the action has these keys, and no other action has one of them."""
        changed = dict(self.changed)
        for sequence in sequences:
            loser = self.owner(sequence, rows, besides=row.id)
            if loser is not None:
                mine = changed.get(loser.id, self.preset_keys(loser))
                changed[loser.id] = tuple(key for key in mine if _normal(key) != _normal(sequence))
        changed[row.id] = tuple(sequences)
        return Keymap(self.preset, changed)._tidied(rows)

    def reset(self, row: ActionRow, rows: Sequence[ActionRow]) -> Keymap:
        """Another keymap in which the action has its preset's keys again; who took them loses them."""
        return self.with_keys(row, self.preset_keys(row), rows)

    def _tidied(self, rows: Sequence[ActionRow]) -> Keymap:
        """Without changes that change nothing."""
        known = {row.id: row for row in rows}
        changed = {
            name: tuple(keys)
            for name, keys in self.changed.items()
            if name not in known or list(map(_normal, keys)) != list(map(_normal, self.preset_keys(known[name])))
        }
        return Keymap(self.preset, changed)


def refusal(sequence: str) -> str:
    """Why a sequence cannot be an action's, a sentence; empty where it can."""
    normal = _normal(sequence)
    for key, what in HELD.items():
        if normal == _normal(key):
            return f"{normal} {what}."
    if QKeySequence(sequence).count() > 1:
        return "Only one key at a time, with any of Ctrl, Shift, Alt."
    return ""


def _normal(sequence: str) -> str:
    return QKeySequence(sequence).toString(QKeySequence.SequenceFormat.PortableText)
