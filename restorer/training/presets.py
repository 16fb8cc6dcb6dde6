"""Named starting points of training, as functions that return frozen configs."""

from __future__ import annotations

from collections.abc import Callable

from restorer.core.errors import InputError
from restorer.training.config import TrainConfig


def inpaint_cpu() -> TrainConfig:
    """Thin scratches, dust, creases and small holes; an hour or two on two CPU cores."""
    return TrainConfig(
        hyperparameters='{"widths": [32, 64, 96, 128], "blocks": [2, 2, 2, 2], "dilations": [1, 2]}',
    )


def inpaint_gpu() -> TrainConfig:
    """A wider network that has seen thirty times as much, on larger patches."""
    return TrainConfig(
        hyperparameters='{"widths": [32, 64, 128, 192], "blocks": [2, 2, 2, 3]}',
        images=4_000_000,
        patch_start=128,
        patch_end=256,
        batch_pixels=1_048_576,
    )


PRESETS: dict[str, Callable[[], TrainConfig]] = {
    "inpaint-cpu": inpaint_cpu,
    "inpaint-gpu": inpaint_gpu,
}


def get_preset(name: str) -> TrainConfig:
    """Raises InputError, naming the presets there are."""
    if name not in PRESETS:
        raise InputError(f"There is no training preset {name!r}.", hint=f"Known: {', '.join(PRESETS)}.")
    return PRESETS[name]()
