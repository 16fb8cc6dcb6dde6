"""What every task says of its pixels: a promise of its fidelity, checked on a small photo."""

from __future__ import annotations

import numpy as np
import pytest

from restorer.core.image import Image
from restorer.core.mask import Mask
from restorer.core.progress import CancelToken
from restorer.core.provenance import PixelClass, ProvenanceMap
from restorer.core.result import TaskResult
from restorer.session.engines import ClassicalEngine
from restorer.tasks import TASKS
from restorer.tasks.spec import CLASSICAL, Fidelity, Task, TaskInput

W, H = 96, 72
NEEDS_AN_ENGINE = ("simulate-damage",)
CHANGES = {
    "crop": [{"angle": 4.0}, {"turns": 1}, {"x": 5, "y": 6, "width": 40, "height": 30}],
    "tone": [{"exposure": 0.4}, {"saturation": 30.0}],
}
"""Parameters under which a task does something, where the defaults do nothing."""
CASES = [
    (task, params) for task in TASKS.values() for params in CHANGES.get(task.id, [{}]) if task.id not in NEEDS_AN_ENGINE
]


def photo() -> Image:
    rng = np.random.default_rng(4)
    y, x = np.mgrid[:H, :W]
    wave = 30000 + 14000 * np.sin(x / 9) + 9000 * np.cos(y / 7)
    pixels = wave[..., None] + rng.normal(0, 900, (H, W, 3))
    pixels[20:23, 10:80] = 65000
    return Image(np.clip(pixels, 0, 65535).astype(np.uint16))


def run(task: Task, params: dict[str, object], mask: Mask | None) -> TaskResult:
    given = TaskInput(photo(), mask, task.params(**params), CLASSICAL, uses=dict.fromkeys(task.uses, CLASSICAL))
    work = task.run(given, ClassicalEngine(), CancelToken())
    while True:
        try:
            next(work)
        except StopIteration as stop:
            return stop.value


@pytest.mark.parametrize(("task", "params"), CASES, ids=lambda value: getattr(value, "id", ""))
def test_classes_keep_the_promise_of_the_fidelity(task: Task, params: dict[str, object]) -> None:
    plane = np.zeros((H, W), np.uint8)
    plane[18:25, 8:82] = 255
    before = photo()
    result = run(task, params, Mask(plane) if task.needs_mask else None)
    after = result.applied_to(before)
    known = result.provenance_after(ProvenanceMap(W, H), before, after)
    classes = known.plane()
    assert classes.shape == (after.height, after.width)
    # Without weights nothing was learnt elsewhere.
    assert not np.isin(classes, (PixelClass.GENERATED, PixelClass.FACE)).any()
    if task.fidelity is Fidelity.CONSERVE:
        assert known.invented_fraction == 0
    if result.reframed is None:
        differs = (after.pixels != before.pixels).any(axis=2)
        assert np.array_equal(differs & (classes == PixelClass.ORIGINAL), np.zeros_like(differs))
    else:
        exact = result.reframed.placement.is_exact
        assert (classes == PixelClass.ORIGINAL).all() == exact
        if exact:
            assert np.array_equal(result.reframed.placement.take(before.pixels), after.pixels)
    if task.needs_mask:
        assert (classes == PixelClass.FILLED).any()
        assert not (classes[:10] != PixelClass.ORIGINAL).any()
