"""What the raster module and the codecs, one per container, hand each other."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from restorer.core.errors import InputError
from restorer.core.image import Pixels
from restorer.formats.metadata import Metadata

MAX_PIXELS = 2_000_000_000
MAX_DECODED_BYTES = 6 * 2**30
"""Largest picture that is opened, by area and by decoded size; headers that claim more are refused unread."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """A picture as its file stores it, not yet turned upright.

    Attributes:
        pixels: ``H x W x C`` uint8, uint16 or float32; C = 1 gray, 2 gray + alpha, 3 RGB, 4 RGBA, alpha straight.
        icc: embedded profile of these very pixels.
        metadata: as stored; the EXIF orientation is still the file's.
        orientation: EXIF orientation, 1 to 8.
        notes: sentences on what could not be taken over as it was.
    """

    pixels: Pixels
    icc: bytes | None = field(default=None, repr=False)
    metadata: Metadata = field(default_factory=Metadata)
    orientation: int = 1
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Encodable:
    """A picture that the container can hold as it is: depth, channels and block sizes are within its limits."""

    pixels: Pixels
    icc: bytes | None
    metadata: Metadata
    quality: int
    compression: str


class Codec(Protocol):
    """One container's module."""

    def decode(self, data: bytes, name: str) -> Decoded:
        """``name`` is for messages. Raises InputError, or whatever the decoding library raises."""


class WritingCodec(Codec, Protocol):
    """One container's module, of a format that is also written."""

    def encode(self, encodable: Encodable) -> bytes | bytearray:
        """The whole file."""


def check_size(name: str, width: int, height: int, pixel_bytes: int) -> None:
    """Refuses a picture by what its header claims, before memory is taken.

    Raises:
        InputError: where it has no area or more than can be opened.
    """
    if width < 1 or height < 1:
        raise InputError(f"{name} claims to be {width} × {height} pixels: it holds no picture.")
    if width * height > MAX_PIXELS or width * height * pixel_bytes > MAX_DECODED_BYTES:
        raise InputError(
            f"{name} claims to be {width} × {height} pixels, which is more than can be opened.",
            hint=f"The limit is {MAX_PIXELS / 1e9:.0f} gigapixels and {MAX_DECODED_BYTES >> 30} GiB decoded.",
        )


def damaged(name: str, reason: str) -> InputError:
    """The error for a file that begins as it should and does not go on so."""
    return InputError(f"{name} is damaged or cut short: {reason}.")
