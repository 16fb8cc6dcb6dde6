from __future__ import annotations

import hashlib
import json

import pytest


@pytest.fixture
def model(models_folder):
    weights = b"weights" * 1000
    (models_folder / "inpaint-one.safetensors").write_bytes(weights)
    card = {
        "restorer_card": 1,
        "id": "inpaint-one",
        "title": "Inpaint one",
        "task": "inpaint",
        "architecture": "inpaint-unet",
        "hyperparameters": {},
        "file": "inpaint-one.safetensors",
        "sha256": hashlib.sha256(weights).hexdigest(),
        "bytes": len(weights),
        "licence": "Apache-2.0",
        "summary": "Fills small holes.",
        "context_px": 16,
        "training": {"images_seen": 1234},
    }
    (models_folder / "inpaint-one.json").write_text(json.dumps(card), "utf-8")
    return models_folder


def test_list(cli, model):
    outcome = cli("models", "list")
    assert outcome.code == 0
    assert "inpaint-one" in outcome.out
    assert "7.0 kB" in outcome.out
    assert "Apache-2.0" in outcome.out
    listed = json.loads(cli("models", "list", "--json").out)["models"]
    assert [(entry["id"], entry["weights"]) for entry in listed] == [("inpaint-one", "there")]


def test_an_empty_list_says_what_works(cli, models_folder):
    outcome = cli("models", "list")
    assert (outcome.code, "classical" in outcome.out) == (0, True)
    assert json.loads(cli("models", "list", "--json").out) == {"models": [], "problems": []}


def test_a_broken_card_hides_no_other(cli, model):
    (model / "torn.json").write_text("{", "utf-8")
    outcome = cli("models", "list", "--json")
    assert outcome.code == 0
    assert "torn.json" in outcome.err
    assert len(json.loads(outcome.out)["models"]) == 1


def test_info(cli, model):
    outcome = cli("models", "info", "inpaint-one")
    assert outcome.code == 0
    assert "Fills small holes." in outcome.out
    assert "1234" in outcome.out
    assert json.loads(cli("models", "info", "inpaint-one", "--json").out)["training"] == {"images_seen": 1234}


def test_info_of_nobody(cli, model):
    outcome = cli("models", "info", "nobody", "--json")
    assert (outcome.code, outcome.out) == (2, "")
    assert "nobody" in outcome.err
    assert "inpaint-one" in outcome.err


def test_verify_whole(cli, model):
    assert cli("models", "verify").out == "inpaint-one: whole\n"
    report = json.loads(cli("models", "verify", "inpaint-one", "--json").out)
    assert report["whole"] is True


@pytest.mark.parametrize("damage", ["flip", "cut", "remove"])
def test_verify_damaged(cli, model, damage):
    path = model / "inpaint-one.safetensors"
    data = path.read_bytes()
    if damage == "flip":
        path.write_bytes(b"W" + data[1:])
    elif damage == "cut":
        path.write_bytes(data[:-1])
    else:
        path.unlink()
    outcome = cli("models", "verify", "--json")
    assert outcome.code == 2
    assert json.loads(outcome.out)["whole"] is False
    assert "inpaint-one" in outcome.err
    assert outcome.err.count("\n") == 1


def test_models_alone_says_how(cli):
    outcome = cli("models")
    assert (outcome.code, outcome.out) == (2, "")
    assert "restorer models --help" in outcome.err


def test_damaged_weights_stop_apply_with_a_sentence(cli, model, scan, mask, tmp_path):
    (model / "inpaint-one.safetensors").unlink()
    outcome = cli("apply", "inpaint", scan, "--mask", mask, "-o", "out.png", "--model", "inpaint-one")
    assert (outcome.code, outcome.out) == (2, "")
    assert "inpaint-one" in outcome.err
    assert not (tmp_path / "out.png").exists()
