from __future__ import annotations

from collections.abc import Generator
from itertools import pairwise
from typing import TypeVar

import numpy as np
import pytest
from engine.conftest import EngineMaker
from engine.tiny_models import Hungry, ModelMaker
from hypothesis import given, settings
from hypothesis import strategies as st

from restorer.core import tiled_run, tiling
from restorer.core.contract import FloatPixels
from restorer.core.errors import Cancelled, DeviceMemoryError, MissingTileError, OutOfMemoryError
from restorer.core.geometry import Bounds
from restorer.core.image import ColorTag, Image
from restorer.core.progress import CancelToken, Notice, TaskEvent, TileFinished, TilesPlanned, TileStarted
from restorer.core.tiled_run import Sweep, run_tiled
from restorer.core.tiling import TileShape
from restorer.engine.devices import DeviceInfo
from restorer.engine.engine import TorchEngine
from restorer.engine.lease import LeasedGenerator

T = TypeVar("T")


class Runner:
    """Returns what it is given, in tiles of at most ``side``; its memory runs out above ``most``."""

    def __init__(self, side: int, most: int = 10**9) -> None:
        self.side = side
        self.most = most
        self.calls = 0

    def compute(self, pixels: FloatPixels) -> FloatPixels:
        if max(pixels.shape) > self.most:
            raise DeviceMemoryError("full")
        self.calls += 1
        return pixels.copy()

    def tile_side(self) -> int:
        return self.side

    def step_down(self, side: int) -> Notice:
        if side < 16:
            raise OutOfMemoryError("No memory.")
        self.side = side // 2
        return Notice(f"now {self.side}")


def drain(work: Generator[TaskEvent, None, T]) -> tuple[T, list[TaskEvent]]:
    events = []
    while True:
        try:
            events.append(next(work))
        except StopIteration as stop:
            return stop.value, events


def picture(height: int, width: int, channels: int, dtype: type, seed: int = 0) -> Image:
    random = np.random.default_rng(seed)
    if dtype is np.float32:
        return Image(random.random((height, width, channels), np.float32))
    return Image(random.integers(0, np.iinfo(dtype).max, (height, width, channels), dtype, endpoint=True))


@settings(max_examples=60)
@given(
    size=st.tuples(st.integers(1, 150), st.integers(1, 150)),
    channels=st.integers(1, 4),
    dtype=st.sampled_from([np.uint8, np.uint16, np.float32]),
    shape=st.builds(TileShape, st.integers(0, 12), st.integers(0, 12), st.sampled_from([1, 4, 8])),
    side=st.integers(1, 160),
    most=st.sampled_from([10**9, 96, 64]),
)
def test_identity_returns_its_input_exactly(
    size: tuple[int, int], channels: int, dtype: type, shape: TileShape, side: int, most: int
) -> None:
    photo = picture(*size, channels, dtype)
    result, _ = drain(run_tiled(photo, Runner(side, max(most, shape.minimum_side)), shape, CancelToken()))
    assert result.pixels.dtype == photo.pixels.dtype
    assert np.array_equal(result.pixels, photo.pixels)


def test_colour_tag_is_kept() -> None:
    photo = Image(picture(8, 8, 3, np.uint8).pixels, ColorTag(b"profile", "Adobe RGB"))
    assert drain(run_tiled(photo, Runner(8), TileShape(0), CancelToken()))[0].color == photo.color


def test_events_in_order_and_previews_that_make_up_the_picture() -> None:
    photo = picture(70, 90, 4, np.uint16)
    result, events = drain(run_tiled(photo, Runner(40), TileShape(4, 4, 2), CancelToken()))
    planned, *rest = events
    assert isinstance(planned, TilesPlanned)
    total = len(planned.tiles)
    assert total == 9
    assert [type(event) for event in rest] == [TileStarted, TileFinished] * total
    shown = np.zeros_like(photo.pixels)
    for index, (started, finished) in enumerate(zip(rest[::2], rest[1::2], strict=True)):
        assert started.index == finished.index == index
        assert started.total == finished.total == total
        assert started.bounds == finished.preview.bounds == planned.tiles[index]
        shown[finished.preview.bounds.slices] = finished.preview.pixels
    assert np.array_equal(shown, result.pixels)


def test_cancel_between_tiles() -> None:
    token = CancelToken()
    runner = Runner(32)
    work = run_tiled(picture(100, 100, 3, np.uint8), runner, TileShape(2), token)
    finished = 0
    for event in work:
        finished += isinstance(event, TileFinished)
        if finished == 3:
            token.cancel()
            break
    with pytest.raises(Cancelled):
        next(work)
    assert runner.calls == 3


