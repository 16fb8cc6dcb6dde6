"""Dust and hairs: what lay on the negative, the print or the glass of the scanner."""

from __future__ import annotations

import numpy as np

from restorer.degradation.canvas import Color, Drawing, Layer, noise_plane
from restorer.degradation.paths import fibre, place, smooth_values, tapered
from restorer.degradation.tears import blob

_WIDEST_SPECK_PX = 7.0


def draw_dust(layer: Layer, rng: np.random.Generator, severity: float) -> None:
    """Specks of a heavy-tailed size, half of them in clouds; three of four white (dust on the negative)."""
    area = (layer.side / 256) ** 2
    cloud = noise_plane(layer, rng, 90)
    for bright, share in ((True, 0.75), (False, 0.25)):
        count = int(rng.poisson(130 * severity**1.3 * area * share)) + int(bright)
        drawing = Drawing(layer)
        for _ in range(count):
            x, y = place(rng, layer.width, layer.height)
            if cloud[int(y), int(x)] < 0 and rng.random() < 0.7:
                continue
            _speck(drawing, layer, rng, x, y)
        opacity = rng.uniform(0.55, 1.0) * np.clip(0.9 + 0.25 * noise_plane(layer, rng, 12), 0, 1)
        layer.cover("dust", drawing.coverage(rng.uniform(0.25, 0.6) * layer.scale), _speck_tone(rng, bright), opacity)


def _speck(drawing: Drawing, layer: Layer, rng: np.random.Generator, x: float, y: float) -> None:
    size = min(0.8 * (1 + rng.pareto(2.4)), _WIDEST_SPECK_PX / 2) * layer.scale
    if size < 1.1 * layer.scale or (size < 1.8 * layer.scale and rng.random() < 0.5):
        drawing.ellipse((x, y), size * rng.uniform(0.7, 1.4, 2), rng.uniform(0, 180))
        return
    drawing.polygon(np.array([x, y]) + blob(rng, size, stretch=rng.uniform(0.35, 1.0)))


def draw_hairs(layer: Layer, rng: np.random.Generator, severity: float) -> None:
    """Curved threads of even width: hairs, short fibres and lint; two of three dark (they lay on the print)."""
    reach = layer.side / 256
    for bright, share in ((False, 0.65), (True, 0.35)):
        count = int(rng.poisson(6.0 * severity * reach * share)) + int(not bright)
        if not count:
            continue
        drawing = Drawing(layer)
        for _ in range(count):
            _hair(drawing, layer, rng)
        soft = rng.uniform(0.3, 0.9) * layer.scale
        strength = (0.35 + 0.55 * severity) * rng.uniform(0.8, 1.2)
        opacity = np.clip(drawing.strength() * strength, 0, 1)
        layer.cover("hair", drawing.coverage(soft), _hair_tone(rng, bright), opacity)


def _hair(drawing: Drawing, layer: Layer, rng: np.random.Generator) -> None:
    start = place(rng, layer.width, layer.height)
    kind = rng.random()
    if kind < 0.6:
        length, curl, width = rng.uniform(6, 26), rng.uniform(0.3, 2.5), rng.uniform(0.9, 2.2)
    elif kind < 0.82:
        length, curl, width = rng.uniform(24, 80), rng.uniform(0.5, 4.0), rng.uniform(0.9, 2.2)
    elif kind < 0.92:
        length, curl, width = rng.uniform(90, 240), rng.uniform(0.6, 5.0), rng.uniform(0.8, 2.0)
    else:
        length, curl, width = rng.uniform(30, 110), rng.uniform(5.0, 12.0), rng.uniform(1.2, 3.0)
    path = fibre(rng, start, length * layer.scale, curl=curl, stride_px=2.5 * layer.scale)
    even = 0.85 + 0.3 * smooth_values(rng, len(path), len(path) // 8)
    drawing.stroke(path, width * layer.scale * even * (0.5 + 0.5 * tapered(len(path), 0.08)), rng.uniform(0.7, 1.0))


def _speck_tone(rng: np.random.Generator, bright: bool) -> Color:
    level = rng.uniform(0.85, 1.0) if bright else rng.uniform(0.02, 0.25)
    return (level, level * 0.98, level * 0.94)


def _hair_tone(rng: np.random.Generator, bright: bool) -> Color:
    level = rng.uniform(0.8, 1.0) if bright else rng.uniform(0.02, 0.3)
    return (level, level * 0.96, level * 0.9)
