"""Where a photo is to be filled and what is known around it, looked up window by window at any scale.

Nothing here is ever as large as the photo: a window is computed when it is asked for. Scales are powers of two: a pixel
of level ``n`` stands for a square of ``2 ** n`` photo pixels.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from restorer.core.contract import FloatPixels, FloatPlane
from restorer.core.geometry import Bounds
from restorer.core.image import Image
from restorer.core.lazy import load_cv2
from restorer.core.mask import Mask
from restorer.core.unit import to_unit
from restorer.tasks.composite import coverage

Flags = npt.NDArray[np.bool_]
"""``H x W`` bool."""

PAINTED_FROM = 32
"""Coverage, of 255, from which a mask pixel counts as painted: an eighth, so that the rims of thin antialiased strokes
count and the invisible skirts of soft brushes do not."""

_COARSEST_PX = 128
"""Levels end where the whole photo is no larger than this: every network sees all of it at once there."""
_BLOCK_PX = 256
_BLOCKS_KEPT = 2048
"""Squares of the region that are remembered: 128 MiB at most, and only where the region is as large."""
_STRIP_PX = 4_000_000
"""Photo pixels that are averaged at a time when a window of a coarse level is looked up."""


class Holes:
    """The region of one photo that is to be filled: what is painted, grown and feathered.

    Args:
        photo: never copied, never changed.
        mask: of the photo's size; painted where it reaches :data:`PAINTED_FROM`.
        grow_px, feather_px: see :func:`restorer.tasks.composite.coverage`.
        depth_px: how far into a hole it is filled at a level. What lies deeper is left to the next coarser one.
    """

    def __init__(self, photo: Image, mask: Mask, *, grow_px: int, feather_px: int, depth_px: int) -> None:
        self.photo = photo
        self.depth_px = depth_px
        self.reach_px = grow_px + feather_px
        self._grow_px = grow_px
        self._feather_px = feather_px
        self._plane = mask.plane
        self._blocks: dict[tuple[int, int, int], Flags | None] = {}
        longest = max(photo.width, photo.height)
        self.last_level = max(0, math.ceil(math.log2(longest / _COARSEST_PX)))

    def extent(self, level: int) -> Bounds:
        """The whole photo at a level."""
        return Bounds.of_size(-(-self.photo.width >> level), -(-self.photo.height >> level))

    def occupied_blocks(self, side: int) -> Iterator[Bounds]:
        """Squares of a grid (clipped at the photo's edge), in reading order, that may hold pixels to be filled."""
        columns = np.arange(0, self.photo.width, side)
        bands = (self._plane[top : top + side].max(axis=0) for top in range(0, self.photo.height, side))
        highest = np.stack([np.maximum.reduceat(band, columns) for band in bands])
        near = load_cv2().dilate(
            (highest >= PAINTED_FROM).astype(np.uint8), np.ones((3, 3), np.uint8), iterations=-(-self.reach_px // side)
        )
        for row, column in np.argwhere(near):
            left, top = int(column) * side, int(row) * side
            yield Bounds(left, top, left + side, top + side).intersect(self.photo.bounds)

    def coverage(self, bounds: Bounds) -> FloatPlane:
        """How much of each photo pixel the fill replaces, 0 to 1; ``bounds`` must lie within the photo."""
        window = bounds.pad(self.reach_px + 1).intersect(self.photo.bounds)
        alpha = coverage(self._plane[window.slices] >= PAINTED_FROM, grow_px=self._grow_px, feather_px=self._feather_px)
        return alpha[bounds.translate(-window.left, -window.top).slices]

    def is_untouched(self, bounds: Bounds) -> bool:
        """Whether the fill surely changes nothing within these photo pixels (near its corners it may say no)."""
        window = bounds.pad(self.reach_px).intersect(self.photo.bounds)
        return int(self._plane[window.slices].max()) < PAINTED_FROM

    def hole(self, level: int, bounds: Bounds) -> Flags:
        """Pixels of a level that are to be filled: at level 0 all that change, above it those not known in any part."""
        hole = np.zeros((bounds.height, bounds.width), bool)
        for row in range(bounds.top // _BLOCK_PX, (bounds.bottom - 1) // _BLOCK_PX + 1):
            for column in range(bounds.left // _BLOCK_PX, (bounds.right - 1) // _BLOCK_PX + 1):
                flags = self._block(level, row, column)
                if flags is not None:
                    left, top = column * _BLOCK_PX, row * _BLOCK_PX
                    common = Bounds(left, top, left + _BLOCK_PX, top + _BLOCK_PX).intersect(bounds)
                    inside = common.translate(-left, -top).slices
                    hole[common.translate(-bounds.left, -bounds.top).slices] = flags[inside]
        return hole

    def _block(self, level: int, row: int, column: int) -> Flags | None:
        """One square of a grid over a level, as of :meth:`hole`; None where nothing is to be filled."""
        key = level, row, column
        if key not in self._blocks:
            if len(self._blocks) >= _BLOCKS_KEPT:
                self._blocks.pop(next(iter(self._blocks)))
            self._blocks[key] = self._changed(row, column) if level == 0 else self._halved(level, row, column)
        return self._blocks[key]

    def _changed(self, row: int, column: int) -> Flags | None:
        left, top = column * _BLOCK_PX, row * _BLOCK_PX
        block = Bounds(left, top, left + _BLOCK_PX, top + _BLOCK_PX).intersect(self.photo.bounds)
        return None if self.is_untouched(block) else self._padded(self.coverage(block) > 0)

    def _halved(self, level: int, row: int, column: int) -> Flags | None:
        """A block from the four of the finer level: what is known in any part is known."""
        finer = self.extent(level - 1)
        rows, columns = -(-finer.height // _BLOCK_PX), -(-finer.width // _BLOCK_PX)
        whole = np.ones((2 * _BLOCK_PX, 2 * _BLOCK_PX), bool)
        is_empty = True
        for y, x in ((0, 0), (0, 1), (1, 0), (1, 1)):
            if 2 * row + y < rows and 2 * column + x < columns:
                flags = self._block(level - 1, 2 * row + y, 2 * column + x)
                part = (slice(y * _BLOCK_PX, (y + 1) * _BLOCK_PX), slice(x * _BLOCK_PX, (x + 1) * _BLOCK_PX))
                whole[part] = False if flags is None else flags
                is_empty = is_empty and flags is None
        if is_empty:
            return None
        return np.asarray(whole.reshape(_BLOCK_PX, 2, _BLOCK_PX, 2).all(axis=(1, 3)))

    @staticmethod
    def _padded(flags: Flags) -> Flags:
        """A block with what lies beyond the photo's edge as hole: nothing is known there."""
        padded = np.ones((_BLOCK_PX, _BLOCK_PX), bool)
        padded[: flags.shape[0], : flags.shape[1]] = flags
        return padded

    def coarse_share(self, level: int, bounds: Bounds) -> FloatPlane:
        """How much of each pixel of :meth:`hole` is to come from the next coarser level, by how deep it lies.

        Returns:
            ``H x W`` float32: 0 in the outer half of the depth, rising over the inner half, and 1 for all that lies
            deeper, which is not filled at this level at all.
        """
        none = np.zeros((bounds.height, bounds.width), np.float32)
        if level >= self.last_level:
            return none
        window = bounds.pad(self.depth_px + 2).intersect(self.extent(level))
        hole = self.hole(level, window)
        # A pixel that deep has a disc of hole around it, of which at least a quarter lies within the photo.
        if np.count_nonzero(hole) < (self.depth_px / 2) ** 2 * math.pi / 4:
            return none
        cv2 = load_cv2()
        distance = cv2.distanceTransform(hole.astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
        share = np.clip(2 * distance / self.depth_px - 1, 0, 1)
        return np.asarray(share[bounds.translate(-window.left, -window.top).slices], np.float32)

    def crop(self, level: int, bounds: Bounds) -> tuple[FloatPixels, Flags]:
        """Colours of a window of a level (alpha left out), and where they are not to be used.

        Returns:
            ``H x W x C`` float32 with full white at 1, 0 where unknown; and the unknown: the hole and whatever is not
            a finite number.
        """
        if level > 0:
            values, weight = self._shrunk(level, bounds)
            return values, weight == 0
        return self._photo_crop(bounds)

    def _photo_crop(self, bounds: Bounds) -> tuple[FloatPixels, Flags]:
        """As :meth:`crop`, of level 0."""
        values = to_unit(self.photo.crop(bounds)[..., : self.photo.color_channels])
        unknown = self.hole(0, bounds)
        if self.photo.pixels.dtype == np.float32:
            unknown |= ~np.isfinite(values).all(axis=2)
        values[unknown] = 0
        return values, unknown

    def _shrunk(self, level: int, bounds: Bounds) -> tuple[FloatPixels, FloatPlane]:
        """Means of the known photo pixels under each pixel of a level, and the share of them that is known."""
        values = np.zeros((bounds.height, bounds.width, self.photo.color_channels), np.float32)
        weights = np.zeros((bounds.height, bounds.width), np.float32)
        rows = max(1, _STRIP_PX // (bounds.width << 2 * level))
        for top in range(bounds.top, bounds.bottom, rows):
            strip = Bounds(bounds.left, top, bounds.right, min(top + rows, bounds.bottom))
            part = slice(strip.top - bounds.top, strip.bottom - bounds.top)
            self._shrink_strip(level, strip, values[part], weights[part])
        return values, weights

    def _shrink_strip(self, level: int, strip: Bounds, values: FloatPixels, weights: FloatPlane) -> None:
        """Fills ``values`` and ``weights`` for one strip of :meth:`_shrunk`."""
        cv2 = load_cv2()
        full = Bounds(*(edge << level for edge in (strip.left, strip.top, strip.right, strip.bottom)))
        source = full.intersect(self.photo.bounds)
        beyond = (0, full.bottom - source.bottom, 0, full.right - source.right)

        def shrink(plane: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
            padded = cv2.copyMakeBorder(plane, *beyond, cv2.BORDER_CONSTANT, value=(0, 0, 0, 0))
            small = cv2.resize(padded, (strip.width, strip.height), interpolation=cv2.INTER_AREA)
            return np.asarray(small, np.float32)

        pixels, unknown = self._photo_crop(source)
        weights[:] = shrink((~unknown).astype(np.float32))
        means = shrink(pixels).reshape(values.shape)
        np.divide(means, weights[..., None], out=values, where=weights[..., None] > 0)
