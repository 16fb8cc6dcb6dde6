"""Starting from earlier weights: what fits, what has grown, what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import nn
from training.conftest import StartRun

from restorer.core.errors import InputError
from restorer.networks.inpaint_unet import InpaintUNet
from restorer.training.weights import start_from

SHALLOW = {"widths": (8, 8), "blocks": (1, 1)}
DEEPER = {"widths": (8, 8), "blocks": (2, 3), "style_dim": 4}


@pytest.fixture
def earlier(tmp_path: Path) -> tuple[nn.Module, Path]:
    torch.manual_seed(7)
    network = InpaintUNet(**SHALLOW)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.add_(0.05 * torch.randn_like(parameter))
    path = tmp_path / "earlier.safetensors"
    save_file({name: value.half() for name, value in network.state_dict().items()}, path)
    return network, path


def test_a_deeper_network_starts_where_the_earlier_one_ended(earlier: tuple[nn.Module, Path]) -> None:
    network, path = earlier
    grown = InpaintUNet(**DEEPER)
    new = start_from(grown, str(path))
    assert {"down.0.1.first", "down.1.2.second", "mapping.layers.0", "modulation.1.affine"} <= set(new)
    assert not any(name.startswith(("stem", "head", "down.0.0")) for name in new)
    photo, mask = torch.rand(1, 3, 24, 24), torch.zeros(1, 1, 24, 24)
    mask[..., 6:14, 6:14] = 1
    assert torch.allclose(grown(photo, mask), network(photo, mask), atol=2e-3)
    assert all(value.dtype == torch.float32 for value in grown.state_dict().values())


@pytest.mark.parametrize(
    ("change", "match"),
    [
        (lambda state: state.pop("stem.bias"), "lacks stem.bias"),
        (lambda state: state.update({"head.colour": torch.zeros(1)}), "unknown head.colour"),
        (lambda state: state.update({"stem.weight": torch.zeros(4, 16, 3, 3)}), r"stem.weight is \(4, 16, 3, 3\)"),
        (lambda state: state.clear(), "empty"),
    ],
)
def test_weights_of_another_network_are_refused(
    earlier: tuple[nn.Module, Path],
    change: object,
    match: str,
) -> None:
    network, path = earlier
    state = {name: value.clone() for name, value in network.state_dict().items()}
    change(state)  # type: ignore[operator]
    save_file(state, path)
    with pytest.raises(InputError, match=match):
        start_from(InpaintUNet(**DEEPER), str(path))


def test_missing_and_damaged_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="do not exist"):
        start_from(InpaintUNet(**SHALLOW), str(tmp_path / "none.safetensors"))
    with pytest.raises(InputError, match="no model 'nothing'"):
        start_from(InpaintUNet(**SHALLOW), "nothing")
    torn = tmp_path / "torn.safetensors"
    torn.write_bytes(b"torn")
    with pytest.raises(InputError, match="cannot be read"):
        start_from(InpaintUNet(**SHALLOW), str(torn))


def test_a_new_run_starts_from_them_and_a_resumed_one_does_not(
    earlier: tuple[nn.Module, Path], start: StartRun
) -> None:
    network, path = earlier
    trainer = start("tiny", initial=str(path))
    assert torch.allclose(trainer.ema.weights["stem.weight"], network.state_dict()["stem.weight"], atol=1e-3)
    trainer.run()
    resumed = start("tiny", resume=True)
    assert torch.equal(resumed.ema.weights["stem.weight"], trainer.ema.weights["stem.weight"])
    assert not torch.equal(trainer.ema.weights["stem.weight"], network.state_dict()["stem.weight"])
