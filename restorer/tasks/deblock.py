"""Deblock: takes away the blocks and rings that JPEG left."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

import numpy as np

from restorer.core.contract import Engine, FloatPixels, Levels
from restorer.core.geometry import Bounds
from restorer.core.params import param, percent
from restorer.core.progress import CancelToken, Notice, TaskEvent
from restorer.core.result import TaskResult
from restorer.tasks.classical_restoration import ShiftedCompression
from restorer.tasks.jpeg_traces import QUALITY, UNTOUCHED, survey_quality
from restorer.tasks.self_ensemble import every_way_round
from restorer.tasks.spec import CLASSICAL, Fidelity, Locality, Task, TaskInput
from restorer.tasks.whole import ClassicalRunner, NetworkRunner, Runner, inward_feather, sweep_photo, within_range


@dataclass(frozen=True, slots=True)
class DeblockParams:
    """How much to take away."""

    strength: float = percent(
        100.0, "Share of what compression left that is taken away; 0 changes nothing.", label="Strength"
    )
    quality: int = param(
        0,
        "Quality the photo was compressed with, 1 to 100; 0 asks the file, and where it does not tell, the pixels.",
        label="JPEG quality",
        lowest="Auto",
        low=0,
        high=100,
        step=1,
    )
    thorough: bool = every_way_round()
    feather_px: int = inward_feather()


def run(given: TaskInput, engine: Engine, token: CancelToken) -> Generator[TaskEvent, None, TaskResult]:
    """Deblocks the photo, or what is painted of it. Strength 0 gives back every bit as it was.

    Raises:
        InputError: for a mask of another size, or values that are not numbers.
        Cancelled: between two tiles, once the token says so.
    """
    params: DeblockParams = given.params
    if params.strength == 0:
        return TaskResult(())
    quality = params.quality or given.file.jpeg_quality
    if quality is None:
        quality = int((given.facts or survey_quality(given.photo, token))[QUALITY])
    if quality >= UNTOUCHED:
        yield Notice(
            "No traces of compression were found, so nothing was changed.",
            "Set the JPEG quality to take some away all the same.",
        )
        return TaskResult(())
    if given.model == CLASSICAL:
        call = ShiftedCompression(quality)
        runner = ClassicalRunner(call, ShiftedCompression.CONTEXT_PX, ShiftedCompression.MULTIPLE)
        return (yield from _deblock(given, runner, quality, token))
    with engine.lease(given.model, seed=given.seed) as network:
        levels = Levels(compression=(100 - quality) / 100)
        network_runner = NetworkRunner(network, engine, token, levels, thorough=params.thorough)
        return (yield from _deblock(given, network_runner, quality, token))


def _deblock(
    given: TaskInput, runner: Runner, quality: int, token: CancelToken
) -> Generator[TaskEvent, None, TaskResult]:
    params: DeblockParams = given.params
    strength = np.float32(params.strength / 100)

    def change(source: FloatPixels, clean: FloatPixels, place: Bounds) -> FloatPixels:
        return source + strength * (clean - within_range(source))

    patches, tiles = yield from sweep_photo(given, runner, change, token, feather_px=params.feather_px)
    return TaskResult(patches, tiles=tiles, settled={"quality": quality})


DEBLOCK = Task(
    id="deblock",
    version=1,
    title="Deblock",
    summary="Takes away the blocks and rings that strong JPEG compression left, by the quality the file names.",
    fidelity=Fidelity.CONSERVE,
    params=DeblockParams,
    needs_mask=False,
    icon="deblock",
    run=run,
    may_take_mask=True,
    locality=Locality(margin_px=32, survey=survey_quality),
)
