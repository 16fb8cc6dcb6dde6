"""Tone curves: points that a person sets, and a smooth line through them that never turns back between two."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from restorer.core.errors import InputError

STRAIGHT = ""
"""The curve that changes nothing."""
MOST_POINTS = 16
_LEAST_GAP = 0.1

Values = npt.NDArray[np.floating]


@dataclass(frozen=True, slots=True)
class ToneCurve:
    """A function of 0 to 1 through points given in percent, level beyond the first and the last one.

    Between points it is the cubic of Fritsch and Carlson (1980): where the points rise, so does the curve.

    Attributes:
        points: ``(input, output)`` in percent, 0 to 100, by rising input; two at least.
    """

    points: tuple[tuple[float, float], ...] = ((0.0, 0.0), (100.0, 100.0))

    def __post_init__(self) -> None:
        if not 2 <= len(self.points) <= MOST_POINTS:
            raise InputError(f"A curve has 2 to {MOST_POINTS} points, this one has {len(self.points)}.")
        if not all(math.isfinite(value) and 0.0 <= value <= 100.0 for point in self.points for value in point):
            raise InputError("The points of a curve lie between 0 and 100 %.")
        if any(b[0] - a[0] < _LEAST_GAP for a, b in zip(self.points, self.points[1:], strict=False)):
            raise InputError("The points of a curve go from dark to light, each at an input of its own.")

    @classmethod
    def parse(cls, text: str) -> ToneCurve:
        """From ``input:output,input:output …`` in percent; nothing is the straight curve.

        Raises:
            InputError: for anything else.
        """
        if not text.strip():
            return cls()
        try:
            pairs = [tuple(float(value) for value in pair.split(":")) for pair in text.split(",")]
        except ValueError:
            pairs = []
        if not pairs or any(len(pair) != 2 for pair in pairs):
            raise InputError(
                f"The curve {text!r} is not understood.",
                hint="Points are written input:output in %, as 0:0,50:60,100:100.",
            )
        return cls(tuple((pair[0], pair[1]) for pair in pairs))

    def to_text(self) -> str:
        """What :meth:`parse` reads; empty for the straight curve."""
        if self.is_straight:
            return STRAIGHT
        return ",".join(f"{round(x, 2):g}:{round(y, 2):g}" for x, y in self.points)

    @property
    def is_straight(self) -> bool:
        return all(abs(x - y) < 1e-9 for x, y in self.points) and self.points[0][0] == 0 and self.points[-1][0] == 100

    def __call__(self, values: Values) -> Values:
        """The curve of values of 0 to 1; a new float64 array."""
        if self.is_straight:
            return np.array(values, np.float64)
        x, y = (np.array([point[axis] for point in self.points]) / 100 for axis in (0, 1))
        slopes = _slopes(x, y)
        inside = np.clip(values, x[0], x[-1])
        piece = np.clip(np.searchsorted(x, inside, side="right") - 1, 0, len(x) - 2)
        width = (x[1:] - x[:-1])[piece]
        t = (inside - x[piece]) / width
        s = 1.0 - t
        result: Values = (
            s * s * (1 + 2 * t) * y[piece]
            + t * t * (3 - 2 * t) * y[piece + 1]
            + width * (s * s * t * slopes[piece] - t * t * s * slopes[piece + 1])
        )
        return result


def _slopes(x: Values, y: Values) -> Values:
    """Tangents at the points, held back so far that the curve is monotone wherever the points are."""
    secants = (y[1:] - y[:-1]) / (x[1:] - x[:-1])
    slopes = np.concatenate((secants[:1], (secants[1:] + secants[:-1]) / 2, secants[-1:]))
    slopes[1:-1][secants[1:] * secants[:-1] <= 0] = 0.0
    for index, secant in enumerate(secants):
        if secant == 0.0:
            slopes[index] = slopes[index + 1] = 0.0
            continue
        before, after = slopes[index] / secant, slopes[index + 1] / secant
        length = math.hypot(before, after)
        if length > 3.0:
            slopes[index], slopes[index + 1] = 3 * before / length * secant, 3 * after / length * secant
    return slopes
