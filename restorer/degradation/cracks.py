"""Cracked emulsion: trees of cracks that grow inwards from an edge, and crazing, a net of them around one place."""

from __future__ import annotations

import numpy as np

from restorer.degradation.canvas import Drawing, Layer, Points, cv2
from restorer.degradation.paths import Values, place, random_walk, runs, smooth_values, tapered, wandering_line
from restorer.degradation.tears import blob

_DEEPEST = 3


def crack_tree(crest: Drawing, shade: Drawing, layer: Layer, rng: np.random.Generator, severity: float) -> None:
    """A crack that starts at an edge (seldom inside), winds, and branches into thinner ones."""
    width, height = layer.width, layer.height
    start, angle = place(rng, width, height), rng.uniform(0, 2 * np.pi)
    if rng.random() < 0.75:
        start = _on_edge(rng, layer)
        inward = np.array([width / 2, height / 2]) + rng.normal(0, 0.3, 2) * (width, height) - start
        angle = float(np.arctan2(inward[1], inward[0]))
    length = rng.uniform(0.1, 0.25 + 0.45 * severity) * min(float(np.hypot(width, height)), 700 * layer.scale)
    thick = rng.uniform(0.9, 1.8 + 2.4 * severity) * layer.scale
    waiting = [(start, angle, length, thick, 0)]
    while waiting:
        begin, way, long, thickness, depth = waiting.pop()
        path = random_walk(rng, begin, way, long, turn=0.16, stride_px=3.0 * layer.scale)
        _crack(crest, shade, layer, rng, path, thickness)
        for _ in range(int(rng.poisson(1.1 + 1.2 * severity)) if depth < _DEEPEST else 0):
            where = int(rng.integers(1, len(path)))
            aside = way + rng.choice((-1.0, 1.0)) * rng.uniform(0.4, 1.3)
            shorter = long * rng.uniform(0.25, 0.7)
            if shorter > 8 * layer.scale:
                waiting.append((path[where], aside, shorter, thickness * rng.uniform(0.4, 0.85), depth + 1))


def crazing(crest: Drawing, shade: Drawing, layer: Layer, rng: np.random.Generator, severity: float) -> None:
    """A net of cracks, as bent emulsion breaks into plates: the borders of Voronoi cells, fewer further out."""
    center = _on_edge(rng, layer) if rng.random() < 0.7 else place(rng, layer.width, layer.height)
    reach = rng.uniform(0.1, 0.2 + 0.35 * severity) * min(layer.height, layer.width)
    cell = rng.uniform(9, 34) * layer.scale
    stretch = np.exp(rng.normal(0, 0.35, 2))
    count = int(np.clip((4 * reach / cell) ** 2, 12, 900))
    sites = center + rng.uniform(-2, 2, (count, 2)) * reach * stretch
    thick = rng.uniform(0.6, 1.2 + 1.1 * severity) * layer.scale
    for first, last in _borders(sites):
        away = float(np.hypot(*((first + last) / 2 - center) / stretch)) / reach
        if rng.random() > 1.7 * np.exp(-1.5 * away**2):
            continue
        length = float(np.hypot(*(last - first)))
        if length < 2 * layer.scale:
            continue
        path = wandering_line(rng, first, last, stray_px=0.05 * length, stride_px=2.0 * layer.scale)
        _crack(crest, shade, layer, rng, path, thick * np.exp(rng.normal(-0.35 * away, 0.5)), even=True)


def _crack(
    crest: Drawing,
    shade: Drawing,
    layer: Layer,
    rng: np.random.Generator,
    path: Points,
    thickness: float,
    even: bool = False,
) -> None:
    """One line of it; ``even`` keeps its ends as wide as its middle, for lines that meet others there."""
    count = len(path)
    jagged = path + rng.normal(0, 0.35 * layer.scale, path.shape)
    taper = np.ones(count) if even else 0.3 + 0.7 * tapered(count, 0.5)
    swell = 0.6 + 0.8 * smooth_values(rng, count, count // 5)
    widths = thickness * np.exp(rng.normal(0, 0.22, count)) * swell * taper
    strength = float(np.clip(rng.normal(0.75, 0.25), 0.2, 1))
    shade.stroke(jagged + thickness * 0.7, np.maximum(widths * 0.8, 0.7 * layer.scale), strength)
    for part in runs(smooth_values(rng, count, count // 3) >= rng.uniform(0, 0.2), shortest=2):
        crest.stroke(jagged[part], widths[part], strength)
    if rng.random() < 0.25:
        where = path[int(rng.integers(count))]
        crest.polygon(where + blob(rng, thickness * rng.uniform(0.8, 2.2), stretch=rng.uniform(0.4, 1.0)))


def _on_edge(rng: np.random.Generator, layer: Layer) -> Values:
    point = place(rng, layer.width, layer.height)
    side = int(rng.integers(4))
    point[side % 2] = (0.0, float((layer.width, layer.height)[side % 2]))[side // 2]
    return point


def _borders(sites: Points) -> list[tuple[Values, Values]]:
    """The line segments between the Voronoi cells of ``sites``, each once."""
    low, high = sites.min(0) - 10, sites.max(0) + 10
    division = cv2.Subdiv2D((int(low[0]), int(low[1]), int(high[0] - low[0]) + 1, int(high[1] - low[1]) + 1))
    division.insert([(float(x), float(y)) for x, y in sites])
    facets, _ = division.getVoronoiFacetList([])
    borders = {}
    for facet in facets:
        for first, last in zip(facet, np.roll(facet, -1, axis=0), strict=True):
            ends = tuple(np.round(first).astype(int)), tuple(np.round(last).astype(int))
            borders[min(ends), max(ends)] = (first.astype(np.float64), last.astype(np.float64))
    return list(borders.values())
