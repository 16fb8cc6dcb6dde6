"""Tasks for tests of jobs: whatever happens in ``run`` is what the test is about."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any

import numpy as np

from restorer.core.geometry import Bounds
from restorer.core.image import Image, Patch
from restorer.core.mask import Mask, MaskPiece
from restorer.core.params import param
from restorer.core.progress import TaskEvent, TileFinished, TilesPlanned, TileStarted
from restorer.core.result import TaskResult
from restorer.core.step import Step
from restorer.session.jobs import JobRequest
from restorer.tasks.spec import Fidelity, Task, TaskInput

TILES = (Bounds(0, 0, 4, 4), Bounds(4, 0, 8, 4), Bounds(0, 4, 8, 8))


@dataclass(frozen=True, slots=True)
class Params:
    """One parameter."""

    value: int = param(9, "The value to fill with.", low=0, high=255)


def make_task(run: Callable[..., Any]) -> Task:
    return Task("paint", 3, "Paint", "Paints tiles.", Fidelity.REPAIR, Params, True, "brush", run)


def paint(given: TaskInput, engine: object, token: Any) -> Generator[TaskEvent, None, TaskResult]:
    """Fills three tiles with the parameter's value."""
    patches = []
    yield TilesPlanned(TILES)
    for index, bounds in enumerate(TILES):
        token.raise_if_cancelled()
        yield TileStarted(index, len(TILES), bounds)
        pixels = np.full((bounds.height, bounds.width, 3), given.params.value, np.uint8)
        patches.append(Patch(bounds, pixels))
        yield TileFinished(index, len(TILES), patches[-1])
    filled = tuple(MaskPiece(bounds, np.full((bounds.height, bounds.width), 255, np.uint8)) for bounds in TILES[:2])
    return TaskResult(tuple(patches), filled, len(TILES))


def make_request(**step: Any) -> JobRequest:
    plane = np.zeros((8, 8), np.uint8)
    plane[2:4, 2:6] = 255
    return JobRequest(
        id=41,
        title="Paint",
        step=Step("paint", 3, {"value": 9}, **step),
        photo=Image(np.zeros((8, 8, 3), np.uint8)),
        mask=Mask(plane),
        model_title="Classical",
        photo_name="opa.tif",
    )
