"""What a task hands back: pixels for parts of the photo (or a whole new picture), and what became of each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from restorer.core.geometry import Bounds
from restorer.core.image import Image, Patch, Pixels
from restorer.core.mask import MaskPiece
from restorer.core.params import Value
from restorer.core.placement import Placement
from restorer.core.provenance import Marking, PixelClass, ProvenanceMap

_STRIP_ROWS = 256


@dataclass(frozen=True, slots=True, eq=False)
class Alternative:
    """One of several answers of a run.

    Attributes:
        patches: new pixels, see :class:`TaskResult`; pasted over another answer they leave nothing of it.
        params: what of the step's parameters has to be set so that it gives this answer alone.
    """

    patches: tuple[Patch, ...]
    params: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Reframed:
    """A whole new picture of another extent: cropped, turned, straightened, enlarged.

    Attributes:
        image: of the photo's dtype, channels and colour tag.
        placement: where its pixels lie in the photo. Where that is exact, they are the photo's own pixels.

    Raises:
        ValueError: where the two are of different sizes.
    """

    image: Image
    placement: Placement

    def __post_init__(self) -> None:
        if self.image.bounds != self.placement.bounds():
            raise ValueError(f"a picture of {self.image.width} x {self.image.height} is not placed by {self.placement}")


@dataclass(frozen=True, slots=True, eq=False)
class TaskResult:
    """Patches lie within the photo, are pasted in order, and have its dtype and channels.

    Attributes:
        patches: new pixels. Every bit of the photo outside of them stays.
        filled: where content was invented (not zero), in pieces that lie within the patches (or the new picture).
        tiles: how many network (or classical) calls it took.
        alternatives: all answers where there are several, that in ``patches`` first; they fill the same pixels.
        settled: parameters that were left to the task and what it made of them, so that the step says what was done.
        reframed: a picture to take the photo's place; there are no patches and no alternatives then.
        changed_as: class of what differs from the photo and is not in ``filled``; of a new picture every pixel of it,
            unless its placement is exact.
        filled_as: class of what is in ``filled``.
    """

    patches: tuple[Patch, ...]
    filled: tuple[MaskPiece, ...] = ()
    tiles: int = 0
    alternatives: tuple[Alternative, ...] = ()
    settled: Mapping[str, Value] = field(default_factory=dict)
    reframed: Reframed | None = None
    changed_as: PixelClass = PixelClass.DENOISED
    filled_as: PixelClass = PixelClass.GENERATED

    def __post_init__(self) -> None:
        if self.reframed is not None and (self.patches or self.alternatives):
            raise ValueError("a new picture comes without patches and alternatives")

    def applied_to(self, photo: Image) -> Image:
        """The photo with the result in it.

        Raises:
            ValueError: where a patch or placement does not fit it.
        """
        if self.reframed is None:
            return photo.with_patches(self.patches)
        if self.reframed.placement.source_bounds() != photo.bounds:
            raise ValueError(f"{self.reframed.placement} is not of a photo of {photo.width} x {photo.height}")
        return self.reframed.image

    def changed_pixels(self, photo: Image) -> int:
        """Number of pixels whose value differs from the photo's; patches may overlap.

        Of a new picture those that are no pixel of the photo: all, or none where its placement is exact.
        """
        if self.reframed is not None:
            return 0 if self.reframed.placement.is_exact else self.reframed.image.bounds.area
        changed = np.zeros((photo.height, photo.width), bool)
        for patch in self.patches:
            changed[patch.bounds.slices] = _differs(patch.pixels, photo.pixels[patch.bounds.slices])
        return int(np.count_nonzero(changed))

    def provenance_after(self, known: ProvenanceMap, photo: Image, applied: Image) -> ProvenanceMap:
        """What is known of each pixel once the result is in the photo.

        Args:
            known: of the photo before.
            photo: before.
            applied: :meth:`applied_to` of it.
        """
        if self.reframed is not None:
            known = known.carried(self.reframed.placement)
            if not self.reframed.placement.is_exact:
                known = known.at_least(self.changed_as)
        return known.marked(self._markings(photo, applied))

    def own_provenance(self, photo: Image, applied: Image) -> ProvenanceMap:
        """As :meth:`provenance_after`, of a photo of which nothing was known: what this result alone did."""
        return self.provenance_after(ProvenanceMap(photo.width, photo.height), photo, applied)

    def _markings(self, photo: Image, applied: Image) -> Iterator[Marking]:
        invented = np.uint8(self.filled_as)
        for piece in self.filled:
            yield Marking(piece.bounds, np.where(piece.values > 0, invented, np.uint8(0)))
        for patch in self.patches:
            box = patch.bounds
            for top in range(box.top, box.bottom, _STRIP_ROWS):
                strip = Bounds(box.left, top, box.right, min(top + _STRIP_ROWS, box.bottom))
                changed = _differs(applied.pixels[strip.slices], photo.pixels[strip.slices])
                yield Marking(strip, np.where(changed, np.uint8(self.changed_as), np.uint8(0)))


def _differs(one: Pixels, other: Pixels) -> npt.NDArray[np.bool_]:
    """Where any channel does; quicker by channel than across."""
    differs: npt.NDArray[np.bool_] = one[..., 0] != other[..., 0]
    for channel in range(1, one.shape[2]):
        differs |= one[..., channel] != other[..., channel]
    return differs


def filled_fraction(photo: Image, pieces: tuple[MaskPiece, ...]) -> float:
    """Share of the photo covered by the union of ``pieces``, 0 to 1. Costs what they cover, not what the photo does."""
    filled, count = np.zeros((photo.height, photo.width), bool), 0
    for piece in pieces:
        region = filled[piece.bounds.slices]
        count += int(np.count_nonzero((piece.values > 0) & ~region))
        region |= piece.values > 0
    return count / filled.size
