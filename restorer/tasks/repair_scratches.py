"""Repair scratches: finds damage and fills it as painting over it would."""

from __future__ import annotations

import dataclasses
from collections.abc import Generator
from dataclasses import dataclass

import numpy as np

from restorer.core.contract import Engine
from restorer.core.geometry import Bounds
from restorer.core.mask import Mask, require_size
from restorer.core.params import param
from restorer.core.progress import CancelToken, Notice, TaskEvent
from restorer.core.result import TaskResult
from restorer.tasks.classical_detection import TILE_PX
from restorer.tasks.detection import DetectionParams, detect
from restorer.tasks.inpaint import INPAINT, InpaintParams, without_similar, without_texture
from restorer.tasks.spec import CLASSICAL, Fidelity, Locality, Task, TaskInput

_SEEN_AROUND_PX = 192
"""How far around the part that is wanted damage is looked for: the part is filled from what lies there."""


@dataclass(frozen=True)
class RepairParams(InpaintParams, DetectionParams):
    """What to look for, then how to fill it: base classes come last to first in the order of fields."""

    grow_px: int = param(
        2,
        "How far around what was found the photo is replaced as well; scratches have soft rims.",
        label="Grow",
        low=0,
        high=32,
        step=1,
        unit="px",
    )


def run(given: TaskInput, engine: Engine, token: CancelToken) -> Generator[TaskEvent, None, TaskResult]:
    """Finds damage, and inpaints it by the task ``inpaint`` itself.

    With a mask only damage inside of what is painted is repaired: paint over a part to clean that part alone, or paint
    everything but what must not be touched.

    The second TilesPlanned begins the filling. Where nothing is found there is none, and nothing changes.

    Raises:
        InputError: for a mask of another size, or where no kind of damage is asked for.
        Cancelled: between two tiles, once the token says so.
    """
    photo, params = given.photo, given.params
    classes = params.classes
    if given.mask is not None:
        require_size(given.mask.width, given.mask.height, photo.width, photo.height)
    within = None if given.mask is None else given.mask.occupied()
    if given.within is not None:
        near = _searched(given.within, given.model).intersect(photo.bounds)
        within = near if within is None else near.intersect(within)
    if within is not None and within.is_empty:
        return TaskResult(())
    damage = yield from detect(photo, given.model, engine, token, within=within)
    found = damage.mask_at(params.sensitivity, classes)
    del damage
    if given.mask is not None:
        found = Mask(np.where(given.mask.plane > 0, found.plane, np.uint8(0)))
    if found.is_empty:
        yield Notice("No damage was found, so nothing was changed.", "A higher sensitivity finds more.")
        return TaskResult(())
    model = given.uses[INPAINT.id]
    fill = TaskInput(photo, found, _fill_params(params), model, given.seed, within=given.within)
    return (yield from INPAINT.run(fill, engine, token))


def _searched(wanted: Bounds, model: str) -> Bounds:
    """Where damage is looked for when only a part is wanted, so that the same is found there as in the whole photo."""
    near = wanted.pad(_SEEN_AROUND_PX)
    if model != CLASSICAL:
        return near
    # The classical detector follows marks within its tiles, so that only whole ones give the same.
    edges = (near.left // TILE_PX, near.top // TILE_PX, -(-near.right // TILE_PX), -(-near.bottom // TILE_PX))
    return Bounds(*(edge * TILE_PX for edge in edges))


def _fill_params(params: RepairParams) -> InpaintParams:
    return InpaintParams(**{field.name: getattr(params, field.name) for field in dataclasses.fields(InpaintParams)})


REPAIR_SCRATCHES = Task(
    id="repair-scratches",
    version=3,
    title="Repair scratches",
    summary="Finds scratches, dust, hairs, creases and stains, and fills them from what surrounds them.",
    fidelity=Fidelity.REPAIR,
    params=RepairParams,
    needs_mask=False,
    icon="scan",
    run=run,
    may_take_mask=True,
    uses=(INPAINT.id,),
    locality=Locality(sees_whole=True),
    migrations={1: without_texture, 2: without_similar},
)
