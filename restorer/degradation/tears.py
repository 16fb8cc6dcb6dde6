"""Tears and wear: paper torn open with its white core, corners torn off, emulsion flaked or rubbed away."""

from __future__ import annotations

import numpy as np

from restorer.degradation.canvas import Color, Drawing, Layer, Plane, Points, noise_plane, normals
from restorer.degradation.paths import random_walk, smooth_values, tapered

_GAP: Color = (0.05, 0.05, 0.05)


def draw_tears(layer: Layer, rng: np.random.Generator, severity: float) -> None:
    """Rips from the edge, torn-off corners and flaked patches."""
    reach = max(0.7, layer.side / 512)
    rips = int(rng.poisson(1.1 * severity * reach))
    flakes = int(rng.poisson(2.5 * severity * reach))
    if not rips and not flakes:
        rips, flakes = (1, 0) if rng.random() < 0.5 else (0, 1)
    core, gap = Drawing(layer), Drawing(layer)
    for _ in range(rips):
        _rip(core, gap, layer, rng, severity)
    for _ in range(flakes):
        _flake(core, layer, rng, severity)
    layer.cover("tear", frayed(core.coverage(0.6 * layer.scale), layer, rng), _core_tone(rng))
    layer.cover("tear", gap.coverage(0.4 * layer.scale), _GAP, rng.uniform(0.4, 0.9))
    if rng.random() < 0.35 * severity:
        _torn_corner(layer, rng, severity)


def draw_wear(layer: Layer, rng: np.random.Generator, severity: float) -> None:
    """Emulsion rubbed off along the edges, most at the corners, in ragged patches."""
    reach = rng.uniform(0.006, 0.012 + 0.03 * severity) * min(layer.height, layer.width)
    distance = _from_border(layer) / max(reach, 1.0)
    patchy = 0.7 * noise_plane(layer, rng, 60) + 0.6 * noise_plane(layer, rng, 14) + 0.3 * noise_plane(layer, rng, 3)
    level = 1.6 * np.exp(-distance) + 0.5 * severity - 1.35 + 0.55 * patchy
    rubbed: Plane = np.clip(1.4 * level, 0, 1) * np.clip(3 - 0.5 * distance, 0, 1)
    layer.cover("tear", frayed(rubbed, layer, rng), paper(rng), rng.uniform(0.65, 1.0))


def blob(rng: np.random.Generator, size: float, stretch: float) -> Points:
    """An uneven closed outline of about ``size`` px radius around 0, 0; ``stretch`` 0 to 1 flattens it."""
    corners = 28
    angles = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    radii = np.full(corners, size)
    for wave in range(2, 9):
        radii += size * rng.normal(0, 0.5 / wave) * np.cos(wave * angles + rng.uniform(0, 2 * np.pi))
    radii = np.maximum(radii, 0.15 * size)
    points = np.stack([radii * np.cos(angles), stretch * radii * np.sin(angles)], axis=1)
    turn = rng.uniform(0, 2 * np.pi)
    rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    outline: Points = points @ rotation
    return outline


def paper(rng: np.random.Generator) -> Color:
    """Bare paper: nearly white, yellowed more or less."""
    level, warm = rng.uniform(0.82, 0.98), rng.uniform(0, 1)
    return (level, level * (1 - 0.05 * warm), level * (1 - 0.16 * warm))


def frayed(cover: Plane, layer: Layer, rng: np.random.Generator) -> Plane:
    """Coverage with an edge that follows the fibres: broken up at the rim, whole in the middle."""
    rim = 4 * cover * (1 - cover)
    fibres = 0.3 * noise_plane(layer, rng, 1.6) + 0.2 * noise_plane(layer, rng, 4)
    ragged: Plane = np.clip((cover + fibres * rim - 0.2) * 1.7, 0, 1)
    return ragged


def _from_border(layer: Layer) -> Plane:
    """Distance to the nearest edge in pixels; shorter at the corners, where two edges wear together."""
    y = np.arange(layer.height, dtype=np.float32)
    x = np.arange(layer.width, dtype=np.float32)
    to_y = np.minimum(y, layer.height - 1 - y)[:, None]
    to_x = np.minimum(x, layer.width - 1 - x)[None]
    distance: Plane = to_y * to_x / np.sqrt(to_y**2 + to_x**2 + 1)
    return distance


