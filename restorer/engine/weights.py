"""From a card and its safetensors file to a network in memory. Nothing is ever unpickled."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from restorer.core.errors import WeightsError
from restorer.store.card import ModelCard

Architectures = Mapping[str, type[nn.Module]]


def load_network(card: ModelCard, path: Path, architectures: Architectures) -> nn.Module:
    """The network a card describes with the weights at ``path``: float32, on the processor, in evaluation mode.

    Raises:
        WeightsError: where the file is missing, damaged or does not fit the architecture, tensor by tensor; or the
            architecture or its hyperparameters are not known.
    """
    network = _build(card, architectures)
    try:
        tensors = load_file(path, device="cpu")
    except (OSError, SafetensorError) as error:
        raise WeightsError(f"The weights file {path} cannot be read: {error}.") from None
    _check_fit(tensors, network.state_dict(), card, path)
    network.load_state_dict({name: t.float() if t.is_floating_point() else t for name, t in tensors.items()})
    return network.eval().requires_grad_(False)


def _build(card: ModelCard, architectures: Architectures) -> nn.Module:
    architecture = architectures.get(card.architecture)
    if architecture is None:
        known = ", ".join(sorted(architectures))
        raise WeightsError(f"The model {card.id} has the unknown architecture {card.architecture!r}; known: {known}.")
    try:
        return architecture(**card.hyperparameters)
    except (TypeError, ValueError) as error:
        raise WeightsError(
            f"The hyperparameters of the model {card.id} do not fit {card.architecture}: {error}."
        ) from None


def _check_fit(tensors: Mapping[str, Tensor], wanted: Mapping[str, Tensor], card: ModelCard, path: Path) -> None:
    faults = [f"it lacks {name}" for name in wanted if name not in tensors]
    faults += [f"it has the unknown {name}" for name in tensors if name not in wanted]
    for name, tensor in tensors.items():
        if name in wanted and tensor.shape != wanted[name].shape:
            faults.append(f"{name} is {_size(tensor)} instead of {_size(wanted[name])}")
        if tensor.is_floating_point() and not torch.isfinite(tensor).all():
            faults.append(f"{name} holds not-a-number values")
    if faults:
        more = f" (and {len(faults) - 1} more faults)" if len(faults) > 1 else ""
        raise WeightsError(
            f"The weights file {path} does not fit the architecture {card.architecture!r}: {faults[0]}{more}."
        )


def _size(tensor: Tensor) -> str:
    return " × ".join(map(str, tensor.shape)) or "a single number"
