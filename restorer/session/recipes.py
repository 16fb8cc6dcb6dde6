"""Recipes made ready to run on this computer: tasks and versions known, models there, masks of the right size."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from restorer.core.errors import InputError, WeightsError
from restorer.core.lazy import load_cv2
from restorer.core.mask import Mask
from restorer.core.mask_code import PackedMask
from restorer.core.params import build_params, params_to_json
from restorer.core.step import ModelUse, Recipe, Step
from restorer.formats.recipe_file import RecipeFile
from restorer.session.jobs import JobFinished
from restorer.session.session import Session
from restorer.tasks import get_task
from restorer.tasks.spec import CLASSICAL, DETAIL, Task

_SAME_SHAPE = 0.01
"""How far width and height may be from one common scale, as a share, for a mask to be that of the same picture."""


class MaskFit(enum.StrEnum):
    """What becomes of a mask on a photo of another size than it was painted on."""

    FIT = "fit"
    """Scaled where the photo has the same shape; else the recipe is refused, for it is another picture."""
    SCALE = "scale"
    """Stretched to whatever size."""
    DROP = "drop"
    """Left out, whatever the size: steps that need a mask are passed over, others work on the whole photo."""


@dataclass(frozen=True, slots=True)
class ReadyRecipe:
    """Steps that can run here, and what a person should know about them."""

    recipe: Recipe
    notices: tuple[str, ...] = ()


def make_ready(session: Session, recipe: Recipe, *, substitute: bool = False) -> ReadyRecipe:
    """Checks every step before any is run, and brings those of older versions up to date.

    Args:
        substitute: whether the best installed model may stand in for one that is not here.

    Raises:
        InputError: for an unknown task, a newer version, or parameters the task does not take.
        WeightsError: where a model is missing, or its weights are others than the recipe was made with.
    """
    steps, notices = [], []
    for number, step in enumerate(recipe.steps, 1):
        place = f"Step {number} of the recipe ({step.task})"
        ready, said = _up_to_date(step, place)
        ready, more = _with_models(session, ready, place, substitute)
        steps.append(ready)
        notices += [*said, *more]
    return ReadyRecipe(Recipe(tuple(steps)), tuple(notices))


def _up_to_date(step: Step, place: str) -> tuple[Step, list[str]]:
    try:
        task = get_task(step.task)
    except InputError as error:
        raise InputError(
            f"{place} is of a task that this program does not have.", hint=f"Update Restorer. {error.hint}".strip()
        ) from None
    if step.version > task.version:
        raise InputError(
            f"{place} is of version {step.version}, this program has {task.version}.", hint="Update Restorer to use it."
        )
    params = migrated(task, step.version, step.params)
    try:
        values = params_to_json(build_params(task.params, params))
    except InputError as error:
        raise InputError(f"{place}: {error.message}", hint=error.hint) from None
    notices = []
    if step.version < task.version:
        notices.append(f"{place} was made with version {step.version}; version {task.version} may give other pixels.")
    return replace(step, version=task.version, params=values), notices


def migrated(task: Task, version: int, params: Mapping[str, object]) -> Mapping[str, object]:
    """Parameters of an older version of a task as its present one writes them."""
    for old in range(version, task.version):
        migrate = task.migrations.get(old)
        if migrate is not None:
            params = migrate(params)
    return params


def _with_models(session: Session, step: Step, place: str, substitute: bool) -> tuple[Step, list[str]]:
    mix = float(step.params.get(DETAIL, 0.0)) / 100
    used = [ModelUse(step.model, step.model_hash), *step.uses.values()]
    problems = [problem for problem in (_problem(session, use, mix) for use in used) if problem]
    if not problems:
        return step, []
    if not substitute:
        raise WeightsError(
            f"{place} {problems[0]}.", hint="Install it, or allow another model to stand in (--substitute)."
        )
    stand_in = replace(session.resolve_step(step.task, dict(step.params), seed=step.seed), mask=step.mask)
    return stand_in, [f"{place} {problem}; {session.model_title(stand_in)} stands in." for problem in problems]


def _problem(session: Session, use: ModelUse, mix: float) -> str:
    """Why a model cannot be used as the recipe means it; empty where it can."""
    if use.model == CLASSICAL:
        return ""
    wanted = f"the model {use.model}" + (f" ({use.model_hash[:12]}…)" if use.model_hash else "")
    try:
        blend = session.catalogue.blend(use.model, mix)
        session.catalogue.weights_path(blend.card)
    except WeightsError:
        return f"needs {wanted}, whose weights are missing"
    except InputError:
        return f"needs {wanted}, which is not installed"
    if use.model_hash and use.model_hash != blend.model_hash:
        return f"needs {wanted}; the installed one has other weights ({blend.model_hash[:12]}…)"
    return ""


def fit_mask(mask: Mask, width: int, height: int, fit: MaskFit, place: str) -> tuple[Mask | None, str]:
    """A recipe's mask for a photo of ``width x height``, and a sentence where it is not as it was.

    Returns:
        None instead of a mask where it is left out.

    Raises:
        InputError: where the photo has another shape and nothing was said about it.
    """
    if fit is MaskFit.DROP:
        return None, f"{place}: its mask was left out."
    if (mask.width, mask.height) == (width, height):
        return mask, ""
    across, down = width / mask.width, height / mask.height
    sizes = f"{mask.width} × {mask.height} to {width} × {height} pixels"
    if fit is MaskFit.FIT and abs(across / down - 1) > _SAME_SHAPE:
        raise InputError(
            f"{place} has a mask of {mask.width} × {mask.height} pixels, the photo is {width} × {height}.",
            hint="Stretch it (--masks scale), leave it out (--masks drop), or give another with --mask.",
        )
    cv2 = load_cv2()
    # Shrunk by area and grown linearly, so that a hairline scratch is thinner then but never gone.
    way = cv2.INTER_AREA if across < 1 or down < 1 else cv2.INTER_LINEAR
    plane = np.asarray(cv2.resize(mask.plane.astype(np.float32), (width, height), interpolation=way))
    scaled = np.ceil(plane).clip(0, 255).astype(np.uint8)
    scaled.flags.writeable = False
    return Mask(scaled), f"{place}: its mask was scaled from {sizes}."


def recipe_of(jobs: Iterable[JobFinished]) -> RecipeFile:
    """What finished jobs did, with the masks they worked in."""
    jobs = tuple(jobs)
    masked = ((job.step.mask, job.request.mask) for job in jobs)
    masks = {digest: PackedMask.of(mask) for digest, mask in masked if mask is not None and digest}
    return RecipeFile(Recipe(tuple(job.step for job in jobs)), masks)
