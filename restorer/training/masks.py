"""Random masks of the damage that people paint over: scratches, strokes, boxes, blots."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from torch import Tensor

from restorer.degradation.turns import turned

Plane = npt.NDArray[np.uint8]


def scratch_mask(
    height: int, width: int, rng: np.random.Generator, *, coverage: float, max_width_px: int = 12
) -> Plane:
    """Thin scratches: random walks 1 to ``max_width_px`` wide, added until ``coverage`` (0 to 1) is reached."""
    mask = np.zeros((height, width), np.uint8)
    reach = float(max(height, width))
    while np.count_nonzero(mask) < coverage * mask.size:
        length = rng.uniform(0.15, 1.0) * min(reach, 400.0)
        points = _walk(rng, width, height, length, turn=rng.uniform(0.02, 0.2))
        cv2.polylines(mask, [points], False, 255, int(rng.integers(1, max_width_px + 1)))
    return mask


def _walk(rng: np.random.Generator, width: int, height: int, length: float, turn: float) -> npt.NDArray[np.int32]:
    stride = 6.0
    count = max(2, int(length / stride))
    angles = rng.uniform(0, 2 * np.pi) + np.cumsum(rng.normal(0.0, turn, count))
    start = rng.uniform((-0.1 * width, -0.1 * height), (1.1 * width, 1.1 * height))
    steps = stride * np.stack((np.cos(angles), np.sin(angles)), axis=1)
    return np.round(start + np.cumsum(steps, axis=0)).astype(np.int32)


def _brush_mask(side: int, rng: np.random.Generator) -> Plane:
    mask = np.zeros((side, side), np.uint8)
    for _ in range(int(rng.integers(1, 4))):
        points = _walk(rng, side, side, rng.uniform(20, side), turn=0.4)
        cv2.polylines(mask, [points], False, 255, int(rng.integers(8, max(10, side // 6))))
    return mask


def _box_mask(side: int, rng: np.random.Generator) -> Plane:
    """Boxes and convex torn corners."""
    mask = np.zeros((side, side), np.uint8)
    for _ in range(int(rng.integers(1, 4))):
        centre = rng.uniform(0, side, 2)
        corners = centre + rng.uniform(-0.14, 0.14, (int(rng.integers(3, 7)), 2)) * side
        cv2.fillConvexPoly(mask, cv2.convexHull(np.round(corners).astype(np.int32)), 255)
    return mask


def _blot_mask(side: int, rng: np.random.Generator) -> Plane:
    """Dust specks and one ragged blot: thresholded smooth noise within a disc."""
    mask = np.zeros((side, side), np.uint8)
    for _ in range(int(rng.integers(3, 16))):
        x, y = (int(v) for v in rng.uniform(0, side, 2))
        cv2.circle(mask, (x, y), int(rng.integers(1, 6)), 255, -1)
    noise = cv2.GaussianBlur(rng.standard_normal((side, side)).astype(np.float32), (0, 0), side / 24)
    disc = np.zeros_like(mask)
    x, y = (int(v) for v in rng.uniform(0, side, 2))
    cv2.circle(disc, (x, y), int(rng.uniform(0.05, 0.18) * side), 255, -1)
    mask[(disc > 0) & (noise > np.median(noise) - 0.3 * noise.std())] = 255
    return mask


def random_mask(side: int, rng: np.random.Generator) -> Plane:
    """One training mask, ``side x side``: 68 % thin scratches, 13 % strokes, 7 % boxes, 8 % blots, 4 % nothing.

    Half of them are grown by 1 to 3 px, as people paint wider than the damage is.
    """
    kind = rng.random()
    if kind < 0.68:
        mask = scratch_mask(side, side, rng, coverage=rng.uniform(0.04, 0.16))
    elif kind < 0.81:
        mask = _brush_mask(side, rng)
    elif kind < 0.88:
        mask = _box_mask(side, rng)
    elif kind < 0.96:
        mask = _blot_mask(side, rng)
    else:
        return np.zeros((side, side), np.uint8)
    if rng.random() < 0.5:
        size = 2 * int(rng.integers(1, 4)) + 1
        mask = cv2.dilate(mask, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))).astype(np.uint8)
    return mask


def free_form_mask(side: int, rng: np.random.Generator) -> Plane:
    """A mask of large holes, ``side x side``: strokes, boxes, torn edges and blots, 10 to 40 % of the area.

    As the masks of the literature (Yu et al., *Free-Form Image Inpainting with Gated Convolution*, 2019), and the torn
    edges that photographs have.
    """
    mask = np.zeros((side, side), np.uint8)
    least, most = rng.uniform(0.1, 0.38) * mask.size, 0.4 * mask.size
    while np.count_nonzero(mask) < least:
        part = _PARTS[int(rng.choice(len(_PARTS), p=_PART_SHARES))](side, rng)
        together = cv2.bitwise_or(mask, part).astype(np.uint8)
        if np.count_nonzero(together) <= most:
            mask = together
    return mask


def _wide_stroke(side: int, rng: np.random.Generator) -> Plane:
    """A polyline of a brush a tenth of the side wide, more or less, with round corners."""
    mask = np.zeros((side, side), np.uint8)
    points = _walk(rng, side, side, rng.uniform(0.3, 1.2) * side, turn=0.5)
    cv2.polylines(mask, [points], False, 255, max(2, int(rng.uniform(0.05, 0.16) * side)))
    return mask


def _torn_edge(side: int, rng: np.random.Generator) -> Plane:
    """What lies beyond a ragged line across a border or a corner."""
    steps = np.linspace(-0.2, 1.2, 24) * side
    ragged = np.cumsum(rng.normal(0, 0.025, 24)) + rng.uniform(0.02, 0.22) + rng.uniform(-0.25, 0.25) * steps / side
    line = np.stack((steps, ragged * side), axis=1)
    outline = np.concatenate((line, [[1.2 * side, -side], [-0.2 * side, -side]]))
    mask = np.zeros((side, side), np.uint8)
    cv2.fillPoly(mask, [np.round(outline).astype(np.int32)], 255)
    return np.ascontiguousarray(np.rot90(mask, int(rng.integers(4))))


_PARTS: tuple[Callable[[int, np.random.Generator], Plane], ...] = (_wide_stroke, _box_mask, _torn_edge, _blot_mask)
_PART_SHARES = (0.5, 0.2, 0.15, 0.15)


class MaskBank:
    """Masks drawn once and kept on the device; every use takes one flipped or turned, whole or a random crop of it.

    Drawing polylines is the one thing a training device cannot do itself; a bank makes it free.

    Args:
        count, side: so many masks of this side in px.
        seed: of the drawing.
        draw: one mask of a side.
        fitted: whether a use of a smaller side scales the mask, so that as much is covered as was drawn, instead of
            cropping it, so that lines are as wide as they were drawn.
    """

    def __init__(
        self,
        count: int,
        side: int,
        seed: int,
        device: torch.device,
        draw: Callable[[int, np.random.Generator], Plane] = random_mask,
        *,
        fitted: bool = False,
    ) -> None:
        rng = np.random.default_rng(seed)
        masks = np.stack([draw(side, rng) for _ in range(count)])
        self._masks = torch.from_numpy(masks).to(device)
        self._side, self._fitted = side, fitted

    def sample(self, count: int, side: int, generator: torch.Generator) -> Tensor:
        """``count x 1 x side x side`` float, 1 = hole."""
        if side > self._side:
            raise ValueError(f"masks of the bank are {self._side} px, asked for {side}")
        picks = torch.randint(len(self._masks), (count,), generator=generator)
        corners = torch.randint(self._side - side + 1, (count, 2), generator=generator)
        turns = torch.randint(8, (count,), generator=generator)
        size = self._side if self._fitted else side
        batch = []
        for pick, (top, left), turn in zip(picks.tolist(), corners.tolist(), turns.tolist(), strict=True):
            top, left = (0, 0) if self._fitted else (top, left)
            batch.append(turned(self._masks[pick, top : top + size, left : left + size], turn))
        masks = (torch.stack(batch) > 0).float()[:, None]
        return masks if size == side else F.interpolate(masks, size=(side, side), mode="nearest-exact")
