"""Review of detections: the map of a network, read anew at any sensitivity, as finds that can be kept or dropped.

The network runs once. A survey cuts its map at a threshold, tells connected finds apart and gives each its class; what
the person decided about a find is remembered by a place in it, and so outlives another sensitivity.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from restorer.core.damage import DAMAGE_CLASSES, DEFAULT_SENSITIVITY, DamageMap, threshold_at
from restorer.core.geometry import Bounds
from restorer.core.lazy import load_cv2
from restorer.core.mask import Mask, Plane
from restorer.session.marking.find_levels import CLASS_BITS, DROPPED, HIDDEN, FindLevels, Packed, base_step, packed_base

_SAME_FIND = 4.0
"""A decision goes on to hold while what lies at its place is no more than so many times as large."""
_BANDS = 12
"""Finds are numbered from left to right in so many bands from the top down, so that the next is not far."""


@dataclass(frozen=True, slots=True)
class ReviewSettings:
    """What counts as a find.

    Attributes:
        sensitivity: see :func:`~restorer.core.damage.threshold_at`.
        classes: names of :data:`DAMAGE_CLASSES`; may be none.
        smallest_px: finds whose longer side is shorter are passed over.
    """

    sensitivity: float = DEFAULT_SENSITIVITY
    classes: tuple[str, ...] = DAMAGE_CLASSES
    smallest_px: int = 1

    @property
    def threshold(self) -> int:
        return threshold_at(self.sensitivity)


@dataclass(frozen=True, slots=True)
class Find:
    """Connected damage.

    Attributes:
        number: from 1, in the order they are gone through.
        label: its value in :attr:`Survey.labels`.
        kind: one of :data:`DAMAGE_CLASSES`.
        bounds: in photo pixels.
        area_px: how many pixels.
        sureness: of its surest pixel, 0 to 1.
        x, y: that pixel.
        kept: whether it is to be repaired.
    """

    number: int
    label: int
    kind: str
    bounds: Bounds
    area_px: int
    sureness: float
    x: int
    y: int
    kept: bool = True


@dataclass(frozen=True, slots=True)
class Decision:
    """What the person said about the find at a place.

    Attributes:
        x, y: photo pixels.
        area_px: of the find then.
        kept: whether it is to be repaired.
    """

    x: int
    y: int
    area_px: int
    kept: bool


@dataclass(slots=True, eq=False)
class Survey:
    """The finds at some settings. Belongs to one thread at a time.

    Attributes:
        settings: what was asked for.
        finds: by number.
        levels: the same, to be drawn.
        labels: which find each base pixel belongs to; 0 = none.
    """

    settings: ReviewSettings
    finds: list[Find]
    levels: FindLevels
    labels: npt.NDArray[np.int32] = field(repr=False)
    damage: DamageMap = field(repr=False)
    protected: Mask | None = field(repr=False)

    @property
    def kept(self) -> int:
        """How many finds are to be repaired."""
        return sum(find.kept for find in self.finds)

    def counts(self) -> dict[str, int]:
        """Number of finds of each class, dropped ones too."""
        counts = dict.fromkeys(DAMAGE_CLASSES, 0)
        for find in self.finds:
            counts[find.kind] += 1
        return counts

    def at(self, x: float, y: float, reach_px: float = 0.0) -> Find | None:
        """The find at a place of the photo, or the nearest within reach."""
        step = self.levels.step
        column, row, reach = int(x // step), int(y // step), int(np.ceil(reach_px / step))
        height, width = self.labels.shape
        part = Bounds(column - reach, row - reach, column + reach + 1, row + reach + 1).clip(width, height)
        labels = self.labels[part.slices]
        rows, columns = np.nonzero(labels)
        if rows.size == 0:
            return None
        away = (rows + part.top - row) ** 2 + (columns + part.left - column) ** 2
        by_label = {find.label: find for find in self.finds}
        for index in np.argsort(away, kind="stable"):
            find = by_label.get(int(labels[rows[index], columns[index]]))
            if find is not None and away[index] <= max(reach, 1) ** 2:
                return find
        return None

    def decide(self, number: int, kept: bool) -> tuple[Find, Decision]:
        """Keeps or drops a find here and now; the decision is for further surveys.

        Raises:
            IndexError: where there is no such find.
        """
        if not 1 <= number <= len(self.finds):
            raise IndexError(f"there are {len(self.finds)} finds, not one numbered {number}")
        find = replace(self.finds[number - 1], kept=kept)
        self.finds[number - 1] = find
        part = self._base_bounds(find)
        self.levels.set_dropped(part, self.labels[part.slices] == find.label, not kept)
        return find, Decision(find.x, find.y, find.area_px, kept)

    def shape(self) -> FindShape:
        """What is to be repaired, at the photo's own scale."""
        last = max((find.label for find in self.finds), default=0)
        wanted = np.zeros(max(last, int(self.labels.max(initial=0))) + 1, bool)
        wanted[[find.label for find in self.finds if find.kept]] = True
        whole = Bounds.of_size(self.damage.width, self.damage.height)
        around = Bounds.around(find.bounds for find in self.finds if find.kept).intersect(whole)
        return FindShape(around, self, wanted)

    def _base_bounds(self, find: Find) -> Bounds:
        step, box = self.levels.step, find.bounds
        height, width = self.labels.shape
        return Bounds(box.left // step, box.top // step, -(-box.right // step), -(-box.bottom // step)).clip(
            width, height
        )


