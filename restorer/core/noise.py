"""Random numbers that belong to places of a photo, so that whoever looks at a part of it finds the same ones there."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from restorer.core.geometry import Bounds

_CELL_PX = 64


def white_noise(bounds: Bounds, planes: int, seed: int) -> npt.NDArray[np.float32]:
    """Standard normal noise that depends on the seed and the place alone, not on where ``bounds`` begin.

    Args:
        bounds: may reach outside of the photo.
        planes: independent values a pixel.

    Returns:
        ``H x W x planes`` float32.
    """
    result = np.empty((bounds.height, bounds.width, planes), np.float32)
    for row in range(bounds.top // _CELL_PX, (bounds.bottom - 1) // _CELL_PX + 1):
        for column in range(bounds.left // _CELL_PX, (bounds.right - 1) // _CELL_PX + 1):
            left, top = column * _CELL_PX, row * _CELL_PX
            common = Bounds(left, top, left + _CELL_PX, top + _CELL_PX).intersect(bounds)
            # Windows may begin outside of the photo, and numpy's seeds must not be negative.
            random = np.random.default_rng((seed % 2**32, row + 2**16, column + 2**16))
            noise = random.standard_normal((_CELL_PX, _CELL_PX, planes), np.float32)
            result[common.translate(-bounds.left, -bounds.top).slices] = noise[common.translate(-left, -top).slices]
    return result


def normal_vector(length: int, seed: int) -> npt.NDArray[np.float32]:
    """``length`` standard normal float32 that depend on the seed alone."""
    return np.random.default_rng(seed % 2**32).standard_normal(length, np.float32)


def draw_seed(seed: int, number: int) -> int:
    """Seed of the ``number``-th of several independent draws, 0 to 2**32 - 1."""
    return int(np.random.SeedSequence((seed % 2**32, number)).generate_state(1)[0])
