"""What a task declares about itself."""

from __future__ import annotations

import enum
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from typing import Any

from restorer.core.contract import Engine
from restorer.core.file_facts import NO_FACTS, FileFacts
from restorer.core.geometry import Bounds
from restorer.core.image import Image
from restorer.core.mask import Mask
from restorer.core.progress import CancelToken, TaskEvent
from restorer.core.result import TaskResult

CLASSICAL = "classical"
"""Model id of the method that needs no weights."""
DETAIL = "detail"
"""Name of the parameter (0 to 100 %) by which a task mixes a model with its vivid partner, where it has one."""
TEXTURE = "texture"
"""Name of the parameter (0 to 100 %) that gives fills texture from the photo; only networks are given any."""
VARIANTS = "variants"
"""Name of the parameter that says how many answers a task is to give, where it can give several."""
VARIANT = "variant"
"""Name of the parameter that says which of them is the first; 1 is the most likely one."""


MASKED = "masked"
"""Name of the parameter by which a task that needs no mask is confined to the one that is painted."""


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
        within: only this part of the result is wanted; None = all. Given only to tasks that see the whole photo
            (:attr:`Locality.sees_whole`), which may leave out whatever does not matter there.
        origin: where the photo's top left corner lies in the whole photo, of which it may be a part: what belongs to
            places (noise, grids) is counted from there.
        facts: what :attr:`Locality.survey` said of the whole photo. Empty where nobody asked it: the task then asks
            itself, of the photo it is given.
        file: what the photo's file tells about its pixels.
    """

    photo: Image
    mask: Mask | None
    params: Any
    model: str
    seed: int = 0
    uses: Mapping[str, str] = field(default_factory=dict)
    within: Bounds | None = None
    origin: tuple[int, int] = (0, 0)
    facts: Mapping[str, Any] = field(default_factory=dict)
    file: FileFacts = NO_FACTS


Survey = Callable[[Image, CancelToken], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Locality:
    """How a part of a task's result can be computed without the rest, so that it equals the whole one's there.

    Most tasks look at pixels and their surroundings: they are run on a part of the photo with a margin. What they
    measure over all of it (a noise level, the ends of a histogram) belongs into ``survey``.

    Attributes:
        margin_px: how far around a pixel the task itself looks; where that is less than what its models look at
            (the context in their cards), theirs counts.
        grid_px: the part begins at multiples of this, so that blocks of a compressed photo or tiles lie as they do in
            the whole photo.
        sees_whole: the task is given the whole photo all the same, and in :attr:`TaskInput.within` what is wanted.
        survey: plain facts of a whole photo, found out once for as long as its pixels stay the same.
    """

    margin_px: int = 64
    grid_px: int = 64
    sees_whole: bool = False
    survey: Survey | None = None


Migration = Callable[[Mapping[str, Any]], Mapping[str, Any]]
"""Plain parameters of one version of a task as the next version writes them."""
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
        locality: how a part of its result is computed alone, to be previewed; None where there is no such thing.
        result_size: pixels across and down of the result, from parameters, photo and what its file tells; None where
            it is as large as the photo, or not known beforehand.
        wanted_factor: how many times as large the result is, from the parameters alone, by which the right one of
            several models is chosen; itself None for tasks that do not enlarge, and gives None where that depends on
            the photo.
        migrations: how the parameters of an older version become those of the one after it, by the older number; where
            a number is missing, the parameters stayed as they were and only the pixels became others.
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
    locality: Locality | None = Locality()
    result_size: Callable[[Any, Image, FileFacts], tuple[int, int]] | None = None
    wanted_factor: Callable[[Any], float | None] | None = None
    migrations: Mapping[int, Migration] = field(default_factory=dict)

    @property
    def takes_mask(self) -> bool:
        """Whether a mask is of any use to it."""
        return self.needs_mask or self.may_take_mask

    def wants_mask(self, params: Mapping[str, Any]) -> bool:
        """Whether a run in the window is confined to what is painted, if anything is: always, or as :data:`MASKED`
        says where the task has that parameter."""
        return self.needs_mask or (self.may_take_mask and bool(params.get(MASKED, True)))

    def requires_mask(self, params: Mapping[str, Any]) -> bool:
        """Whether there is nothing to do where nothing is painted."""
        return self.needs_mask or bool(params.get(MASKED, False))
