"""Damaged photos with the truth beside them, to measure detectors on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from restorer.degradation import AGED, MECHANICAL, Chance, Plan, degrade
from restorer.degradation.canvas import Layer
from restorer.degradation.mechanical import lay
from restorer.degradation.shapes import Shape, lay_shapes
from restorer.degradation.visibility import visible

Pixels8 = npt.NDArray[np.uint8]
Flags = npt.NDArray[np.bool_]

DAMAGED_FROM = 0.4
"""Coverage from which a pixel is true damage; from :data:`DOUBTFUL_FROM` up to it, it does not count."""
DOUBTFUL_FROM = 0.1
SHAPES_A_PHOTO = (8, 20)
_SAVED = Plan((Chance("jpeg", 0.5, 0.05, 0.5), Chance("eight-bits", 1.0, 1.0, 1.0)))


@dataclass(frozen=True, slots=True, eq=False)
class DamagedPhoto:
    """One example.

    Attributes:
        aged: ``H x W x 3``, the photo made old, without any damage.
        damaged: the same with damage.
        truth: ``K x H x W``, where it is damaged how, in the order of :data:`DAMAGE_CLASSES`.
        known: ``H x W``, where the truth is beyond doubt: not at soft rims, nor where texture swallows a mark.
    """

    aged: Pixels8
    damaged: Pixels8
    truth: Flags
    known: Flags


def synthetic_damage(photo: Pixels8, seed: int) -> DamagedPhoto:
    """The photo with an old photo's tones and grain, and with the marks of the degradation model. Seeded."""
    generator = torch.Generator().manual_seed(seed)
    aged = degrade(_tensor(photo), generator, AGED).photos
    marked = degrade(aged, generator, MECHANICAL)
    return _example(aged, marked.photos, marked.damage[0].numpy(), generator)


def shaped_damage(photo: Pixels8, shapes: Sequence[Shape], seed: int) -> DamagedPhoto:
    """The photo as above, with real shapes of dirt, scratches, hairs and stains printed over it, light or dark."""
    rng = np.random.default_rng(seed)
    generator = torch.Generator().manual_seed(seed)
    aged = degrade(_tensor(photo), generator, AGED).photos
    layer = Layer(*photo.shape[:2])
    lay_shapes(layer, rng, shapes, int(rng.integers(*SHAPES_A_PHOTO)))
    marked = lay(aged, [layer])
    return _example(aged, marked.photos, marked.damage[0].numpy(), generator)


def _example(
    aged: Tensor, marked: Tensor, coverage: npt.NDArray[np.float32], generator: torch.Generator
) -> DamagedPhoto:
    """Both as a file would hold them, and what of the marks can be known."""
    seen = visible(aged, marked)[0, 0].numpy()
    truth = coverage >= DAMAGED_FROM
    hit = truth.any(axis=0)
    doubtful = np.where(hit, ~seen, (coverage >= DOUBTFUL_FROM).any(axis=0))
    return DamagedPhoto(_pixels(aged), _pixels(degrade(marked, generator, _SAVED).photos), truth & seen, ~doubtful)


def _tensor(photo: Pixels8) -> Tensor:
    return torch.from_numpy(photo.transpose(2, 0, 1).copy())[None].float() / 255


def _pixels(photos: Tensor) -> Pixels8:
    return np.ascontiguousarray((photos[0].permute(1, 2, 0) * 255).round().clamp(0, 255).to(torch.uint8).numpy())
