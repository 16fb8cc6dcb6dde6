"""What the raster module and the codecs, one per container, hand each other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from restorer.core.errors import InputError, WorkError
from restorer.core.image import Image, Pixels
from restorer.formats._source import Source
from restorer.formats.limits import GIB, MAX_RATIO
from restorer.formats.metadata import Metadata

BLOCK_ROWS = 256
"""Rows converted and written at a time, so that an export needs no second picture's memory."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """A picture as its file stores it, not yet turned upright.

    Attributes:
        pixels: ``H x W x C`` uint8, uint16 or float32; C = 1 gray, 2 gray + alpha, 3 RGB, 4 RGBA, alpha straight.
        icc: embedded profile of these very pixels.
        metadata: as stored; the EXIF orientation is still the file's.
        orientation: EXIF orientation, 1 to 8.
        notes: sentences on what could not be taken over as it was.
        infrared: ``H x W``, of the same dtype: what a film scanner's infrared lamp saw.
        pages: how many pictures of full size the file holds.
    """

    pixels: Pixels
    icc: bytes | None = field(default=None, repr=False)
    metadata: Metadata = field(default_factory=Metadata)
    orientation: int = 1
    notes: tuple[str, ...] = ()
    infrared: Pixels | None = None
    pages: int = 1


@dataclass(frozen=True, slots=True)
class Encodable:
    """A picture that the container can hold as it is: depth, channels and block sizes are within its limits.

    Attributes:
        image: the photo.
        convert: turns rows of its pixels into rows of the file's.
        channels, dtype: of the file's pixels.
        icc, metadata: to embed.
        quality: 1 to 100.
        compression: one of the container's.
        infrared: ``H x W`` of ``dtype``, where it goes into the file.
    """

    image: Image
    convert: Callable[[Pixels], Pixels]
    channels: int
    dtype: np.dtype[Any]
    icc: bytes | None
    metadata: Metadata
    quality: int
    compression: str
    infrared: Pixels | None = None

    @property
    def width(self) -> int:
        return self.image.width

    @property
    def height(self) -> int:
        return self.image.height

    def rows(self, start: int, stop: int) -> Pixels:
        """``stop - start`` rows of the file's pixels, ``R x W x C``; may share memory with the photo."""
        return self.convert(self.image.pixels[start:stop])

    def blocks(self) -> Iterator[tuple[int, Pixels]]:
        """All rows from the top: the number of the first of each block, and the block."""
        for start in range(0, self.height, BLOCK_ROWS):
            yield start, self.rows(start, min(start + BLOCK_ROWS, self.height))

    def pixels(self) -> Pixels:
        """All rows at once; the photo's own array where nothing is converted."""
        first = self.rows(0, 1)
        if np.shares_memory(first, self.image.pixels):
            return self.image.pixels
        result = np.empty((self.height, self.width, self.channels), self.dtype)
        for start, block in self.blocks():
            result[start : start + len(block)] = block
        return result


class Codec(Protocol):
    """One container's module."""

    def decode(self, source: Source, name: str, page: int) -> Decoded:
        """``name`` is for messages, ``page`` counts from 1. Raises InputError, or what the decoding library raises."""


class WritingCodec(Codec, Protocol):
    """One container's module, of a format that is also written."""

    def write(self, encodable: Encodable, path: Path) -> None:
        """The whole file, over the empty one at ``path``; then read back and compared.

        Raises:
            UnfaithfulError: where what was written does not read back as it should.
        """


class UnfaithfulError(WorkError):
    """What was written reads back as another picture, or not at all."""


def check_size(
    name: str, width: int, height: int, pixel_bytes: int, source: Source, *, must_have_bytes: bool = False
) -> None:
    """Refuses a picture by what its header claims, before memory is taken.

    Args:
        pixel_bytes: memory that decoding takes for one pixel.
        source: the file, which brings the limits.
        must_have_bytes: whether a picture so large must have left something in the file.

    Raises:
        InputError: where it has no area or more than can be opened.
    """
    if width < 1 or height < 1:
        raise InputError(f"{name} claims to be {width} × {height} pixels: it holds no picture.")
    needed = width * height * pixel_bytes
    limits = source.limits
    if width * height > limits.pixels or needed > limits.decoded_bytes:
        raise InputError(
            f"{name} claims to be {width} × {height} pixels, which is more than can be opened.",
            hint=f"The limit is {limits.pixels / 1e9:g} gigapixels and {limits.decoded_bytes / GIB:g} GiB decoded; "
            "largest_photo_gib in the settings changes it.",
        )
    if must_have_bytes and needed > max(limits.trusted_bytes, MAX_RATIO * len(source)):
        raise damaged(name, f"{len(source)} bytes are too few for {width} × {height} pixels")


def check_page(name: str, page: int, pages: int) -> None:
    """Raises InputError where there is no such page."""
    if not 1 <= page <= pages:
        count = "1 page" if pages == 1 else f"{pages} pages"
        raise InputError(f"{name} has {count}: there is no page {page}.")


def damaged(name: str, reason: str) -> InputError:
    """The error for a file that begins as it should and does not go on so."""
    return InputError(f"{name} is damaged or cut short: {reason}.")


def require_same(found: Pixels, meant: Pixels) -> None:
    """Raises UnfaithfulError unless all bits are the same, also those of values that are not numbers."""
    words = f"u{meant.dtype.itemsize}"
    same_kind = (found.shape, found.dtype) == (meant.shape, meant.dtype)
    if not same_kind or not np.array_equal(found.view(words), meant.view(words)):
        raise UnfaithfulError("what was written reads back as another picture")
