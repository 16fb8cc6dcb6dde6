"""What was done to one photo: a line of entries with a cursor, and the branches that left it.

Entries before the cursor are applied, those after it can be redone. An entry that was undone and then replaced by
another is not forgotten: with everything after it, it becomes a branch that can be gone back to.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from restorer.core.image import Pixels
from restorer.core.placement import Placement, stack
from restorer.core.plan import Plan, next_state, recipe_of
from restorer.core.provenance import ProvenanceMap
from restorer.core.step import Recipe, Step

__all__ = ["ROOT", "Branch", "Choice", "Entry", "History", "next_state"]

ROOT = 0
"""Id of the original."""


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
    """One undoable action: a stroke or mask command, a step with the pixels it changed, or an edit of earlier steps.

    Attributes:
        label: what to show, such as ``Brush stroke`` or ``Inpaint``.
        detail: a second line, such as ``Residual U-Net · 3 tiles``.
        state: hash of everything applied to the *pixels* up to and including this entry.
        step: what was done; None for strokes and edits.
        image_key, mask_key, protected_key: vault keys of what the entry changed of the photo, of the mask and of what
            is protected: the first half of the pieces is before it, the second after.
        provenance: what is known of each pixel after a step; None for a stroke, which changes none.
        placement: where the photo after the entry lies in the one before, where it gave it another extent; the vault
            then keeps both photos, with their planes.
        thumbnail: small uint8 RGB picture of the photo after a step.
        seconds: how long the step took.
        choices: all answers, where the step had several.
        chosen: which of them the photo shows after this entry.
        amends: whether the entry only takes another answer of the step before it, in whose place its own step counts.
        edits: whether it changed the plan: steps hidden, moved, changed or replayed.
        plan: the steps in effect after it.
        slot: id of the slot that the entry's step has in the plan; 0 where there is none.
        more_keys: further vault keys that slots of the plan first got with this entry.
        name: given by the person, or empty.
        id, parent: numbers in the history's tree; the history gives them.
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
    edits: bool = False
    plan: Plan = field(default=(), repr=False)
    slot: int = 0
    more_keys: tuple[int, ...] = ()
    name: str = ""
    id: int = ROOT
    parent: int = ROOT

    @property
    def changes_pixels(self) -> bool:
        return self.step is not None or self.edits

    @property
    def is_worth_a_branch(self) -> bool:
        """Whether it took work, or a name: strokes, choices and steps switched on and off are made again in no time."""
        return bool(self.name or self.more_keys or (self.step is not None and not self.amends))

    @property
    def vault_keys(self) -> tuple[int, ...]:
        """Everything the vault keeps for this entry alone."""
        shared = () if self.amends else tuple(choice.image_key for choice in self.choices)
        own = (self.image_key, self.mask_key, self.protected_key)
        return (*(key for key in own if key is not None), *shared, *self.more_keys)


@dataclass(frozen=True, slots=True)
class Branch:
    """A line of entries that is not the one shown.

    Attributes:
        tip: id of its last entry.
        leaves_at: how many entries of the shown line it begins with.
        entries: how many follow there.
        steps: how many of those change pixels.
        title: its name, or what was done last in it.
    """

    tip: int
    leaves_at: int
    entries: int
    steps: int
    title: str