@dataclass(frozen=True, eq=False)
class FindShape:
    """The kept finds of a survey as a :class:`~restorer.core.shapes.Shape`."""

    bounds: Bounds
    survey: Survey
    wanted: npt.NDArray[np.bool_]

    def coverage(self, part: Bounds) -> Plane:
        survey = self.survey
        step, damage = survey.levels.step, survey.damage
        inside = part.intersect(Bounds.of_size(damage.width, damage.height))
        plane = np.zeros((part.height, part.width), np.uint8)
        if inside.is_empty:
            return plane
        rows, columns = np.arange(inside.top, inside.bottom) // step, np.arange(inside.left, inside.right) // step
        chosen = self.wanted[survey.labels[rows[:, None], columns[None, :]]]
        if chosen.any():
            kinds = [DAMAGE_CLASSES.index(name) for name in survey.settings.classes]
            surest = damage.planes[(kinds, *inside.slices)].max(axis=0) if kinds else np.zeros_like(chosen, np.uint8)
            chosen &= surest >= survey.settings.threshold
            if survey.protected is not None:
                chosen &= survey.protected.plane[inside.slices] == 0
            plane[inside.translate(-part.left, -part.top).slices][chosen] = 255
        return plane


class Surveyor:
    """Reads one map of damage at any settings. Keeps what only the classes and the protection change; may be called
    from any thread, one survey at a time."""

    def __init__(self, damage: DamageMap) -> None:
        self.damage = damage
        self._lock = threading.Lock()
        self._base: tuple[tuple[str, ...], Mask | None, Packed] | None = None

    def survey(
        self, settings: ReviewSettings, decisions: Sequence[Decision] = (), protected: Mask | None = None
    ) -> Survey:
        """All finds at some settings.

        Args:
            decisions: the newest last.
            protected: nothing is found there; of the photo's size.
        """
        with self._lock:
            base = self._base_of(settings.classes, protected)
            return _survey(self.damage, base, settings, decisions, protected)

    def _base_of(self, classes: tuple[str, ...], protected: Mask | None) -> Packed:
        known = self._base
        if known is None or known[0] != classes or known[1] is not protected:
            plane = protected.plane if protected is not None else None
            self._base = known = classes, protected, packed_base(self.damage.planes, classes, plane)
        return known[2]


def _survey(
    damage: DamageMap, base: Packed, settings: ReviewSettings, decisions: Sequence[Decision], protected: Mask | None
) -> Survey:
    cv2 = load_cv2()
    strength = (base >> 8).astype(np.uint8)
    marked = (strength >= settings.threshold).astype(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(marked, connectivity=8, ltype=cv2.CV_32S)
    places = np.flatnonzero(marked)
    label, sure = labels.ravel()[places], strength.ravel()[places]
    kinds = (base.ravel()[places] & CLASS_BITS).astype(np.intp)
    votes = np.bincount(label * 8 + kinds, sure, count * 8).reshape(count, 8)
    kind = votes.argmax(axis=1)
    peak = np.zeros(count, np.uint8)
    np.maximum.at(peak, label, sure)
    at_peak = np.flatnonzero(sure == peak[label])[::-1]
    peak_at = np.zeros(count, np.intp)
    peak_at[label[at_peak]] = places[at_peak]

    step = base_step(damage.width, damage.height)
    sides = np.maximum(stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]) * step
    small = sides < settings.smallest_px
    small[0] = True
    kept = _kept(decisions, labels, stats[:, cv2.CC_STAT_AREA] * step**2, step)
    flags = np.where(small, HIDDEN, 0) | np.where(kept, 0, DROPPED)
    packed = base.copy()
    packed.ravel()[places] = (sure.astype(np.uint16) << 8) | (kind | flags).astype(np.uint16)[label]
    levels = FindLevels(packed, damage.width, damage.height)

    finds = _in_order(
        [
            Find(
                number=0,
                label=index,
                kind=DAMAGE_CLASSES[kind[index]],
                bounds=_bounds(stats[index], step, damage),
                area_px=int(stats[index, cv2.CC_STAT_AREA]) * step**2,
                sureness=float(peak[index]) / 255,
                x=int(peak_at[index] % base.shape[1]) * step,
                y=int(peak_at[index] // base.shape[1]) * step,
                kept=bool(kept[index]),
            )
            for index in np.flatnonzero(~small).tolist()
        ],
        damage.height,
    )
    return Survey(settings, finds, levels, labels, damage, protected)


def _kept(
    decisions: Sequence[Decision], labels: npt.NDArray[np.int32], areas: npt.NDArray[np.int64], step: int
) -> npt.NDArray[np.bool_]:
    """What was decided about each label; the newest decision counts, and one about a find that has meanwhile run into
    others does not."""
    kept = np.ones(len(areas), bool)
    for decision in decisions:
        row, column = min(decision.y // step, labels.shape[0] - 1), min(decision.x // step, labels.shape[1] - 1)
        label = int(labels[row, column])
        if label and areas[label] <= _SAME_FIND * max(decision.area_px, step**2):
            kept[label] = decision.kept
    return kept


def _bounds(stat: npt.NDArray[np.int32], step: int, damage: DamageMap) -> Bounds:
    left, top, width, height = (int(value) * step for value in stat[:4])
    return Bounds(left, top, left + width, top + height).clip(damage.width, damage.height)


def _in_order(finds: list[Find], height: int) -> list[Find]:
    band = max(1, -(-height // _BANDS))
    finds.sort(key=lambda find: (find.y // band, find.x, find.y))
    return [replace(find, number=number) for number, find in enumerate(finds, 1)]
