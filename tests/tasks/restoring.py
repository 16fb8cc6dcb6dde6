"""Running denoise, deblock, deblur and super-resolve with networks that tests make up, or without any."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from restorer.core.contract import FloatPixels, Levels
from restorer.core.contract import Generator as Network
from restorer.core.errors import DeviceMemoryError, OutOfMemoryError
from restorer.core.file_facts import NO_FACTS, FileFacts
from restorer.core.image import Image, Pixels
from restorer.core.mask import Mask
from restorer.core.params import build_params
from restorer.core.progress import CancelToken, Notice, TaskEvent
from restorer.core.result import TaskResult
from restorer.tasks import get_task
from restorer.tasks.spec import CLASSICAL, TaskInput

MODEL = "fake"


@dataclass
class FakeRestorer:
    """Calls a function on tiles and remembers the levels it was told; its memory ends at ``fits_px``."""

    restore: Callable[[FloatPixels], FloatPixels] = np.copy
    context_px: int = 8
    multiple: int = 1
    scale: int = 1
    fits_px: int = 100_000
    model_id: str = MODEL
    model_hash: str = "0" * 64
    takes_levels: bool = True
    levels: list[Levels | None] = field(default_factory=list)
    shapes: list[tuple[int, ...]] = field(default_factory=list)

    def __call__(
        self, pixels: FloatPixels, mask: None = None, *, levels: Levels | None = None, token: CancelToken | None = None
    ) -> FloatPixels:
        assert token is not None
        assert pixels.dtype == np.float32
        assert pixels.min() >= 0
        assert pixels.max() <= 1
        self.levels.append(levels)
        self.shapes.append(pixels.shape)
        if max(pixels.shape) > self.fits_px:
            raise DeviceMemoryError("full")
        return self.restore(pixels)


@dataclass
class FakeEngine:
    """Owner of networks by id; halves its tiles when told to step down."""

    networks: Mapping[str, FakeRestorer]
    limit_px: int = 100_000
    device_name: str = "cpu"
    host_free_bytes: int = 2**33
    mixes: list[float] = field(default_factory=list)

    @contextlib.contextmanager
    def lease(self, model_id: str, *, seed: int = 0, mix: float = 0.0) -> Iterator[Network]:
        self.mixes.append(mix)
        yield self.networks[model_id]  # type: ignore[misc]

    def tile_side(self, generator: Network, *, preferred: int) -> int:
        return min(preferred, self.limit_px)

    def step_down(self, generator: Network, side: int) -> Notice:
        if side <= 16:
            raise OutOfMemoryError("Nothing left.")
        self.limit_px = side // 2
        return Notice(f"smaller: {self.limit_px}")


@dataclass
class Outcome:
    """What a run came to."""

    photo: Image
    result: TaskResult
    events: list[TaskEvent]

    @property
    def after(self) -> Pixels:
        return self.result.applied_to(self.photo).pixels

    @property
    def notices(self) -> list[str]:
        return [event.message for event in self.events if isinstance(event, Notice)]


def restore(
    task_id: str,
    pixels: Pixels,
    params: Mapping[str, Any] | None = None,
    *,
    mask: npt.NDArray[np.uint8] | None = None,
    network: FakeRestorer | None = None,
    engine: FakeEngine | None = None,
    token: CancelToken | None = None,
    file: FileFacts = NO_FACTS,
    model: str | None = None,
    facts: Mapping[str, Any] | None = None,
) -> Outcome:
    """Runs a task; where no model is named, classical without network and engine."""
    task = get_task(task_id)
    owner = engine or FakeEngine({MODEL: network or FakeRestorer()})
    given = TaskInput(
        photo=Image(pixels),
        mask=None if mask is None else Mask(mask),
        params=build_params(task.params, params or {}),
        model=model or (CLASSICAL if network is None and engine is None else MODEL),
        file=file,
        facts=facts or {},
    )
    events: list[TaskEvent] = []
    work = task.run(given, owner, token or CancelToken())  # type: ignore[arg-type]
    with contextlib.closing(work):
        while True:
            try:
                events.append(next(work))
            except StopIteration as stop:
                return Outcome(given.photo, stop.value, events)


def picture(height: int, width: int, channels: int, dtype: npt.DTypeLike, seed: int = 0) -> Pixels:
    """Something of everything: a slope, a bar with hard edges, and noise."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[:height, :width].astype(np.float32)
    base = 0.2 + 0.5 * (x + y) / max(1, width + height) + 0.2 * ((x // 16) % 2)
    unit = base[..., None] + random.normal(0, 0.03, (height, width, channels)).astype(np.float32)
    unit = np.clip(unit, 0, 1)
    kind = np.dtype(dtype)
    if kind == np.float32:
        return unit.astype(np.float32)
    return np.rint(unit * np.iinfo(kind).max).astype(kind)
