from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from engine.conftest import EngineMaker
from engine.tiny_models import TINY, ModelMaker
from torch import nn

from restorer.core.contract import Levels
from restorer.core.errors import Cancelled, DeviceMemoryError, InputError, WorkError
from restorer.core.progress import CancelToken
from restorer.engine import generator as generator_module
from restorer.engine.generator import TorchGenerator
from restorer.store import Blend, ModelCard


def ready(make_model: ModelMaker, architecture: str, **changes: object) -> TorchGenerator:
    card: ModelCard = make_model(architecture, **changes)
    return TorchGenerator(Blend(card), TINY[architecture]().eval())


def test_says_what_it_is(make_model: ModelMaker, make_engine: EngineMaker) -> None:
    card = make_model("bounded")
    with make_engine().lease("bounded") as generator:
        assert generator.model_id == "bounded"
        assert generator.model_hash == card.sha256
        assert generator.context_px == 8


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("size", [(1, 1), (17, 30), (64, 64)])
def test_size_and_channels_are_kept(
    make_model: ModelMaker, random: np.random.Generator, channels: int, size: tuple[int, int]
) -> None:
    pixels = random.random((*size, channels), np.float32)
    before = pixels.copy()
    result = ready(make_model, "bounded")(pixels)
    assert result.shape == pixels.shape
    assert result.dtype == np.float32
    assert result.flags.owndata
    assert result.flags.c_contiguous
    assert np.array_equal(pixels, before)


def test_padding_does_not_reach_the_result(make_model: ModelMaker, random: np.random.Generator) -> None:
    pixels = random.random((33, 47, 3), np.float32)
    assert np.array_equal(ready(make_model, "identity")(pixels), pixels)


def test_fills_only_the_hole(make_model: ModelMaker) -> None:
    pixels = np.full((20, 20, 3), 0.25, np.float32)
    mask = np.zeros((20, 20), np.float32)
    mask[5:9, 5:9] = 1
    pixels[mask == 1] = 1
    assert np.allclose(ready(make_model, "filling")(pixels, mask), 0.25)


def test_networks_that_fill_are_given_few_sizes(make_model: ModelMaker, random: np.random.Generator) -> None:
    """Every size costs memory that is never given back; see the grid's own words."""
    filling = ready(make_model, "filling")
    seen: list[tuple[int, int]] = []
    hook = filling._network.register_forward_pre_hook(lambda _network, given: seen.append(tuple(given[0].shape[-2:])))
    sizes = [(int(height), int(width)) for height, width in random.integers(20, 130, (40, 2))]
    for height, width in sizes:
        mask = np.zeros((height, width), np.float32)
        mask[:9, :9] = 1
        assert filling(random.random((height, width, 3), np.float32), mask).shape == (height, width, 3)
    hook.remove()
    assert all(side % 32 == 0 for shape in seen for side in shape)
    assert all(
        across - 32 < width <= across and down - 32 < height <= down
        for (down, across), (height, width) in zip(seen, sizes, strict=True)
    ), "no more than the grid asks for"
    assert len(set(seen)) <= 25 < len(set(sizes))


def test_result_is_clamped(make_model: ModelMaker) -> None:
    result = ready(make_model, "loud")(np.linspace(0, 1, 48, dtype=np.float32).reshape(4, 4, 3))
    assert (result.min(), result.max()) == (0, 1)


def test_not_a_number_is_an_error(make_model: ModelMaker) -> None:
    with pytest.raises(WorkError, match="broken gave values that are not numbers on cpu; none of them was used"):
        ready(make_model, "broken")(np.ones((8, 8, 3), np.float32))


