"""Deblur: sharpens what lens or scanner left soft, and up to a point invents nothing."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass

import numpy as np

from restorer.core.contract import Engine, FloatPixels, Levels
from restorer.core.geometry import Bounds
from restorer.core.image import Image
from restorer.core.lazy import load_cv2
from restorer.core.params import param, percent
from restorer.core.progress import CancelToken, Notice, TaskEvent
from restorer.core.result import TaskResult
from restorer.tasks.blur_level import BLUR, survey_blur
from restorer.tasks.classical_restoration import RichardsonLucy
from restorer.tasks.noise_level import NOISE, STEPS, survey_noise
from restorer.tasks.self_ensemble import every_way_round
from restorer.tasks.spec import CLASSICAL, Fidelity, Locality, Task, TaskInput
from restorer.tasks.whole import ClassicalRunner, NetworkRunner, Runner, inward_feather, sweep_photo, within_range

FAITHFUL_UP_TO = 50.0
"""Amount, in per cent, up to which a network may only do what the classical inverse does as well."""
_MARGIN = np.float32(1 / 255)
"""What it may do beyond that all the same: too little to be seen as texture."""
_NEIGHBOURS_PX = 2


@dataclass(frozen=True, slots=True)
class DeblurParams:
    """How much to sharpen."""

    amount: float = percent(
        40.0,
        "Share of the blur that is taken away; 0 changes nothing. Up to 50 nothing is invented: a network may not put "
        "more into a place than the blurred photo itself gives.",
        label="Amount",
    )
    blur_px: float = param(
        0.0,
        "Deviation of the blur; 0 measures it at the sharpest edges.",
        label="Blur radius",
        lowest="Auto",
        low=0,
        high=6,
        step=0.1,
        unit="px",
    )
    thorough: bool = every_way_round()
    feather_px: int = inward_feather()


def survey(photo: Image, token: CancelToken) -> Mapping[str, float]:
    """Blur and noise of a photo, by name."""
    return {**survey_blur(photo, token), **survey_noise(photo, token)}


def run(given: TaskInput, engine: Engine, token: CancelToken) -> Generator[TaskEvent, None, TaskResult]:
    """Sharpens the photo, or what is painted of it. Amount 0 gives back every bit as it was.

    Raises:
        InputError: for a mask of another size, or values that are not numbers.
        Cancelled: between two tiles, once the token says so.
    """
    params: DeblurParams = given.params
    if params.amount == 0:
        return TaskResult(())
    facts = given.facts or survey(given.photo, token)
    blur_px = params.blur_px or float(facts[BLUR])
    if blur_px == 0:
        yield Notice("The photo is sharp, so nothing was changed.", "Set the blur radius to sharpen it all the same.")
        return TaskResult(())
    inverse = RichardsonLucy(blur_px, float(facts[NOISE]) / STEPS)
    if given.model == CLASSICAL:
        return (yield from _deblur(given, ClassicalRunner(inverse, inverse.context_px), None, blur_px, token))
    with engine.lease(given.model, seed=given.seed) as network:
        runner = NetworkRunner(network, engine, token, Levels(blur_px=blur_px), thorough=params.thorough)
        return (yield from _deblur(given, runner, inverse, blur_px, token))


def _deblur(
    given: TaskInput, runner: Runner, inverse: RichardsonLucy | None, blur_px: float, token: CancelToken
) -> Generator[TaskEvent, None, TaskResult]:
    params: DeblurParams = given.params
    amount = np.float32(params.amount / 100)

    def change(source: FloatPixels, sharp: FloatPixels, place: Bounds) -> FloatPixels:
        base = within_range(source)
        step = sharp - base
        if inverse is not None:
            step = _bounded(step, inverse(base) - base, params.amount)
        return source + amount * step

    extra_px = 0 if inverse is None else max(0, inverse.context_px + _NEIGHBOURS_PX - runner.context_px)
    patches, tiles = yield from sweep_photo(
        given, runner, change, token, extra_px=extra_px, feather_px=params.feather_px
    )
    return TaskResult(patches, tiles=tiles, settled={"blur_px": blur_px})


def _bounded(step: FloatPixels, supported: FloatPixels, amount: float) -> FloatPixels:
    """A network's change, nowhere beyond what the classical inverse does nearby, with the same sign.

    Above :data:`FAITHFUL_UP_TO` the bound gives way, evenly, until nothing is left of it at 100.
    """
    freedom = np.float32(max(0.0, amount - FAITHFUL_UP_TO) / (100 - FAITHFUL_UP_TO))
    if freedom >= 1:
        return step
    cv2 = load_cv2()
    around = np.ones((2 * _NEIGHBOURS_PX + 1,) * 2, np.uint8)
    high = cv2.dilate(np.maximum(supported, 0), around).reshape(step.shape) + _MARGIN
    low = cv2.erode(np.minimum(supported, 0), around).reshape(step.shape) - _MARGIN
    bounded = np.clip(step, low, high)
    return np.asarray(bounded + freedom * (step - bounded), np.float32)


DEBLUR = Task(
    id="deblur",
    version=1,
    title="Deblur",
    summary="Sharpens what lens or scanner left soft; at low amounts it invents no texture.",
    fidelity=Fidelity.CONSERVE,
    params=DeblurParams,
    needs_mask=False,
    icon="deblur",
    run=run,
    may_take_mask=True,
    locality=Locality(margin_px=64, survey=survey),
)
