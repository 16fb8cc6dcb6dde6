"""``restorer apply inpaint`` with several fills, and with a pair of models."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from restorer.core.step import Recipe
from restorer.formats.raster import read_photo
from restorer.tasks.classical import load_patchmatch

TINY = {"widths": [8, 12], "blocks": [1, 1], "dilations": [1]}


@pytest.fixture
def pair(models_folder: Path) -> Path:
    """A random faithful network and a random vivid one."""
    torch = pytest.importorskip("torch")
    from safetensors.torch import save_file

    from restorer.networks.inpaint_unet import InpaintUNet

    for seed, (name, style_dim, partner) in enumerate((("tiny", 0, ""), ("tiny-vivid", 4, "tiny"))):
        torch.manual_seed(seed)
        hyperparameters = TINY | {"style_dim": style_dim}
        network = InpaintUNet(**hyperparameters)
        for parameter in network.parameters():
            torch.nn.init.normal_(parameter, std=0.1)
        path = models_folder / f"{name}.safetensors"
        save_file({key: tensor.half() for key, tensor in network.state_dict().items()}, path)
        card = {
            "restorer_card": 1,
            "id": name,
            "title": name.title(),
            "task": "inpaint",
            "architecture": "inpaint-unet",
            "hyperparameters": hyperparameters,
            "file": path.name,
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
            "bytes": path.stat().st_size,
            "licence": "CC0-1.0",
            "summary": "For tests.",
            "context_px": 16,
            "interpolates_with": partner,
        }
        (models_folder / f"{name}.json").write_text(json.dumps(card), "utf-8")
    return models_folder


@pytest.fixture
def apply(cli, scan, mask):
    def apply(*arguments):
        return cli("apply", "inpaint", scan, "--mask", mask, "--device", "cpu", *arguments)

    return apply


def pixels(path: Path) -> str:
    return read_photo(path).image.digest()


def test_each_variant_is_a_file(apply, pair, tmp_path):
    outcome = apply("--set", "variants=3", "--set", "detail=80", "-o", "out.png", "--json", "--save-recipe", "r.json")
    assert outcome.code == 0, outcome.err
    report = json.loads(outcome.out)
    assert report["output"] == "out.png"
    assert report["outputs"] == ["out.png", "out-2.png", "out-3.png"]
    assert report["model"] == "tiny"
    assert report["model_hash"].endswith("@0.80")
    assert len({pixels(tmp_path / name) for name in report["outputs"]}) == 3
    (step,) = Recipe.from_text((tmp_path / "r.json").read_text("utf-8"), name="r.json").steps
    assert (step.params["variants"], step.params["variant"], step.params["detail"]) == (3, 1, 80)
    alone = apply("--set", "variant=3", "--set", "detail=80", "-o", "alone.png")
    assert alone.code == 0
    assert (tmp_path / "alone.png").read_bytes() == (tmp_path / "out-3.png").read_bytes()


def test_either_model_of_a_pair_means_both(apply, pair, tmp_path):
    for name, arguments in {
        "faithful": ("--model", "tiny"),
        "best": (),
        "kept": ("--model", "tiny-vivid", "--set", "detail=0"),
        "vivid": ("--model", "tiny-vivid"),
        "all": ("--model", "tiny", "--set", "detail=100"),
    }.items():
        assert apply("-o", f"{name}.png", *arguments).code == 0
    shown = {path.stem: pixels(path) for path in tmp_path.glob("*.png") if path.stem != "mask"}
    assert shown["faithful"] == shown["best"] == shown["kept"]
    assert shown["vivid"] == shown["all"] != shown["faithful"]


def test_one_answer_is_one_file_and_a_notice(apply, pair, tmp_path):
    outcome = apply("--set", "variants=3", "-o", "out.png", "--json")
    assert outcome.code == 0
    report = json.loads(outcome.out)
    assert report["outputs"] == ["out.png"]
    assert not (tmp_path / "out-2.png").exists()
    assert any("come out the same" in notice for notice in report["notices"])
    assert "come out the same" in outcome.err


@pytest.mark.parametrize("taken", ["out-2.png", "out-3.png"])
def test_no_variant_replaces_a_file(apply, models_folder, tmp_path, taken):
    (tmp_path / taken).write_bytes(b"precious")
    outcome = apply("--model", "classical", "--set", "variants=3", "-o", "out.png")
    assert (outcome.code, taken in outcome.err) == (2, True)
    assert (tmp_path / taken).read_bytes() == b"precious"
    assert not (tmp_path / "out.png").exists()


def test_a_recipe_is_no_variant(apply, models_folder, tmp_path):
    outcome = apply("--model", "classical", "--set", "variants=2", "-o", "out.png", "--save-recipe", "out-2.png")
    assert (outcome.code, "both the result and the recipe" in outcome.err) == (2, True)
    assert not (tmp_path / "out.png").exists()


@pytest.mark.parametrize("value", ["0", "9", "two"])
def test_so_many_variants_cannot_be(apply, models_folder, tmp_path, value):
    outcome = apply("--model", "classical", "--set", f"variants={value}", "-o", "out.png")
    assert (outcome.code, "variants" in outcome.err) == (2, True)


@pytest.mark.skipif(load_patchmatch() is None, reason="pypatchmatch is not installed")
def test_patchmatch_draws_from_the_seed(apply, models_folder, tmp_path):
    arguments = ("--model", "classical", "--set", "method=patchmatch", "--set", "variants=2")
    for name in ("a.png", "b.png"):
        assert apply(*arguments, "-o", name).code == 0
    assert (tmp_path / "a-2.png").read_bytes() == (tmp_path / "b-2.png").read_bytes()
    assert (tmp_path / "a-2.png").read_bytes() != (tmp_path / "a.png").read_bytes()


def test_models_list_shows_the_pair(cli, pair):
    outcome = cli("models", "list")
    assert outcome.code == 0
    rows = {line.split()[0]: line.split()[-1] for line in outcome.out.splitlines()}
    assert (rows["ID"], rows["tiny"], rows["tiny-vivid"]) == ("PAIR", "tiny-vivid", "tiny")
    listed = json.loads(cli("models", "list", "--json").out)["models"]
    assert {entry["id"]: entry["pair"] for entry in listed} == {"tiny": "tiny-vivid", "tiny-vivid": "tiny"}
    assert "detail 0 % is tiny, 100 % is tiny-vivid" in cli("models", "info", "tiny-vivid").out
