"""Shapes of real damage: which are learned from, which are held out, and that masks of them are exact."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image as PillowImage

from restorer.core.damage import DAMAGE_CLASSES
from restorer.core.errors import InputError
from restorer.degradation import DamageBank, Plan
from restorer.degradation.canvas import Layer
from restorer.degradation.shapes import lay_shapes, load_shapes, shapes_beside


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shapes = tmp_path / "damage" / "shapes"
    shapes.mkdir(parents=True)
    for name in ("hair_00", "hair_01", "stain_02", "unheard_00", "hair"):
        plane = np.zeros((60, 60), np.uint8)
        plane[20:40, 5:55] = 255
        PillowImage.fromarray(plane).save(shapes / f"{name}.png")
    return shapes


def test_shapes_lie_beside_the_photos(folder: Path) -> None:
    assert shapes_beside(folder.parent.parent / "train") == folder
    assert shapes_beside(None) is None


def test_what_is_learned_from_is_not_measured_on(folder: Path) -> None:
    assert [shape.kind for shape in load_shapes(folder, held_out=False)] == ["hair", "stain"]
    assert [shape.kind for shape in load_shapes(folder, held_out=True)] == ["hair"]


def test_an_unreadable_shape_is_named(folder: Path) -> None:
    (folder / "dirt_00.png").write_bytes(b"no picture")
    with pytest.raises(InputError, match="dirt_00"):
        load_shapes(folder, held_out=False)


def test_printed_shapes_say_exactly_where_they_are(folder: Path) -> None:
    layer = Layer(96, 96)
    lay_shapes(layer, np.random.default_rng(2), load_shapes(folder, held_out=False), 6)
    changed = ((layer.keep != 1) | (layer.light != 0)).any(0)
    covered = np.max(list(layer.coverage.values()), axis=0) > 0
    assert set(layer.coverage) <= {"hair", "stain"}
    assert covered.any()
    assert np.array_equal(changed, covered)


def test_a_bank_with_shapes_is_the_same_from_several_processes(folder: Path) -> None:
    shapes = load_shapes(folder, held_out=False)

    def damage(processes: int) -> torch.Tensor:
        bank = DamageBank(4, 64, 1, torch.device("cpu"), Plan(()), shapes=shapes, shapes_share=1.0, processes=processes)
        return bank.apply(torch.full((3, 3, 64, 64), 0.5), torch.Generator().manual_seed(0)).damage

    alone = damage(1)
    assert alone[:, DAMAGE_CLASSES.index("hair")].any()
    assert torch.equal(alone, damage(2))
