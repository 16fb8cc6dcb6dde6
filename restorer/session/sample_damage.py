"""Damage of the sample photo: scratches, hairs, dust, a crease with flaking, a stain. Seeded, with its exact outline.

Each kind is drawn as a layer of coverage (how much of the print is gone there) and a colour, and laid over the photo.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from restorer.core.lazy import load_cv2

Plane = npt.NDArray[np.float32]
"""``H x W`` float32, 0 to 1."""
Picture = npt.NDArray[np.float32]
"""``H x W x 3`` float32, 0 to 255."""
Points = npt.NDArray[np.float64]
"""``N x 2``, x and y in pixels."""
Place = Sequence[float] | npt.NDArray[np.float64]
"""x and y in pixels."""

PAPER = (242.0, 234.0, 214.0)
DIRT = (52.0, 40.0, 30.0)
TEA = (0.78, 0.68, 0.52)
"""What is left of red, green and blue under the stain."""
_VISIBLE = 0.03
"""Coverage under which a layer is cut off, so that the outline ends where the eye says it does."""
_SHIFT = 4
"""Binary digits of sub-pixel position that OpenCV's drawing takes."""


@dataclass(slots=True)
class DamagedPrint:
    """A picture under damage, where it was touched, and the tooth of its paper, which makes all edges ragged."""

    picture: Picture
    touched: npt.NDArray[np.bool_]
    tooth: Plane

    def lay(self, coverage: Plane, color: Sequence[float] | Picture) -> None:
        """Covers the picture with ``color``, as much as ``coverage`` says."""
        coverage = np.clip(coverage * self.tooth, 0, 1)
        seen = coverage > _VISIBLE
        amount = coverage[seen][:, None]
        target = np.broadcast_to(np.asarray(color, np.float32), self.picture.shape)[seen]
        self.picture[seen] += (target - self.picture[seen]) * amount
        self.touched |= seen


def damage(clean: npt.NDArray[np.uint8], rng: np.random.Generator) -> tuple[npt.NDArray[np.uint8], npt.NDArray[Any]]:
    """The picture damaged, and a bool plane of exactly where; elsewhere every bit is as it was."""
    height, width = clean.shape[:2]
    noise = load_cv2().GaussianBlur(rng.standard_normal((height, width), np.float32), (0, 0), 1.1)
    sheet = DamagedPrint(clean.astype(np.float32), np.zeros((height, width), bool), tooth=0.95 + 0.55 * noise)
    _stain(sheet, rng, center=(0.815 * width, 0.165 * height), radius=0.036 * height)
    _crease(sheet, rng, start=(0.0, 0.735 * height), end=(0.47 * width, float(height)))
    _scratches(sheet, rng)
    _hairs(sheet, rng)
    _dust(sheet, rng)
    damaged = np.where(sheet.touched[..., None], np.clip(np.rint(sheet.picture), 0, 255).astype(np.uint8), clean)
    return damaged, sheet.touched


def _scratches(sheet: DamagedPrint, rng: np.random.Generator) -> None:
    """Long, nearly parallel grooves from dragging the print over grit: emulsion gone, paper showing."""
    height, width = sheet.touched.shape
    lean = rng.uniform(-0.10, 0.10)
    for place, thickness in zip((0.14, 0.27, 0.43, 0.56, 0.69, 0.90), (1, 2, 3, 1, 2, 2), strict=True):
        top = rng.uniform(-0.05, 0.25) * height
        length = rng.uniform(0.45, 0.85) * height
        path = _wander(rng, (place * width, top), (place * width + lean * length, top + length), jitter=0.9)
        strength = _along(rng, len(path), low=0.45, high=1.0, gaps=0.12)
        sheet.lay(_stroke(sheet.touched.shape, path, thickness, strength), PAPER)
    for _ in range(7):
        start = rng.uniform((0.1 * width, 0.05 * height), (0.9 * width, 0.9 * height))
        angle, length = rng.uniform(0, np.pi), rng.uniform(0.03, 0.11) * height
        end = start + length * np.array([np.cos(angle), np.sin(angle)])
        path = _wander(rng, start, end, jitter=0.35)
        sheet.lay(_stroke(sheet.touched.shape, path, 1, _along(rng, len(path), low=0.6, high=1.0)), PAPER)


def _hairs(sheet: DamagedPrint, rng: np.random.Generator) -> None:
    """Dark fibres that lay on the glass of the scanner."""
    height, width = sheet.touched.shape
    for x, y in ((0.22, 0.30), (0.74, 0.47), (0.60, 0.83)):
        bends = np.cumsum(rng.normal(0.0, 0.03, 46)) + rng.uniform(-0.06, 0.06)
        turns = rng.uniform(0, 2 * np.pi) + np.cumsum(bends)
        steps = 0.0042 * height * np.stack([np.cos(turns), np.sin(turns)], axis=1)
        path = np.array([x * width, y * height]) + np.cumsum(steps, axis=0)
        sheet.lay(_stroke(sheet.touched.shape, path, 2, np.full(len(path), 0.85)), DIRT)


def _dust(sheet: DamagedPrint, rng: np.random.Generator) -> None:
    """Specks, most of them white (dust on the negative), some dark (dust on the print)."""
    height, width = sheet.touched.shape
    for color, count in ((PAPER, 95), (DIRT, 22)):
        layer = np.zeros((height, width), np.uint8)
        for _ in range(count):
            size = min(0.9 * (1.0 + rng.pareto(2.2)), 6.0)
            axes = size * rng.uniform(0.7, 1.5, 2)
            _ellipse(layer, rng.uniform((4, 4), (width - 4, height - 4)), axes, rng.uniform(0, 180))
        sheet.lay(_soften(layer, 0.5), color)


