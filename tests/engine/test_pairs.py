"""A faithful network and its vivid partner: mixing their weights, drawing variations, working out a start."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from restorer.core.contract import FloatPixels, FloatPlane, Variation
from restorer.core.errors import WeightsError
from restorer.core.geometry import Bounds
from restorer.engine.engine import TorchEngine
from restorer.networks.inpaint_unet import InpaintUNet
from restorer.store import Catalogue, ModelCard

TINY: dict[str, Any] = {"widths": [8, 12], "blocks": [1, 1], "dilations": [1]}
PLACE = Bounds(100, 60, 164, 124)
"""On the grid that crops are brought to, so that a network called by itself sees the same."""


def install(folder: Path, model_id: str, *, seed: int = 0, std: float = 0.15, **changes: Any) -> ModelCard:
    """A random inpainting network and its card."""
    hyperparameters = TINY | changes.pop("hyperparameters", {})
    torch.manual_seed(seed)
    network = InpaintUNet(**hyperparameters)
    for parameter in network.parameters():
        torch.nn.init.normal_(parameter, std=std)
    path = folder / f"{model_id}.safetensors"
    save_file({name: tensor.half() for name, tensor in network.state_dict().items()}, path)
    card = ModelCard(
        id=model_id,
        title=model_id.capitalize(),
        task="inpaint",
        architecture="inpaint-unet",
        hyperparameters=hyperparameters,
        file=path.name,
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        bytes=path.stat().st_size,
        licence="CC0-1.0",
        summary="",
        **({"context_px": 8} | changes),
    )
    (folder / f"{model_id}.json").write_text(card.to_text(), encoding="utf-8")
    return card


@pytest.fixture
def pair(tmp_path: Path) -> tuple[ModelCard, ModelCard]:
    clean = install(tmp_path, "clean", seed=1)
    vivid = install(
        tmp_path, "vivid", seed=2, hyperparameters={"style_dim": 5}, interpolates_with="clean", context_px=16
    )
    return clean, vivid


@pytest.fixture
def engine(tmp_path: Path) -> TorchEngine:
    return TorchEngine("cpu", Catalogue([tmp_path]))


@pytest.fixture
def pixels(random: np.random.Generator) -> FloatPixels:
    return random.random((PLACE.height, PLACE.width, 3), np.float32)


@pytest.fixture
def mask() -> FloatPlane:
    mask = np.zeros((PLACE.height, PLACE.width), np.float32)
    mask[10:30, 12:33] = 1
    return mask


def network_of(folder: Path, model_id: str, style_dim: int = 0, change: Any = lambda tensors: tensors) -> InpaintUNet:
    network = InpaintUNet(**TINY, style_dim=style_dim).eval()
    network.load_state_dict(change({n: t.float() for n, t in load_file(folder / f"{model_id}.safetensors").items()}))
    return network


def run(network: InpaintUNet, pixels: FloatPixels, mask: FloatPlane) -> FloatPixels:
    with torch.inference_mode():
        filled = network(torch.from_numpy(pixels.transpose(2, 0, 1)[None].copy()), torch.from_numpy(mask[None, None]))
    return np.asarray(filled[0].permute(1, 2, 0).clamp(0, 1).numpy())


def fill(engine: TorchEngine, pixels: FloatPixels, mask: FloatPlane, mix: float, **extras: Any) -> FloatPixels:
    with engine.lease("clean", mix=mix) as network:
        return network(pixels, mask, **extras)


def test_both_ends_are_the_models_themselves(engine, pair, tmp_path, pixels, mask) -> None:
    clean, vivid = network_of(tmp_path, "clean"), network_of(tmp_path, "vivid", 5)
    assert np.abs(fill(engine, pixels, mask, 0) - run(clean, pixels, mask)).max() < 1e-5
    assert np.abs(fill(engine, pixels, mask, 1) - run(vivid, pixels, mask)).max() < 1e-5
    assert np.abs(fill(engine, pixels, mask, 1) - fill(engine, pixels, mask, 0)).max() > 0.1


def test_in_between_the_weights_lie_in_between(engine, pair, tmp_path, pixels, mask) -> None:
    faithful = load_file(tmp_path / "clean.safetensors")

    def mix(tensors: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        zero = torch.zeros(1)
        return {name: 0.7 * faithful.get(name, zero).float() + 0.3 * t for name, t in tensors.items()}

    wanted = run(network_of(tmp_path, "vivid", 5, mix), pixels, mask)
    assert np.abs(fill(engine, pixels, mask, 0.3) - wanted).max() < 1e-5


def test_either_id_stands_for_the_pair_and_the_hash_names_both(engine, pair) -> None:
    clean, vivid = pair
    for model_id in ("clean", "vivid"):
        with engine.lease(model_id) as network:
            assert (network.model_id, network.model_hash, network.context_px) == ("clean", clean.sha256, 8)
            assert not network.can_vary
        with engine.lease(model_id, mix=0.347) as network:
            assert network.model_hash == f"{clean.sha256}+{vivid.sha256}@0.35"
            assert (network.model_id, network.context_px) == ("clean", 16)
            assert network.can_vary


def test_a_model_without_a_partner_takes_no_notice(engine, tmp_path) -> None:
    card = install(tmp_path, "alone")
    with engine.lease("alone", mix=0.5) as network:
        assert network.model_hash == card.sha256


def test_a_few_mixes_stay_loaded(engine, pair, monkeypatch) -> None:
    loads: list[float] = []
    load = TorchEngine._load
    monkeypatch.setattr(TorchEngine, "_load", lambda self, blend: (loads.append(blend.share), load(self, blend))[1])
    for mix in (0.0, 0.1, 0.2, 0.3, 0.2, 0.1, 0.4, 0.0, 0.1, 0.2, 0.3):
        with engine.lease("clean", mix=mix):
            pass
    assert loads == [0.0, 0.1, 0.2, 0.3, 0.4, 0.3]


def test_weights_that_do_not_fit_together(engine, pair, tmp_path) -> None:
    install(tmp_path, "clean", hyperparameters={"widths": [8, 16]})
    with (
        pytest.raises(WeightsError, match=r"vivid cannot be mixed with clean: they differ in"),
        engine.lease("clean", mix=0.5),
    ):
        pass


def test_draws_are_different_and_repeatable(engine, pair, pixels, mask) -> None:
    place = Bounds(PLACE.left, PLACE.top, PLACE.right - 1, PLACE.bottom - 3)  # off the network's grid
    pixels, mask = pixels[:-3, :-1], mask[:-3, :-1]
    draws = [fill(engine, pixels, mask, 1, variation=Variation(seed, place)) for seed in (3, 4, 3)]
    likely = fill(engine, pixels, mask, 1)
    assert np.array_equal(draws[0], draws[2])
    for one, other in ((draws[0], draws[1]), (draws[0], likely)):
        assert np.abs(one - other).max() > 0.01
        assert np.array_equal(one[mask == 0], other[mask == 0])


def test_noise_belongs_to_the_place_where_tiles_are_cut(engine, pair, random) -> None:
    """Two tiles on the network's grid see the same around a hole, however far they reach beyond it."""
    photo = np.full((112, 112, 3), 0.5, np.float32)
    plane = np.zeros((112, 112), np.float32)
    plane[50:60, 52:60] = 1
    tiles = [Bounds(0, 0, 112, 112), Bounds(32, 32, 80, 84)]
    with engine.lease("clean", mix=1.0) as network:
        whole, part = (
            network(photo[t.slices], plane[t.slices], variation=Variation(9, t.translate(64, 160))) for t in tiles
        )
    inside = tiles[1].slices
    # Far from the part's rim: what a tile cannot see beyond it is padded.
    assert np.abs(whole[inside] - part)[16:-16, 16:-16].max() < 1e-5


