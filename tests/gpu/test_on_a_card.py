from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
import torch
from engine.conftest import EngineMaker
from engine.tiny_models import ModelMaker

from restorer.core.contract import FloatPixels, Levels
from restorer.core.errors import DeviceMemoryError, InputError
from restorer.core.image import Image
from restorer.core.progress import CancelToken, Notice, TaskEvent
from restorer.engine import create_engine
from restorer.engine import generator as generator_module
from restorer.engine.devices import available_devices, choose_device, free_bytes
from restorer.engine.engine import TorchEngine
from restorer.engine.lease import LeasedGenerator
from restorer.store import Catalogue
from restorer.tasks import TASKS

pytestmark = pytest.mark.gpu

HALF_TOLERANCE = 2 / 255
"""How far float16 convolutions may be from float32 ones."""


@pytest.fixture
def photo(random: np.random.Generator) -> Image:
    return Image(random.random((700, 900, 3), np.float32))


@pytest.fixture
def little_memory() -> Iterator[None]:
    """This process may have no more of the card's memory than 1 GiB."""
    torch.cuda.empty_cache()
    total = torch.cuda.get_device_properties(0).total_memory
    torch.cuda.set_per_process_memory_fraction(min(1.0, (1 << 30) / total), 0)
    yield
    torch.cuda.set_per_process_memory_fraction(1.0, 0)
    torch.cuda.empty_cache()


def tiled(engine: TorchEngine, generator: LeasedGenerator, photo: Image, side: int) -> tuple[Image, list[TaskEvent]]:
    work = engine.run_tiled(generator, photo, CancelToken(), preferred=side)
    events = []
    while True:
        try:
            events.append(next(work))
        except StopIteration as stop:
            return stop.value, events


def difference(one: FloatPixels, other: FloatPixels) -> float:
    return float(np.abs(one - other).max())


def test_the_card_is_found(card: str) -> None:
    info = choose_device("cuda")
    assert info.id == card
    assert info.name
    assert [device.id for device in available_devices()][:1] == [card]
    assert 0 < info.free_bytes <= info.total_bytes
    assert choose_device("auto").id == card
    assert free_bytes(card) > 0
    with pytest.raises(InputError, match="It has cuda:0"):
        choose_device(f"cuda:{torch.cuda.device_count()}")


def test_tiled_equals_untiled(make_model: ModelMaker, make_engine: EngineMaker, photo: Image) -> None:
    make_model("bounded", half_precision=False)
    engine = make_engine("cuda")
    with engine.lease("bounded") as generator:
        untiled = generator(photo.pixels)
        for side in (96, 256, 512):
            assert difference(tiled(engine, generator, photo, side)[0].pixels, untiled) < 1 / 255


def test_identity_is_exact_even_in_half_precision(
    make_model: ModelMaker, make_engine: EngineMaker, photo: Image
) -> None:
    make_model("identity")
    engine = make_engine("cuda")
    with engine.lease("identity") as generator:
        assert np.array_equal(tiled(engine, generator, photo, 256)[0].pixels, photo.pixels)


def test_half_precision_is_close_to_single(make_model: ModelMaker, make_engine: EngineMaker, photo: Image) -> None:
    make_model("bounded", model_id="half")
    make_model("bounded", model_id="single", half_precision=False)
    engine = make_engine("cuda")
    with engine.lease("half") as half, engine.lease("single") as single:
        apart = difference(half(photo.pixels), single(photo.pixels))
    assert apart < HALF_TOLERANCE
    if generator_module.half_dtype(torch.device("cuda:0")) is not None:
        assert apart > 0, "half precision was not used"


def test_the_card_agrees_with_the_processor(make_model: ModelMaker, make_engine: EngineMaker, photo: Image) -> None:
    make_model("bounded", half_precision=False)
    with make_engine("cuda").lease("bounded") as fast, make_engine("cpu").lease("bounded") as slow:
        assert difference(fast(photo.pixels), slow(photo.pixels)) < HALF_TOLERANCE


