"""The penalties where they are known, and their second derivatives."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from restorer.networks.discriminators import PatchDiscriminator
from restorer.training.objectives.penalties import gradient_penalty, r1


def draws(seed: int = 1) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def linear_critic(slope: Tensor) -> Callable[[Tensor], Tensor]:
    return lambda x: x.flatten(1) @ slope


@pytest.mark.parametrize(("slope", "expected"), [((3.0, 4.0), 16.0), ((0.6, 0.8), 0.0), ((0.0, 0.0), 1.0)])
def test_the_penalty_of_a_linear_critic_is_known(slope: tuple[float, float], expected: float) -> None:
    real, fake = torch.randn((2, 5, 2), generator=draws()).unbind()
    penalty = gradient_penalty(linear_critic(torch.tensor(slope)), real, fake, draws())
    assert penalty.item() == pytest.approx(expected, abs=1e-5)


def test_r1_of_a_linear_critic_is_its_squared_slope() -> None:
    assert r1(linear_critic(torch.tensor([3.0, 4.0])), torch.randn(5, 2)).item() == pytest.approx(25.0)


def test_r1_of_a_quadratic_is_known_and_so_is_its_gradient() -> None:
    # D(x) = a |x|², so that the penalty is E 4 a² |x|², and its derivative by a is E 8 a |x|².
    scale = torch.tensor(1.5, requires_grad=True)
    x = torch.tensor([[1.0, 2.0], [0.0, 3.0]])
    penalty = r1(lambda p: scale * p.square().sum(1), x)
    assert penalty.item() == pytest.approx(4 * 1.5**2 * 7)
    penalty.backward()
    assert scale.grad is not None
    assert float(scale.grad) == pytest.approx(8 * 1.5 * 7)


def test_a_flat_critic_has_a_finite_gradient() -> None:
    slope = torch.zeros(2, requires_grad=True)
    gradient_penalty(linear_critic(slope), torch.ones(3, 2), torch.zeros(3, 2), draws()).backward()
    assert slope.grad is not None
    assert bool(slope.grad.isfinite().all())


def test_points_lie_between_the_pairs_and_follow_the_seed() -> None:
    seen: list[Tensor] = []

    def critic(x: Tensor) -> Tensor:
        seen.append(x.detach())
        return x.sum((1, 2, 3))

    real, fake = torch.ones(64, 1, 2, 2), torch.zeros(64, 1, 2, 2)
    for seed in (1, 1, 2):
        gradient_penalty(critic, real, fake, draws(seed))
    assert torch.equal(seen[0], seen[1])
    assert not torch.equal(seen[0], seen[2])
    shares = seen[0][:, 0, 0, 0]
    assert torch.equal(seen[0], shares[:, None, None, None].expand_as(seen[0]))
    assert 0 <= float(shares.min()) < 0.1
    assert 0.9 < float(shares.max()) <= 1


def test_pairs_of_different_shapes_are_refused() -> None:
    with pytest.raises(ValueError, match=r"\(3, 2\).*\(2, 2\)"):
        gradient_penalty(linear_critic(torch.ones(2)), torch.ones(3, 2), torch.ones(2, 2), draws())


def test_the_slope_does_not_depend_on_the_size_of_the_patch() -> None:
    kernel = torch.randn((1, 3, 4, 4), generator=draws())

    def critic(x: Tensor) -> Tensor:
        return F.conv2d(x, kernel, stride=4)

    for side in (4, 8, 32):
        assert r1(critic, torch.rand(2, 3, side, side)).item() == pytest.approx(float(kernel.square().sum()), rel=1e-5)


def test_a_condition_in_a_closure_is_not_penalised() -> None:
    condition = torch.rand(4, 1, 3, 3)

    def critic(x: Tensor) -> Tensor:
        joined = torch.cat((x, condition), 1)
        return joined[:, 0].sum((1, 2)) + 100 * joined[:, 1].sum((1, 2))

    assert r1(critic, torch.rand(4, 1, 3, 3)).item() == pytest.approx(9.0)


def tiny_network(generator: torch.Generator) -> list[Tensor]:
    shapes = ((3, 2, 3, 3), (3,), (1, 3, 2, 2))
    return [0.5 * torch.randn(shape, dtype=torch.float64, generator=generator) for shape in shapes]


def test_first_and_second_derivatives_are_right() -> None:
    generator = draws(4)
    real, fake = torch.rand((2, 2, 2, 4, 4), dtype=torch.float64, generator=generator).unbind()
    weights = tuple(weight.requires_grad_() for weight in tiny_network(generator))

    def critic(first: Tensor, bias: Tensor, second: Tensor) -> Callable[[Tensor], Tensor]:
        # Smooth, so that finite differences are right everywhere.
        return lambda x: F.conv2d(F.softplus(F.conv2d(x, first, bias, padding=1)), second, stride=2)

    def by_r1(*parts: Tensor) -> Tensor:
        return r1(critic(*parts), real)

    def by_gradient(*parts: Tensor) -> Tensor:
        return gradient_penalty(critic(*parts), real, fake, draws(5))

    for penalty in (by_r1, by_gradient):
        assert torch.autograd.gradcheck(penalty, weights)
        assert torch.autograd.gradgradcheck(penalty, weights)


@pytest.mark.parametrize("spectral", [True, False])
def test_a_patch_discriminator_learns_from_both(spectral: bool) -> None:
    torch.manual_seed(6)
    discriminator = PatchDiscriminator(4, width=8, depth=2, spectral=spectral)
    mask = torch.ones(2, 1, 16, 16)
    real, fake = torch.rand((2, 2, 3, 16, 16)).unbind()
    # In half precision around it, as a loop would have it; the penalty itself is not.
    with torch.autocast("cpu", torch.bfloat16):
        penalties = (
            r1(lambda x: discriminator(torch.cat((x, mask), 1)), real),
            gradient_penalty(lambda x: discriminator(torch.cat((x, mask), 1)).logits, real, fake, draws()),
        )
    for penalty in penalties:
        assert penalty.dtype == torch.float32
        discriminator.zero_grad()
        penalty.backward()
        assert all(
            bool(parameter.grad.isfinite().all() and parameter.grad.abs().sum() > 0)
            for name, parameter in discriminator.named_parameters()
            if parameter.grad is not None and "bias" not in name
        )


def test_a_step_on_r1_flattens_the_discriminator() -> None:
    torch.manual_seed(7)
    network = nn.Sequential(nn.Linear(2, 16), nn.Tanh(), nn.Linear(16, 1))
    real = torch.randn(32, 2)
    optimizer = torch.optim.SGD(network.parameters(), lr=0.1)
    before = r1(network, real).item()
    for _ in range(20):
        optimizer.zero_grad()
        r1(network, real).backward()
        optimizer.step()
    assert r1(network, real).item() < 0.5 * before
