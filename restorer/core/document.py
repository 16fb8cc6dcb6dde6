"""One open photo: its pixels, its mask, and everything that was done to them.

A document belongs to one thread (the window's). Every mutator returns a :class:`Change` that says what to redraw.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from restorer.core.brush import Brush, StrokePainter
from restorer.core.change import NOTHING, Change
from restorer.core.errors import StaleResultError
from restorer.core.file_facts import NO_FACTS, FileFacts
from restorer.core.geometry import Bounds
from restorer.core.history import Choice, Entry, History, next_state
from restorer.core.image import Image, Patch, Pixels
from restorer.core.kept import Kept, Planes
from restorer.core.mask import Mask, MaskEdit, MaskEditor, Plane, clear_used, require_size
from restorer.core.placement import Placement
from restorer.core.provenance import ProvenanceMap
from restorer.core.result import TaskResult
from restorer.core.step import Step
from restorer.core.vault import PixelVault

__all__ = ["NOTHING", "Change", "Document", "Thumbnailer"]

Thumbnailer = Callable[[Image], Pixels]


class Document:
    """An open photo.

    Args:
        original: as it was opened; never changes.
        name: shown to the person.
        vault: keeps pixels for undo; a new one with the default budget if None.
        thumbnailer: makes the small picture of a history step; none are kept if None.
        file: what the photo's file tells about its pixels.
    """

    def __init__(
        self,
        original: Image,
        name: str,
        *,
        vault: PixelVault | None = None,
        thumbnailer: Thumbnailer | None = None,
        file: FileFacts = NO_FACTS,
    ) -> None:
        self.name = name
        self.file = file
        self.original = original
        self._image = original
        self._mask = Mask.empty(original.width, original.height)
        self._vault = vault if vault is not None else PixelVault()
        self._kept = Kept(self._vault)
        self._thumbnailer = thumbnailer
        self._protected = Mask.empty(original.width, original.height)
        self._painter: StrokePainter | None = None
        self._painter_protects = False
        self._mask_revision = 0
        self.history = History(root_state=secrets.token_hex(32))
        self._saved_state = self.history.state
        self.original_thumbnail = thumbnailer(original) if thumbnailer else None

    @property
    def image(self) -> Image:
        """The photo as it is now. The value never changes under whoever holds it."""
        return self._image

    @property
    def mask(self) -> Mask:
        """The live mask; change it through this class only."""
        return self._mask

    @property
    def protected(self) -> Mask:
        """The live plane of what is never to be touched: whatever is not 0. Change it through this class only."""
        return self._protected

    def protection(self) -> Mask | None:
        """Read-only copy of :attr:`protected` for another thread; None where nothing is protected."""
        return None if self._protected.is_empty else self._protected.snapshot()

    @property
    def mask_revision(self) -> int:
        """Another number whenever the mask or what is protected has, or may have, changed."""
        return self._mask_revision

    @property
    def state(self) -> str:
        """Hash of what the pixels are; the base of a job."""
        return self.history.state

    @property
    def is_modified(self) -> bool:
        """Whether the pixels differ from those last saved (or opened)."""
        return self.state != self._saved_state

    def mark_saved(self) -> None:
        self._saved_state = self.state

    # -- strokes and mask commands

    def begin_stroke(self, brush: Brush, *, protects: bool = False) -> StrokePainter:
        """A painter on the live mask, or on what is protected; hand it to :meth:`end_stroke`, or abandon it."""
        self._settle_stroke()
        self._mask_revision += 1
        self._painter = StrokePainter(self._protected if protects else self._mask, brush)
        self._painter_protects = protects
        return self._painter

    def end_stroke(self, painter: StrokePainter, label: str = "Brush stroke") -> Change:
        """Makes the stroke one history entry; nothing is added where it changed nothing."""
        if painter is not self._painter:  # the photo has another extent since, and the stroke an entry of its own
            return Change()
        self._painter = None
        return self._push_mask_edit(painter.finish(), label, protects=self._painter_protects)

    def edit_mask(self, edit: MaskEdit, label: str, *, protects: bool = False) -> Change:
        """Puts an edit's values into the mask, or into what is protected, as one undoable action.

        Nothing is added to the history where the edit is empty.
        """
        settled = self._settle_stroke()
        inverse = (self._protected if protects else self._mask).swap(edit)
        return settled | self._push_mask_edit(inverse, label, protects=protects)

    def replace_mask(self, plane: Plane, label: str) -> Change:
        """Sets the whole mask as one undoable action.

        Raises:
            InputError: where its size is not the photo's.
        """
        require_size(plane.shape[1], plane.shape[0], self._image.width, self._image.height)
        settled = self._settle_stroke()
        editor = MaskEditor(self._mask)
        touched = Mask((plane != self._mask.plane).astype(np.uint8)).occupied()
        editor.touch(touched)[...] = plane[touched.slices]
        return settled | self._push_mask_edit(editor.finish(), label)

    def _settle_stroke(self) -> Change:
        """Makes what is drawn so far of an unfinished stroke an entry of its own; its painter goes on from there.

        Otherwise a job that ends, or an undo, in the middle of a stroke would change mask values that the stroke has
        already saved, and taking the stroke back later would take that change back too.
        """
        if self._painter is None:
            return Change()
        return self._push_mask_edit(self._painter.finish(), "Brush stroke", protects=self._painter_protects)

    def _push_mask_edit(self, edit: MaskEdit, label: str, *, protects: bool = False) -> Change:
        self._mask_revision += 1
        if not edit.pieces:
            return Change()
        key = self._kept.put_mask_edit(edit)
        if protects:
            self._push(Entry(label, self.state, protected_key=key))
            return Change(protected=edit.bounds, history=True)
        self._push(Entry(label, self.state, mask_key=key))
        return Change(mask=edit.bounds, history=True)

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
            keys = Planes(image_key, self._kept.put_mask_edit(edit) if edit.pieces else None)
            change |= Change(mask=edit.bounds)
        if thumbnail is None and self._thumbnailer is not None:
            thumbnail = self._thumbnailer(self._image)
        choices = self._kept.put_choices(step, result, pictures)
        step = choices[0].step if choices else step
        entry = Entry(
            label,
            next_state(self.state, step),
            step=step,
            detail=detail,
            image_key=keys.image,
            mask_key=keys.mask,
            protected_key=keys.protected,
            provenance=provenance,
            placement=result.reframed.placement if result.reframed is not None else None,
            thumbnail=thumbnail,
            seconds=seconds,
            choices=choices,
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
        choice = latest.choices[index]
        patches = self._kept.patches_of(choice)
        image_key = self._paste(patches)
        entry = replace(
            latest,
            state=next_state(self.history.state_before_step(), choice.step),
            step=choice.step,
            detail=detail,
            image_key=image_key,
            mask_key=None,
            protected_key=None,
            thumbnail=self._thumbnailer(self._image) if self._thumbnailer is not None else None,
            seconds=0.0,
            chosen=index,
            amends=True,
        )
        self._push(entry)
        return settled | Change(image=Bounds.around(patch.bounds for patch in patches), history=True)

    def _show(self, patches: Sequence[Patch]) -> Change:
        if not patches:
            return Change()
        self._image = self._image.with_patches(tuple(patches))
        return Change(image=Bounds.around(patch.bounds for patch in patches))

    def _paste(self, patches: tuple[Patch, ...], image: Image | None = None) -> int:
        """Puts patches in (or takes ``image``, which has them) and keeps what they change, before and after."""
        before, self._image = self._image, image if image is not None else self._image.with_patches(patches)
        return self._kept.put_patches(before, self._image, patches)

    # -- travelling through history

    def undo(self) -> Change:
        """One entry back; nothing happens at the original."""
        self._settle_stroke()
        return self.jump(self.history.cursor - 1) if self.history.can_undo else Change()

    def redo(self) -> Change:
        """One entry forward; nothing happens at the newest."""
        self._settle_stroke()
        return self.jump(self.history.cursor + 1) if self.history.can_redo else Change()

    def jump(self, cursor: int) -> Change:
        """Goes to the state after ``cursor`` entries (0 = the original). Raises IndexError where there is none."""
        change = self._settle_stroke()
        self.history.check(cursor)
        entries = self.history.entries
        patches: list[Patch] = []
        while self.history.cursor != cursor:
            forward = self.history.cursor < cursor
            index = self.history.cursor if forward else self.history.cursor - 1
            if entries[index].placement is not None:
                change |= self._show(patches) | self._cross(index, forward=forward)
                patches = []
            else:
                patches.extend(self._kept.patches(entries[index], after=forward))
                change |= self._swap_mask(index)
            self.history.move(index + 1 if forward else index)
        return change | self._show(patches) | Change(history=bool(entries))

    def image_at(self, cursor: int) -> Image:
        """The photo as it was after ``cursor`` entries, without going there. Raises IndexError where there is none."""
        self.history.check(cursor)
        entries, here = self.history.entries, self.history.cursor
        image, patches = self._image, list[Patch]()
        forward = here < cursor
        for index in range(here, cursor) if forward else range(here - 1, cursor - 1, -1):
            entry = entries[index]
            if entry.placement is not None:
                image, patches = self._kept.other_image(entry, image.color), []
            else:
                patches.extend(self._kept.patches(entry, after=forward))
        return image.with_patches(tuple(patches)) if patches else image

    def placement_from(self, cursor: int) -> Placement:
        """Where the photo as it is now lies in the one after ``cursor`` entries, 0 being the original.

        Raises:
            IndexError: where there is no such place.
        """
        return self.history.placement_from(cursor) or Placement.identity(self._image.width, self._image.height)

    @property
    def provenance(self) -> ProvenanceMap:
        """What became of each pixel of the photo as it is now. A value, as :attr:`image` is."""
        return self.history.provenance() or ProvenanceMap(self.original.width, self.original.height)

    def filled_fraction(self) -> float:
        """Share of the photo's pixels that the applied steps invented, 0 to 1."""
        return self.provenance.invented_fraction

    def close(self) -> None:
        """Frees what undo kept."""
        self._vault.close()

    # -- other extents

    def _reframe(self, image: Image, placement: Placement, used: Mask | None) -> tuple[Planes, Change]:
        """Takes a picture of another extent and carries the planes over; returns keys of those before."""
        edit = clear_used(self._mask, used)
        mask, protected = (Mask(placement.carry_coverage(plane.plane)) for plane in (self._mask, self._protected))
        self._mask.swap(edit)
        keys = self._kept.put_whole((self._image, self._mask, self._protected))
        self._take(image, mask, protected)
        return keys, Change.of_extent(placement)

    def _cross(self, index: int, *, forward: bool) -> Change:
        """Goes over an entry of another extent: what the vault has of it and what is shown change places."""
        entry = self.history.entries[index]
        crossed, way, shown = self._kept.exchange(entry, (self._image, self._mask, self._protected), forward=forward)
        self.history.replace(index, crossed)
        self._take(*shown)
        return Change.of_extent(way)

    def _take(self, image: Image, mask: Mask, protected: Mask) -> None:
        """Other mask objects too: whoever draws on the old ones cannot reach into the new ones."""
        self._image, self._mask, self._protected, self._painter = image, mask, protected, None
        self._mask_revision += 1

    # -- entries

    def _push(self, entry: Entry) -> None:
        for replaced in self.history.push(entry):
            self._kept.drop(replaced)

    def _swap_mask(self, index: int) -> Change:
        """Swaps what an entry keeps of the mask, and of what is protected, with what is there."""
        self._mask_revision += 1
        entry = self.history.entries[index]
        mask_key, masked = self._kept.swap(self._mask, entry.mask_key)
        protected_key, protected = self._kept.swap(self._protected, entry.protected_key)
        self.history.replace(index, replace(entry, mask_key=mask_key, protected_key=protected_key))
        return Change(mask=masked, protected=protected)
