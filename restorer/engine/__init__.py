"""The owner of a device runs networks on pictures. Importing this is cheap; torch comes with the first engine."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from restorer.core.contract import Engine
    from restorer.store.catalogue import Catalogue


def create_engine(
    device: str = "auto",
    catalogue: Catalogue | None = None,
    *,
    threads: int | None = None,
    budget_bytes: Callable[[], int | None] = lambda: None,
    on_lost: Callable[[str, str], None] = lambda device, reason: None,
) -> Engine:
    """An engine for one device; imports torch, which takes seconds the first time.

    Args:
        device: ``auto``, ``cpu``, ``cuda``, ``cuda:1`` or ``mps``.
        catalogue: the models it may run; by default those installed.
        threads: processor threads it computes with; by default as many as torch thinks right, which is all cores.
        budget_bytes: asked before each plan: most memory it may count on, or None for what the device has free.
        on_lost: called once with the device's id and what its driver said, on the thread that computes, where it
            fails for good.

    Raises:
        InputError: where this computer has no such device.
    """
    from restorer.engine.engine import TorchEngine

    return TorchEngine(device, catalogue, threads=threads, budget_bytes=budget_bytes, on_lost=on_lost)
