"""A code and noise that steer the inpainting network, and the start it is given."""

from __future__ import annotations

import pytest
import torch

from restorer.networks.harmonic import harmonic_fill
from restorer.networks.inpaint_unet import InpaintUNet
from restorer.networks.style import Modulation, StyleMapping

TINY = {"widths": (8, 12), "blocks": (1, 1)}
STYLE = 6


def trained(**options: object) -> InpaintUNet:
    """A network whose every weight does something."""
    torch.manual_seed(3)
    network = InpaintUNet(**TINY, **options).eval()  # type: ignore[arg-type]
    for parameter in network.parameters():
        torch.nn.init.normal_(parameter, std=0.2)
    return network


@pytest.fixture
def photo() -> torch.Tensor:
    return torch.rand(2, 3, 34, 43, generator=torch.Generator().manual_seed(1))


@pytest.fixture
def mask() -> torch.Tensor:
    mask = torch.zeros(2, 1, 34, 43)
    mask[..., 8:24, 10:30] = 1
    return mask


@pytest.fixture
def style() -> torch.Tensor:
    return torch.randn(2, STYLE, generator=torch.Generator().manual_seed(2))


@pytest.fixture
def noise() -> torch.Tensor:
    return torch.randn(2, 2, 34, 43, generator=torch.Generator().manual_seed(4))


@torch.inference_mode()
def test_weights_without_style_give_the_same_bits_in_a_network_with_it(photo, mask, style, noise) -> None:
    plain, styled = trained(), InpaintUNet(**TINY, style_dim=STYLE).eval()
    missing, unexpected = styled.load_state_dict(plain.state_dict(), strict=False)
    assert unexpected == []
    assert {name.split(".")[0] for name in missing} == {"mapping", "modulation"}
    wanted = plain(photo, mask)
    assert torch.equal(styled(photo, mask), wanted)
    assert torch.equal(styled(photo, mask, style, noise), wanted)


@torch.inference_mode()
def test_once_trained_each_draw_gives_another_fill(photo, mask, style, noise) -> None:
    network = trained(style_dim=STYLE)
    fills = [network(photo, mask), network(photo, mask, style), network(photo, mask, noise=noise)]
    fills += [network(photo, mask, style, noise), network(photo, mask, -style, noise)]
    for index, fill in enumerate(fills):
        assert torch.equal(
            fill, network(photo, mask, *[(), (style,), (None, noise), (style, noise), (-style, noise)][index])
        )
        known = (mask == 0).expand_as(photo)
        assert torch.equal(fill[known], photo[known])
        assert all((fill - other).abs().max() > 1e-3 for other in fills[:index])


@torch.inference_mode()
def test_a_style_of_zeros_is_no_style(photo, mask, style) -> None:
    network = trained(style_dim=STYLE)
    style[1] = 0
    assert torch.equal(network(photo, mask, style)[1], network(photo, mask)[1])


@torch.inference_mode()
def test_scaling_the_mapping_leaves_the_code_as_it_is(style) -> None:
    """So that weights can be interpolated with those of a network that has none."""
    torch.manual_seed(5)
    mapping = StyleMapping(STYLE)
    code = mapping(style)
    assert torch.allclose(code.square().mean(dim=1), torch.ones(2))
    for parameter in mapping.parameters():
        parameter.mul_(0.05)
    assert torch.allclose(mapping(style), code, atol=1e-5)


def test_noise_of_a_level_is_of_unit_variance() -> None:
    modulation = Modulation(STYLE, 1, factor=4)
    torch.nn.init.ones_(modulation.strength)
    noise = torch.randn(1, 1, 256, 256, generator=torch.Generator().manual_seed(6))
    assert modulation(torch.zeros(1, 1, 64, 64), None, noise).std().item() == pytest.approx(1, abs=0.05)


def test_gradients_reach_every_weight(photo, mask, style, noise) -> None:
    network = trained(style_dim=STYLE)
    network(photo, mask, style, noise).sum().backward()
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in network.parameters())


@torch.inference_mode()
def test_the_residual_is_added_to_a_start_in_place_of_the_harmonic_fill(photo, mask) -> None:
    untrained, network = InpaintUNet(**TINY), trained()
    start = torch.rand_like(photo)
    filled = untrained(photo, mask, start=start)
    assert torch.equal(filled, torch.where(mask > 0, start, photo))
    assert torch.equal(network(photo, mask, start=harmonic_fill(photo, mask)), network(photo, mask))
    assert not torch.equal(network(photo, mask, start=start), network(photo, mask))


def test_style_and_noise_must_be_those_that_the_network_takes(photo, mask, style, noise) -> None:
    with pytest.raises(ValueError, match="a style of 0 values, not 6"):
        InpaintUNet(**TINY)(photo, mask, style)
    with pytest.raises(ValueError, match="0 planes of noise, not 2"):
        InpaintUNet(**TINY)(photo, mask, noise=noise)
    with pytest.raises(ValueError, match="2 planes of noise, not 1"):
        InpaintUNet(**TINY, style_dim=STYLE)(photo, mask, noise=noise[:, :1])
    with pytest.raises(ValueError, match="style_dim"):
        InpaintUNet(**TINY, style_dim=-1)
