"""Self-ensemble: a network sees a picture all eight ways round, and the mean of its answers counts.

Geometric self-ensemble (Timofte, Rothe and Van Gool 2016, "Seven ways to improve example-based single image super
resolution"). A network errs differently on a picture that is turned or mirrored, although nothing in it has changed;
the mean of eight answers is nearer to the truth than any of them, and takes eight times as long.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from restorer.core.contract import FloatPixels
from restorer.core.params import param

TURNS = 8
"""Quarter turns, each plain and mirrored."""

Call = Callable[[FloatPixels], FloatPixels]


def every_way_round() -> bool:
    """The field ``thorough`` of tasks that run a network over the photo."""
    field: bool = param(
        False,
        "Shows a network the photo all eight ways round and takes the mean: nearer to the truth, eight times as slow.",
        label="Thorough",
    )
    return field


def mean_of_turns(call: Call, pixels: FloatPixels, *, multiple: int = 1, scale: int = 1) -> FloatPixels:
    """What ``call`` makes of ``pixels``, as the mean over all eight ways round.

    Args:
        call: from ``H x W x C`` float32 to ``scale`` times as high and wide; any height and width.
        pixels: ``H x W x C``.
        multiple: side of the squares on whose grid ``call`` works. The picture is made up to whole ones, so that it
            lies on the same grid whichever way round, and a tile gives what the whole picture gives.
        scale: see ``call``.

    Returns:
        a new array.
    """
    height, width = pixels.shape[:2]
    padding = ((0, -height % multiple), (0, -width % multiple), (0, 0))
    whole = np.pad(pixels, padding, mode="edge") if any(map(sum, padding)) else pixels
    total = _seen(call, whole, 0)
    for turn in range(1, TURNS):
        total += _seen(call, whole, turn)
    total *= np.float32(1 / TURNS)
    return np.ascontiguousarray(total[: height * scale, : width * scale])


def _seen(call: Call, pixels: FloatPixels, turn: int) -> FloatPixels:
    """The answer to one of the ways round, turned back; a new array."""
    quarters, mirrored = turn % 4, turn >= 4
    view = np.rot90(pixels, quarters)
    answer = call(np.ascontiguousarray(view[:, ::-1] if mirrored else view))
    back = answer[:, ::-1] if mirrored else answer
    return np.array(np.rot90(back, -quarters), np.float32, order="C")
