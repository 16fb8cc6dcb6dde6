"""A step tried on a part of the photo: nothing is committed, and what it shows is what the whole run would give there.

Tasks that look at pixels and their surroundings are run on that part with a margin; those that say so in their
:class:`~restorer.tasks.spec.Locality` are given the whole photo and told which part is wanted.
"""

from __future__ import annotations

import contextlib
import math
import threading
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from restorer.core.contract import Engine
from restorer.core.errors import InputError
from restorer.core.file_facts import NO_FACTS, FileFacts
from restorer.core.geometry import Bounds
from restorer.core.image import Image, Pixels
from restorer.core.mask import Mask
from restorer.core.params import build_params
from restorer.core.progress import CancelToken, TaskEvent, TileFinished, TilesPlanned, TileStarted
from restorer.core.result import Reframed, TaskResult
from restorer.session.jobs import EngineSource, JobEvent, JobRequest, carry_out
from restorer.session.protection import shielded
from restorer.session.session import Session
from restorer.tasks import get_task
from restorer.tasks.spec import CLASSICAL, VARIANTS, Locality, Task, TaskInput

MOST_PX = 4_000_000
"""Pixels that are tried at a time: more than a screen shows at 100 %, and little enough to be quick."""
MOST_RESULT_PX = 16_000_000
"""Pixels of a result that is enlarged."""
_FACTS_KEPT = 8


class FactsCache:
    """What surveys said of whole photos, for as long as their pixels stay the same. May be asked from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[tuple[str, str], Mapping[str, Any]] = {}

    def find(self, task_id: str, state: str) -> Mapping[str, Any] | None:
        """Facts of the photo in that state; None where nobody has asked yet."""
        with self._lock:
            return self._known.get((task_id, state))

    def keep(self, task_id: str, state: str, facts: Mapping[str, Any]) -> None:
        """Keeps facts; the oldest go once there are many. Without a state they are of no use to anybody else."""
        if not state:
            return
        with self._lock:
            self._known[task_id, state] = facts
            while len(self._known) > _FACTS_KEPT:
                del self._known[next(iter(self._known))]


@dataclass(frozen=True, slots=True, eq=False)
class PreviewRequest:
    """Everything one preview needs.

    Attributes:
        job: the run that is tried: step, photo and mask, none of which anybody will change.
        region: the part of the photo that is wanted, in its pixels.
        margin_px: how much is looked at around it.
        facts: where what is known of whole photos is kept.
    """

    job: JobRequest
    region: Bounds
    margin_px: int
    facts: FactsCache = field(default_factory=FactsCache)

    @property
    def id(self) -> int:
        """Stamped on every event."""
        return self.job.id

    @property
    def title(self) -> str:
        return self.job.title

    @property
    def model_title(self) -> str:
        return self.job.model_title

    def summary(self) -> dict[str, Any]:
        """Plain facts for a failure report."""
        region = self.region
        return {**self.job.summary(), "region": f"{region.width} x {region.height} at {region.left}, {region.top}"}


@dataclass(frozen=True, slots=True, eq=False)
class RegionPixels:
    """What a task makes of a part of a photo.

    Attributes:
        bounds: the part, in pixels of the photo as it was.
        picture: its pixels now, in the photo's dtype and channels; larger than ``bounds`` where the task enlarges.
        changed: whether any of them differs from the photo's.
    """

    bounds: Bounds
    picture: Image
    changed: bool

    @property
    def scale(self) -> float:
        """New pixels for one of the photo's, along its longer side."""
        if self.bounds.width >= self.bounds.height:
            return self.picture.width / self.bounds.width
        return self.picture.height / self.bounds.height


@dataclass(frozen=True, slots=True, eq=False)
class PreviewFinished:
    """Done: the region as it would become. Read-only, so it may be queued to a window."""

    id: int
    request: PreviewRequest
    region: RegionPixels
    seconds: float
    device: str


