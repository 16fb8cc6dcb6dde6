from __future__ import annotations

import pickle
from pathlib import Path

import pytest
import torch
from engine.tiny_models import TINY, Bounded, ModelMaker
from safetensors.torch import load_file, save_file
from torch import Tensor

from restorer.core.errors import WeightsError
from restorer.engine.weights import load_network
from restorer.networks import ARCHITECTURES
from restorer.store import Catalogue, ModelCard


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "bounded.safetensors"


@pytest.fixture
def card(make_model: ModelMaker) -> ModelCard:
    return make_model("bounded")


def rewrite(path: Path, tensors: dict[str, Tensor]) -> None:
    # Out of the mapped file before it is replaced.
    copies = {name: tensor.clone() for name, tensor in tensors.items()}
    save_file(copies, path)


def test_half_on_disk_single_in_memory(card: ModelCard, path: Path) -> None:
    assert {t.dtype for t in load_file(path).values()} == {torch.float16}
    network = load_network(card, path, TINY)
    assert isinstance(network, Bounded)
    assert {p.dtype for p in network.parameters()} == {torch.float32}
    assert not network.training
    assert not any(p.requires_grad for p in network.parameters())
    assert torch.equal(network.last.bias, load_file(path)["last.bias"].float())


def test_hyperparameters_reach_the_network(make_model: ModelMaker, tmp_path: Path) -> None:
    card = make_model("bounded", model_id="wide", hyperparameters={"channels": 12})
    network = load_network(card, tmp_path / "wide.safetensors", TINY)
    assert isinstance(network, Bounded)
    assert network.first.out_channels == 12


def test_missing_file(card: ModelCard, path: Path) -> None:
    path.unlink()
    with pytest.raises(WeightsError, match=r"bounded\.safetensors cannot be read"):
        load_network(card, path, TINY)


@pytest.mark.parametrize("content", [b"", b"not safetensors at all", pickle.dumps({"first.weight": [1.0]})])
def test_corrupted_file(card: ModelCard, path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(WeightsError, match=r"bounded\.safetensors cannot be read"):
        load_network(card, path, TINY)


def test_truncated_file(card: ModelCard, path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-7])
    with pytest.raises(WeightsError, match=r"bounded\.safetensors cannot be read"):
        load_network(card, path, TINY)


def test_a_tensor_too_few(card: ModelCard, path: Path) -> None:
    tensors = load_file(path)
    del tensors["last.bias"]
    rewrite(path, tensors)
    with pytest.raises(WeightsError, match=r"does not fit the architecture 'bounded': it lacks last\.bias\."):
        load_network(card, path, TINY)


def test_a_tensor_too_many(card: ModelCard, path: Path) -> None:
    rewrite(path, load_file(path) | {"extra": torch.zeros(1)})
    with pytest.raises(WeightsError, match="it has the unknown extra"):
        load_network(card, path, TINY)


def test_a_tensor_of_another_shape(card: ModelCard, path: Path) -> None:
    rewrite(path, load_file(path) | {"last.bias": torch.zeros(4)})
    with pytest.raises(WeightsError, match=r"last\.bias is 4 instead of 3"):
        load_network(card, path, TINY)


def test_weights_that_are_not_numbers(card: ModelCard, path: Path) -> None:
    rewrite(path, load_file(path) | {"last.bias": torch.tensor([0, torch.nan, 0])})
    with pytest.raises(WeightsError, match=r"last\.bias holds not-a-number"):
        load_network(card, path, TINY)


def test_weights_of_another_network(make_model: ModelMaker, path: Path) -> None:
    make_model("filling")
    card = make_model("bounded")
    with pytest.raises(WeightsError, match=r"it lacks .* \(and \d+ more faults\)"):
        load_network(card, path.with_name("filling.safetensors"), TINY)


def test_unknown_architecture(card: ModelCard, path: Path) -> None:
    with pytest.raises(WeightsError, match="unknown architecture 'bounded'; known: inpaint-unet"):
        load_network(card, path, {"inpaint-unet": Bounded})


@pytest.mark.parametrize("hyperparameters", [{"chanels": 4}, {"channels": "many"}])
def test_wrong_hyperparameters(make_model: ModelMaker, path: Path, hyperparameters: dict[str, object]) -> None:
    good = make_model("bounded")
    card = ModelCard.from_json(good.to_json() | {"hyperparameters": hyperparameters}, name="bounded.json")
    with pytest.raises(WeightsError, match="hyperparameters of the model bounded"):
        load_network(card, path, TINY)


def test_shipped_weights_load() -> None:
    catalogue = Catalogue.default()
    for card in catalogue.cards():
        load_network(card, catalogue.weights_path(card), ARCHITECTURES)
