"""The network that finds damage."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from restorer.networks import ARCHITECTURES
from restorer.networks.damage_unet import FAR, DamageUNet
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


@pytest.mark.parametrize("up_blocks", [(), (2, 0)])
def test_nothing_further_away_than_its_reach_matters(up_blocks: tuple[int, ...]) -> None:
    network = with_random_weights(DamageUNet(widths=(4, 4, 4), up_blocks=up_blocks))
    photo = torch.rand(1, 3, 8, 512)
    changed = photo.clone()
    changed[..., 256] = 1 - changed[..., 256]
    with torch.no_grad():
        columns = (network(photo) != network(changed)).any(dim=1)[0].any(dim=0).nonzero()[:, 0]
    reach = max(256 - int(columns.min()), int(columns.max()) - 256)
    assert network.reach_px - 16 <= reach <= network.reach_px


def test_of_two_looks_the_surer_one_is_believed() -> None:
    network = with_random_weights(DamageUNet(widths=(4, 4), blocks=(1, 1), far={"widths": (4, 4), "blocks": (1, 1)}))
    assert network.far is not None
    photo = torch.rand(1, 3, 24 * FAR, 96)
    with torch.no_grad():
        both = network(photo)
        far = F.interpolate(network.far(F.avg_pool2d(photo, FAR)), scale_factor=FAR, mode="bilinear")
        network.far = None
        near = network(photo)
    assert torch.allclose(both, torch.maximum(near, far), atol=1e-5)
    assert (both != near).any()
    assert (both == near).any()


def test_looking_from_afar_begins_as_looking_close_up() -> None:
    network = with_random_weights(DamageUNet(widths=(4, 4), blocks=(1, 1), far={"widths": (4, 4), "blocks": (1, 1)}))
    assert network.far is not None
    before = network.far.stem.weight.clone()
    network.begin_new(["stem"])
    assert torch.equal(network.far.stem.weight, before), "it was there already"
    network.begin_new([name for name, _ in network.named_modules() if name.startswith("far.")])
    assert torch.equal(network.far.stem.weight, network.stem.weight)
    assert torch.equal(network.far.head.bias, network.head.bias)


def test_from_afar_nothing_beyond_its_reach_matters_either() -> None:
    network = with_random_weights(DamageUNet(widths=(4, 4), blocks=(1, 1), far={"widths": (4, 4), "blocks": (1, 1)}))
    photo = torch.rand(1, 3, 16, 1024, generator=torch.Generator().manual_seed(1))
    changed = photo.clone()
    changed[..., 512] = 1 - changed[..., 512]
    with torch.no_grad():
        columns = (network(photo) != network(changed)).any(dim=1)[0].any(dim=0).nonzero()[:, 0]
    reach = max(512 - int(columns.min()), int(columns.max()) - 512)
    assert DamageUNet(widths=(4, 4), blocks=(1, 1)).reach_px < reach <= network.reach_px


def test_a_level_below_trained_ones_says_nothing_at_first() -> None:
    shallow = with_random_weights(DamageUNet(widths=(4, 4), blocks=(1, 2), dilations=(1,)))
    deep = DamageUNet(widths=(4, 4, 8), blocks=(1, 2, 1), up_blocks=(1, 1))
    known = shallow.state_dict()
    deep.load_state_dict({**deep.state_dict(), **known})
    photo = torch.rand(1, 3, 32, 32)
    with torch.no_grad():
        assert torch.allclose(deep(photo), shallow(photo), atol=1e-5)


def test_sizes_that_do_not_fit_together_are_refused() -> None:
    with pytest.raises(ValueError, match="one length"):
        DamageUNet(widths=(8, 8), blocks=(1, 1, 1))
    with pytest.raises(ValueError, match="up_blocks"):
        DamageUNet(widths=(8, 8), blocks=(1, 1), up_blocks=(1, 1))
