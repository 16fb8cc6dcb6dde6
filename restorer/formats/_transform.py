"""RGB pixels from one profile to another, fast: LittleCMS is measured once for each pair and then followed.

LittleCMS itself takes 1.5 µs a pixel where it is exact, and is up to 20 levels off where it is quick. A profile of
three curves and a matrix is followed by its curves and matrix, any other by a :class:`Lattice` of exact colours. Which
of them is good enough is found out by comparing; where neither is, LittleCMS does the work.
"""

from __future__ import annotations

import functools
import threading
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from restorer.core.image import Pixels
from restorer.core.lazy import load_cv2
from restorer.formats._lattice import Lattice
from restorer.formats._profile import KEPT, channels, convert, xyz_profile
from restorer.formats.color_chart import delta_e, lab
from restorer.formats.depth import convert_depth
from restorer.formats.intent import Intent

_Plane = npt.NDArray[np.float32]
_LEVELS = 65536
_RAMP = np.linspace(0.0, 1.0, 4096, dtype=np.float32)
_SHAPER_TOLERANCE = 0.004
"""Largest error of a fitted shaper, in encoded values: one level of 255."""
_LATTICE_TOLERANCE, _SCATTERED_TOLERANCE = 0.3, 0.5
"""Largest CIEDE2000 of a lattice, on even steps and on scattered colours, of which many lie where a gamut cuts them
off; rounding to 8 bits comes on top of it."""
_SIDE, _EXPONENTS = 65, (1, 2, 3)
"""Nodes a side: those of tables of 5, 9, 17, 33 and 65 are among them. Linear scanners need them dense near black."""


class Transform(Protocol):
    """RGB through one profile to another. Safe to call from several threads."""

    def __call__(self, pixels: Pixels, bits: int) -> Pixels:
        """``H x W x 3`` uint8, uint16 or float32 as 8 or 16 bits, or 32 for floating point, cut off at 0 and 1."""


_measuring = threading.Lock()


def transform(icc: bytes, target: bytes, intent: Intent) -> Transform | None:
    """The quickest faithful way between two RGB profiles; None where they cannot be joined.

    The first call for a pair takes 50 ms, or up to 2 s for profiles of tables; threads wait for each other.
    """
    with _measuring:
        return _measured(icc, target, intent)


@functools.lru_cache(maxsize=KEPT)
def _measured(icc: bytes, target: bytes, intent: Intent) -> Transform | None:
    if channels(icc) != 3 or channels(target) != 3:
        return None
    probe, shaped, exact = _probe(), _fitted(icc, target, intent), ExactTransform(icc, target, intent)
    if shaped is not None:
        return shaped
    probes = (probe, _LATTICE_TOLERANCE), (_scattered(), _SCATTERED_TOLERANCE)
    try:
        wanted = [lab(exact(colors, 32), target) for colors, _ in probes]
    except RuntimeError:
        return None
    screen = _shaper(target, intent)
    for exponent in _EXPONENTS:
        lattice = Lattice(lambda nodes: exact(nodes, 32), _SIDE, exponent, None if screen is None else screen.curves)
        found = [lab(lattice(colors, 32), target) for colors, _ in probes]
        if all(delta_e(a, b).max() <= limit for a, b, (_, limit) in zip(found, wanted, probes, strict=True)):
            return lattice
    return exact


@functools.lru_cache(maxsize=KEPT)
def _fitted(icc: bytes, target: bytes, intent: Intent) -> Shaped | None:
    """By curves and a matrix, where both profiles prove to be of that kind."""
    source_shaper, target_shaper = _shaper(icc, intent), _shaper(target, intent)
    if source_shaper is None or target_shaper is None:
        return None
    shaped = Shaped.between(source_shaper, target_shaper)
    exact = ExactTransform(icc, target, intent)(_probe(), 32)
    return shaped if np.abs(shaped(_probe(), 32) - exact).max() <= _SHAPER_TOLERANCE else None


