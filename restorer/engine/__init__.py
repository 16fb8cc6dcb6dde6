"""The owner of a device runs networks on pictures. Importing this is cheap; torch comes with the first engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from restorer.core.contract import Engine
    from restorer.store.catalogue import Catalogue


def create_engine(device: str = "auto", catalogue: Catalogue | None = None, *, threads: int | None = None) -> Engine:
    """An engine for one device; imports torch, which takes seconds the first time.

    Args:
        device: ``auto``, ``cpu``, ``cuda``, ``cuda:1`` or ``mps``.
        catalogue: the models it may run; by default those installed.
        threads: processor threads it computes with; by default as many as torch thinks right, which is all cores.

    Raises:
        InputError: where this computer has no such device.
    """
    from restorer.engine.engine import TorchEngine

    return TorchEngine(device, catalogue, threads=threads)
