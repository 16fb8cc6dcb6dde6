"""Jobs: a frozen request goes in, frozen events come out. Who iterates decides on the thread.

A job crosses threads twice. The request carries snapshots, so nobody can change the picture under it; the events
carry read-only pixels, so they may be queued to a window. The window, the command line and tests iterate the same
generator.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, replace
from typing import Any, Protocol, TypeVar

from restorer.core.contract import Engine
from restorer.core.errors import Cancelled, RestorerError
from restorer.core.file_facts import NO_FACTS, FileFacts
from restorer.core.geometry import Bounds
from restorer.core.image import Image, Patch
from restorer.core.mask import Mask
from restorer.core.mask_code import mask_digest
from restorer.core.params import build_params
from restorer.core.progress import (
    CancelToken,
    MemoryPlanned,
    Notice,
    TaskEvent,
    TileFinished,
    TilesPlanned,
    TileStarted,
)
from restorer.core.result import TaskResult
from restorer.core.step import Step
from restorer.session.failure import failure_report
from restorer.session.pace import Pace
from restorer.session.protection import shielded
from restorer.tasks import get_task
from restorer.tasks.spec import TaskInput


class Request(Protocol):
    """What every job says about itself."""

    @property
    def id(self) -> int:
        """Stamped on every event of the job."""
        ...

    @property
    def title(self) -> str:
        """What to call it, such as ``Inpaint``."""
        ...

    @property
    def model_title(self) -> str:
        """Of the model, for people."""
        ...

    def summary(self) -> dict[str, Any]:
        """Plain facts for a failure report: sizes and settings, no pixels."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class JobRequest:
    """Everything one job needs.

    Attributes:
        id: stamped on every event of the job.
        title: what to call it, such as ``Inpaint``.
        step: task, parameters, model and seed.
        photo: the pixels to work on.
        mask: read-only snapshot of where to work, or None.
        protected: read-only snapshot of what must not change (not 0), or None.
        base_state: :attr:`Document.state` the photo had.
        model_title: of the model, for people; empty = its id.
        photo_name: of the photo, for people.
        file: what the photo's file tells about its pixels.
    """

    id: int
    title: str
    step: Step
    photo: Image
    mask: Mask | None
    base_state: str = ""
    model_title: str = ""
    photo_name: str = ""
    protected: Mask | None = None
    file: FileFacts = NO_FACTS

    def summary(self) -> dict[str, Any]:
        """Plain facts for a failure report: sizes and settings, no pixels."""
        photo = self.photo
        facts: dict[str, Any] = {
            "step": self.step.to_json(),
            "photo": f"{photo.width} x {photo.height} x {photo.channels} {photo.pixels.dtype}",
        }
        if self.mask is not None:
            box = self.mask.occupied()
            facts["mask"] = f"{self.mask.coverage():.4%} within {box.width} x {box.height}"
        return facts


@dataclass(frozen=True, slots=True)
class JobStarted:
    """The job runs now. ``device`` is ``cpu``, ``cuda:0`` …"""

    id: int
    model_title: str
    device: str


@dataclass(frozen=True, slots=True)
class JobTilesPlanned:
    """These parts of the photo will be computed, in this order."""

    id: int
    tiles: tuple[Bounds, ...]


@dataclass(frozen=True, slots=True)
class JobTileStarted:
    """Tile ``index`` (from 0) of ``total`` is being computed."""

    id: int
    index: int
    total: int
    bounds: Bounds


@dataclass(frozen=True, slots=True, eq=False)
class JobPreview:
    """Pixels to show over the photo; they are not committed."""

    id: int
    patch: Patch


@dataclass(frozen=True, slots=True)
class JobProgress:
    """``done`` of ``total`` tiles; ``eta_s`` is None while it would be a guess."""

    id: int
    done: int
    total: int
    eta_s: float | None


@dataclass(frozen=True, slots=True)
class JobNotice:
    """Something the person should know though the job goes on."""

    id: int
    message: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class JobMemoryPlanned:
    """The largest tile from now on; see :class:`MemoryPlanned`."""

    id: int
    device: str
    tile_px: int
    needed_bytes: int
    free_bytes: int


@dataclass(frozen=True, slots=True, eq=False)
class JobFinished:
    """Done. ``step`` is what was done in full, with the mask's digest and what the task settled itself; ``device`` is
    where it ended."""

    id: int
    request: JobRequest
    step: Step
    result: TaskResult
    seconds: float
    device: str


@dataclass(frozen=True, slots=True)
class JobFailed:
    """The photo is as it was. ``message`` is one sentence, ``report`` is for "Copy report"."""

    id: int
    message: str
    hint: str
    report: str
    exit_code: int


@dataclass(frozen=True, slots=True)
class JobCancelled:
    """The person cancelled; the photo is as it was."""

    id: int


