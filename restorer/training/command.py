"""``restorer train``: from a preset and a folder of photos to weights with a card."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from restorer.core.errors import InputError
from restorer.core.params import param_specs, split_assignments


def train(
    preset: Annotated[str, typer.Argument(help="What to train: inpaint-cpu, inpaint-gpu.")],
    data: Annotated[Path, typer.Option(help="Folder of photos to learn from.")],
    out: Annotated[Path, typer.Option(help="Folder of the run: log, checkpoints, weights and card.")] = Path(
        "runs/train"
    ),
    resume: Annotated[bool, typer.Option("--resume", help="Go on from the newest checkpoint in the folder.")] = False,
    device: Annotated[str, typer.Option(help="auto, cpu, cuda or mps.")] = "auto",
    assignments: Annotated[
        list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="Change a setting of the preset.")
    ] = None,
) -> None:
    """Train a generator: resumable, logged, ending in fp16 weights with their card."""
    from dataclasses import replace

    from restorer.training.config import TrainConfig
    from restorer.training.device import training_device
    from restorer.training.export import export_weights
    from restorer.training.loop import Progress, Trainer
    from restorer.training.presets import get_preset

    specs = {spec.name: spec for spec in param_specs(TrainConfig)}
    overrides = {}
    for name, text in split_assignments(assignments or []).items():
        if name not in specs:
            raise InputError(f"There is no training setting {name!r}.", hint=f"Known: {', '.join(specs)}.")
        overrides[name] = specs[name].parse(text)
    config = replace(get_preset(preset), **overrides)  # type: ignore[arg-type]
    target = training_device(device)

    def report(progress: Progress) -> None:
        typer.echo(
            f"{progress.images:>9} of {progress.total} images · {progress.images_per_second:.1f}/s · "
            f"loss {progress.loss:.4f} · hole {progress.hole_psnr:.2f} dB "
            f"(harmonic {progress.harmonic_psnr:.2f}) · {progress.eta_seconds / 60:.0f} min left"
        )

    trainer = Trainer(
        config, data, out, target, resume=resume, overrides=overrides, say=lambda note: typer.echo(note, err=True)
    )
    trainer.run(report)
    weights = export_weights(trainer, preset, data)
    typer.echo(f"Weights: {weights}")
