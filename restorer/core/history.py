"""What was done to one photo, in order, with a cursor: entries before it are applied, those after it can be redone."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field

from restorer.core.image import Pixels
from restorer.core.placement import Placement, stack
from restorer.core.provenance import ProvenanceMap
from restorer.core.step import Recipe, Step


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """One of several answers of a step.

    Attributes:
        step: what gives this answer alone.
        image_key: vault key of its patches.
        picture: small uint8 RGB picture of what it looks like, or None.
    """

    step: Step
    image_key: int
    picture: Pixels | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """One undoable action: a stroke or mask command (``step`` is None), or a step with the pixels it changed.

    Attributes:
        label: what to show, such as ``Brush stroke`` or ``Inpaint``.
        detail: a second line, such as ``Residual U-Net · 3 tiles``.
        state: hash of everything applied to the *pixels* up to and including this entry.
        image_key, mask_key, protected_key: vault keys of what swaps the pixels of the photo, of the mask and of what is
            protected between before and after.
        provenance: what is known of each pixel after a step; None for a stroke, which changes none.
        placement: where the photo after the entry lies in the one before, where the step gave it another extent. The
            vault then keeps whichever of both photos, with its planes, is not shown.
        thumbnail: small uint8 RGB picture of the photo after a step.
        seconds: how long the step took.
        choices: all answers, where the step had several.
        chosen: which of them the photo shows after this entry.
        amends: whether the entry only takes another answer of the step before it, in whose place its own step counts.
    """

    label: str
    state: str
    step: Step | None = None
    detail: str = ""
    image_key: int | None = None
    mask_key: int | None = None
    protected_key: int | None = None
    provenance: ProvenanceMap | None = field(default=None, repr=False)
    placement: Placement | None = None
    thumbnail: Pixels | None = field(default=None, repr=False)
    seconds: float = 0.0
    choices: tuple[Choice, ...] = ()
    chosen: int = 0
    amends: bool = False

    @property
    def vault_keys(self) -> tuple[int, ...]:
        """Everything the vault keeps for this entry alone."""
        shared = () if self.amends else tuple(choice.image_key for choice in self.choices)
        return (*(key for key in (self.image_key, self.mask_key, self.protected_key) if key is not None), *shared)


def next_state(parent: str, step: Step) -> str:
    """State hash after ``step`` was applied to ``parent``."""
    return hashlib.sha256(f"{parent}{json.dumps(step.to_json(), sort_keys=True)}".encode()).hexdigest()


class History:
    """Entries and a cursor. Holds no rules about pixels: the document applies and reverts."""

    def __init__(self, root_state: str) -> None:
        self._root_state = root_state
        self._entries: list[Entry] = []
        self._cursor = 0

    @property
    def entries(self) -> tuple[Entry, ...]:
        return tuple(self._entries)

    @property
    def cursor(self) -> int:
        """How many entries are applied: 0 = the original."""
        return self._cursor

    @property
    def applied(self) -> tuple[Entry, ...]:
        return tuple(self._entries[: self._cursor])

    @property
    def can_undo(self) -> bool:
        return self._cursor > 0

    @property
    def can_redo(self) -> bool:
        return self._cursor < len(self._entries)

    @property
    def state(self) -> str:
        """State hash of the pixels at the cursor."""
        return self._entries[self._cursor - 1].state if self._cursor else self._root_state

    def recipe(self) -> Recipe:
        """The steps applied now, without the strokes; of a step with several answers the one that was chosen."""
        steps: list[Step] = []
        for entry in self.applied:
            if entry.step is not None:
                steps[len(steps) - entry.amends :] = [entry.step]
        return Recipe(tuple(steps))

    def latest_step(self) -> Entry | None:
        """The newest applied entry that is a step, strokes passed over; None where there is none."""
        return next((entry for entry in reversed(self.applied) if entry.step is not None), None)

    def provenance(self) -> ProvenanceMap | None:
        """What is known of each pixel at the cursor; None where no step was applied."""
        known = (entry.provenance for entry in reversed(self.applied) if entry.provenance is not None)
        return next(known, None)

    def placement_from(self, cursor: int) -> Placement | None:
        """Where the photo at the cursor lies in the one after ``cursor`` entries; None where both have one extent.

        Raises:
            IndexError: where there is no such place.
        """
        self.check(cursor)
        between = self._entries[min(self._cursor, cursor) : max(self._cursor, cursor)]
        way = stack(*(entry.placement for entry in between))
        return way.inverse() if way is not None and cursor > self._cursor else way

    def state_before_step(self) -> str:
        """State hash of the pixels before :meth:`latest_step`, that which it amends included."""
        applied = self.applied
        for index in reversed(range(len(applied))):
            if applied[index].step is not None and not applied[index].amends:
                return applied[index - 1].state if index else self._root_state
        return self._root_state

    def push(self, entry: Entry) -> tuple[Entry, ...]:
        """Adds an entry at the cursor and returns the redoable entries it replaced."""
        replaced = tuple(self._entries[self._cursor :])
        del self._entries[self._cursor :]
        self._entries.append(entry)
        self._cursor += 1
        return replaced

    def check(self, cursor: int) -> None:
        """Raises IndexError where there is no such place."""
        if not 0 <= cursor <= len(self._entries):
            raise IndexError(f"history has {len(self._entries)} entries, not {cursor}")

    def move(self, cursor: int) -> None:
        """Raises IndexError where there is no such place."""
        self.check(cursor)
        self._cursor = cursor

    def replace(self, index: int, entry: Entry) -> None:
        self._entries[index] = entry
