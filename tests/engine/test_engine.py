from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from engine.conftest import EngineMaker
from engine.tiny_models import ModelMaker

from restorer.core.contract import Engine
from restorer.core.errors import DeviceMemoryError, InputError, OutOfMemoryError, WeightsError
from restorer.engine import create_engine, devices
from restorer.engine.devices import DeviceInfo
from restorer.engine.engine import TorchEngine
from restorer.engine.generator import TorchGenerator
from restorer.store import Catalogue

PIXELS = np.full((16, 16, 3), 0.5, np.float32)


def in_another_thread(action: Callable[[], object]) -> BaseException | None:
    """What ``action`` raised in a thread of its own, or None."""
    raised: list[BaseException] = []

    def run() -> None:
        try:
            action()
        except RuntimeError as error:
            raised.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    return raised[0] if raised else None


def test_runs_a_model(make_model: ModelMaker, make_engine: EngineMaker) -> None:
    make_model("identity")
    engine: Engine = make_engine()
    assert engine.device_name == "cpu"
    with engine.lease("identity") as generator:
        assert np.array_equal(generator(PIXELS), PIXELS)


def test_seed_of_a_lease(make_model: ModelMaker, make_engine: EngineMaker) -> None:
    make_model("noisy")
    engine = make_engine()
    with engine.lease("noisy", seed=3) as one, engine.lease("noisy", seed=4) as other:
        assert np.array_equal(one(PIXELS), one(PIXELS))
        assert not np.array_equal(one(PIXELS), other(PIXELS))


def test_unknown_model(make_model: ModelMaker, make_engine: EngineMaker) -> None:
    make_model("identity")
    with pytest.raises(InputError, match="Installed: identity"), make_engine().lease("indentity"):
        pass


def test_weights_are_verified_before_they_are_loaded(
    make_model: ModelMaker, make_engine: EngineMaker, tmp_path: Path
) -> None:
    make_model("bounded")
    path = tmp_path / "bounded.safetensors"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    engine = make_engine()
    with pytest.raises(WeightsError, match=r"bounded\.safetensors is damaged"), engine.lease("bounded"):
        pass
    make_model("identity")
    path.unlink()
    with pytest.raises(WeightsError, match=r"there is no .*bounded\.safetensors"), make_engine().lease("bounded"):
        pass


