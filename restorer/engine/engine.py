"""The owner of one device: leases models, plans tiles and steps down when memory runs out."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from collections.abc import Generator as Work

import torch
from torch import nn

from restorer.core import contract, tiled_run
from restorer.core.contract import BytePlanes, FloatPixels, Levels
from restorer.core.errors import DeviceLostError, DeviceMemoryError, OutOfMemoryError
from restorer.core.geometry import Bounds
from restorer.core.image import Image
from restorer.core.mask import Mask
from restorer.core.progress import CancelToken, MemoryPlanned, Notice, TaskEvent
from restorer.core.tiling import TileShape
from restorer.engine import devices, planes_run
from restorer.engine.cache import ResidentCache
from restorer.engine.degrade import degrade_photo
from restorer.engine.failures import first_line, is_device_lost
from restorer.engine.generator import TorchGenerator
from restorer.engine.host_memory import host_memory
from restorer.engine.ladder import FLOOR_PX, Ladder
from restorer.engine.lease import LeasedGenerator
from restorer.engine.memory import largest_side, release_unused
from restorer.engine.mixing import mix_networks
from restorer.engine.ownership import Ownership
from restorer.engine.weights import Architectures, load_network
from restorer.networks import ARCHITECTURES
from restorer.store.blend import Blend
from restorer.store.card import ModelCard
from restorer.store.catalogue import Catalogue

RESIDENT_SHARE = 0.25
"""Share of the device's memory that models may occupy while nobody uses them."""
_COMPILED_KEPT = 64
"""Layers at one size that oneDNN keeps compiled: all of a network (some 15) at four sizes."""
_MIXES_KEPT = 3
"""Mixes of one pair that stay loaded: enough to go back and forth between two ends of a slider."""


