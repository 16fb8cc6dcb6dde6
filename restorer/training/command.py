"""``restorer train``: from a preset and a folder of photos to weights with a card."""

from __future__ import annotations

import shutil
import sys
import time
from pathlib import Path
from typing import Annotated

import typer

from restorer.core.params import split_assignments
from restorer.training.progress import Progress

_LINE_SECONDS = 0.5


def _list_presets(wanted: bool) -> None:
    if wanted:
        from restorer.training.presets import describe_presets

        typer.echo(describe_presets())
        raise typer.Exit


def train(
    preset: Annotated[str, typer.Argument(help="What to train; --list shows what there is.")],
    data: Annotated[Path, typer.Option(help="Folder of photos to learn from.")],
    out: Annotated[Path, typer.Option(help="Folder of the run: log, checkpoints, weights and card.")] = Path(
        "runs/train"
    ),
    resume: Annotated[bool, typer.Option("--resume", help="Go on from the newest checkpoint in the folder.")] = False,
    device: Annotated[str, typer.Option(help="auto, cpu, cuda, cuda:1 or mps.")] = "auto",
    assignments: Annotated[
        list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="Change a setting of the preset.")
    ] = None,
    list_presets: Annotated[
        bool, typer.Option("--list", is_eager=True, callback=_list_presets, help="Show the presets there are.")
    ] = False,
) -> None:
    """Train a generator: resumable, logged, ending in fp16 weights with their card."""
    from restorer.training.device import training_device
    from restorer.training.export import export_weights
    from restorer.training.presets import get_preset
    from restorer.training.start import parse_settings, start_run

    settings = parse_settings(get_preset(preset), split_assignments(assignments or []))
    line = _Line()
    trainer = start_run(preset, data, out, training_device(device), settings, resume=resume, say=line.say)
    first = trainer.fabric.is_global_zero
    trainer.run(report=line.report if first else _quiet, tick=line.tick if first else _quiet)
    if first:
        typer.echo(f"Weights: {export_weights(trainer, data)}")


def _quiet(progress: Progress) -> None:
    """What all processes but the first have to say."""


class _Line:
    """A line on standard error that is written over and over, on a terminal only; checkpoints go to standard output."""

    def __init__(self) -> None:
        self._live = sys.stderr.isatty()
        self._shown = 0.0
        self._length = 0

    def tick(self, progress: Progress) -> None:
        now = time.monotonic()
        if self._live and now - self._shown >= _LINE_SECONDS:
            text = progress.to_text()[: shutil.get_terminal_size().columns - 1]
            typer.echo("\r" + text.ljust(self._length), err=True, nl=False)
            self._shown, self._length = now, len(text)

    def report(self, progress: Progress) -> None:
        self._clear()
        typer.echo(progress.to_text())

    def say(self, note: str) -> None:
        self._clear()
        typer.echo(note, err=True)

    def _clear(self) -> None:
        if self._length:
            typer.echo("\r" + " " * self._length + "\r", err=True, nl=False)
            self._length = 0
