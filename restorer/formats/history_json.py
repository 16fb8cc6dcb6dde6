"""The entries of a history as plain data, one record each, for project files and journals.

Most of an entry is shared with the one before it: the steps in effect, their masks, what is known of each pixel. A
record therefore says only what is new: such things are numbered as they come (``new``), and referred to by number.
"""

from __future__ import annotations

import base64
from typing import Any, TypeVar

import numpy as np

from restorer.core.errors import InputError
from restorer.core.geometry import Bounds
from restorer.core.history import ROOT, Choice, Entry
from restorer.core.image import Pixels
from restorer.core.mask_code import PackedMask
from restorer.core.placement import Placement
from restorer.core.plan import Plan, Slot
from restorer.core.provenance import ProvenanceMap
from restorer.core.step import Step
from restorer.formats.json_fields import Fields, pack_text, unpack_base64
from restorer.formats.recipe_file import mask_from_json, mask_to_json

T = TypeVar("T")
_LARGEST_PICTURE_PX = 1024
_LARGEST_SIDE = 1_000_000


class HistoryWriter:
    """Makes records. One writer for one file: it remembers what was numbered already."""

    def __init__(self) -> None:
        self._numbers: dict[int, int] = {}
        self._held: list[object] = []
        self._plans: dict[int, Plan] = {ROOT: ()}
        self._maps: dict[int, ProvenanceMap | None] = {ROOT: None}

    def record(self, entry: Entry) -> dict[str, Any]:
        """Plain values; parents must come before their children."""
        new: list[dict[str, Any]] = []
        parent_plan, parent_map = self._plans[entry.parent], self._maps[entry.parent]
        data: dict[str, Any] = {
            "id": entry.id,
            "parent": entry.parent,
            "label": entry.label,
            "state": entry.state,
            "detail": entry.detail,
            "seconds": entry.seconds,
        }
        if entry.step is not None:
            data["step"] = entry.step.to_json()
        for name, key in (("image", entry.image_key), ("mask", entry.mask_key), ("protected", entry.protected_key)):
            if key is not None:
                data[name] = key
        if entry.placement is not None:
            data["placement"] = _placement_json(entry.placement)
        if entry.thumbnail is not None:
            data["thumbnail"] = _picture_json(entry.thumbnail)
        if entry.choices:
            data["choices"] = [
                {
                    "step": choice.step.to_json(),
                    "image": choice.image_key,
                    "picture": None if choice.picture is None else _picture_json(choice.picture),
                }
                for choice in entry.choices
            ]
            data["chosen"] = entry.chosen
        for name, value in (("amends", entry.amends), ("edits", entry.edits)):
            if value:
                data[name] = True
        for name, text in (("name", entry.name), ("slot", entry.slot), ("more", list(entry.more_keys))):
            if text:
                data[name] = text
        if entry.plan is not parent_plan:
            data["plan"] = [self._slot(slot, new) for slot in entry.plan]
        if entry.provenance is not None:
            data["provenance"] = self._map(entry.provenance, parent_map, new)
        self._plans[entry.id] = entry.plan
        self._maps[entry.id] = entry.provenance if entry.provenance is not None else parent_map
        return {**data, "new": new} if new else data

    def _slot(self, slot: Slot, new: list[dict[str, Any]]) -> int:
        known = self._numbers.get(id(slot))
        if known is not None:
            return known
        data: dict[str, Any] = {
            "kind": "slot",
            "id": slot.id,
            "step": slot.step.to_json(),
            "base": slot.base,
            "label": slot.label,
            "detail": slot.detail,
            "size": [slot.width, slot.height],
            "boxes": [_box_json(box) for box in slot.boxes],
            "enabled": slot.enabled,
            "seconds": slot.seconds,
        }
        if slot.done != slot.step:
            data["done"] = slot.done.to_json()
        if slot.result_key is not None:
            data["result"] = slot.result_key
        if slot.half is not None:
            data["half"] = slot.half
        if slot.placement is not None:
            data["placement"] = _placement_json(slot.placement)
        if slot.own is not None:
            data["own"] = self._map(slot.own, None, new)
        if slot.mask is not None:
            mask = self._numbers.get(id(slot.mask))
            if mask is None:
                mask = self._number(slot.mask, {"kind": "mask", **mask_to_json(slot.mask)}, new)
            data["mask"] = mask
        return self._number(slot, data, new)

    def _map(self, known: ProvenanceMap, base: ProvenanceMap | None, new: list[dict[str, Any]]) -> int:
        number = self._numbers.get(id(known))
        if number is not None:
            return number
        if base is not None and (
            id(base) not in self._numbers or (base.width, base.height) != (known.width, known.height)
        ):
            base = None
        before = base.stored if base is not None else {}
        tiles = {
            f"{row},{column}": tile if isinstance(tile, int) else base64.b64encode(tile).decode("ascii")
            for (row, column), tile in known.stored.items()
            if before.get((row, column)) != tile
        }
        data: dict[str, Any] = {"kind": "map", "size": [known.width, known.height], "tiles": tiles}
        if base is not None:
            data["on"] = self._numbers[id(base)]
        return self._number(known, data, new)

    def _number(self, thing: object, data: dict[str, Any], new: list[dict[str, Any]]) -> int:
        number = len(self._held)
        self._numbers[id(thing)] = number
        self._held.append(thing)  # so that no other object gets its place in memory, and with it its number
        new.append(data)
        return number


