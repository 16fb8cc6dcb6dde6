"""What a task declares about itself."""

from __future__ import annotations

import enum
from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any

from restorer.core.contract import Engine
from restorer.core.image import Image
from restorer.core.mask import Mask
from restorer.core.progress import CancelToken, TaskEvent
from restorer.core.result import TaskResult

CLASSICAL = "classical"
"""Model id of the method that needs no weights."""


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
    """

    photo: Image
    mask: Mask | None
    params: Any
    model: str
    seed: int = 0


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
