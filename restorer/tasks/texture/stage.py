"""Putting the photo's own texture into the wide places of a region that has been filled."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from restorer.core.contract import FloatPixels, FloatPlane
from restorer.core.errors import MissingTileError
from restorer.core.geometry import Bounds
from restorer.core.image import Patch
from restorer.core.lazy import load_cv2
from restorer.core.noise import draw_seed
from restorer.core.progress import CancelToken
from restorer.tasks.composite import composite
from restorer.tasks.grain import add_grain
from restorer.tasks.grain_survey import GrainSurvey
from restorer.tasks.holes import Flags, Holes
from restorer.tasks.mosaic import Mosaic
from restorer.tasks.texture.copies import Copies
from restorer.tasks.texture.synthesis import Synthesis, any_of_four, halved, scales_of
from restorer.tasks.texture.wide import WidePiece, pieces_for, wide_parts, wide_pieces

_JOIN_PX = 4
"""Over so much texture fades towards the thin parts of the same hole, which have none."""
_STRIP_PX = 512
"""Rows that are put together at a time; a multiple of every scale's pixels."""
_HALO_PX = 32
"""How far around a strip grain and joins look."""
_GRAIN_DRAW = 1_000_003
"""Number of the draw that grain is added from, so that it is not that of the fill below once more."""


class Filled(Protocol):
    """What a region was filled with, at the photo's scale."""

    def read(self, bounds: Bounds, /) -> tuple[FloatPixels, FloatPlane]:
        """Pixels, full white at 1, and a weight that is 0 where there are none."""
        ...


