"""Our own networks and tasks as methods to measure."""

from __future__ import annotations

import time
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from restorer.core.contract import FloatPixels, Levels
from restorer.core.errors import InputError
from restorer.core.geometry import Bounds
from restorer.core.image import Image
from restorer.core.params import build_params
from restorer.core.progress import CancelToken, TaskEvent, TilesPlanned
from restorer.core.result import TaskResult
from restorer.evaluation.sheets import Row, Tile, enlarge
from restorer.session.session import Session
from restorer.store import ModelCard
from restorer.tasks import get_task
from restorer.tasks.self_ensemble import mean_of_turns
from restorer.tasks.spec import CLASSICAL, TaskInput

Pixels8 = npt.NDArray[np.uint8]
T = TypeVar("T")


@dataclass(frozen=True, slots=True, eq=False)
class TaskRun:
    """What a task made of a photo.

    Attributes:
        image: the result.
        tiles: the parts that it was computed in, in pixels of the photo that was given.
        seconds: everything included.
    """

    image: Image
    tiles: tuple[Bounds, ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class Ours:
    """The models and the task of one kind, on one device.

    Attributes:
        task: id.
        cards: models to measure, the one that the task prefers first; empty where none is installed.
    """

    session: Session
    task: str
    device: str
    cards: tuple[ModelCard, ...]

    @classmethod
    def installed(cls, task: str, model: str, device: str) -> Ours:
        """All models of a task, or the one asked for.

        Raises:
            InputError: for a model that is unknown, or of another task.
            WeightsError: where its weights are missing.
        """
        session = Session()
        ids = [model] if model else [choice.id for choice in session.models_for(task)]
        # A choice without an id leaves it to the size that is asked for.
        cards = [session.catalogue.get(each) for each in ids if each not in ("", CLASSICAL)]
        cards.sort(key=lambda card: -card.priority)
        for card in cards:
            session.catalogue.weights_path(card)
            if not card.serves(task):
                raise InputError(f"The model {card.id} is for the task {' and '.join(card.tasks)}, not for {task}.")
        return cls(session, task, device, tuple(cards))

    def call(
        self,
        model: str,
        pixels: FloatPixels,
        *,
        levels: Levels | None = None,
        mix: float = 0.0,
        thorough: bool = False,
    ) -> tuple[FloatPixels, float]:
        """The network alone, the photo in one piece, and the seconds it took once its weights were there.

        Args:
            thorough: the mean over all eight ways round, as tasks have it.
        """
        with self.session.engine(self.device).lease(model, mix=mix) as network:
            began = time.perf_counter()
            if thorough:
                call = partial(network, levels=levels)
                result = mean_of_turns(call, pixels, multiple=network.multiple, scale=network.scale)
            else:
                result = network(pixels, levels=levels)
            return result, time.perf_counter() - began

    def run(self, photo: Image, params: Mapping[str, object], model: str) -> TaskRun:
        """The task as a person runs it, its network loaded before the clock starts.

        Raises:
            InputError: for parameters that the task does not have.
        """
        task = get_task(self.task)
        given = TaskInput(photo=photo, mask=None, params=build_params(task.params, params), model=model)
        engine = self.session.engine(self.device)
        if model == CLASSICAL:
            return _outcome(task.run(given, engine, CancelToken()), photo)
        with engine.lease(model):
            return _outcome(task.run(given, engine, CancelToken()), photo)


def followed(events: Generator[TaskEvent, None, T]) -> tuple[T, tuple[Bounds, ...]]:
    """What a run gave back, and the tiles that it planned."""
    tiles: tuple[Bounds, ...] = ()
    while True:
        try:
            event = next(events)
        except StopIteration as end:
            result: T = end.value
            return result, tiles
        if isinstance(event, TilesPlanned):
            tiles = event.tiles


def _outcome(events: Generator[TaskEvent, None, TaskResult], photo: Image) -> TaskRun:
    began = time.perf_counter()
    result, tiles = followed(events)
    image = result.reframed.image if result.reframed is not None else photo.with_patches(result.patches)
    return TaskRun(image, tiles, time.perf_counter() - began)


def to_float(pixels: Pixels8) -> FloatPixels:
    """0 to 1."""
    return pixels.astype(np.float32) / np.float32(255)


def to_8bit(pixels: FloatPixels) -> Pixels8:
    """Clipped and rounded."""
    return np.asarray(np.clip(np.rint(pixels * np.float32(255)), 0, 255), np.uint8)


def middle_row(name: str, pictures: Sequence[Pixels8], side_px: int) -> Row:
    """The middle of each picture at twice its size, as a row of a contact sheet."""
    height, width = pictures[0].shape[:2]
    top, left = max(0, (height - side_px) // 2), max(0, (width - side_px) // 2)
    window = slice(top, top + side_px), slice(left, left + side_px)
    return Row(tuple(Tile(enlarge(picture[window], 2)) for picture in pictures), name)
