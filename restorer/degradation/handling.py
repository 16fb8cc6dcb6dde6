"""Traces of hands: adhesive tape and fingerprints."""

from __future__ import annotations

import numpy as np

from restorer.degradation.canvas import Layer, Plane, noise_plane
from restorer.degradation.paths import Values, place


def draw_tape(layer: Layer, rng: np.random.Generator, severity: float) -> None:
    """Strips of adhesive tape gone yellow: see-through, darker along their sides, with bubbles, cut ends jagged."""
    for _ in range(1 + int(rng.poisson(0.7 * severity))):
        width = rng.uniform(18, 46) * layer.scale
        length = rng.uniform(70, 260) * layer.scale
        angle = rng.choice((0.0, np.pi / 2)) + rng.normal(0, 0.2)
        across, along = _frame(layer, place(rng, layer.width, layer.height), angle)
        teeth = 2.0 * layer.scale * np.abs((across / (5 * layer.scale)) % 1 - 0.5)
        sides = width / 2 - np.abs(across) + 0.6 * layer.scale * noise_plane(layer, rng, 8)
        inside = np.minimum(sides, length / 2 - np.abs(along) - teeth)
        cover = np.clip(inside / layer.scale + 0.5, 0, 1)
        rim = np.exp(-np.maximum(inside, 0) / (2.0 * layer.scale))
        bubbles = np.clip(noise_plane(layer, rng, 7) - 0.8, 0, 1)
        density = (0.2 + 0.5 * severity) * (1 + 0.6 * rim - 0.4 * bubbles + 0.1 * noise_plane(layer, rng, 60))
        layer.tint("stain", cover, np.maximum(density, 0).astype(np.float32), (0.22, 0.42, 1.0))
        layer.cover("stain", cover, (0.86, 0.78, 0.58), rng.uniform(0.04, 0.14))


def draw_fingerprints(layer: Layer, rng: np.random.Generator, severity: float) -> None:
    """Ridges of a fingertip pressed on the emulsion: loops of lines, faint, patchy, etched lighter or darker."""
    for _ in range(1 + int(rng.poisson(0.8 * severity))):
        width = rng.uniform(34, 60) * layer.scale
        center = place(rng, layer.width, layer.height)
        across, along = _frame(layer, center, rng.normal(0, 0.5))
        across, along = across / width, along / width
        bent = noise_plane(layer, rng, 30)
        core = np.hypot(across, 0.8 * along + 0.45 * np.exp(-3 * across**2)) + 0.035 * bent
        pitch = rng.uniform(3.6, 5.0) * layer.scale / width
        ridges = np.clip(0.5 + 0.9 * np.sin(2 * np.pi * core / pitch), 0, 1)
        oval = np.clip((1 - np.hypot(across / 0.5, along / 0.72) + 0.12 * bent) * 4, 0, 1)
        pressed = np.clip(0.7 + 0.5 * noise_plane(layer, rng, 14), 0, 1)
        cover = (ridges * oval * pressed).astype(np.float32)
        strength = (0.08 + 0.27 * severity) * rng.uniform(0.7, 1.3)
        tone = (0.9, 0.88, 0.84) if rng.random() < 0.5 else (0.12, 0.1, 0.08)
        layer.cover("stain", cover, tone, strength)


def _frame(layer: Layer, center: Values, angle: float) -> tuple[Plane, Plane]:
    """Coordinates of each pixel about ``center``, turned by ``angle``."""
    y, x = np.mgrid[: layer.height, : layer.width].astype(np.float32)
    across = (x - center[0]) * np.cos(angle) + (y - center[1]) * np.sin(angle)
    along = (y - center[1]) * np.cos(angle) - (x - center[0]) * np.sin(angle)
    return across.astype(np.float32), along.astype(np.float32)
