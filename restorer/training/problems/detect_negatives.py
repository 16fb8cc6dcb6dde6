"""What looks like damage and is none: captions, wires, fences, hatching. Drawn into photos before they are damaged."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from restorer.degradation.turns import turned

Plane = npt.NDArray[np.uint8]

_FONTS = (
    cv2.FONT_HERSHEY_SIMPLEX,
    cv2.FONT_HERSHEY_COMPLEX,
    cv2.FONT_HERSHEY_SCRIPT_SIMPLEX,
    cv2.FONT_HERSHEY_SCRIPT_COMPLEX,
    cv2.FONT_ITALIC | cv2.FONT_HERSHEY_COMPLEX_SMALL,
)
_LETTERS = "ABCDEFGHIKLMNOPRSTUVWabcdefghiklmnoprstuvwxyz0123456789.,&No"


class LineworkBank:
    """Layers of drawing, made once and kept on the device; every use takes a random crop of one, flipped and turned.

    Args:
        count: layers.
        side: of each, px.
        seed: of everything in them.
    """

    def __init__(self, count: int, side: int, seed: int, device: torch.device) -> None:
        rng = np.random.default_rng(seed)
        self._layers = torch.from_numpy(np.stack([linework(side, rng) for _ in range(count)])).to(device)
        self._side = side

    def draw_over(self, photos: Tensor, share: float, generator: torch.Generator) -> Tensor:
        """A ``share`` of ``N x 3 x H x H`` photos with a layer each, in a dark or light ink of some strength."""
        count, side = len(photos), photos.shape[-1]
        picks = torch.randint(len(self._layers), (count,), generator=generator).tolist()
        corners = torch.randint(self._side - side + 1, (count, 2), generator=generator).tolist()
        turns = torch.randint(8, (count,), generator=generator).tolist()
        dice = torch.rand((count, 6), generator=generator)
        crops = [
            turned(self._layers[pick, top : top + side, left : left + side], turn)
            for pick, (top, left), turn in zip(picks, corners, turns, strict=True)
        ]
        amount = torch.where(dice[:, 0] < share, 0.35 + 0.6 * dice[:, 1], torch.zeros(()))
        # Wires, branches and writing are dark more often than light.
        lightness = torch.where(dice[:, 2] < 0.7, 0.3 * dice[:, 3], 0.6 + 0.4 * dice[:, 3])
        tint = lightness[:, None] + 0.08 * (torch.stack((dice[:, 4], dice[:, 5], 1 - dice[:, 4]), 1) - 0.5)
        alpha = torch.stack(crops)[:, None].float() / 255 * amount.to(photos.device)[:, None, None, None]
        return photos + (tint.clamp(0, 1).to(photos.device)[..., None, None] - photos) * alpha


def linework(side: int, rng: np.random.Generator) -> Plane:
    """One layer, ``side x side``: coverage of ink, 0 to 255, as soft as a lens draws."""
    layer = np.zeros((side, side), np.uint8)
    kind = rng.random()
    if kind < 0.3:
        _caption(layer, rng)
    elif kind < 0.55:
        _wires(layer, rng)
    elif kind < 0.7:
        _lattice(layer, rng)
    elif kind < 0.85:
        _twigs(layer, rng)
    else:
        _strands(layer, rng)
    return np.asarray(cv2.GaussianBlur(layer, (0, 0), rng.uniform(0.5, 1.3)), np.uint8)


def _caption(layer: Plane, rng: np.random.Generator) -> None:
    """A few lines of print or handwriting, as on postcards and numbered negatives."""
    side = len(layer)
    font, size = _FONTS[int(rng.integers(len(_FONTS)))], float(rng.uniform(0.35, 1.4))
    y = float(rng.uniform(0.05, 0.5) * side)
    for _ in range(int(rng.integers(1, 5))):
        text = "".join(rng.choice(list(_LETTERS + "   "), int(rng.integers(4, 24))))
        place = int(rng.uniform(0, 0.4) * side), int(y)
        cv2.putText(layer, text, place, font, size, 255, int(rng.integers(1, 3)), cv2.LINE_AA)
        y += 32 * size


def _wires(layer: Plane, rng: np.random.Generator) -> None:
    """Cables that sag from edge to edge, nearly parallel."""
    side = len(layer)
    x = np.linspace(-0.1, 1.1, 24)
    slope, sag = rng.uniform(-0.5, 0.5), rng.uniform(0, 0.25)
    y, thickness = rng.uniform(0, 1), int(rng.integers(1, 3))
    for _ in range(int(rng.integers(1, 7))):
        curve = y + slope * x + sag * (x - 0.5) ** 2
        points = np.stack((x, curve), 1) * side * 16
        cv2.polylines(layer, [np.rint(points).astype(np.int32)], False, 255, thickness, cv2.LINE_AA, 4)
        y += rng.uniform(0.03, 0.2)
        slope += rng.normal(0, 0.02)


def _lattice(layer: Plane, rng: np.random.Generator) -> None:
    """Bars at even distances, one way or both: railings, windows, weaving."""
    side = len(layer)
    angle, both = rng.uniform(0, np.pi), rng.random() < 0.6
    thickness = int(rng.integers(1, 4))
    step = thickness * float(rng.uniform(5, 14))
    for turn in (0.0, np.pi / 2) if both else (0.0,):
        along = np.array([np.cos(angle + turn), np.sin(angle + turn)])
        across = np.array([-along[1], along[0]])
        for offset in np.arange(-side, side, step):
            middle = side / 2 + across * offset
            ends = np.rint(np.stack((middle - along * side, middle + along * side)) * 16).astype(np.int32)
            cv2.line(layer, ends[0].tolist(), ends[1].tolist(), 255, thickness, cv2.LINE_AA, 4)


def _twigs(layer: Plane, rng: np.random.Generator) -> None:
    """Branches that fork and get thinner."""
    side = len(layer)
    start = np.array([rng.uniform(0, 1), 1.0]) * side
    todo = [(start, -np.pi / 2 + rng.normal(0, 0.4), float(rng.uniform(4, 9)))]
    while todo:
        place, heading, thickness = todo.pop()
        for _ in range(int(rng.integers(2, 6))):
            heading += rng.normal(0, 0.25)
            end = place + rng.uniform(0.03, 0.08) * side * np.array([np.cos(heading), np.sin(heading)])
            first, last = (np.rint(p * 16).astype(np.int32).tolist() for p in (place, end))
            cv2.line(layer, first, last, 255, max(1, round(thickness)), cv2.LINE_AA, 4)
            place = end
        if thickness > 1.2:
            todo += [(place, heading + lean * rng.uniform(0.2, 0.8), thickness * 0.62) for lean in (-1, 1)]


def _strands(layer: Plane, rng: np.random.Generator) -> None:
    """Many fine lines that run alike: hair, grass, folds of cloth, engraving."""
    side = len(layer)
    shape = np.cumsum(rng.normal(0, 0.12, 16))
    heading = rng.uniform(0, 2 * np.pi)
    for _ in range(int(rng.integers(15, 70))):
        turns = heading + shape + rng.normal(0, 0.06, 16).cumsum()
        steps = rng.uniform(0.02, 0.06) * side * np.stack((np.cos(turns), np.sin(turns)), 1)
        points = rng.uniform(0, side, 2) + np.cumsum(steps, 0)
        strength = int(rng.integers(80, 255))
        cv2.polylines(layer, [np.rint(points * 16).astype(np.int32)], False, strength, 1, cv2.LINE_AA, 4)