def _crease(sheet: DamagedPrint, rng: np.random.Generator, start: Place, end: Place) -> None:
    """A folded corner: a broken white ridge with flakes fallen off it, and a shadow on its far side."""
    shape = sheet.touched.shape
    path = _wander(rng, start, end, jitter=0.8)
    tangent = np.gradient(path, axis=0)
    normal = np.stack([tangent[:, 1], -tangent[:, 0]], axis=1) / np.linalg.norm(tangent, axis=1, keepdims=True)
    shadow = _soften((255 * _stroke(shape, path - 4.0 * normal, 5, np.ones(len(path)))).astype(np.uint8), 2.2)
    sheet.lay(0.5 * shadow, DIRT)
    sheet.lay(_stroke(shape, path, 3, _along(rng, len(path), low=0.75, high=1.0)), PAPER)
    flakes = np.zeros(shape, np.uint8)
    for index in rng.choice(len(path), 26, replace=False):
        place = path[index] + normal[index] * rng.normal(1.0, 2.5)
        _ellipse(flakes, place, rng.uniform(2.0, 6.5, 2), rng.uniform(0, 180))
    sheet.lay(_soften(flakes, 0.6), PAPER)


def _stain(sheet: DamagedPrint, rng: np.random.Generator, center: Place, radius: float) -> None:
    """A dried drop: an uneven outline, darkest at the rim where the liquid dried last."""
    cv2 = load_cv2()
    angles = np.linspace(0, 2 * np.pi, 120, endpoint=False)
    radii = np.full_like(angles, radius)
    for wave in (2, 3, 5, 8):
        radii += radius * rng.normal(0, 0.16 / wave) * np.cos(wave * angles + rng.uniform(0, 2 * np.pi))
    outline = np.asarray(center) + radii[:, None] * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    shape = np.zeros(sheet.touched.shape, np.uint8)
    cv2.fillPoly(shape, [_fixed(outline)], 255, cv2.LINE_AA, _SHIFT)
    depth = cv2.distanceTransform((shape > 127).astype(np.uint8), cv2.DIST_L2, 5)
    rim = np.exp(-((depth - 2.5) ** 2) / 12.0) * (depth > 0)
    coverage = _soften(shape, 0.8) * (0.72 + 0.28 * rim)
    ink = sheet.picture * np.asarray(TEA, np.float32)
    sheet.lay(coverage.astype(np.float32), ink - 34.0 * rim[..., None].astype(np.float32))


def _wander(rng: np.random.Generator, start: Place, end: Place, *, jitter: float) -> Points:
    """A line from start to end that strays sideways like a hand does; a point every four pixels or so."""
    first, last = np.asarray(start, np.float64), np.asarray(end, np.float64)
    length = float(np.hypot(*(last - first)))
    count = max(int(length / 4), 8)
    share = np.linspace(0, 1, count)
    walk = np.cumsum(rng.normal(0, jitter, count))
    walk = np.convolve(np.pad(walk, 6, mode="edge"), np.hanning(15)[1:-1] / 7.0, mode="valid")
    walk -= walk[0] + share * (walk[-1] - walk[0])
    sideways = np.array([first[1] - last[1], last[0] - first[0]]) / length
    return first + share[:, None] * (last - first) + walk[:, None] * sideways


def _along(rng: np.random.Generator, count: int, *, low: float, high: float, gaps: float = 0.0) -> npt.NDArray[Any]:
    """Strength of a stroke at each of its points: slowly varying, with gaps where the groove lifts off."""
    coarse = rng.uniform(0, 1, max(count // 5, 2))
    smooth = np.interp(np.linspace(0, 1, count), np.linspace(0, 1, len(coarse)), coarse)
    strength = low + (high - low) * smooth
    strength[smooth < gaps] = 0.0
    return strength


def _stroke(shape: tuple[int, ...], path: Points, thickness: int, strength: npt.NDArray[Any]) -> Plane:
    """Coverage of a line along ``path``."""
    cv2 = load_cv2()
    plane = np.zeros(shape, np.uint8)
    fixed = _fixed(path)
    for first, last, value in zip(fixed[:-1], fixed[1:], strength, strict=False):
        if value > 0:
            cv2.line(plane, first.tolist(), last.tolist(), int(255 * value), thickness, cv2.LINE_AA, _SHIFT)
    return plane.astype(np.float32) / 255.0


def _ellipse(plane: npt.NDArray[np.uint8], center: npt.NDArray[Any], axes: npt.NDArray[Any], angle: float) -> None:
    cv2 = load_cv2()
    cv2.ellipse(plane, _fixed(center).tolist(), _fixed(axes).tolist(), angle, 0, 360, 255, -1, cv2.LINE_AA, _SHIFT)


def _fixed(values: npt.NDArray[Any]) -> npt.NDArray[np.int32]:
    fixed: npt.NDArray[np.int32] = np.rint(values * (1 << _SHIFT)).astype(np.int32)
    return fixed


def _soften(plane: npt.NDArray[np.uint8], sigma: float) -> Plane:
    blurred: Plane = load_cv2().GaussianBlur(plane, (0, 0), sigma).astype(np.float32) / 255.0
    return blurred