def test_half_precision_that_overflows_is_given_up(make_model: ModelMaker, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def half(device: torch.device) -> torch.dtype:
        asked.append(device)
        return torch.bfloat16

    monkeypatch.setattr(generator_module, "half_dtype", half)
    generator = ready(make_model, "halfbroken")
    pixels = np.full((8, 8, 3), 0.5, np.float32)
    for _ in range(3):
        assert np.array_equal(generator(pixels), pixels)
    assert len(asked) == 1, "once is enough to know"


def test_card_can_forbid_half_precision(make_model: ModelMaker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generator_module, "half_dtype", lambda device: pytest.fail("asked for half precision"))
    ready(make_model, "identity", half_precision=False)(np.ones((8, 8, 3), np.float32))


def test_the_processor_computes_in_single_precision() -> None:
    assert generator_module.half_dtype(torch.device("cpu")) is None


def test_another_size_is_an_error(make_model: ModelMaker) -> None:
    with pytest.raises(WorkError, match="another size"):
        ready(make_model, "wider")(np.ones((8, 8, 3), np.float32))


@pytest.mark.parametrize(
    "pixels",
    [
        np.zeros((8, 8), np.float32),
        np.zeros((8, 8, 4), np.float32),
        np.zeros((8, 0, 3), np.float32),
        np.zeros((8, 8, 3), np.uint8),
    ],
)
def test_wrong_pixels_are_refused(make_model: ModelMaker, pixels: np.ndarray) -> None:
    with pytest.raises(ValueError, match="H x W x 1 or 3 float32"):
        ready(make_model, "identity")(pixels)


def test_a_mask_where_none_is_taken_and_none_where_one_is(make_model: ModelMaker) -> None:
    pixels, mask = np.zeros((8, 8, 3), np.float32), np.zeros((8, 8), np.float32)
    with pytest.raises(ValueError, match="takes no mask"):
        ready(make_model, "identity")(pixels, mask)
    with pytest.raises(ValueError, match="needs a mask"):
        ready(make_model, "filling")(pixels)
    with pytest.raises(ValueError, match="the mask is"):
        ready(make_model, "filling")(pixels, mask[:4])


def test_values_that_are_not_numbers_are_the_photos_fault(make_model: ModelMaker) -> None:
    with pytest.raises(InputError, match="photo holds values"):
        ready(make_model, "identity")(np.full((4, 4, 3), np.nan, np.float32))


def test_noise_depends_on_the_seed_alone(make_model: ModelMaker) -> None:
    generator = ready(make_model, "noisy")
    pixels = np.zeros((8, 8, 3), np.float32)
    torch.manual_seed(1)
    expected_next = torch.rand(3)
    torch.manual_seed(1)
    first = generator(pixels, seed=5)
    assert torch.equal(torch.rand(3), expected_next), "the process's own random numbers were disturbed"
    assert np.array_equal(generator(pixels, seed=5), first)
    assert not np.array_equal(generator(pixels, seed=6), first)


@pytest.mark.parametrize(
    "error",
    [
        torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB."),
        RuntimeError("MPS backend out of memory (MPS allocated: 17 GB)"),
        RuntimeError("[enforce fail at alloc_cpu.cpp:117] DefaultCPUAllocator: can't allocate memory: you tried to"),
        RuntimeError("DefaultCPUAllocator: not enough memory: you tried to allocate 99 bytes."),
        RuntimeError("cuDNN error: CUDNN_STATUS_ALLOC_FAILED"),
        MemoryError(),
    ],
)
def test_every_kind_of_exhausted_memory(make_model: ModelMaker, error: Exception) -> None:
    class Exhausting(nn.Module):
        def forward(self, image: torch.Tensor) -> torch.Tensor:
            raise error

    generator = TorchGenerator(Blend(make_model("identity")), Exhausting())
    with pytest.raises(DeviceMemoryError, match="device cpu ran out for 40 × 30 pixels") as caught:
        generator(np.zeros((30, 40, 3), np.float32))
    assert caught.value.__context__ is None, "a chained traceback would keep the failed call's tensors in memory"


def test_other_errors_keep_their_traceback(make_model: ModelMaker) -> None:
    class Faulty(nn.Module):
        def forward(self, image: torch.Tensor) -> torch.Tensor:
            raise RuntimeError("mat1 and mat2 shapes cannot be multiplied")

    with pytest.raises(RuntimeError, match="mat1 and mat2"):
        TorchGenerator(Blend(make_model("identity")), Faulty())(np.zeros((4, 4, 3), np.float32))


def test_a_real_allocation_failure(make_model: ModelMaker) -> None:
    class Gigantic(nn.Module):
        def forward(self, image: torch.Tensor) -> torch.Tensor:
            return image + torch.empty(1 << 60)

    with pytest.raises(DeviceMemoryError):
        TorchGenerator(Blend(make_model("identity")), Gigantic())(np.zeros((4, 4, 3), np.float32))


def test_levels_reach_the_network_in_its_own_units(make_model: ModelMaker) -> None:
    leveled = ready(make_model, "leveled")
    assert leveled.takes_levels
    pixels = np.full((5, 7, 3), 0.25, np.float32)
    result = leveled(pixels, levels=Levels(noise=0.1, compression=0.5, blur_px=2.0))
    assert np.allclose(result, pixels + np.array([0.1, 0.5, 0.5], np.float32))
    assert leveled.bytes_per_px > 1


def test_levels_where_none_are_taken_and_none_where_some_are(make_model: ModelMaker) -> None:
    pixels = np.zeros((4, 4, 3), np.float32)
    with pytest.raises(ValueError, match="takes no levels"):
        ready(make_model, "identity")(pixels, levels=Levels())
    with pytest.raises(ValueError, match="needs levels"):
        ready(make_model, "leveled")(pixels)


@pytest.mark.parametrize("channels", [1, 3])
def test_a_network_that_enlarges(make_model: ModelMaker, random: np.random.Generator, channels: int) -> None:
    torch.manual_seed(3)
    small = ready(make_model, "bounded")
    torch.manual_seed(3)
    large = ready(make_model, "doubling")
    pixels = random.random((9, 13, channels), np.float32)
    result = large(pixels)
    assert result.shape == (18, 26, channels)
    assert np.array_equal(result[::2, ::2], small(pixels))


def test_a_network_is_stopped_between_its_layers(make_model: ModelMaker) -> None:
    generator, token, pixels = ready(make_model, "bounded"), CancelToken(), np.zeros((16, 16, 3), np.float32)
    layers: list[str] = []

    def noted(name: str) -> Callable[..., None]:
        return lambda *_: layers.append(name)

    for name, layer in generator._network.named_children():
        layer.register_forward_hook(noted(name))
    generator._network.first.register_forward_hook(lambda *_: token.cancel())
    with pytest.raises(Cancelled):
        generator(pixels, token=token)
    assert layers == ["first"]
    generator(pixels)
    assert layers == ["first", "first", "middle", "last"], "without a token nobody is asked"
