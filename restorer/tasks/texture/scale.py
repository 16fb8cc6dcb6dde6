"""One scale of the synthesis: which patch of the photo goes where, and what that makes of the hole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from restorer.core.contract import FloatPixels, FloatPlane
from restorer.core.lazy import load_cv2
from restorer.core.progress import CancelToken
from restorer.tasks.holes import Flags
from restorer.tasks.texture.patches import RADIUS_PX, SIDE_PX, Indices, PatchSpace, Vectors

_GUIDE_SIGMA_PX = 2.0
_GUIDE_AT = ((0, 0), (-RADIUS_PX, 0), (RADIUS_PX, 0), (0, -RADIUS_PX), (0, RADIUS_PX))
_RIM_PX = 6.0
"""How far into a hole the guide is believed fully, in pixels of a scale: there a network continues what it sees."""
_TRUST = (0.3, 0.4, 0.6, 0.8)
"""How much it is believed in the middle of a hole, finest scale first: where it is the mean of what could be there, its
low frequencies are still the likeliest."""
_LIVELINESS = (0.8, 0.6, 0.0, 0.0)
"""Share of a patch's contrast that is taken off its cost, finest scale first. A guide that is a mean has less contrast
than any one picture it is the mean of, so the nearest patch to it is too smooth a one. At coarse scales that would make
objects out of the guide's shadows."""
_TIE_SIGMA_PX = 8.0
_VOTE_SIGMA_PX = 0.5
"""Patches are copied for little more than their centres: wider votes blur."""
_STEPS = (8, 4, 2, 1)
_SIDES = ((0, 1), (0, -1), (1, 0), (-1, 0))


