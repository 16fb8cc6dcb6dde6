"""Which quality a photo was compressed with, where its file does not tell: from the traces in its pixels."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from restorer.core.geometry import Bounds
from restorer.core.image import Image
from restorer.core.jpeg_tables import cosine_matrix, quantisation_table
from restorer.core.lazy import load_cv2
from restorer.core.progress import CancelToken
from restorer.core.unit import to_unit

QUALITY = "quality"
"""Name of the fact."""
UNTOUCHED = 100
"""What is said of a photo without traces."""
_BLOCK = 8
_WINDOW_PX = 128
_MOST_WINDOWS = 100
_GRID_RATIO = 1.015
"""How much larger steps are at the borders of blocks than elsewhere, at least, where there is a grid."""
_FREQUENCIES = ((0, 1), (1, 0), (1, 1), (0, 2), (2, 0), (1, 2), (2, 1), (2, 2), (0, 3), (3, 0), (1, 3), (3, 1))
_MIN_COEFFICIENTS = 40
_MIN_AGREEMENT = 0.35
_ROUNDING = 0.4
"""Deviation that rounding to 8 bits (and colours from and to them) leaves in a coefficient."""
_BY_BLOCKING = ((2.5, 15), (1.7, 30), (1.3, 50))
"""Quality by how much larger the steps at borders are, where the coefficients tell nothing."""

_LUMA = np.array([[0.299, 0.587, 0.114]], np.float32)

Plane = npt.NDArray[np.float32]


def survey_quality(photo: Image, token: CancelToken) -> Mapping[str, int]:
    """The facts for :class:`restorer.tasks.spec.Locality`; see :func:`traced_quality`."""
    return {QUALITY: traced_quality(photo, token)}


def traced_quality(photo: Image, token: CancelToken) -> int:
    """The JPEG quality, 1 to 100, that a photo's pixels show traces of; 100 where there are none.

    Looks for the grid of blocks by its steps, wherever a crop has left it, then for the quality whose table fits the
    coefficients best: those of a decompressed picture lie at multiples of its steps (Fan and de Queiroz 2003). Where
    they do not, because the photo was worked on since, the size of the steps at the borders has to tell.
    """
    planes = _windows(photo, token)
    if not planes:
        return UNTOUCHED
    across, column = _grid([plane for plane, _ in planes], 1)
    down, row = _grid([plane for plane, _ in planes], 0)
    if min(across, down) < _GRID_RATIO:
        return UNTOUCHED
    coefficients = np.concatenate([_coefficients(plane[row:, column:]) for plane, _ in planes])
    token.raise_if_cancelled()
    found = _best_quality(coefficients)
    if found is not None:
        return found
    blocking = min(across, down)
    return next((quality for ratio, quality in _BY_BLOCKING if blocking >= ratio), UNTOUCHED)


def _windows(photo: Image, token: CancelToken) -> list[tuple[Plane, Bounds]]:
    """Brightness, 0 to 255, of windows spread over the photo that all lie alike on a grid of blocks."""
    side = min(_WINDOW_PX, photo.width // _BLOCK * _BLOCK, photo.height // _BLOCK * _BLOCK)
    if side < 3 * _BLOCK:
        return []
    across, down = photo.width // side, photo.height // side
    stride = max(1, int(np.ceil(np.sqrt(across * down / _MOST_WINDOWS))))
    found = []
    for top in range(0, down, stride):
        token.raise_if_cancelled()
        for left in range(0, across, stride):
            box = Bounds(left * side, top * side, (left + 1) * side, (top + 1) * side)
            plane = luma(to_unit(photo.crop(box)[..., : photo.color_channels])) * np.float32(255)
            if np.isfinite(plane).all() and plane.std() > 0:
                found.append((plane, box))
    return found


def luma(unit: npt.NDArray[np.float32]) -> Plane:
    """Brightness as JPEG has it (ITU-R BT.601), ``H x W``, of one or three channels."""
    if unit.shape[2] == 1:
        return unit[..., 0]
    return np.asarray(load_cv2().transform(unit, _LUMA), np.float32)


def _grid(planes: list[Plane], axis: int) -> tuple[float, int]:
    """How much larger steps are where blocks end than elsewhere, and the first place where one begins."""
    sums, counts = np.zeros(_BLOCK), np.zeros(_BLOCK)
    for plane in planes:
        step = np.diff(plane, axis=axis)
        # What a step has more than its neighbours: slopes of the picture itself drop out.
        inner = np.abs(
            3 * step.take(range(1, step.shape[axis] - 1), axis)
            - step.take(range(2, step.shape[axis]), axis)
            - step.take(range(step.shape[axis] - 2), axis)
        )
        profile = inner.mean(axis=1 - axis)
        places = (np.arange(len(profile)) + 2) % _BLOCK
        sums += np.bincount(places, profile, _BLOCK)
        counts += np.bincount(places, minlength=_BLOCK)
    means = sums / counts
    best = int(means.argmax())
    others = np.delete(means, [(best - 1) % _BLOCK, best, (best + 1) % _BLOCK])
    return float(means[best] / max(float(np.median(others)), 1e-6)), best


def _coefficients(plane: Plane) -> Plane:
    """``N x F`` values of the frequencies that are looked at, of all whole blocks."""
    height, width = (side // _BLOCK * _BLOCK for side in plane.shape)
    cosines = cosine_matrix()
    blocks = plane[:height, :width].reshape(height // _BLOCK, _BLOCK, width // _BLOCK, _BLOCK).transpose(0, 2, 1, 3)
    values = cosines @ (blocks - np.float32(128)) @ cosines.T
    return np.stack([values[..., v, u].ravel() for v, u in _FREQUENCIES], axis=1).astype(np.float32)


def _best_quality(coefficients: Plane) -> int | None:
    """The lowest quality whose steps fit about as well as the best fitting ones; None where none does."""
    agreements = {}
    for quality in range(1, UNTOUCHED):
        table = quantisation_table(quality)
        met, expected = 0.0, 0.0
        for index, (v, u) in enumerate(_FREQUENCIES):
            step = float(table[v, u])
            values = coefficients[:, index]
            values = values[np.abs(values) > step / 2]
            if step < 2 or len(values) < _MIN_COEFFICIENTS:
                continue
            met += float(np.cos(2 * np.pi / step * values).mean())
            expected += float(np.exp(-2 * (np.pi * _ROUNDING / step) ** 2))
        if expected > 0.5:
            agreements[quality] = met / expected
    if not agreements or max(agreements.values()) < _MIN_AGREEMENT:
        return None
    best = max(agreements.values())
    return next(quality for quality, value in agreements.items() if value > 0.97 * best)
