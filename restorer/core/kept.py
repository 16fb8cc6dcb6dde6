"""What a document keeps in its vault for each entry of the history, in the entry's own words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from restorer.core.geometry import Bounds
from restorer.core.history import Choice, Entry
from restorer.core.image import ColorTag, Image, Patch, Pixels
from restorer.core.mask import Mask, MaskEdit, MaskPiece
from restorer.core.placement import Placement
from restorer.core.result import TaskResult
from restorer.core.step import Step
from restorer.core.vault import PixelVault

_CELL = 256

Shown = tuple[Image, Mask, Mask]
"""A photo, its mask and what is protected of it."""


@dataclass(frozen=True, slots=True)
class Planes:
    """Vault keys of an entry's pixels: of the photo, of the mask, and of what is protected."""

    image: int | None
    mask: int | None = None
    protected: int | None = None


class Kept:
    """Reads and writes entries' pixels.

    Args:
        vault: where they are.
    """

    def __init__(self, vault: PixelVault) -> None:
        self._vault = vault

    def drop(self, entry: Entry) -> None:
        """Forgets everything that is kept for this entry alone."""
        for key in entry.vault_keys:
            self._vault.drop(key)

    def patches(self, entry: Entry, *, after: bool) -> list[Patch]:
        """What takes the photo over an entry of its own extent: forwards if ``after``, else back."""
        if entry.image_key is None:
            return []
        return [Patch(bounds, pixels) for bounds, pixels in self._vault.get(entry.image_key, half=int(after))]

    def put_choices(self, step: Step, result: TaskResult, pictures: Sequence[Pixels]) -> tuple[Choice, ...]:
        """Keeps every answer of a result that has several; ``pictures`` are of them, as many as there are."""
        shown = [*pictures, *([None] * len(result.alternatives))]
        return tuple(
            Choice(
                replace(step, params={**step.params, **each.params}),
                self._vault.put((patch.bounds, patch.pixels) for patch in each.patches),
                picture,
            )
            for each, picture in zip(result.alternatives, shown, strict=False)
        )

    def put_patches(self, before: Image, after: Image, patches: Sequence[Patch]) -> int:
        """Keeps copies of what patches changed, of both sides."""
        sides = ((image, patch.bounds) for image in (before, after) for patch in patches)
        return self._vault.put((bounds, image.crop(bounds).copy()) for image, bounds in sides)

    def patches_of(self, choice: Choice) -> tuple[Patch, ...]:
        """The pixels of one answer."""
        return tuple(Patch(bounds, pixels) for bounds, pixels in self._vault.get(choice.image_key))

    def put_mask_edit(self, edit: MaskEdit) -> int:
        return self._vault.put((piece.bounds, piece.values) for piece in edit.pieces)

    def swap(self, mask: Mask, key: int | None) -> tuple[int | None, Bounds]:
        """Puts values that are kept into a plane, and keeps those that were there; returns their key and where."""
        if key is None:
            return None, Bounds(0, 0, 0, 0)
        edit = MaskEdit(tuple(MaskPiece(bounds, values) for bounds, values in self._vault.get(key)))
        inverse = mask.swap(edit)
        self._vault.drop(key)
        return self.put_mask_edit(inverse), edit.bounds

    def put_whole(self, shown: Shown) -> Planes:
        """Keeps a photo and its planes on the far side of an entry of another extent.

        The photo is not copied; of the planes only what is painted is.
        """
        image, *masks = shown
        keys = (
            self._vault.put((cell, mask.plane[cell.slices].copy()) for cell in mask.occupied_cells(_CELL))
            for mask in masks
        )
        return Planes(self._vault.put([(image.bounds, image.pixels)]), *keys)

    def exchange(self, entry: Entry, shown: Shown, *, forward: bool) -> tuple[Entry, Placement, Shown]:
        """Goes over an entry of another extent: keeps what is shown in the place of what is kept.

        Returns:
            the entry as it is to be from now on, where what is kept lies in what was shown, and the former.
        """
        assert entry.placement is not None
        way = entry.placement if forward else entry.placement.inverse()
        image = self.other_image(entry, shown[0].color)
        masks = Mask.empty(way.width, way.height), Mask.empty(way.width, way.height)
        for mask, key in zip(masks, (entry.mask_key, entry.protected_key), strict=True):
            for bounds, values in self._vault.get(key) if key is not None else ():
                mask.plane[bounds.slices] = values
        self.drop(entry)
        keys = self.put_whole(shown)
        crossed = replace(entry, image_key=keys.image, mask_key=keys.mask, protected_key=keys.protected)
        return crossed, way, (image, *masks)

    def other_image(self, entry: Entry, color: ColorTag) -> Image:
        """The photo on the far side of an entry of another extent."""
        assert entry.image_key is not None
        ((_, pixels),) = self._vault.get(entry.image_key)
        return Image(pixels, color)
