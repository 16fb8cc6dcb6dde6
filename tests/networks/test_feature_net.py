"""The feature network: sizes, what each stage sees, and half precision."""

from __future__ import annotations

import pytest
import torch

from restorer.networks import ARCHITECTURES
from restorer.networks.feature_net import FeatureNet


def test_it_is_listed_and_small_enough() -> None:
    network = ARCHITECTURES["feature-net"]()
    assert sum(parameter.numel() for parameter in network.parameters()) <= 1_500_000
    assert not [module for module in network.modules() if "Norm" in type(module).__name__]


@pytest.mark.parametrize("size", [(64, 64), (33, 47), (1, 1), (2, 75)])
def test_every_stage_halves_the_resolution(size: tuple[int, int]) -> None:
    network = FeatureNet((4, 6, 8))
    maps = network(torch.rand(2, 3, *size))
    for stage, (width, field) in enumerate(zip(network.widths, network.fields(), strict=True)):
        assert field.stride == 2 ** (stage + 1)
        assert maps[stage].shape == (2, width, *(-(-side // field.stride) for side in size))


@pytest.mark.parametrize("stage", [0, 1, 2])
def test_a_position_sees_exactly_its_field(stage: int) -> None:
    network = FeatureNet((4, 6, 8))
    photo = torch.rand(1, 3, 128, 128, requires_grad=True)
    maps = network(photo)[stage]
    field = network.fields()[stage]
    place = maps.shape[2] // 2
    (gradient,) = torch.autograd.grad(maps[0, :, place, place].square().sum(), photo)
    seen = gradient.abs().sum((0, 1)).nonzero()
    first = place * field.stride - field.before
    assert seen.min(0).values.tolist() == [first, first]
    assert seen.max(0).values.tolist() == [first + field.size - 1] * 2


def test_the_standard_network_sees_as_far_as_its_card_says() -> None:
    from restorer.training.problems.features import FeaturesConfig

    field = FeatureNet().fields()[-1]
    assert max(field.before, field.size - 1 - field.before) == FeaturesConfig().context_px


def test_half_precision_changes_little() -> None:
    network = FeatureNet().eval()
    photo = torch.rand(1, 3, 64, 64)
    with torch.inference_mode():
        full = network(photo)
        half = network.half()(photo.half())
    for exact, rounded in zip(full, half, strict=True):
        assert torch.isfinite(rounded).all()
        assert (exact - rounded.float()).abs().max() < 0.02 * exact.abs().max()


def test_folding_takes_normalisation_out_and_changes_nothing_else() -> None:
    torch.manual_seed(4)
    network = FeatureNet((4, 6, 8), batch_norm=True).train()
    for _ in range(5):
        network(torch.rand(4, 3, 32, 32) ** 2)
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            torch.nn.init.normal_(module.weight)
            torch.nn.init.normal_(module.bias)
    folded, photo = network.eval().folded(), torch.rand(1, 3, 50, 40)
    assert not [module for module in folded.modules() if isinstance(module, torch.nn.BatchNorm2d)]
    assert all(torch.allclose(a, b, atol=1e-4) for a, b in zip(network(photo), folded(photo), strict=True))
    plain = FeatureNet((4, 6, 8))
    assert all(torch.equal(a, b) for a, b in zip(plain(photo), plain.folded()(photo), strict=True))


def test_most_first_filters_are_blind_to_flat_areas() -> None:
    stem = FeatureNet((16, 8)).stages[0][0]
    with torch.inference_mode():
        answers = stem(torch.ones(1, 12, 5, 5))[0, :, 2, 2]
    assert (answers[4:].abs() < 1e-5).all()
    assert (answers[:4].abs() > 1e-3).all()


def test_gradients_reach_every_weight() -> None:
    network = FeatureNet((4, 6, 8))
    torch.stack([maps.square().sum() for maps in network(torch.rand(2, 3, 32, 32))]).sum().backward()
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in network.parameters())


def test_no_stages_are_no_network() -> None:
    with pytest.raises(ValueError, match="one stage"):
        FeatureNet(())
