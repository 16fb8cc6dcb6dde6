"""Laying copied texture over a guide: gradients from the copy, rim and low frequencies from the guide."""

from __future__ import annotations

import numpy as np

from restorer.core.contract import FloatPixels, FloatPlane
from restorer.core.lazy import load_cv2
from restorer.tasks.holes import Flags

_SWEEPS = 50
_DAMPING = np.float32(0.9)
_SMALLEST_PX = 4


def screened_blend(
    copied: FloatPixels, guide: FloatPixels, inside: Flags, rim: Flags, screening: FloatPlane
) -> FloatPixels:
    """Solves the screened Poisson equation (Bhat et al. 2008): ``min |∇x - ∇copied|² + screening (x - guide)²``.

    Args:
        copied: ``H x W x C``, known on ``inside`` and ``rim``.
        guide: of that shape; ``x`` equals it on ``rim``.
        inside: pixels to solve for.
        rim: pixels around them where both pictures are known.
        screening: ``H x W``, above 0: one over the square of the length in pixels (a wavelength over 2π) from which on
            the guide decides.

    Returns:
        a copy of ``guide`` with ``inside`` solved, from coarse to fine with a few Jacobi sweeps at each scale.
    """
    correction = _correction(guide - copied, inside, rim & ~inside, screening)
    return np.where(inside[..., None], copied + correction, guide)


def _correction(wanted: FloatPixels, inside: Flags, rim: Flags, screening: FloatPlane) -> FloatPixels:
    """What has to be added: ``wanted`` at the rim, drawn towards it inside, as smooth as it can be between."""
    height, width = inside.shape
    start = np.where((inside | rim)[..., None], wanted, 0).astype(np.float32)
    if min(height, width) > _SMALLEST_PX and inside.any():
        coarse = _correction(*_halved(wanted, inside, rim, screening))
        large = load_cv2().resize(coarse, (coarse.shape[1] * 2, coarse.shape[0] * 2), interpolation=1)
        start[inside] = large.reshape(*large.shape[:2], -1)[:height, :width][inside]
    return _relaxed(start, wanted, inside, rim, screening)


def _halved(
    wanted: FloatPixels, inside: Flags, rim: Flags, screening: FloatPlane
) -> tuple[FloatPixels, Flags, Flags, FloatPlane]:
    """The same problem at half the scale; a square that holds any rim is rim."""
    height, width = (-(-side // 2) for side in inside.shape)

    def quarters(plane: FloatPlane) -> FloatPlane:
        padded = np.zeros((2 * height, 2 * width), np.float32)
        padded[: plane.shape[0], : plane.shape[1]] = plane
        return np.asarray(padded.reshape(height, 2, width, 2).sum(axis=(1, 3)), np.float32)

    rims, insides = quarters(rim.astype(np.float32)), quarters(inside.astype(np.float32))
    is_rim = rims > 0
    is_inside = (insides > 0) & ~is_rim
    count = np.maximum(np.where(is_rim, rims, insides), 1)
    planes = np.moveaxis(wanted, 2, 0)
    chosen = [np.where(is_rim, quarters(plane * rim), quarters(plane * inside)) / count for plane in planes]
    # The Laplacian of squares twice as large is a fourth as strong.
    screened = 4 * quarters(screening * inside) / np.maximum(insides, 1)
    return np.stack(chosen, axis=2).astype(np.float32), is_inside, is_rim, screened.astype(np.float32)


def _relaxed(start: FloatPixels, wanted: FloatPixels, inside: Flags, rim: Flags, screening: FloatPlane) -> FloatPixels:
    used = np.pad((inside | rim).astype(np.float32), 1)
    degree = used[:-2, 1:-1] + used[2:, 1:-1] + used[1:-1, :-2] + used[1:-1, 2:]
    share = np.where(inside, _DAMPING / np.maximum(degree + screening, 1e-6), 0).astype(np.float32)[..., None]
    pull = (screening[..., None] * wanted).astype(np.float32)
    total = np.maximum(degree + screening, 1e-6)[..., None].astype(np.float32)
    padded = np.pad(start, ((1, 1), (1, 1), (0, 0)))
    x = padded[1:-1, 1:-1]
    for _ in range(_SWEEPS):
        around = padded[:-2, 1:-1] + padded[2:, 1:-1] + padded[1:-1, :-2] + padded[1:-1, 2:]
        x += share * (around + pull - total * x)
    return x.copy()
