"""Scratches: grooves in the emulsion, alone, in bundles, as scuffs, or running the length of a film."""

from __future__ import annotations

import numpy as np

from restorer.degradation.canvas import Color, Drawing, Layer, Points, noise_plane
from restorer.degradation.paths import place, random_walk, runs, smooth_values, tapered

NARROWEST_PX, WIDEST_PX = 0.5, 6.0
_MEDIAN_PX = 1.3


def draw_scratches(layer: Layer, rng: np.random.Generator, severity: float) -> None:
    """More, wider and deeper ones with rising severity; three of four bright (paper showing), the rest dark."""
    reach = layer.side / 256
    for bright in (True, False):
        expected = severity * reach * (3.5 if bright else 1.2)
        count = int(rng.poisson(expected)) + int(bright)
        if not count:
            continue
        drawing = Drawing(layer)
        for _ in range(count):
            _scratch(drawing, layer, rng, severity)
        tooth = 0.85 + 0.3 * noise_plane(layer, rng, 1.5)
        opacity = np.clip(drawing.strength() * tooth, 0, 1)
        layer.cover("scratch", drawing.coverage(rng.uniform(0.25, 0.7) * layer.scale), _tone(rng, bright), opacity)


def _scratch(drawing: Drawing, layer: Layer, rng: np.random.Generator, severity: float) -> None:
    style = rng.choice(4, p=(0.45, 0.2, 0.2, 0.15))
    strength = float(np.clip(rng.beta(2.2, 1.6) * (0.45 + 0.75 * severity), 0.12, 1))
    width = float(np.clip(_MEDIAN_PX * np.exp(rng.normal(0.15 * severity, 0.45)), NARROWEST_PX, WIDEST_PX))
    start = place(rng, layer.width, layer.height, 0.1)
    longest = float(np.hypot(layer.width, layer.height))
    angle = rng.uniform(0, 2 * np.pi)
    if style == 0:
        length = rng.uniform(0.12, 0.9) * min(longest, 500 * layer.scale)
        path = random_walk(rng, start, angle, length, turn=rng.uniform(0.005, 0.1), stride_px=4 * layer.scale)
        _groove(drawing, layer, rng, path, width, strength)
    elif style == 1:
        _bundle(drawing, layer, rng, start, angle, width, strength)
    elif style == 2:
        _scuff(drawing, layer, rng, start, angle, width, strength)
    else:
        _running(drawing, layer, rng, width, strength)


def _groove(
    drawing: Drawing, layer: Layer, rng: np.random.Generator, path: Points, width: float, strength: float
) -> None:
    """One line, thinner at its ends, sometimes lifting off in between."""
    count = len(path)
    swell = smooth_values(rng, count, count // 6)
    widths = width * layer.scale * (0.6 + 0.6 * swell) * (0.35 + 0.65 * tapered(count))
    gaps = rng.uniform(0, 0.35) if rng.random() < 0.5 else 0.0
    for part in runs(smooth_values(rng, count, count // 4) >= gaps):
        drawing.stroke(path[part], widths[part], strength)


def _bundle(
    drawing: Drawing,
    layer: Layer,
    rng: np.random.Generator,
    start: Points,
    angle: float,
    width: float,
    strength: float,
) -> None:
    """Nearly parallel ones, from one stroke of something rough."""
    length = rng.uniform(40, 320) * layer.scale
    path = random_walk(rng, start, angle, length, turn=rng.uniform(0.0, 0.05), stride_px=4 * layer.scale)
    across = np.array([-np.sin(angle), np.cos(angle)])
    spread = rng.uniform(3, 14) * layer.scale
    for _ in range(int(rng.integers(2, 8))):
        first, last = np.sort(rng.uniform(0, len(path), 2).astype(int))
        part = path[first : max(last, first + 4)] + across * rng.normal(0, spread)
        if len(part) > 2:
            _groove(drawing, layer, rng, part, width * rng.uniform(0.4, 1.0), strength * rng.uniform(0.5, 1.0))


def _scuff(
    drawing: Drawing,
    layer: Layer,
    rng: np.random.Generator,
    center: Points,
    angle: float,
    width: float,
    strength: float,
) -> None:
    """Many short fine ones about one place, in roughly one direction or in all."""
    spread, scatter = rng.uniform(10, 45) * layer.scale, rng.choice((0.15, 1.5))
    for _ in range(int(rng.integers(5, 22))):
        start = center + rng.normal(0, spread, 2)
        length = rng.uniform(4, 40) * layer.scale
        way = angle + rng.normal(0, scatter)
        path = random_walk(rng, start, way, length, turn=0.03, stride_px=3 * layer.scale)
        thin = max(NARROWEST_PX, 0.6 * width * rng.uniform(0.5, 1.2)) * layer.scale
        drawing.stroke(path, thin * tapered(len(path), 0.4), strength * rng.uniform(0.4, 1.0))


def _running(drawing: Drawing, layer: Layer, rng: np.random.Generator, width: float, strength: float) -> None:
    """A straight one along the film's way through camera and projector: nearly upright, top to bottom or part of it."""
    x = rng.uniform(0, layer.width)
    top, bottom = np.sort(rng.uniform(-0.4, 1.4, 2)) * layer.height
    length = max(bottom - top, 0.3 * layer.height)
    lean = np.pi / 2 + rng.normal(0, 0.008)
    path = random_walk(rng, np.array([x, top]), lean, length, turn=0.002, stride_px=8 * layer.scale)
    _groove(drawing, layer, rng, path, min(width, 2.5), 0.8 * strength)


def _tone(rng: np.random.Generator, bright: bool) -> Color:
    """Paper, or dirt in the groove."""
    if bright:
        level = rng.uniform(0.8, 1.0)
        warm = rng.uniform(0, 1)
        return (level, level * (1 - 0.04 * warm), level * (1 - 0.14 * warm))
    level = rng.uniform(0.02, 0.2)
    return (level, level * 0.9, level * 0.8)
