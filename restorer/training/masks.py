"""Random masks of the damage that people paint over: scratches, strokes, boxes, blots."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

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
    """One training mask, ``side x side``: 72 % thin scratches, 10 % strokes, 6 % boxes, 8 % blots, 4 % nothing.

    Half of them are grown by 1 to 3 px, as people paint wider than the damage is.
    """
    kind = rng.random()
    if kind < 0.72:
        mask = scratch_mask(side, side, rng, coverage=rng.uniform(0.04, 0.16))
    elif kind < 0.82:
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


class MaskBank:
    """Masks drawn once and kept on the device; every use takes a random crop, flip and transpose of one.

    Drawing polylines is the one thing a training device cannot do itself; a bank makes it free.
    """

    def __init__(self, count: int, side: int, seed: int, device: torch.device) -> None:
        rng = np.random.default_rng(seed)
        masks = np.stack([random_mask(side, rng) for _ in range(count)])
        self._masks = torch.from_numpy(masks).to(device)
        self._side = side

    def sample(self, count: int, side: int, generator: torch.Generator) -> Tensor:
        """``count x 1 x side x side`` float, 1 = hole."""
        if side > self._side:
            raise ValueError(f"masks of the bank are {self._side} px, asked for {side}")
        picks = torch.randint(len(self._masks), (count,), generator=generator)
        corners = torch.randint(self._side - side + 1, (count, 2), generator=generator)
        turns = torch.randint(8, (count,), generator=generator)
        batch = []
        for pick, (top, left), turn in zip(picks.tolist(), corners.tolist(), turns.tolist(), strict=True):
            batch.append(turned(self._masks[pick, top : top + side, left : left + side], turn))
        return (torch.stack(batch) > 0).float()[:, None]


def turned(x: Tensor, turn: int) -> Tensor:
    """One of the eight flips and quarter turns (0 to 7) of a tensor's last two axes, which must be of one length."""
    if turn & 1:
        x = x.flip(-1)
    if turn & 2:
        x = x.flip(-2)
    return x.transpose(-1, -2) if turn & 4 else x
