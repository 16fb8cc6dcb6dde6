"""Simulate damage: makes a good photo old, to try repairs on or for the look of it."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

import numpy as np

from restorer.core.contract import Engine
from restorer.core.image import Patch
from restorer.core.mask import MaskPiece
from restorer.core.params import param, percent
from restorer.core.progress import CancelToken, TaskEvent
from restorer.core.provenance import PixelClass
from restorer.core.result import TaskResult
from restorer.tasks.spec import Fidelity, Locality, Task, TaskInput

KINDS = ("print", "film", "faded", "mechanical", "full")
"""Plans of the degradation model, the best to look at first."""


@dataclass(frozen=True, slots=True)
class SimulateDamageParams:
    """What happens to the photo."""

    kind: str = param(
        KINDS[0],
        "A worn black and white print, a frame of early film, faded colour, marks alone, or a bit of everything.",
        label="Kind",
        choices=KINDS,
    )
    severity: float = percent(70.0, "How bad it is; 0 changes nothing.", label="Severity", step=5)
    variation: int = param(
        0, "Another number gives other damage of the same kind.", label="Variation", low=0, high=9999, step=1
    )


def run(given: TaskInput, engine: Engine, token: CancelToken) -> Generator[TaskEvent, None, TaskResult]:
    """Damages the whole photo. The same input, parameters and seed give the same bits on one device.

    Raises:
        Cancelled: between two operations, once the token says so.
    """
    params: SimulateDamageParams = given.params
    seed = int(np.random.SeedSequence((given.seed, params.variation)).generate_state(1)[0])
    work = engine.degrade(given.photo, params.kind, token, severity=params.severity / 100, seed=seed)
    damaged, marks = yield from work
    bounds = given.photo.bounds
    return TaskResult(
        (Patch(bounds, damaged.pixels),),
        (MaskPiece(bounds, marks.plane),),
        tiles=1,
        changed_as=PixelClass.GENERATED,  # grain and faded colour that no photo ever had
    )


SIMULATE_DAMAGE = Task(
    id="simulate-damage",
    version=1,
    title="Simulate damage",
    summary="Makes a good photo old: scratches, dust, folds, stains, grain and faded colour, for trying repairs.",
    fidelity=Fidelity.REIMAGINE,
    params=SimulateDamageParams,
    needs_mask=False,
    icon="scribble",
    run=run,
    weightless=True,
    locality=Locality(sees_whole=True),  # a fold runs right across, so that all of it is computed
)
