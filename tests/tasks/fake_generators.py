"""Generators and an engine without a network, and a way to run a task with them."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from restorer.core.contract import FloatPixels, FloatPlane, Variation
from restorer.core.contract import Generator as Network
from restorer.core.errors import DeviceMemoryError, OutOfMemoryError
from restorer.core.image import Image, Pixels
from restorer.core.mask import Mask
from restorer.core.params import build_params
from restorer.core.progress import CancelToken, Notice, TaskEvent
from restorer.core.result import TaskResult
from restorer.tasks import get_task
from restorer.tasks.spec import TaskInput

Fill = Callable[[FloatPixels, FloatPlane], FloatPixels]
MODEL = "fake"


@dataclass
class FakeGenerator:
    """Calls a function, remembers what it was given, and has only so much memory."""

    fill: Fill
    context_px: int = 64
    model_id: str = MODEL
    model_hash: str = "0" * 64
    fits_px: int = 10_000
    multiple: int = 1
    can_vary: bool = False
    can_refine: bool = False
    calls: list[tuple[FloatPixels, FloatPlane]] = field(default_factory=list)
    starts: list[FloatPixels | None] = field(default_factory=list)
    variations: list[Variation | None] = field(default_factory=list)

    def __call__(
        self,
        pixels: FloatPixels,
        mask: FloatPlane | None = None,
        *,
        start: FloatPixels | None = None,
        variation: Variation | None = None,
    ) -> FloatPixels:
        assert mask is not None
        assert pixels.dtype == mask.dtype == np.float32
        assert pixels.shape[:2] == mask.shape
        assert np.isfinite(pixels).all()
        assert pixels.min() >= 0
        assert pixels.max() <= 1
        assert self.can_refine or start is None
        assert self.can_vary or variation is None
        self.calls.append((pixels.copy(), mask.copy()))
        self.starts.append(start)
        self.variations.append(variation)
        if max(pixels.shape[:2]) > self.fits_px:
            raise DeviceMemoryError("too large")
        return self.fill(pixels, mask)


@dataclass
class FakeEngine:
    """Owner of one generator; halves its tiles when told to step down."""

    generator: FakeGenerator
    limit_px: int = 10_000
    device_name: str = "cpu"
    leased: int = 0
    mixes: list[float] = field(default_factory=list)

    @contextlib.contextmanager
    def lease(self, model_id: str, *, mix: float = 0.0) -> Iterator[Network]:
        assert model_id == MODEL
        self.leased += 1
        self.mixes.append(mix)
        try:
            yield self.generator
        finally:
            self.leased -= 1

    def tile_side(self, generator: Network, *, preferred: int) -> int:
        assert generator is self.generator
        return min(preferred, self.limit_px)

    def step_down(self, generator: Network, side: int) -> Notice:
        if side <= 64:
            raise OutOfMemoryError("nothing left")
        self.limit_px = side // 2
        return Notice(f"smaller: {self.limit_px}")


def constant(value: float) -> Fill:
    """Fills with one value."""
    return lambda pixels, mask: np.where(mask[..., None] > 0, np.float32(value), pixels)


def plane_oracle(pixels: FloatPixels, mask: FloatPlane) -> FloatPixels:
    """Fills with the plane through what is known: right to the last digit on a linear gradient."""
    y, x = np.mgrid[: mask.shape[0], : mask.shape[1]]
    basis = np.stack([np.ones(mask.size), x.ravel(), y.ravel()], axis=1)
    known = mask.ravel() == 0
    flat = pixels.reshape(mask.size, -1)
    coefficients = np.linalg.lstsq(basis[known], flat[known], rcond=None)[0]
    fitted = np.clip(basis @ coefficients, 0, 1).reshape(pixels.shape)
    return np.where(mask[..., None] > 0, fitted, pixels).astype(np.float32)


@dataclass
class Outcome:
    """What a run came to."""

    before: Pixels
    after: Pixels
    result: TaskResult
    events: list[TaskEvent]


def run_inpaint(
    pixels: Pixels,
    plane: npt.NDArray[np.uint8],
    generator: FakeGenerator | None = None,
    *,
    seed: int = 0,
    engine: FakeEngine | None = None,
    token: CancelToken | None = None,
    watch: Callable[[TaskEvent], None] = lambda event: None,
    params: Mapping[str, object] | None = None,
) -> Outcome:
    """Runs the inpaint task, classical where no generator is given.

    Unless asked for, nothing is done to what comes from the generator: no grain, no texture, no correction.
    """
    task = get_task("inpaint")
    photo = Image(pixels)
    owner = engine or FakeEngine(generator or FakeGenerator(constant(0)))
    values = {"match_grain": 0, "texture": 0, "similar": False, **(params or {})}
    given = TaskInput(photo, Mask(plane), build_params(task.params, values), MODEL, seed)
    if generator is None:
        given = TaskInput(photo, Mask(plane), given.params, "classical", seed)
    work = task.run(given, owner, token or CancelToken())
    events: list[TaskEvent] = []
    with contextlib.closing(work):
        while True:
            try:
                event = next(work)
            except StopIteration as stop:
                result: TaskResult = stop.value
                return Outcome(pixels, photo.with_patches(result.patches).pixels, result, events)
            events.append(event)
            watch(event)
