"""A device that fails for good, and networks that give values which are no numbers."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from engine.conftest import EngineMaker, ModelMaker
from torch import nn

from restorer.core.image import Image
from restorer.core.progress import CancelToken, MemoryPlanned, Notice
from restorer.engine import devices, generator
from restorer.engine.devices import DeviceInfo
from restorer.engine.failures import is_device_lost
from restorer.engine.generator import TorchGenerator
from restorer.store.blend import Blend

LAUNCH_FAILURE = "CUDA error: unspecified launch failure\nCompile with `TORCH_USE_CUDA_DSA` to enable assertions."
PHOTO = Image(np.random.default_rng(3).integers(0, 256, (70, 90, 3), dtype=np.uint8))


@pytest.mark.parametrize(
    ("message", "device", "lost"),
    [
        (LAUNCH_FAILURE, "cuda:0", True),
        ("CUDA error: device-side assert triggered", "cuda:0", True),
        ("cuDNN error: CUDNN_STATUS_EXECUTION_FAILED", "cuda:0", True),
        ("CUDA error: no kernel image is available for execution on the device", "cuda:1", True),
        ("MPS backend error: command buffer exited with error status", "mps", True),
        ("CUDA out of memory. Tried to allocate 2.00 GiB", "cuda:0", False),
        ("CUDA error: CUBLAS_STATUS_ALLOC_FAILED", "cuda:0", False),
        ("mat1 and mat2 shapes cannot be multiplied", "cuda:0", False),
        (LAUNCH_FAILURE, "cpu", False),
    ],
)
def test_what_means_that_a_device_is_lost(message: str, device: str, lost: bool) -> None:
    assert is_device_lost(RuntimeError(message), torch.device(device)) is lost


def fail_on(device: str, monkeypatch: pytest.MonkeyPatch, after: int = 0) -> list[int]:
    """Calls on the device fail as a broken driver's do, all of them once ``after`` went well."""
    calls: list[int] = []
    honest = TorchGenerator._forward

    def forward(self: TorchGenerator, pixels: object, *rest: object) -> object:
        if str(self.device) == device:
            calls.append(1)
            if len(calls) > after:
                raise RuntimeError(LAUNCH_FAILURE)
        return honest(self, pixels, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(TorchGenerator, "_forward", forward)
    return calls


def test_a_lost_device_is_left_for_the_processor_and_the_picture_is_whole(
    make_model: ModelMaker, make_engine: EngineMaker, fake_accelerator: DeviceInfo, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_model("bounded")
    plain = make_engine("auto")
    with plain.lease("bounded") as network:
        work = plain.run_tiled(network, PHOTO, CancelToken(), preferred=64)
        expected = run(work)[1]
    told: list[tuple[str, str]] = []
    owner = make_engine("auto", on_lost=lambda device, reason: told.append((device, reason)))
    with owner.lease("bounded") as network:
        assert network.model.bytes_per_px > 0
        fail_on(fake_accelerator.id, monkeypatch, after=1)
        events, result = run(owner.run_tiled(network, PHOTO, CancelToken(), preferred=64))
    notices = [event for event in events if isinstance(event, Notice)]
    assert [notice.message for notice in notices] == [
        "Make-believe graphics stopped working; went on with the processor, which is slower."
    ]
    assert "unspecified launch failure" in notices[0].detail
    assert "TORCH_USE" not in notices[0].detail
    assert np.array_equal(result.pixels, expected.pixels)
    assert [device for device, _ in told] == [fake_accelerator.id]
    assert owner.is_lost
    assert owner.device_name == "cpu"
    with owner.lease("bounded") as network:
        assert str(network.model.device) == "cpu", "the device stays unused"


def run(work):  # type: ignore[no-untyped-def]
    events = []
    while True:
        try:
            events.append(next(work))
        except StopIteration as stop:
            return events, stop.value


def test_a_device_that_is_gone_before_the_first_call(
    make_model: ModelMaker, make_engine: EngineMaker, fake_accelerator: DeviceInfo, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_model("bounded")
    owner = make_engine("auto")

    def carry(self: TorchGenerator, device: torch.device) -> None:
        raise RuntimeError("CUDA error: device removed")

    monkeypatch.setattr(TorchGenerator, "_carry_to", carry)
    with owner.lease("bounded") as network:
        assert str(network.model.device) == "cpu"
        assert network(np.zeros((8, 8, 3), np.float32)).shape == (8, 8, 3)
    assert "stopped working" in notice_in(owner.remarks())


def notice_in(remarks: tuple[object, ...]) -> str:
    (notice,) = (remark for remark in remarks if isinstance(remark, Notice))
    return notice.message


def test_a_device_that_cannot_even_say_how_much_memory_it_has(
    make_model: ModelMaker, make_engine: EngineMaker, fake_accelerator: DeviceInfo, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_model("bounded")
    owner = make_engine("auto")
    honest = devices.free_bytes

    def ask(device: str) -> int:
        if device == fake_accelerator.id:
            raise RuntimeError(LAUNCH_FAILURE)
        return honest(device)

    monkeypatch.setattr(devices, "free_bytes", ask)
    with owner.lease("bounded") as network:
        assert owner.tile_side(network, preferred=128) == 128
    assert owner.is_lost


def test_memory_plans_are_told_once(make_model: ModelMaker, make_engine: EngineMaker) -> None:
    make_model("bounded")
    owner = make_engine(budget_bytes=lambda: 100 << 20)
    with owner.lease("bounded") as network:
        for _ in range(3):
            owner.tile_side(network, preferred=128)
        plans = [remark for remark in owner.remarks() if isinstance(remark, MemoryPlanned)]
        assert [(plan.device, plan.tile_px, plan.free_bytes) for plan in plans] == [("cpu", 128, 100 << 20)]
        assert 0 < plans[0].needed_bytes < 100 << 20
        owner.step_down(network, 128)
        owner.tile_side(network, preferred=128)
        assert [r.tile_px for r in owner.remarks() if isinstance(r, MemoryPlanned)] == [64]


class Overflowing(nn.Module):
    """Gives infinities in 16-bit arithmetic."""

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        return image / 0 if torch.is_autocast_enabled("cpu") else image


def test_overflow_in_half_precision_is_computed_again_and_said_once(
    make_model: ModelMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(generator, "half_dtype", lambda device: torch.bfloat16)
    network = TorchGenerator(Blend(make_model("identity")), Overflowing())
    pixels = np.full((8, 8, 3), 0.5, np.float32)
    assert np.array_equal(network(pixels), pixels)
    assert np.array_equal(network(pixels), pixels)
    (notice,) = network.take_remarks()
    assert "goes on in 32 bit" in notice.message
