"""How well damage is found in held-out photos, and which thresholds are to be gone by."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from restorer.core.agreement import Agreement, Flags, agreement
from restorer.core.damage import DAMAGE_CLASSES
from restorer.training.problem import Batch

TOLERANCE_PX = 2
THRESHOLDS = tuple(round(0.3 + 0.05 * step, 2) for step in range(14))
"""Of the probability, to choose from."""
FLAT = 0.004
"""F1 given up for a higher threshold: what is marked for nothing gets made up, what is missed can be painted over."""
SHOWN = 8
_STAIN = DAMAGE_CLASSES.index("stain")
_GROUPS = (tuple(range(_STAIN)), (_STAIN,))
"""Classes that have a threshold in common: all thin or opaque marks; stains, for which a warm face can be taken."""
_TINTS = ((1.0, 0.2, 0.2), (1.0, 0.9, 0.1), (0.2, 0.9, 1.0), (0.3, 1.0, 0.3), (1.0, 0.3, 1.0), (1.0, 0.6, 0.2))
"""Colours of the classes in samples."""

_Planes = npt.NDArray[np.float32]
"""``N x K x H x W``."""


class DetectCheck:
    """Held-out photos with damage, the same all the time.

    Args:
        held_out: ``target`` says what is damaged how; where ``extra["care"]`` is 0, nobody knows.
    """

    def __init__(self, held_out: Batch) -> None:
        self._photos = held_out.inputs[0]
        self._target = held_out.target
        self._truth = (held_out.target > 0).cpu().numpy()
        self._known = (held_out.extra["care"].amin(1) > 0).cpu().numpy()

    def figures(self, network: nn.Module) -> dict[str, float]:
        """F1 at probability one half and within two pixels, the best F1 of any threshold, and each class's recall."""
        scores = self._scores(network)
        total, true = scores.max(1), np.asarray(self._truth.any(1))
        by_threshold = {t: _agreement(total >= t, true, self._known) for t in THRESHOLDS}
        half = by_threshold[0.5]
        best = max(by_threshold, key=lambda t: (by_threshold[t].f1, t))
        figures = {
            "f1": half.f1,
            "precision": half.precision,
            "recall": half.recall,
            "best_f1": by_threshold[best].f1,
            "best_threshold": best,
        }
        for index, name in enumerate(DAMAGE_CLASSES):
            truth = self._truth[:, index]
            figures[f"recall_{name}"] = _agreement(total >= 0.5, truth, self._known).recall
            figures[f"f1_{name}"] = _agreement(scores[:, index] >= 0.5, truth, self._known).f1
        return figures

    def thresholds(self, network: nn.Module) -> Mapping[tuple[int, ...], float]:
        """For each group of classes the highest threshold whose F1 is next to the best.

        What belongs to the other group is left out of account: it is damage, and no matter as what it is found.
        """
        scores = self._scores(network)
        chosen = {}
        for group in _GROUPS:
            total, true = scores[:, group].max(1), np.asarray(self._truth[:, group].any(1))
            known = self._known & (true | ~self._truth.any(1))
            f1 = {t: _agreement(total >= t, true, known).f1 for t in THRESHOLDS}
            chosen[group] = max(t for t in THRESHOLDS if f1[t] >= max(f1.values()) - FLAT)
        return chosen

    def rows(self, network: nn.Module) -> Tensor:
        """Some of them as rows: damaged, found, true."""
        photos = self._photos[:SHOWN]
        found = _tinted(photos, network(photos).sigmoid())
        return torch.cat((photos, found, _tinted(photos, self._target[:SHOWN])), 3).float()

    def _scores(self, network: nn.Module) -> _Planes:
        parts = torch.split(self._photos, 8)
        return np.concatenate([network(part).sigmoid().cpu().numpy() for part in parts])


def _agreement(marked: Flags, true: Flags, known: Flags) -> Agreement:
    parts = (agreement(*one, tolerance_px=TOLERANCE_PX, known=k) for *one, k in zip(marked, true, known, strict=True))
    return sum(parts, Agreement())


def _tinted(photos: Tensor, planes: Tensor) -> Tensor:
    """Gray photos with each class laid over them in its colour."""
    picture = photos.mean(1, keepdim=True).expand(-1, 3, -1, -1) * 0.8
    for index, tint in enumerate(_TINTS):
        color = torch.tensor(tint, device=photos.device)[:, None, None]
        picture = picture + (color - picture) * planes[:, index : index + 1]
    return picture
