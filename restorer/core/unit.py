"""Between a photo's own numbers and float32 with full white at 1, the scale that networks and methods compute in."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from restorer.core.image import Pixels

UnitPixels = npt.NDArray[np.float32]


def to_unit(pixels: Pixels) -> UnitPixels:
    """A new float32 array with full white at 1; float32 pixels keep their values, whatever these are."""
    if pixels.dtype == np.float32:
        return pixels.copy()
    unit = pixels.astype(np.float32)
    unit /= np.float32(np.iinfo(pixels.dtype).max)
    return unit


def from_unit(unit: UnitPixels, dtype: npt.DTypeLike) -> Pixels:
    """Inverse of :func:`to_unit`, rounded to the nearest value; exact for what :func:`to_unit` gave.

    Float32 is given back as it is, integers are cut off at black and white.
    """
    kind = np.dtype(dtype)
    if kind == np.float32:
        return unit
    white = np.float32(np.iinfo(kind).max)
    scaled = unit * white
    np.rint(scaled, out=scaled)
    np.clip(scaled, 0, white, out=scaled)
    encoded: Pixels = scaled.astype(kind)
    return encoded
