"""From a config to a network, with random or with earlier weights."""

from __future__ import annotations

import json
from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from restorer.core.errors import InputError
from restorer.networks import ARCHITECTURES
from restorer.store import Catalogue
from restorer.training.config import TrainConfig

SUFFIX = ".safetensors"


def build_network(config: TrainConfig) -> nn.Module:
    """Raises InputError for an unknown architecture or hyperparameters it does not take."""
    if config.architecture not in ARCHITECTURES:
        raise InputError(
            f"There is no architecture {config.architecture!r}.", hint=f"Known: {', '.join(ARCHITECTURES)}."
        )
    return build_from_json(ARCHITECTURES[config.architecture], config.hyperparameters, config.architecture)


def build_from_json(kind: type[nn.Module], arguments: str, name: str = "", **more: object) -> nn.Module:
    """A module from its keyword arguments as JSON. Raises InputError for those it does not take, by its ``name``."""
    try:
        return kind(**{**json.loads(arguments), **more})
    except (TypeError, ValueError) as error:
        raise InputError(f"{name or kind.__name__} cannot be built from {arguments}: {error}.") from None


def initial_path(initial: str) -> Path:
    """The weights file that ``TrainConfig.initial`` names: a .safetensors file, or the weights of an installed model.

    Raises:
        InputError: where there is no such file or model.
    """
    if not initial.endswith(SUFFIX):
        catalogue = Catalogue.default()
        return catalogue.weights_path(catalogue.get(initial))
    path = Path(initial)
    if not path.is_file():
        raise InputError(f"The initial weights {path} do not exist.")
    return path


def start_from(network: nn.Module, initial: str) -> list[str]:
    """Copies earlier weights into a network that may have grown since: deeper, or with new parts.

    Whole modules that the file knows nothing of keep their random weights; everything in the file must have its place.

    Returns:
        names of the modules that are new.

    Raises:
        InputError: where the file is missing, damaged, or of another network; the message names the first misfit.
    """
    path = initial_path(initial)
    try:
        weights = load_file(path, device="cpu")
    except (OSError, SafetensorError) as error:
        raise InputError(f"The initial weights {path} cannot be read: {error}.") from None
    wanted = network.state_dict()
    misfits = [f"it has the unknown {name}" for name in weights if name not in wanted]
    misfits += [
        f"{name} is {tuple(weights[name].shape)} instead of {tuple(tensor.shape)}"
        for name, tensor in wanted.items()
        if name in weights and weights[name].shape != tensor.shape
    ]
    missing = [name for name in wanted if name not in weights]
    known_modules = {_module(name) for name in weights}
    misfits += [f"it lacks {name}" for name in missing if _module(name) in known_modules]
    if misfits or not weights:
        reason = misfits[0] if misfits else "it is empty"
        raise InputError(f"The initial weights {path} are of another network: {reason}.")
    merged: dict[str, Tensor] = {name: weights[name].float() if name in weights else wanted[name] for name in wanted}
    network.load_state_dict(merged)
    return sorted({_module(name) for name in missing})


def _module(parameter: str) -> str:
    return parameter.rpartition(".")[0]
