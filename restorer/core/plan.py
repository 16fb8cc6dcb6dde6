"""The steps in effect at one place of a history, each with the result it gave, and how they may be edited afterwards.

Editing changes no pixels of a result: it says which results are shown, in which order, and what a step is to do when it
is run again. A result is *stale* where it was computed from other pixels, or by other parameters or in another mask,
than the plan now says. Stale results stay in the photo until they are replayed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from restorer.core.errors import InputError
from restorer.core.geometry import Bounds
from restorer.core.mask_code import PackedMask
from restorer.core.placement import Placement
from restorer.core.provenance import ProvenanceMap
from restorer.core.step import Recipe, Step


@dataclass(frozen=True, slots=True, eq=False)
class Slot:
    """One step of a plan. A value; its pixels are in the vault.

    Attributes:
        id: stays the same through every edit and replay.
        step: what is to be done.
        done: what was done to get the kept result.
        base: state of the pixels that result was computed from.
        label, detail: for people.
        result_key: vault key of the result's patches, or of the whole new picture; None where it changed nothing.
        half: which half of that group it is; None for all of it.
        boxes: where the patches lie.
        width, height: of the picture it was computed from.
        placement: where the picture after it lies in the one before, if it has another extent.
        own: what this step alone made of each pixel, in its picture after the step.
        mask: where it worked, or None.
        enabled: whether it is in effect.
        seconds: how long it took.
    """

    id: int
    step: Step
    done: Step
    base: str
    label: str
    width: int
    height: int
    detail: str = ""
    result_key: int | None = None
    half: int | None = None
    boxes: tuple[Bounds, ...] = ()
    placement: Placement | None = None
    own: ProvenanceMap | None = field(default=None, repr=False)
    mask: PackedMask | None = field(default=None, repr=False)
    enabled: bool = True
    seconds: float = 0.0

    @property
    def is_exact(self) -> bool:
        """Whether it only moves pixels, so that its result can be had from any picture at once."""
        return self.placement is not None and self.placement.is_exact


Plan = tuple[Slot, ...]


@dataclass(frozen=True, slots=True)
class Chain:
    """What follows from a plan.

    Attributes:
        before: state of the pixels before each slot.
        stale: whether the result of each is. One that is not enabled never is.
        state: of the pixels after all.
    """

    before: tuple[str, ...]
    stale: tuple[bool, ...]
    state: str


_KNOWN_STATES = 8192
_known: dict[tuple[str, int], tuple[Step, str]] = {}
"""States by their parent and the identity of the step, which is kept so that nothing else can get it."""


def next_state(parent: str, step: Step) -> str:
    """State hash after ``step`` was applied to ``parent``; remembered, since a window asks for it all the time."""
    key = parent, id(step)
    known = _known.get(key)
    if known is None:
        if len(_known) >= _KNOWN_STATES:
            _known.clear()
        known = _known[key] = step, _hash(f"{parent}{json.dumps(step.to_json(), sort_keys=True)}")
    return known[1]


def chain_of(root: str, plan: Plan) -> Chain:
    """States and stale results of a plan; ``root`` is the state of the original."""
    state, before, stale = root, list[str](), list[bool]()
    for slot in plan:
        before.append(state)
        fresh = slot.done == slot.step and (slot.base == state or slot.is_exact)
        stale.append(slot.enabled and not fresh)
        if slot.enabled:
            state = next_state(state, slot.step) if fresh else _hash(f"{state} {next_state(slot.base, slot.done)}")
    return Chain(tuple(before), tuple(stale), state)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def recipe_of(plan: Plan) -> Recipe:
    """The enabled steps, as they are to be done."""
    return Recipe(tuple(slot.step for slot in plan if slot.enabled))


def masks_of(plan: Plan) -> dict[str, PackedMask]:
    """The masks that :func:`recipe_of` refers to, by digest."""
    return {slot.step.mask: slot.mask for slot in plan if slot.enabled and slot.mask is not None and slot.step.mask}


# -- edits: each gives another plan


def place_of(plan: Plan, slot_id: int) -> int:
    """Raises InputError where there is no such step."""
    for place, slot in enumerate(plan):
        if slot.id == slot_id:
            return place
    raise InputError("This step is not a part of the photo as it is now.")


def with_enabled(plan: Plan, slot_id: int, enabled: bool) -> Plan:
    """A step switched on or off. Raises InputError where there is none."""
    return _with(plan, slot_id, lambda slot: replace(slot, enabled=enabled))


def without(plan: Plan, slot_id: int) -> Plan:
    """A step taken out. Raises InputError where there is none."""
    place = place_of(plan, slot_id)
    return plan[:place] + plan[place + 1 :]


def with_step(plan: Plan, slot_id: int, step: Step, mask: PackedMask | None = None) -> Plan:
    """Another thing to do in the place of a step: its result is stale until it is replayed.

    Args:
        mask: where to work; as before if None. ``step.mask`` must be its digest.

    Raises:
        InputError: where there is no such step, or ``step`` is of another task.
    """
    if plan[place_of(plan, slot_id)].step.task != step.task:
        raise InputError(f"A step cannot become one of another task ({step.task}).")
    return _with(plan, slot_id, lambda slot: replace(slot, step=step, mask=mask if mask is not None else slot.mask))


def moved(plan: Plan, slot_id: int, offset: int) -> Plan:
    """A step one place later (1) or earlier (-1).

    Raises:
        InputError: where there is no such step, nothing to change places with, or one of both changes the photo's
            extent: masks and results of the other belong to a picture of another size.
    """
    place = place_of(plan, slot_id)
    other = place + offset
    if abs(offset) != 1 or not 0 <= other < len(plan):
        raise InputError("This step is the first already." if offset < 0 else "This step is the last already.")
    for slot in (plan[place], plan[other]):
        if slot.placement is not None:
            raise InputError(
                f"{plan[place].label} and {plan[other].label} cannot change places: {slot.label} changes what the "
                "photo shows, and the other step's mask belongs to the picture before or after it."
            )
    order = list(plan)
    order[place], order[other] = order[other], order[place]
    return tuple(order)


def replayed(plan: Plan, results: Mapping[int, Slot]) -> Plan:
    """With the new results of some steps, by slot id; what became of steps that are gone since is left out."""
    return tuple(results.get(slot.id, slot) for slot in plan)


def _with(plan: Plan, slot_id: int, change: Callable[[Slot], Slot]) -> Plan:
    place = place_of(plan, slot_id)
    return (*plan[:place], change(plan[place]), *plan[place + 1 :])
