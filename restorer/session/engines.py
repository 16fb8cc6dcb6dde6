"""Who computes: one engine per device, and one for classical methods that needs no torch."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping
from collections.abc import Generator as Steps
from contextlib import AbstractContextManager
from typing import NoReturn

from restorer.core.contract import BytePlanes, Engine, Generator, Levels
from restorer.core.errors import InputError, WeightsError
from restorer.core.geometry import Bounds
from restorer.core.image import Image
from restorer.core.mask import Mask
from restorer.core.progress import CancelToken, Notice, TaskEvent
from restorer.session.trouble import DeviceTrouble, TroubleLog
from restorer.store import Catalogue

_DEVICE = re.compile(r"auto|cpu|mps|cuda(:\d+)?")


def check_device(device: str) -> None:
    """Raises InputError where ``device`` is not the name of any, without asking what is there."""
    if not _DEVICE.fullmatch(device):
        raise InputError(f"There is no device {device!r}.", hint="Known: auto, cpu, cuda, cuda:1, mps.")


class ClassicalEngine:
    """Engine of jobs that run no network: always on the processor, at once there, and without torch."""

    @property
    def device_name(self) -> str:
        return "cpu"

    def remarks(self) -> tuple[TaskEvent, ...]:
        return ()

    @property
    def host_free_bytes(self) -> int:
        from restorer.engine.host_memory import host_memory

        return host_memory().available_bytes

    def lease(self, model_id: str, *, seed: int = 0, mix: float = 0.0) -> AbstractContextManager[Generator]:
        self._refuse(model_id)

    def tile_side(self, generator: Generator, *, preferred: int) -> int:
        self._refuse(generator.model_id)

    def step_down(self, generator: Generator, side: int) -> Notice:
        self._refuse(generator.model_id)

    def run_tiled(
        self,
        generator: Generator,
        photo: Image,
        token: CancelToken,
        *,
        preferred: int = 768,
        feather_px: int = 16,
        levels: Levels | None = None,
    ) -> Steps[TaskEvent, None, Image]:
        self._refuse(generator.model_id)

    def run_planes(
        self,
        generator: Generator,
        photo: Image,
        token: CancelToken,
        *,
        preferred: int = 1024,
        within: Bounds | None = None,
    ) -> Steps[TaskEvent, None, BytePlanes]:
        self._refuse(generator.model_id)

    def degrade(
        self, photo: Image, plan: str, token: CancelToken, *, severity: float, seed: int
    ) -> Steps[TaskEvent, None, tuple[Image, Mask]]:
        """Needs no model, but torch, which is imported here."""
        from restorer.engine.degrade import degrade_photo

        return degrade_photo(photo, plan, token, severity=severity, seed=seed, device=self.device_name)

    def _refuse(self, model_id: str) -> NoReturn:
        raise WeightsError(f"The model {model_id} was asked for in a job that runs without models.")


class Engines:
    """Makes engines when they are first needed and keeps one per device. May be asked from any thread.

    A device that failed keeps its engine, which computes on the processor from then on: the driver refuses every later
    call of this process, so there is nothing to try again.

    Args:
        budget_bytes: as of :func:`restorer.engine.create_engine`.
        log: where failures are recorded.
    """

    def __init__(
        self, catalogue: Catalogue, budget_bytes: Callable[[], int | None] = lambda: None, log: TroubleLog | None = None
    ) -> None:
        self._catalogue = catalogue
        self._budget_bytes = budget_bytes
        self._log = log if log is not None else TroubleLog()
        self._troubles: dict[str, DeviceTrouble] = {}
        self._lock = threading.Lock()
        self._made: dict[str, Engine] = {}

    @property
    def troubles(self) -> Mapping[str, DeviceTrouble]:
        """Devices that failed in this session, by id."""
        return dict(self._troubles)

    def get(self, device: str) -> Engine:
        """The engine of a device; imports torch, which takes seconds the first time.

        Raises:
            InputError: for a device that is not there.
        """
        check_device(device)
        from restorer.engine import create_engine
        from restorer.engine.devices import choose_device

        with self._lock:
            lost = next((id for id in self._troubles if device in (id, id.partition(":")[0])), "")
            chosen = lost or choose_device(device).id
            if chosen not in self._made:
                self._made[chosen] = create_engine(
                    chosen, self._catalogue, budget_bytes=self._budget_bytes, on_lost=self._on_lost
                )
            return self._made[chosen]

    def _on_lost(self, device: str, reason: str) -> None:
        self._troubles[device] = self._log.record(device, reason)
