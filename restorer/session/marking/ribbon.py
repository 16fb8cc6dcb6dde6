"""Following a scratch or crease between clicked points, and measuring how wide it is.

The way is a path of least cost over a ridge filter (live-wire, Mortensen and Barrett 1995), found on a reduced window
around each pair of points, so that it costs the same on any photo. It is then straightened into a strip at the photo's
own scale, in which dynamic programming finds the middle line to a fraction of a pixel, and the width is taken between
the steepest falls of brightness on both sides.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from restorer.core.contract import FloatPlane
from restorer.core.geometry import Bounds
from restorer.core.image import Image
from restorer.core.lazy import load_cv2
from restorer.core.shapes import Point, Ribbon
from restorer.session.marking.ridge import MOST_COST, costs, full_strength, gray_window, ridges

WINDOW_PX = 120_000
"""Paths are looked for on no more pixels than this between two points."""
_MARGIN_SHARE, _MARGIN_PX, _MOST_MARGIN_PX = 0.2, 24, 400
"""How far beyond its two points a path may swing: a share of their distance and a little more, within reason."""
_STEP_PX = 1.0
"""Along the way, between two places that are measured."""
_HALF_STRIP_PX = 32
"""How far to both sides the strip reaches; lines may be about as wide as that."""
_SAMPLES_PER_PX = 2
_ALONG_PX = 15
"""Over how much of the way profiles are averaged before their width is read off: grain has no width."""
_BEND = 2.0
"""What it costs the middle line to move sideways, against how well it fits."""
_LEAST_WIDTH_PX, _UNKNOWN_WIDTH_PX = 1.0, 4.0
_NEAR_PX = 14.0
"""A fall of brightness that far from the middle counts half."""
_LEAST_FALL = 0.004
"""Of full white, over a pixel: what falls less has no edge that could be seen."""
_MOST_VARIED = 2.5
"""How many times as wide or as thin as usual a line may be somewhere."""
_EVERY_PX = 3.0
"""Distance of the points of a finished ribbon."""

Line = npt.NDArray[np.float64]
"""``N x 2``, x and y in image pixels, pixel centres at .5."""


@dataclass(frozen=True, eq=False)
class Trace:
    """A line that was followed.

    Attributes:
        line: its middle, about a pixel between points.
        widths_px: how wide it is at each of them.
        is_bright: whether it is lighter than what is beside it.
    """

    line: Line
    widths_px: npt.NDArray[np.float64]
    is_bright: bool

    def ribbon(self, widen_px: float = 0.0) -> Ribbon:
        """The band that covers it, a little wider on request."""
        kept = _every(self.line, _EVERY_PX)
        points = tuple((float(x), float(y)) for x, y in self.line[kept])
        return Ribbon(points, tuple(float(width) + widen_px for width in self.widths_px[kept]))

    def sides(self, widen_px: float = 0.0) -> tuple[Point, ...]:
        """Outline of that band, to be drawn."""
        kept = _every(self.line, _EVERY_PX)
        line, half = self.line[kept], (self.widths_px[kept, None] + widen_px) / 2
        normals = _normals(line)
        around = np.concatenate((line + normals * half, (line - normals * half)[::-1]))
        return tuple((float(x), float(y)) for x, y in around)


def follow(photo: Image, points: Sequence[Point]) -> Trace:
    """Follows a line through points that were clicked on or near it.

    Args:
        points: two at least, in image pixels; those outside of the photo count as lying on its edge.

    Raises:
        ValueError: for fewer than two points.
    """
    if len(points) < 2:
        raise ValueError("a ribbon needs two points")
    held = [_held(photo, point) for point in points]
    ways = [_both_ways(photo, start, end) for start, end in itertools.pairwise(held)]
    # One line is bright or dark all along: whichever is cheaper as a whole.
    is_bright = sum(way.bright_cost for way in ways) <= sum(way.dark_cost for way in ways)
    coarse = np.concatenate([way.bright if is_bright else way.dark for way in ways])
    reach = max(way.step for way in ways)
    return _measured(photo, _resampled(coarse, _STEP_PX), is_bright, reach)


def join(traces: Sequence[Trace]) -> Trace:
    """Lines that continue each other, as one."""
    return Trace(
        np.concatenate([trace.line for trace in traces]),
        np.concatenate([trace.widths_px for trace in traces]),
        traces[-1].is_bright,
    )


# -- the way, roughly


@dataclass(frozen=True, slots=True, eq=False)
class _Ways:
    """Between two points along what is bright and along what is dark, at every ``step``-th pixel."""

    bright: Line
    bright_cost: float
    dark: Line
    dark_cost: float
    step: int


def _both_ways(photo: Image, start: Point, end: Point) -> _Ways:
    margin = min(_MARGIN_PX + _MARGIN_SHARE * math.dist(start, end), _MOST_MARGIN_PX)
    window = Bounds(
        math.floor(min(start[0], end[0]) - margin),
        math.floor(min(start[1], end[1]) - margin),
        math.ceil(max(start[0], end[0]) + margin),
        math.ceil(max(start[1], end[1]) + margin),
    ).intersect(photo.bounds)
    step = max(1, math.ceil(math.sqrt(window.area / WINDOW_PX)))
    strengths = ridges(gray_window(photo, window, step))
    full = full_strength(*strengths)
    bright, dark = (_path(costs(strength, full), window, step, start, end) for strength in strengths)
    return _Ways(*bright, *dark, step)


def _path(cost: FloatPlane, window: Bounds, step: int, start: Point, end: Point) -> tuple[Line, float]:
    cv2 = load_cv2()
    (from_x, from_y), (to_x, to_y) = (
        (
            min(int((x - window.left) / step), cost.shape[1] - 1),
            min(int((y - window.top) / step), cost.shape[0] - 1),
        )
        for x, y in (start, end)
    )
    # Its own features are of edges; ours take the place of the gradient, whose costs are 0 to 1. It runs without the
    # interpreter's lock, which scikit-image's paths hold for all of their time.
    scissors = cv2.segmentation.IntelligentScissorsMB()
    scissors.setWeights(0.0, 0.0, 1.0)
    nothing = np.zeros(cost.shape, np.uint8)
    direction = np.zeros((*cost.shape, 2), np.float32)
    scissors.applyImageFeatures(nothing, direction, cost / np.float32(MOST_COST))
    scissors.buildMap((from_x, from_y))
    cells: npt.NDArray[np.int32] = scissors.getContour((to_x, to_y), backward=False).reshape(-1, 2)
    lengths = np.hypot(*np.diff(cells, axis=0, prepend=cells[:1]).T)
    total = float((cost[cells[:, 1], cells[:, 0]] * lengths).sum()) * step
    line = np.add((window.left, window.top), (cells + 0.5) * step, dtype=np.float64)
    return line, total


# -- the middle line and its width


def _measured(photo: Image, line: Line, is_bright: bool, coarse_px: int) -> Trace:
    if len(line) < 2:
        return Trace(line, np.full(len(line), _UNKNOWN_WIDTH_PX), is_bright)
    line = _smoothed(line, 4 * coarse_px + 3)
    for _ in range(2):
        # The second time round normals are those of the line itself, no more those of a staircase.
        strip, offsets = _strip(photo, line)
        sideways = _middle(strip if is_bright else -strip, offsets, limit=3 * coarse_px + 6)
        line = _resampled(_smoothed(line + _normals(line) * sideways[:, None], 5), _STEP_PX)
    strip, offsets = _strip(photo, line)
    left, right = _sides(strip if is_bright else -strip, offsets)
    # The middle of the two sides is surer than the crest of what may be flat on top.
    line = line + _normals(line) * ((right - left) / 2)[:, None]
    return Trace(line, np.clip(left + right, _LEAST_WIDTH_PX, 2 * _HALF_STRIP_PX), is_bright)


def _strip(photo: Image, line: Line) -> tuple[FloatPlane, npt.NDArray[np.float64]]:
    """Brightness beside a line: a row for each of its points, and the distances of the columns from it."""
    offsets = np.arange(-_HALF_STRIP_PX * _SAMPLES_PER_PX, _HALF_STRIP_PX * _SAMPLES_PER_PX + 1) / _SAMPLES_PER_PX
    normals = _normals(line)
    strip = np.empty((len(line), len(offsets)), np.float32)
    rows = 512
    for first in range(0, len(line), rows):
        part = slice(first, first + rows)
        at = line[part, None, :] + normals[part, None, :] * offsets[None, :, None]
        low, high = np.floor(at.min(axis=(0, 1))) - 2, np.ceil(at.max(axis=(0, 1))) + 2
        window = Bounds(int(low[0]), int(low[1]), int(high[0]), int(high[1])).intersect(photo.bounds)
        gray = gray_window(photo, window)
        places = (at - (window.left + 0.5, window.top + 0.5)).astype(np.float32)
        cv2 = load_cv2()
        strip[part] = cv2.remap(gray, places, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return strip, offsets


def _middle(strip: FloatPlane, offsets: npt.NDArray[np.float64], *, limit: float) -> npt.NDArray[np.float64]:
    """How far to the side the middle of a bright line lies at each point, by dynamic programming (Viterbi)."""
    cv2 = load_cv2()
    along = cv2.blur(strip, (1, _ALONG_PX), borderType=cv2.BORDER_REPLICATE)
    near = np.abs(offsets) <= limit
    places = offsets[near]
    fit = _ridge_across(along)[:, near]
    strongest = float(np.quantile(fit.max(axis=1), 0.75))
    if strongest <= 1e-6:
        return np.zeros(len(strip))
    cost = 1 - np.clip(fit / strongest, 0, 1) + 0.02 * np.abs(places) / max(limit, 1)
    reach = 2
    total = np.empty_like(cost)
    came = np.zeros(cost.shape, np.int8)
    total[0] = cost[0]
    for row in range(1, len(cost)):
        before = np.pad(total[row - 1], reach, constant_values=np.inf)
        options = np.stack(
            [
                before[reach + shift : len(before) - reach + shift] + _BEND * (shift / _SAMPLES_PER_PX) ** 2 / 4
                for shift in range(-reach, reach + 1)
            ]
        )
        best = options.argmin(axis=0)
        came[row] = best - reach
        total[row] = options[best, np.arange(len(places))] + cost[row]
    chosen = np.empty(len(cost), np.intp)
    chosen[-1] = int(total[-1].argmin())
    for row in range(len(cost) - 1, 0, -1):
        chosen[row - 1] = chosen[row] + came[row, chosen[row]]
    return places[chosen]


def _ridge_across(strip: FloatPlane) -> FloatPlane:
    """How much each sample of a row stands out above both of its sides, at the best of a few widths."""
    cv2 = load_cv2()
    best = np.zeros_like(strip)
    for half_px in (1, 2, 4, 8):
        half = half_px * _SAMPLES_PER_PX
        inner = cv2.blur(strip, (2 * half - 1, 1), borderType=cv2.BORDER_REPLICATE)
        side = cv2.blur(strip, (half, 1), borderType=cv2.BORDER_REPLICATE)
        away = half + half // 2 + 1
        left = np.pad(side, ((0, 0), (away, 0)), mode="edge")[:, : strip.shape[1]]
        right = np.pad(side, ((0, 0), (0, away)), mode="edge")[:, away:]
        np.maximum(best, (inner - np.maximum(left, right)) * half_px**0.25, out=best)
    return best


def _sides(
    strip: FloatPlane, offsets: npt.NDArray[np.float64]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """How far a bright line reaches to the left and to the right of each point, in pixels."""
    cv2 = load_cv2()
    along = cv2.blur(strip, (1, _ALONG_PX), borderType=cv2.BORDER_REPLICATE)
    middle = len(offsets) // 2
    left, right = (_steadied(_edge(half)) for half in (along[:, middle::-1], along[:, middle:]))
    return left, right


def _edge(half: FloatPlane) -> npt.NDArray[np.float64]:
    """Pixels from the middle to where each row falls most steeply; NaN where it does not fall.

    Steepness, and not a level half way down: beside a line the photo may well go on growing darker. The nearest fall
    counts that is at least half as steep as any, those further off counting for less.
    """
    cv2 = load_cv2()
    soft = cv2.blur(half, (3, 1), borderType=cv2.BORDER_REPLICATE)
    fall = np.maximum(soft[:, :-2] - soft[:, 2:], 0)
    distance = (np.arange(fall.shape[1]) + 1) / _SAMPLES_PER_PX
    score = fall / (1 + (distance / _NEAR_PX) ** 2)
    steepest = score.max(axis=1)
    before, after = np.roll(score, 1, axis=1), np.roll(score, -1, axis=1)
    before[:, 0] = after[:, -1] = -1
    is_peak = (score >= before) & (score >= after) & (score >= 0.5 * steepest[:, None])
    place = is_peak.argmax(axis=1)
    rows = np.arange(len(half))
    # To a fraction of a sample, by the parabola through the peak and its neighbours.
    low, high = score[rows, np.maximum(place - 1, 0)], score[rows, np.minimum(place + 1, score.shape[1] - 1)]
    bend = 2 * score[rows, place] - low - high
    shift = np.divide(high - low, 2 * bend, out=np.zeros(len(half)), where=bend > 1e-9)
    edge = np.asarray((place + 1 + shift.clip(-0.5, 0.5)) / _SAMPLES_PER_PX, np.float64)
    edge[steepest < _LEAST_FALL] = np.nan
    return edge


def _steadied(width: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Running median; what could not be measured takes the width of the rest."""
    known = np.isfinite(width)
    if not known.any():
        return np.full(len(width), _UNKNOWN_WIDTH_PX / 2)
    width = np.where(known, width, np.median(width[known]))
    reach = min(10, (len(width) - 1) // 2)
    if reach == 0:
        return width
    # Where another line runs into it, or it all but vanishes, it is not many times as wide or as thin.
    usual = float(np.median(width))
    padded = np.pad(width.clip(usual / _MOST_VARIED, usual * _MOST_VARIED), reach, mode="edge")
    steady: npt.NDArray[np.float64] = np.median(np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1), axis=1)
    return steady


