"""Inpainting without a network: what stands behind the generator where no weights are installed."""

from __future__ import annotations

import functools
import importlib
from dataclasses import dataclass
from typing import Any

import numpy as np

from restorer.core.contract import FloatPixels, FloatPlane
from restorer.core.errors import InputError, WorkError
from restorer.core.lazy import load_cv2
from restorer.tasks.holes import Flags
from restorer.tasks.texture.wide import wide_parts

AUTO = "auto"
PATCHMATCH = "patchmatch"
TELEA = "telea"
NAVIER_STOKES = "navier-stokes"
BIHARMONIC = "biharmonic"
METHODS = (AUTO, PATCHMATCH, TELEA, NAVIER_STOKES, BIHARMONIC)

_RADIUS_PX = 3
_PATCH_RADIUS_PX = 3
_FLOAT_SCALE = np.float32(65535)


@functools.cache
def load_patchmatch() -> Any | None:
    """The module of the optional package pypatchmatch; None where it, or its native library, is missing."""
    try:
        module = importlib.import_module("patchmatch.patch_match")
    except ImportError:
        return None
    return module if module.patchmatch_available else None


@dataclass(frozen=True, slots=True)
class ClassicalFill:
    """Fills the masked pixels of a crop; called as a generator is.

    Args:
        method: one of :data:`METHODS`. ``auto`` continues the rim smoothly into what is thin (the biharmonic equation
            came out 0.5 to 3 dB above the others there) and copies patches into what is thicker than
            :data:`THIN_PX`; where PatchMatch is not installed, Navier-Stokes stands in for it.
        seed: of PatchMatch's random search.

    Raises:
        InputError: where the method's library is not installed.
    """

    method: str = AUTO
    seed: int = 0

    def __post_init__(self) -> None:
        if self.method not in METHODS:
            raise InputError(f"There is no method {self.method!r}.", hint=f"Known: {', '.join(METHODS)}.")
        if self.method == PATCHMATCH and load_patchmatch() is None:
            raise InputError(
                "The method patchmatch needs the package pypatchmatch, which is not installed.",
                hint=f"Install it, or choose one of {', '.join(m for m in METHODS if m != PATCHMATCH)}.",
            )

    @property
    def can_vary(self) -> bool:
        """Whether the seed makes a difference, in holes that are thick enough."""
        return self.method in (AUTO, PATCHMATCH) and load_patchmatch() is not None

    def __call__(self, pixels: FloatPixels, mask: FloatPlane | None = None) -> FloatPixels:
        """Args: ``pixels`` H x W x 1 or 3 in 0 to 1, ``mask`` H x W with 1 = fill. Known pixels are returned as given.

        Raises:
            WorkError: where nothing is known, so that there is nothing to fill from.
        """
        hole: Flags = np.zeros(pixels.shape[:2], bool) if mask is None else mask >= 0.5
        if not hole.any():
            return pixels.copy()
        if hole.all():
            raise WorkError("There is nothing to fill the region from.", hint="Leave some of the photo unpainted.")
        match self.method:
            case "auto":
                filled = _fill_auto(pixels, hole, self.seed)
            case "patchmatch":
                filled = _patchmatch(pixels, hole, self.seed)
            case "biharmonic":
                filled = _biharmonic(pixels, hole)
            case "telea":
                filled = _march(pixels, hole, "INPAINT_TELEA")
            case _:
                filled = _march(pixels, hole, "INPAINT_NS")
        return np.where(hole[..., None], np.clip(filled, 0, 1), pixels)


def _fill_auto(pixels: FloatPixels, hole: Flags, seed: int) -> FloatPixels:
    thick = wide_parts(hole)
    thin = hole & ~thick
    filled = pixels
    if thick.any():
        copied = _march(pixels, hole, "INPAINT_NS") if load_patchmatch() is None else _patchmatch(pixels, hole, seed)
        filled = np.where(thick[..., None], np.clip(copied, 0, 1), filled)
    return _biharmonic(filled, thin) if thin.any() else filled


def _march(pixels: FloatPixels, hole: Flags, flag: str) -> FloatPixels:
    """Telea's fast marching (2004) or Navier-Stokes (Bertalmio et al. 2001), channel by channel in float.

    OpenCV fills more than 8 bits of one channel only. Telea's formula adds a term of the order of one to each value,
    whatever that stands for, so values go in on a scale where one is next to nothing.
    """
    cv2 = load_cv2()
    mask = hole.astype(np.uint8)
    channels = (np.ascontiguousarray(pixels[..., c]) * _FLOAT_SCALE for c in range(pixels.shape[2]))
    filled = [cv2.inpaint(plane, mask, _RADIUS_PX, getattr(cv2, flag)) for plane in channels]
    return np.asarray(np.stack(filled, axis=2) / _FLOAT_SCALE, np.float32)


def _biharmonic(pixels: FloatPixels, hole: Flags) -> FloatPixels:
    """Biharmonic equation (Damelin and Hoang 2018), by scikit-image; smooth in value and slope."""
    from skimage.restoration import inpaint_biharmonic

    filled = np.asarray(inpaint_biharmonic(pixels, hole, channel_axis=-1), np.float32)
    if np.isfinite(filled).all():
        return filled
    return _march(pixels, hole, "INPAINT_NS")


def _patchmatch(pixels: FloatPixels, hole: Flags, seed: int) -> FloatPixels:
    """Exemplars by PatchMatch (Barnes et al. 2009), by pypatchmatch.

    The library computes in 8 bits: the range of the known pixels is spread over them, so that the filled ones (no
    others pass through it) are as fine as they can be.
    """
    library = load_patchmatch()
    size = 2 * _PATCH_RADIUS_PX + 1
    sources = load_cv2().erode((~hole).astype(np.uint8), np.ones((size, size), np.uint8), borderValue=0)
    if library is None or not sources.any():
        return _march(pixels, hole, "INPAINT_NS")
    low, high = float(pixels[~hole].min()), float(pixels[~hole].max())
    span = max(high - low, 1e-6)
    known = np.where(hole[..., None], 0, (pixels - low) / span)
    eight = np.ascontiguousarray(np.broadcast_to(np.rint(known * 255), (*hole.shape, 3)), np.uint8)
    library.set_random_seed(seed % 2**32)
    filled = library.inpaint(eight, hole.astype(np.uint8) * 255, patch_size=_PATCH_RADIUS_PX)
    return np.asarray(filled[..., : pixels.shape[2]], np.float32) * np.float32(span / 255) + np.float32(low)