PreviewEvent = JobEvent | PreviewFinished


def fit_region(visible: Bounds, photo: Bounds, most_px: int = MOST_PX) -> Bounds:
    """The part of what is in view that is tried: all of it, or its middle where that is too much.

    Args:
        visible: pixels of the photo in view; may reach beyond it.
        photo: all of it.
        most_px: area of the result at most.
    """
    region = visible.intersect(photo)
    if region.area <= most_px:
        return region
    shrink = math.sqrt(most_px / region.area)
    width, height = max(1, int(region.width * shrink)), max(1, int(region.height * shrink))
    left, top = region.left + (region.width - width) // 2, region.top + (region.height - height) // 2
    return Bounds(left, top, left + width, top + height)


def most_pixels(task: Task, values: Mapping[str, object], photo: Image, file: FileFacts = NO_FACTS) -> int:
    """How much of a photo is tried at a time: less where the task enlarges it.

    Args:
        values: plain parameters; where the task refuses them, that is left to the preview to say.
    """
    if task.result_size is None:
        return MOST_PX
    try:
        width, height = task.result_size(build_params(task.params, values), photo, file)
    except InputError:
        return MOST_PX
    growth = max(1.0, width * height / photo.bounds.area)
    return max(1, min(MOST_PX, int(MOST_RESULT_PX / growth)))


def preview_request(
    session: Session, job: JobRequest, region: Bounds, *, facts: FactsCache | None = None
) -> PreviewRequest:
    """A preview of a job that is not run. Of several variants the first is tried.

    Args:
        job: as of :meth:`Session.make_request`; facts are kept under its ``base_state``.
        region: in pixels of the photo; see :func:`fit_region`.
        facts: kept from one preview to the next; asked anew if None.

    Raises:
        InputError: where the task has no preview or the region is empty.
        WeightsError: where a model of the step has gone.
    """
    task = get_task(job.step.task)
    if task.locality is None:
        raise InputError(f"{task.title} changes the photo as a whole, so there is no preview of a part.")
    region = region.intersect(job.photo.bounds)
    if region.is_empty:
        raise InputError("Nothing of the photo is in view.")
    if VARIANTS in job.step.params:
        job = replace(job, step=replace(job.step, params={**job.step.params, VARIANTS: 1}))
    context = (session.catalogue.get(model).context_px for model in job.step.models if model != CLASSICAL)
    margin = max(task.locality.margin_px, *context, 0)
    return PreviewRequest(job, region, margin, facts if facts is not None else FactsCache())


def run_preview(request: PreviewRequest, engine: EngineSource, token: CancelToken) -> Iterator[PreviewEvent]:
    """Runs a preview and says what happens, as :func:`restorer.session.jobs.run_job` does for the whole photo.

    Yields:
        events in order, in coordinates of the whole photo; the last is always PreviewFinished, JobFailed or
        JobCancelled. Nothing is raised.
    """

    def work(owner: Engine) -> Generator[TaskEvent, None, RegionPixels]:
        return _try_region(request, owner, token)

    def finish(region: RegionPixels, seconds: float, device: str) -> PreviewFinished:
        return PreviewFinished(request.id, request, region, seconds, device)

    return carry_out(request, work, finish, engine, token)


def _try_region(
    request: PreviewRequest, engine: Engine, token: CancelToken
) -> Generator[TaskEvent, None, RegionPixels]:
    job = request.job
    task = get_task(job.step.task)
    locality = task.locality or Locality()
    facts = _facts(request, task, token)
    seen = job.photo.bounds if locality.sees_whole else _seen(request, locality)
    photo, mask, protected = _part(job.photo, seen), _mask_part(job.mask, seen), _mask_part(job.protected, seen)
    if mask is not None and task.needs_mask and mask.is_empty:
        return _unchanged(request)
    given = TaskInput(
        photo=photo,
        mask=mask,
        params=build_params(task.params, job.step.params),
        model=job.step.model,
        seed=job.step.seed,
        uses={other: use.model for other, use in job.step.uses.items()},
        within=request.region if locality.sees_whole else None,
        origin=(seen.left, seen.top),
        facts=facts,
        file=job.file,
    )
    work = task.run(given, engine, token)
    if protected is not None:
        work = shielded(work, photo, protected)
    with contextlib.closing(work):
        while True:
            try:
                event = next(work)
            except StopIteration as stop:
                result: TaskResult = stop.value
                break
            yield _moved(event, seen.left, seen.top)
    return _cut(request, photo, seen, result)


