"""The patch discriminator: its shape, its size, and how steep it can be."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
import torch
from torch import Tensor, nn

from restorer.networks.discriminators import DiscriminatorOutput, PatchDiscriminator

SMALL = {"width": 8, "depth": 2}


def convolutions(network: nn.Module) -> list[nn.Conv2d]:
    return [module for module in network.modules() if isinstance(module, nn.Conv2d)]


def lipschitz_bound(network: PatchDiscriminator) -> float:
    """Product over layers of σ(W) times the most windows that a pixel lies in; the input is scaled by 2.

    A convolution is a matrix on windows of k x k pixels, and cutting windows out lengthens a picture by at most k / s,
    rounded up (Tsuzuku et al., *Lipschitz-Margin Training*, 2018).
    """
    bound = 2.0
    for layer in convolutions(network):
        sigma = float(torch.linalg.matrix_norm(layer.weight.detach().flatten(1), 2))
        bound *= sigma * math.ceil(layer.kernel_size[0] / layer.stride[0])
    return bound


def steepest(network: PatchDiscriminator, pictures: Tensor, steps: int = 60) -> float:
    """Largest found ``‖D(x + δ) - D(x)‖ / ‖δ‖``: the direction is turned by gradient ascent."""
    with torch.no_grad():
        here = network(pictures).logits
    direction = torch.randn(pictures.shape, generator=torch.Generator().manual_seed(2))
    best = 0.0
    for _ in range(steps):
        step = (0.1 * direction / direction.norm()).requires_grad_()
        ratio = (network(pictures + step).logits - here).norm() / step.norm()
        (direction,) = torch.autograd.grad(ratio, step)
        direction = step.detach() + direction / direction.norm().clamp_min(1e-12)
        best = max(best, float(ratio.detach()))
    return best


def settled(network: PatchDiscriminator, updates: int = 100) -> PatchDiscriminator:
    """Each pass in training turns the power iteration once."""
    network.train()
    with torch.no_grad():
        for _ in range(updates):
            network(torch.zeros(1, convolutions(network)[0].in_channels, 8, 8))
    return network.eval()


def test_it_answers_with_a_map_and_its_features() -> None:
    answer = PatchDiscriminator(7)(torch.rand(2, 7, 64, 80))
    assert isinstance(answer, DiscriminatorOutput)
    assert answer.logits.shape == (2, 1, 8, 10)
    assert [tuple(part.shape[1:]) for part in answer.features] == [
        (32, 32, 40),
        (64, 16, 20),
        (128, 8, 10),
        (128, 8, 10),
    ]


def test_the_default_is_small_enough_for_a_processor() -> None:
    network = PatchDiscriminator(7)
    assert 0.3e6 < sum(parameter.numel() for parameter in network.parameters()) < 0.6e6
    answer = network(torch.rand(1, 7, 64, 64))
    sizes = [part[0, 0].numel() for part in (*answer.features, answer.logits)]
    macs = sum(
        layer.weight[0].numel() * layer.out_channels * size
        for layer, size in zip(convolutions(network), sizes, strict=True)
    )
    assert 2 * macs / 64**2 < 20_000


def test_a_logit_sees_its_patch_and_nothing_else() -> None:
    network = PatchDiscriminator(3).eval()
    x = torch.rand(1, 3, 128, 128).requires_grad_()
    (slope,) = torch.autograd.grad(network(x).logits[0, 0, 8, 8], x)
    seen = slope[0].abs().sum(0) > 0
    rows = seen.any(1).nonzero().flatten()
    assert int(rows[-1] - rows[0] + 1) == 54


def test_spectral_norm_brings_every_weight_to_a_norm_of_one() -> None:
    torch.manual_seed(1)
    network = PatchDiscriminator(4, **SMALL)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.mul_(10)
    for layer in convolutions(settled(network)):
        assert float(torch.linalg.matrix_norm(layer.weight.detach().flatten(1), 2)) == pytest.approx(1.0, abs=2e-3)


def test_the_network_is_nowhere_steeper_than_its_bound() -> None:
    torch.manual_seed(2)
    network = settled(PatchDiscriminator(4, **SMALL))
    bound = lipschitz_bound(network)
    windows = 2 * 2 * 3 * 3
    assert bound == pytest.approx(2 * windows, rel=0.01)
    pictures = torch.rand((1, 4, 32, 32), generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        for scale in (1e-2, 1.0, 100.0):
            other = pictures + scale * torch.randn(pictures.shape, generator=torch.Generator().manual_seed(3))
            change = (network(other).logits - network(pictures).logits).norm()
            assert float(change) <= bound * float((other - pictures).norm())
    assert 0 < steepest(network, pictures) <= bound


def test_the_bound_is_nearly_reached_by_flat_weights_on_a_flat_picture() -> None:
    network = PatchDiscriminator(4, **SMALL)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.fill_(1.0)
    settled(network)
    picture, brighter = torch.full((1, 4, 128, 128), 0.8), torch.full((1, 4, 128, 128), 0.9)
    with torch.no_grad():
        slope = (network(brighter).logits - network(picture).logits).norm() / (brighter - picture).norm()
    # Only the windows at the border, which look at zeros, keep it from being equal.
    assert 0.9 < float(slope) / lipschitz_bound(network) <= 1


def test_without_spectral_norm_weights_can_make_it_as_steep_as_they_like() -> None:
    torch.manual_seed(2)
    spectral, plain = PatchDiscriminator(4, **SMALL), PatchDiscriminator(4, **SMALL, spectral=False)
    with torch.no_grad():
        for parameter in (*spectral.parameters(), *plain.parameters()):
            parameter.mul_(20)
    pictures = torch.rand((1, 4, 32, 32), generator=torch.Generator().manual_seed(1))
    limit = 2 * 2 * 2 * 3 * 3 * 1.01
    assert steepest(settled(spectral), pictures, 10) <= limit
    assert steepest(plain, pictures, 10) > limit


def test_evaluation_leaves_the_power_iteration_where_it_is() -> None:
    network = PatchDiscriminator(3, **SMALL).eval()
    before = {name: value.clone() for name, value in network.state_dict().items()}
    first = network(torch.ones(1, 3, 16, 16)).logits
    assert torch.equal(first, network(torch.ones(1, 3, 16, 16)).logits)
    assert all(torch.equal(value, before[name]) for name, value in network.state_dict().items())


@pytest.mark.parametrize("spectral", [True, False])
def test_autocast_halves_the_work_and_not_the_weights(spectral: bool) -> None:
    torch.manual_seed(3)
    network = PatchDiscriminator(3, **SMALL, spectral=spectral)
    pictures = torch.rand(2, 3, 32, 32)
    with torch.autocast("cpu", torch.bfloat16):
        answer = network(pictures)
    assert answer.logits.dtype == torch.bfloat16
    answer.logits.float().mean().backward()
    assert all(
        parameter.grad is not None and bool(parameter.grad.isfinite().all()) for parameter in network.parameters()
    )
    assert all(value.dtype == torch.float32 for value in network.state_dict().values())
    network.eval()
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
        half = network(pictures).logits.float()
    with torch.no_grad():
        assert torch.allclose(half, network(pictures).logits, atol=0.02)


def test_half_precision_stays_in_range() -> None:
    torch.manual_seed(4)
    network = PatchDiscriminator(3, **SMALL, spectral=False).half()
    answer = network(torch.rand(1, 3, 32, 32).half())
    assert all(bool(part.isfinite().all()) for part in (answer.logits, *answer.features))


def test_a_saved_state_gives_the_same_answers() -> None:
    first, second = PatchDiscriminator(3, **SMALL), PatchDiscriminator(3, **SMALL)
    second.load_state_dict(first.state_dict())
    pictures = torch.rand(1, 3, 16, 16)
    for _ in range(2):
        assert torch.equal(first(pictures).logits, second(pictures).logits)


def test_two_passes_of_one_step_can_be_differentiated_together() -> None:
    network = PatchDiscriminator(3, **SMALL)
    real, fake = torch.rand(2, 1, 3, 16, 16).unbind()
    (network(fake).logits.mean() - network(real).logits.mean()).backward()
    assert all(parameter.grad is not None for parameter in network.parameters())


def test_channels_grow_up_to_four_times_the_width() -> None:
    widths = [layer.out_channels for layer in convolutions(PatchDiscriminator(3, width=4, depth=5))]
    assert widths == [4, 8, 16, 16, 16, 16, 1]
    assert all(before <= after for before, after in pairwise(widths[:-1]))


def test_a_discriminator_without_depth_is_refused() -> None:
    with pytest.raises(ValueError, match="depth 0"):
        PatchDiscriminator(3, depth=0)


def test_a_smooth_one_looks_at_neighbouring_pixels_alike() -> None:
    def unevenness(seed: int, smooth: bool) -> float:
        """How much the mean slope differs between the places within a cell of the coarsest grid."""
        torch.manual_seed(seed)
        network = PatchDiscriminator(3, width=8, depth=3, smooth=smooth).eval()
        pictures = torch.rand(2, 3, 160, 160, generator=torch.Generator().manual_seed(1)).requires_grad_()
        (slope,) = torch.autograd.grad(network(pictures).logits.square().sum(), pictures)
        cells = slope.abs()[..., 16:144, 16:144].reshape(2, 3, 16, 8, 16, 8).mean((0, 1, 2, 4))
        return float(cells.std() / cells.mean())

    assert sum(unevenness(seed, True) for seed in range(3)) < 0.8 * sum(unevenness(seed, False) for seed in range(3))