def test_same_input_same_pixels(make_model: ModelMaker, make_engine: EngineMaker, photo: Image) -> None:
    make_model("bounded")
    make_model("noisy")
    engine = make_engine("cuda")
    for model_id in ("bounded", "noisy"):
        with engine.lease(model_id, seed=4) as generator:
            assert np.array_equal(generator(photo.pixels), generator(photo.pixels))


def test_the_ladder_on_a_card_that_is_too_small(
    make_model: ModelMaker,
    make_engine: EngineMaker,
    random: np.random.Generator,
    little_memory: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    make_model("bounded", hyperparameters={"channels": 96}, half_precision=False)
    engine = make_engine("cuda")
    photo = Image(random.random((1600, 1600, 3), np.float32))
    # The planner is told a fairy tale, as another program does that takes the memory after it was asked.
    monkeypatch.setattr("restorer.engine.devices.free_bytes", lambda device: 1 << 50)
    with engine.lease("bounded") as generator:
        with pytest.raises(DeviceMemoryError):
            generator(photo.pixels)
        stepped, events = tiled(engine, generator, photo, 1600)
        said = [event.message for event in events if isinstance(event, Notice)]
        assert said
        assert all("Graphics memory ran out; went on with smaller tiles" in message for message in said)
        assert engine.device_name == "cuda:0"
        torch.cuda.set_per_process_memory_fraction(1.0, 0)
        assert difference(stepped.pixels, generator(photo.pixels)) < 1 / 255


def test_a_failed_call_keeps_no_memory(
    make_model: ModelMaker, make_engine: EngineMaker, little_memory: None, random: np.random.Generator
) -> None:
    make_model("bounded", hyperparameters={"channels": 96}, half_precision=False)
    engine = make_engine("cuda")
    with engine.lease("bounded") as generator:
        generator(random.random((64, 64, 3), np.float32))
        before = torch.cuda.memory_allocated()
        with pytest.raises(DeviceMemoryError):
            generator(random.random((2000, 2000, 3), np.float32))
        assert torch.cuda.memory_allocated() <= before


def test_down_to_the_processor_and_back(make_model: ModelMaker, make_engine: EngineMaker) -> None:
    make_model("bounded")
    engine = make_engine("cuda")
    pixels = np.full((64, 64, 3), 0.5, np.float32)
    with engine.lease("bounded") as generator:
        on_card = generator(pixels)
        engine.step_down(generator, 64)
        assert engine.device_name == "cpu"
        assert difference(generator(pixels), on_card) < HALF_TOLERANCE
    with engine.lease("bounded") as generator:
        assert engine.device_name == "cuda:0"
        assert np.array_equal(generator(pixels), on_card)


def test_shipped_models_run_and_agree_with_the_processor(photo: Image) -> None:
    catalogue = Catalogue.default()
    # The feature network serves no task: it makes maps, not pictures.
    cards = [card for card in catalogue.cards() if card.task in TASKS]
    if not cards:
        pytest.skip("no models are shipped")
    pixels = photo.pixels[:256, :256]
    mask = np.zeros((256, 256), np.float32)
    mask[100:110, 20:200] = 1
    fast, slow = create_engine("cuda", catalogue), create_engine("cpu", catalogue)

    def answer(generator: LeasedGenerator) -> FloatPixels:
        if generator.model.card.task == "repair-scratches":
            return generator.planes(pixels)
        levels = Levels(noise=0.1) if generator.takes_levels else None
        return generator(pixels, mask if generator.model.takes_mask else None, levels=levels)

    for card in cards:
        with fast.lease(card.id) as on_card, slow.lease(card.id) as on_processor:
            assert fast.tile_side(on_card, preferred=768) >= 64
            results = [answer(generator) for generator in (on_card, on_processor)]
        apart = np.abs(results[0] - results[1])
        assert np.isfinite(apart).all()
        assert np.percentile(apart, 99.9) < HALF_TOLERANCE
