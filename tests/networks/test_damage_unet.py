"""The network that finds damage."""

from __future__ import annotations

import pytest
import torch

from restorer.networks import ARCHITECTURES
from restorer.networks.damage_unet import DamageUNet
from restorer.training.problems.detect import DetectConfig


def with_random_weights(network: DamageUNet) -> DamageUNet:
    """Blocks and head begin as zeros, so that an untrained network looks at nothing."""
    generator = torch.Generator().manual_seed(3)
    with torch.no_grad():
        for weight in network.parameters():
            weight.copy_(torch.randn(weight.shape, generator=generator) * 0.2)
    return network.eval()


@pytest.mark.parametrize(("height", "width"), [(64, 64), (37, 51), (1, 1), (8, 130)])
def test_any_size_gets_a_logit_for_each_class_and_pixel(height: int, width: int) -> None:
    network = with_random_weights(DamageUNet(classes=6, widths=(8, 8, 8)))
    logits = network(torch.rand(2, 3, height, width))
    assert logits.shape == (2, 6, height, width)
    assert torch.isfinite(logits).all()


def test_it_begins_with_little_damage_everywhere() -> None:
    probability = DamageUNet()(torch.rand(1, 3, 32, 32)).sigmoid()
    assert probability.max() < 0.1


def test_it_is_as_small_as_it_says() -> None:
    network = ARCHITECTURES["damage-unet"]()
    assert 0.4e6 < sum(weight.numel() for weight in network.parameters()) < 0.6e6


def test_the_card_gives_it_all_the_context_it_looks_at() -> None:
    assert DetectConfig().context_px == DamageUNet().reach_px


def test_nothing_further_away_than_its_reach_matters() -> None:
    network = with_random_weights(DamageUNet(widths=(4, 4, 4)))
    photo = torch.rand(1, 3, 8, 512)
    changed = photo.clone()
    changed[..., 256] = 1 - changed[..., 256]
    with torch.no_grad():
        columns = (network(photo) != network(changed)).any(dim=1)[0].any(dim=0).nonzero()[:, 0]
    reach = max(256 - int(columns.min()), int(columns.max()) - 256)
    assert network.reach_px - 16 <= reach <= network.reach_px


def test_sizes_that_do_not_fit_together_are_refused() -> None:
    with pytest.raises(ValueError, match="one length"):
        DamageUNet(widths=(8, 8), blocks=(1, 1, 1))
