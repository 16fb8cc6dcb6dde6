"""Filling planned tiles one by one: each sees what was filled before it, and joins it without a seam."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Protocol

import numpy as np

from restorer.core.contract import FloatPixels, FloatPlane
from restorer.core.errors import MissingTileError
from restorer.core.geometry import Bounds
from restorer.core.image import Image, Patch
from restorer.core.lazy import load_cv2
from restorer.core.mask import MaskPiece
from restorer.tasks.composite import composite
from restorer.tasks.grain import add_grain
from restorer.tasks.grain_survey import GrainSurvey
from restorer.tasks.holes import Flags, Holes
from restorer.tasks.mosaic import Mosaic
from restorer.tasks.regions import Layout, Tile


class Fill(Protocol):
    """Fills a crop."""

    def __call__(
        self, pixels: FloatPixels, mask: FloatPlane, place: Bounds, start: FloatPixels | None, /
    ) -> FloatPixels:
        """A new array like ``pixels`` with what is masked filled.

        Args:
            pixels: ``H x W x C``, 0 to 1.
            mask: ``H x W``, 1 = fill.
            place: where the crop lies at its level.
            start: of ``pixels``' shape, a coarse fill to work out, not-a-number where there is none.
        """
        ...


Correct = Callable[[FloatPixels, FloatPlane, Bounds], FloatPixels]
"""A better fill of a crop, from a first one, from what of it was masked, and from the part that is asked for."""

_FINAL = 0.999
"""Weight from which a filled pixel counts as known for later tiles."""


@dataclass(frozen=True, slots=True, eq=False)
class FilledTile:
    """What a tile came to: pixels to show or paste, and how far each was filled (0 = the photo's own)."""

    patch: Patch
    filled: MaskPiece


class TileFiller:
    """State of one run over one photo: what is filled so far, at every level.

    Args:
        holes: of the photo.
        survey: of its grain.
        grain: 1 = as much grain as the surroundings have, 0 = none.
        seed: of the grain.
        can_refine: whether what comes from a coarser level is handed to the fill as a start; where not, it is taken
            as it is.
        correct: what betters fills at the photo's own scale, if anything does.
    """

    def __init__(
        self,
        holes: Holes,
        survey: GrainSurvey,
        *,
        grain: float,
        seed: int,
        can_refine: bool,
        correct: Correct | None = None,
    ) -> None:
        self._holes = holes
        self._photo: Image = holes.photo
        self._grain = grain
        self._survey = survey
        self._seed = seed
        self._can_refine = can_refine
        self._correct = correct
        self._levels = [Mosaic(self._photo.color_channels) for _ in range(holes.last_level + 1)]

    def read(self, bounds: Bounds) -> tuple[FloatPixels, FloatPlane]:
        """What is filled at the photo's scale so far, and a weight that is 0 where nothing is."""
        return self._levels[0].read(bounds)

    def fill(self, tile: Tile, layout: Layout, fill: Fill) -> FilledTile:
        """Computes one tile and returns it composited. The same tile may be tried again if ``fill`` raised.

        Raises:
            MissingTileError: where a coarser tile that this one rests on was never computed.
        """
        values, unknown = self._holes.crop(tile.level, tile.crop)
        hole = self._holes.hole(tile.level, tile.crop)
        earlier, weights = self._levels[tile.level].read(tile.crop)
        final = hole & (weights >= _FINAL)
        values[final] = earlier[final]
        fresh = hole & ~final
        share = self._holes.coarse_share(tile.level, tile.crop) * fresh
        inside = tile.extent.translate(-tile.crop.left, -tile.crop.top)
        coarse = self._from_coarser(tile, share, inside) if share.any() else None
        ask, start = unknown & ~final, None
        if coarse is not None and self._can_refine:
            start = np.where(share[..., None] > 0, coarse, np.float32(np.nan))
        elif coarse is not None:
            deep = share == 1
            values[deep] = coarse[deep]
            ask &= ~deep
        if (ask & hole)[inside.slices].any():
            better = self._correct if tile.level == 0 else None
            values = _call(partial(_answer, fill, better, tile.crop, inside), values, ask, start)
            if coarse is not None and start is None:
                values += share[..., None] * (coarse - values)
        if tile.level == 0 and self._grain > 0 and fresh[inside.slices].any():
            grain = self._survey.around(tile.core)
            values = add_grain(values, fresh, grain, amount=self._grain, bounds=tile.crop, seed=self._seed)
        ramp = _ramp(hole, inside, layout.overlap_px)
        self._levels[tile.level].lay(tile.extent, values[inside.slices], ramp * hole[inside.slices])
        return self._composited(tile)

    def _from_coarser(self, tile: Tile, share: FloatPlane, inside: Bounds) -> FloatPixels:
        """The next coarser level's pixels, enlarged to a crop.

        That level is filled only as far as tiles of this one write (and a little more); where it is not, ``share`` is
        set to 0, so that these pixels of the crop's rim keep being unknown.

        Raises:
            MissingTileError: where it is not filled though this tile writes there.
        """
        crop = tile.crop
        half = Bounds(crop.left // 2, crop.top // 2, -(-crop.right // 2), -(-crop.bottom // 2))
        window = half.pad(2).intersect(self._holes.extent(tile.level + 1))
        small, unknown = self._holes.crop(tile.level + 1, window)
        filled, weights = self._levels[tile.level + 1].read(window)
        small[unknown] = filled[unknown]
        is_there = ~unknown | (weights > 0)
        cv2 = load_cv2()
        size = window.width * 2, window.height * 2
        part = crop.translate(-2 * window.left, -2 * window.top).slices
        large = cv2.resize(small, size, interpolation=cv2.INTER_CUBIC).reshape(size[1], size[0], -1)[part]
        missing = cv2.resize(is_there.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST)[part] == 0
        if (missing & (share > 0))[inside.slices].any():
            raise MissingTileError("A part of the region was not filled at its coarser scale.")
        share[missing] = 0
        low, high = float(small.min()), float(small.max())
        return np.asarray(np.clip(large, low, high), np.float32)

    def _composited(self, tile: Tile) -> FilledTile:
        """The tile's pixels in the photo, cut to what it changes; a coarse tile enlarged."""
        bounds = tile.photo_bounds(self._photo.bounds)
        alpha = self._holes.coverage(bounds)
        values, weights = self._levels[tile.level].read(tile.extent)
        if tile.level > 0:
            alpha, values = self._enlarged(tile, bounds, alpha, values, weights)
        elif (weights[alpha > 0] == 0).any():
            raise MissingTileError("A part of the region was never filled.")
        rows, columns = np.flatnonzero(alpha.any(axis=1)), np.flatnonzero(alpha.any(axis=0))
        tight = Bounds(0, 0, 1, 1)
        if rows.size:
            tight = Bounds(int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1)
        alpha, values = alpha[tight.slices], values[tight.slices]
        where = tight.translate(bounds.left, bounds.top)
        patch = Patch(where, composite(self._photo.crop(where), values, alpha))
        return FilledTile(patch, MaskPiece(where, np.ceil(alpha * 255).astype(np.uint8)))

    @staticmethod
    def _enlarged(
        tile: Tile, bounds: Bounds, alpha: FloatPlane, values: FloatPixels, weights: FloatPlane
    ) -> tuple[FloatPlane, FloatPixels]:
        """Coverage and pixels of a coarse tile at the photo's scale, for a preview."""
        cv2 = load_cv2()
        size = tile.extent.width << tile.level, tile.extent.height << tile.level
        large = cv2.resize(values, size, interpolation=cv2.INTER_LINEAR).reshape(size[1], size[0], -1)
        there = cv2.resize((weights > 0).astype(np.uint8), size, interpolation=cv2.INTER_NEAREST)
        crop = (slice(0, bounds.height), slice(0, bounds.width))
        return np.where(there[crop] > 0, alpha, 0).astype(np.float32), large[crop]


def _answer(
    fill: Fill,
    correct: Correct | None,
    place: Bounds,
    inside: Bounds,
    pixels: FloatPixels,
    mask: FloatPlane,
    start: FloatPixels | None,
) -> FloatPixels:
    filled = fill(pixels, mask, place, start)
    return filled if correct is None else correct(filled, mask, inside)


def _call(
    answer: Callable[[FloatPixels, FloatPlane, FloatPixels | None], FloatPixels],
    values: FloatPixels,
    ask: Flags,
    start: FloatPixels | None,
) -> FloatPixels:
    """Asks for values brought to 0 to 1 (those of float photos may exceed it) and takes only what was asked."""
    known = values[~ask]
    low, high = min(0.0, float(known.min(initial=0))), max(1.0, float(known.max(initial=1)))
    if start is not None:
        low, high = (
            float(np.fmin.reduce(start, axis=None, initial=low)),
            float(np.fmax.reduce(start, axis=None, initial=high)),
        )
    span = high - low
    given = values
    if low != 0 or span != 1:
        given = (values - np.float32(low)) / np.float32(span)
        start = None if start is None else (start - np.float32(low)) / np.float32(span)
    given[ask] = 0
    filled = answer(given, ask.astype(np.float32), start) * np.float32(span) + np.float32(low)
    return np.where(ask[..., None], filled, values)


def _ramp(hole: Flags, inside: Bounds, overlap_px: int) -> FloatPlane:
    """Weights over a tile's extent: 1 within, falling towards those sides that cut through a hole.

    Args:
        hole: over the tile's crop.
        inside: the extent, within the crop.
        overlap_px: half the ramp's length, see :class:`Layout`.
    """
    within = hole[inside.slices]
    rows, columns = np.asarray(within.any(axis=1)), np.asarray(within.any(axis=0))
    height, width = hole.shape
    length = np.float32(max(1, 2 * overlap_px))
    y = np.minimum((np.arange(inside.height, dtype=np.float32) + 0.5) / length, 1)
    x = np.minimum((np.arange(inside.width, dtype=np.float32) + 0.5) / length, 1)
    weights = np.ones((inside.height, inside.width), np.float32)
    for is_cut, profile in ((inside.top > 0 and rows[0], y), (inside.bottom < height and rows[-1], y[::-1])):
        if is_cut:
            weights *= profile[:, None]
    for is_cut, profile in ((inside.left > 0 and columns[0], x), (inside.right < width and columns[-1], x[::-1])):
        if is_cut:
            weights *= profile[None, :]
    return weights
