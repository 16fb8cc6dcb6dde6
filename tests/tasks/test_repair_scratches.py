from __future__ import annotations

import contextlib
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from tasks.fake_generators import FakeGenerator, constant

from restorer.core.damage import DAMAGE_CLASSES
from restorer.core.errors import Cancelled, InputError
from restorer.core.geometry import Bounds
from restorer.core.image import Image
from restorer.core.mask import Mask
from restorer.core.params import build_params, param_specs
from restorer.core.progress import CancelToken, Notice, TaskEvent, TilesPlanned
from restorer.core.result import TaskResult
from restorer.tasks import get_task
from restorer.tasks.detection import DetectionParams, class_switches
from restorer.tasks.inpaint import InpaintParams
from restorer.tasks.spec import CLASSICAL, TaskInput

FILLED = 0.5
TASK = get_task("repair-scratches")


@dataclass
class DetectingEngine:
    """Finds a scratch along row 20 and dust at (40, 50), and fills with one value; remembers what it was asked."""

    device_name: str = "cpu"
    leased: list[str] = field(default_factory=list)
    within: list[Bounds | None] = field(default_factory=list)

    @contextlib.contextmanager
    def lease(self, model_id: str, *, mix: float = 0.0) -> Iterator[FakeGenerator]:
        self.leased.append(model_id)
        yield FakeGenerator(constant(FILLED), model_id=model_id)

    def tile_side(self, generator: Any, *, preferred: int) -> int:
        return preferred

    def run_planes(
        self, generator: Any, photo: Image, token: CancelToken, *, preferred: int, within: Bounds | None = None
    ) -> Generator[TaskEvent, None, np.ndarray]:
        self.within.append(within)
        planes = np.zeros((len(DAMAGE_CLASSES), photo.height, photo.width), np.uint8)
        planes[DAMAGE_CLASSES.index("scratch"), 20, 10:90] = 200
        planes[DAMAGE_CLASSES.index("dust"), 40:43, 50:53] = 140
        yield TilesPlanned((photo.bounds,))
        token.raise_if_cancelled()
        return planes


@pytest.fixture
def engine() -> DetectingEngine:
    return DetectingEngine()


@pytest.fixture
def photo() -> Image:
    return Image(np.full((70, 100, 3), 20, np.uint8))


def repair(
    photo: Image, engine: DetectingEngine, mask: Mask | None = None, token: CancelToken | None = None, **values: object
) -> tuple[np.ndarray, TaskResult, list[TaskEvent]]:
    """What changed, the result, and the events."""
    params = build_params(TASK.params, {"grow_px": 0, "feather_px": 0, "match_grain": 0, **values})
    given = TaskInput(photo, mask, params, "damage", uses={"inpaint": "fill"})
    result, events = drain(TASK.run(given, engine, token or CancelToken()))
    return (photo.with_patches(result.patches).pixels != photo.pixels).any(axis=2), result, events


def drain(work: Generator[TaskEvent, None, TaskResult]) -> tuple[TaskResult, list[TaskEvent]]:
    events = []
    while True:
        try:
            events.append(next(work))
        except StopIteration as stop:
            return stop.value, events


def test_what_is_found_is_filled_and_nothing_else(photo: Image, engine: DetectingEngine) -> None:
    changed, result, events = repair(photo, engine)
    wanted = np.zeros((70, 100), bool)
    wanted[20, 10:90] = wanted[40:43, 50:53] = True
    assert np.array_equal(changed, wanted)
    assert engine.leased == ["damage", "fill"]
    assert result.changed_pixels(photo) == wanted.sum()
    assert sum(isinstance(event, TilesPlanned) for event in events) == 2


def test_sensitivity_and_classes_choose(photo: Image, engine: DetectingEngine) -> None:
    less, _, _ = repair(photo, engine, sensitivity=0.4)
    assert less[20, 50]
    assert not less[41, 51]
    dust, _, _ = repair(photo, engine, **class_switches(["dust"]))
    assert np.argwhere(dust).min(axis=0).tolist() == [40, 50]


def test_a_mask_confines_it(photo: Image, engine: DetectingEngine) -> None:
    plane = np.zeros((70, 100), np.uint8)
    plane[10:30, 30:60] = 255
    changed, _, _ = repair(photo, engine, Mask(plane))
    assert np.argwhere(changed).tolist() == [[20, x] for x in range(30, 60)]
    assert engine.within == [Bounds(30, 10, 60, 30)]


def test_where_nothing_is_found_nothing_changes(photo: Image, engine: DetectingEngine) -> None:
    changed, result, events = repair(photo, engine, **class_switches(["stain"]))
    assert not changed.any()
    assert result.patches == ()
    assert any(isinstance(event, Notice) and "No damage" in event.message for event in events)
    assert engine.leased == ["damage"]


def test_no_kind_of_damage_is_an_error(photo: Image, engine: DetectingEngine) -> None:
    with pytest.raises(InputError, match="No kind"):
        repair(photo, engine, **class_switches([]))


def test_a_mask_of_another_size_is_refused(photo: Image, engine: DetectingEngine) -> None:
    with pytest.raises(InputError, match="100 × 70"):
        repair(photo, engine, Mask(np.ones((5, 5), np.uint8)))


def test_it_can_be_cancelled_before_it_fills(photo: Image, engine: DetectingEngine) -> None:
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        repair(photo, engine, token=token)
    assert engine.leased == ["damage"]


def test_without_weights_the_classical_methods_do_both() -> None:
    pixels = np.random.default_rng(1).normal(100, 3, (120, 160, 1))
    pixels[60:62, 20:140] = 250
    photo = Image(np.clip(pixels, 0, 255).astype(np.uint8))
    given = TaskInput(photo, None, TASK.params(), CLASSICAL, uses={"inpaint": CLASSICAL})
    result, _ = drain(TASK.run(given, DetectingEngine(), CancelToken()))
    after = photo.with_patches(result.patches).pixels
    assert after[60:62, 25:135].max() < 150
    assert np.array_equal(after[:50], photo.pixels[:50])


def test_parameters_of_both_halves_are_there_in_order() -> None:
    names = [spec.name for spec in param_specs(TASK.params)]
    first, second = ([spec.name for spec in param_specs(half)] for half in (DetectionParams, InpaintParams))
    assert names == first + second
    assert TASK.takes_mask
    assert not TASK.needs_mask
    assert TASK.params().grow_px == 2
