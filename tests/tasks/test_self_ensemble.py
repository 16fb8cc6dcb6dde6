"""The mean over all eight ways round."""

from __future__ import annotations

import numpy as np
import pytest
from tasks.fake_generators import FakeGenerator, constant, run_inpaint
from tasks.restoring import FakeEngine, FakeRestorer, picture, restore
from tasks.test_restoring_tasks import FORCED

from restorer.core.contract import FloatPixels, FloatPlane
from restorer.core.errors import Cancelled
from restorer.core.progress import CancelToken
from restorer.tasks.self_ensemble import TURNS, mean_of_turns

EVERY = {**FORCED, "super-resolve": {"factor": 2.0}}
each_task = pytest.mark.parametrize("task", EVERY)


def _downwards(pixels: FloatPixels) -> FloatPixels:
    """Mean of each pixel and the one above: not the same upside down."""
    above = np.concatenate((pixels[:1], pixels[:-1]))
    return (pixels + above) / 2


def _unit(height: int, width: int) -> FloatPixels:
    return np.random.default_rng(3).random((height, width, 3), np.float32)


def test_what_does_not_care_how_the_picture_lies_gives_the_same() -> None:
    pixels = _unit(7, 12)
    assert np.allclose(mean_of_turns(lambda given: 1 - given, pixels), 1 - pixels, atol=1e-6)


def test_what_cares_is_evened_out() -> None:
    pixels = _unit(9, 12)
    mean = mean_of_turns(_downwards, pixels)
    padded = np.pad(pixels, ((1, 1), (1, 1), (0, 0)), mode="edge")
    around = padded[:-2, 1:-1] + padded[2:, 1:-1] + padded[1:-1, :-2] + padded[1:-1, 2:]
    assert np.allclose(mean, pixels / 2 + around / 8, atol=1e-6)


def test_all_eight_ways_round_are_seen_once() -> None:
    seen: list[bytes] = []

    def look(given: FloatPixels) -> FloatPixels:
        seen.append(repr(given.shape).encode() + given.tobytes())
        return given

    pixels = _unit(5, 5)
    assert np.allclose(mean_of_turns(look, pixels), pixels, atol=1e-6)
    assert len(set(seen)) == len(seen) == TURNS


def test_larger_answers_lie_right() -> None:
    pixels = _unit(6, 9)
    twice = mean_of_turns(lambda given: np.kron(given, np.ones((2, 2, 1), np.float32)), pixels, multiple=4, scale=2)
    assert np.allclose(twice, np.kron(pixels, np.ones((2, 2, 1))), atol=1e-6)


