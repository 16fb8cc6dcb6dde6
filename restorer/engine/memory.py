"""How large a tile may be, what a network needs for one, and how to tell when it was too much."""

from __future__ import annotations

import math
import weakref
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

SAFETY_SHARE = 0.6
"""Share of the free memory a plan may use: the rest is for scratch space of convolutions and for other programs."""

_OUT_OF_MEMORY = (
    "out of memory",  # CUDA, MPS
    "not enough memory",  # CPU on Windows
    "can't allocate memory",  # CPU elsewhere
    "alloc_failed",  # cuDNN and cuBLAS
)


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an exception means that a device's (or main) memory ran out."""
    if isinstance(error, (torch.OutOfMemoryError, MemoryError)):
        return True
    return isinstance(error, RuntimeError) and any(words in str(error).lower() for words in _OUT_OF_MEMORY)


def release_unused(device: torch.device) -> None:
    """Gives memory that torch holds without need back to the device."""
    if device.type == "cuda":
        torch.cuda.empty_cache()
    elif device.type == "mps":
        torch.mps.empty_cache()


def network_bytes(network: nn.Module) -> int:
    """Size of a network's parameters and buffers."""
    return sum(t.nbytes for t in (*network.parameters(), *network.buffers()))


def largest_side(free_bytes: int, bytes_per_px: float) -> int:
    """Side in pixels of the largest square whose work fits the safe share of ``free_bytes``; 0 if none does."""
    return math.isqrt(max(0, int(free_bytes * SAFETY_SHARE / bytes_per_px)))


def peak_bytes_per_px(call: Callable[[], Any], pixels: int) -> float:
    """Most memory alive at once in tensors that ``call`` makes, divided by ``pixels``.

    The network is measured rather than trusted to declare its need, so the figure follows every change to it. Scratch
    space inside of operators is not seen; :data:`SAFETY_SHARE` leaves room for it.
    """
    with _LiveBytes() as live:
        call()
    return max(1.0, float(live.peak) / pixels)


class _LiveBytes(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Counts the bytes of storages made under it, from birth to death."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.peak = 0
        self._alive: dict[int, int] = {}

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        """False, or torch would import its whole compiler, for seconds, to keep it away from the method below."""
        return False

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        inputs = {t.untyped_storage().data_ptr() for t in tree_leaves((args, kwargs)) if isinstance(t, Tensor)}
        result = func(*args, **(kwargs or {}))
        for tensor in tree_leaves(result):
            if isinstance(tensor, Tensor):
                self._count(tensor.untyped_storage(), inputs)
        self.peak = max(self.peak, sum(self._alive.values()))
        return result

    def _count(self, storage: torch.UntypedStorage, inputs: set[int]) -> None:
        key = storage.data_ptr()
        if key in inputs or key in self._alive:
            return
        self._alive[key] = storage.nbytes()
        weakref.finalize(storage, self._alive.pop, key, None).atexit = False
