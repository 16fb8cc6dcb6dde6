"""Photos put together from the kept results of a plan: what an edit of earlier steps shows before anything is rerun."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from restorer.core.geometry import Bounds
from restorer.core.image import Image, Patch, Pixels
from restorer.core.placement import Placement, stack
from restorer.core.plan import Plan, Slot
from restorer.core.provenance import ProvenanceMap
from restorer.core.vault import PixelVault


@dataclass(frozen=True, slots=True, eq=False)
class Composition:
    """What a plan shows.

    Attributes:
        image: the photo.
        placement: where it lies in the original; None where both have one extent.
        held: ids of enabled slots whose results belong to a picture of another size, so that they cannot be shown
            until they are replayed.
    """

    image: Image
    placement: Placement | None
    held: frozenset[int]


class Composer:
    """Reads results from the vault and pastes them.

    Args:
        vault: where they are.
        original: the photo as it was opened.
    """

    def __init__(self, vault: PixelVault, original: Image) -> None:
        self._vault = vault
        self._original = original

    def patches(self, slot: Slot) -> list[Patch]:
        """The kept result of a slot that leaves the extent as it is."""
        if slot.result_key is None:
            return []
        return [Patch(bounds, pixels) for bounds, pixels in self._vault.get(slot.result_key, slot.half)]

    def compose(self, plan: Plan) -> Composition:
        """All enabled results, in order. Costs a copy of the photo for each change of the extent."""
        image, placement, held = self._original, None, set[int]()
        waiting: list[Patch] = []
        for slot in plan:
            if not slot.enabled:
                continue
            if (slot.width, slot.height) != (image.width, image.height):
                held.add(slot.id)
            elif slot.placement is None:
                waiting += self.patches(slot)
            else:
                image, waiting = self._pasted(image, waiting), []
                image = self._reframed(image, slot, slot.placement)
                placement = stack(placement, slot.placement)
        return Composition(self._pasted(image, waiting), placement, frozenset(held))

    def region(self, plan: Plan, box: Bounds) -> Pixels:
        """A part of what a plan shows in which no step changes the extent. Costs what the part does."""
        pixels = self._original.crop(box).copy()
        for slot in plan:
            if slot.enabled and any(other.overlaps(box) for other in slot.boxes):
                for patch in self.patches(slot):
                    common = patch.bounds.intersect(box)
                    if not common.is_empty:
                        inside = common.translate(-patch.bounds.left, -patch.bounds.top).slices
                        pixels[common.translate(-box.left, -box.top).slices] = patch.pixels[inside]
        return pixels

    def provenance(self, plan: Plan, held: frozenset[int]) -> ProvenanceMap:
        """What became of each pixel of the composition."""
        known, waiting = ProvenanceMap(self._original.width, self._original.height), list[ProvenanceMap]()
        for slot in plan:
            if slot.enabled and slot.id not in held:
                if slot.placement is not None:
                    known, waiting = known.merged(*waiting).carried(slot.placement), []
                if slot.own is not None:
                    waiting.append(slot.own)
        return known.merged(*waiting)

    @staticmethod
    def provenance_again(known: ProvenanceMap, plan: Plan, box: Bounds) -> ProvenanceMap:
        """What became of each pixel, where a plan without a change of the extent shows something else within ``box``.

        Args:
            known: what was known before.
        """
        owned = [slot.own for slot in plan if slot.enabled and slot.own is not None]
        return known.without(box).merged(*owned, within=box)

    def _reframed(self, image: Image, slot: Slot, placement: Placement) -> Image:
        if placement.is_exact:
            return Image(np.ascontiguousarray(placement.take(image.pixels)), image.color)
        assert slot.result_key is not None
        ((_, pixels),) = self._vault.get(slot.result_key, slot.half)
        return Image(pixels, image.color)

    @staticmethod
    def _pasted(image: Image, patches: list[Patch]) -> Image:
        return image.with_patches(tuple(patches)) if patches else image


def changed_region(old: Plan, new: Plan) -> Bounds:
    """Where two plans without a change of the extent may show something else."""
    before, after = ([slot for slot in plan if slot.enabled] for plan in (old, new))
    while before and after and _same(before[0], after[0]):
        del before[0], after[0]
    while before and after and _same(before[-1], after[-1]):
        del before[-1], after[-1]
    return Bounds.around(box for slot in (*before, *after) for box in slot.boxes)


def changes_extent(*plans: Plan) -> bool:
    """Whether any enabled step does."""
    return any(slot.placement is not None for plan in plans for slot in plan if slot.enabled)


def _same(one: Slot, other: Slot) -> bool:
    return (one.result_key, one.half) == (other.result_key, other.half) and one.result_key is not None
