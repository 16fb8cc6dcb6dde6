"""The adversarial objectives by their formulas."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from restorer.core.errors import InputError
from restorer.training.objectives import OBJECTIVES, get_objective, register
from restorer.training.objectives.adversarial import Hinge, Minimax

REAL = torch.tensor([2.0, -0.5])
FAKE = torch.tensor([-1.5, 0.5])


def log_sigmoid(x: float) -> float:
    return -math.log1p(math.exp(-x))


def mean(values: list[float]) -> float:
    return sum(values) / len(values)


EXPECTED = {
    "minimax": (
        -mean([log_sigmoid(2.0), log_sigmoid(-0.5)]) - mean([log_sigmoid(1.5), log_sigmoid(-0.5)]),
        mean([log_sigmoid(1.5), log_sigmoid(-0.5)]),
    ),
    "non-saturating": (
        -mean([log_sigmoid(2.0), log_sigmoid(-0.5)]) - mean([log_sigmoid(1.5), log_sigmoid(-0.5)]),
        -mean([log_sigmoid(-1.5), log_sigmoid(0.5)]),
    ),
    "lsgan": (0.5 * mean([1.0, 2.25]) + 0.5 * mean([2.25, 0.25]), 0.5 * mean([6.25, 0.25])),
    "hinge": (mean([0.0, 1.5]) + mean([0.0, 1.5]), 0.5),
    # Means are 0.75 for real and -0.5 for made logits.
    "relativistic": (
        -mean([log_sigmoid(2.5), log_sigmoid(0.0)]) - mean([log_sigmoid(2.25), log_sigmoid(0.25)]),
        -mean([log_sigmoid(-2.5), log_sigmoid(0.0)]) - mean([log_sigmoid(-2.25), log_sigmoid(-0.25)]),
    ),
    "wgan-gp": (-1.25, 0.5),
}


def test_the_registry_holds_what_it_should() -> None:
    assert list(OBJECTIVES) == ["minimax", "non-saturating", "lsgan", "hinge", "relativistic", "wgan-gp"]
    assert all(get_objective(name).name == name for name in OBJECTIVES)


@pytest.mark.parametrize("name", OBJECTIVES)
def test_both_sides_follow_their_formula(name: str) -> None:
    objective = OBJECTIVES[name]
    discriminator, generator = EXPECTED[name]
    assert float(objective.discriminator_loss(REAL, FAKE)) == pytest.approx(discriminator, abs=1e-6)
    assert float(objective.generator_loss(FAKE, REAL)) == pytest.approx(generator, abs=1e-6)


@pytest.mark.parametrize("name", OBJECTIVES)
def test_each_side_is_driven_its_own_way(name: str) -> None:
    objective = OBJECTIVES[name]
    real, fake = torch.full((3,), 0.5, requires_grad=True), torch.full((3,), 0.5, requires_grad=True)
    objective.discriminator_loss(real, fake).backward()
    assert real.grad is not None
    assert fake.grad is not None
    assert float(real.grad.sum()) < 0 < float(fake.grad.sum())
    made = torch.full((3,), 0.5, requires_grad=True)
    objective.generator_loss(made, real.detach()).backward()
    assert made.grad is not None
    assert float(made.grad.sum()) < 0


@pytest.mark.parametrize("name", OBJECTIVES)
@pytest.mark.parametrize("shape", [(6,), (6, 1), (2, 1, 3, 1)])
def test_the_shape_of_logits_does_not_matter(name: str, shape: tuple[int, ...]) -> None:
    logits = torch.randn((2, 6), generator=torch.Generator().manual_seed(1))
    real, fake = logits[0].reshape(shape), logits[1].reshape(shape)
    objective = OBJECTIVES[name]
    assert torch.allclose(objective.discriminator_loss(real, fake), objective.discriminator_loss(*logits))
    assert torch.allclose(objective.generator_loss(fake, real), objective.generator_loss(logits[1], logits[0]))


@pytest.mark.parametrize("name", OBJECTIVES)
@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_logits_give_single_precision_losses_that_stay_finite(name: str, dtype: torch.dtype) -> None:
    objective = OBJECTIVES[name]
    # Their squares are beyond half precision.
    extreme = torch.tensor([3e4, -3e4]).to(dtype)
    for loss in (objective.discriminator_loss(extreme, extreme), objective.generator_loss(extreme, extreme)):
        assert loss.dtype == torch.float32
        assert bool(loss.isfinite())


@pytest.mark.parametrize("name", OBJECTIVES)
def test_gradients_are_right(name: str) -> None:
    objective = OBJECTIVES[name]
    logits = torch.randn((2, 5), dtype=torch.float64, generator=torch.Generator().manual_seed(2)).requires_grad_()

    def discriminator(x: Tensor) -> Tensor:
        return objective.discriminator_loss(x[0], x[1])

    def generator(x: Tensor) -> Tensor:
        return objective.generator_loss(x[1], x[0])

    assert torch.autograd.gradcheck(discriminator, (logits,))
    assert torch.autograd.gradcheck(generator, (logits,))


def test_minimax_saturates_where_the_generator_loses_and_non_saturating_does_not() -> None:
    slopes = {}
    for name in ("minimax", "non-saturating"):
        fake = torch.full((4,), -8.0, requires_grad=True)
        OBJECTIVES[name].generator_loss(fake, None).backward()
        assert fake.grad is not None
        slopes[name] = float(fake.grad.sum())
    assert slopes["minimax"] == pytest.approx(-math.exp(-8), rel=1e-3)
    assert slopes["non-saturating"] == pytest.approx(-1, rel=1e-3)


def test_hinge_leaves_alone_what_is_sure_enough() -> None:
    real, fake = torch.tensor([1.5], requires_grad=True), torch.tensor([-1.5], requires_grad=True)
    Hinge().discriminator_loss(real, fake).backward()
    assert real.grad is not None
    assert fake.grad is not None
    assert (float(real.grad), float(fake.grad)) == (0.0, 0.0)


def test_relativistic_does_not_mind_a_shift_of_all_logits() -> None:
    objective = OBJECTIVES["relativistic"]
    assert torch.allclose(objective.discriminator_loss(REAL + 3, FAKE + 3), objective.discriminator_loss(REAL, FAKE))
    with pytest.raises(ValueError, match="no real logits"):
        objective.generator_loss(FAKE, None)


def test_an_unknown_objective_names_the_known_ones() -> None:
    with pytest.raises(InputError, match=r"'lsgna'.*minimax.*hinge.*wgan-gp"):
        get_objective("lsgna")


def test_two_objectives_of_one_name_are_refused() -> None:
    with pytest.raises(InputError, match=r"two objectives named 'minimax'.*hinge"):
        register((Hinge(), Minimax(), Minimax()))


def test_the_registry_is_read_only() -> None:
    with pytest.raises(TypeError):
        OBJECTIVES["mine"] = Hinge()  # type: ignore[index]
