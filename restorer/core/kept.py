"""What a document keeps in its vault for each entry of the history, in the entry's own words.

A group never changes once it is kept: its first half is what was there before the entry, its second half what is there
after it. So entries can be written to a journal the moment they are made.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from restorer.core.geometry import Bounds
from restorer.core.history import Choice, Entry
from restorer.core.image import ColorTag, Image, Patch, Pixels
from restorer.core.mask import Mask, MaskEdit
from restorer.core.result import TaskResult
from restorer.core.step import Step
from restorer.core.vault import PixelVault


@dataclass(frozen=True, slots=True)
class Planes:
    """Vault keys of an entry's pixels: of the photo, of the mask, and of what is protected."""

    image: int | None
    mask: int | None = None
    protected: int | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Whole:
    """A photo with its planes."""

    image: Image
    mask: Mask
    protected: Mask


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

    def put_patches(self, before: Image, after: Image, boxes: Sequence[Bounds]) -> int:
        """Keeps what differs between two versions of a photo."""
        versions = (before, after)
        return self._vault.put((box, _part(image, box)) for image in versions for box in boxes)

    def patches(self, entry: Entry, *, after: bool) -> list[Patch]:
        """What takes the photo over an entry of its own extent: forwards if ``after``, else back."""
        if entry.image_key is None:
            return []
        return [Patch(bounds, pixels) for bounds, pixels in self._vault.get(entry.image_key, int(after))]

    def put_result(self, result: TaskResult) -> int:
        """Keeps what a step gave, without what was there before."""
        if result.reframed is not None:
            image = result.reframed.image
            return self._vault.put([(image.bounds, image.pixels)])
        return self._vault.put((patch.bounds, patch.pixels) for patch in result.patches)

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

    def patches_of(self, choice: Choice) -> tuple[Patch, ...]:
        """The pixels of one answer."""
        return tuple(Patch(bounds, pixels) for bounds, pixels in self._vault.get(choice.image_key))

    def put_mask_edit(self, plane: Mask, edit: MaskEdit, made: MaskEdit | None = None) -> int:
        """Keeps an edit that was made: its values are those before, the plane has those after.

        Args:
            made: the edit the other way round, where there is one already: its values need not be copied then.
        """
        before = ((piece.bounds, piece.values) for piece in edit.pieces)
        if made is not None:
            return self._vault.put((*before, *((piece.bounds, piece.values) for piece in made.pieces)))
        after = ((piece.bounds, plane.plane[piece.bounds.slices].copy()) for piece in edit.pieces)
        return self._vault.put((*before, *after))

    def show_mask_edit(self, plane: Mask, key: int | None, *, after: bool) -> Bounds:
        """Puts the values before or after an edit into a plane; returns where."""
        if key is None:
            return Bounds(0, 0, 0, 0)
        pieces = self._vault.get(key, int(after))
        for bounds, values in pieces:
            plane.plane[bounds.slices] = values
        return Bounds.around(bounds for bounds, _ in pieces)

    def put_whole(self, before: Whole, after: Whole) -> Planes:
        """Keeps both sides of an entry of another extent.

        The photos are not copied; of the planes only what is painted is.
        """
        sides = (before, after)
        image = self._vault.put((side.image.bounds, side.image.pixels) for side in sides)
        mask, protected = (
            self._vault.put(_painted(plane) for plane in planes)
            for planes in ((side.mask for side in sides), (side.protected for side in sides))
        )
        return Planes(image, mask, protected)

    def image(self, entry: Entry, color: ColorTag, *, after: bool) -> Image:
        """The photo before or after an entry of another extent."""
        assert entry.image_key is not None
        ((_, pixels),) = self._vault.get(entry.image_key, int(after))
        return Image(pixels, color)

    def whole(self, entry: Entry, color: ColorTag, *, after: bool) -> Whole:
        """As :meth:`image`, with the planes there, which may be changed."""
        image = self.image(entry, color, after=after)
        planes = Mask.empty(image.width, image.height), Mask.empty(image.width, image.height)
        for plane, key in zip(planes, (entry.mask_key, entry.protected_key), strict=True):
            self.show_mask_edit(plane, key, after=after)
        return Whole(image, *planes)


def _part(image: Image, box: Bounds) -> Pixels:
    """A part of a photo on its own; the whole photo is taken as it is, for it never changes."""
    return image.pixels if box == image.bounds else image.crop(box).copy()


def _painted(plane: Mask) -> tuple[Bounds, Pixels]:
    bounds = plane.occupied()
    return bounds, plane.plane[bounds.slices].copy()
