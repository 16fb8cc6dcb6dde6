"""Finding damage: what tasks and commands that look for it have in common."""

from __future__ import annotations

from collections.abc import Collection, Generator
from dataclasses import dataclass

from restorer.core.contract import Engine
from restorer.core.damage import DAMAGE_CLASSES, DEFAULT_SENSITIVITY, DamageMap
from restorer.core.errors import InputError
from restorer.core.geometry import Bounds
from restorer.core.image import Image
from restorer.core.params import param
from restorer.core.progress import CancelToken, TaskEvent
from restorer.tasks.classical_detection import find_damage
from restorer.tasks.spec import CLASSICAL

TILE_SIDE_PX = 1024
"""Largest tile asked of the engine: under a second on two processor cores, and a third of it context."""


@dataclass(frozen=True)  # Without slots: parameters of tasks are derived from this and from another class.
class DetectionParams:
    """What counts as damage."""

    sensitivity: float = param(
        DEFAULT_SENSITIVITY,
        "From only what is certain (0) to whatever is suspicious (1).",
        label="Sensitivity",
        low=0,
        high=1,
        step=0.05,
    )
    scratches: bool = param(True, "Scratches: thin lines, straight or nearly so.", label="Scratches")
    dust: bool = param(True, "Dust: specks and small spots.", label="Dust")
    hairs: bool = param(True, "Hairs and fibres: thin curls.", label="Hairs")
    creases: bool = param(True, "Creases, folds and cracks.", label="Creases")
    tears: bool = param(True, "Tears, rubbed edges and flaked emulsion.", label="Tears")
    stains: bool = param(True, "Stains, foxing and other marks.", label="Stains")

    @property
    def classes(self) -> tuple[str, ...]:
        """Those of :data:`DAMAGE_CLASSES` that are looked for.

        Raises:
            InputError: where that is none.
        """
        wanted = self.scratches, self.dust, self.hairs, self.creases, self.tears, self.stains
        chosen = tuple(name for name, is_wanted in zip(DAMAGE_CLASSES, wanted, strict=True) if is_wanted)
        if not chosen:
            raise InputError("No kind of damage is asked for.", hint="Switch at least one on.")
        return chosen


def class_switches(classes: Collection[str]) -> dict[str, bool]:
    """The fields of :class:`DetectionParams` that ask for these of :data:`DAMAGE_CLASSES` and no others."""
    fields = ("scratches", "dust", "hairs", "creases", "tears", "stains")
    return {field: name in classes for field, name in zip(fields, DAMAGE_CLASSES, strict=True)}


def detect(
    photo: Image, model: str, engine: Engine, token: CancelToken, *, within: Bounds | None = None
) -> Generator[TaskEvent, None, DamageMap]:
    """Looks at a photo for damage of every class.

    Args:
        model: id of a network that tells :data:`DAMAGE_CLASSES` apart, or :data:`CLASSICAL`.
        within: only this part is looked at; nothing is found elsewhere.

    Raises:
        InputError: for an unknown model.
        WeightsError: where its weights are missing, damaged, or of a network that finds something else.
        Cancelled: between two tiles, once the token says so.
    """
    if model == CLASSICAL:
        return DamageMap((yield from find_damage(photo, token, within=within)))
    with engine.lease(model) as network:
        planes = yield from engine.run_planes(network, photo, token, preferred=TILE_SIDE_PX, within=within)
    return DamageMap(planes)