class HistoryReader:
    """Reads records in the order they were made.

    Args:
        name: of the file, for messages.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._things: list[Slot | PackedMask | ProvenanceMap] = []
        self._plans: dict[int, Plan] = {ROOT: ()}

    def entry(self, record: object) -> Entry:
        """Raises InputError where the record is damaged."""
        f = Fields(record, self._name)
        try:
            for data in f.list("new", default=[]):
                self._things.append(self._thing(Fields(data, self._name)))
            return self._entry(f)
        except (ValueError, TypeError, OverflowError) as error:
            raise InputError(f"{self._name} is damaged: {error}.") from None

    def _entry(self, f: Fields) -> Entry:
        id, parent = f.whole("id", 1), f.whole("parent")
        if parent not in self._plans or id in self._plans:
            raise f.damaged("parent")
        plan = self._plans[parent]
        if "plan" in f:
            plan = tuple(self._known(number, Slot) for number in f.wholes("plan"))
        self._plans[id] = plan
        choices = tuple(self._choice(Fields(data, self._name)) for data in f.list("choices", 1000, default=[]))
        return Entry(
            label=f.text("label"),
            state=f.text("state"),
            step=Step.from_json(f.mapping("step")) if "step" in f else None,
            detail=f.text("detail", ""),
            image_key=_key(f, "image"),
            mask_key=_key(f, "mask"),
            protected_key=_key(f, "protected"),
            provenance=self._known(f.whole("provenance"), ProvenanceMap) if "provenance" in f else None,
            placement=_placement(f.object("placement")) if "placement" in f else None,
            thumbnail=_picture(f.object("thumbnail")) if "thumbnail" in f else None,
            seconds=f.number("seconds", 0.0),
            choices=choices,
            chosen=f.whole("chosen", 0, max(len(choices) - 1, 0), default=0),
            amends=f.flag("amends", False),
            edits=f.flag("edits", False),
            plan=plan,
            slot=f.whole("slot", default=0),
            more_keys=f.wholes("more", low=1),
            name=f.text("name", ""),
            id=id,
            parent=parent,
        )

    def _choice(self, f: Fields) -> Choice:
        picture = _picture(f.object("picture")) if "picture" in f else None
        return Choice(Step.from_json(f.mapping("step")), f.whole("image", 1), picture)

    def _thing(self, f: Fields) -> Slot | PackedMask | ProvenanceMap:
        match f.text("kind"):
            case "mask":
                data = {key: f.raw(key) for key in ("width", "height", "bounds", "zlib")}
                return mask_from_json(data, self._name)
            case "map":
                return self._read_map(f)
            case "slot":
                return self._read_slot(f)
            case kind:
                raise InputError(f"{self._name} holds something unknown: {kind!r}.")

    def _read_map(self, f: Fields) -> ProvenanceMap:
        width, height = f.wholes("size", 2, low=1, high=_LARGEST_SIDE)
        stored: dict[tuple[int, int], bytes | int] = {}
        base = self._known(f.whole("on"), ProvenanceMap) if "on" in f else None
        if base is not None and (base.width, base.height) != (width, height):
            raise f.damaged("on")
        for place, tile in f.mapping("tiles").items():
            row, column = (int(part) for part in place.split(","))
            stored[row, column] = unpack_base64(tile) if isinstance(tile, str) else int(tile)
        return ProvenanceMap.restored(width, height, stored, base)

    def _read_slot(self, f: Fields) -> Slot:
        width, height = f.wholes("size", 2, low=1, high=_LARGEST_SIDE)
        step = Step.from_json(f.mapping("step"))
        return Slot(
            id=f.whole("id", 1),
            step=step,
            done=Step.from_json(f.mapping("done")) if "done" in f else step,
            base=f.text("base"),
            label=f.text("label"),
            width=width,
            height=height,
            detail=f.text("detail", ""),
            result_key=_key(f, "result"),
            half=f.whole("half", 0, 1) if "half" in f else None,
            boxes=tuple(_box(box, f) for box in f.list("boxes", default=[])),
            placement=_placement(f.object("placement")) if "placement" in f else None,
            own=self._known(f.whole("own"), ProvenanceMap) if "own" in f else None,
            mask=self._known(f.whole("mask"), PackedMask) if "mask" in f else None,
            enabled=f.flag("enabled", True),
            seconds=f.number("seconds", 0.0),
        )

    def _known(self, number: int, kind: type[T]) -> T:
        if not 0 <= number < len(self._things):
            raise InputError(f"{self._name} is damaged: it refers to something that is not in it.")
        thing = self._things[number]
        if not isinstance(thing, kind):
            raise InputError(f"{self._name} is damaged: a {kind.__name__} is something else.")
        return thing


def _same_size(one: ProvenanceMap, other: ProvenanceMap) -> bool:
    return (one.width, one.height) == (other.width, other.height)


def _key(f: Fields, name: str) -> int | None:
    return f.whole(name, 1) if name in f else None


def _box_json(box: Bounds) -> list[int]:
    return [box.left, box.top, box.right, box.bottom]


def _box(data: object, f: Fields) -> Bounds:
    return Bounds(*Fields({"box": data}, f.name).wholes("box", 4, high=_LARGEST_SIDE))


def _placement_json(placement: Placement) -> dict[str, Any]:
    size = [placement.width, placement.height, placement.source_width, placement.source_height]
    return {"size": size, "matrix": list(placement.matrix)}


def _placement(f: Fields) -> Placement:
    width, height, source_width, source_height = f.wholes("size", 4, low=1, high=_LARGEST_SIDE)
    numbers = f.list("matrix")
    if len(numbers) != 6:
        raise f.damaged("matrix")
    a, b, c, d, e, g = (Fields({"n": n}, f.name).number("n") for n in numbers)
    return Placement(width, height, source_width, source_height, (a, b, c, d, e, g))


def _picture_json(picture: Pixels) -> dict[str, Any]:
    return {"size": list(picture.shape[1::-1]), "zlib": pack_text(np.ascontiguousarray(picture).tobytes())}


def _picture(f: Fields) -> Pixels:
    """``H x W x 3`` uint8, read-only."""
    width, height = f.wholes("size", 2, low=1, high=_LARGEST_PICTURE_PX)
    return np.frombuffer(f.packed("zlib", width * height * 3), np.uint8).reshape(height, width, 3)
