"""Denoise: takes away scanner noise and film grain, as much of it as is asked for."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

import numpy as np

from restorer.core.contract import Engine, FloatPixels, FloatPlane, Levels
from restorer.core.geometry import Bounds
from restorer.core.lazy import load_cv2
from restorer.core.params import param, percent
from restorer.core.progress import CancelToken, Notice, TaskEvent
from restorer.core.result import TaskResult
from restorer.tasks.classical_restoration import NonLocalMeans
from restorer.tasks.jpeg_traces import luma
from restorer.tasks.noise_level import NOISE, STEPS, survey_noise
from restorer.tasks.self_ensemble import every_way_round
from restorer.tasks.spec import CLASSICAL, Fidelity, Locality, Task, TaskInput
from restorer.tasks.whole import ClassicalRunner, NetworkRunner, Runner, inward_feather, sweep_photo, within_range

_FINE_PX = 2.0
"""Grain is what of the noise is finer than a blur of this deviation; the rest is blotches, which nobody wants back."""
_FINE_REACH_PX = 6


@dataclass(frozen=True, slots=True)
class DenoiseParams:
    """How much to take away."""

    strength: float = percent(80.0, "Share of the noise that is taken away; 0 changes nothing.", label="Strength")
    luminance: float = percent(
        100.0,
        "Share of it in brightness; grain lies there, and so does the texture of skin and cloth.",
        label="Luminance",
        step=5,
    )
    chroma: float = percent(100.0, "Share of it in colour; coloured specks are seldom wanted.", label="Colour", step=5)
    grain: float = percent(
        15.0,
        "How much of the fine grain that was taken out of the brightness is given back; 0 leaves the photo smooth.",
        label="Keep grain",
        step=5,
    )
    noise: float = param(
        0.0,
        "Deviation of the noise, in steps of 8 bits (0 to 255); 0 measures it.",
        label="Noise level",
        lowest="Auto",
        low=0,
        high=100,
        step=0.1,
    )
    thorough: bool = every_way_round()
    feather_px: int = inward_feather()


def run(given: TaskInput, engine: Engine, token: CancelToken) -> Generator[TaskEvent, None, TaskResult]:
    """Denoises the photo, or what is painted of it. Strength 0 gives back every bit as it was.

    A network is told the level of the noise and takes away all of it; what it took is then split into brightness and
    colour, and each is subtracted by its share. So half the strength leaves noise of half the deviation.

    Raises:
        InputError: for a mask of another size, or values that are not numbers.
        Cancelled: between two tiles, once the token says so.
    """
    params: DenoiseParams = given.params
    if params.strength == 0 or (params.luminance == 0 and params.chroma == 0):
        return TaskResult(())
    level = params.noise or float((given.facts or survey_noise(given.photo, token))[NOISE])
    if level == 0:
        yield Notice(
            "No noise was found, so nothing was changed.", "Set the noise level to take some away all the same."
        )
        return TaskResult(())
    if given.model == CLASSICAL:
        classical = ClassicalRunner(NonLocalMeans(level / STEPS), NonLocalMeans.CONTEXT_PX)
        return (yield from _denoise(given, classical, level, token))
    with engine.lease(given.model, seed=given.seed) as network:
        runner = NetworkRunner(network, engine, token, Levels(noise=level / STEPS), thorough=given.params.thorough)
        return (yield from _denoise(given, runner, level, token))


def _denoise(
    given: TaskInput, runner: Runner, level: float, token: CancelToken
) -> Generator[TaskEvent, None, TaskResult]:
    params: DenoiseParams = given.params

    def change(source: FloatPixels, clean: FloatPixels, place: Bounds) -> FloatPixels:
        return _without(source, within_range(source) - clean, params)

    extra_px = _FINE_REACH_PX if params.grain else 0
    patches, tiles = yield from sweep_photo(
        given, runner, change, token, extra_px=extra_px, feather_px=params.feather_px
    )
    return TaskResult(patches, tiles=tiles, settled={"noise": level})


def _without(source: FloatPixels, noise: FloatPixels, params: DenoiseParams) -> FloatPixels:
    """A tile without the shares of its noise that are to go; works in what it is given as ``noise``."""
    strength = params.strength / 100
    colour, bright = strength * params.chroma / 100, strength * params.luminance / 100
    if noise.shape[2] == 1:
        colour = bright
    back = bright * params.grain / 100
    if colour == bright and not back:
        noise *= np.float32(colour)
        return np.asarray(np.subtract(source, noise, out=noise), np.float32)
    plane = luma(noise)
    more = plane * np.float32(bright - colour)
    if back:
        more += (_blotches(plane) - plane) * np.float32(back)
    noise *= np.float32(colour)
    noise += more[..., None]
    return np.asarray(np.subtract(source, noise, out=noise), np.float32)


def _blotches(plane: FloatPlane) -> FloatPlane:
    cv2 = load_cv2()
    side = 2 * _FINE_REACH_PX + 1
    return np.asarray(cv2.GaussianBlur(plane, (side, side), _FINE_PX), np.float32)


DENOISE = Task(
    id="denoise",
    version=1,
    title="Denoise",
    summary="Takes away noise and grain, as much as you say, and gives back some grain so that nothing looks waxen.",
    fidelity=Fidelity.CONSERVE,
    params=DenoiseParams,
    needs_mask=False,
    icon="denoise",
    run=run,
    may_take_mask=True,
    locality=Locality(margin_px=64, survey=survey_noise),
)
