"""Filling a region tile by tile, as many times over as answers are wanted."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from restorer.core.errors import DeviceError
from restorer.core.geometry import Bounds
from restorer.core.image import Image, Patch
from restorer.core.mask import Mask, MaskPiece
from restorer.core.progress import CancelToken, TaskEvent, TileFinished, TilesPlanned, TileStarted
from restorer.tasks.fill import FilledTile, TileFiller
from restorer.tasks.grain_survey import GrainSurvey
from restorer.tasks.holes import Holes
from restorer.tasks.means import Means
from restorer.tasks.regions import Layout, Tile, plan_tiles, replan, tiles_for
from restorer.tasks.texture.stage import Texturing

DEPTH_PX = 40
"""How far into a hole it is filled at full scale. Holes thicker than that (half of it from each side) are filled coarse
to fine, see :meth:`restorer.tasks.holes.Holes.coarse_share`."""


@dataclass(frozen=True, slots=True, eq=False)
class Region:
    """What is to be filled.

    Attributes:
        photo, mask: of one size.
        grow_px, feather_px: see :func:`restorer.tasks.composite.coverage`.
        grain: 1 = as much as the surroundings have.
        seed: of the grain and the texture.
        texture: how much of the photo's own texture wide places are given, 1 = all.
        within: only what this part of the photo rests on is filled; all if None.
    """

    photo: Image
    mask: Mask
    grow_px: int
    feather_px: int
    grain: float
    seed: int
    texture: float = 0.0
    within: Bounds | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """One fill of a region.

    Attributes:
        number: 1 is the most likely one.
        patches: pixels to paste.
        filled: where they replace the photo's own.
        tiles: calls it took, those included whose work was thrown away when memory ran out.
    """

    number: int
    patches: tuple[Patch, ...]
    filled: tuple[MaskPiece, ...]
    tiles: int

    def equals(self, other: Answer) -> bool:
        """Whether both are the same fill, bit by bit."""
        return len(self.patches) == len(other.patches) and all(
            mine.bounds == theirs.bounds and np.array_equal(mine.pixels, theirs.pixels)
            for mine, theirs in zip(self.patches, other.patches, strict=True)
        )


def fill_region(
    region: Region, means: Means, numbers: Sequence[int], token: CancelToken
) -> Generator[TaskEvent, None, tuple[Answer, ...]]:
    """Fills a region once for each number, and stops early where an answer is the same as the first.

    A second TilesPlanned (after the device's memory ran out) replaces the first: it lists what is left.

    Raises:
        Cancelled: between two tiles, once the token says so.
    """
    token.raise_if_cancelled()
    work = _Work(region, means, token)
    answers: list[Answer] = []
    finished = 0
    for later, number in zip(reversed(range(len(numbers))), numbers, strict=True):
        work.begin(number)
        if not answers:
            yield work.planned(later)
        while work.tiles:
            token.raise_if_cancelled()
            tile, total = work.tiles[0], finished + work.left(later)
            yield TileStarted(finished, total, tile.photo_bounds(region.photo.bounds))
            token.raise_if_cancelled()
            done = work.attempt(tile)
            if done is None:
                yield means.step_down(work.side)
                work.shrink()
                yield work.planned(later)
                finished = 0
                continue
            work.accept(tile, done)
            yield TileFinished(finished, total, done.patch)
            finished += 1
        total = finished + work.left(later)
        for place, patch in work.textured():
            if patch is None:
                yield TileStarted(finished, total, place)
                token.raise_if_cancelled()
            else:
                yield TileFinished(finished, total, patch)
                finished += 1
        answers.append(work.answer())
        if len(answers) > 1 and answers[-1].equals(answers[0]):
            return tuple(answers[:-1])
    return tuple(answers)


@dataclass(slots=True, eq=False)
class _Work:
    """The tiles of one answer that are left, and what those before came to.

    Attributes:
        side: largest tile that fits.
        plan: every tile of an answer that begins now.
        tiles: those of the present answer that are left.
    """

    region: Region
    means: Means
    token: CancelToken
    side: int = field(init=False)
    layout: Layout = field(init=False)
    holes: Holes = field(init=False)
    survey: GrainSurvey = field(init=False)
    texturing: Texturing = field(init=False)
    plan: tuple[Tile, ...] = field(init=False)
    tiles: tuple[Tile, ...] = field(init=False)
    _number: int = field(init=False)
    _filler: TileFiller = field(init=False)
    _patches: list[Patch] = field(init=False)
    _filled: list[MaskPiece] = field(init=False)
    _calls: int = 0
    _is_filled: bool = False
    _untextured: int = 0

    def __post_init__(self) -> None:
        self._fit()
        self._survey_holes()

    def begin(self, number: int) -> None:
        """Starts an answer, from nothing; where only the texture differs, from what is filled already."""
        self._number = number
        if not self.means.can_vary and self._is_filled:
            del self._patches[self._untextured :]
            return
        self.tiles = self.plan
        self._filler = TileFiller(
            self.holes,
            self.survey,
            grain=self.region.grain,
            seed=self.region.seed,
            can_refine=self.means.can_refine,
            correct=self.means.correct,
        )
        self._patches, self._filled = [], []

    def attempt(self, tile: Tile) -> FilledTile | None:
        """One tile, or None where the device could not do it.

        The error ends here, before anybody steps down: its traceback would keep alive what has to be freed.
        """
        number = self._number if self.means.can_vary else 1
        try:
            return self._filler.fill(tile, self.layout, self.means.answer(number))
        except DeviceError:
            return None

    def accept(self, tile: Tile, done: FilledTile) -> None:
        """Goes on to the next tile."""
        self.tiles = self.tiles[1:]
        self._calls += 1
        if tile.level == 0:
            self._patches.append(done.patch)
            self._filled.append(done.filled)

    def textured(self) -> Iterator[tuple[Bounds, Patch | None]]:
        """Puts texture into what is filled: for each step where it works, and afterwards a patch to look at."""
        self._is_filled = True
        self._untextured = len(self._patches)
        steps = self.texturing.run(self._filler, self._number)
        for place in self.texturing.steps:
            yield place, None
            step = next(steps, None)
            if step is None:
                return
            patch, is_final = step
            if is_final:
                self._patches.append(patch)
            yield place, patch

    def left(self, later: int) -> int:
        """Tiles and steps of this answer and of ``later`` ones."""
        return len(self.tiles) + len(self.texturing.steps) + later * len(self._one_more)

    @property
    def _one_more(self) -> tuple[Bounds, ...]:
        """Where a further answer works."""
        bounds = self.region.photo.bounds
        tiles = self.plan if self.means.can_vary else ()
        return (*(tile.photo_bounds(bounds) for tile in tiles), *self.texturing.steps)

    def shrink(self) -> None:
        """Cuts what is left into tiles that fit the memory the engine now allows."""
        self._fit()
        if self.layout.context_px < self.holes.depth_px:
            # A tile in the middle of a hole would see nothing that is known; holes have to be filled from coarser
            # scales than planned.
            self._survey_holes()
            self.begin(self._number)
        else:
            self.plan = replan(self.holes, self.plan, self.layout)
            self.tiles = replan(self.holes, self.tiles, self.layout)

    def answer(self) -> Answer:
        """What the tiles came to."""
        calls, self._calls = self._calls, 0
        return Answer(self._number, tuple(self._patches), tuple(self._filled), calls)

    def planned(self, later: int) -> TilesPlanned:
        """What is left of this answer and of ``later`` ones."""
        bounds = self.region.photo.bounds
        tiles = (tile.photo_bounds(bounds) for tile in self.tiles)
        return TilesPlanned((*tiles, *self.texturing.steps, *self._one_more * later))

    def _fit(self) -> None:
        self.side = self.means.side()
        self.layout = Layout.within(self.side, self.means.context_px)

    def _survey_holes(self) -> None:
        region = self.region
        self.holes = Holes(
            region.photo,
            region.mask,
            grow_px=region.grow_px,
            feather_px=region.feather_px,
            depth_px=min(DEPTH_PX, self.layout.context_px),
        )
        self.survey = GrainSurvey(self.holes)
        self.plan = plan_tiles(self.holes, self.layout, self.token)
        self.texturing = Texturing(
            self.holes,
            self.survey,
            amount=region.texture if self.means.takes_texture else 0,
            grain=region.grain,
            seed=region.seed,
            token=self.token,
            within=region.within,
        )
        if region.within is not None:
            wanted = Bounds.around((region.within, *self.texturing.windows))
            self.plan = tiles_for(self.plan, wanted, region.photo.bounds)