def _rip(core: Drawing, gap: Drawing, layer: Layer, rng: np.random.Generator, severity: float) -> None:
    """From an edge inwards: a band of torn fibres that narrows to nothing, and a dark gap along one side of it."""
    side = int(rng.integers(4))
    start = rng.uniform((0, 0), (layer.width, layer.height))
    start[side % 2] = (0.0, float((layer.width, layer.height)[side % 2]))[side // 2]
    inward = (0.0, np.pi / 2, np.pi, -np.pi / 2)[side]
    length = rng.uniform(0.08, 0.15 + 0.35 * severity) * min(layer.height, layer.width)
    path = random_walk(rng, start, inward + rng.normal(0, 0.4), length, turn=0.14, stride_px=3 * layer.scale)
    count = len(path)
    narrowing = np.linspace(1, 0.12, count)
    ragged = np.exp(rng.normal(0, 0.25, count)) * (0.5 + smooth_values(rng, count, count // 6))
    width = rng.uniform(2.5, 4 + 7 * severity) * layer.scale * narrowing * ragged
    across = normals(path) * rng.choice((-1.0, 1.0))
    core.stroke(path + across * width[:, None] * 0.5, width)
    gap.stroke(path, np.maximum(rng.uniform(0.6, 2.0) * layer.scale * narrowing, 0.6))


def _flake(core: Drawing, layer: Layer, rng: np.random.Generator, severity: float) -> None:
    """A patch of emulsion that came off: an angular outline, often stretched."""
    center = rng.uniform((0, 0), (layer.width, layer.height))
    size = min(2.5 * (1 + rng.pareto(1.6)), 8 + 22 * severity) * layer.scale
    core.polygon(center + blob(rng, size, stretch=rng.uniform(0.35, 1.0)))
    for _ in range(int(rng.poisson(3))):
        crumb = center + rng.normal(0, 1.5 * size, 2)
        core.polygon(crumb + blob(rng, size * rng.uniform(0.08, 0.35), stretch=rng.uniform(0.5, 1.0)))


def _torn_corner(layer: Layer, rng: np.random.Generator, severity: float) -> None:
    """A corner that is gone: the scanner's lid behind it, and a rim of white fibres along the tear."""
    size = rng.uniform(0.05, 0.1 + 0.18 * severity) * min(layer.height, layer.width)
    ends = np.array([[size * rng.uniform(0.6, 1.5), -4.0], [-4.0, size * rng.uniform(0.6, 1.5)]])
    count = max(8, int(size / (3 * layer.scale)))
    share = np.linspace(0, 1, count)[:, None]
    stray = np.cumsum(rng.normal(0, 0.035 * size, (count, 2)), axis=0) * tapered(count)[:, None]
    edge = ends[0] * (1 - share) + ends[1] * share + stray * 0.5
    right, bottom = rng.random(2) < 0.5
    edge, corner = _mirrored(edge, layer, right, bottom), _mirrored(np.array([[-9.0, -9.0]]), layer, right, bottom)
    outside, rim = Drawing(layer), Drawing(layer)
    outside.polygon(np.concatenate([edge, corner]))
    rim.stroke(edge, rng.uniform(2.5, 8.0) * layer.scale * np.exp(rng.normal(0, 0.4, count)))
    layer.cover("tear", frayed(rim.coverage(0.6 * layer.scale), layer, rng), paper(rng))
    lid = (0.99, 0.99, 0.99) if rng.random() < 0.6 else (0.03, 0.03, 0.03)
    layer.cover("tear", outside.coverage(), lid)


def _mirrored(points: Points, layer: Layer, right: bool, bottom: bool) -> Points:
    x, y = points[:, 0], points[:, 1]
    return np.stack([layer.width - 1 - x if right else x, layer.height - 1 - y if bottom else y], axis=1)


def _core_tone(rng: np.random.Generator) -> Color:
    level = rng.uniform(0.88, 1.0)
    return (level, level * rng.uniform(0.96, 1.0), level * rng.uniform(0.88, 0.98))
