"""Masks made small enough to stand in a recipe, a project or a journal; and what tells two masks apart."""

from __future__ import annotations

import hashlib
import zlib
from dataclasses import dataclass, field

import numpy as np

from restorer.core.errors import InputError
from restorer.core.geometry import Bounds
from restorer.core.mask import Mask

_LEVEL = 3
"""Masks are mostly runs of one value: more takes longer and gains nothing."""
MASK_SIDE_LIMIT_PX = 1_000_000
MASK_AREA_LIMIT_PX = 2**31
"""Larger than any photo that can be opened: what claims more is damaged, or meant to fill the memory."""


def mask_digest(mask: Mask) -> str:
    """SHA-256 of the mask's size and plane, as hex."""
    sha = hashlib.sha256(f"{mask.width}x{mask.height}".encode())
    sha.update(np.ascontiguousarray(mask.plane).data)
    return sha.hexdigest()


@dataclass(frozen=True, slots=True)
class PackedMask:
    """A mask without its empty margins, compressed.

    Attributes:
        width, height: of the photo it belongs to.
        bounds: where the values lie; empty for a mask with nothing in it.
        data: their rows, as a zlib stream.
    """

    width: int
    height: int
    bounds: Bounds
    data: bytes = field(repr=False)

    @classmethod
    def of(cls, mask: Mask) -> PackedMask:
        bounds = mask.occupied()
        rows = np.ascontiguousarray(mask.plane[bounds.slices])
        return cls(mask.width, mask.height, bounds, zlib.compress(rows.tobytes(), _LEVEL))

    def check(self, name: str) -> None:
        """Raises InputError where size or bounds cannot be right. Nothing is unpacked."""
        size_fits = 0 < self.width <= MASK_SIDE_LIMIT_PX and 0 < self.height <= MASK_SIDE_LIMIT_PX
        if not size_fits or self.width * self.height > MASK_AREA_LIMIT_PX:
            raise InputError(f"A mask in {name} claims to have {self.width} × {self.height} pixels.")
        b = self.bounds
        if not b.is_empty and not Bounds.of_size(self.width, self.height).contains(b):
            raise InputError(f"A mask in {name} reaches beyond its own size.")
        # Deflate makes nothing smaller than a 1032nd part; more than that is announced by no honest writer.
        if b.area > 1040 * (len(self.data) + 16):
            raise InputError(f"A mask in {name} is shorter than it says.")

    def unpack(self, name: str) -> Mask:
        """The mask, read-only.

        Args:
            name: of the file it stands in, for messages.

        Raises:
            InputError: where it is damaged. No more memory is taken than the size that was announced.
        """
        self.check(name)
        area = self.bounds.area
        try:
            worker = zlib.decompressobj()
            rows = worker.decompress(self.data, area + 1)
        except zlib.error as error:
            raise InputError(f"A mask in {name} is damaged: {error}.") from None
        if len(rows) != area:
            raise InputError(f"A mask in {name} is damaged: it does not fill its bounds.")
        try:
            plane = np.zeros((self.height, self.width), np.uint8)
        except MemoryError:
            raise InputError(f"A mask in {name} is too large for this computer's memory.") from None
        if area:
            plane[self.bounds.slices] = np.frombuffer(rows, np.uint8).reshape(self.bounds.height, self.bounds.width)
        plane.flags.writeable = False
        return Mask(plane)
