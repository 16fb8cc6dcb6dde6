"""``restorer`` and ``python -m restorer``: puts the command line together with the rooms it may not import.

Nothing is imported here before it is known to be needed: whoever waits for the window does not wait for the command
line, and whoever reads ``--help`` does not wait for Qt.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the program and returns its exit code.

    Args:
        argv: arguments without the program's name; those of the process if None.
    """
    arguments = sys.argv[1:] if argv is None else list(argv)
    if not arguments:
        return _window_alone()
    from restorer.cli.main import LateCommand, create_app, run

    late = (
        LateCommand("evaluate", "Measures a task against classical methods on a suite of photos.", _load_evaluate),
        LateCommand("train", "Trains a generator from a preset and a folder of photos.", _load_train),
    )
    return run(create_app(_open_window, late), arguments)


def _window_alone() -> int:
    """``restorer`` without arguments: the window, without what it takes to read a command line."""
    try:
        return _open_window((), False)
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - reported like any other
        from restorer.cli.main import report_error

        return report_error(error)


def _open_window(files: Sequence[Path], sample: bool) -> int:
    from restorer.core.errors import InputError
    from restorer.session.display import window_problem

    problem = window_problem()
    if problem:
        raise InputError(problem)
    try:
        from restorer.ui.app import run as run_window
    except ImportError as error:
        raise InputError(f"The window cannot be opened: {error}.", hint="restorer doctor says more.") from error
    return run_window(files, sample=sample)


def _load_evaluate() -> Callable[..., Any]:
    from restorer.evaluation.command import evaluate

    return evaluate


def _load_train() -> Callable[..., Any]:
    from restorer.training.command import train

    return train


if __name__ == "__main__":
    sys.exit(main())
