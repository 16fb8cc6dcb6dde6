"""From what a person asked for to a run that is ready to go: everything that can be wrong with it is found here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from restorer.core.errors import InputError
from restorer.core.params import param_specs
from restorer.training.checkpoint import Checkpoint, has_checkpoint, load_checkpoint
from restorer.training.config import TrainConfig
from restorer.training.device import launch
from restorer.training.loop import Trainer
from restorer.training.presets import get_preset
from restorer.training.problems import PROBLEMS

_FIXED = frozenset({"problem"})
"""What makes a preset that preset."""


def parse_settings(preset: TrainConfig, assignments: Mapping[str, str]) -> dict[str, Any]:
    """Settings of a preset from texts that a person typed.

    Raises:
        InputError: for an unknown name, a wrong kind or a value out of range.
    """
    specs = {spec.name: spec for spec in param_specs(preset) if spec.name not in _FIXED}
    settings = {}
    for name, text in assignments.items():
        if name not in specs:
            raise InputError(f"There is no training setting {name!r}.", hint=f"Known: {', '.join(specs)}.")
        settings[name] = specs[name].parse(text)
    return settings


def start_run(
    preset: str,
    data: Path,
    out: Path,
    device: torch.device,
    settings: Mapping[str, Any],
    *,
    resume: bool = False,
    say: Callable[[str], None] = lambda note: None,
) -> Trainer:
    """A run of ``preset`` with other ``settings``, new or resumed from the newest valid checkpoint in ``out``.

    A resumed run keeps the settings it was started with, except for those given now (more ``images``, say).

    Raises:
        InputError: for unusable photos, settings, devices or checkpoints; nothing was written.
    """
    config = replace(get_preset(preset), **settings)
    checkpoint = None
    if resume:
        checkpoint, note = load_checkpoint(out)
        if note:
            say(note)
        _check_origin(checkpoint, preset, config, out)
        config = replace(checkpoint.config, **settings)
    elif has_checkpoint(out):
        raise InputError(f"There is a run in {out} already.", hint="Go on with --resume, or choose another --out.")
    if config.threads:
        torch.set_num_threads(config.threads)
    fabric = launch(device, config.devices, config.precision)
    torch.manual_seed(config.seed)
    problem = PROBLEMS[config.problem].build(config, data, fabric.device)
    return Trainer(problem, out, fabric, preset, checkpoint=checkpoint, say=say)


def _check_origin(checkpoint: Checkpoint, preset: str, config: TrainConfig, out: Path) -> None:
    if checkpoint.config.problem != config.problem:
        raise InputError(
            f"The checkpoint in {out} is of another problem: {checkpoint.config.problem}, not {config.problem}."
        )
    if checkpoint.preset != preset:
        raise InputError(f"The run in {out} was started from the preset {checkpoint.preset}, not {preset}.")
