"""The cosine transform and the quantisation tables of JPEG, and the quality that tables stand for."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Table = npt.NDArray[np.int64]
"""``8 x 8``, by vertical and horizontal frequency."""

_LUMA = (
    *(16, 11, 10, 16, 24, 40, 51, 61),
    *(12, 12, 14, 19, 26, 58, 60, 55),
    *(14, 13, 16, 24, 40, 57, 69, 56),
    *(14, 17, 22, 29, 51, 87, 80, 62),
    *(18, 22, 37, 56, 68, 109, 103, 77),
    *(24, 35, 55, 64, 81, 104, 113, 92),
    *(49, 64, 78, 87, 103, 121, 120, 101),
    *(72, 92, 95, 98, 112, 100, 103, 99),
)
_CHROMA = (
    *(17, 18, 24, 47, 99, 99, 99, 99),
    *(18, 21, 26, 66, 99, 99, 99, 99),
    *(24, 26, 56, 99, 99, 99, 99, 99),
    *(47, 66, 99, 99, 99, 99, 99, 99),
    *(99,) * 32,
)


def quantisation_table(quality: int, *, chroma: bool = False) -> Table:
    """Steps of the 64 frequencies at a quality of 1 to 100, as the Independent JPEG Group's library scales them.

    Source: ITU-T T.81, annex K; ``jcparam.c`` of libjpeg.
    """
    base = np.array(_CHROMA if chroma else _LUMA, np.int64).reshape(8, 8)
    percent = 5000 // quality if quality < 50 else 200 - 2 * quality
    return np.clip((base * percent + 50) // 100, 1, 255)


def quality_of(table: Sequence[int]) -> int:
    """The quality, 1 to 100, whose table for brightness is nearest to the 64 steps of a file, by their logarithms.

    Programs with tables of their own get the quality of those that do as much harm.

    Raises:
        ValueError: where these are not 64 steps above 0.
    """
    steps = np.asarray(table, np.float64)
    if steps.shape != (64,) or steps.min() < 1:
        raise ValueError("a quantisation table has 64 steps above 0")
    # In whatever order they are given.
    wanted = np.log(np.sort(steps))
    distances = [
        float(np.abs(np.log(np.sort(quantisation_table(quality).ravel())) - wanted).sum()) for quality in range(1, 101)
    ]
    return int(np.argmin(distances)) + 1


def cosine_matrix() -> npt.NDArray[np.float32]:
    """``8 x 8``, orthonormal: ``matrix @ block @ matrix.T`` are the coefficients of a block."""
    place, frequency = np.arange(8), np.arange(8)[:, None]
    rows = np.cos(np.pi * (2 * place + 1) * frequency / 16) / 2
    rows[0] /= np.sqrt(2)
    return np.asarray(rows, np.float32)
