"""Checkpoints to resume from: everything a run needs to go on as if it had never stopped."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from restorer.core.errors import InputError, WorkError
from restorer.core.params import build_params, params_to_json
from restorer.training.config import TrainConfig

_NAMES = ("checkpoint.pt", "checkpoint-previous.pt")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """State of a run after ``images`` patches. Tensors are on the CPU."""

    config: TrainConfig
    images: int
    seconds: float
    network: dict[str, torch.Tensor]
    ema: dict[str, torch.Tensor]
    ema_updates: int
    optimizer: dict[str, Any]


def save_checkpoint(folder: Path, checkpoint: Checkpoint) -> None:
    """Writes the newest checkpoint, keeping the one before it.

    Raises:
        WorkError: where the disk is full or not writable; the earlier checkpoints stay as they are.
    """
    temporary = folder / "checkpoint.part"
    data = {
        "config": params_to_json(checkpoint.config),
        "images": checkpoint.images,
        "seconds": checkpoint.seconds,
        "network": checkpoint.network,
        "ema": checkpoint.ema,
        "ema_updates": checkpoint.ema_updates,
        "optimizer": checkpoint.optimizer,
    }
    try:
        with temporary.open("wb") as file:
            torch.save(data, file)
            file.flush()
            os.fsync(file.fileno())
        newest, previous = (folder / name for name in _NAMES)
        if newest.exists():
            newest.replace(previous)
        temporary.replace(newest)
    except (OSError, RuntimeError) as error:
        temporary.unlink(missing_ok=True)
        raise WorkError(f"The checkpoint in {folder} could not be written: {error}.") from error


def load_checkpoint(folder: Path) -> tuple[Checkpoint, str]:
    """The newest valid checkpoint and a note, empty unless a truncated one was passed over.

    Raises:
        InputError: where there is none that can be read.
    """
    broken = []
    for name in _NAMES:
        path = folder / name
        if not path.exists():
            continue
        try:
            data = torch.load(path, map_location="cpu", weights_only=True)  # noqa: TID251
            checkpoint = Checkpoint(**{**data, "config": build_params(TrainConfig, data["config"])})
        except Exception as error:  # noqa: BLE001 - a torn pickle can raise anything at all
            broken.append(f"{path.name} ({error.__class__.__name__})")
            continue
        note = f"Passed over the unreadable {broken[0]}, resumed from {name}." if broken else ""
        return checkpoint, note
    if broken:
        raise InputError(f"No checkpoint in {folder} can be read: {', '.join(broken)}.")
    raise InputError(f"There is no checkpoint in {folder} to resume from.")