def _facts(request: PreviewRequest, task: Task, token: CancelToken) -> Mapping[str, Any]:
    """What the task wants to know of the whole photo."""
    survey = task.locality.survey if task.locality is not None else None
    if survey is None:
        return {}
    state = request.job.base_state
    known = request.facts.find(task.id, state)
    if known is None:
        known = survey(request.job.photo, token)
        token.raise_if_cancelled()
        request.facts.keep(task.id, state, known)
    return known


def _seen(request: PreviewRequest, locality: Locality) -> Bounds:
    """The region with its margin, on the task's grid."""
    wide, grid = request.region.pad(request.margin_px), max(1, locality.grid_px)
    edges = (wide.left // grid, wide.top // grid, -(-wide.right // grid), -(-wide.bottom // grid))
    return Bounds(*(edge * grid for edge in edges)).intersect(request.job.photo.bounds)


def _part(photo: Image, seen: Bounds) -> Image:
    return photo if seen == photo.bounds else Image(photo.crop(seen), photo.color)


def _mask_part(mask: Mask | None, seen: Bounds) -> Mask | None:
    return None if mask is None else Mask(mask.plane[seen.slices])


def _unchanged(request: PreviewRequest) -> RegionPixels:
    photo = request.job.photo
    return RegionPixels(request.region, Image(photo.crop(request.region), photo.color), changed=False)


def _cut(request: PreviewRequest, photo: Image, seen: Bounds, result: TaskResult) -> RegionPixels:
    """The region out of a result on what was seen.

    Raises:
        InputError: where the result is a picture that does not lie over the photo pixel by pixel.
    """
    inside = request.region.translate(-seen.left, -seen.top)
    if result.reframed is not None:
        return _enlarged(request, inside, result.reframed)
    pixels: Pixels = photo.crop(inside).copy()
    for patch in result.patches:
        common = patch.bounds.intersect(inside)
        if not common.is_empty:
            source = common.translate(-patch.bounds.left, -patch.bounds.top)
            pixels[common.translate(-inside.left, -inside.top).slices] = patch.pixels[source.slices]
    changed = not np.array_equal(pixels, photo.crop(inside), equal_nan=pixels.dtype == np.float32)
    return RegionPixels(request.region, Image(pixels, photo.color), changed)


def _enlarged(request: PreviewRequest, inside: Bounds, reframed: Reframed) -> RegionPixels:
    across, turned, _, tilted, down, _ = reframed.placement.matrix
    if turned or tilted or across <= 0 or down <= 0:
        raise InputError(f"{request.title} moves the photo's pixels about, so there is no preview of a part.")
    shown = reframed.placement.bounds_in_new(inside)
    return RegionPixels(request.region, Image(reframed.image.crop(shown), reframed.image.color), changed=True)


def _moved(event: TaskEvent, dx: int, dy: int) -> TaskEvent:
    """An event of a part of the photo in coordinates of the whole."""
    match event:
        case TilesPlanned(tiles):
            return TilesPlanned(tuple(tile.translate(dx, dy) for tile in tiles))
        case TileStarted(index, total, bounds):
            return TileStarted(index, total, bounds.translate(dx, dy))
        case TileFinished(index, total, patch):
            return TileFinished(index, total, replace(patch, bounds=patch.bounds.translate(dx, dy)))
        case _:
            return event
