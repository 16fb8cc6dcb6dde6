"""What is written at the end: numbers that were measured, and a card that says how they came to be."""

from __future__ import annotations

import itertools
import json
import shlex
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from training.conftest import StartRun

from restorer.core.errors import WorkError
from restorer.core.params import split_assignments
from restorer.training.export import command_line, export_weights
from restorer.training.presets import get_preset
from restorer.training.start import parse_settings


def test_the_card_says_what_was_done(start: StartRun, photos: Path, tmp_path: Path) -> None:
    initial = tmp_path / "before.safetensors"
    save_file({name: value.contiguous() for name, value in start("tiny").network.state_dict().items()}, initial)
    trainer = start("tiny-gan", images=32, initial=str(initial))
    trainer.run()
    card = json.loads(export_weights(trainer, photos).with_suffix(".json").read_text())
    assert card["interpolates_with"] == "inpaint-unet"
    training = card["training"]
    assert training["images"] == trainer.images
    assert training["updates"] == trainer.steps
    assert training["command"].startswith("restorer train tiny-gan --data DIR ")
    assert training["config"]["initial"] == "before.safetensors", "without the folders of this machine"
    assert len(training["initial_sha256"]) == 64
    assert training["data"].startswith("2 photos of the folder photos, 1 more held out")
    assert "CPU" in training["hardware"]
    assert training["wall_seconds"] >= 0
    assert str(tmp_path) not in json.dumps(card)


def test_photos_too_small_for_the_problem_are_not_counted(
    start: StartRun, photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trainer = start("tiny")
    trainer.run()
    monkeypatch.setattr(trainer.problem, "photo_side", 5000)
    card = json.loads(export_weights(trainer, photos).with_suffix(".json").read_text())
    assert card["training"]["data"].startswith("0 photos of the folder photos, 0 more held out, 3 smaller than 5000 px")


def test_the_figures_are_those_of_the_rounded_weights(start: StartRun, photos: Path) -> None:
    trainer = start("tiny")
    trainer.run()
    path = export_weights(trainer, photos)
    weights = load_file(path)
    assert {value.dtype for value in weights.values()} == {torch.float16}
    network = trainer.problem.network.eval()
    network.load_state_dict({name: value.float() for name, value in weights.items()})
    with torch.no_grad():
        figures = trainer.problem.evaluate(network)
    assert json.loads(path.with_suffix(".json").read_text())["evaluation"]["held_out"] == figures


def test_weights_that_overflow_half_precision_are_not_shipped(start: StartRun, photos: Path, tmp_path: Path) -> None:
    trainer = start("tiny")
    trainer.ema.weights["stem.bias"][0] = 1e6
    with pytest.raises(WorkError, match=r"stem\.bias of inpaint-unet"):
        export_weights(trainer, photos)
    assert not list(tmp_path.glob("run/*.safetensors"))


def test_the_command_on_the_card_gives_the_same_settings_again() -> None:
    config = replace(
        get_preset("inpaint-vivid-cpu"), seed=9, title="Trained on Ann's photos", discriminator='{"width": 16}'
    )
    words = shlex.split(command_line("inpaint-vivid-cpu", config))
    assignments = [word for before, word in itertools.pairwise(words) if before == "--set"]
    preset = get_preset("inpaint-vivid-cpu")
    assert replace(preset, **parse_settings(preset, split_assignments(assignments))) == config
