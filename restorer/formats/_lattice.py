"""Colours between the nodes of a lattice of exact ones."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

from restorer.core.image import Pixels
from restorer.core.lazy import load_cv2
from restorer.formats.depth import convert_depth

_Plane = npt.NDArray[np.float32]
_Floats = npt.NDArray[np.floating[Any]]
_LEVELS = 65536
_RED, _GREEN, _BLUE = 4, 2, 1


class Lattice:
    """Colours between the nodes of a lattice, by the tetrahedron they lie in.

    That is what LittleCMS does between the nodes of a profile's own table: where those are nodes of the lattice as
    well, it is followed exactly, and what is neutral at the nodes is neutral between them. Between nodes the lightness
    of each channel is linear, as it is in tables of Lab: encoded values would be off by some levels near black.

    Source of the interpolation: Sakamoto and Itooka, US patent 4275413 (1981, expired).

    Args:
        exact: ``1 x N x 3`` values to those of the target, floating point.
        side: nodes along each channel.
        exponent: what they are spaced by: those of linear scanners must be dense near black.
        light: linear light of the target for an even ramp of values, a row for each channel; encoded values are
            interpolated where it is None.
    """

    def __init__(
        self, exact: Callable[[Pixels], Pixels], side: int, exponent: int, light: _Plane | None = None
    ) -> None:
        self._side, self._exponent = side, exponent
        levels = np.linspace(0.0, 1.0, side, dtype=np.float32) ** exponent
        nodes = np.stack(np.meshgrid(levels, levels, levels, indexing="ij"), axis=-1)
        values = exact(nodes.reshape(1, -1, 3))[0]
        even = np.linspace(0.0, 1.0, _LEVELS)
        if light is None:
            self._encode = np.repeat(even[:, None], 3, axis=1)
        else:
            ramp = np.linspace(0.0, 1.0, light.shape[1])
            lightness = [_lightness(np.interp(values[:, c], ramp, light[c])) for c in range(3)]
            values = np.stack(lightness, axis=-1)
            self._encode = np.stack([np.interp(_light(even), light[c], ramp) for c in range(3)], axis=-1)
        self._nodes = np.ascontiguousarray(values.T, dtype=np.float32)
        """A row for each channel: planes are worked on far quicker than pixels."""
        red, green = side * side, side
        steps = {_RED: red, _GREEN: green, _BLUE: 1}
        self._first, self._second = (
            np.array([each(*_order(code), steps) for code in range(8)], np.intp) for each in _WAYS
        )
        self._last = red + green + 1

    def __call__(self, pixels: Pixels, bits: int) -> Pixels:
        """``H x W x 3`` uint8, uint16 or float32 as 8 or 16 bits, or 32 for floating point, cut off at 0 and 1."""
        cv2 = load_cv2()
        top = np.float32(self._side - 1)
        place = np.clip(convert_depth(pixels, 32), 0.0, 1.0)
        if self._exponent != 1:
            cv2.pow(place, 1 / self._exponent, place)
        place *= top
        shares = list(cv2.split(place))
        begin: npt.NDArray[np.intp] = np.zeros(place.shape[:2], np.intp)
        for share in shares:
            node = np.minimum(share, top - 1).astype(np.int32)
            share -= node
            begin *= self._side
            begin += node
        red, green, blue = shares
        code = (red >= green) * np.uint8(4) + (green >= blue) * np.uint8(2) + (red >= blue) * np.uint8(1)
        largest = np.maximum(np.maximum(red, green), blue)
        smallest = np.minimum(np.minimum(red, green), blue)
        middle = red + green + blue - largest - smallest
        # From the node below, one step along each channel, that of the largest share first.
        corners = (
            (begin, 1 - largest),
            (begin + self._first.take(code), largest - middle),
            (begin + self._second.take(code), middle - smallest),
            (begin + self._last, smallest),
        )
        shown = cv2.merge([self._blend(nodes, corners) for nodes in self._nodes])
        return np.asarray(cv2.LUT(shown, self._table(bits)[None]))

    def _blend(self, nodes: _Plane, corners: Iterable[tuple[npt.NDArray[np.intp], _Plane]]) -> npt.NDArray[np.uint16]:
        """Levels of one channel of the target, for the table."""
        shown = sum(nodes.take(corner) * weight for corner, weight in corners)
        shown = np.clip(shown, 0.0, 1.0) * np.float32(_LEVELS - 1) + np.float32(0.5)
        levels: npt.NDArray[np.uint16] = shown.astype(np.uint16)
        return levels

    @functools.lru_cache(maxsize=3)  # noqa: B019 - lattices are few, and kept as long as their tables
    def _table(self, bits: int) -> Pixels:
        return np.ascontiguousarray(convert_depth(self._encode.astype(np.float32)[None], bits)[0])


def _order(code: int) -> tuple[int, int]:
    """The channels of the largest and of the smallest share, by which of them is not smaller than which."""
    red_green, green_blue, red_blue = bool(code & 4), bool(code & 2), bool(code & 1)
    largest = _RED if red_green and red_blue else _GREEN if green_blue and not red_green else _BLUE
    smallest = _BLUE if green_blue and red_blue else _GREEN if red_green and not green_blue else _RED
    return largest, smallest


_WAYS: tuple[Callable[[int, int, dict[int, int]], int], ...] = (
    lambda largest, _smallest, steps: steps[largest],
    lambda _largest, smallest, steps: sum(steps.values()) - steps[smallest],
)


def _lightness(light: _Floats) -> _Floats:
    """CIE L* over 100."""
    return np.where(light > 216 / 24389, 1.16 * np.cbrt(light) - 0.16, light * (24389 / 2700))


def _light(lightness: _Floats) -> _Floats:
    return np.where(lightness > 0.08, ((lightness + 0.16) / 1.16) ** 3, lightness / (24389 / 2700))
