"""Checkpoints to resume from: everything a run needs to go on as if it had never stopped."""

from __future__ import annotations

import io
import os
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from restorer.core.errors import InputError, WorkError
from restorer.core.params import build_params, params_to_json
from restorer.training.config import TrainConfig
from restorer.training.problems import PROBLEMS

_NAMES = ("checkpoint.pt", "checkpoint-previous.pt")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """State of a run after ``images`` patches and ``steps`` updates.

    Attributes:
        preset: name of the preset that the run was started from.
        config: its settings by now.
        seconds: wall time spent so far.
        network: the trained weights.
        ema: their average, and ``ema_updates``: how many went into it.
        optimizer: state of the network's optimizer.
        adversary: state of the discriminator and its optimizer; empty where there is none.
        guard: what is usual for the loss, by field of :class:`restorer.training.guard.Guard`.
    """

    preset: str
    config: TrainConfig
    images: int
    steps: int
    seconds: float
    network: dict[str, Tensor]
    ema: dict[str, Tensor]
    ema_updates: int
    optimizer: dict[str, Any]
    adversary: dict[str, Any]
    guard: dict[str, Any]


def has_checkpoint(folder: Path) -> bool:
    """Whether a run has been saved in ``folder``, readable or not."""
    return any((folder / name).exists() for name in _NAMES)


def save_checkpoint(folder: Path, checkpoint: Checkpoint) -> None:
    """Writes the newest checkpoint, keeping the one before it.

    Raises:
        WorkError: where the disk is full or not writable; the earlier checkpoints stay as they are.
    """
    temporary = folder / "checkpoint.part"
    data = {field.name: getattr(checkpoint, field.name) for field in fields(checkpoint)}
    data["config"] = params_to_json(checkpoint.config)
    try:
        # By way of memory: torch's own writer turns "no space left" into a riddle.
        buffer = io.BytesIO()
        torch.save(data, buffer)
        with temporary.open("wb") as file:
            file.write(buffer.getbuffer())
            file.flush()
            os.fsync(file.fileno())
        newest, previous = (folder / name for name in _NAMES)
        if newest.exists():
            newest.replace(previous)
        temporary.replace(newest)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise WorkError(
            f"The checkpoint in {folder} could not be written: {error.strerror or error}.",
            hint="The one before it is whole: make room and go on with --resume.",
        ) from error


def load_checkpoint(folder: Path) -> tuple[Checkpoint, str]:
    """The newest valid checkpoint, on the CPU, and a note, empty unless a truncated one was passed over.

    Raises:
        InputError: where there is none that can be read.
    """
    broken = []
    for name in _NAMES:
        path = folder / name
        if not path.exists():
            continue
        try:
            checkpoint = _read(path)
        except Exception as error:  # noqa: BLE001 - a torn pickle can raise anything at all
            broken.append(f"{path.name} ({error.__class__.__name__})")
            continue
        note = f"Passed over the unreadable {broken[0]}, resumed from {name}." if broken else ""
        return checkpoint, note
    if broken:
        raise InputError(f"No checkpoint in {folder} can be read: {', '.join(broken)}.")
    raise InputError(f"There is no checkpoint in {folder} to resume from.")


def _read(path: Path) -> Checkpoint:
    data = torch.load(path, map_location="cpu", weights_only=True)  # noqa: TID251
    config_type = PROBLEMS[data["config"]["problem"]].config_type
    return Checkpoint(**{**data, "config": build_params(config_type, data["config"])})
