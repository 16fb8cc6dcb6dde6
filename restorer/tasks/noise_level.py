"""How noisy a photo is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import numpy.typing as npt

from restorer.core.geometry import Bounds
from restorer.core.image import Image
from restorer.core.progress import CancelToken
from restorer.core.unit import to_unit

NOISE = "noise"
"""Name of the fact."""
STEPS = 255.0
"""Noise is told to people in steps of 8 bits."""
_BLOCK_PX = 32
_MOST_BLOCKS = 1000
_TONES = 5
"""Noise differs with brightness: as many groups of blocks are looked at, from dark to bright …"""
_FLAT_SHARE = 0.12
"""… in each of them those with the least structure …"""
_LEVEL_SHARE = 0.5
"""… and of the groups' levels the one that this share of them stays below: enough for most of the photo."""
_MAD = 0.6745
"""Median of the absolute value of a normal variable of deviation 1."""
_MOST = 60.0
_CLIPPED = 0.15
_LEAST_SIDE = 8

Array = npt.NDArray[np.float32]


def survey_noise(photo: Image, token: CancelToken) -> Mapping[str, float]:
    """The facts for :class:`restorer.tasks.spec.Locality`; see :func:`noise_level`."""
    return {NOISE: noise_level(photo, token)}


def noise_level(photo: Image, token: CancelToken) -> float:
    """Standard deviation of the noise in a channel, in steps of 8 bits (0 to 255), rounded to tenths.

    The median absolute value of the diagonal details (Donoho and Johnstone 1994), taken in blocks of little structure
    and at two scales, of which the coarser one tells of grain that is wider than a pixel. Blocks at black or white,
    where noise is cut off, do not count. 0 where nothing is found above what rounding to the photo's own depth makes.
    """
    found = [_of_block(block) for block in _blocks(photo, token)]
    if not found:
        return 0.0
    blocks = np.array(found)
    groups = np.array_split(blocks[np.argsort(blocks[:, 0], kind="stable")], min(_TONES, len(blocks)))
    level = float(np.quantile([_of_group(group) for group in groups], _LEVEL_SHARE)) * STEPS
    # Rounding alone has a deviation of 0.29 steps; the estimate from few values of it scatters.
    rounding = {1: 0.45, 2: 0.05}.get(photo.pixels.dtype.itemsize, 0.02)
    return round(min(level, _MOST), 1) if level > rounding else 0.0


def _blocks(photo: Image, token: CancelToken) -> Iterator[Array]:
    """Blocks spread evenly over the photo, in unit scale, without the channels that are clipped."""
    side = min(_BLOCK_PX, photo.width // 2 * 2, photo.height // 2 * 2)
    if side < _LEAST_SIDE:
        return
    across, down = photo.width // side, photo.height // side
    stride = max(1, int(np.ceil(np.sqrt(across * down / _MOST_BLOCKS))))
    for row in range(0, down, stride):
        token.raise_if_cancelled()
        for column in range(0, across, stride):
            box = Bounds(column * side, row * side, (column + 1) * side, (row + 1) * side)
            unit = to_unit(photo.crop(box)[..., : photo.color_channels])
            usable = np.mean((unit <= 0) | (unit >= 1), axis=(0, 1)) < _CLIPPED
            if usable.any() and np.isfinite(unit).all():
                yield unit[..., usable]


def _of_group(blocks: npt.NDArray[np.float64]) -> float:
    """Level of blocks as :func:`_of_block` describes them: the middle one of those of little structure."""
    flat = np.argsort(blocks[:, 1], kind="stable")[: max(1, int(len(blocks) * _FLAT_SHARE))]
    return float(np.median(blocks[flat, 2]))


def _of_block(block: Array) -> tuple[float, float, float]:
    """Brightness, how much structure there is, and the level of the noise (root of the mean square over channels)."""
    fine, half = _diagonal(block)
    coarse, quarter = _diagonal(half)
    levels = _deviation(fine), _deviation(coarse)
    structure = float(np.abs(np.diff(quarter, axis=0)).mean() + np.abs(np.diff(quarter, axis=1)).mean())
    return float(block.mean()), structure, max(levels)


def _diagonal(pixels: Array) -> tuple[Array, Array]:
    """Diagonal details of the Haar wavelet, of the deviation of the pixels, and sums of four pixels divided by two."""
    height, width = pixels.shape[0] // 2 * 2, pixels.shape[1] // 2 * 2
    a, b = pixels[:height:2, :width:2], pixels[:height:2, 1:width:2]
    c, d = pixels[1:height:2, :width:2], pixels[1:height:2, 1:width:2]
    half = np.float32(0.5)
    return np.asarray((a - b - c + d) * half, np.float32), np.asarray((a + b + c + d) * half, np.float32)


def _deviation(details: Array) -> float:
    by_channel = np.median(np.abs(details), axis=(0, 1)) / _MAD
    return float(np.sqrt(np.mean(by_channel**2)))
