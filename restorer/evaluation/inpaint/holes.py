"""Free-form holes to measure on: brush strokes, boxes and torn blobs over a given share of a square.

Drawn here and not by training, so that no generator is measured with the very drawer it has learned from.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from restorer.core.lazy import load_cv2

Plane = npt.NDArray[np.uint8]
Draw = Callable[[int, float, np.random.Generator], Plane]

OVERSHOOT = 0.02
"""A shape that would carry the hole this much over the wanted share is drawn again, smaller."""
_SHRINK = 0.85


def free_form_mask(side: int, rng: np.random.Generator, *, coverage: float) -> Plane:
    """``side x side`` uint8, 255 = hole, over ``coverage`` (0 to 1) of the square or up to 2 % of it more.

    Each shape is with equal chance a stroke (2 to 5 straight pieces, 4 to 14 % of the side wide, round joints), a box
    (8 to 35 % of the side, turned) or a torn blob (8 to 22 % in radius, its border displaced by smooth noise; it may
    lie across an edge of the picture, as a torn corner does).
    """
    mask = np.zeros((side, side), np.uint8)
    scale = 1.0
    while np.count_nonzero(mask) < coverage * mask.size:
        draw = _SHAPES[int(rng.integers(len(_SHAPES)))]
        grown = mask | draw(side, scale, rng)
        if np.count_nonzero(grown) <= (coverage + OVERSHOOT) * mask.size:
            mask = grown
        else:
            scale *= _SHRINK
    return mask


def _stroke(side: int, scale: float, rng: np.random.Generator) -> Plane:
    cv2 = load_cv2()
    plane = np.zeros((side, side), np.uint8)
    point, angle = rng.uniform(0, side, 2), rng.uniform(0, 2 * np.pi)
    points = [point]
    for _ in range(int(rng.integers(2, 6))):
        angle += rng.normal(0, 0.8)
        point = point + rng.uniform(0.08, 0.25) * side * scale * np.array((np.cos(angle), np.sin(angle)))
        points.append(point)
    width = max(1, round(rng.uniform(0.04, 0.14) * side * scale))
    cv2.polylines(plane, [np.rint(points).astype(np.int32)], False, 255, width)
    for x, y in np.rint(points).astype(int).tolist():
        cv2.circle(plane, (x, y), width // 2, 255, -1)
    return plane


def _box(side: int, scale: float, rng: np.random.Generator) -> Plane:
    cv2 = load_cv2()
    plane = np.zeros((side, side), np.uint8)
    centre, size = rng.uniform(0, side, 2), rng.uniform(0.08, 0.35, 2) * side * scale
    corners = cv2.boxPoints((centre.tolist(), size.tolist(), float(rng.uniform(0, 90))))
    cv2.fillConvexPoly(plane, np.rint(corners).astype(np.int32), 255)
    return plane


def _torn_blob(side: int, scale: float, rng: np.random.Generator) -> Plane:
    cv2 = load_cv2()
    noise = cv2.GaussianBlur(rng.standard_normal((side, side)), (0, 0), max(1.0, side / 40))
    noise /= noise.std()
    rows, columns = np.mgrid[0:side, 0:side]
    y, x = rng.uniform(-0.05, 1.05, 2) * side
    radius = rng.uniform(0.08, 0.22) * side * scale
    return np.where(np.hypot(rows - y, columns - x) < radius * (1 + 0.2 * noise), np.uint8(255), np.uint8(0))


_SHAPES: tuple[Draw, ...] = (_stroke, _box, _torn_blob)
