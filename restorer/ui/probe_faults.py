"""Trouble made on purpose: an engine whose network runs out of memory, fails, or loses its device, now and then."""

from __future__ import annotations

import contextlib
import random
import threading
from collections import Counter
from collections.abc import Iterator
from typing import Any

from restorer.core.contract import Engine, Generator
from restorer.core.errors import DeviceMemoryError, WorkError
from restorer.core.progress import Notice
from restorer.core.step import Step
from restorer.session.session import Session

KINDS = ("out of memory", "error of the network", "bug")


class Faults:
    """Decides when something goes wrong. May be asked from any thread.

    Args:
        seed: of the draws.
        share: of network calls that go wrong.
    """

    def __init__(self, seed: int, share: float) -> None:
        self._random = random.Random(seed)
        self._share = share
        self._lock = threading.Lock()
        self.made: Counter[str] = Counter()
        """How often each kind was made."""

    def strike(self, can_step_down: bool) -> None:
        """Raises, or does nothing: most of the time the latter.

        Args:
            can_step_down: whether the work can go on after too little memory; otherwise that is not made.
        """
        with self._lock:
            if self._random.random() >= self._share:
                return
            kind = self._random.choices(KINDS, (6, 2, 1))[0]
            if kind == "out of memory" and not can_step_down:
                return
            self.made[kind] += 1
        match kind:
            case "out of memory":
                raise DeviceMemoryError("The memory of the device ran out, on purpose.")
            case "error of the network":
                raise WorkError("The model gave values that are not numbers, on purpose.")
            case _:
                raise RuntimeError("mat1 and mat2 shapes cannot be multiplied, on purpose")


class FaultySession(Session):
    """A session whose engines go wrong now and then; everything else is the real thing."""

    faults: Faults | None = None

    def engine_for(self, step: Step, device: str = "auto") -> Engine:
        engine = super().engine_for(step, device)
        return FaultyEngine(engine, self.faults) if self.faults is not None else engine


class FaultyEngine:
    """Passes everything on, but for the calls of the generators that it leases."""

    def __init__(self, engine: Engine, faults: Faults) -> None:
        self._engine = engine
        self._faults = faults

    def __getattr__(self, name: str) -> Any:
        return getattr(self._engine, name)

    @contextlib.contextmanager
    def lease(self, model_id: str, *, seed: int = 0, mix: float = 0.0) -> Iterator[Generator]:
        with self._engine.lease(model_id, seed=seed, mix=mix) as generator:
            yield _FaultyGenerator(generator, self._faults)

    def tile_side(self, generator: Any, *, preferred: int) -> int:
        return self._engine.tile_side(generator.real, preferred=preferred)

    def step_down(self, generator: Any, side: int) -> Notice:
        generator.steps_left -= 1
        return self._engine.step_down(generator.real, side)


class _FaultyGenerator:
    def __init__(self, real: Generator, faults: Faults) -> None:
        self.real = real
        self.steps_left = 2
        """Rungs of the ladder that a job is made to take; at its bottom it would fail for good."""
        self._faults = faults

    def __getattr__(self, name: str) -> Any:
        return getattr(self.real, name)

    def __call__(self, *given: Any, **named: Any) -> Any:
        self._faults.strike(can_step_down=self.steps_left > 0)
        return self.real(*given, **named)
