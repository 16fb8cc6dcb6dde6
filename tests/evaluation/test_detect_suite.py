"""Photos damaged on purpose, and detectors measured on them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image as PillowImage
from skimage import data

from restorer.core.damage import DAMAGE_CLASSES, DamageMap
from restorer.core.errors import InputError
from restorer.degradation.shapes import load_shapes, shapes_beside
from restorer.degradation.visibility import LEAST, visible
from restorer.evaluation.damage_set import shaped_damage, synthetic_damage
from restorer.evaluation.detect_suite import MARKS, SHAPES, UNDAMAGED, Score, detect_suite
from restorer.evaluation.overlays import CLASS_COLORS, overlay, overlay_sheets, write_sheets
from restorer.evaluation.suites import SuiteOptions


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> object:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def collection(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of two photos, in a collection with shapes of damage."""
    root = tmp_path_factory.mktemp("data")
    folder, shapes = root / "eval" / "some", root / "damage" / "shapes"
    folder.mkdir(parents=True)
    shapes.mkdir(parents=True)
    for name, crop in (("a", data.astronaut()[:120, 100:260]), ("b", data.chelsea()[60:180, 60:220])):
        PillowImage.fromarray(crop).save(folder / f"{name}.png")
    for name in ("scratches", "stain", "unheard"):
        plane = np.zeros((80, 80), np.uint8)
        plane[38:43] = 255
        PillowImage.fromarray(plane).save(shapes / f"{name}_01.png")
    return folder


@pytest.fixture(scope="module")
def portrait() -> np.ndarray:
    return np.ascontiguousarray(data.astronaut()[:160, 100:260])


def test_examples_are_seeded_and_their_truth_is_where_they_changed(portrait: np.ndarray) -> None:
    first, again, other = (synthetic_damage(portrait, seed) for seed in (3, 3, 4))
    assert np.array_equal(first.damaged, again.damaged)
    assert not np.array_equal(first.damaged, other.damaged)
    true = first.truth.any(axis=0)
    assert 0.001 < true.mean() < 0.6
    change = np.abs(first.damaged.astype(int) - first.aged).max(axis=2)
    assert change[true].mean() > 4 * change[~true].mean()
    assert first.truth.shape == (len(DAMAGE_CLASSES), 160, 160)
    assert not (true & ~first.known).any()


def test_real_shapes_are_of_the_kind_their_names_say(portrait: np.ndarray, collection: Path) -> None:
    folder = shapes_beside(collection)
    assert folder is not None
    example = shaped_damage(portrait, load_shapes(folder, held_out=True), 5)
    kinds = {name for name, plane in zip(DAMAGE_CLASSES, example.truth, strict=True) if plane.any()}
    assert kinds
    assert kinds <= {"scratch", "stain"}


def test_without_a_collection_there_are_no_shapes(tmp_path: Path) -> None:
    assert shapes_beside(None) is None
    assert shapes_beside(tmp_path / "photos") is None


def test_marks_on_their_own_colour_or_in_texture_are_not_seen() -> None:
    flat, busy = torch.full((1, 1, 40, 40), 0.5), torch.rand(1, 1, 40, 40)
    assert not visible(flat, flat + LEAST / 2).any()
    assert visible(flat, flat + 2 * LEAST).all()
    assert not visible(busy, busy + 2 * LEAST).any()
    assert visible(busy, busy + 0.5).all()


def test_a_perfect_detector_scores_one(portrait: np.ndarray) -> None:
    example = synthetic_damage(portrait, 1)
    score = Score()
    score.add(DamageMap(np.where(example.truth, np.uint8(255), np.uint8(0))), example, 0.5)
    assert score.fixed.f1 == 1.0
    assert score.fixed.iou == 1.0
    assert all(each.f1 == 1.0 for each in score.told.values() if each.true)


def test_the_suite_measures_both_sets_and_false_alarms(collection: Path) -> None:
    report = detect_suite(SuiteOptions(collection, model="classical"))
    titles = " ".join(table.title for table in report.tables)
    assert MARKS in titles
    assert SHAPES in titles
    assert "False alarms" in titles
    assert UNDAMAGED not in titles
    assert report.values["model"] == "classical"
    assert 0 <= report.values["f1"][MARKS] <= 1
    assert report.gates == (), "the classical method has none to keep"
    (sheet,) = report.sheets
    assert len(sheet.rows) == 4
    assert sheet.render().width > 400


def test_models_of_other_tasks_are_refused(collection: Path) -> None:
    with pytest.raises(InputError, match="nobody"):
        detect_suite(SuiteOptions(collection, model="nobody"))


def test_an_overlay_shows_each_class_in_its_colour() -> None:
    planes = np.zeros((len(DAMAGE_CLASSES), 4, 6), np.uint8)
    planes[1, 2, 3], planes[5, 0, 0] = 200, 90
    shown = overlay(np.full((4, 6, 3), 100, np.uint8), DamageMap(planes))
    assert tuple(shown[2, 3]) == CLASS_COLORS[1]
    assert tuple(shown[0, 0]) == (86, 86, 86)


def test_overlays_of_a_folder_are_written_as_sheets(collection: Path, tmp_path: Path) -> None:
    def find(photo: np.ndarray) -> DamageMap:
        return DamageMap(np.full((len(DAMAGE_CLASSES), *photo.shape[:2]), 255, np.uint8))

    (path,) = write_sheets(overlay_sheets(collection, find, name="found"), tmp_path)
    assert path.name == "found-01.png"
    with PillowImage.open(path) as page:
        assert page.height > 2 * 120
