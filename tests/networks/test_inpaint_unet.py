"""The inpainting network and the harmonic fill it starts from."""

from __future__ import annotations

import pytest
import torch

from restorer.networks import ARCHITECTURES
from restorer.networks.harmonic import harmonic_fill
from restorer.networks.inpaint_unet import InpaintUNet

TINY = {"widths": (8, 12), "blocks": (1, 1)}


def hole(height: int, width: int, top: int, left: int, size: int) -> torch.Tensor:
    mask = torch.zeros(1, 1, height, width)
    mask[..., top : top + size, left : left + size] = 1
    return mask


def test_a_linear_ramp_is_harmonic_and_comes_back() -> None:
    ramp = torch.linspace(0, 1, 48).expand(1, 3, 40, 48).contiguous()
    filled = harmonic_fill(ramp, hole(40, 48, 15, 20, 8), sweeps=60)
    assert torch.allclose(filled, ramp, atol=0.01)


def test_what_lies_under_the_mask_is_not_looked_at() -> None:
    photo = torch.rand(1, 3, 33, 47)
    mask = hole(33, 47, 5, 9, 12)
    damaged = torch.where(mask > 0, torch.tensor(9.0), photo)
    assert torch.equal(harmonic_fill(photo, mask), harmonic_fill(damaged, mask))


def test_the_fill_stays_within_the_range_of_the_known_pixels() -> None:
    photo = 0.2 + 0.5 * torch.rand(2, 3, 64, 64)
    filled = harmonic_fill(photo, hole(64, 64, 0, 0, 50).expand(2, 1, 64, 64))
    assert filled.min() >= 0.2
    assert filled.max() <= 0.7


def test_a_photo_that_is_masked_all_over_becomes_black_and_not_nan() -> None:
    assert torch.equal(harmonic_fill(torch.rand(1, 3, 9, 7), torch.ones(1, 1, 9, 7)), torch.zeros(1, 3, 9, 7))


@pytest.mark.parametrize("size", [(1, 1), (1, 50), (37, 3), (64, 64), (65, 95)])
def test_any_size_goes_through_and_known_pixels_stay(size: tuple[int, int]) -> None:
    network = InpaintUNet(**TINY).eval()
    torch.nn.init.normal_(network.head.weight)
    photo = torch.rand(1, 3, *size)
    mask = (torch.rand(1, 1, *size) > 0.7).float()
    with torch.inference_mode():
        out = network(photo, mask)
    assert out.shape == photo.shape
    known = (mask == 0).expand_as(photo)
    assert torch.equal(out[known], photo[known])


def test_an_untrained_network_gives_the_harmonic_fill() -> None:
    photo, mask = torch.rand(1, 3, 32, 32), hole(32, 32, 10, 10, 6)
    assert torch.allclose(InpaintUNet(**TINY)(photo, mask), harmonic_fill(photo, mask))


def test_gradients_reach_every_weight() -> None:
    network = InpaintUNet(**TINY)
    for parameter in network.parameters():
        torch.nn.init.normal_(parameter, std=0.1)
    network(torch.rand(2, 3, 32, 32), hole(32, 32, 4, 4, 20).expand(2, 1, 32, 32)).sum().backward()
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in network.parameters())


def test_levels_and_blocks_must_agree() -> None:
    with pytest.raises(ValueError, match="one length"):
        InpaintUNet(widths=(8, 16), blocks=(1,))


def test_architectures_are_listed_by_their_id() -> None:
    assert ARCHITECTURES["inpaint-unet"] is InpaintUNet
