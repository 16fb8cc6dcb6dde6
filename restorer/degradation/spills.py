"""Stains: what liquids, damp and mould leave: dried drops, foxing, tide lines, ink."""

from __future__ import annotations

import numpy as np

from restorer.degradation.canvas import Color, Drawing, Layer, Plane, cv2, noise_plane
from restorer.degradation.paths import Values, place, random_walk, tapered

_BROWNS: tuple[Color, ...] = ((0.30, 0.55, 1.00), (0.45, 0.65, 0.95), (0.25, 0.42, 0.85), (0.62, 0.72, 0.85))
"""How strongly stains absorb red, green and blue: tea, rust, glue, dirt."""
_INKS: tuple[Color, ...] = ((0.06, 0.07, 0.20), (0.05, 0.05, 0.06), (0.14, 0.06, 0.22), (0.30, 0.05, 0.06))


def draw_stains(layer: Layer, rng: np.random.Generator, severity: float) -> None:
    """Dried drops and puddles: an uneven outline, darkest at the rim, where the liquid dried last."""
    for _ in range(1 + int(rng.poisson(1.6 * severity))):
        shorter = min(layer.height, layer.width)
        radius = float(np.clip(shorter * rng.uniform(0.04, 0.10 + 0.28 * severity), 5, 2 * shorter))
        inside = _puddle(layer, rng, place(rng, layer.width, layer.height, 0.05), radius)
        thickness = rng.uniform(1.5, 4.0) * layer.scale
        rim = np.exp(-(((inside - thickness) / thickness) ** 2))
        soft = np.clip(inside / (1.2 * layer.scale), 0, 1)
        body = rng.uniform(0.08, 0.4) * (1 + 0.35 * noise_plane(layer, rng, 40))
        density = np.clip(body + rng.uniform(0.25, 0.9) * rim, 0, 3) * (0.35 + 0.75 * severity)
        layer.tint("stain", soft, density.astype(np.float32), _BROWNS[rng.integers(len(_BROWNS))])


def draw_foxing(layer: Layer, rng: np.random.Generator, severity: float) -> None:
    """Rusty spots of mould, soft, in colonies."""
    area = (layer.side / 256) ** 2
    colony = noise_plane(layer, rng, 120)
    drawing = Drawing(layer)
    for _ in range(1 + int(rng.poisson(70 * severity * area))):
        x, y = place(rng, layer.width, layer.height)
        if colony[int(y), int(x)] < 0.1 and rng.random() < 0.8:
            continue
        size = min(0.8 * (1 + rng.pareto(2.0)), 8.0) * layer.scale
        drawing.ellipse((x, y), size * rng.uniform(0.75, 1.3, 2), rng.uniform(0, 180))
    cover = drawing.coverage(rng.uniform(0.8, 2.2) * layer.scale)
    density = (0.4 + 0.8 * severity) * np.clip(0.8 + 0.4 * noise_plane(layer, rng, 9), 0.1, 2)
    layer.tint("stain", cover, density.astype(np.float32), (0.2, 0.5, 0.9))


def draw_tide_lines(layer: Layer, rng: np.random.Generator, severity: float) -> None:
    """The front of water that crept in from an edge: a thin brown line, sharp outside, and a tint behind it."""
    y, x = np.mgrid[: layer.height, : layer.width].astype(np.float32)
    shorter = min(layer.height, layer.width)
    for _ in range(1 + int(rng.poisson(0.8 * severity))):
        angle = rng.choice((0, 1, 2, 3)) * np.pi / 2 + rng.normal(0, 0.25)
        way = np.array([np.cos(angle), np.sin(angle)])
        plane = (x - layer.width / 2) * way[0] + (y - layer.height / 2) * way[1]
        reach = shorter * rng.uniform(0.05, 0.15 + 0.25 * severity)
        wavy = reach * 0.35 * noise_plane(layer, rng, shorter / layer.scale / 4) + reach * 0.06 * noise_plane(
            layer, rng, 14
        )
        inside = plane + wavy - float(plane.max()) + reach * 1.6
        width = rng.uniform(1.2, 3.0) * layer.scale
        line = np.exp(np.where(inside > 0, -inside / (2.5 * width), inside / (0.35 * width)))
        behind = np.clip(inside / width, 0, 1)
        density = (0.3 + 0.9 * severity) * line + (0.03 + 0.12 * severity) * behind
        cover = np.clip(inside / width + 1, 0, 1)
        layer.tint("stain", cover.astype(np.float32), density.astype(np.float32), _BROWNS[rng.integers(len(_BROWNS))])


def draw_ink(layer: Layer, rng: np.random.Generator, severity: float) -> None:
    """Blots with splashes, and strokes of a pen."""
    drawing = Drawing(layer)
    for _ in range(1 + int(rng.poisson(1.5 * severity))):
        center = place(rng, layer.width, layer.height)
        if rng.random() < 0.4:
            length = rng.uniform(25, 160) * layer.scale
            path = random_walk(rng, center, rng.uniform(0, 2 * np.pi), length, turn=0.2, stride_px=3 * layer.scale)
            drawing.stroke(path, rng.uniform(1.2, 3.0) * layer.scale * (0.6 + 0.4 * tapered(len(path))))
            continue
        size = rng.uniform(2, 5 + 14 * severity) * layer.scale
        drawing.ellipse(center, size * rng.uniform(0.8, 1.2, 2), rng.uniform(0, 180))
        for _ in range(int(rng.poisson(7))):
            away = rng.uniform(1.1, 4.0) * size
            angle = rng.uniform(0, 2 * np.pi)
            drop = center + away * np.array([np.cos(angle), np.sin(angle)])
            drawing.ellipse(drop, size * rng.uniform(0.04, 0.22, 2), np.degrees(angle))
    cover = drawing.coverage(0.6 * layer.scale)
    opacity = np.clip((0.55 + 0.4 * severity) * (1 + 0.12 * noise_plane(layer, rng, 10)), 0, 1)
    layer.cover("stain", cover, _INKS[rng.integers(len(_INKS))], opacity.astype(np.float32))


def _puddle(layer: Layer, rng: np.random.Generator, center: Values, radius: float) -> Plane:
    """Distance inwards from the outline in pixels, 0 outside."""
    y, x = np.mgrid[: layer.height, : layer.width].astype(np.float32)
    stretch = rng.uniform(0.6, 1.0)
    turn = rng.uniform(0, np.pi)
    across = (x - center[0]) * np.cos(turn) + (y - center[1]) * np.sin(turn)
    along = (y - center[1]) * np.cos(turn) - (x - center[0]) * np.sin(turn)
    cell = max(4.0, radius / layer.scale)
    wobble = 0.26 * noise_plane(layer, rng, cell) + 0.07 * noise_plane(layer, rng, max(3.0, cell / 4))
    shape = (np.hypot(across, along / stretch) / radius + wobble < 1).astype(np.uint8)
    distance: Plane = cv2.distanceTransform(shape, cv2.DIST_L2, 5)
    return distance