class TorchEngine:
    """Implements :class:`restorer.core.contract.Engine` with torch.

    From the first lease to the end of the last one it belongs to the thread that took it; any other thread that uses it
    meanwhile gets a RuntimeError. A step down holds for as long; afterwards the device is tried afresh. One that failed
    for good is not: from then on this engine computes on the processor.

    Args:
        device: ``auto``, ``cpu``, ``cuda``, ``cuda:1`` or ``mps``.
        catalogue: the models it may run; by default those installed.
        threads: processor threads, a setting of the whole process; by default torch's own, which is all cores.
        architectures: the networks that cards may name.
        resident_bytes: budget for models that stay loaded; by default a quarter of the device's memory.
        budget_bytes: most memory that plans count on, or None for what the device has free.
        on_lost: called with the device's id and what its driver said once it failed.

    Raises:
        InputError: where this computer has no such device.
    """

    def __init__(
        self,
        device: str = devices.AUTO,
        catalogue: Catalogue | None = None,
        *,
        threads: int | None = None,
        architectures: Architectures = ARCHITECTURES,
        resident_bytes: int | None = None,
        budget_bytes: Callable[[], int | None] = lambda: None,
        on_lost: Callable[[str, str], None] = lambda device, reason: None,
    ) -> None:
        self.device = devices.choose_device(device)
        self._catalogue = catalogue or Catalogue.default()
        self._architectures = architectures
        budget = int(self.device.total_bytes * RESIDENT_SHARE) if resident_bytes is None else resident_bytes
        self._models: ResidentCache[Blend, TorchGenerator] = ResidentCache(budget)
        self._owner = Ownership(f"the engine of {self.device.id}")
        self._budget_bytes = budget_bytes
        self._on_lost = on_lost
        self._is_lost = False
        self._remarks: list[TaskEvent] = []
        self._last_plan: tuple[str, int] | None = None
        self._ladder = self._top_of_ladder()
        _configure_torch(threads)

    @property
    def device_name(self) -> str:
        return self.device.id if self._ladder.has_refuge else devices.CPU

    @property
    def is_lost(self) -> bool:
        """Whether its device failed, so that it computes on the processor for good."""
        return self._is_lost

    def remarks(self) -> tuple[TaskEvent, ...]:
        """See the contract."""
        for model in self._models.leased():
            self._remarks.extend(model.take_remarks())
        remarks = tuple(self._remarks)
        self._remarks.clear()
        return remarks

    @property
    def host_free_bytes(self) -> int:
        return host_memory().available_bytes

    @contextlib.contextmanager
    def lease(self, model_id: str, *, seed: int = 0, mix: float = 0.0) -> Iterator[LeasedGenerator]:
        """See the contract. The weights are verified before they are loaded.

        Raises:
            InputError: for an unknown model.
            WeightsError: missing, corrupted, not understood, or of a pair that does not fit together.
            OutOfMemoryError: where the device has no room for the weights.
        """
        self._owner.take()
        try:
            blend = self._catalogue.blend(model_id, mix)
            self._drop_old_mixes(blend)
            model = self._models.lease(blend, lambda: self._load(blend))
            try:
                self._place(model)
                leased = LeasedGenerator(model, self._owner, seed)
                try:
                    yield leased
                finally:
                    leased.close()
                    self._remarks.extend(model.take_remarks())
            finally:
                self._models.release(blend)
        finally:
            if self._owner.depth == 1:
                self._ladder = self._top_of_ladder()
                self._last_plan = None
            self._owner.give_back()

    def tile_side(self, generator: contract.Generator, *, preferred: int) -> int:
        """See the contract. Never below the ladder's floor: whether that fits is found out by trying."""
        model = self._resident(generator)
        allowed = min(preferred, self._ladder.limit_px or preferred)
        try:
            free = self._free_bytes()
            per_px = model.bytes_per_px
        except DeviceLostError as error:
            self._remarks.append(self._abandon(str(error)))
            return self.tile_side(generator, preferred=preferred)
        except DeviceMemoryError:
            free, per_px = 0, 1.0
        side = min(allowed, max(largest_side(free, per_px), FLOOR_PX))
        side = side // model.multiple * model.multiple or side
        if self._last_plan != (self.device_name, side) and free:
            self._last_plan = (self.device_name, side)
            needed = round(side * side * per_px) + model.bytes
            self._remarks.append(MemoryPlanned(self.device_name, side, needed, free))
        return side

    def step_down(self, generator: contract.Generator, side: int) -> Notice:
        """See the contract."""
        model = self._resident(generator)
        if model.lost:
            return self._abandon(model.lost)
        self._models.evict_idle()
        notice = self._ladder.step_down(side)
        for leased in self._models.leased():
            self._place(leased)
        release_unused(torch.device(self.device.id))
        return notice

    def run_tiled(
        self,
        generator: contract.Generator,
        photo: Image,
        token: CancelToken,
        *,
        preferred: int = 768,
        feather_px: int = 16,
        levels: Levels | None = None,
    ) -> Work[TaskEvent, None, Image]:
        """See the contract."""
        model = self._resident(generator)
        shape = TileShape(generator.context_px, feather_px, model.multiple)
        runner = _Runner(self, generator, preferred, lambda pixels: generator(pixels, levels=levels, token=token))
        return tiled_run.run_tiled(photo, runner, shape, token, scale=model.scale)

    def run_planes(
        self,
        generator: contract.Generator,
        photo: Image,
        token: CancelToken,
        *,
        preferred: int = 1024,
        within: Bounds | None = None,
    ) -> Work[TaskEvent, None, BytePlanes]:
        """See the contract."""
        model = self._resident(generator)
        shape = TileShape(generator.context_px, 0, model.multiple)
        runner = _Runner(self, generator, preferred, generator.planes)
        return planes_run.run_planes(photo, runner, shape, token, model.plane_count, within)

    def degrade(
        self, photo: Image, plan: str, token: CancelToken, *, severity: float, seed: int
    ) -> Work[TaskEvent, None, tuple[Image, Mask]]:
        """See the contract."""
        return degrade_photo(photo, plan, token, severity=severity, seed=seed, device=self.device_name)

    def _load(self, blend: Blend) -> TorchGenerator:
        return TorchGenerator(blend, self._load_blend(blend))

    def _load_blend(self, blend: Blend) -> nn.Module:
        network = self._load_network(blend.card)
        if blend.vivid is not None:
            network = mix_networks(network, self._load_network(blend.vivid), blend)
        return network

    def _load_network(self, card: ModelCard) -> nn.Module:
        self._catalogue.verify(card)
        return load_network(card, self._catalogue.weights_path(card), self._architectures)

    def _drop_old_mixes(self, wanted: Blend) -> None:
        """Makes room for one more mix of a pair; otherwise each place of a slider would stay loaded."""
        mixes = [key for key in self._models.keys if key.vivid is not None and key.card == wanted.card]
        if wanted.vivid is not None and wanted not in mixes:
            for key in mixes[: len(mixes) - _MIXES_KEPT + 1]:
                self._models.drop_idle(key)

    def _free_bytes(self) -> int:
        """What plans may count on. Raises DeviceLostError where not even that can be asked."""
        device = torch.device(self.device_name)
        try:
            free = devices.free_bytes(self.device_name)
        except RuntimeError as error:
            if is_device_lost(error, device):
                raise DeviceLostError(f"The device {device} stopped working: {first_line(error)}") from None
            raise
        budget = self._budget_bytes()
        return free if budget is None else min(free, budget)

    def _abandon(self, reason: str) -> Notice:
        """Leaves a device that failed for the processor, with every leased model and for good."""
        self._is_lost = True
        self._ladder = self._top_of_ladder()
        self._last_plan = None
        self._models.evict_idle()
        for model in self._models.leased():
            if str(model.device) != devices.CPU or model.lost:
                model.revive(self._load_blend(model.blend))
        self._on_lost(self.device.id, reason)
        return Notice(
            f"{self.device.name} stopped working; went on with the processor, which is slower.",
            f"{reason.rstrip('.')}. It is not used again until Restorer is started anew.",
        )

    def _place(self, model: TorchGenerator) -> None:
        device = torch.device(self.device_name)
        try:
            model.move_to(device)
            return
        except DeviceLostError as error:
            self._remarks.append(self._abandon(str(error)))
            return
        except DeviceMemoryError:
            pass  # Tried again below, where the error's traceback keeps nothing in memory any more.
        self._models.evict_idle()
        release_unused(device)
        try:
            model.move_to(device)
        except DeviceMemoryError as error:
            raise OutOfMemoryError(
                f"The device {device} has no memory left for the model {model.card.title}.",
                hint="Close other programs, or choose the processor as the device.",
            ) from error

    def _resident(self, generator: contract.Generator) -> TorchGenerator:
        if not isinstance(generator, LeasedGenerator) or generator.model not in self._models.leased():
            raise ValueError("the generator was not leased from this engine")
        return generator.model

    def _top_of_ladder(self) -> Ladder:
        return Ladder(has_refuge=self.device.id != devices.CPU and not self._is_lost)


