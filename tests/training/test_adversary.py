"""The discriminator's side of the game."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from training.conftest import StartRun

from restorer.core.errors import InputError
from restorer.networks.discriminators import DiscriminatorOutput, PatchDiscriminator
from restorer.training import adversary as module
from restorer.training.adversary import Adversary
from restorer.training.config import TrainConfig
from restorer.training.device import launch
from restorer.training.problem import Batch

REAL, MADE = torch.full((4, 3, 32, 32), 0.8), torch.full((4, 3, 32, 32), 0.3)


def adversary(config: TrainConfig, discriminator: nn.Module | None = None) -> Adversary:
    """Of a problem that shows its discriminator the bare picture."""
    torch.manual_seed(1)
    problem: Any = SimpleNamespace(
        config=config,
        discriminator=discriminator or PatchDiscriminator(3, width=8, depth=2),
        condition=lambda picture, batch: picture,
    )
    return Adversary(problem, launch(torch.device("cpu")))


def play(side: Adversary, step: int = 1, weight: Tensor | None = None) -> tuple[dict[str, Tensor], float]:
    batch = Batch(inputs=(), target=REAL, weight=weight)
    prediction = MADE.clone().requires_grad_(True)
    terms, loss = side.play(prediction, batch, torch.Generator().manual_seed(step), step, 1.0)
    return terms, float(loss)


@pytest.mark.parametrize("objective", ["minimax", "non-saturating", "lsgan", "hinge", "relativistic", "wgan-gp"])
def test_it_learns_to_tell_real_from_made_with_every_objective(objective: str) -> None:
    penalty = "wgan-gp" if objective == "wgan-gp" else "r1"
    config = TrainConfig(
        adversarial_weight=1.0,
        objective=objective,
        discriminator_learning_rate=3e-3,
        penalty=penalty,
        penalty_weight=0.1,
        penalty_interval=4,
    )
    side = adversary(config)
    losses = [play(side, step)[1] for step in range(40)]
    assert losses[-1] < losses[0] - 0.1
    prediction = MADE.clone().requires_grad_(True)
    terms, _ = side.play(prediction, Batch((), REAL), torch.Generator().manual_seed(1), 1, 1.0)
    (gradient,) = torch.autograd.grad(terms["adversarial"], prediction)
    # Brighter is more real, and that is what the generator hears.
    assert gradient.mean() < 0


def test_the_generator_step_leaves_the_discriminator_alone() -> None:
    side = adversary(TrainConfig(adversarial_weight=1.0, feature_matching_weight=2.0))
    terms, _ = play(side)
    assert set(terms) == {"adversarial", "feature_matching"}
    for parameter in side.discriminator.parameters():
        parameter.grad = None
    torch.stack(list(terms.values())).sum().backward()  # type: ignore[no-untyped-call]
    assert all(parameter.grad is None for parameter in side.discriminator.parameters())
    assert all(parameter.requires_grad for parameter in side.discriminator.parameters())


def test_the_penalty_comes_every_so_many_steps_and_is_then_as_many_times_as_strong(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    calls: list[int] = []

    def slope(judge: Any, real: Tensor) -> Tensor:
        calls.append(1)
        return judge(real).square().mean()  # type: ignore[no-any-return]

    monkeypatch.setattr(module, "r1", slope)
    side = adversary(TrainConfig(adversarial_weight=1.0, penalty="r1", penalty_weight=3.0, penalty_interval=4))
    for step in range(9):
        play(side, step)
    assert len(calls) == 3
    batch = Batch(inputs=(), target=REAL)
    penalty = side._penalty(MADE, batch, torch.Generator(), 4)
    logits = side.discriminator(REAL).logits
    assert penalty is not None
    assert penalty.item() == pytest.approx(0.5 * 3.0 * 4 * logits.square().mean().item(), rel=0.05)


class Brightness(nn.Module):
    """Judges each 8 x 8 square by its mean."""

    def __init__(self) -> None:
        super().__init__()
        self.gain = nn.Parameter(torch.ones(()))

    def forward(self, pictures: Tensor) -> DiscriminatorOutput:
        means = F.avg_pool2d(pictures, 8).mean(1, keepdim=True) * self.gain
        return DiscriminatorOutput(means, [means])


def test_only_squares_that_touch_the_hole_are_judged() -> None:
    weight = torch.zeros(4, 1, 32, 32)
    weight[:, :, 3, 20] = 1
    made = MADE.clone()
    made[:, :, :8, 16:24] = 0.9
    side = adversary(TrainConfig(adversarial_weight=1.0, objective="wgan-gp"), Brightness())
    batch = Batch(inputs=(), target=REAL, weight=weight)
    _, loss = side.play(made, batch, torch.Generator(), 1, 0.0)
    assert float(loss) == pytest.approx(0.9 - 0.8, abs=1e-5)
    _, loss = side.play(made, Batch((), REAL, torch.zeros_like(weight)), torch.Generator(), 1, 0.0)
    assert float(loss) == pytest.approx(float(made.mean()) - 0.8, abs=1e-5), "without any hole all are judged"


def test_its_pull_at_the_picture_is_as_strong_as_was_asked_for() -> None:
    side = adversary(TrainConfig(adversarial_weight=0.5, feature_matching_weight=10.0))
    prediction = MADE.clone().requires_grad_(True)
    terms, _ = side.play(prediction, Batch((), REAL), torch.Generator().manual_seed(1), 1, 1.0)
    others = (prediction - REAL).square().mean()
    pull = side.pull(terms, others, prediction)
    lengths = [float(torch.autograd.grad(loss, prediction, retain_graph=True)[0].norm()) for loss in (pull, others)]
    assert lengths[0] == pytest.approx(0.5 * lengths[1], rel=1e-4)


def test_the_discriminator_learns_before_the_generator_listens(start: StartRun) -> None:
    deaf, hearing = start("tiny-gan", "deaf", adversarial_after=10_000), start("tiny-gan", "hearing")
    for trainer in (deaf, hearing):
        trainer._step(0)
    discriminators = [trainer.adversary.discriminator.state_dict() for trainer in (deaf, hearing) if trainer.adversary]
    assert all(torch.equal(value, discriminators[1][name]) for name, value in discriminators[0].items())
    assert not torch.equal(deaf.network.state_dict()["head.weight"], hearing.network.state_dict()["head.weight"])


def test_a_problem_without_a_discriminator_has_no_adversarial_stage(start: StartRun) -> None:
    problem: Any = SimpleNamespace(config=TrainConfig(problem="detect", adversarial_weight=1.0), discriminator=None)
    with pytest.raises(InputError, match="'detect' has no adversarial stage"):
        Adversary(problem, launch(torch.device("cpu")))