@dataclass(slots=True, eq=False)
class Scale:
    """A picture at one scale, with what is to be textured in it.

    Attributes:
        guide: ``H x W x C``, known pixels and a fill.
        unknown: pixels that are not the photo's: nothing is copied from there.
        wanted: pixels to texture, all of them unknown.
        index: 0 is the finest scale, each further one half of it.
        depth: how far each unknown pixel lies from a known one.
        sources, targets: centres of the patches to copy from and of those that touch what is wanted.
        matches: for each target the source it is copied from.
    """

    guide: FloatPixels
    unknown: Flags
    wanted: Flags
    index: int = 0
    depth: FloatPlane = field(init=False)
    sources: Indices = field(init=False)
    targets: Indices = field(init=False)
    matches: Indices = field(init=False)
    _is_source: Flags = field(init=False)
    _place: Indices = field(init=False)
    _space: PatchSpace = field(init=False)
    _smooth: FloatPixels = field(init=False)
    _vectors: Vectors = field(init=False)
    _penalty: Vectors = field(init=False)
    _cost: Vectors = field(init=False)

    def __post_init__(self) -> None:
        cv2 = load_cv2()
        self._is_source = usable_sources(self.unknown).ravel()
        self.sources = np.flatnonzero(self._is_source).astype(np.int64)
        near = cv2.dilate(self.wanted.astype(np.uint8), np.ones((SIDE_PX, SIDE_PX), np.uint8)) > 0
        self.targets = np.flatnonzero(near & _inner(*self.unknown.shape)).astype(np.int64)
        self._place = np.full(self.unknown.size, -1, np.int64)
        self._place[self.targets] = np.arange(len(self.targets))
        self.depth = cv2.distanceTransform(self.unknown.astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
        self.matches = np.zeros(len(self.targets), np.int64)
        self._cost = np.ones(len(self.targets), np.float32)

    def prepare(self, rng: np.random.Generator) -> None:
        """Describes the patches to copy from; to be called before the first search."""
        cv2 = load_cv2()
        smooth = cv2.GaussianBlur(self.guide, (0, 0), _GUIDE_SIGMA_PX, borderType=cv2.BORDER_REFLECT)
        self._smooth = smooth.reshape(self.guide.shape)
        self._space = PatchSpace.of(self.guide, self.sources, rng)
        own = self._described(self.guide, self.sources)
        self._vectors = np.zeros((self.unknown.size, own.shape[1]), np.float32)
        self._vectors[self.sources] = own
        contrast = own[:, : self._space.contrast]
        self._penalty = np.zeros(self.unknown.size, np.float32)
        share = np.float32(_of(_LIVELINESS, self.index))
        self._penalty[self.sources] = -share * np.einsum("ij,ij->i", contrast, contrast)

    def begin_at_random(self, rng: np.random.Generator, token: CancelToken) -> None:
        """Any source for each target, then by what the guide says alone: its own patches are too smooth to compare."""
        self.matches = rng.choice(self.sources, len(self.targets))
        self.search(self.guide, 3, rng, token, by_guide=True)

    def begin_from(self, coarser: Scale) -> None:
        """Each target is copied from where its pixel at the next coarser scale is."""
        width = self.unknown.shape[1]
        other_height, other_width = coarser.unknown.shape
        rows, columns = np.divmod(self.targets, width)
        parents = np.minimum(rows // 2, other_height - 1) * other_width + np.minimum(columns // 2, other_width - 1)
        parents = _nearest(coarser.targets, coarser.unknown.shape)[parents]
        old = coarser.matches[coarser._place[parents]]
        down, right = np.divmod(old, other_width) - np.stack(np.divmod(parents, other_width))
        rows = np.clip(rows + 2 * down, RADIUS_PX, self.unknown.shape[0] - 1 - RADIUS_PX)
        columns = np.clip(columns + 2 * right, RADIUS_PX, width - 1 - RADIUS_PX)
        found = rows * width + columns
        if not (usable := self._is_source[found]).all():
            found[~usable] = _nearest(self.sources, self.unknown.shape)[found[~usable]]
        self.matches = found

    def search(
        self,
        picture: FloatPixels,
        rounds: int,
        rng: np.random.Generator,
        token: CancelToken,
        *,
        by_guide: bool = False,
    ) -> None:
        """PatchMatch (Barnes et al. 2009) for all targets at once: neighbours' offsets, then ever closer guesses.

        Args:
            picture: what the hole looks like so far.
            token: asked between rounds, and within them between offsets and guesses.
            by_guide: only low frequencies are compared.

        Raises:
            Cancelled: once the token says so.
        """
        search = _Search(self, self._described(picture, self.targets), by_guide)
        for turn in range(rounds):
            for step in _STEPS if turn == 0 else _STEPS[2:]:
                token.raise_if_cancelled()
                for down, right in _SIDES:
                    search.propagate(down * step, right * step)
            token.raise_if_cancelled()
            search.guess(rng)
        self.matches, self._cost = search.found, search.cost
        if not by_guide:
            self._cost = search.cost - self._penalty[search.found]

    def copied(self) -> tuple[FloatPixels, Flags]:
        """The picture made of the sources' patches, and where it is: on what is wanted and a patch's radius around."""
        height, width, channels = self.guide.shape
        total = np.zeros((height, width, channels), np.float32)
        weights = np.zeros((height, width), np.float32)
        scale = 2 * (float(np.quantile(self._cost, 0.75)) + 1e-8)
        trust = np.exp(-np.maximum(self._cost, 0) / np.float32(scale))
        trust *= 1.3 ** -np.minimum(self.depth.ravel()[self.targets], 20)
        plane = np.zeros((height, width), np.float32)
        plane.ravel()[self.targets] = trust + 1e-12
        flat = self.guide.reshape(-1, channels)
        reach = max(1, round(2 * _VOTE_SIGMA_PX))
        voted = np.zeros((height, width, channels), np.float32)
        for down in range(-reach, reach + 1):
            for right in range(-reach, reach + 1):
                weight = np.float32(np.exp(-(down**2 + right**2) / (2 * _VOTE_SIGMA_PX**2)))
                voted.reshape(-1, channels)[self.targets] = flat[self.matches + down * width + right]
                to, of = _shifted(down, height), _shifted(right, width)
                share = plane[to[1], of[1]] * weight
                total[to[0], of[0]] += voted[to[1], of[1]] * share[..., None]
                weights[to[0], of[0]] += share
        there = weights > 0
        result = self.guide.copy()
        result[there] = total[there] / weights[there][:, None]
        return result, there

    def tied(self, copied: FloatPixels, there: Flags) -> FloatPixels:
        """A copied picture with its low frequencies drawn towards the guide's, known pixels as they are."""
        cv2 = load_cv2()
        known = there.astype(np.float32)
        total = cv2.GaussianBlur(known, (0, 0), _TIE_SIGMA_PX) + np.float32(1e-6)
        lacking = cv2.GaussianBlur((self.guide - copied) * known[..., None], (0, 0), _TIE_SIGMA_PX)
        drawn = copied + (self.trust() / total)[..., None] * lacking.reshape(copied.shape)
        return np.where(self.wanted[..., None], drawn, self.guide).astype(np.float32)

    def sources_by_pixel(self) -> npt.NDArray[np.int64]:
        """``H x W``: where each pixel is copied from; itself outside of what is wanted and a patch's radius around.

        At the picture's edge, where no patch has its centre, pixels follow the nearest patch.
        """
        width = self.unknown.shape[1]
        plane = np.arange(self.unknown.size, dtype=np.int64)
        edge = np.flatnonzero(self.wanted.ravel() & (self._place < 0))
        if len(edge):
            near = _nearest(self.targets, self.unknown.shape)[edge]
            plane[edge] = self.matches[self._place[near]] + edge - near
        plane[self.targets] = self.matches
        return plane.reshape(-1, width)

    def trust(self) -> FloatPlane:
        """How much the guide is believed at each pixel, by how deep it lies: 1 at the rim."""
        deep = _of(_TRUST, self.index)
        return np.asarray(deep + (1 - deep) * np.exp(-((self.depth / _RIM_PX) ** 2)), np.float32)

    def _described(self, picture: FloatPixels, centres: Indices) -> Vectors:
        """Patches of a picture, and the guide's low frequencies around them."""
        rows, columns = np.divmod(centres, self.unknown.shape[1])
        weight = np.float32(SIDE_PX / np.sqrt(len(_GUIDE_AT)))
        around = [self._smooth[rows + down, columns + right] * weight for down, right in _GUIDE_AT]
        return np.concatenate([self._space.vectors(picture, centres), *around], axis=1)


class _Search:
    """State of one search: the best source of each target so far, and its cost."""

    def __init__(self, scale: Scale, wanted: Vectors, by_guide: bool) -> None:
        self._scale = scale
        self._wanted = wanted
        self._patch = scale._space.basis.shape[1]
        self._by_guide = by_guide
        self._trust = scale.trust().ravel()[scale.targets][:, None]
        self._rows, self._columns = np.divmod(scale.targets, scale.unknown.shape[1])
        self.found = scale.matches.copy()
        self.cost = self._costs(self.found, slice(None))

    def _costs(self, sources: Indices, which: Indices | slice) -> Vectors:
        apart = self._scale._vectors[sources] - self._wanted[which]
        guide = apart[:, self._patch :]
        guide *= self._trust[which]
        if self._by_guide:
            apart = guide
        cost: Vectors = np.einsum("ij,ij->i", apart, apart)
        return cost if self._by_guide else cost + self._scale._penalty[sources]

    def propagate(self, down: int, right: int) -> None:
        """Tries for each target the offset of a neighbour."""
        height, width = self._scale.unknown.shape
        rows, columns = self._rows + down, self._columns + right
        inside = (rows >= 0) & (rows < height) & (columns >= 0) & (columns < width)
        neighbour = np.where(inside, self._scale._place[np.where(inside, rows * width + columns, 0)], -1)
        from_rows, from_columns = np.divmod(self.found[neighbour], width)
        self._try(from_rows - down, from_columns - right, neighbour >= 0)

    def guess(self, rng: np.random.Generator) -> None:
        """Tries for each target places around its source, in ever smaller squares."""
        height, width = self._scale.unknown.shape
        radius = max(height, width)
        while radius >= 1:
            rows, columns = np.divmod(self.found, width)
            rows = rows + rng.integers(-radius, radius + 1, len(rows))
            columns = columns + rng.integers(-radius, radius + 1, len(columns))
            self._try(rows, columns, np.ones(len(rows), bool))
            radius //= 2

    def _try(self, rows: Indices, columns: Indices, usable: npt.NDArray[np.bool_]) -> None:
        height, width = self._scale.unknown.shape
        usable = usable & (rows >= 0) & (rows < height) & (columns >= 0) & (columns < width)
        sources = np.where(usable, rows * width + columns, 0)
        usable &= self._scale._is_source[sources] & (sources != self.found)
        which = np.flatnonzero(usable)
        if not len(which):
            return
        cost = self._costs(sources[which], which)
        better = cost < self.cost[which]
        self.cost[which[better]] = cost[better]
        self.found[which[better]] = sources[which[better]]


def usable_sources(unknown: Flags) -> Flags:
    """Centres of the patches that lie within the picture and hold nothing unknown."""
    near = load_cv2().dilate(unknown.astype(np.uint8), np.ones((SIDE_PX, SIDE_PX), np.uint8)) > 0
    return np.asarray(~near & _inner(*unknown.shape))


def _of(values: Sequence[float], index: int) -> float:
    return values[min(index, len(values) - 1)]


def _inner(height: int, width: int) -> Flags:
    inner = np.zeros((height, width), bool)
    inner[RADIUS_PX : height - RADIUS_PX, RADIUS_PX : width - RADIUS_PX] = True
    return inner


def _nearest(centres: Indices, shape: tuple[int, ...]) -> Indices:
    """For each pixel the nearest of ``centres``."""
    cv2 = load_cv2()
    away = np.ones(shape, np.uint8)
    away.ravel()[centres] = 0
    _, labels = cv2.distanceTransformWithLabels(away, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL)
    of_label = np.zeros(int(labels.max()) + 1, np.int64)
    of_label[labels.ravel()[centres]] = centres
    nearest: Indices = of_label[labels.ravel()]
    return nearest


def _shifted(by: int, length: int) -> tuple[slice, slice]:
    """Where values land that are moved, and where they come from."""
    return slice(max(0, by), length + min(0, by)), slice(max(0, -by), length + min(0, -by))
