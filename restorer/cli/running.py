"""Runs a job for a person at a terminal: a progress bar, and Ctrl+C that stops within a tile."""

from __future__ import annotations

import contextlib
import signal
import sys
from collections.abc import Callable, Iterator
from types import FrameType
from typing import TypeVar

from restorer.cli.output import complain
from restorer.core.errors import Cancelled, RestorerError
from restorer.core.progress import CancelToken
from restorer.session.jobs import (
    EngineSource,
    JobCancelled,
    JobFailed,
    JobFinished,
    JobNotice,
    JobProgress,
    JobRequest,
    JobStarted,
    run_job,
)

E = TypeVar("E")


class JobError(RestorerError):
    """A job that failed, with the report behind ``--debug``."""

    def __init__(self, event: JobFailed) -> None:
        super().__init__(event.message, hint=event.hint)
        self.exit_code = event.exit_code
        self.report = event.report


def run(request: JobRequest, engine: EngineSource) -> tuple[JobFinished, tuple[str, ...]]:
    """The finished job and the notices it gave, which are on stderr already.

    Raises:
        JobError: where it failed.
        Cancelled: after Ctrl+C.
    """
    token = CancelToken()
    return follow(request.title, run_job(request, engine, token), token, JobFinished)


def follow(title: str, events: Iterator[object], token: CancelToken, last: type[E]) -> tuple[E, tuple[str, ...]]:
    """Iterates a job of any kind with a bar and Ctrl+C.

    Args:
        events: of the job.
        token: the job's own.
        last: kind of the event with which it succeeds.

    Returns:
        that event, and the notices. Raises as :func:`run`.
    """
    notices: list[str] = []
    with cancelled_by_interrupt(token), _progress(title) as show:
        for event in events:
            show(event)
            match event:
                case last():
                    return event, tuple(notices)
                case JobFailed():
                    raise JobError(event)
                case JobCancelled():
                    raise Cancelled
                case JobNotice(message=message, detail=detail):
                    notices.append(f"{message} {detail}".strip())
    raise AssertionError("a job ends with an event")


@contextlib.contextmanager
def cancelled_by_interrupt(token: CancelToken) -> Iterator[None]:
    """While open, the first Ctrl+C sets the token and a second one interrupts at once."""

    def on_interrupt(number: int, frame: FrameType | None) -> None:
        if token.is_cancelled:
            raise KeyboardInterrupt
        token.cancel()

    before = signal.signal(signal.SIGINT, on_interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextlib.contextmanager
def _progress(title: str) -> Iterator[Callable[[object], None]]:
    """A function to show events with: a bar where stderr is a terminal, else notices alone."""
    if not sys.stderr.isatty():
        yield _say_notice
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    layout = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[state]}"))
    with Progress(*layout, console=Console(stderr=True), transient=True) as bar:
        row = bar.add_task(title, total=None, state="loading")

        def show(event: object) -> None:
            match event:
                case JobStarted(device=device):
                    bar.update(row, description=f"{title} on {device}")
                case JobProgress(done=done, total=total, eta_s=eta_s):
                    bar.update(row, completed=done, total=total, state=progress_text(done, total, eta_s))
                case JobNotice():
                    _say_notice(event)

        yield show


def _say_notice(event: object) -> None:
    if isinstance(event, JobNotice):
        complain(f"{event.message} {event.detail}".strip())


def progress_text(done: int, total: int, eta_s: float | None) -> str:
    """Such as ``3 of 30 tiles, 1 min 20 s left``."""
    tiles = f"{done} of {total} tile{'' if total == 1 else 's'}"
    if eta_s is None or done == total:
        return tiles
    minutes, seconds = divmod(round(eta_s), 60)
    left = f"{minutes} min {seconds} s" if minutes else f"{seconds} s"
    return f"{tiles}, {left} left"
