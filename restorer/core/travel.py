"""The middle storey of a document: going through its history, back, forward, and over to other branches."""

from __future__ import annotations

from collections.abc import Sequence

from restorer.core.change import Change
from restorer.core.errors import InputError
from restorer.core.geometry import Bounds
from restorer.core.history import ROOT, Entry, History
from restorer.core.image import Image, Patch
from restorer.core.kept_state import KeptHalf, KeptState
from restorer.core.painted import PaintedPhoto
from restorer.core.placement import Placement
from restorer.core.provenance import ProvenanceMap
from restorer.core.snapshot import Snapshot


class TravelledPhoto(PaintedPhoto):
    """See :class:`restorer.core.document.Document`, which this is the second part of."""

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
                change |= self._show_masks(entries[index], after=forward)
            self.history.move(index + 1 if forward else index)
        return change | self._show(patches) | Change(history=bool(entries))

    def image_at(self, cursor: int) -> Image:
        """The photo as it was after ``cursor`` entries, without going there. Raises IndexError where there is none."""
        self.history.check(cursor)
        return self.kept_state(self.history.entries[cursor - 1].id if cursor else ROOT).picture()

    def kept_state(self, entry_id: int) -> KeptState:
        """How to make the photo as it was after an entry of any branch, or as it was opened for :data:`ROOT`.

        Nothing is read and nothing shown; another thread can do the rest.

        Raises:
            KeyError: where there is no such entry.
        """
        back, forth = self.history.way_to(entry_id)
        is_original = self.history.pixels_of(entry_id) == ROOT
        start: Image | KeptHalf = self.original if is_original else self._image
        patches: list[KeptHalf] = []
        for entry, half in (*((each, 0) for each in back), *((each, 1) for each in forth)):
            if entry.image_key is None or is_original:
                continue
            kept = KeptHalf(self._vault.held(entry.image_key), half)
            if entry.placement is not None:
                start, patches = kept, []
            else:
                patches.append(kept)
        placement = self.history.placement_of(entry_id)
        if placement is None:
            placement = Placement.identity(self.original.width, self.original.height)
        return KeptState(start, tuple(patches), self._image.color, placement)

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

    # -- as values

    def snapshot(self) -> Snapshot:
        """Everything that was done, for another thread to write down. An unfinished stroke becomes an entry."""
        self._settle_stroke()
        keys = [key for entry in self.history.nodes.values() for key in entry.vault_keys]
        return Snapshot(
            self.history.root_state,
            tuple(self.history.nodes.values()),
            self.history.tip,
            self.history.cursor,
            {key: self._vault.source(key) for key in keys},
            self.original.width,
            self.original.height,
            self.original.channels,
            self.original.pixels.dtype.str,
        )

    def resume(self, history: History, cursor: int) -> None:
        """Takes over a history whose pixels the vault holds already, and goes to a place in it.

        Args:
            history: with its cursor at 0; this document must be new.

        Raises:
            InputError: where the kept pixels are damaged or do not belong to this photo.
        """
        self.history = history
        try:
            self.jump(cursor)
        except (ValueError, IndexError, KeyError, AssertionError) as error:
            raise InputError(f"What is kept of {self.name} does not belong to this photo ({error}).") from None
        self.mark_saved()

    # -- branches

    def switch(self, tip: int) -> Change:
        """Goes to the end of another branch. Raises KeyError where there is none."""
        settled = self._settle_stroke()
        change = self.jump(min(self.history.cursor, self.history.common(tip)))
        self.history.switch(tip)
        return settled | change | self.jump(len(self.history.entries)) | Change(history=True)

    def remove_branch(self, tip: int) -> Change:
        """Forgets a branch that is not shown, its results included. Raises KeyError where there is none."""
        for entry in self.history.remove_branch(tip):
            self._kept.drop(entry)
        return Change(history=True)

    def rename(self, entry_id: int, name: str) -> Change:
        """Names a state of the history; an empty name takes it away. Raises KeyError where there is none."""
        self.history.rename(entry_id, name)
        return Change(history=True)

    # -- over entries

    def _show(self, patches: Sequence[Patch]) -> Change:
        if not patches:
            return Change()
        self._image = self._buffers.paste(self._image, patches)
        return Change(image=Bounds.around(patch.bounds for patch in patches))

    def _cross(self, index: int, *, forward: bool) -> Change:
        """Goes over an entry of another extent."""
        entry = self.history.entries[index]
        assert entry.placement is not None
        self._take(self._kept.whole(entry, self._image.color, after=forward))
        return Change.of_extent(entry.placement if forward else entry.placement.inverse())

    def _show_masks(self, entry: Entry, *, after: bool) -> Change:
        """Puts what an entry keeps of the mask, and of what is protected, back in its place."""
        self._mask_revision += 1
        mask = self._kept.show_mask_edit(self._mask, entry.mask_key, after=after)
        protected = self._kept.show_mask_edit(self._protected, entry.protected_key, after=after)
        return Change(mask=mask, protected=protected)