def test_models_stay_resident(
    make_model: ModelMaker, make_engine: EngineMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_model("bounded")
    loads = counted_loads(monkeypatch)
    engine = make_engine()
    for _ in range(3):
        with engine.lease("bounded"):
            pass
    assert loads == ["bounded"]


def test_evicted_models_reload_and_give_the_same(
    make_model: ModelMaker, make_engine: EngineMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_model("bounded")
    make_model("bounded", model_id="other")
    loads = counted_loads(monkeypatch)
    with make_engine().lease("bounded") as generator:
        expected = generator(PIXELS)
        size = generator.model.bytes
    loads.clear()
    engine = make_engine(resident_bytes=size)
    for model_id in ("bounded", "other", "bounded"):
        with engine.lease(model_id) as generator:
            assert np.array_equal(generator(PIXELS), expected)
    assert loads == ["bounded", "other", "bounded"]


def test_a_leased_model_stays_while_others_come(
    make_model: ModelMaker, make_engine: EngineMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_model("bounded")
    make_model("filling")
    loads = counted_loads(monkeypatch)
    engine = make_engine(resident_bytes=0)
    with engine.lease("bounded") as held:
        with engine.lease("filling"):
            pass
        with engine.lease("bounded") as again:
            assert again.model is held.model
    assert loads == ["bounded", "filling"]


def counted_loads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    from restorer.engine import engine as module

    loads: list[str] = []
    original = module.load_network

    def counting(card: object, *rest: object) -> object:
        loads.append(card.id)
        return original(card, *rest)

    monkeypatch.setattr(module, "load_network", counting)
    return loads


def test_a_second_thread_is_told_instead_of_corrupting(make_model: ModelMaker, make_engine: EngineMaker) -> None:
    make_model("identity")
    engine = make_engine()

    def lease() -> None:
        with engine.lease("identity"):
            pass

    with engine.lease("identity") as generator:
        for action in (
            lease,
            lambda: generator(PIXELS),
            lambda: engine.tile_side(generator, preferred=64),
            lambda: engine.step_down(generator, 512),
        ):
            error = in_another_thread(action)
            assert isinstance(error, RuntimeError)
            assert "one thread at a time" in str(error)
        assert np.array_equal(generator(PIXELS), PIXELS)
    assert in_another_thread(lease) is None


def test_a_lease_that_is_over(make_model: ModelMaker, make_engine: EngineMaker) -> None:
    make_model("identity")
    engine = make_engine()
    with engine.lease("identity") as generator:
        pass
    with pytest.raises(RuntimeError, match="the lease of identity is over"):
        generator(PIXELS)
    with engine.lease("identity"), pytest.raises(RuntimeError, match="is over"):
        engine.tile_side(generator, preferred=64)


def test_a_generator_of_another_engine(make_model: ModelMaker, make_engine: EngineMaker) -> None:
    make_model("identity")
    with make_engine().lease("identity") as generator, pytest.raises(ValueError, match="not leased from this engine"):
        make_engine().tile_side(generator, preferred=64)


def test_tile_side_follows_free_memory(
    make_model: ModelMaker, make_engine: EngineMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_model("bounded")
    engine = make_engine()
    with engine.lease("bounded") as generator:
        need = generator.model.bytes_per_px
        sides = []
        for free in (10**12, int(300**2 * need), int(100**2 * need), 0):
            monkeypatch.setattr(devices, "free_bytes", lambda device, free=free: free)
            sides.append(engine.tile_side(generator, preferred=1001))
    assert sides == [1000, 232, 76, 64]


def test_tile_side_where_not_even_the_probe_fits(
    make_model: ModelMaker, make_engine: EngineMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_model("bounded")
    engine = make_engine()

    def fail(*_: object, **__: object) -> None:
        raise DeviceMemoryError("full")

    with engine.lease("bounded") as generator:
        monkeypatch.setattr(TorchGenerator, "_forward", fail)
        assert engine.tile_side(generator, preferred=512) == 64


def test_stepping_down_ends_in_a_clear_error(make_model: ModelMaker, make_engine: EngineMaker) -> None:
    make_model("bounded")
    engine = make_engine()
    with engine.lease("bounded") as generator:
        assert engine.step_down(generator, 512).message == "Memory ran out; went on with smaller tiles (256 px)."
        assert engine.tile_side(generator, preferred=512) == 256
        engine.step_down(generator, 256)
        engine.step_down(generator, 128)
        with pytest.raises(OutOfMemoryError):
            engine.step_down(generator, 64)


def test_a_step_down_holds_until_the_last_lease_ends(make_model: ModelMaker, make_engine: EngineMaker) -> None:
    make_model("bounded")
    engine = make_engine()
    with engine.lease("bounded"):
        with engine.lease("bounded") as inner:
            engine.step_down(inner, 512)
        with engine.lease("bounded") as inner:
            assert engine.tile_side(inner, preferred=512) == 256
    with engine.lease("bounded") as generator:
        assert engine.tile_side(generator, preferred=512) == 512


def test_the_processor_is_the_refuge(
    make_model: ModelMaker, make_engine: EngineMaker, fake_accelerator: DeviceInfo
) -> None:
    make_model("bounded")
    engine = make_engine("auto")
    assert engine.device_name == fake_accelerator.id
    with engine.lease("bounded") as generator:
        assert generator.model.device == torch.device(fake_accelerator.id)
        assert engine.step_down(generator, 100).message.endswith("went on with the processor, which is slower.")
        assert engine.device_name == "cpu"
        assert generator.model.device == torch.device("cpu")
        assert generator(PIXELS).shape == PIXELS.shape
    assert engine.device_name == fake_accelerator.id
    with engine.lease("bounded") as generator:
        assert generator.model.device == torch.device(fake_accelerator.id)


def test_no_room_for_the_weights(
    make_model: ModelMaker, make_engine: EngineMaker, fake_accelerator: DeviceInfo, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_model("bounded")
    make_model("filling")
    engine = make_engine("auto")
    with engine.lease("filling"):
        pass
    tried = []

    def fail(self: TorchGenerator, device: torch.device) -> None:
        tried.append(device)
        raise DeviceMemoryError("full")

    monkeypatch.setattr(TorchGenerator, "move_to", fail)
    with pytest.raises(OutOfMemoryError, match="no memory left for the model Bounded"), engine.lease("bounded"):
        pass
    assert len(tried) == 2, "tried again after the idle models went"


def test_threads_are_a_choice(make_engine: EngineMaker, monkeypatch: pytest.MonkeyPatch) -> None:
    set_to: list[int] = []
    monkeypatch.setattr(torch, "set_num_threads", set_to.append)
    make_engine()
    assert set_to == []
    make_engine(threads=3)
    assert set_to == [3]


def test_create_engine(make_model: ModelMaker, tmp_path: Path) -> None:
    make_model("identity")
    engine = create_engine("cpu", Catalogue([tmp_path]), threads=torch.get_num_threads())
    assert isinstance(engine, TorchEngine)
    with pytest.raises(WeightsError, match="unknown architecture 'identity'"), engine.lease("identity"):
        pass