def outside(pixels: Pixels, icc: bytes, target: bytes, tolerance: float) -> npt.NDArray[np.bool_]:
    """``H x W``, where an RGB colour has no place in the target; nowhere, where the target is no matrix profile.

    Args:
        tolerance: by how much of full linear light it may be beyond.
    """
    shaped, target_shaper = _fitted(icc, target, Intent.RELATIVE), _shaper(target, Intent.RELATIVE)
    if target_shaper is None:
        return np.zeros(pixels.shape[:2], bool)
    if shaped is not None:
        linear: Pixels = shaped.linear(pixels)
    else:
        xyz = convert(convert_depth(pixels, 16), icc, xyz_profile(), Intent.RELATIVE, "float32")
        linear = xyz @ np.linalg.inv(target_shaper.matrix).T
    beyond: npt.NDArray[np.bool_] = np.any((linear < -tolerance) | (linear > 1 + tolerance), axis=2)
    return beyond


@functools.lru_cache(maxsize=KEPT)
def is_same(icc: bytes, target: bytes) -> bool:
    """Whether values of one RGB profile stay what they are in another, to half a level of 255."""
    if channels(icc) != 3 or channels(target) != 3:
        return False
    probe = _probe()
    found = convert(probe, icc, target, Intent.RELATIVE, "float32")
    return bool(np.abs(found - convert_depth(probe, 32)).max() <= 0.5 / 255)


def _probe() -> npt.NDArray[np.uint16]:
    """Colours of the whole gamut and a ramp of grays, none of them on a node of a lattice but the corners."""
    levels = np.linspace(0, _LEVELS - 1, 10).astype(np.uint16)
    colors = np.stack(np.meshgrid(levels, levels, levels), axis=-1).reshape(-1, 3)
    grays = np.repeat(np.linspace(0, _LEVELS - 1, 200).astype(np.uint16)[:, None], 3, axis=1)
    return np.concatenate((colors, grays))[None]


def _scattered() -> npt.NDArray[np.uint16]:
    """Colours everywhere, half of them dark: there a table of even steps is least certain."""
    values = np.random.default_rng(17).random((1, 4096, 3))
    values[:, ::2] **= 3
    return np.rint(values * (_LEVELS - 1)).astype(np.uint16)


# -- curves and a matrix


@dataclass(frozen=True, slots=True, eq=False)
class _Shaper:
    """A matrix profile: curves to linear light (``3 x 4096``, over :data:`_RAMP`) and a matrix from there to XYZ."""

    curves: _Plane
    matrix: npt.NDArray[np.float64]


@functools.lru_cache(maxsize=KEPT)
def _shaper(icc: bytes, intent: Intent) -> _Shaper | None:
    """The profile's curves and matrix, measured from LittleCMS; None where it cannot be one.

    A matrix profile sends a ramp in one channel along a line in XYZ: the end of the line is a column of the matrix, the
    position on it the curve. Whether the profile is one shows in how well that predicts other colours.
    """
    curves, columns = [], []
    for channel in range(3):
        ramp = np.zeros((1, len(_RAMP), 3), np.float32)
        ramp[0, :, channel] = _RAMP
        line = convert(ramp, icc, xyz_profile(), intent, "float32")[0].astype(np.float64)
        column = line[-1]
        curve = line @ column / max(float(column @ column), 1e-12)
        if curve[0] > 1e-3 or (np.diff(curve) < -1e-6).any():
            return None
        curves.append(np.maximum.accumulate(curve))
        columns.append(column)
    matrix = np.stack(columns, axis=1)
    return _Shaper(np.array(curves, np.float32), matrix) if np.linalg.cond(matrix) < 1e4 else None


