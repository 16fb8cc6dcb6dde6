"""Filling a hole with the photo's own texture, coarse to fine, along a guide.

Image completion by patches (Wexler, Shechtman and Irani 2007) with PatchMatch (Barnes et al. 2009) as its search, and
two things that come from having a guide: low frequencies are compared with it and drawn towards it, by how far it can
be believed, and patches are not preferred for being as smooth as it is.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from restorer.core.contract import FloatPixels
from restorer.core.lazy import load_cv2
from restorer.core.progress import CancelToken
from restorer.tasks.holes import Flags
from restorer.tasks.texture.blend import screened_blend
from restorer.tasks.texture.scale import Scale, usable_sources

_LEAST_SIDE_PX = 32
_LEAST_THICKNESS_PX = 5
"""Scales end where the thickest place of the hole is no wider than twice this: a patch spans it there."""
_LEAST_SOURCES = 200
_ROUNDS = (4, 3, 3, 2)
"""Rounds of each search, finest scale first; the last counts for all that are coarser."""
_PASSES = (1, 1, 2, 2)
"""Searches at each scale, as above. More of them at the fine ones make fills smoother: each compares with a picture
that was put together from several patches."""
_SCREEN_RIM_PX, _SCREEN_DEEP_PX = 8.0, 24.0
_SCREEN_DEPTH_PX = 6.0


class Synthesis:
    """One picture whose hole is to be textured.

    Args:
        guide: ``H x W x C``, known pixels and a fill.
        unknown: where nothing may be copied from.
        wanted: pixels to texture, all of them unknown.
    """

    def __init__(self, guide: FloatPixels, unknown: Flags, wanted: Flags) -> None:
        self._scales = scales_of(unknown, wanted)
        self._guide = guide

    @property
    def count(self) -> int:
        """How many scales there are; 0 where too little is known to copy from."""
        return len(self._scales)

    def run(self, seed: int, token: CancelToken) -> Iterator[tuple[FloatPixels, Scale]]:
        """The picture after each scale (at that scale), coarsest first, and the scale. The last is the result.

        The same seed gives the same picture, another seed another one.

        Raises:
            Cancelled: within a search, once the token says so.
        """
        rng = np.random.default_rng(seed % 2**32)
        guides = [self._guide]
        for unknown, _ in self._scales[1:]:
            guides.append(halved(guides[-1], unknown.shape[0], unknown.shape[1]))
        coarser: Scale | None = None
        for index in reversed(range(len(self._scales))):
            scale = Scale(guides[index], *self._scales[index], index)
            scale.prepare(rng)
            if coarser is None:
                scale.begin_at_random(rng, token)
            else:
                scale.begin_from(coarser)
            kind = min(index, len(_PASSES) - 1)
            for _ in range(_PASSES[kind]):
                picture = scale.tied(*scale.copied())
                scale.search(picture, _ROUNDS[kind], rng, token)
            yield (_blended(scale) if index == 0 else scale.tied(*scale.copied())), scale
            coarser = scale


def scales_of(unknown: Flags, wanted: Flags) -> list[tuple[Flags, Flags]]:
    """Unknown and wanted pixels at each scale, finest first; none where too little is known to copy from."""
    if not wanted.any() or usable_sources(unknown).sum() < max(_LEAST_SOURCES, np.count_nonzero(wanted) // 4):
        return []
    cv2 = load_cv2()
    scales = [(unknown, wanted)]
    while True:
        padded = np.pad(unknown, 1).astype(np.uint8)
        thickness = float(cv2.distanceTransform(padded, cv2.DIST_L2, cv2.DIST_MASK_PRECISE).max())
        height, width = (-(-side // 2) for side in unknown.shape)
        if min(unknown.shape) // 2 < _LEAST_SIDE_PX or thickness < _LEAST_THICKNESS_PX:
            return scales
        unknown = any_of_four(unknown, height, width)
        wanted = any_of_four(wanted, height, width)
        if not wanted.any() or usable_sources(unknown).sum() < _LEAST_SOURCES:
            return scales
        scales.append((unknown, wanted))


def halved(picture: FloatPixels, height: int, width: int) -> FloatPixels:
    """Means of squares of four pixels; what lies beyond the edge is like the edge."""
    beyond = (0, 2 * height - picture.shape[0]), (0, 2 * width - picture.shape[1])
    padded = np.pad(picture, (*beyond, (0, 0)), mode="edge")
    return np.asarray(padded.reshape(height, 2, width, 2, -1).mean(axis=(1, 3)), np.float32)


def any_of_four(flags: Flags, height: int, width: int) -> Flags:
    """Squares of four pixels of which any is set."""
    padded = np.zeros((2 * height, 2 * width), bool)
    padded[: flags.shape[0], : flags.shape[1]] = flags
    return np.asarray(padded.reshape(height, 2, width, 2).any(axis=(1, 3)))


def _blended(scale: Scale) -> FloatPixels:
    copied, there = scale.copied()
    deep, rim = _SCREEN_DEEP_PX**-2, _SCREEN_RIM_PX**-2
    screening = deep + (rim - deep) * np.exp(-((scale.depth / _SCREEN_DEPTH_PX) ** 2))
    return screened_blend(copied, scale.guide, scale.wanted, there, np.asarray(screening, np.float32))
