"""The loop: it learns, repeats itself and resumes to the bit, and survives interrupts and bad numbers."""

from __future__ import annotations

import json
import math
import signal
from pathlib import Path

import pytest
import torch
from PIL import Image as PillowImage
from training.conftest import StartRun

from restorer.core.errors import Cancelled, InputError, WorkError
from restorer.training.guard import GIVE_UP, Guard
from restorer.training.loop import Trainer
from restorer.training.problem import Batch
from restorer.training.progress import Progress


def interrupt_at(trainer: Trainer, step: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets Ctrl+C arrive in the middle of a step."""
    original = trainer._step

    def step_interrupted(done: float) -> dict[str, float]:
        if trainer.steps == step:
            signal.raise_signal(signal.SIGINT)
        return original(done)

    monkeypatch.setattr(trainer, "_step", step_interrupted)


def states(trainer: Trainer) -> dict[str, torch.Tensor]:
    """Every number that a run has learned or remembers."""
    parts = {"network": trainer.network.state_dict(), "ema": trainer.ema.weights}
    optimizers = {"optimizer": trainer.optimizer}
    if trainer.adversary is not None:
        parts["discriminator"] = trainer.adversary.discriminator.state_dict()
        optimizers["rival"] = trainer.adversary.optimizer
    for name, optimizer in optimizers.items():
        for index, state in optimizer.state_dict()["state"].items():
            parts[f"{name} {index}"] = state
    return {f"{part} {name}": value for part, values in parts.items() for name, value in values.items()}


def assert_equal(one: Trainer, other: Trainer) -> None:
    first, second = states(one), states(other)
    assert first.keys() == second.keys()
    assert [name for name, value in first.items() if not torch.equal(value, second[name])] == []


def test_training_beats_the_harmonic_fill_it_starts_from(start: StartRun) -> None:
    trainer = start(
        "tiny", images=600, learning_rate=4e-3, ema=0.95, hole_mse_weight=0.0, noise_share=0.0, gray_share=0.0
    )
    seen: list[Progress] = []
    trainer.run(seen.append)
    assert seen[-1].images >= 600
    assert seen[-1].figures["hole_psnr_db"] > seen[-1].figures["harmonic_hole_psnr_db"] + 0.2


@pytest.mark.parametrize("preset", ["tiny", "tiny-gan"])
def test_the_same_seed_gives_the_same_bits(start: StartRun, preset: str) -> None:
    runs = [start(preset, out) for out in ("one", "two")]
    for run in runs:
        run.run()
    assert_equal(*runs)
    other = start(preset, "three", seed=2)
    other.run()
    assert not torch.equal(states(other)["ema stem.weight"], states(runs[0])["ema stem.weight"])


@pytest.mark.parametrize("preset", ["tiny", "tiny-gan"])
def test_a_resumed_run_equals_one_that_never_stopped(
    start: StartRun, preset: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    straight = start(preset, "straight")
    straight.run()
    broken = start(preset, "broken")
    interrupt_at(broken, 5, monkeypatch)
    with pytest.raises(Cancelled, match="resume"):
        broken.run()
    resumed = start(preset, "broken", resume=True)
    assert 0 < resumed.images < straight.images
    resumed.run()
    assert (resumed.images, resumed.steps) == (straight.images, straight.steps)
    assert_equal(straight, resumed)


def test_the_log_has_one_line_a_checkpoint_with_curves_and_samples_beside_it(start: StartRun, tmp_path: Path) -> None:
    trainer = start("tiny-gan")
    seen: list[Progress] = []
    ticks: list[Progress] = []
    trainer.run(seen.append, ticks.append)
    lines = [json.loads(line) for line in (tmp_path / "run" / "log.jsonl").read_text().splitlines()]
    assert [line["images"] for line in lines] == [progress.images for progress in seen]
    assert lines[-1]["total"] == 32
    expected = {"hole_mse", "charbonnier", "gradient", "diversity", "adversarial", "feature_matching", "discriminator"}
    assert set(lines[-1]["losses"]) == expected
    assert next(iter(lines[-1]["figures"])) == "hole_psnr_db"
    assert [tick.images for tick in ticks] == sorted(tick.images for tick in ticks)
    assert len(ticks) == trainer.steps
    for name in ("curves.png", f"samples/{trainer.images:08}.png"):
        with PillowImage.open(tmp_path / "run" / name) as picture:
            assert min(picture.size) > 100


def test_resuming_from_an_earlier_checkpoint_logs_what_follows_once(start: StartRun, tmp_path: Path) -> None:
    first = start("tiny")
    first.run()
    log = tmp_path / "run" / "log.jsonl"
    later = json.loads(log.read_text().splitlines()[-1]) | {"images": first.images + 16}
    log.write_text(log.read_text() + json.dumps(later) + '\n{"images": 9')
    resumed = start("tiny", resume=True, images=80)
    resumed.run()
    assert [json.loads(line)["images"] for line in log.read_text().splitlines()] == [first.images, resumed.images]


def test_a_single_bad_gradient_goes_back_to_the_average(start: StartRun) -> None:
    trainer = start("tiny")
    trainer._step(0)
    with torch.no_grad():
        next(trainer.network.parameters()).fill_(float("nan"))
    assert math.isnan(trainer._step(0)["hole_mse"])
    assert all(torch.equal(value, trainer.ema.weights[name]) for name, value in trainer.network.state_dict().items())
    assert math.isfinite(trainer._step(0)["hole_mse"])


def test_a_loss_that_stays_bad_ends_the_run(start: StartRun, monkeypatch: pytest.MonkeyPatch) -> None:
    trainer = start("tiny", images=10_000)

    def no_number(prediction: torch.Tensor, batch: Batch) -> dict[str, torch.Tensor]:
        return {"hole_mse": prediction.sum() * float("nan")}

    monkeypatch.setattr(trainer.problem, "loss", no_number)
    with pytest.raises(WorkError, match="not a number"):
        trainer.run()
    assert trainer.steps < GIVE_UP
    assert all(torch.isfinite(value).all() for value in trainer.ema.weights.values())


def test_a_loss_that_runs_away_is_noticed_once() -> None:
    guard = Guard(limit=1.5)
    assert not any(guard.diverges(1.0) for _ in range(400))
    outcomes = [guard.diverges(50.0) for _ in range(60)]
    assert outcomes.count(True) == 1
    assert not any(Guard(limit=0.0).diverges(float(size)) for size in range(1000))


def test_a_run_that_ran_away_goes_back_to_the_average(start: StartRun, monkeypatch: pytest.MonkeyPatch) -> None:
    notes: list[str] = []
    trainer = start("tiny", say=notes.append)
    trainer._step(0)
    average = {name: value.clone() for name, value in trainer.ema.weights.items()}
    monkeypatch.setattr(Guard, "diverges", lambda guard, loss: True)
    trainer._step(0)
    assert all(torch.equal(value, average[name]) for name, value in trainer.network.state_dict().items())
    assert not trainer.optimizer.state
    assert "ran away" in notes[0]


def test_the_learning_rates_follow_the_schedule_apart(start: StartRun) -> None:
    trainer = start("tiny-gan", discriminator_learning_rate=5e-3, warmup_images=1000)
    trainer._step(0)
    assert trainer.adversary is not None
    assert trainer.optimizer.param_groups[0]["lr"] == pytest.approx(1e-3 / 1000)
    assert trainer.adversary.optimizer.param_groups[0]["lr"] == pytest.approx(5e-3 / 1000)


def test_compiling_is_asked_for_once(start: StartRun, monkeypatch: pytest.MonkeyPatch) -> None:
    compiled: list[torch.nn.Module] = []

    def compile_nothing(network: torch.nn.Module) -> torch.nn.Module:
        compiled.append(network)
        return network

    monkeypatch.setattr(torch, "compile", compile_nothing)
    trainer = start("tiny", compile=True)
    trainer._step(0)
    assert compiled == [trainer.network]


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"architecture": "nothing"}, "no architecture"),
        ({"hyperparameters": '{"colour": 3}'}, "cannot be built"),
        ({"hyperparameters": "{"}, "cannot be built"),
        ({"discriminator": '{"colour": 3}'}, "cannot be built"),
        ({"objective": "hindge"}, "no objective"),
        ({"diff_augment": "colour"}, "no augmentation"),
        ({"initial": "nowhere.safetensors"}, "nowhere"),
        ({"perceptual_weight": 1.0, "features": "nowhere.safetensors"}, "nowhere"),
        ({"patch_start": 512, "patch_end": 512}, "at least 512 px"),
    ],
)
def test_an_impossible_config_is_refused_and_nothing_written(
    start: StartRun, tmp_path: Path, change: dict[str, object], match: str
) -> None:
    with pytest.raises(InputError, match=match):
        start("tiny-gan", **change)
    assert not (tmp_path / "run").exists()


def test_a_run_by_the_clock_ends_with_its_minutes(start: StartRun) -> None:
    trainer = start("tiny", images=10_000_000, minutes=1 / 60)
    seen: list[Progress] = []
    trainer.run(seen.append)
    assert 1 <= trainer.seconds < 60
    assert 0 < trainer.images < 10_000_000
    assert seen[-1].learning_rate == 0
    assert seen[-1].total == trainer.images
