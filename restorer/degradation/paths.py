"""Paths that marks follow: random walks, fibres, nearly straight lines."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from restorer.degradation.canvas import Points

Values = npt.NDArray[np.float64]


def random_walk(
    rng: np.random.Generator, start: Values, angle: float, length_px: float, *, turn: float, stride_px: float = 4.0
) -> Points:
    """A line whose direction is a random walk: ``turn`` is the standard deviation of its steps, in radians."""
    count = max(3, int(length_px / stride_px) + 1)
    angles = angle + np.cumsum(rng.normal(0.0, turn, count))
    steps = stride_px * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    path: Points = start + np.cumsum(steps, axis=0) - steps[0]
    return path


def fibre(rng: np.random.Generator, start: Values, length_px: float, *, curl: float, stride_px: float = 3.0) -> Points:
    """A line whose curvature wanders, as a hair's does; ``curl`` is its total turning, in radians."""
    count = max(4, int(length_px / stride_px) + 1)
    bend = np.cumsum(rng.normal(0.0, 1.0, count)) * 0.3 + rng.normal(0.0, 1.0)
    bend *= curl / max(float(np.abs(bend).sum()), 1e-9)
    angles = rng.uniform(0, 2 * np.pi) + np.cumsum(bend)
    steps = stride_px * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    return start + np.cumsum(steps, axis=0)


def wandering_line(
    rng: np.random.Generator, start: Values, end: Values, *, stray_px: float, stride_px: float
) -> Points:
    """From start to end, straying sideways by about ``stray_px``, smoothly."""
    length = float(np.hypot(*(end - start)))
    count = max(8, int(length / stride_px))
    share = np.linspace(0, 1, count)
    walk = np.cumsum(rng.normal(0, 1, count))
    walk -= walk[0] + share * (walk[-1] - walk[0])
    walk *= stray_px / max(float(walk.std()), 1e-9)
    across = np.array([start[1] - end[1], end[0] - start[0]]) / max(length, 1e-9)
    return start + share[:, None] * (end - start) + walk[:, None] * across


def smooth_values(rng: np.random.Generator, count: int, knots: int) -> Values:
    """``count`` numbers of 0 to 1 that vary slowly, through ``knots`` random ones."""
    points = rng.uniform(0, 1, max(2, knots))
    return np.interp(np.linspace(0, 1, count), np.linspace(0, 1, len(points)), points)


def tapered(count: int, share: float = 0.15) -> Values:
    """1 in the middle, falling to 0 over ``share`` of the length at both ends."""
    places = np.linspace(0, 1, count)
    return np.clip(np.minimum(places, 1 - places) / max(share, 1e-6), 0, 1) ** 0.5


def runs(keep: npt.NDArray[np.bool_], shortest: int = 3) -> list[slice]:
    """Unbroken stretches of True, of at least ``shortest`` points."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], keep, [False]]).astype(np.int8)))
    return [slice(a, b) for a, b in zip(edges[::2], edges[1::2], strict=True) if b - a >= shortest]


def place(rng: np.random.Generator, width: int, height: int, margin: float = 0.0) -> Values:
    """A random point of the photo, or up to ``margin`` of its size outside."""
    return rng.uniform((-margin * width, -margin * height), ((1 + margin) * width, (1 + margin) * height))
