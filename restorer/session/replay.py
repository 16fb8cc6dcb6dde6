"""A recipe run on a photo, step by step: the same generator for the window, the command line and tests.

The same recipe, seed, device and photo give the same bytes: every step carries its parameters, seed and the hashes of
its models, and is run by the very code that ran it first.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from restorer.core.contract import Engine
from restorer.core.document import Change, Document
from restorer.core.errors import InputError, RestorerError
from restorer.core.file_facts import NO_FACTS, FileFacts
from restorer.core.image import Image
from restorer.core.mask import Mask
from restorer.core.mask_code import PackedMask
from restorer.core.progress import CancelToken
from restorer.core.step import Recipe, Step
from restorer.session.jobs import (
    JobCancelled,
    JobEvent,
    JobFailed,
    JobFinished,
    JobNotice,
    JobRequest,
    run_job,
)
from restorer.session.recipes import MaskFit, fit_mask
from restorer.session.session import Session
from restorer.tasks import get_task

EngineOfStep = Callable[[Step], Engine]


@dataclass(frozen=True, slots=True, eq=False)
class ReplayRequest:
    """Everything one run of a recipe needs.

    Attributes:
        id: stamped on every event.
        recipe: as :func:`~restorer.session.recipes.make_ready` gives it.
        photo: the pixels to begin with.
        masks: those the recipe refers to, by digest.
        mask: to be used in place of all of them, or None.
        fit: what becomes of masks of another size.
        base_state: :attr:`Document.state` the photo had.
        photo_name: of the photo, for people.
        model_title: of the models, for people.
        file: what the photo's file tells about its pixels.
        protected: what must not change (not 0), of the photo's size; or None. It goes with the photo where a step gives
            that another extent.
        recipe_protected: what the recipe itself says must not change, of the photo that it was made on; or None.
    """

    id: int
    recipe: Recipe
    photo: Image
    masks: Mapping[str, PackedMask] = field(default_factory=dict)
    mask: Mask | None = None
    fit: MaskFit = MaskFit.FIT
    base_state: str = ""
    photo_name: str = ""
    model_title: str = ""
    file: FileFacts = NO_FACTS
    protected: Mask | None = None
    recipe_protected: PackedMask | None = None

    @property
    def title(self) -> str:
        count = len(self.recipe.steps)
        return f"Recipe of {count} step{'' if count == 1 else 's'}"

    def summary(self) -> dict[str, Any]:
        """Plain facts for a failure report."""
        photo = self.photo
        return {
            "recipe": [step.to_json() for step in self.recipe.steps],
            "photo": f"{photo.width} x {photo.height} x {photo.channels} {photo.pixels.dtype}",
        }


@dataclass(frozen=True, slots=True)
class ReplayStepStarted:
    """Step ``number`` (from 1) of ``total`` begins."""

    id: int
    number: int
    total: int
    title: str


@dataclass(frozen=True, slots=True, eq=False)
class ReplayStepFinished:
    """A step is done; ``image`` is the photo with its result."""

    id: int
    number: int
    finished: JobFinished
    image: Image


@dataclass(frozen=True, slots=True, eq=False)
class ReplayFinished:
    """All steps are done.

    Attributes:
        steps: what each did, in order; those that were passed over for want of a mask are not among them.
        image: the photo after them.
        device: of the last step; empty where there was none.
    """

    id: int
    request: ReplayRequest
    steps: tuple[ReplayStepFinished, ...]
    image: Image
    seconds: float
    device: str


ReplayEvent = JobEvent | ReplayStepStarted | ReplayStepFinished | ReplayFinished


def run_replay(request: ReplayRequest, engine: EngineOfStep, token: CancelToken) -> Iterator[ReplayEvent]:
    """Runs a recipe and says what happens.

    Args:
        engine: makes the engine for a step, on the thread that iterates.
        token: asked between tiles; may be set from any thread.

    Yields:
        events in order, those of the single steps among them; the last is always ReplayFinished, JobFailed or
        JobCancelled, and nothing is raised.
    """
    started = time.monotonic()
    image, file, done = request.photo, request.file, list[ReplayStepFinished]()
    total = len(request.recipe.steps)
    try:
        protected, notice = _protected_of(request)
    except RestorerError as error:
        yield JobFailed(request.id, error.message, error.hint, str(error), error.exit_code)
        return
    if notice:
        yield JobNotice(request.id, notice)
    for number, step in enumerate(request.recipe.steps, 1):
        task = get_task(step.task)
        place = f"Step {number} of the recipe ({step.task})"
        try:
            mask, notice = _mask_of(request, step, image, place)
        except RestorerError as error:
            yield JobFailed(request.id, error.message, error.hint, str(error), error.exit_code)
            return
        if notice:
            yield JobNotice(request.id, notice)
        if mask is None and task.needs_mask:
            continue
        yield ReplayStepStarted(request.id, number, total, task.title)
        job = JobRequest(
            request.id,
            task.title,
            step,
            image,
            mask,
            photo_name=request.photo_name,
            protected=protected,
            file=file,
        )
        finished = None
        for event in run_job(job, lambda step=step: engine(step), token):  # type: ignore[misc]
            match event:
                case JobFinished():
                    finished = event
                case JobFailed(message=message) if total > 1:
                    yield replace(event, message=f"{place}: {message}")
                    return
                case JobFailed() | JobCancelled():
                    yield event
                    return
                case _:
                    yield event
        assert finished is not None
        image = finished.result.applied_to(image)
        if finished.result.reframed is not None:
            placement = finished.result.reframed.placement
            file = file.placed(placement)
            protected = Mask(placement.carry_coverage(protected.plane)) if protected is not None else None
        done.append(ReplayStepFinished(request.id, number, finished, image))
        yield done[-1]
    device = done[-1].finished.device if done else ""
    yield ReplayFinished(request.id, request, tuple(done), image, time.monotonic() - started, device)


def protection_of(request: ReplayRequest) -> PackedMask | None:
    """What a run leaves alone, in the extent that the photo begins with; to be saved with what it did."""
    protected, _ = _protected_of(request)
    return PackedMask.of(protected) if protected is not None else None


def _protected_of(request: ReplayRequest) -> tuple[Mask | None, str]:
    """What the photo and the recipe say must not change, and a notice about the latter.

    Raises:
        InputError: where the recipe's does not fit, or is damaged.
    """
    if request.recipe_protected is None:
        return request.protected, ""
    unpacked, photo = request.recipe_protected.unpack("the recipe"), request.photo
    theirs, notice = fit_mask(unpacked, photo.width, photo.height, request.fit, "What the recipe protects")
    if theirs is None or request.protected is None:
        return theirs or request.protected, notice
    return Mask(np.maximum(theirs.plane, request.protected.plane)), notice


def _mask_of(request: ReplayRequest, step: Step, image: Image, place: str) -> tuple[Mask | None, str]:
    """The mask a step works in and a notice about it. Raises InputError where it is missing or does not fit."""
    task = get_task(step.task)
    if not task.takes_mask:
        return None, ""
    if request.mask is not None and (step.mask or task.needs_mask):
        return fit_mask(request.mask, image.width, image.height, MaskFit.FIT, place)
    if not step.mask and not task.needs_mask:
        return None, ""
    packed = request.masks.get(step.mask)
    if packed is not None:
        return fit_mask(packed.unpack("the recipe"), image.width, image.height, request.fit, place)
    if request.fit is MaskFit.DROP:
        return None, f"{place} was passed over: it needs a mask."
    raise InputError(
        f"{place} worked in a mask that is not in the recipe.", hint="Give one with --mask, or use --masks drop."
    )


def apply_steps(document: Document, steps: tuple[ReplayStepFinished, ...], session: Session) -> Change:
    """Takes the results of a replay into a document's history, one entry for each. On the document's thread.

    Raises:
        StaleResultError: where the photo is not as it was when the replay began.
    """
    change = Change()
    for step in steps:
        event = step.finished
        change |= document.apply(
            document.state,
            event.step,
            event.result,
            label=event.request.title,
            detail=session.model_title(event.step),
            seconds=event.seconds,
            image=step.image,
            packed_mask=PackedMask.of(event.request.mask) if event.request.mask is not None else None,
        )
    return change
