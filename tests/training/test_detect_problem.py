"""Learning to find damage."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from restorer.core.damage import DAMAGE_CLASSES
from restorer.core.errors import InputError
from restorer.networks.damage_unet import DamageUNet
from restorer.training import presets
from restorer.training.export import export_weights
from restorer.training.problem import Batch
from restorer.training.problems import PROBLEMS, detect
from restorer.training.problems.detect import DetectConfig, DetectProblem
from restorer.training.problems.detect_check import DetectCheck
from restorer.training.problems.detect_negatives import LineworkBank, linework
from restorer.training.start import start_run

CPU = torch.device("cpu")
CONFIG = DetectConfig(
    hyperparameters='{"widths": [8, 8], "blocks": [1, 1]}',
    images=12,
    patch_start=32,
    patch_end=48,
    batch_pixels=4608,
    warmup_images=2,
    checkpoint_seconds=1000.0,
)


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(detect, "LINEWORK_COUNT", 4)
    monkeypatch.setattr(detect, "EVALUATION_COUNT", 6)
    monkeypatch.setattr(detect, "EVALUATION_SIDE", 48)


@pytest.fixture
def problem(photos: Path) -> DetectProblem:
    torch.manual_seed(1)
    return DetectProblem(CONFIG, photos, CPU)


def drawn(problem: DetectProblem, seed: int = 0, count: int = 6) -> Batch:
    return problem.batch(count, 48, torch.Generator().manual_seed(seed))


def test_batches_hang_on_the_generator_alone(problem: DetectProblem, photos: Path) -> None:
    first, again = drawn(problem), drawn(DetectProblem(CONFIG, photos, CPU))
    assert torch.equal(first.inputs[0], again.inputs[0])
    assert torch.equal(first.target, again.target)
    assert not torch.equal(first.inputs[0], drawn(problem, seed=1).inputs[0])


def test_photos_may_be_made_old_by_the_degradation_model(photos: Path) -> None:
    looks = {
        share: DetectProblem(replace(CONFIG, aged_share=share, clean_share=1.0), photos, CPU) for share in (0.0, 1.0)
    }
    first, again = drawn(looks[1.0]), drawn(looks[1.0])
    assert torch.equal(first.inputs[0], again.inputs[0])
    assert not torch.equal(first.inputs[0], drawn(looks[0.0]).inputs[0])
    assert not first.target.any(), "age is not damage"


def test_marks_may_come_from_a_bank(photos: Path) -> None:
    banked = DetectProblem(replace(CONFIG, bank_layers=3, clean_share=0.0), photos, CPU)
    first, again = drawn(banked), drawn(banked)
    assert torch.equal(first.inputs[0], again.inputs[0])
    assert first.target.any()
    assert not torch.equal(first.target, drawn(banked, seed=1).target)


def test_patches_are_as_files_hold_them_and_labels_as_the_classes_say(problem: DetectProblem) -> None:
    batch = drawn(problem)
    photos, care = batch.inputs[0], batch.extra["care"]
    assert photos.shape == (6, 3, 48, 48)
    assert torch.equal((photos * 255).round() / 255, photos)
    assert batch.target.shape == care.shape == (6, len(DAMAGE_CLASSES), 48, 48)
    assert set(batch.target.unique().tolist()) == {0.0, 1.0}
    assert care.min() >= 0
    assert care.max() == 1


def test_spared_patches_hold_no_damage(photos: Path) -> None:
    assert not drawn(DetectProblem(replace(CONFIG, clean_share=1.0), photos, CPU)).target.any()


def test_marks_that_nobody_sees_teach_nothing(problem: DetectProblem) -> None:
    target = torch.zeros(1, 6, 20, 20)
    target[0, 0, 10] = 1
    seen = torch.ones(1, 1, 20, 20, dtype=torch.bool)
    seen[..., 10, :5] = False
    care = problem._care(target, target.clone(), seen)
    assert care[0, 0, 10, :5].eq(0).all()
    assert care[0, 0, 10, 5:].eq(1).all()
    assert care[0, 0, 9].eq(CONFIG.edge_weight).all()
    assert care[0, 0, 2].eq(1).all()


def test_the_right_answer_costs_least(problem: DetectProblem) -> None:
    batch = drawn(problem, seed=4)
    assert batch.target.any()
    right, none = (batch.target * 2 - 1) * 9, torch.full_like(batch.target, -9.0)
    costs = [sum(float(term) for term in problem.loss(answer, batch).values()) for answer in (right, none, -right)]
    assert 0 <= costs[0] < costs[1] < costs[2]
    assert costs[0] < 0.05


def test_a_patch_without_damage_has_a_gradient_too(problem: DetectProblem) -> None:
    batch = drawn(problem)
    clean = Batch(batch.inputs, torch.zeros_like(batch.target), extra={"care": torch.ones_like(batch.target)})
    sum(problem.loss(problem.predict(problem.network, clean), clean).values()).backward()
    gradients = [weight.grad for weight in problem.network.parameters() if weight.grad is not None]
    assert all(torch.isfinite(gradient).all() for gradient in gradients)
    assert any(gradient.abs().max() > 0 for gradient in gradients)


def test_figures_are_right_for_an_oracle(problem: DetectProblem) -> None:
    answers = iter(torch.split((problem._check._target * 2 - 1) * 9, 8))

    class Oracle(torch.nn.Module):
        def forward(self, image: torch.Tensor) -> torch.Tensor:
            return next(answers)

    figures = problem.evaluate(Oracle())
    assert next(iter(figures)) == "f1"
    assert figures["f1"] == figures["best_f1"] == figures["precision"] == figures["recall"] == 1.0


def test_samples_are_rows_of_damaged_found_and_true(problem: DetectProblem) -> None:
    with torch.no_grad():
        samples = problem.samples(problem.network.eval())
    assert samples.shape == (6, 3, 48, 3 * 48)
    assert samples.min() >= 0
    assert samples.max() <= 1
    assert torch.equal(samples[..., :48], problem._check._photos)


def test_networks_that_cannot_be_built_are_named(photos: Path) -> None:
    with pytest.raises(InputError, match="damage-unet"):
        DetectProblem(replace(CONFIG, hyperparameters='{"depth": 3}'), photos, CPU)


def test_a_run_ends_in_weights_for_the_task(photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(presets.PRESETS, "tiny-detect", lambda: CONFIG)
    trainer = start_run("tiny-detect", photos, tmp_path / "run", CPU, {}, resume=False, say=lambda note: None)
    trainer.run(lambda progress: None)
    weights = export_weights(trainer, photos)
    assert weights.name == "damage-unet.safetensors"
    card = weights.with_suffix(".json").read_text("utf-8")
    assert '"task": "repair-scratches"' in card
    assert '"best_threshold"' in card


@pytest.mark.parametrize("preset", ["detect-cpu", "detect-cpu-continue", "detect-gpu"])
def test_presets_are_of_this_kind(preset: str) -> None:
    config = presets.get_preset(preset)
    assert isinstance(config, PROBLEMS[config.problem].config_type)


@pytest.mark.parametrize("seed", range(8))
def test_linework_leaves_most_of_a_layer_free(seed: int) -> None:
    layer = linework(96, np.random.default_rng(seed))
    assert layer.shape == (96, 96)
    assert 0 < np.count_nonzero(layer > 60) < 0.7 * layer.size


def test_linework_is_drawn_over_a_share_of_the_photos() -> None:
    bank, photos = LineworkBank(4, 64, 1, CPU), torch.full((40, 3, 32, 32), 0.5)
    make: Callable[[], torch.Generator] = lambda: torch.Generator().manual_seed(2)  # noqa: E731
    assert torch.equal(bank.draw_over(photos, 0.0, make()), photos)
    changed = (bank.draw_over(photos, 0.5, make()) != photos).flatten(1).any(1)
    assert 5 < int(changed.sum()) < 35
    assert bank.draw_over(photos, 1.0, make()).clamp(0, 1).sub(0.5).abs().max() <= 0.5


def test_calibrating_makes_the_chosen_thresholds_one_half(
    problem: DetectProblem, monkeypatch: pytest.MonkeyPatch
) -> None:
    network = problem.network
    assert isinstance(network, DamageUNet)
    photos = problem.batch(2, 48, torch.Generator().manual_seed(3)).inputs[0]
    before = network(photos).detach()
    monkeypatch.setattr(DetectCheck, "thresholds", lambda self, network: {(0, 1, 2, 3, 4): 0.8, (5,): 0.9})
    with torch.no_grad():
        problem.calibrate(network)
    shift = before - network(photos).detach()
    assert torch.allclose(shift[:, :5], torch.full_like(shift[:, :5], float(np.log(4))), atol=1e-5)
    assert torch.allclose(shift[:, 5], torch.full_like(shift[:, 5], float(np.log(9))), atol=1e-5)


class Answers(torch.nn.Module):
    """Gives these probabilities, whatever it is shown."""

    def __init__(self, probabilities: torch.Tensor) -> None:
        super().__init__()
        self._logits = torch.logit(probabilities)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        return self._logits


def check(target: torch.Tensor) -> DetectCheck:
    photos = torch.zeros((len(target), 3, *target.shape[2:]))
    return DetectCheck(Batch((photos,), target, extra={"care": torch.ones_like(target)}))


def test_the_highest_threshold_that_costs_nothing_is_chosen() -> None:
    target = torch.zeros((1, len(DAMAGE_CLASSES), 60, 60))
    target[:, 0, 10, :] = target[:, 5, 30:40, :] = 1
    found = 0.02 + 0.7 * target
    found[:, 5] = 0.02 + 0.9 * target[:, 5]
    found[:, 0, 20, :20] = 0.55  # a false alarm that a higher threshold does without
    marks, stains = check(target).thresholds(Answers(found)).values()
    assert marks == pytest.approx(0.7)
    assert stains == pytest.approx(0.9)


def test_a_mark_on_a_stain_is_no_false_alarm_of_either() -> None:
    target = torch.zeros((1, len(DAMAGE_CLASSES), 60, 60))
    target[:, 5, 10:50, :] = target[:, 0, 5, :] = 1
    found = 0.02 + 0.5 * target
    found[:, 0, 20:40, :] = 0.6  # a scratch is seen where a stain is
    marks, stains = check(target).thresholds(Answers(found)).values()
    assert marks == stains == pytest.approx(0.5)
