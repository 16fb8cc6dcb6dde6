"""What happens when the device's memory runs out."""

from __future__ import annotations

import numpy as np
import pytest
from tasks.fake_generators import FakeEngine, FakeGenerator, plane_oracle, run_inpaint

from restorer.core.errors import OutOfMemoryError
from restorer.core.lazy import load_cv2
from restorer.core.progress import Notice, TileFinished, TilesPlanned
from restorer.tasks import means


@pytest.fixture(autouse=True)
def tiles_of_256_px(monkeypatch: pytest.MonkeyPatch) -> None:
    """The figures below follow from halving this."""
    monkeypatch.setattr(means, "TILE_SIDE_PX", 256)


def gradient(height: int, width: int) -> np.ndarray:
    y, x = np.mgrid[:height, :width]
    return np.rint(50 + 150 * (x / width * 0.6 + y / height * 0.4)).astype(np.uint8)[..., None]


def line(height: int, width: int, thickness: int) -> np.ndarray:
    plane = np.zeros((height, width), np.uint8)
    load_cv2().line(plane, (20, 30), (width - 20, height - 30), 255, thickness)
    return plane


def test_the_rest_is_cut_into_smaller_tiles() -> None:
    clean, plane = gradient(500, 700), line(500, 700, 4)
    damaged = np.where(plane[..., None] > 0, np.uint8(0), clean)
    generator = FakeGenerator(plane_oracle)

    def shrink_memory(event: object) -> None:
        if isinstance(event, TileFinished) and event.index == 1:
            generator.fits_px = 130

    outcome = run_inpaint(damaged, plane, generator, watch=shrink_memory)
    notices = [event.message for event in outcome.events if isinstance(event, Notice)]
    assert notices == ["smaller: 128"]
    first, second = (event.tiles for event in outcome.events if isinstance(event, TilesPlanned))
    assert len(second) > len(first) - 2, "what is left, in smaller tiles"
    finished = [event for event in outcome.events if isinstance(event, TileFinished)]
    assert [event.index for event in finished] == [0, 1, *range(len(second))]
    assert outcome.result.tiles == len(finished)
    assert np.abs(outcome.after.astype(int) - clean).max() <= 1


def test_it_steps_down_as_often_as_it_takes() -> None:
    clean, plane = gradient(300, 400), line(300, 400, 3)
    generator = FakeGenerator(plane_oracle, fits_px=64)
    outcome = run_inpaint(np.where(plane[..., None] > 0, np.uint8(0), clean), plane, generator)
    assert sum(isinstance(event, Notice) for event in outcome.events) == 2
    assert np.abs(outcome.after.astype(int) - clean).max() <= 1


def test_a_thick_hole_is_planned_afresh_for_tiles_that_see_little() -> None:
    clean, plane = gradient(400, 500), line(400, 500, 130)
    damaged = np.where(plane[..., None] > 0, np.uint8(0), clean)
    generator = FakeGenerator(plane_oracle, fits_px=64)
    outcome = run_inpaint(damaged, plane, generator)
    assert np.abs(outcome.after.astype(int) - clean).max() <= 3
    done = [(mask == 0).any() for _, mask in generator.calls if max(mask.shape) <= 64]
    assert all(done), "no tile may be blind"


def test_at_the_bottom_of_the_ladder_it_fails() -> None:
    plane = line(300, 400, 3)
    engine = FakeEngine(FakeGenerator(plane_oracle, fits_px=10))
    with pytest.raises(OutOfMemoryError):
        run_inpaint(gradient(300, 400), plane, engine.generator, engine=engine)
    assert engine.leased == 0