class _Runner:
    """A leased generator as :class:`tiled_run.TileRunner` wants it; ``call`` is what is done to each tile."""

    def __init__(
        self,
        engine: TorchEngine,
        generator: contract.Generator,
        preferred: int,
        call: Callable[[FloatPixels], FloatPixels],
    ) -> None:
        self._engine = engine
        self._generator = generator
        self._preferred = preferred
        self._call = call

    def compute(self, pixels: FloatPixels) -> FloatPixels:
        return self._call(pixels)

    def tile_side(self) -> int:
        return self._engine.tile_side(self._generator, preferred=self._preferred)

    def step_down(self, side: int) -> Notice:
        return self._engine.step_down(self._generator, side)


def _configure_torch(threads: int | None) -> None:
    # Read when the first layer runs. Each crop has another size, and oneDNN keeps what it compiled for each layer and
    # size: of its own accord 1024 of them, some 60 MB that help nobody, and that come slowly, over hundreds of jobs.
    # To compile one takes 0.2 ms, so that forgetting costs nothing that could be measured.
    os.environ.setdefault("ONEDNN_PRIMITIVE_CACHE_CAPACITY", str(_COMPILED_KEPT))
    if threads is not None:
        torch.set_num_threads(threads)
    # Same step, same device, same pixels; and trying out algorithms does not pay where every crop has another size.
    torch.backends.cudnn.deterministic = True
    torch.backends.cudnn.benchmark = False
