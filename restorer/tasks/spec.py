"""What a task declares about itself."""

from __future__ import annotations

import enum
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from typing import Any

from restorer.core.contract import Engine
from restorer.core.image import Image
from restorer.core.mask import Mask
from restorer.core.origin import UNKNOWN, Origin
from restorer.core.progress import CancelToken, TaskEvent
from restorer.core.result import TaskResult

CLASSICAL = "classical"
"""Model id of the method that needs no weights."""
DETAIL = "detail"
"""Name of the parameter (0 to 100 %) by which a task mixes a model with its vivid partner, where it has one."""
VARIANTS = "variants"
"""Name of the parameter that says how many answers a task is to give, where it can give several."""
VARIANT = "variant"
"""Name of the parameter that says which of them is the first; 1 is the most likely one."""


class Fidelity(enum.IntEnum):
    """How much a task may invent; it keeps to it."""

    CONSERVE = 1
    REPAIR = 2
    RECONSTRUCT = 3
    REIMAGINE = 4

    @property
    def title(self) -> str:
        return self.name.capitalize()


@dataclass(frozen=True, slots=True, eq=False)
class TaskInput:
    """Everything a run needs, frozen.

    Attributes:
        photo: the pixels to work on.
        mask: where to work, of the photo's size; None for tasks that take none.
        params: instance of the task's parameters class.
        model: id of installed weights, or :data:`CLASSICAL`.
        seed: of every random choice.
        uses: models of the other tasks that this one runs (:attr:`Task.uses`), by task id.
        origin: what the photo's file tells about its pixels.
    """

    photo: Image
    mask: Mask | None
    params: Any
    model: str
    seed: int = 0
    uses: Mapping[str, str] = field(default_factory=dict)
    origin: Origin = UNKNOWN


Run = Callable[[TaskInput, Engine, CancelToken], Generator[TaskEvent, None, TaskResult]]


@dataclass(frozen=True, slots=True)
class Task:
    """One thing the program can do to a photo.

    Attributes:
        id: as on the command line and in recipes.
        version: raised when the same parameters give other pixels.
        title: for the panel, sentence case.
        summary: one sentence.
        fidelity: what it may invent.
        params: frozen dataclass of :func:`restorer.core.params.param` fields.
        needs_mask: whether it works only inside a mask.
        icon: name of its icon.
        run: generator of events that returns the result. It asks the token between tiles.
        may_take_mask: whether a mask, if there is one, confines it though it needs none.
        uses: ids of other tasks whose models it runs besides its own.
        weightless: whether there are no models for it, so that none is missed.
    """

    id: str
    version: int
    title: str
    summary: str
    fidelity: Fidelity
    params: type[Any]
    needs_mask: bool
    icon: str
    run: Run
    may_take_mask: bool = False
    uses: tuple[str, ...] = ()
    weightless: bool = False

    @property
    def takes_mask(self) -> bool:
        """Whether a mask is of any use to it."""
        return self.needs_mask or self.may_take_mask
