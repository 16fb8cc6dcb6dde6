"""The perceptual loss and the terms of VICReg."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from restorer.core.errors import WeightsError
from restorer.networks.feature_net import FeatureNet
from restorer.training.objectives import vicreg
from restorer.training.objectives.perceptual import PerceptualLoss


@pytest.fixture
def features() -> FeatureNet:
    torch.manual_seed(2)
    return FeatureNet((6, 8, 8))


@pytest.mark.parametrize("squared", [False, True])
def test_equal_pictures_cost_nothing_and_others_more_the_further(features: FeatureNet, squared: bool) -> None:
    loss = PerceptualLoss(features, squared=squared)
    photo, noise = torch.rand(2, 3, 40, 40), torch.randn(2, 3, 40, 40)
    costs = [float(loss((photo + sigma * noise).clamp(0, 1), photo)) for sigma in (0.0, 0.02, 0.1, 0.3)]
    assert costs[0] == 0
    assert costs == sorted(set(costs))


def test_the_gradient_reaches_the_prediction_only(features: FeatureNet) -> None:
    loss = PerceptualLoss(features)
    prediction, target = (torch.rand(1, 3, 32, 32, requires_grad=True) for _ in range(2))
    loss(prediction, target).backward()
    assert prediction.grad is not None
    assert prediction.grad.abs().sum() > 0
    assert target.grad is None
    assert all(parameter.grad is None for parameter in loss.parameters())
    assert not any(parameter.requires_grad for parameter in loss.parameters())


def test_descending_it_brings_a_picture_closer(features: FeatureNet) -> None:
    loss = PerceptualLoss(features, squared=True)
    generator = torch.Generator().manual_seed(3)
    target = torch.rand(1, 3, 16, 16, generator=generator)
    picture = (target + 0.2 * torch.randn(target.shape, generator=generator)).requires_grad_()
    optimizer = torch.optim.Adam([picture], lr=0.02)
    distances, first = [], float(loss(picture, target).detach())
    for _ in range(10):
        optimizer.zero_grad()
        loss(picture, target).backward()
        optimizer.step()
        distances.append(float((picture - target).detach().abs().mean()))
    assert distances[-1] < distances[0]
    assert float(loss(picture, target).detach()) < 0.8 * first


def test_differences_count_where_the_weight_is(features: FeatureNet) -> None:
    loss = PerceptualLoss(features)
    photo, weight = torch.rand(1, 3, 96, 96), torch.zeros(1, 1, 96, 96)
    changed = photo.clone()
    changed[..., :16, :16] = 0.5
    weight[..., 64:, 64:] = 1
    assert float(loss(changed, photo, weight)) == 0
    assert float(loss(changed, photo, 1 - weight)) > float(loss(changed, photo))
    assert float(loss(changed, photo, torch.zeros_like(weight))) == 0


def test_stages_are_weighted(features: FeatureNet) -> None:
    photo, other = torch.rand(2, 1, 3, 32, 32)
    parts = [float(PerceptualLoss(features, [float(k == stage) for k in range(3)])(photo, other)) for stage in range(3)]
    assert float(PerceptualLoss(features)(photo, other)) == pytest.approx(sum(parts) / 3)
    with pytest.raises(ValueError, match="2 weights for the 3 stages"):
        PerceptualLoss(features, (1, 1))


def test_missing_weights_are_named(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="other"):
        PerceptualLoss.load(tmp_path / "other.safetensors")


def test_covariance_is_zero_for_independent_and_large_for_repeated_dimensions() -> None:
    signs = torch.tensor([[1.0, 1.0], [1.0, -1.0], [-1.0, 1.0], [-1.0, -1.0]])
    assert float(vicreg.covariance(signs)) == pytest.approx(0)
    repeated = signs[:, :1].repeat(1, 2)
    assert float(vicreg.covariance(repeated)) == pytest.approx((4 / 3) ** 2)


def test_variance_asks_for_a_deviation_of_one_at_least_and_unit_scale_for_just_one() -> None:
    narrow, unit, wide = (torch.tensor([[-1.0], [0.0], [1.0]]) * scale for scale in (0.5, 1.0, 2.0))
    assert float(vicreg.variance(narrow)) == pytest.approx(0.5, abs=1e-3)
    assert float(vicreg.variance(wide)) == 0
    assert float(vicreg.unit_scale(unit)) == pytest.approx(0, abs=1e-6)
    assert float(vicreg.unit_scale(wide)) == pytest.approx(1, abs=1e-3)


def test_collapsed_vectors_still_have_a_gradient() -> None:
    generator = torch.Generator().manual_seed(1)
    vectors = (torch.ones(8, 3) + 1e-3 * torch.randn(8, 3, generator=generator)).requires_grad_()
    vicreg.variance(vectors).backward()
    assert vectors.grad is not None
    assert torch.isfinite(vectors.grad).all()
    assert vectors.grad.abs().sum() > 0


def test_invariance_is_the_squared_distance() -> None:
    assert float(vicreg.invariance(torch.zeros(2, 2), torch.full((2, 2), 2.0))) == 4
