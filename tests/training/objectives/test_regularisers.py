"""Feature matching, orthogonal regularisation and mode seeking."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from restorer.training.objectives.feature_matching import feature_matching
from restorer.training.objectives.mode_seeking import mode_seeking
from restorer.training.objectives.orthogonal import orthogonal_regularisation


def test_every_layer_of_features_counts_alike() -> None:
    real = [torch.zeros(2, 4, 8, 8), torch.zeros(2, 16, 2, 2)]
    fake = [torch.full((2, 4, 8, 8), 0.2), torch.full((2, 16, 2, 2), 0.6)]
    assert float(feature_matching(real, fake)) == pytest.approx(0.4)
    assert float(feature_matching(fake, fake)) == 0


def test_only_what_was_made_learns_from_feature_matching() -> None:
    real, fake = torch.zeros(1, 2, 3, 3, requires_grad=True), torch.ones(1, 2, 3, 3, requires_grad=True)
    feature_matching([real], [fake]).backward()
    assert real.grad is None
    assert fake.grad is not None
    assert torch.allclose(fake.grad, torch.full_like(fake, 1 / 18))


@pytest.mark.parametrize("layers", [(0, 0), (2, 1)])
def test_layers_that_do_not_match_are_refused(layers: tuple[int, int]) -> None:
    real, fake = ([torch.zeros(1)] * count for count in layers)
    with pytest.raises(ValueError, match="layers"):
        feature_matching(real, fake)


def test_orthogonal_filters_of_any_length_cost_nothing() -> None:
    layer = nn.Linear(3, 2)
    with torch.no_grad():
        layer.weight.copy_(torch.tensor([[2.0, 0.0, 0.0], [0.0, 5.0, 5.0]]))
    assert orthogonal_regularisation(layer).item() == 0


def test_parallel_filters_cost_their_squared_products() -> None:
    layer = nn.Conv2d(1, 2, 2)
    with torch.no_grad():
        layer.weight.fill_(0.5)
    # Both filters' product is 4 · 0.25; it stands twice beside the diagonal.
    penalty = orthogonal_regularisation(layer)
    assert penalty.item() == pytest.approx(2.0)
    penalty.backward()
    assert layer.bias is not None
    assert layer.bias.grad is None


def test_orthogonal_regularisation_pulls_filters_apart() -> None:
    torch.manual_seed(1)
    network = nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU(), nn.Conv2d(8, 4, 3))
    optimizer = torch.optim.SGD(network.parameters(), lr=0.05)
    before = orthogonal_regularisation(network).item()
    for _ in range(40):
        optimizer.zero_grad()
        orthogonal_regularisation(network).backward()
        optimizer.step()
    assert orthogonal_regularisation(network).item() < 0.2 * before


def test_orthogonal_regularisation_has_the_right_gradient_and_is_not_halved() -> None:
    layer = nn.Linear(4, 3).double()
    assert torch.autograd.gradcheck(
        lambda weight: torch.func.functional_call(_Regularised(layer), {"inner.weight": weight}, ()),
        (layer.weight.detach().clone().requires_grad_(),),
    )
    with torch.autocast("cpu", torch.bfloat16):
        assert orthogonal_regularisation(nn.Linear(4, 3)).dtype == torch.float32


class _Regularised(nn.Module):
    def __init__(self, inner: nn.Module) -> None:
        super().__init__()
        self.inner = inner

    def forward(self) -> Tensor:
        return orthogonal_regularisation(self.inner)


def test_a_network_without_weights_is_refused() -> None:
    with pytest.raises(ValueError, match="ReLU"):
        orthogonal_regularisation(nn.ReLU())


def test_mode_seeking_is_the_ratio_of_distances_upside_down() -> None:
    first, second = torch.zeros(2, 3, 4, 4), torch.full((2, 3, 4, 4), 0.5)
    codes = torch.zeros(2, 8), torch.full((2, 8), 2.0)
    assert float(mode_seeking(first, second, *codes)) == pytest.approx(4.0, rel=1e-3)
    assert float(mode_seeking(first, first, *codes)) == pytest.approx(1e5, rel=1e-3)


def test_mode_seeking_looks_where_the_weight_is() -> None:
    first, second = torch.zeros(1, 3, 4, 4), torch.zeros(1, 3, 4, 4)
    second[..., :2, :2] = 0.5
    weight = torch.zeros(1, 1, 4, 4)
    weight[..., :2, :2] = 1
    codes = torch.zeros(1, 8), torch.ones(1, 8)
    assert float(mode_seeking(first, second, *codes, weight)) == pytest.approx(2.0, rel=1e-3)
    assert float(mode_seeking(first, second, *codes)) == pytest.approx(8.0, rel=1e-3)


def test_mode_seeking_drives_pictures_apart() -> None:
    first = torch.rand((2, 3, 4, 4), dtype=torch.float64, generator=torch.Generator().manual_seed(1)).requires_grad_()
    second = torch.rand((2, 3, 4, 4), dtype=torch.float64, generator=torch.Generator().manual_seed(2))
    codes = torch.zeros(2, 8), torch.ones(2, 8)
    assert torch.autograd.gradcheck(lambda x: mode_seeking(x, second, *codes), (first,))
    loss = mode_seeking(first, second, *codes)
    loss.backward()
    assert first.grad is not None
    assert float(mode_seeking(first.detach() - 0.01 * first.grad, second, *codes)) < loss.item()
