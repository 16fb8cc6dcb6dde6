from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from restorer.core.damage import DAMAGE_CLASSES
from restorer.core.image import Image
from restorer.core.step import Recipe
from restorer.formats.mask_file import read_mask
from restorer.formats.raster import read_photo, write_photo
from restorer.session import jobs

pytestmark = pytest.mark.usefixtures("models_folder")


@pytest.fixture
def scratched(tmp_path: Path) -> Path:
    pixels = np.random.default_rng(1).normal(100, 3, (120, 160, 3))
    pixels[60:62, 20:140] = 250
    path = tmp_path / "Opa mit Hut.tif"
    write_photo(path, Image(np.clip(pixels, 0, 255).astype(np.uint8)))
    return path


def test_the_mask_has_the_photos_size_and_marks_the_scratch(cli, scratched, tmp_path):
    outcome = cli("detect", scratched, "-o", "mask.png")
    assert outcome.code == 0, outcome.err
    mask = read_mask(tmp_path / "mask.png", 160, 120)
    assert mask.plane[60:62, 30:130].all()
    assert mask.coverage() < 0.05
    assert set(np.unique(read_photo(tmp_path / "mask.png").image.pixels)) == {0, 255}
    assert outcome.out.startswith("mask.png: ")
    assert outcome.err == ""


def test_json_says_what_was_found_with_what(cli, scratched):
    outcome = cli("detect", scratched, "-o", "mask.png", "--json", "--sensitivity", "0.6")
    report = json.loads(outcome.out)
    assert outcome.code == 0
    assert report["model"] == "classical"
    assert report["device"] == "cpu"
    assert report["seconds"] >= 0
    assert report["sensitivity"] == 0.6
    assert report["output"] == "mask.png"
    assert list(report["class_pixels"]) == list(DAMAGE_CLASSES)
    assert report["class_pixels"]["scratch"] >= 200
    assert 0.01 < report["damaged_fraction"] < 0.1


def test_only_the_classes_asked_for_are_marked(cli, scratched, tmp_path):
    outcome = cli("detect", scratched, "-o", "mask.png", "--classes", "dust, stain", "--json")
    assert outcome.code == 0, outcome.err
    assert set(json.loads(outcome.out)["class_pixels"]) == {"dust", "stain"}
    assert not read_mask(tmp_path / "mask.png", 160, 120).plane[60, 30:130].any()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("missing.png", "-o", "m.png"), "missing.png"),
        (("SCAN", "-o", "m.jpg"), "m.jpg"),
        (("SCAN", "-o", "m.xyz"), "m.xyz"),
        (("SCAN", "-o", "no/m.png"), "no"),
        (("SCAN", "-o", "SCAN"), "never overwritten"),
        (("SCAN", "-o", "there.png"), "exists already"),
        (("SCAN", "-o", "m.png", "--sensitivity", "1.5"), "sensitivity"),
        (("SCAN", "-o", "m.png", "--classes", "rust"), "rust"),
        (("SCAN", "-o", "m.png", "--model", "nobody"), "nobody"),
        (("SCAN", "-o", "m.png", "--device", "tpu"), "tpu"),
        (("text.png", "-o", "m.png"), "text.png"),
        (("SCAN",), "output"),
    ],
)
def test_unusable_input_is_named_and_nothing_is_written(cli, scratched, tmp_path, arguments, said):
    (tmp_path / "there.png").write_bytes(b"mine")
    (tmp_path / "text.png").write_text("no photo", "utf-8")
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}
    outcome = cli("detect", *(scratched if word == "SCAN" else word for word in arguments))
    assert outcome.code == 2, outcome.err
    assert said in outcome.err
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()} == before


def test_what_exists_is_replaced_when_asked(cli, scratched, tmp_path):
    (tmp_path / "m.png").write_bytes(b"old")
    assert cli("detect", scratched, "-o", "m.png", "--overwrite").code == 0
    assert not read_mask(tmp_path / "m.png", 160, 120).is_empty


def test_failing_work_writes_nothing(cli, scratched, tmp_path, monkeypatch):
    def fail(*arguments):
        raise MemoryError

    monkeypatch.setattr(jobs, "_translated", fail)
    outcome = cli("detect", scratched, "-o", "m.png")
    assert outcome.code == 1
    assert "ran out of memory" in outcome.err
    assert not (tmp_path / "m.png").exists()


def test_the_task_finds_and_repairs_without_a_mask(cli, scratched, tmp_path):
    outcome = cli("apply", "repair-scratches", scratched, "-o", "out.tif", "--json", "--save-recipe", "r.json")
    assert outcome.code == 0, outcome.err
    after = read_photo(tmp_path / "out.tif").image.pixels
    assert after[60:62, 30:130].max() < 150
    assert np.array_equal(after[:40], read_photo(scratched).image.pixels[:40])
    assert json.loads(outcome.out)["changed_pixels"] > 200
    step = Recipe.from_text((tmp_path / "r.json").read_text("utf-8"), name="r.json").steps[0]
    assert step.models == ("classical", "classical")


def test_the_task_stays_within_a_mask(cli, scratched, tmp_path):
    plane = np.zeros((120, 160, 1), np.uint8)
    plane[:, :80] = 255
    write_photo(tmp_path / "left.png", Image(plane))
    assert cli("apply", "repair-scratches", scratched, "-o", "out.tif", "--mask", "left.png").code == 0
    after = read_photo(tmp_path / "out.tif").image.pixels
    assert after[60:62, 30:75].max() < 150
    assert after[60:62, 90:130].min() == 250
