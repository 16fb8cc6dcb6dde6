"""Pixels as values: an image never changes, never converts itself, and knows no file, tensor or widget."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from restorer.core.errors import InputError
from restorer.core.geometry import Bounds

Pixels: TypeAlias = npt.NDArray[Any]
"""``H x W x C`` array of uint8, uint16 or float32."""

DTYPES = (np.dtype(np.uint8), np.dtype(np.uint16), np.dtype(np.float32))


@dataclass(frozen=True, slots=True)
class ColorTag:
    """How pixel values are meant: an embedded ICC profile, or none (then sRGB, or its gray, is assumed)."""

    icc: bytes | None = field(default=None, repr=False)
    name: str = "sRGB"


@dataclass(frozen=True, slots=True, eq=False)
class Image:
    """Immutable picture in the photo's own dtype and encoding.

    Attributes:
        pixels: read-only ``H x W x C``; uint8 or uint16 (full range) or float32 (0 to 1 nominal, may exceed it);
            C = 1 gray, 2 gray + alpha, 3 RGB, 4 RGBA. Alpha is straight, never premultiplied.
        color: what the values mean.

    Raises:
        InputError: for another shape or dtype, or an empty picture.
    """

    pixels: Pixels
    color: ColorTag = field(default_factory=ColorTag)

    def __post_init__(self) -> None:
        pixels = self.pixels
        if pixels.ndim != 3 or pixels.shape[2] not in (1, 2, 3, 4):
            raise InputError(f"A picture needs 1 to 4 channels, this one has the shape {pixels.shape}.")
        if pixels.shape[0] == 0 or pixels.shape[1] == 0:
            raise InputError("The picture is empty.")
        if pixels.dtype not in DTYPES:
            raise InputError(f"Pixels of the type {pixels.dtype} are not supported.")
        view = pixels.view()
        view.flags.writeable = False
        object.__setattr__(self, "pixels", view)

    @property
    def width(self) -> int:
        return int(self.pixels.shape[1])

    @property
    def height(self) -> int:
        return int(self.pixels.shape[0])

    @property
    def channels(self) -> int:
        return int(self.pixels.shape[2])

    @property
    def has_alpha(self) -> bool:
        return self.channels in (2, 4)

    @property
    def color_channels(self) -> int:
        """1 for gray, 3 for RGB; alpha not counted."""
        return self.channels - int(self.has_alpha)

    @property
    def bounds(self) -> Bounds:
        return Bounds.of_size(self.width, self.height)

    @property
    def bytes(self) -> int:
        return int(self.pixels.nbytes)

    @property
    def bit_depth(self) -> int:
        return int(self.pixels.dtype.itemsize) * 8

    @property
    def max_value(self) -> float:
        """Value of full white: 255, 65535 or 1.0."""
        return 1.0 if self.pixels.dtype == np.float32 else float(np.iinfo(self.pixels.dtype).max)

    def crop(self, bounds: Bounds) -> Pixels:
        """Read-only view of a part.

        Raises:
            ValueError: where ``bounds`` reach outside the picture.
        """
        if not self.bounds.contains(bounds):
            raise ValueError(f"{bounds} reaches outside of {self.width} x {self.height}")
        return self.pixels[bounds.slices]

    def with_patches(self, patches: tuple[Patch, ...]) -> Image:
        """A copy with every patch pasted in, in order; all other bits are the same.

        One patch that is all of the photo is taken as it is.
        """
        if len(patches) == 1 and patches[0].bounds == self.bounds and patches[0].pixels.dtype == self.pixels.dtype:
            return Image(patches[0].pixels, self.color)
        pixels = self.pixels.copy()
        for patch in patches:
            if not self.bounds.contains(patch.bounds):
                raise ValueError(f"{patch.bounds} reaches outside of {self.width} x {self.height}")
            pixels[patch.bounds.slices] = patch.pixels
        return Image(pixels, self.color)

    def digest(self) -> str:
        """SHA-256 of shape, dtype and pixel values, as hex."""
        sha = hashlib.sha256(f"{self.pixels.shape}{self.pixels.dtype.str}".encode())
        sha.update(np.ascontiguousarray(self.pixels).data)
        return sha.hexdigest()


@dataclass(frozen=True, slots=True, eq=False)
class Patch:
    """Part of a picture: where it lies and its pixels (same dtype and channels as the photo it came from)."""

    bounds: Bounds
    pixels: Pixels

    def __post_init__(self) -> None:
        if self.pixels.shape[:2] != (self.bounds.height, self.bounds.width):
            raise ValueError(f"pixels {self.pixels.shape} do not fill {self.bounds}")
        view = self.pixels.view()
        view.flags.writeable = False
        object.__setattr__(self, "pixels", view)

    @property
    def bytes(self) -> int:
        return int(self.pixels.nbytes)