def test_cancel_within_a_tile_that_had_to_be_cut_up() -> None:
    token = CancelToken()
    runner = Runner(64, most=32)
    work = run_tiled(picture(64, 64, 3, np.uint8), runner, TileShape(2), token)
    assert next(event for event in work if isinstance(event, Notice)).message == "now 32"
    token.cancel()
    with pytest.raises(Cancelled):
        next(work)
    assert runner.calls == 0


def test_finished_tiles_are_kept_when_memory_runs_out() -> None:
    class Filling(Runner):
        def compute(self, pixels: FloatPixels) -> FloatPixels:
            if self.calls == 3:
                self.most = 20
            return super().compute(pixels)

    runner = Filling(40)
    photo = picture(80, 80, 3, np.uint8)
    result, events = drain(run_tiled(photo, runner, TileShape(0), CancelToken()))
    assert np.array_equal(result.pixels, photo.pixels)
    assert sum(isinstance(event, TilesPlanned) for event in events) == 1
    assert [event.message for event in events if isinstance(event, Notice)] == ["now 20"]
    assert runner.calls == 3 + 4


def test_bottom_of_the_ladder() -> None:
    with pytest.raises(OutOfMemoryError):
        drain(run_tiled(picture(64, 64, 3, np.uint8), Runner(64, most=0), TileShape(2), CancelToken()))


def test_a_tile_that_is_lost_raises(monkeypatch: pytest.MonkeyPatch) -> None:
    def forgetful(self: tiling.TileBlender, tile: tiling.Tile, pixels: FloatPixels) -> None:
        if tile.index != 2:
            original(self, tile, pixels)

    original = tiled_run.TileBlender.add
    monkeypatch.setattr(tiled_run.TileBlender, "add", forgetful)
    with pytest.raises(MissingTileError, match="Tile 3 of 4"):
        drain(run_tiled(picture(60, 60, 3, np.uint8), Runner(32), TileShape(1), CancelToken()))


def through(engine: TorchEngine, generator: LeasedGenerator, photo: Image, side: int) -> tuple[Image, list[TaskEvent]]:
    return drain(engine.run_tiled(generator, photo, CancelToken(), preferred=side, feather_px=6))


@pytest.mark.parametrize("channels", [1, 3])
def test_tiled_equals_untiled(make_model: ModelMaker, make_engine: EngineMaker, channels: int) -> None:
    make_model("bounded")
    engine = make_engine()
    photo = picture(150, 211, channels, np.float32)
    with engine.lease("bounded") as generator:
        untiled = generator(photo.pixels)
        for side in (64, 90, 150):
            tiled, events = through(engine, generator, photo, side)
            assert len(events[0].tiles) > 1
            assert np.abs(tiled.pixels - untiled).max() < 1e-5
    assert untiled.std() > 0.02, "a flat picture would prove nothing"


def test_too_little_context_would_show(make_model: ModelMaker, make_engine: EngineMaker) -> None:
    make_model("bounded", context_px=0)
    engine = make_engine()
    photo = picture(150, 211, 3, np.float32)
    with engine.lease("bounded") as generator:
        tiled, _ = through(engine, generator, photo, 64)
        assert np.abs(tiled.pixels - generator(photo.pixels)).max() > 1 / 255