class History:
    """Entries, a cursor and branches. Holds no rules about pixels: the document applies and reverts."""

    def __init__(self, root_state: str) -> None:
        self._root_state = root_state
        self._nodes: dict[int, Entry] = {}
        self._line: list[int] = []
        self._cursor = 0
        self._next_id = 1

    @classmethod
    def restored(cls, root_state: str, entries: Iterable[Entry], tip: int, cursor: int) -> History:
        """A history from what :attr:`nodes`, the last id of the line and the cursor were.

        Raises:
            ValueError: where they do not make a tree, or there is no such place in it.
        """
        history = cls(root_state)
        for entry in entries:
            if entry.id < 1 or entry.id in history._nodes or (entry.parent and entry.parent not in history._nodes):
                raise ValueError(f"entry {entry.id} has no place in the history")
            history._nodes[entry.id] = entry
            history._next_id = max(history._next_id, entry.id + 1)
        if tip != ROOT and tip not in history._nodes:
            raise ValueError(f"there is no entry {tip}")
        history._line = history._path(tip)
        if not 0 <= cursor <= len(history._line):
            raise ValueError(f"the history has {len(history._line)} entries, not {cursor}")
        history._cursor = cursor
        return history

    @property
    def next_id(self) -> int:
        """Id that the next entry gets."""
        return self._next_id

    @property
    def root_state(self) -> str:
        return self._root_state

    @property
    def nodes(self) -> Mapping[int, Entry]:
        """Every entry of every branch by id, parents first."""
        return MappingProxyType(self._nodes)

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Those of the shown line."""
        return tuple(self._nodes[each] for each in self._line)

    @property
    def cursor(self) -> int:
        """How many entries are applied: 0 = the original."""
        return self._cursor

    @property
    def tip(self) -> int:
        """Id of the last entry of the shown line; :data:`ROOT` where there is none."""
        return self._line[-1] if self._line else ROOT

    @property
    def applied(self) -> tuple[Entry, ...]:
        return tuple(self._nodes[each] for each in self._line[: self._cursor])

    @property
    def current(self) -> Entry | None:
        """The entry before the cursor."""
        return self._nodes[self._line[self._cursor - 1]] if self._cursor else None

    @property
    def can_undo(self) -> bool:
        return self._cursor > 0

    @property
    def can_redo(self) -> bool:
        return self._cursor < len(self._line)

    @property
    def state(self) -> str:
        """State hash of the pixels at the cursor."""
        return self.current.state if self.current is not None else self._root_state

    @property
    def plan(self) -> Plan:
        """The steps in effect at the cursor."""
        return self.current.plan if self.current is not None else ()

    def recipe(self) -> Recipe:
        """The steps in effect, without the strokes; of a step with several answers the one that was chosen."""
        return recipe_of(self.plan)

    def latest_step(self) -> Entry | None:
        """The newest applied entry that is a step, strokes passed over; None where there is none, or it was edited."""
        latest = next((entry for entry in reversed(self.applied) if entry.changes_pixels), None)
        return latest if latest is not None and latest.step is not None else None

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
        between = self.entries[min(self._cursor, cursor) : max(self._cursor, cursor)]
        way = stack(*(entry.placement for entry in between))
        return way.inverse() if way is not None and cursor > self._cursor else way

    # -- across branches

    def line(self, tip: int) -> tuple[Entry, ...]:
        """Every entry from the original to ``tip``, whichever branch it is of. Raises KeyError where there is none."""
        return tuple(self._nodes[each] for each in self._path(tip))

    def way_to(self, entry_id: int) -> tuple[tuple[Entry, ...], tuple[Entry, ...]]:
        """From the cursor to the state after an entry of any branch.

        Returns:
            entries to take back, the latest first, and then entries to do again.

        Raises:
            KeyError: where there is no such entry.
        """
        here, there = self._line[: self._cursor], self._path(entry_id)
        shared = 0
        while shared < min(len(here), len(there)) and here[shared] == there[shared]:
            shared += 1
        back = tuple(self._nodes[each] for each in reversed(here[shared:]))
        return back, tuple(self._nodes[each] for each in there[shared:])

    def placement_of(self, entry_id: int) -> Placement | None:
        """Where the photo after an entry of any branch lies in the original; None where both have one extent.

        Raises:
            KeyError: where there is no such entry.
        """
        return stack(*(entry.placement for entry in self.line(entry_id)))

    def pixels_of(self, entry_id: int) -> int:
        """The entry, at or before another one, that the photo got its pixels from: strokes change none.

        Raises:
            KeyError: where there is no such entry.
        """
        while entry_id != ROOT and not self._nodes[entry_id].changes_pixels:
            entry_id = self._nodes[entry_id].parent
        return entry_id

    # -- changing it

    def push(self, entry: Entry) -> tuple[Entry, ...]:
        """Adds an entry at the cursor; what could be redone becomes a branch.

        Returns:
            entries that were forgotten instead, where none was worth a branch.
        """
        parent = self._line[self._cursor - 1] if self._cursor else ROOT
        forgotten: tuple[Entry, ...] = ()
        if self.can_redo:
            tail = self._subtree(self._line[self._cursor])
            if not any(each.is_worth_a_branch for each in tail):
                forgotten = self._forget(tail)
        self._nodes[self._next_id] = replace(entry, id=self._next_id, parent=parent)
        self._line[self._cursor :] = [self._next_id]
        self._next_id += 1
        self._cursor += 1
        return forgotten

    def check(self, cursor: int) -> None:
        """Raises IndexError where there is no such place."""
        if not 0 <= cursor <= len(self._line):
            raise IndexError(f"history has {len(self._line)} entries, not {cursor}")

    def move(self, cursor: int) -> None:
        """Raises IndexError where there is no such place."""
        self.check(cursor)
        self._cursor = cursor

    def rename(self, entry_id: int, name: str) -> None:
        """Names a state; an empty name takes it away. Raises KeyError where there is no such entry."""
        self._nodes[entry_id] = replace(self._nodes[entry_id], name=name)

    # -- branches

    def branches(self) -> tuple[Branch, ...]:
        """Lines that are not shown, the newest first."""
        parents = {entry.parent for entry in self._nodes.values()}
        shown = set(self._line)
        tips = [each for each in self._nodes if each not in parents and each not in shown]
        return tuple(self._branch(tip) for tip in sorted(tips, reverse=True))

    def common(self, tip: int) -> int:
        """How many entries the shown line and the one that ends at ``tip`` begin with. Raises KeyError for none."""
        path = self._path(tip)
        pairs = zip(path, self._line, strict=False)
        return next(
            (place for place, (one, other) in enumerate(pairs) if one != other), min(len(path), len(self._line))
        )

    def switch(self, tip: int) -> None:
        """Makes another line the shown one; the cursor stays.

        Raises:
            KeyError: where there is no such entry.
            ValueError: where the cursor is beyond what both lines have in common.
        """
        if self._cursor > self.common(tip):
            raise ValueError("entries are applied that the other branch does not have")
        self._line = self._path(tip)

    def remove_branch(self, tip: int) -> tuple[Entry, ...]:
        """Forgets a line as far as no other one shares it, and returns its entries. Raises KeyError for none."""
        path, shown = self._path(tip), set(self._line)
        gone: list[Entry] = []
        for each in reversed(path):
            if each in shown or any(entry.parent == each for entry in self._nodes.values()):
                break
            gone.append(self._nodes.pop(each))
        return tuple(gone)

    def _branch(self, tip: int) -> Branch:
        path, common = self._path(tip), self.common(tip)
        own = [self._nodes[each] for each in path[common:]]
        named = next((entry.name for entry in reversed(own) if entry.name), "")
        last = next((entry.label for entry in reversed(own) if entry.changes_pixels), own[-1].label)
        return Branch(tip, common, len(own), sum(entry.changes_pixels for entry in own), named or last)

    def _path(self, tip: int) -> list[int]:
        path: list[int] = []
        while tip != ROOT:
            path.append(tip)
            tip = self._nodes[tip].parent
        return path[::-1]

    def _subtree(self, top: int) -> list[Entry]:
        inside = {top}
        for each, entry in self._nodes.items():  # parents come first
            if entry.parent in inside:
                inside.add(each)
        return [self._nodes[each] for each in self._nodes if each in inside]

    def _forget(self, entries: list[Entry]) -> tuple[Entry, ...]:
        for entry in entries:
            del self._nodes[entry.id]
        return tuple(entries)
