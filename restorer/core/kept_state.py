"""One state of a history as a value: what another thread needs to make the photo as it was then."""

from __future__ import annotations

from dataclasses import dataclass, field

from restorer.core.group_code import Piece, unpack_group
from restorer.core.image import ColorTag, Image, Patch
from restorer.core.placement import Placement
from restorer.core.snapshot import GroupSource


@dataclass(frozen=True, slots=True, eq=False)
class KeptHalf:
    """One side of what an entry keeps of the photo.

    Attributes:
        source: all of it.
        half: 0 for what was there before the entry, 1 for what is there after it.
    """

    source: GroupSource = field(repr=False)
    half: int

    def pieces(self) -> tuple[Piece, ...]:
        """Reads it.

        Raises:
            InputError: where its file is damaged; OSError where it is gone.
        """
        if isinstance(self.source, tuple):
            middle = len(self.source) // 2
            return self.source[middle:] if self.half else self.source[:middle]
        return unpack_group(self.source.read_bytes(), name=f"the history file {self.source.name}", half=self.half)


@dataclass(frozen=True, slots=True, eq=False)
class KeptState:
    """How to get from pixels that are there to those of a state. Taken in no time, whatever the photo's size.

    Attributes:
        start: a photo, or where all of one is kept.
        patches: what is to be pasted over it, in order.
        color: of the photo.
        placement: where the photo in this state lies in the original.
    """

    start: Image | KeptHalf = field(repr=False)
    patches: tuple[KeptHalf, ...] = field(repr=False)
    color: ColorTag
    placement: Placement

    def picture(self) -> Image:
        """The photo in this state. Takes as long as reading what is kept, and copying the photo once.

        Raises:
            InputError: where a file of the history is damaged; OSError where one is gone.
        """
        if isinstance(self.start, Image):
            image = self.start
        else:
            ((_, pixels),) = self.start.pieces()
            image = Image(pixels, self.color)
        patches = tuple(Patch(bounds, pixels) for half in self.patches for bounds, pixels in half.pieces())
        return image.with_patches(patches) if patches else image
