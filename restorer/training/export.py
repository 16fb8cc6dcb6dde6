"""From a trained run to what the program ships: fp16 safetensors and a card."""

from __future__ import annotations

import hashlib
import json
import platform
import subprocess
import sys
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save

import restorer
from restorer.core.errors import WorkError
from restorer.core.params import params_to_json
from restorer.formats.atomic import atomic_path
from restorer.store.card import ModelCard
from restorer.training.config import TrainConfig
from restorer.training.data import HOLD_OUT_EVERY
from restorer.training.loop import Trainer

LICENCE = "Apache-2.0"


def export_weights(trainer: Trainer, preset: str, data: Path) -> Path:
    """Writes ``<id>.safetensors`` and ``<id>.json`` of the averaged weights into the run's folder.

    Raises:
        WorkError: where a weight is not finite in half precision.
    """
    config = trainer.config
    hole, harmonic = trainer.evaluate()
    weights = {name: value.detach().cpu().half().contiguous() for name, value in trainer.ema.weights.items()}
    for name, value in weights.items():
        if not torch.isfinite(value).all():
            raise WorkError(f"The weight {name} of {config.model_id} is not finite in half precision.")
    packed = save(weights)
    card = ModelCard(
        id=config.model_id,
        title=config.title,
        task=config.task,
        architecture=config.architecture,
        hyperparameters=json.loads(config.hyperparameters),
        file=f"{config.model_id}.safetensors",
        sha256=hashlib.sha256(packed).hexdigest(),
        bytes=len(packed),
        licence=LICENCE,
        summary=config.summary,
        context_px=config.context_px,
        training=_provenance(trainer, preset, data),
        evaluation={"held_out": {"hole_psnr_db": round(hole, 2), "harmonic_fill_hole_psnr_db": round(harmonic, 2)}},
    )
    target = trainer.out / card.file
    with atomic_path(target, overwrite=True) as path:
        path.write_bytes(packed)
    with atomic_path(target.with_suffix(".json"), overwrite=True) as path:
        path.write_text(card.to_text(), encoding="utf-8")
    return target


def _provenance(trainer: Trainer, preset: str, data: Path) -> dict[str, Any]:
    config = trainer.config
    return {
        "command": _command(preset, config),
        "commit": _commit(),
        "program": restorer.__version__,
        "torch": str(torch.__version__),
        "hardware": _hardware(trainer.device),
        "images": trainer.images,
        "wall_seconds": round(trainer.seconds),
        "data": f"{len(trainer.photos)} photos of the folder {data.name}; one in {HOLD_OUT_EVERY} held out",
        "config": params_to_json(config),
    }


def _command(preset: str, config: TrainConfig) -> str:
    return f"restorer train {preset} --data DIR --set images={config.images} --set seed={config.seed}"


def _hardware(device: torch.device) -> str:
    if device.type == "cuda":
        return str(torch.cuda.get_device_name(device))
    return f"{platform.machine()} CPU, {torch.get_num_threads()} threads"


def _commit() -> str:
    """Commit of the source tree the program runs from; empty outside of one."""
    root = Path(sys.modules["restorer"].__file__ or "").resolve().parent.parent
    try:
        done = subprocess.run(
            ["git", "-C", str(root), "rev-parse", "HEAD"], capture_output=True, text=True, timeout=10, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.strip()
