from __future__ import annotations

import contextlib

import numpy as np
import pytest

from restorer.core.errors import Cancelled, InputError
from restorer.core.image import Image
from restorer.core.params import build_params
from restorer.core.progress import CancelToken, TileFinished, TilesPlanned
from restorer.session.engines import ClassicalEngine
from restorer.tasks import TASKS, get_task
from restorer.tasks.simulate_damage import KINDS
from restorer.tasks.spec import CLASSICAL, TaskInput


def run(photo, token=None, watch=lambda event: None, seed=0, **params):
    task = get_task("simulate-damage")
    given = TaskInput(photo, None, build_params(task.params, params), CLASSICAL, seed)
    work = task.run(given, ClassicalEngine(), token or CancelToken())
    events = []
    with contextlib.closing(work):
        while True:
            try:
                events.append(next(work))
            except StopIteration as stop:
                return stop.value, events
            watch(events[-1])


@pytest.fixture
def small(photo) -> Image:
    return Image(np.ascontiguousarray(photo.pixels[:96, :112]))


def test_it_is_the_last_in_the_list():
    assert list(TASKS)[-1] == "simulate-damage"


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_damages(small, kind):
    result, events = run(small, kind=kind, severity=100.0)
    assert result.changed_pixels(small) > 0
    assert isinstance(events[0], TilesPlanned)
    finished = [event for event in events if isinstance(event, TileFinished)]
    assert len(finished) == len(events[0].tiles)
    assert np.array_equal(finished[-1].preview.pixels, small.with_patches(result.patches).pixels)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_depth_channels_and_alpha_are_kept(small, dtype, channels):
    white = 1 if dtype == np.float32 else np.iinfo(dtype).max
    pixels = np.concatenate([small.pixels, 255 - small.pixels[..., :1]], axis=2) / 255 * white
    pick = {1: [0], 2: [0, 3], 3: [0, 1, 2], 4: [0, 1, 2, 3]}[channels]
    photo = Image(np.ascontiguousarray(pixels[..., pick].astype(dtype)))
    result, _ = run(photo, kind="mechanical", severity=100.0)
    after = photo.with_patches(result.patches)
    assert after.pixels.dtype == dtype
    assert after.channels == channels
    if photo.has_alpha:
        assert np.array_equal(after.pixels[..., -1], photo.pixels[..., -1])
    marked = np.zeros((photo.height, photo.width), bool)
    for piece in result.filled:
        marked[piece.bounds.slices] |= piece.values > 0
    assert 0 < marked.mean() < 1
    assert np.array_equal(after.pixels[~marked], photo.pixels[~marked])


def test_severity_0_changes_nothing(small):
    result, _ = run(small, kind="full", severity=0.0)
    assert result.changed_pixels(small) == 0


def test_it_repeats_and_varies(small):
    def pixels(**params):
        return run(small, kind="mechanical", **params)[0].patches[0].pixels

    assert np.array_equal(pixels(), pixels())
    assert not np.array_equal(pixels(), pixels(variation=1))
    assert not np.array_equal(pixels(), pixels(seed=1))


def test_it_stops_between_two_operations(small):
    token = CancelToken()
    seen = []

    def stop(event):
        if isinstance(event, TileFinished):
            seen.append(event)
            token.cancel()

    with pytest.raises(Cancelled):
        run(small, token, stop, kind="print", severity=100.0)
    assert len(seen) == 1


def test_an_unknown_plan_is_refused(small):
    with pytest.raises(InputError, match=r"'mould'.*print"):
        list(ClassicalEngine().degrade(small, "mould", CancelToken(), severity=1, seed=0))


def test_the_doctor_misses_no_model_for_it():
    from restorer.session.diagnosis import diagnose
    from restorer.session.session import Session

    assert not any("simulate-damage" in finding.what for finding in diagnose(Session()).findings)
