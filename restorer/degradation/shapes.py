"""Shapes of real damage, cut from scans by others, printed over photos: what no drawing makes quite the same."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from restorer.core.errors import InputError
from restorer.degradation.canvas import Layer, Plane, cv2

SHAPE_CLASSES: Mapping[str, str] = MappingProxyType(
    {
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
)
"""First word of a shape's file name to the kind of damage."""
_NAME = re.compile(r"(?P<kind>[a-z]+)_(?P<number>\d+)\.png")


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """Of which of DAMAGE_CLASSES it is, and its coverage, ``h x w`` uint8."""

    kind: str
    plane: npt.NDArray[np.uint8]


def shapes_beside(folder: Path | None) -> Path | None:
    """The folder ``damage/shapes`` of the collection that a folder of photos is part of, or None."""
    for parent in () if folder is None else folder.absolute().parents:
        if (parent / "damage" / "shapes").is_dir():
            return parent / "damage" / "shapes"
    return None


def load_shapes(folder: Path, *, held_out: bool) -> list[Shape]:
    """Half of a folder's shapes: those of even numbers to learn from, or those of odd ones, held out to measure on.

    Args:
        folder: gray masks named ``<kind>_<number>.png``, white = damage; kinds that are not known are passed over.

    Raises:
        InputError: for one that cannot be read.
    """
    shapes = []
    for path in sorted(folder.glob("*.png")):
        match = _NAME.fullmatch(path.name)
        if match is None or match["kind"] not in SHAPE_CLASSES or int(match["number"]) % 2 != int(held_out):
            continue
        plane = cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_GRAYSCALE)
        if plane is None:
            raise InputError(f"The shape of damage {path} cannot be read.")
        shapes.append(Shape(SHAPE_CLASSES[match["kind"]], plane))
    return shapes


def lay_shapes(layer: Layer, rng: np.random.Generator, shapes: Sequence[Shape], count: int) -> None:
    """Prints ``count`` of the shapes somewhere, turned and scaled, light or dark.

    Dust on the negative and lost emulsion are light, dirt on the print is dark.
    """
    for index in rng.integers(len(shapes), size=count):
        shape = shapes[index]
        light = rng.random() < 0.65
        level = rng.uniform(0.78, 1.0) if light else rng.uniform(0.0, 0.25)
        opacity = rng.uniform(0.3, 0.6) if shape.kind == "stain" else rng.uniform(0.55, 1.0)
        layer.cover(shape.kind, _placed(shape.plane, layer, rng), (level, level, level), opacity)


def _placed(shape: npt.NDArray[np.uint8], layer: Layer, rng: np.random.Generator) -> Plane:
    """The shape somewhere on a plane of the layer's size, 0 to 1."""
    middle = (shape.shape[1] / 2, shape.shape[0] / 2)
    matrix = cv2.getRotationMatrix2D(middle, rng.uniform(0, 360), rng.uniform(0.25, 1.0) * layer.scale)
    matrix[:, 2] += rng.uniform(0, layer.width) - middle[0], rng.uniform(0, layer.height) - middle[1]
    moved = cv2.warpAffine(shape, matrix, (layer.width, layer.height), flags=cv2.INTER_AREA)
    return np.asarray(moved, np.float32) / np.float32(255)
