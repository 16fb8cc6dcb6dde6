"""Damaged photos with the truth beside them, to measure detectors on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from restorer.core.damage import DAMAGE_CLASSES
from restorer.core.lazy import load_cv2
from restorer.degradation import MECHANICAL, Chance, Plan, degrade
from restorer.degradation.visibility import visible
from restorer.formats.raster import read_photo

Pixels8 = npt.NDArray[np.uint8]
Flags = npt.NDArray[np.bool_]

DAMAGED_FROM = 0.4
"""Coverage from which a pixel is true damage; from :data:`DOUBTFUL_FROM` up to it, it does not count."""
DOUBTFUL_FROM = 0.1
SHAPES_A_PHOTO = (8, 20)
_LOOKS = Plan(
    (
        Chance("blur", 0.4, 0.05, 0.3),
        Chance("monochrome", 0.6, 1.0, 1.0),
        Chance("grain", 0.8, 0.1, 0.7),
        Chance("fading", 0.4, 0.1, 0.5),
        Chance("sepia", 0.4, 0.3, 1.0),
        Chance("uneven-fading", 0.3, 0.1, 0.6),
    )
)
"""Makes a photo old without any damage."""
_SAVED = Plan((Chance("jpeg", 0.5, 0.05, 0.5), Chance("eight-bits", 1.0, 1.0, 1.0)))
_SHAPE_CLASSES: Mapping[str, str] = {
    "scratches": "scratch",
    "hair": "hair",
    "hairshort": "hair",
    "lint": "hair",
    "dirt": "dust",
    "smut": "dust",
    "spots": "dust",
    "sprinkles": "dust",
    "dots": "stain",
    "stain": "stain",
}
"""First word of a shape's file name to the kind of damage."""


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
    aged = degrade(_tensor(photo), generator, _LOOKS).photos
    marked = degrade(aged, generator, MECHANICAL)
    return _example(aged, marked.photos, marked.damage[0].numpy(), generator)


def shaped_damage(photo: Pixels8, shapes: Path, seed: int) -> DamagedPhoto:
    """The photo as above, with real shapes of dirt, scratches, hairs and stains printed over it, light or dark.

    Args:
        shapes: folder of gray masks named ``<kind>_<number>.png``, white = damage.
    """
    rng = np.random.default_rng(seed)
    generator = torch.Generator().manual_seed(seed)
    aged = degrade(_tensor(photo), generator, _LOOKS).photos
    picture = aged[0].permute(1, 2, 0).numpy().copy()
    coverage = np.zeros((len(DAMAGE_CLASSES), *picture.shape[:2]), np.float32)
    files = sorted(path for path in shapes.glob("*_*.png") if _kind(path) in _SHAPE_CLASSES)
    for index in rng.integers(len(files), size=int(rng.integers(*SHAPES_A_PHOTO))):
        name = _SHAPE_CLASSES[_kind(files[index])]
        layer = _placed(read_photo(files[index]).image.pixels[..., 0], picture.shape[:2], rng)
        # Dust on the negative and lost emulsion are light; dirt on the print is dark.
        ink = rng.uniform(0.78, 1.0) if rng.random() < 0.65 else rng.uniform(0.0, 0.25)
        opacity = rng.uniform(0.3, 0.6) if name == "stain" else rng.uniform(0.55, 1.0)
        picture += (np.float32(ink) - picture) * (layer * np.float32(opacity))[..., None]
        plane = coverage[DAMAGE_CLASSES.index(name)]
        np.maximum(plane, layer, out=plane)
    marked = torch.from_numpy(np.ascontiguousarray(picture.transpose(2, 0, 1)))[None].clamp(0, 1)
    return _example(aged, marked, coverage, generator)


def shapes_beside(folder: Path | None) -> Path | None:
    """The folder ``damage/shapes`` of the collection that a folder of photos is part of, or None."""
    for parent in () if folder is None else folder.absolute().parents:
        if (parent / "damage" / "shapes").is_dir():
            return parent / "damage" / "shapes"
    return None


def _kind(path: Path) -> str:
    return path.stem.split("_")[0]


def _placed(shape: Pixels8, size: tuple[int, int], rng: np.random.Generator) -> npt.NDArray[np.float32]:
    """The shape turned, scaled and put somewhere on a plane of ``size``, 0 to 1."""
    cv2 = load_cv2()
    height, width = size
    middle = (shape.shape[1] / 2, shape.shape[0] / 2)
    matrix = cv2.getRotationMatrix2D(middle, rng.uniform(0, 360), rng.uniform(0.25, 1.0))
    matrix[:, 2] += rng.uniform(0, width) - middle[0], rng.uniform(0, height) - middle[1]
    moved = cv2.warpAffine(shape, matrix, (width, height), flags=cv2.INTER_AREA)
    return np.asarray(moved, np.float32) / np.float32(255)


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
