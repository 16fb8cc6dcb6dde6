"""From a trained run to what the program ships: fp16 safetensors and a card."""

from __future__ import annotations

import copy
import hashlib
import json
import platform
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save
from torch import nn

import restorer
from restorer.core.errors import WorkError
from restorer.core.params import params_to_json
from restorer.formats.atomic import atomic_path
from restorer.store.card import ModelCard
from restorer.training.config import TrainConfig
from restorer.training.data import describe_photos
from restorer.training.loop import Trainer
from restorer.training.presets import get_preset
from restorer.training.problems import PROBLEMS
from restorer.training.weights import SUFFIX, initial_path

LICENCE = "Apache-2.0"


def export_weights(trainer: Trainer, data: Path) -> Path:
    """Writes ``<id>.safetensors`` and ``<id>.json`` of the averaged weights into the run's folder.

    What the card says was reached was measured with the very numbers in the file.

    Args:
        data: the folder of photos, for the card.

    Raises:
        WorkError: where a weight is not finite in half precision.
    """
    config, kind = trainer.config, PROBLEMS[trainer.config.problem]
    rounded = copy.deepcopy(trainer.ema.network)
    with torch.no_grad():
        kind.finished(trainer.problem, rounded)
        _round_to_half(rounded, config.model_id)
        figures = trainer.problem.evaluate(rounded)
    weights = kind.exported(rounded).state_dict()
    packed = save({name: value.detach().cpu().half().contiguous() for name, value in weights.items()})
    card = ModelCard(
        id=config.model_id,
        title=config.title,
        architecture=config.architecture,
        hyperparameters=json.loads(config.hyperparameters),
        file=f"{config.model_id}{SUFFIX}",
        sha256=hashlib.sha256(packed).hexdigest(),
        bytes=len(packed),
        licence=LICENCE,
        summary=config.summary,
        context_px=config.context_px,
        interpolates_with=config.interpolates_with,
        training=_provenance(trainer, data),
        evaluation={"held_out": {name: round(value, 4) for name, value in figures.items()}},
        **kind.card_fields,
        **kind.card_fields_of(config),
    )
    target = trainer.out / card.file
    with atomic_path(target, overwrite=True) as path:
        path.write_bytes(packed)
    with atomic_path(target.with_suffix(".json"), overwrite=True) as path:
        path.write_text(card.to_text(), encoding="utf-8")
    return target


@torch.no_grad()
def _round_to_half(network: nn.Module, model_id: str) -> None:
    for name, value in network.state_dict().items():
        if value.is_floating_point():
            value.copy_(value.half())
        if not torch.isfinite(value).all():
            raise WorkError(f"The weight {name} of {model_id} is not finite in half precision.")


def _provenance(trainer: Trainer, data: Path) -> dict[str, Any]:
    config = trainer.config
    return {
        "command": command_line(trainer.preset, config),
        "commit": _commit(),
        "program": restorer.__version__,
        "torch": str(torch.__version__),
        "hardware": _hardware(trainer.fabric.device, trainer.fabric.world_size),
        "images": trainer.images,
        "updates": trainer.steps,
        "wall_seconds": round(trainer.seconds),
        "data": describe_photos(data, trainer.problem.photo_side),
        "config": _portable(config),
        **({"initial_sha256": _digest(initial_path(config.initial))} if config.initial else {}),
    }


def command_line(preset: str, config: TrainConfig) -> str:
    """What to type to train the same again: every setting that is not the preset's."""
    usual, settings = _portable(get_preset(preset)), _portable(config)
    changed = [f"--set {shlex.quote(f'{name}={value}')}" for name, value in settings.items() if value != usual[name]]
    return " ".join([f"restorer train {preset} --data DIR", *changed])


def _portable(config: TrainConfig) -> dict[str, Any]:
    """Settings without the folders of this machine."""
    settings = params_to_json(config)
    return {
        name: Path(value).name if isinstance(value, str) and value.endswith(SUFFIX) else value
        for name, value in settings.items()
    }


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _hardware(device: torch.device, count: int) -> str:
    name = f"{platform.machine()} CPU, {torch.get_num_threads()} threads"
    if device.type == "cuda":
        name = torch.cuda.get_device_name(device)
    return name if count == 1 else f"{count} x {name}"


def _commit() -> str:
    """Commit of the source tree the program runs from, marked where it was changed since; empty outside of one."""
    root = Path(sys.modules["restorer"].__file__ or "").resolve().parent.parent
    try:
        done = subprocess.run(
            ["git", "-C", str(root), "describe", "--always", "--abbrev=40", "--exclude=*", "--dirty"],
            capture_output=True,
            text=True,
            timeout=10,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.strip()
