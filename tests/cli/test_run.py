"""``restorer run``: recipes on photos, the same one or another."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from restorer.core.image import Image
from restorer.core.mask import Mask
from restorer.core.mask_code import PackedMask, mask_digest
from restorer.core.params import param
from restorer.core.progress import CancelToken
from restorer.core.step import Recipe, Step
from restorer.formats.provenance import from_xmp
from restorer.formats.raster import read_photo, write_photo
from restorer.formats.recipe_file import RecipeFile, read_recipe, write_recipe
from restorer.session import recipes
from restorer.session.recipes import make_ready, migrated
from restorer.session.replay import ReplayFinished, ReplayRequest, run_replay
from restorer.session.session import Session
from restorer.tasks import get_task

pytestmark = pytest.mark.usefixtures("models_folder")


@pytest.fixture
def recipe(cli: Any, scan: Path, mask: Path, tmp_path: Path) -> Path:
    """One classical fill, written by ``apply`` together with ``applied.png``."""
    outcome = cli("apply", "inpaint", scan, "--mask", mask, "--set", "grow_px=3", "--seed", "5", "--model", "classical",
                  "-o", "applied.png", "--save-recipe", "r.json")  # fmt: skip
    assert outcome.code == 0, outcome.err
    return tmp_path / "r.json"


@pytest.fixture
def twelve(tmp_path: Path, photo: Image) -> Path:
    """Twelve steps with a mask each."""
    steps, masks = [], {}
    for number in range(12):
        plane = np.zeros((photo.height, photo.width), np.uint8)
        plane[10 + 8 * number : 14 + 8 * number, 15 + number : 60 + 9 * number] = 255
        mask = Mask(plane)
        digest = mask_digest(mask)
        masks[digest] = PackedMask.of(mask)
        steps.append(Step("inpaint", get_task("inpaint").version, {"grow_px": number % 4}, seed=number, mask=digest))
    path = tmp_path / "twelve.json"
    write_recipe(path, RecipeFile(Recipe(tuple(steps)), masks))
    return path


def changed(path: Path, change: Callable[[Step], Step]) -> Path:
    """The recipe with every step changed, under another name."""
    file = read_recipe(path)
    other = path.with_name("changed.json")
    write_recipe(other, replace(file, recipe=Recipe(tuple(map(change, file.recipe.steps)))), overwrite=True)
    return other


def test_a_recipe_gives_what_apply_gave_byte_for_byte(cli, recipe, scan, tmp_path):
    outcome = cli("run", recipe, scan, "-o", "again.png", "--save-recipe", "again.json", "--json")
    assert outcome.code == 0, outcome.err
    assert (tmp_path / "again.png").read_bytes() == (tmp_path / "applied.png").read_bytes()
    assert (tmp_path / "again.json").read_bytes() == recipe.read_bytes()
    report = json.loads(outcome.out)
    assert [step["task"] for step in report["steps"]] == ["inpaint"]
    assert 0 < report["generated_fraction"] < 0.2
    assert report["notices"] == []


def test_what_the_recipe_protects_stays_as_it_is(cli, recipe, scan, tmp_path):
    file, photo = read_recipe(recipe), read_photo(scan).image
    applied = read_photo(tmp_path / "applied.png").image.pixels
    changed = np.flatnonzero((applied != photo.pixels).any(axis=(1, 2)))
    plane = np.zeros((photo.height, photo.width), np.uint8)
    kept = slice(int(changed[0]), int(changed[len(changed) // 2]))
    plane[kept] = 1
    write_recipe(tmp_path / "guarded.json", replace(file, protected=PackedMask.of(Mask(plane))))
    outcome = cli("run", "guarded.json", scan, "-o", "guarded.png", "--save-recipe", "again.json")
    assert outcome.code == 0, outcome.err
    done = read_photo(tmp_path / "guarded.png").image.pixels
    assert np.array_equal(done[kept], photo.pixels[kept])
    assert not np.array_equal(done, photo.pixels), "the other half was filled"
    assert read_recipe(tmp_path / "again.json") == read_recipe(tmp_path / "guarded.json")
    large = np.repeat(np.repeat(photo.pixels, 2, 0), 2, 1)
    write_photo(tmp_path / "large.png", Image(large))
    outcome = cli("run", "guarded.json", "large.png", "-o", "out.png")
    assert outcome.code == 0, outcome.err
    assert "What the recipe protects" in outcome.err
    doubled = slice(2 * kept.start, 2 * kept.stop)
    assert np.array_equal(read_photo(tmp_path / "out.png").image.pixels[doubled], large[doubled])
    write_photo(tmp_path / "wide.png", Image(photo.pixels[:60]))
    assert cli("run", "guarded.json", "wide.png", "-o", "no.png").code == 2


def test_twelve_steps_give_the_same_bytes_every_time(cli, twelve, scan, tmp_path):
    for name in ("one.tif", "two.tif"):
        outcome = cli("run", twelve, scan, "-o", name, "--device", "cpu")
        assert outcome.code == 0, outcome.err
    assert (tmp_path / "one.tif").read_bytes() == (tmp_path / "two.tif").read_bytes()
    assert "12 steps" in outcome.out
    file, session = read_recipe(twelve), Session()
    photo = read_photo(scan).image
    for _ in range(2):
        request = ReplayRequest(1, make_ready(session, file.recipe).recipe, photo, file.masks)
        *_, last = run_replay(request, lambda step: session.engine_for(step, "cpu"), CancelToken())
        assert isinstance(last, ReplayFinished)
        assert last.image.digest() == read_photo(tmp_path / "one.tif").image.digest()
    record = from_xmp(read_photo(tmp_path / "one.tif").metadata.xmp)
    assert record is not None
    assert [step.seed for step in record.recipe.steps] == list(range(12))


def test_a_photo_of_the_same_shape_gets_scaled_masks_and_is_told(cli, recipe, photo, tmp_path):
    large = np.repeat(np.repeat(photo.pixels, 2, 0), 2, 1)
    write_photo(tmp_path / "large.png", Image(large))
    outcome = cli("run", recipe, "large.png", "-o", "out.png", "--json")
    assert outcome.code == 0, outcome.err
    assert "scaled from" in outcome.err
    assert any("scaled from" in notice for notice in json.loads(outcome.out)["notices"])
    assert json.loads(outcome.out)["generated_fraction"] > 0


def test_a_photo_of_another_shape_is_refused_unless_something_is_said(cli, recipe, photo, tmp_path):
    write_photo(tmp_path / "wide.png", Image(photo.pixels[:60]))
    outcome = cli("run", recipe, "wide.png", "-o", "out.png")
    assert outcome.code == 2
    assert "Step 1" in outcome.err
    assert "--masks scale" in outcome.err
    assert not (tmp_path / "out.png").exists()
    assert cli("run", recipe, "wide.png", "-o", "out.png", "--masks", "scale").code == 0
    dropped = cli("run", recipe, "wide.png", "-o", "plain.png", "--masks", "drop")
    assert dropped.code == 0
    assert "left out" in dropped.err
    assert np.array_equal(read_photo(tmp_path / "plain.png").image.pixels, photo.pixels[:60])


def test_a_mask_of_ones_own_takes_the_place_of_the_recipes(cli, recipe, photo, tmp_path):
    write_photo(tmp_path / "wide.png", Image(photo.pixels[:60]))
    plane = np.zeros((60, photo.width, 1), np.uint8)
    plane[20:25, 30:50] = 255
    write_photo(tmp_path / "mine.png", Image(plane))
    assert cli("run", recipe, "wide.png", "-o", "out.png", "--mask", "mine.png").code == 0
    differs = (read_photo(tmp_path / "out.png").image.pixels != photo.pixels[:60]).any(axis=2)
    assert differs.any()
    assert not differs[:10].any()
    assert not differs[40:].any()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda step: replace(step, task="enchant"), "enchant"),
        (lambda step: replace(step, version=99), "version 99"),
        (lambda step: replace(step, params={"grow_px": 10_000}), "grow_px"),
        (lambda step: replace(step, params={"shine": 1}), "shine"),
        (lambda step: replace(step, mask="ab" * 32), "not in the recipe"),
        (lambda step: replace(step, model="gone", model_hash="cd" * 32), "the model gone (cdcdcdcdcdcd…)"),
    ],
)
def test_what_cannot_be_replayed_is_said_and_nothing_is_written(cli, recipe, scan, tmp_path, change, said):
    outcome = cli("run", changed(recipe, change), scan, "-o", "out.png")
    assert outcome.code == 2
    assert said in outcome.err
    assert "Step 1" in outcome.err
    assert not (tmp_path / "out.png").exists()


def test_another_model_stands_in_only_when_told(cli, recipe, scan, tmp_path):
    gone = changed(recipe, lambda step: replace(step, model="gone", model_hash="cd" * 32))
    outcome = cli("run", gone, scan, "-o", "out.png", "--substitute", "--json")
    assert outcome.code == 0, outcome.err
    assert "Classical stands in" in outcome.err
    assert json.loads(outcome.out)["steps"][0]["model"] == "classical"


def test_a_model_with_other_weights_is_noticed(cli, recipe, scan, models_folder):
    import hashlib

    weights = b"x" * 50
    (models_folder / "net.safetensors").write_bytes(weights)
    card = {"restorer_card": 1, "id": "net", "title": "Net", "task": "inpaint", "architecture": "inpaint-unet",
            "hyperparameters": {}, "file": "net.safetensors", "sha256": hashlib.sha256(weights).hexdigest(),
            "bytes": 50, "licence": "Apache-2.0", "summary": "For tests.", "context_px": 16}  # fmt: skip
    (models_folder / "net.json").write_text(json.dumps(card))
    other = changed(recipe, lambda step: replace(step, model="net", model_hash="cd" * 32))
    outcome = cli("run", other, scan, "-o", "out.png")
    assert outcome.code == 2
    assert "other weights" in outcome.err


def test_an_empty_recipe_and_no_recipe_are_refused(cli, recipe, scan, tmp_path):
    write_recipe(tmp_path / "empty.json", RecipeFile(Recipe()))
    for name, said in (("empty.json", "no steps"), (scan.name, "not text"), ("none.json", "no file")):
        outcome = cli("run", name, scan, "-o", "out.png")
        assert outcome.code == 2
        assert said in outcome.err
    assert cli("run", recipe, scan, "-o", "out.png", "--masks", "guess").code == 2
    assert cli("run", recipe, scan, "-o", recipe).code == 2


def test_parameters_of_older_versions_migrate_step_by_step(monkeypatch):
    from dataclasses import dataclass

    @dataclass(frozen=True)
    class Params:
        grow_px: int = param(2, "How far.", low=0, high=64)
        shine: float = param(0.0, "How much.", low=0, high=1)

    task = replace(
        get_task("inpaint"),
        version=4,
        params=Params,
        migrations={
            1: lambda old: {"grow_px": round(float(old["grow_percent"]) * 2)},
            3: lambda old: {**old, "shine": 0.5},
        },
    )
    assert migrated(task, 1, {"grow_percent": 4}) == {"grow_px": 8, "shine": 0.5}
    assert migrated(task, 4, {"grow_px": 1}) == {"grow_px": 1}
    monkeypatch.setattr(recipes, "get_task", lambda _: task)
    ready = recipes.make_ready(Session(), Recipe((Step("inpaint", 1, {"grow_percent": 4}, seed=3),)))
    (step,) = ready.recipe.steps
    assert (step.version, step.params, step.seed) == (4, {"grow_px": 8, "shine": 0.5}, 3)
    assert "version 1" in ready.notices[0]