def test_the_ladder_ends_with_the_same_picture(
    make_model: ModelMaker,
    make_engine: EngineMaker,
    fake_accelerator: DeviceInfo,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    make_model("hungry")
    engine = make_engine("auto")
    photo = picture(256, 300, 3, np.uint8)
    with engine.lease("hungry") as generator:
        expected, events = through(engine, generator, photo, 256)
        assert not any(isinstance(event, Notice) for event in events)
        monkeypatch.setattr(Hungry, "most_px", 100)
        stepped, events = through(engine, generator, photo, 256)
    assert np.abs(stepped.pixels.astype(int) - expected.pixels).max() <= 1
    assert [event.message for event in events if isinstance(event, Notice)] == [
        "Graphics memory ran out; went on with smaller tiles (128 px).",
    ]


def test_the_ladder_down_to_the_processor(
    make_model: ModelMaker,
    make_engine: EngineMaker,
    fake_accelerator: DeviceInfo,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    make_model("hungry")
    engine = make_engine("auto")
    photo = picture(200, 200, 1, np.uint16)
    with engine.lease("hungry") as generator:
        expected, _ = through(engine, generator, photo, 200)

        def only_the_processor(self: Hungry, image: object) -> object:
            if generator.model.device.index is not None:
                raise MemoryError
            return forward(self, image)

        forward = Hungry.forward
        monkeypatch.setattr(Hungry, "forward", only_the_processor)
        stepped, events = through(engine, generator, photo, 200)
    assert np.abs(stepped.pixels.astype(int) - expected.pixels).max() <= 2
    said = [event.message for event in events if isinstance(event, Notice)]
    assert len(said) == 2
    assert "96 px" in said[0]
    assert "processor" in said[1]


def test_memory_is_tried_in_falling_sizes_only(
    make_model: ModelMaker, make_engine: EngineMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_model("hungry")
    engine = make_engine()
    monkeypatch.setattr(Hungry, "most_px", 0)
    with engine.lease("hungry") as generator:
        assert engine.tile_side(generator, preferred=512) == 64, "not even the probe fits"
        with pytest.raises(OutOfMemoryError):
            through(engine, generator, picture(300, 300, 3, np.uint8), 512)
        tried = [max(call[1:]) for call in generator.model._network.calls]
    assert all(after <= before for before, after in pairwise(tried))


def test_a_network_that_enlarges_tiled_and_untiled(make_model: ModelMaker, make_engine: EngineMaker) -> None:
    make_model("doubling")
    engine = make_engine()
    photo = Image(np.concatenate([picture(70, 111, 3, np.float32).pixels, np.zeros((70, 111, 1), np.float32)], axis=2))
    with engine.lease("doubling") as generator:
        untiled = generator(photo.pixels[..., :3])
        for feather_px in (0, 5):
            tiled, events = drain(
                engine.run_tiled(generator, photo, CancelToken(), preferred=48, feather_px=feather_px)
            )
            assert tiled.pixels.shape == (140, 222, 4)
            assert np.abs(tiled.pixels[..., :3] - untiled).max() < 1e-5
            previews = [event.preview for event in events if isinstance(event, TileFinished)]
            assert len(previews) > 4
            assert all(photo.bounds.contains(preview.bounds) for preview in previews)


@settings(max_examples=60)
@given(
    size=st.tuples(st.integers(1, 120), st.integers(1, 120)),
    corner=st.tuples(st.floats(0, 1), st.floats(0, 1)),
    part=st.tuples(st.floats(0, 1), st.floats(0, 1)),
    shape=st.builds(TileShape, st.integers(0, 8), st.integers(0, 8), st.sampled_from([1, 4])),
    side=st.integers(1, 80),
    scale=st.integers(1, 3),
)
def test_windows_come_out_as_in_the_whole_photo(
    size: tuple[int, int],
    corner: tuple[float, float],
    part: tuple[float, float],
    shape: TileShape,
    side: int,
    scale: int,
) -> None:
    """Each pixel of a runner that only repeats, marked by ``finish``, is computed and finished once."""

    class Repeating(Runner):
        def compute(self, pixels: FloatPixels) -> FloatPixels:
            return pixels.repeat(scale, axis=0).repeat(scale, axis=1)

    photo = picture(*size, 1, np.float32)
    left, top = int(corner[0] * (size[1] - 1)), int(corner[1] * (size[0] - 1))
    window = Bounds(
        left, top, left + 1 + int(part[0] * (size[1] - left - 1)), top + 1 + int(part[1] * (size[0] - top - 1))
    )
    sweep = Sweep(photo, Repeating(side), shape, scale, finish=lambda source, result, place: result + np.float32(1))
    (pixels,), tiles = drain(sweep.run((window,), CancelToken()))[0]
    expected = photo.crop(window).repeat(scale, axis=0).repeat(scale, axis=1) + np.float32(1)
    assert np.array_equal(pixels, expected)
    assert tiles >= 1


def test_parts_that_are_not_wanted_stay_and_are_not_computed() -> None:
    photo = picture(90, 90, 3, np.uint8)
    runner = Runner(32)
    wanted = Bounds(0, 0, 20, 20)
    sweep = Sweep(
        photo,
        runner,
        TileShape(2),
        finish=lambda source, result, place: 1 - result,
        is_wanted=lambda part: part.overlaps(wanted),
    )
    ((pixels,), tiles), events = drain(sweep.run((photo.bounds,), CancelToken()))
    assert tiles == runner.calls == sum(isinstance(event, TileFinished) for event in events) == 1
    assert np.array_equal(pixels[:20, :20], 255 - photo.pixels[:20, :20])
    assert np.array_equal(pixels[40:], photo.pixels[40:])