def test_a_start_is_worked_out_and_its_gaps_are_continued(tmp_path, engine, random, mask) -> None:
    install(tmp_path, "clean", std=0)
    install(tmp_path, "vivid", std=0, hyperparameters={"style_dim": 5}, interpolates_with="clean")
    pixels = np.full((PLACE.height, PLACE.width, 1), 0.25, np.float32)
    start = np.full_like(pixels, np.nan)
    start[16:24, 18:27] = 0.75
    with engine.lease("clean", mix=1.0) as network:
        filled = network(pixels, mask, start=start)
        smooth = network(pixels, mask, start=np.full_like(pixels, np.nan))
        assert np.array_equal(smooth, network(pixels, mask))
    assert np.allclose(filled[16:24, 18:27], 0.75, atol=1e-6)
    assert (filled[mask == 0] == 0.25).all()
    ring = filled[(mask > 0) & np.isnan(start[..., 0])]
    assert (ring > 0.25).all()
    assert (ring < 0.75).all()


def test_what_a_network_cannot_do_is_refused(engine, pair, pixels, mask) -> None:
    with engine.lease("clean") as network:
        assert not network.can_refine
        with pytest.raises(ValueError, match="one answer only"):
            network(pixels, mask, variation=Variation(1, PLACE))
        with pytest.raises(ValueError, match="takes no start"):
            network(pixels, mask, start=pixels)
    with engine.lease("clean", mix=0.5) as network:
        with pytest.raises(ValueError, match="their place is"):
            network(pixels, mask, variation=Variation(1, PLACE.pad(1)))
        with pytest.raises(ValueError, match="the start is"):
            network(pixels, mask, start=pixels[1:])
