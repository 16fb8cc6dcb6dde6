"""Folds: the emulsion broken along a nearly straight line, paper showing, a shadow beside the crest."""

from __future__ import annotations

import numpy as np

from restorer.degradation.canvas import Color, Drawing, Layer, noise_plane, normals
from restorer.degradation.cracks import crack_tree, crazing
from restorer.degradation.paths import place, runs, smooth_values, wandering_line
from restorer.degradation.tears import blob, frayed, paper

_SHADOW: Color = (0.10, 0.08, 0.06)


def draw_creases(layer: Layer, rng: np.random.Generator, severity: float) -> None:
    """Folds across the photo, trees of cracks from its edges, and crazed places."""
    reach = layer.side / 512
    kinds = (_fold, crack_tree, crazing)
    counts = [int(rng.poisson(rate * severity * max(0.7, reach))) for rate in (1.4, 1.7, 0.5)]
    if not any(counts):
        counts[rng.choice(3)] = 1
    crest, shade = Drawing(layer), Drawing(layer)
    for draw, count in zip(kinds, counts, strict=True):
        for _ in range(count):
            draw(crest, shade, layer, rng, severity)
    dark = shade.coverage(rng.uniform(0.8, 1.6) * layer.scale) * rng.uniform(0.45, 0.9)
    layer.cover("crease", dark * shade.strength(), _SHADOW)
    broken = frayed(crest.coverage(0.5 * layer.scale), layer, rng)
    opacity = np.clip(crest.strength() * (0.85 + 0.25 * noise_plane(layer, rng, 6)), 0, 1)
    layer.cover("crease", broken, paper(rng), opacity)


def _fold(crest: Drawing, shade: Drawing, layer: Layer, rng: np.random.Generator, severity: float) -> None:
    """Nearly straight, from edge to edge or dying out; broken fibres bright, the far side in the shade."""
    angle = rng.choice((0.0, np.pi / 2)) + rng.normal(0, 0.12) if rng.random() < 0.55 else rng.uniform(0, np.pi)
    middle = place(rng, layer.width, layer.height)
    way = np.array([np.cos(angle), np.sin(angle)])
    reach = float(np.hypot(layer.width, layer.height))
    ends = (middle - way * reach * rng.uniform(0.15, 1.0), middle + way * reach * rng.uniform(0.15, 1.0))
    path = wandering_line(
        rng, *ends, stray_px=rng.uniform(0.8, 2.5) * layer.scale, stride_px=2.5 * layer.scale
    ) + rng.normal(0, 0.25 * layer.scale, (1, 2))
    count = len(path)
    strength = float(np.clip(rng.uniform(0.5, 1.1) * (0.5 + 0.6 * severity), 0.2, 1))
    width = rng.uniform(0.9, 1.6 + 2.0 * severity) * layer.scale
    ragged = np.exp(rng.normal(0, 0.2, count)) * (0.35 + 1.2 * smooth_values(rng, count, count // 9) ** 1.5)
    across = normals(path) * (width * 0.5 + 1.6 * layer.scale) * rng.choice((-1.0, 1.0))
    shade.stroke(path[::2] + across[::2], 2.4 * layer.scale, 0.7 * strength)
    for part in runs(smooth_values(rng, count, count // 6) >= rng.uniform(0.0, 0.5)):
        crest.stroke(path[part], (width * ragged)[part], strength * rng.uniform(0.75, 1.0))
    for where in path[rng.random(count) < 0.05]:
        crest.polygon(where + rng.normal(0, width, 2) + blob(rng, width * rng.uniform(0.3, 1.3), stretch=0.7))
