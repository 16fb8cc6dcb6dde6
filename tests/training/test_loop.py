"""The fidelity loop: it learns, resumes to the bit, and survives interrupts, bad numbers and torn checkpoints."""

from __future__ import annotations

import json
import signal
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from restorer.core.errors import Cancelled, InputError, WorkError
from restorer.training import loop
from restorer.training.checkpoint import load_checkpoint
from restorer.training.config import TrainConfig
from restorer.training.export import export_weights
from restorer.training.loop import Progress, Trainer

CPU = torch.device("cpu")


def ignore(progress: Progress) -> None:
    """Not interested in progress."""


def test_training_beats_the_harmonic_fill_it_starts_from(tiny: TrainConfig, photos: Path, tmp_path: Path) -> None:
    config = replace(tiny, images=900, learning_rate=4e-3, ema=0.95, noise_share=0.0, gray_share=0.0)
    seen: list[Progress] = []
    Trainer(config, photos, tmp_path / "run", CPU).run(seen.append)
    assert seen[-1].images >= 900
    assert seen[-1].hole_psnr > seen[-1].harmonic_psnr + 0.2


def test_the_log_has_one_line_a_checkpoint(tiny: TrainConfig, photos: Path, tmp_path: Path) -> None:
    seen: list[Progress] = []
    Trainer(replace(tiny, checkpoint_seconds=1e-6 + 1.0), photos, tmp_path, CPU).run(seen.append)
    lines = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert [line["images"] for line in lines] == [progress.images for progress in seen]
    assert lines[-1]["total"] == 48


def test_a_resumed_run_equals_one_that_never_stopped(
    tiny: TrainConfig, photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    straight = Trainer(tiny, photos, tmp_path / "straight", CPU)
    straight.run(ignore)

    broken = Trainer(tiny, photos, tmp_path / "broken", CPU)
    original, calls = broken._step, []

    def step_then_interrupt() -> float:
        calls.append(1)
        if len(calls) == 5:
            signal.raise_signal(signal.SIGINT)
        return original()

    monkeypatch.setattr(broken, "_step", step_then_interrupt)
    with pytest.raises(Cancelled, match="resume"):
        broken.run(ignore)
    resumed = Trainer(tiny, photos, tmp_path / "broken", CPU, resume=True)
    assert 0 < resumed.images < straight.images
    resumed.run(ignore)
    assert resumed.images == straight.images
    for name, value in straight.ema.weights.items():
        assert torch.equal(value, resumed.ema.weights[name]), name


def test_a_torn_checkpoint_falls_back_to_the_one_before(tiny: TrainConfig, photos: Path, tmp_path: Path) -> None:
    trainer = Trainer(tiny, photos, tmp_path, CPU)
    trainer.run(ignore)
    trainer._save()
    newest = tmp_path / "checkpoint.pt"
    newest.write_bytes(newest.read_bytes()[:1000])
    notes: list[str] = []
    resumed = Trainer(tiny, photos, tmp_path, CPU, resume=True, say=notes.append)
    assert resumed.images == trainer.images
    assert "checkpoint-previous.pt" in notes[0]


def test_without_any_readable_checkpoint_resuming_says_so(tiny: TrainConfig, photos: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no checkpoint"):
        Trainer(tiny, photos, tmp_path, CPU, resume=True)
    (tmp_path / "checkpoint.pt").write_bytes(b"torn")
    with pytest.raises(InputError, match=r"checkpoint\.pt"):
        load_checkpoint(tmp_path)


def test_a_checkpoint_of_another_architecture_is_refused(tiny: TrainConfig, photos: Path, tmp_path: Path) -> None:
    Trainer(tiny, photos, tmp_path, CPU).run(ignore)
    other = {"hyperparameters": '{"widths": [4, 8], "blocks": [1, 1]}'}
    with pytest.raises(InputError, match="another architecture"):
        Trainer(tiny, photos, tmp_path, CPU, resume=True, overrides=other)


def test_a_single_bad_loss_goes_back_to_the_average(
    tiny: TrainConfig, photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trainer = Trainer(tiny, photos, tmp_path, CPU)
    trainer._step()
    with torch.no_grad():
        next(trainer.network.parameters()).fill_(float("nan"))
    assert trainer._step() != trainer._step()
    assert all(torch.isfinite(p).all() for p in trainer.network.parameters())


def test_a_loss_that_stays_bad_ends_the_run(
    tiny: TrainConfig, photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loop, "charbonnier", lambda *_: torch.tensor(float("nan"), requires_grad=True))
    with pytest.raises(WorkError, match="not a number"):
        Trainer(replace(tiny, images=10_000), photos, tmp_path, CPU).run(ignore)


def test_exported_weights_open_in_the_engine(tiny: TrainConfig, photos: Path, tmp_path: Path) -> None:
    from restorer.store import Catalogue

    trainer = Trainer(tiny, photos, tmp_path / "run", CPU)
    trainer.run(ignore)
    weights = export_weights(trainer, "inpaint-cpu", photos)
    catalogue = Catalogue([weights.parent])
    card = catalogue.get("inpaint-unet")
    catalogue.verify(card)
    assert catalogue.problems() == ()
    assert card.training["images"] == trainer.images


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"architecture": "nothing"}, "no architecture"),
        ({"hyperparameters": '{"colour": 3}'}, "cannot be built"),
        ({"hyperparameters": "{"}, "cannot be built"),
    ],
)
def test_an_impossible_config_is_refused(
    tiny: TrainConfig, photos: Path, tmp_path: Path, change: dict[str, str], match: str
) -> None:
    with pytest.raises(InputError, match=match):
        Trainer(replace(tiny, **change), photos, tmp_path, CPU)  # type: ignore[arg-type]
