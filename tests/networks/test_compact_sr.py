"""The network that enlarges, and the layout that it shares with other programs."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from restorer.networks import ARCHITECTURES
from restorer.networks.compact_sr import CompactSR


def with_random_weights(network: CompactSR) -> CompactSR:
    generator = torch.Generator().manual_seed(3)
    with torch.no_grad():
        for weight in network.parameters():
            weight.add_(torch.randn(weight.shape, generator=generator) * 0.1)
    return network.eval()


def test_it_begins_by_repeating_pixels() -> None:
    photo = torch.rand(1, 3, 5, 7)
    enlarged = CompactSR(num_feat=8, num_conv=2, upscale=4)(photo)
    assert torch.equal(enlarged, photo.repeat_interleave(4, 2).repeat_interleave(4, 3))


@pytest.mark.parametrize("upscale", [1, 2, 4])
@pytest.mark.parametrize(("height", "width"), [(1, 1), (9, 14)])
def test_any_size(upscale: int, height: int, width: int) -> None:
    network = with_random_weights(CompactSR(num_feat=8, num_conv=2, upscale=upscale))
    assert network.scale == upscale
    assert network(torch.rand(2, 3, height, width)).shape == (2, 3, height * upscale, width * upscale)


def test_a_deep_network_passes_signals_on() -> None:
    torch.manual_seed(0)
    network = CompactSR(num_feat=32, num_conv=20)
    x = torch.rand(1, 3, 24, 24)
    strengths = []
    for layer in network.body[:-1]:
        x = layer(x).detach()
        strengths.append(float(x.std()))
    assert 0.2 < strengths[-1] / strengths[1] < 5


def test_nothing_further_away_than_its_reach_matters() -> None:
    network = with_random_weights(CompactSR(num_feat=8, num_conv=4, upscale=2))
    photo = torch.rand(1, 3, 3, 64)
    changed = photo.clone()
    changed[..., 32] = 1 - changed[..., 32]
    with torch.no_grad():
        columns = (network(photo) != network(changed)).any(dim=1)[0].any(dim=0).nonzero()[:, 0] // 2
    assert max(32 - int(columns.min()), int(columns.max()) - 32) == network.reach_px == 6


def test_tensors_are_named_and_shaped_as_in_the_community_layout() -> None:
    shapes = {name: tuple(tensor.shape) for name, tensor in ARCHITECTURES["compact-sr"]().state_dict().items()}
    expected: dict[str, tuple[int, ...]] = {"body.0.weight": (64, 3, 3, 3), "body.0.bias": (64,)}
    for index in range(1, 42, 2):
        expected[f"body.{index}.weight"] = (64,)
    for index in range(2, 42, 2):
        expected[f"body.{index}.weight"] = (64, 64, 3, 3)
        expected[f"body.{index}.bias"] = (64,)
    expected |= {"body.42.weight": (48, 64, 3, 3), "body.42.bias": (48,)}
    assert shapes == expected


def community_forward(weights: dict[str, Tensor], image: Tensor, upscale: int) -> Tensor:
    """SRVGGNetCompact written down a second time, from its published description."""
    x, count = image, max(int(name.split(".")[1]) for name in weights) + 1
    for index in range(count):
        weight = weights[f"body.{index}.weight"]
        x = F.conv2d(x, weight, weights[f"body.{index}.bias"], padding=1) if weight.ndim == 4 else F.prelu(x, weight)
    return F.pixel_shuffle(x, upscale) + F.interpolate(image, scale_factor=upscale, mode="nearest")


def test_it_computes_what_the_community_layout_does() -> None:
    network = with_random_weights(CompactSR(num_feat=8, num_conv=3, upscale=4))
    image = torch.rand(1, 3, 6, 5)
    expected = community_forward(dict(network.state_dict()), image, 4)
    assert torch.allclose(network(image), expected, atol=1e-6)


def test_another_program_opens_its_weights() -> None:
    spandrel = pytest.importorskip("spandrel")
    network = with_random_weights(CompactSR(num_feat=16, num_conv=4, upscale=2))
    theirs = spandrel.ModelLoader().load_from_state_dict(network.state_dict())
    assert theirs.scale == 2
    image = torch.rand(1, 3, 16, 16)
    assert torch.allclose(theirs(image), network(image).clamp(0, 1), atol=1e-5)


@pytest.mark.parametrize("arguments", [{"num_out_ch": 4}, {"upscale": 0}, {"num_conv": -1}, {"act_type": "tanh"}])
def test_what_cannot_be_built_is_refused(arguments: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"not possible|no activation"):
        CompactSR(**arguments)  # type: ignore[arg-type]


def test_every_activation_of_the_layout() -> None:
    kinds = {"prelu": nn.PReLU, "relu": nn.ReLU, "leakyrelu": nn.LeakyReLU}
    for name, kind in kinds.items():
        assert isinstance(CompactSR(num_feat=8, num_conv=1, act_type=name).body[1], kind)
