"""Inpaint: fills what is painted, from its surroundings, and changes not one bit elsewhere."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass
from typing import Any

from restorer.core.contract import Engine
from restorer.core.errors import InputError
from restorer.core.mask import Mask, require_size
from restorer.core.params import param, percent
from restorer.core.progress import CancelToken, Notice, TaskEvent
from restorer.core.provenance import PixelClass
from restorer.core.result import Alternative, TaskResult
from restorer.tasks.answers import Answer, Region, fill_region
from restorer.tasks.classical import AUTO, METHODS
from restorer.tasks.holes import PAINTED_FROM
from restorer.tasks.means import Means, classical_means, network_means
from restorer.tasks.self_ensemble import every_way_round
from restorer.tasks.spec import CLASSICAL, Fidelity, Locality, Task, TaskInput
from restorer.tasks.texture.wide import THIN_PX

DEFAULT_DETAIL = 0.0
"""Per cent. Another value gives other pixels for recipes that do not name it: the task's version is to be raised."""
MOST_VARIANTS = 8


@dataclass(frozen=True, slots=True)
class InpaintParams:
    """How to fill."""

    grow_px: int = param(
        1,
        "How far around the painted pixels the photo is replaced as well; scratches have soft rims.",
        label="Grow",
        low=0,
        high=32,
        step=1,
        unit="px",
    )
    feather_px: int = param(
        1,
        "Width of the soft transition around that.",
        label="Feather",
        low=0,
        high=32,
        step=1,
        unit="px",
    )
    match_grain: float = percent(
        100.0,
        "How much of the surroundings' grain the fill is given; 0 leaves it smooth.",
        label="Match grain",
        high=200,
        step=5,
    )
    detail: float = percent(
        DEFAULT_DETAIL,
        "From the faithful fill (0) to the vivid one, which invents texture; for models with a vivid partner.",
        label="Detail",
        step=5,
    )
    texture: float = percent(
        100.0,
        "How much of the photo's own texture holes wider than 20 px are given; less suits faces, 0 leaves them smooth.",
        label="Texture",
        step=5,
    )
    variants: int = param(
        1,
        "How many different fills to make, to choose from.",
        label="Variants",
        low=1,
        high=MOST_VARIANTS,
        step=1,
    )
    thorough: bool = every_way_round()
    similar: bool = param(
        True,
        "Corrects what a model filled by what similar places of the photo look like; off: the model alone.",
        label="Use similar places",
        advanced=True,
    )
    variant: int = param(
        1,
        "Number of the first fill: 1 is the most likely one, each further number another draw.",
        label="First variant",
        low=1,
        high=999,
        step=1,
        advanced=True,
    )
    method: str = param(
        AUTO,
        "What fills the region where no model is used.",
        label="Classical method",
        choices=METHODS,
        advanced=True,
    )


def run(given: TaskInput, engine: Engine, token: CancelToken) -> Generator[TaskEvent, None, TaskResult]:
    """Fills the mask. The same input, seed and device give the same bits.

    Raises:
        InputError: for an empty mask, one of another size, or a method that is not installed.
        Cancelled: between two tiles, once the token says so.
    """
    mask, params = _painted(given), given.params
    if given.model == CLASSICAL:
        return (yield from _fill(given, mask, classical_means(params.method, given.seed), token))
    with engine.lease(given.model, mix=params.detail / 100) as network:
        means = network_means(network, engine, given.seed, token, thorough=params.thorough, similar=params.similar)
        return (yield from _fill(given, mask, means, token))


def _painted(given: TaskInput) -> Mask:
    """The mask, checked."""
    photo, mask = given.photo, given.mask
    if mask is not None:
        require_size(mask.width, mask.height, photo.width, photo.height)
    if mask is None or int(mask.plane.max(initial=0)) < PAINTED_FROM:
        raise InputError("Nothing is painted.", hint="Paint over what is to be repaired, then run again.")
    if int(mask.plane.min(initial=0)) >= PAINTED_FROM:
        raise InputError("The whole photo is painted; there is nothing left to fill it from.")
    return mask


def _fill(given: TaskInput, mask: Mask, means: Means, token: CancelToken) -> Generator[TaskEvent, None, TaskResult]:
    params: InpaintParams = given.params
    numbers = range(params.variant, params.variant + params.variants)
    varies = means.can_vary or (means.takes_texture and params.texture > 0)
    if not varies and numbers != range(1, 2):
        numbers = range(1, 2)
        yield Notice(
            "There is only one fill, so no variants were made.",
            "Wide holes vary where Texture is above 0 %, and so does a model with a vivid partner where Detail is.",
        )
    grain = params.match_grain / 100
    texture = params.texture / 100
    region = Region(given.photo, mask, params.grow_px, params.feather_px, grain, given.seed, texture, given.within)
    answers = yield from fill_region(region, means, numbers, token)
    if len(answers) < len(numbers):
        detail = "" if means.can_vary else f"Texture varies in places that are wider than {THIN_PX} px."
        yield Notice("All fills of this region come out the same, so there is only one.", detail)
    return _result(answers, given)


def _result(answers: tuple[Answer, ...], given: TaskInput) -> TaskResult:
    alternatives = tuple(Alternative(each.patches, {"variant": each.number, "variants": 1}) for each in answers)
    return TaskResult(
        answers[0].patches,
        answers[0].filled,
        tiles=sum(each.tiles for each in answers),
        alternatives=alternatives if len(alternatives) > 1 else (),
        filled_as=PixelClass.FILLED if given.model == CLASSICAL else PixelClass.GENERATED,
    )


def without_texture(params: Mapping[str, Any]) -> Mapping[str, Any]:
    """Parameters of version 1, which had no texture, as version 2 writes them."""
    return {"texture": 0.0, **params}


def without_similar(params: Mapping[str, Any]) -> Mapping[str, Any]:
    """Parameters of version 2, whose fills were the model's alone, as version 3 writes them."""
    return {"similar": False, **params}


INPAINT = Task(
    id="inpaint",
    version=3,
    title="Inpaint",
    summary="Fills what you painted over from what surrounds it, with its grain.",
    fidelity=Fidelity.REPAIR,
    params=InpaintParams,
    needs_mask=True,
    icon="inpaint",
    run=run,
    locality=Locality(sees_whole=True),
    migrations={1: without_texture, 2: without_similar},
)