# -- lines


def _held(photo: Image, point: Point) -> Point:
    return min(max(point[0], 0.5), photo.width - 0.5), min(max(point[1], 0.5), photo.height - 0.5)


def _normals(line: Line) -> Line:
    along = np.gradient(line, axis=0) if len(line) > 1 else np.array([[1.0, 0.0]])
    along /= np.maximum(np.hypot(along[:, :1], along[:, 1:]), 1e-9)
    return np.stack((-along[:, 1], along[:, 0]), axis=1)


def _resampled(line: Line, step_px: float) -> Line:
    """The same way with points in equal distances."""
    lengths = np.hypot(*np.diff(line, axis=0).T) if len(line) > 1 else np.zeros(0)
    kept = np.concatenate(([True], lengths > 1e-9))
    line = line[kept]
    place = np.concatenate(([0.0], np.cumsum(np.hypot(*np.diff(line, axis=0).T)))) if len(line) > 1 else np.zeros(1)
    count = max(2, round(float(place[-1]) / step_px) + 1)
    at = np.linspace(0, place[-1], count)
    return np.stack([np.interp(at, place, line[:, axis]) for axis in (0, 1)], axis=1)


def _smoothed(line: Line, over: int) -> Line:
    """Running mean that leaves both ends where they are."""
    reach = min(over // 2, (len(line) - 1) // 2)
    if reach < 1:
        return line
    # Mirrored through the ends, so that these stay.
    first = 2 * line[0] - line[reach:0:-1]
    last = 2 * line[-1] - line[-2 : -reach - 2 : -1]
    padded = np.concatenate((first, line, last))
    kernel = np.full(2 * reach + 1, 1 / (2 * reach + 1))
    return np.stack([np.convolve(padded[:, axis], kernel, "valid") for axis in (0, 1)], axis=1)


def _every(line: Line, step_px: float) -> npt.NDArray[np.intp]:
    """Indices of points about so far apart, the last included."""
    count = max(2, math.ceil(len(line) * _STEP_PX / step_px))
    return np.unique(np.linspace(0, len(line) - 1, count).round().astype(np.intp))
