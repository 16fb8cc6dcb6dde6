"""The network that takes away noise, JPEG's traces and blur."""

from __future__ import annotations

import pytest
import torch

from restorer.networks import ARCHITECTURES
from restorer.networks.restore_unet import Levels, RestoreUNet, blur_level, compression_level


def with_random_weights(network: RestoreUNet) -> RestoreUNet:
    generator = torch.Generator().manual_seed(3)
    with torch.no_grad():
        for weight in network.parameters():
            weight.copy_(torch.randn(weight.shape, generator=generator) * 0.15)
    return network.eval()


def test_it_begins_as_the_identity() -> None:
    photo = torch.rand(2, 3, 37, 51)
    assert torch.equal(RestoreUNet()(photo, torch.rand(2, 3)), photo)


def test_levels_of_0_give_back_the_photo_bit_for_bit() -> None:
    network = with_random_weights(RestoreUNet((8, 8), (1, 1)))
    photo = torch.rand(2, 3, 37, 51)
    assert torch.equal(network(photo, torch.zeros(1, 3)), photo)
    told = network(photo, torch.tensor([[0.0, 0.0, 0.0], [0.1, 0.0, 0.0]]))
    assert torch.equal(told[0], photo[0])
    assert not torch.equal(told[1], photo[1])


@pytest.mark.parametrize(("height", "width"), [(64, 64), (37, 51), (1, 1), (8, 130)])
@pytest.mark.parametrize("widths", [(8,), (8, 12, 16)])
def test_any_size(widths: tuple[int, ...], height: int, width: int) -> None:
    network = with_random_weights(RestoreUNet(widths, (1,) * len(widths)))
    restored = network(torch.rand(2, 3, height, width), torch.rand(2, 3))
    assert restored.shape == (2, 3, height, width)
    assert torch.isfinite(restored).all()


def test_levels_change_the_answer_each_in_its_own_way() -> None:
    network = with_random_weights(RestoreUNet((8, 8), (1, 1)))
    photo = torch.rand(1, 3, 16, 16)
    answers = [network(photo, torch.tensor([levels])) for levels in (Levels(), Levels(0.1), Levels(0, 0.1))]
    answers.append(network(photo, torch.tensor([Levels(blur=0.1)])))
    assert len({float(answer.detach().sum()) for answer in answers}) == 4


def test_one_row_of_levels_stands_for_all_and_a_map_for_its_values() -> None:
    network = with_random_weights(RestoreUNet((8, 8), (1, 1)))
    photos, levels = torch.rand(2, 3, 15, 18), torch.tensor([[0.1, 0.2, 0.3]])
    expected = network(photos, levels)
    assert torch.allclose(network(photos, levels.expand(2, 3)), expected)
    assert torch.allclose(network(photos, levels[:, :, None, None].expand(2, 3, 15, 18)), expected, atol=1e-6)


@pytest.mark.parametrize("shape", [(1, 2), (3, 3), (3,), (1, 3, 4)])
def test_levels_of_another_shape_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="levels"):
        RestoreUNet((8,), (1,))(torch.rand(2, 3, 16, 16), torch.zeros(shape))


@pytest.mark.parametrize(("widths", "blocks"), [((4, 4, 4), (1, 1, 2)), ((4,), (3,))])
def test_nothing_further_away_than_its_reach_matters(widths: tuple[int, ...], blocks: tuple[int, ...]) -> None:
    network = with_random_weights(RestoreUNet(widths, blocks))
    photo = torch.rand(1, 3, 8, 256)
    changed = photo.clone()
    changed[..., 128] = 1 - changed[..., 128]
    levels = torch.full((1, 3), 0.1)
    with torch.no_grad():
        columns = (network(photo, levels) != network(changed, levels)).any(dim=1)[0].any(dim=0).nonzero()[:, 0]
    reach = max(128 - int(columns.min()), int(columns.max()) - 128)
    assert network.reach_px - 16 <= reach <= network.reach_px


def test_it_is_as_small_as_it_says() -> None:
    assert 2.7e6 < sum(weight.numel() for weight in ARCHITECTURES["restore-unet"]().parameters()) < 3.3e6


def test_sizes_that_do_not_fit_together_are_refused() -> None:
    with pytest.raises(ValueError, match="one length"):
        RestoreUNet((8, 8), (1, 1, 1))


def test_levels_are_in_the_units_they_say() -> None:
    assert compression_level(10) == pytest.approx(0.9)
    assert compression_level(100) == 0
    assert compression_level(-3) == compression_level(1)
    assert blur_level(2.0) == pytest.approx(0.5)