def _blocky(pixels: FloatPixels) -> FloatPixels:
    """The mean of every square of 4 px: sees the grid that it works on."""
    height, width, channels = pixels.shape
    assert height % 4 == width % 4 == 0
    means = pixels.reshape(height // 4, 4, width // 4, 4, channels).mean(axis=(1, 3))
    return np.kron(means, np.ones((4, 4, 1), np.float32))


def test_the_grid_lies_the_same_whichever_way_round() -> None:
    pixels = _unit(20, 30)
    whole = mean_of_turns(_blocky, pixels, multiple=4)
    assert np.allclose(whole[:, :28], _blocky(pixels[:, :28]), atol=1e-6)


@each_task
def test_tasks_that_are_thorough(task: str) -> None:
    pixels = picture(61, 90, 3, np.uint8)
    once, often = FakeRestorer(_downwards, multiple=4), FakeRestorer(_downwards, multiple=4)
    if task == "super-resolve":
        for each in (once, often):
            each.scale, each.restore = 2, lambda given: np.kron(_downwards(given), np.ones((2, 2, 1), np.float32))
    plain = _after(task, pixels, once, {})
    thorough = _after(task, pixels, often, {"thorough": True})
    assert len(often.shapes) == TURNS * len(once.shapes)
    assert plain.shape == thorough.shape
    assert not np.array_equal(plain, thorough)
    upside_down = _after(task, pixels[::-1].copy(), often, {"thorough": True})[::-1]
    assert np.abs(upside_down.astype(int) - thorough).max() <= 1


@each_task
def test_tiles_of_the_thorough_do_not_show(task: str) -> None:
    pixels = picture(150, 170, 3, np.uint8)
    network = FakeRestorer(_downwards, multiple=4)
    if task == "super-resolve":
        network.scale, network.restore = 2, lambda given: np.kron(_downwards(given), np.ones((2, 2, 1), np.float32))
    whole = _after(task, pixels, network, {"thorough": True})
    engine = FakeEngine({"fake": network}, limit_px=80)
    tiled = restore(task, pixels, {**EVERY[task], "thorough": True}, engine=engine)
    assert tiled.result.tiles > 4
    after = tiled.result.reframed.image.pixels if tiled.result.reframed else tiled.after
    assert np.abs(after.astype(int) - whole).max() <= 1


@each_task
def test_the_thorough_are_cancelled_between_two_ways_round(task: str) -> None:
    token = CancelToken()
    calls = []

    def cancelling(tile: FloatPixels) -> FloatPixels:
        calls.append(tile.shape)
        token.cancel()
        token.raise_if_cancelled()  # as networks do between their layers
        return tile

    network = FakeRestorer(cancelling, scale=2 if task == "super-resolve" else 1)
    with pytest.raises(Cancelled):
        restore(task, picture(40, 40, 3, np.uint8), {**EVERY[task], "thorough": True}, network=network, token=token)
    assert len(calls) == 1


def _after(task: str, pixels: np.ndarray, network: FakeRestorer, more: dict[str, bool]) -> np.ndarray:
    done = restore(task, pixels, {**EVERY[task], **more}, network=network)
    return done.result.reframed.image.pixels if done.result.reframed else done.after


def _rising(pixels: FloatPixels, mask: FloatPlane) -> FloatPixels:
    """Fills with how far down the crop a pixel lies: not the same upside down."""
    rows = np.linspace(0, 1, len(mask), dtype=np.float32)[:, None, None]
    return np.where(mask[..., None] > 0, rows, pixels)


BARE = {"grow_px": 0, "feather_px": 0, "match_grain": 0, "texture": 0}


def test_a_thorough_fill_is_the_mean_and_the_rest_stays() -> None:
    pixels = picture(80, 80, 3, np.uint16)
    plane = np.zeros((80, 80), np.uint8)
    plane[30:34, 10:70] = 255
    network = FakeGenerator(_rising, multiple=8)
    done = run_inpaint(pixels, plane, network, params={**BARE, "thorough": True})
    assert len(network.calls) == TURNS
    assert np.array_equal(done.after[plane == 0], pixels[plane == 0])
    middle = done.after[plane > 0].astype(float) / 65535
    assert middle.mean() == pytest.approx(0.5, abs=0.05), "up and down even out"
    for shown, mask in network.calls:
        assert (shown[mask > 0] == 0).all(), "the mask is turned with the picture"


def test_a_coarse_start_is_turned_along() -> None:
    plane = np.zeros((400, 400), np.uint8)
    plane[60:340, 60:340] = 255
    pixels = picture(400, 400, 3, np.uint8)

    class Refining(FakeGenerator):
        def __call__(self, pixels, mask=None, *, start=None, variation=None):  # type: ignore[no-untyped-def]
            filled = super().__call__(pixels, mask, start=start, variation=variation)
            return filled if start is None else np.where(np.isnan(start), filled, start).astype(np.float32)

    plain = run_inpaint(pixels, plane, Refining(constant(0.5), can_refine=True, context_px=32), params=BARE)
    network = Refining(constant(0.5), can_refine=True, context_px=32)
    done = run_inpaint(pixels, plane, network, params={**BARE, "thorough": True})
    assert any(start is not None for start in network.starts)
    assert np.abs(done.after.astype(int) - plain.after).max() <= 1


def test_other_draws_are_not_averaged() -> None:
    pixels = picture(80, 80, 3, np.uint8)
    plane = np.zeros((80, 80), np.uint8)
    plane[30:34, 10:70] = 255
    network = FakeGenerator(constant(0.5), can_vary=True)
    run_inpaint(pixels, plane, network, params={**BARE, "thorough": True, "variant": 2})
    assert len(network.calls) == 1