class Texturing:
    """The wide places of one region.

    Args:
        holes, survey: of the photo.
        amount: 0 leaves a fill as it is, 1 gives it all the texture there is.
        grain: how much of the surroundings' grain is added where the texture has less, 1 = all.
        seed: of every random choice.
        within: only what this part of the photo shows; all if None.
    """

    def __init__(
        self,
        holes: Holes,
        survey: GrainSurvey,
        *,
        amount: float,
        grain: float,
        seed: int,
        token: CancelToken,
        within: Bounds | None = None,
    ) -> None:
        self._holes = holes
        self._survey = survey
        self._amount = amount
        self._grain = grain
        self._seed = seed
        self._token = token
        photo = holes.photo.bounds
        pieces = wide_pieces(holes, token) if amount > 0 else ()
        self._pieces = pieces if within is None else pieces_for(pieces, within, photo)
        nothing = Mosaic(holes.photo.color_channels)
        self._steps = []
        for piece in self._pieces:
            token.raise_if_cancelled()
            self._steps.append(len(scales_of(*self._marked(piece, nothing).shrunk(piece.level))))

    @property
    def windows(self) -> tuple[Bounds, ...]:
        """What has to be filled before texture can be put in."""
        return tuple(piece.window(self._holes.photo.bounds) for piece in self._pieces)

    @property
    def steps(self) -> tuple[Bounds, ...]:
        """Where each step of :meth:`run` works, in their order."""
        pairs = zip(self._pieces, self._steps, strict=True)
        return tuple(piece.core for piece, count in pairs for _ in range(count))

    def run(self, filled: Filled, number: int) -> Iterator[tuple[Patch, bool]]:
        """For each step a patch, and whether it is final; patches of earlier steps are to be looked at only.

        Args:
            filled: complete within :attr:`windows`.
            number: 1 is the first texture, any further number another one.

        Raises:
            MissingTileError: where something was not filled.
            Cancelled: within a search, once the token says so.
        """
        seed = self._seed if number == 1 else draw_seed(self._seed, number)
        done = Mosaic(self._holes.photo.color_channels)
        for piece, count in zip(self._pieces, self._steps, strict=True):
            if count == 0:
                continue
            marked = self._marked(piece, done)
            synthesis = Synthesis(self._guide(piece, marked, filled, done), *marked.shrunk(piece.level))
            for index, (picture, scale) in enumerate(synthesis.run(seed, self._token)):
                is_last = index == synthesis.count - 1
                level = piece.level + synthesis.count - 1 - index
                copies = Copies(self._holes.photo, marked.window, level, picture, scale)
                yield self._laid(piece, marked, filled, done, copies, is_last=is_last), is_last

    def _marked(self, piece: WidePiece, done: Mosaic) -> _Marked:
        window = piece.window(self._holes.photo.bounds)
        hole = self._holes.hole(0, window)
        unknown = hole.copy()
        if self._holes.photo.pixels.dtype == np.float32:
            unknown = self._holes.crop(0, window)[1]
        wanted = np.zeros_like(hole)
        inside = piece.core.translate(-window.left, -window.top).slices
        wanted[inside] = wide_parts(hole, reach_px=self._holes.reach_px)[inside] & (done.read(piece.core)[1] == 0)
        return _Marked(window, hole, unknown, wanted)

    def _guide(self, piece: WidePiece, marked: _Marked, filled: Filled, done: Mosaic) -> FloatPixels:
        """The filled photo over a piece's window, at the piece's scale."""
        window, factor = marked.window, 1 << piece.level
        strips = []
        for top in range(window.top, window.bottom, _STRIP_PX):
            strip = Bounds(window.left, top, window.right, min(top + _STRIP_PX, window.bottom))
            values = self._pixels(strip, marked, filled, done, check=True)
            for _ in range(piece.level):
                values = halved(values, *(-(-side // 2) for side in values.shape[:2]))
            strips.append(values)
        assert _STRIP_PX % factor == 0
        return np.concatenate(strips)

    def _pixels(
        self, bounds: Bounds, marked: _Marked, filled: Filled, done: Mosaic, *, check: bool = False
    ) -> FloatPixels:
        """The photo with what it was filled with, and the texture that is already there."""
        values = self._holes.crop(0, bounds)[0]
        hole = marked.part(marked.hole, bounds)
        fill, weights = filled.read(bounds)
        if check and (hole & (weights == 0)).any():
            raise MissingTileError("A part of the region was not filled before its texture.")
        values[hole] = fill[hole]
        texture, is_done = done.read(bounds)
        return np.where(is_done[..., None] > 0, texture, values)

    def _laid(
        self, piece: WidePiece, marked: _Marked, filled: Filled, done: Mosaic, copies: Copies, *, is_last: bool
    ) -> Patch:
        """The pixels a step came to, laid down for those after it where it is the last one of its piece.

        It goes strip by strip: holes as large as this need a coarse level, but their pixels are many.
        """
        photo, core = self._holes.photo, piece.core
        known = copies.scale.guide[~copies.scale.unknown]
        low, high = float(known.min()), float(known.max())
        result = []
        for top in range(core.top, core.bottom, _STRIP_PX):
            strip = Bounds(core.left, top, core.right, min(top + _STRIP_PX, core.bottom))
            around = strip.pad(_HALO_PX).intersect(marked.window)
            before = self._pixels(around, marked, filled, done)
            wanted = marked.part(marked.wanted, around)
            textured = copies.pixels(around) if is_last else copies.enlarged(around)
            share = self._amount * self._join(marked.part(marked.hole, around), wanted)
            values = before + share[..., None] * (np.clip(textured, low, high) - before)
            if is_last and self._grain > 0:
                grain = self._survey.around(core)
                seed = draw_seed(self._seed, _GRAIN_DRAW)
                values = add_grain(values, wanted, grain, amount=self._grain, bounds=around, seed=seed)
            inside = strip.translate(-around.left, -around.top).slices
            result.append((strip, values[inside], wanted[inside]))
        pixels = []
        for strip, values, wanted in result:
            if is_last:
                done.lay(strip, values, wanted.astype(np.float32))
            pixels.append(composite(photo.crop(strip), values, self._holes.coverage(strip)))
        return Patch(core, np.concatenate(pixels))

    @staticmethod
    def _join(hole: Flags, wanted: Flags) -> FloatPlane:
        """1 on what is wanted, falling towards what else is to be filled."""
        thin = hole & ~wanted
        if not thin.any():
            return wanted.astype(np.float32)
        cv2 = load_cv2()
        away = cv2.distanceTransform((~thin).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
        return np.asarray(np.clip(away / (_JOIN_PX + 1), 0, 1) * wanted, np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class _Marked:
    """Flags over a piece's window, at the photo's scale.

    Attributes:
        hole: what is filled.
        unknown: what is not the photo's own, or no number.
        wanted: what this piece is to texture.
    """

    window: Bounds
    hole: Flags
    unknown: Flags
    wanted: Flags

    def part(self, flags: Flags, bounds: Bounds) -> Flags:
        """Of one of them, that within photo pixels of the window."""
        return flags[bounds.translate(-self.window.left, -self.window.top).slices]

    def shrunk(self, level: int) -> tuple[Flags, Flags]:
        """Unknown and wanted at a level: a pixel is where any part of it is."""
        unknown, wanted = self.unknown, self.wanted
        for _ in range(level):
            height, width = (-(-side // 2) for side in unknown.shape)
            unknown, wanted = any_of_four(unknown, height, width), any_of_four(wanted, height, width)
        return unknown, wanted