JobEvent = (
    JobStarted
    | JobTilesPlanned
    | JobTileStarted
    | JobPreview
    | JobProgress
    | JobNotice
    | JobMemoryPlanned
    | JobFinished
    | JobFailed
    | JobCancelled
)
EngineSource = Engine | Callable[[], Engine]
R = TypeVar("R")
E = TypeVar("E")


def run_job(request: JobRequest, engine: EngineSource, token: CancelToken) -> Iterator[JobEvent]:
    """Runs a job and says what happens.

    Args:
        engine: the engine, or a function that makes it here and now, on the thread that iterates.
        token: asked between tiles; may be set from any thread.

    Yields:
        events in order; the last is always JobFinished, JobFailed or JobCancelled. Nothing is raised: whatever goes
        wrong, a bug included, becomes a JobFailed with its traceback in the report.
    """

    def work(owner: Engine) -> Generator[TaskEvent, None, TaskResult]:
        task = get_task(request.step.task)
        given = TaskInput(
            photo=request.photo,
            mask=request.mask,
            params=build_params(task.params, request.step.params),
            model=request.step.model,
            seed=request.step.seed,
            uses={other: use.model for other, use in request.step.uses.items()},
            file=request.file,
        )
        work = task.run(given, owner, token)
        return work if request.protected is None else shielded(work, request.photo, request.protected)

    def finish(result: TaskResult, seconds: float, device: str) -> JobFinished:
        step = replace(request.step, params={**request.step.params, **result.settled})
        step = step if request.mask is None else replace(step, mask=mask_digest(request.mask))
        return JobFinished(request.id, request, step, result, seconds, device)

    named = replace(request, model_title=request.model_title or request.step.model)
    return carry_out(named, work, finish, engine, token)


def carry_out(
    request: Request,
    work: Callable[[Engine], Generator[TaskEvent, None, R]],
    finish: Callable[[R, float, str], E],
    engine: EngineSource,
    token: CancelToken,
) -> Iterator[JobEvent | E]:
    """Any long work as a job.

    Args:
        request: what is asked for.
        work: begins it on an engine; called on the thread that iterates.
        finish: the last event of a job that succeeded, from the result, the seconds it took and the device it ended on.
        engine, token: as of :func:`run_job`, as is what is yielded.
    """
    device = ""
    try:
        token.raise_if_cancelled()
        started = time.monotonic()
        owner = engine() if callable(engine) else engine
        device = owner.device_name
        yield JobStarted(request.id, request.model_title, device)
        owner.remarks()  # whatever an earlier job left unsaid
        result = yield from _translated(request.id, work(owner), owner, token)
        yield finish(result, time.monotonic() - started, owner.device_name)
    except Cancelled:
        yield JobCancelled(request.id)
    except Exception as error:  # noqa: BLE001 - the last line of defence; the traceback goes into the report
        yield _failed(request, error, device)


def _failed(request: Request, error: Exception, device: str) -> JobFailed:
    match error:
        case RestorerError():
            message, hint, exit_code = error.message, error.hint, error.exit_code
        case MemoryError():
            message, hint, exit_code = f"{request.title} ran out of memory.", "Close other programs and try again.", 1
        case _:
            message = f"{request.title} stopped because of an error inside Restorer ({type(error).__name__})."
            hint, exit_code = "The photo is as it was.", 1
    report = failure_report(error, device=device, request=request.summary())
    return JobFailed(request.id, message, hint, report, exit_code)


def _translated(
    job: int, work: Generator[TaskEvent, None, R], owner: Engine, token: CancelToken
) -> Generator[JobEvent, None, R]:
    pace = Pace(lambda: time.monotonic() - token.paused_s)
    with contextlib.closing(work):
        while True:
            ended = False
            try:
                event = next(work)
            except StopIteration as stop:
                result: R = stop.value
                ended = True
            except Exception:
                yield from _remarks(job, owner, pace)
                raise
            yield from _remarks(job, owner, pace)
            if ended:
                break
            yield from _translate(job, event, pace)
    token.raise_if_cancelled()
    return result


def _remarks(job: int, owner: Engine, pace: Pace) -> Iterator[JobEvent]:
    for remark in owner.remarks():
        yield from _translate(job, remark, pace)


def _translate(job: int, event: TaskEvent, pace: Pace) -> Iterator[JobEvent]:
    match event:
        case TilesPlanned(tiles):
            pace.plan(tiles)
            yield JobTilesPlanned(job, tiles)
            yield JobProgress(job, 0, len(tiles), None)
        case TileStarted(index, total, bounds):
            pace.tile_started()
            yield JobTileStarted(job, index, total, bounds)
        case TileFinished(index, total, preview):
            pace.tile_finished(index)
            yield JobPreview(job, preview)
            yield JobProgress(job, pace.done, total, pace.seconds_left())
        case Notice(message, detail):
            yield JobNotice(job, message, detail)
        case MemoryPlanned(device, tile_px, needed_bytes, free_bytes):
            yield JobMemoryPlanned(job, device, tile_px, needed_bytes, free_bytes)
