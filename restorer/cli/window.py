"""The commands that open the window, and say in a sentence why they cannot."""

from __future__ import annotations

import difflib
import os
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Annotated

import typer

from restorer.core.errors import InputError
from restorer.formats.atomic import shown

OpenWindow = Callable[[Sequence[Path], bool], int]
"""Opens the window on files, or (True) on the sample photo; returns the exit code once it is closed.

Raises InputError where no window can be opened.
"""


def window_command(open_window: OpenWindow, commands: Collection[str]) -> Callable[..., int]:
    """``restorer window``; ``commands`` are suggested to who mistyped one."""

    def window(
        files: Annotated[list[Path] | None, typer.Argument(metavar="[FILE]…", help="Photos to open.")] = None,
    ) -> int:
        """Opens the window. `restorer FILE…` is short for it."""
        photos = files or []
        for photo in photos:
            _check_photo(photo, commands)
        return open_window(photos, False)

    return window


def demo_command(open_window: OpenWindow) -> Callable[..., int]:
    """``restorer demo``."""

    def demo(
        output: Annotated[
            Path | None,
            typer.Option("-o", "--output", metavar="DIR", help="Opens no window; the pictures go to this folder."),
        ] = None,
        model: Annotated[str, typer.Option(metavar="ID", help="Model, or classical, where no window opens.")] = "",
        device: Annotated[str, typer.Option(metavar="DEVICE", help="auto, cpu, cuda, cuda:1 or mps.")] = "auto",
    ) -> int:
        """Repairs a damaged sample photo: in the window or, where none can open, into pictures in ./restored."""
        from restorer.cli.demo import repair_sample
        from restorer.session.display import shows_nothing, window_problem

        if output is None and not shows_nothing() and not window_problem():
            return open_window((), True)
        repair_sample(output if output is not None else Path("restored"), model=model, device=device)
        return 0

    return demo


def _check_photo(photo: Path, commands: Collection[str]) -> None:
    if os.path.isdir(photo):
        raise InputError(f"{shown(photo)} is a folder, not a photo.")
    if os.path.exists(photo):
        return
    word = shown(photo)
    if photo.suffix or len(photo.parts) > 1:
        raise InputError(f"There is no file {word}.")
    close = difflib.get_close_matches(word, commands, n=1)
    hint = f"Did you mean {close[0]}?" if close else "restorer --help lists the commands."
    raise InputError(f"There is no command and no file {word}.", hint=hint)
