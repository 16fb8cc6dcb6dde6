"""One open photo: its pixels, its mask, and everything that was done to them.

A document belongs to one thread (the window's). Every mutator returns a :class:`Change` that says what to redraw.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from restorer.core.change import NOTHING, Change
from restorer.core.compose import changed_region, changes_extent
from restorer.core.errors import StaleResultError
from restorer.core.geometry import Bounds
from restorer.core.history import Choice, Entry, next_state
from restorer.core.image import Image, Patch, Pixels
from restorer.core.kept import Planes, Whole
from restorer.core.mask import Mask, clear_used
from restorer.core.mask_code import PackedMask
from restorer.core.painted import Thumbnailer
from restorer.core.placement import Placement, carried_between
from restorer.core.plan import Plan, Slot, chain_of, masks_of
from restorer.core.provenance import ProvenanceMap
from restorer.core.replayed import ReplayBase, Replayed
from restorer.core.result import TaskResult
from restorer.core.step import Step
from restorer.core.travel import TravelledPhoto

__all__ = ["NOTHING", "Change", "Document", "Thumbnailer"]


class Document(TravelledPhoto):
    """An open photo.

    Args:
        original: as it was opened; never changes.
        name: shown to the person.
        vault: keeps pixels for undo; a new one with the default budget if None.
        thumbnailer: makes the small picture of a history step; none are kept if None.
        file: what the photo's file tells about its pixels.
    """

    # -- results

    def apply(
        self,
        base: str,
        step: Step,
        result: TaskResult,
        *,
        label: str,
        detail: str = "",
        used_mask: Mask | None = None,
        seconds: float = 0.0,
        image: Image | None = None,
        thumbnail: Pixels | None = None,
        pictures: Sequence[Pixels] = (),
        provenance: ProvenanceMap | None = None,
        own: ProvenanceMap | None = None,
        packed_mask: PackedMask | None = None,
    ) -> Change:
        """Pastes a job's result in as one history entry and takes the repaired region out of the mask.

        Only mask pixels that are as the job saw them are cleared: strokes painted while it ran stay. Of a result with
        alternatives all are kept, to :meth:`choose` from. A result of another extent takes the mask with it.

        Args:
            base: :attr:`state` when the job was submitted.
            image: the photo with the result's patches in it, where the caller has made it already: on a thread of its
                own, since copying a large photo takes longer than a window may stand still.
            thumbnail: of that image, likewise.
            pictures: small pictures of the alternatives, in their order.
            provenance: :meth:`TaskResult.provenance_after`, likewise.
            own: :meth:`TaskResult.own_provenance`, likewise.
            packed_mask: ``used_mask`` packed, likewise.

        Raises:
            StaleResultError: where the photo has changed since; nothing is applied.
        """
        if base != self.state:
            raise StaleResultError(
                f"{self.name} changed while {label} ran, so the result was not applied.", hint="Run it again."
            )
        settled, before = self._settle_stroke(), self._image
        self._mask_revision += 1
        applied = image if image is not None else result.applied_to(before)
        if own is None:
            own = result.own_provenance(before, applied)
        if provenance is None:
            provenance = result.provenance_after(self.provenance, before, applied)
        if result.reframed is not None:
            change = settled | Change(history=True)
            keys, crossing = self._reframe(applied, result.reframed.placement, used_mask)
            change |= crossing
        else:
            image_key = self._paste(result.patches, applied)
            change = settled | Change(image=Bounds.around(patch.bounds for patch in result.patches), history=True)
            edit = clear_used(self._mask, used_mask)
            keys = Planes(image_key, self._kept.put_mask_edit(self._mask, edit) if edit.pieces else None)
            change |= Change(mask=edit.bounds)
        if thumbnail is None and self._thumbnailer is not None:
            thumbnail = self._thumbnailer(self._image)
        choices = self._kept.put_choices(step, result, pictures)
        step = choices[0].step if choices else step
        if packed_mask is None and used_mask is not None:
            packed_mask = PackedMask.of(used_mask)
        placement = result.reframed.placement if result.reframed is not None else None
        slot = Slot(
            id=self.history.next_id,
            step=step,
            done=step,
            base=self.state,
            label=label,
            width=before.width,
            height=before.height,
            detail=detail,
            result_key=keys.image,
            half=1,
            boxes=tuple(patch.bounds for patch in result.patches),
            placement=placement,
            own=own,
            mask=packed_mask,
            seconds=seconds,
        )
        entry = Entry(
            label,
            next_state(self.state, step),
            step=step,
            detail=detail,
            image_key=keys.image,
            mask_key=keys.mask,
            protected_key=keys.protected,
            provenance=provenance,
            placement=placement,
            thumbnail=thumbnail,
            seconds=seconds,
            choices=choices,
            plan=(*self.plan, slot),
            slot=slot.id,
        )
        self._push(entry)
        return change

    @property
    def choices(self) -> tuple[Choice, ...]:
        """The answers of the latest step that is applied, where it had several."""
        latest = self.history.latest_step()
        return latest.choices if latest is not None else ()

    @property
    def chosen(self) -> int:
        """Which of :attr:`choices` the photo shows."""
        latest = self.history.latest_step()
        return latest.chosen if latest is not None else 0

    def choose(self, index: int, *, detail: str = "") -> Change:
        """Shows another answer of the latest step, as one undoable action; nothing happens where it is shown already.

        Raises:
            IndexError: where there is no such answer.
        """
        latest = self.history.latest_step()
        if latest is None or not 0 <= index < len(latest.choices):
            raise IndexError(f"there are {len(self.choices)} answers, not one at {index}")
        if index == latest.chosen:
            return Change()
        settled = self._settle_stroke()
        choice, shown = latest.choices[index], self.plan[-1]
        patches = self._kept.patches_of(choice)
        image_key = self._paste(patches)
        boxes = tuple(patch.bounds for patch in patches)
        slot = replace(shown, step=choice.step, done=choice.step, result_key=image_key, half=1, boxes=boxes)
        entry = replace(
            latest,
            state=next_state(shown.base, choice.step),
            step=choice.step,
            detail=detail,
            image_key=image_key,
            mask_key=None,
            protected_key=None,
            thumbnail=self._thumbnailer(self._image) if self._thumbnailer is not None else None,
            seconds=0.0,
            chosen=index,
            amends=True,
            plan=(*self.plan[:-1], slot),
            name="",
        )
        self._push(entry)
        return settled | Change(image=Bounds.around(patch.bounds for patch in patches), history=True)

    def _paste(self, patches: tuple[Patch, ...], image: Image | None = None) -> int:
        """Puts patches in (or takes ``image``, which has them) and keeps what they change, before and after."""
        boxes = [patch.bounds for patch in patches]
        before, self._image = self._image, image if image is not None else self._image.with_patches(patches)
        self._buffers.replaced(before, boxes)
        return self._kept.put_patches(before, self._image, boxes)

    # -- editing earlier steps

    @property
    def stale(self) -> tuple[int, ...]:
        """Ids of the steps whose results belong to other pixels, parameters or masks than they have now."""
        chain = chain_of(self.history.root_state, self.plan)
        return tuple(slot.id for slot, stale in zip(self.plan, chain.stale, strict=True) if stale)

    def recipe_masks(self) -> dict[str, PackedMask]:
        """The masks of the steps in effect, by digest."""
        return masks_of(self.plan)

    def replay_base(self) -> ReplayBase:
        """What a replay begins with; no steps where nothing is stale.

        Steps that only move pixels are among them: they are run again in no time.
        """
        stale = self.stale
        first = next((place for place, slot in enumerate(self.plan) if slot.id in stale), len(self.plan))
        rest = tuple(slot for slot in self.plan[first:] if slot.enabled)
        if not rest:
            return ReplayBase(self._image, rest, self.protection())
        base = self._composer.compose(self.plan[:first])
        return ReplayBase(base.image, rest, self.protection_in(base.placement))

    def protection_in(self, placement: Placement | None) -> Mask | None:
        """What is protected, in another extent of the photo; None where nothing is.

        Args:
            placement: where that extent lies in the original; None for the original's own.
        """
        protected = self.protection()
        if protected is None:
            return None
        wanted = placement or Placement.identity(self.original.width, self.original.height)
        carried = Mask(carried_between(protected.plane, self.placement_from(0), wanted))
        return None if carried.is_empty else carried

    def edit_plan(self, plan: Plan, label: str, *, detail: str = "", more_keys: tuple[int, ...] = ()) -> Change:
        """Shows another plan of the same results, as one undoable action; nothing is computed anew.

        What a step gave is pasted as it is, whatever lies under it now; :attr:`stale` tells which results are to be
        replayed. The mask stays as it is, and goes with the photo where its extent changes.

        Args:
            plan: the one in effect, changed by the functions of :mod:`restorer.core.plan`.
            more_keys: vault keys of results that the plan has anew.
        """
        settled, before = self._settle_stroke(), self._image
        state = chain_of(self.history.root_state, plan).state
        if changes_extent(self.plan, plan):
            shown = self._composer.compose(plan)
            old, provenance = self.placement_from(0), self._composer.provenance(plan, shown.held)
            new = shown.placement or Placement.identity(self.original.width, self.original.height)
            way = old.inverse().then(new) if new != old else None
            if way is None:
                keys, change = self._take_version(shown.image, (before.bounds,))
            else:
                keys, change = self._reframe(shown.image, way, None)
        else:
            way, box = None, changed_region(self.plan, plan)
            provenance = self._composer.provenance_again(self.provenance, plan, box)
            boxes = () if box.is_empty else (box,)
            patches = tuple(Patch(each, self._composer.region(plan, each)) for each in boxes)
            keys, change = self._take_version(self._buffers.paste(before, patches) if patches else before, boxes)
        entry = Entry(
            label,
            state,
            detail=detail,
            image_key=keys.image,
            mask_key=keys.mask,
            protected_key=keys.protected,
            provenance=provenance,
            placement=way,
            thumbnail=self._thumbnailer(self._image) if self._thumbnailer is not None else None,
            edits=True,
            plan=plan,
            more_keys=more_keys,
        )
        self._push(entry)
        return settled | change | Change(history=True)

    def _take_version(self, image: Image, boxes: Sequence[Bounds]) -> tuple[Planes, Change]:
        """Takes another version of the photo, of its extent, that differs within ``boxes``."""
        key = self._kept.put_patches(self._image, image, boxes) if boxes else None
        self._buffers.replaced(self._image, boxes)
        self._image = image
        return Planes(key), Change(image=Bounds.around(boxes))

    def take_replay(self, base: str, results: Mapping[int, Replayed], *, label: str, detail: str = "") -> Change:
        """Puts new results in the place of those of some steps, as one undoable action.

        Args:
            base: :attr:`state` when the replay was submitted.
            results: by slot id.

        Raises:
            StaleResultError: where the photo has changed since; nothing is applied.
        """
        if base != self.state:
            raise StaleResultError(f"{self.name} changed while {label} ran, so the results were not applied.")
        plan, keys = list[Slot](), list[int]()
        for slot in self.plan:
            if slot.id in results:
                state = chain_of(self.history.root_state, tuple(plan)).state
                keys.append(self._kept.put_result(results[slot.id].result))
                slot = results[slot.id].slot(slot, state, keys[-1])
            plan.append(slot)
        return self.edit_plan(tuple(plan), label, detail=detail, more_keys=tuple(keys))

    def _reframe(self, image: Image, placement: Placement, used: Mask | None) -> tuple[Planes, Change]:
        """Takes a picture of another extent and carries the planes over; returns keys of both sides."""
        edit = clear_used(self._mask, used)
        mask, protected = (Mask(placement.carry_coverage(plane.plane)) for plane in (self._mask, self._protected))
        self._mask.swap(edit)
        after = Whole(image, mask, protected)
        keys = self._kept.put_whole(Whole(self._image, self._mask, self._protected), after)
        self._take(after)
        return keys, Change.of_extent(placement)

    def close(self) -> None:
        """Frees what undo kept."""
        self._vault.close()
