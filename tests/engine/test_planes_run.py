"""Probabilities of a whole photo, tile by tile."""

from __future__ import annotations

from collections.abc import Generator

import numpy as np
import pytest
from engine.conftest import EngineMaker
from engine.tiny_models import ModelMaker

from restorer.core.contract import BytePlanes
from restorer.core.errors import Cancelled
from restorer.core.geometry import Bounds
from restorer.core.image import Image
from restorer.core.progress import CancelToken, Notice, TaskEvent, TileFinished, TilesPlanned, TileStarted
from restorer.core.unit import to_unit


def drain(work: Generator[TaskEvent, None, BytePlanes]) -> tuple[BytePlanes, list[TaskEvent]]:
    events = []
    while True:
        try:
            events.append(next(work))
        except StopIteration as stop:
            return stop.value, events


@pytest.fixture(params=["gray", "color", "deep and transparent"])
def photo(request: pytest.FixtureRequest, random: np.random.Generator) -> Image:
    channels, dtype = {"gray": (1, np.uint8), "color": (3, np.uint8), "deep and transparent": (4, np.uint16)}[
        request.param
    ]
    return Image(random.integers(0, np.iinfo(dtype).max, (75, 91, channels), dtype))


@pytest.mark.parametrize("side", [40, 64, 512])
def test_tiled_and_untiled_are_the_same(
    make_model: ModelMaker, make_engine: EngineMaker, photo: Image, side: int
) -> None:
    make_model("segmenting")
    engine = make_engine()
    with engine.lease("segmenting") as network:
        whole = network.planes(to_unit(photo.pixels[..., : photo.color_channels]))
        planes, events = drain(engine.run_planes(network, photo, CancelToken(), preferred=side))
    assert planes.shape == (2, 75, 91)
    assert np.abs(planes.astype(int) - np.rint(whole * 255).transpose(2, 0, 1)).max() <= 1
    assert planes.std() > 5, "there is something to compare"
    (plan,) = [event for event in events if isinstance(event, TilesPlanned)]
    assert (len(plan.tiles) == 1) is (side == 512)
    covered = np.zeros((75, 91), int)
    for tile in plan.tiles:
        covered[tile.slices] += 1
    assert (covered == 1).all()


def test_a_part_is_what_it_is_in_the_whole(
    make_model: ModelMaker, make_engine: EngineMaker, random: np.random.Generator
) -> None:
    make_model("segmenting")
    engine, photo = make_engine(), Image(random.integers(0, 255, (90, 100, 3), np.uint8))
    bounds = Bounds(37, 31, 61, 80)
    with engine.lease("segmenting") as network:
        whole, _ = drain(engine.run_planes(network, photo, CancelToken()))
        part, events = drain(engine.run_planes(network, photo, CancelToken(), within=bounds, preferred=40))
    inside = (slice(None), *bounds.slices)
    assert np.abs(part[inside].astype(int) - whole[inside]).max() <= 1
    part[inside] = 0
    assert not part.any()
    previews = [event.preview for event in events if isinstance(event, TileFinished)]
    assert all(np.array_equal(preview.pixels, photo.crop(preview.bounds)) for preview in previews)


def test_where_memory_runs_out_smaller_tiles_give_the_same(
    make_model: ModelMaker, make_engine: EngineMaker, random: np.random.Generator
) -> None:
    make_model("segmenting")
    make_model("hungrysegmenting")
    engine, photo = make_engine(), Image(random.integers(0, 255, (150, 190, 1), np.uint8))
    results = []
    for name in ("segmenting", "hungrysegmenting"):
        with engine.lease(name) as network:
            planes, events = drain(engine.run_planes(network, photo, CancelToken(), preferred=150))
        results.append(planes.astype(int))
    assert any(isinstance(event, Notice) for event in events)
    assert np.abs(results[0] - results[1]).max() <= 1


def test_it_stops_between_two_tiles(make_model: ModelMaker, make_engine: EngineMaker) -> None:
    make_model("segmenting")
    engine, token = make_engine(), CancelToken()
    with engine.lease("segmenting") as network:
        work = engine.run_planes(network, Image(np.zeros((80, 80, 3), np.uint8)), token, preferred=40)
        for event in work:
            if isinstance(event, TileStarted):
                token.cancel()
                break
        with pytest.raises(Cancelled):
            drain(work)


def test_a_network_that_makes_pictures_has_no_planes(make_model: ModelMaker, make_engine: EngineMaker) -> None:
    make_model("bounded")
    with make_engine().lease("bounded") as network, pytest.raises(ValueError, match="does not segment"):
        network.planes(np.zeros((8, 8, 3), np.float32))
