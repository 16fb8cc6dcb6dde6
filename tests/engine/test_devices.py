from __future__ import annotations

import subprocess
import sys

import pytest
import torch

from restorer.core.errors import InputError
from restorer.engine import create_engine, devices
from restorer.engine.devices import DeviceInfo, available_devices, choose_device, free_bytes


@pytest.fixture
def two_cards(monkeypatch: pytest.MonkeyPatch) -> None:
    cards = tuple(DeviceInfo(f"cuda:{i}", f"Card {i}", 8 << 30, 6 << 30) for i in range(2))
    monkeypatch.setattr(devices, "_cuda_devices", lambda: cards)


def test_the_processor_is_always_there() -> None:
    last = available_devices()[-1]
    assert last.id == "cpu"
    assert last.name
    assert 0 < last.free_bytes <= last.total_bytes
    assert choose_device("cpu").name == last.name
    assert free_bytes("cpu") > 0


def test_auto_prefers_an_accelerator(two_cards: None) -> None:
    assert choose_device("auto").id == "cuda:0"
    assert choose_device().id == "cuda:0"


def test_one_of_several(two_cards: None) -> None:
    assert choose_device("cuda").id == "cuda:0"
    assert choose_device("cuda:1").id == "cuda:1"
    assert choose_device("cpu").id == "cpu"


@pytest.mark.parametrize("wish", ["cuda:2", "mps", "tpu", ""])
def test_what_is_not_there_names_what_is(two_cards: None, monkeypatch: pytest.MonkeyPatch, wish: str) -> None:
    monkeypatch.setattr(devices, "_mps_devices", lambda: ())
    with pytest.raises(InputError, match=r"It has cuda:0 \(Card 0\), cuda:1 \(Card 1\), cpu \(") as caught:
        choose_device(wish)
    assert repr(wish) in caught.value.message
    assert caught.value.exit_code == 2


def test_an_engine_for_a_device_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices, "_cuda_devices", lambda: ())
    with pytest.raises(InputError, match="no device 'cuda'"):
        create_engine("cuda")


def test_a_card_that_fails_its_first_kernel_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("CUDA error: no kernel image is available for execution on the device")

    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    monkeypatch.setattr(torch, "zeros", fail)
    assert [device.id for device in available_devices() if device.id.startswith("cuda")] == []


def test_importing_the_engine_is_cheap() -> None:
    code = (
        "import sys; sys.modules['torch'] = None\n"
        "import restorer.engine, restorer.engine.devices as d\n"
        "assert d.choose_device('cpu').id == 'cpu'"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