class Shaped:
    """Values to linear light, by a matrix to that of the target, and back to values, all by tables."""

    def __init__(self, curves: _Plane, matrix: npt.NDArray[np.floating[Any]], target_curves: _Plane) -> None:
        levels = np.linspace(0.0, 1.0, _LEVELS)
        self._matrix = matrix.astype(np.float32)
        self._decode = np.stack([np.interp(levels, _RAMP, curve) for curve in curves], axis=-1).astype(np.float32)
        # Over the square root of light: near black, curves with an exponent are too steep for a table over light.
        self._encode = np.stack([np.interp(levels**2, curve, _RAMP) for curve in target_curves], axis=-1)

    @classmethod
    def between(cls, source: _Shaper, target: _Shaper) -> Shaped:
        return cls(source.curves, np.linalg.solve(target.matrix, source.matrix), target.curves)

    def __call__(self, pixels: Pixels, bits: int) -> Pixels:
        cv2 = load_cv2()
        root = self.linear(pixels)
        np.clip(root, 0.0, 1.0, out=root)
        cv2.sqrt(root, root)
        root *= np.float32(_LEVELS - 1)
        root += np.float32(0.5)
        return _look_up(root.astype(np.uint16), self._table(bits))

    def linear(self, pixels: Pixels) -> _Plane:
        """Linear light of the target, not cut off."""
        decode = self._decode[:: (_LEVELS - 1) // 255] if pixels.dtype == np.uint8 else self._decode
        values = pixels if pixels.dtype == np.uint8 else convert_depth(pixels, 16)
        return np.asarray(load_cv2().transform(_look_up(values, decode), self._matrix))

    @functools.lru_cache(maxsize=3)  # noqa: B019 - transforms are few, and kept as long as their tables
    def _table(self, bits: int) -> Pixels:
        return np.ascontiguousarray(convert_depth(self._encode.astype(np.float32)[None], bits)[0])


def _look_up(values: Pixels, table: Pixels) -> Pixels:
    """Each channel through its own column of a ``N x 3`` table."""
    return np.asarray(load_cv2().LUT(np.ascontiguousarray(values), np.ascontiguousarray(table)[None]))


# -- LittleCMS itself


@dataclass(frozen=True, slots=True)
class ExactTransform:
    """Every pixel through LittleCMS."""

    icc: bytes
    target: bytes
    intent: Intent

    def __call__(self, pixels: Pixels, bits: int) -> Pixels:
        dtypes: dict[int, Any] = {8: "uint8", 16: "uint16", 32: "float32"}
        source = pixels if pixels.dtype == np.float32 else convert_depth(pixels, 16)
        found = convert(source, self.icc, self.target, self.intent, dtypes[bits])
        return np.clip(found, 0.0, 1.0) if bits == 32 else found


# -- gray


@functools.lru_cache(maxsize=KEPT)
def gray_table(icc: bytes, target: bytes, intent: Intent, steps: int) -> npt.NDArray[np.uint8] | None:
    """8-bit RGB (``steps x 3``) of every gray level through a gray or an RGB profile; None where it is neither.

    Args:
        steps: 256 or 65536.
    """
    count = channels(icc)
    if count == 0:
        return None
    ramp = np.linspace(0.0, _LEVELS - 1, steps).astype(np.uint16)[None, :, None]
    table = convert(np.repeat(ramp, count, axis=2), icc, target, intent, "uint8")
    return np.ascontiguousarray(table.reshape(steps, 3), dtype=np.uint8)


def from_gray(pixels: Pixels, icc: bytes, target: bytes, intent: Intent, bits: int) -> Pixels:
    """``H x W x 1`` through a gray or RGB profile to another, as 16 bits or floating point.

    Returns:
        One channel or three, as the target has them.
    """
    if bits == 32:
        return convert(np.repeat(pixels, channels(icc), axis=2), icc, target, intent, "float32")
    return np.take(_gray_levels(icc, target, intent), convert_depth(pixels, 16)[:, :, 0], axis=0)


@functools.lru_cache(maxsize=KEPT)
def _gray_levels(icc: bytes, target: bytes, intent: Intent) -> Pixels:
    ramp = np.arange(_LEVELS, dtype=np.uint16)[None, :, None]
    levels: Pixels = convert(np.repeat(ramp, channels(icc), axis=2), icc, target, intent, "uint16")[0]
    return levels
