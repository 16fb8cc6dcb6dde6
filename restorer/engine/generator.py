"""A network and its card behind one call: the only place where a network is run."""

from __future__ import annotations

import contextlib
import inspect
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import torch
from torch import Tensor, nn

from restorer.core.contract import FloatPixels, FloatPlane, Levels, Variation
from restorer.core.errors import DeviceLostError, DeviceMemoryError, InputError, WorkError
from restorer.core.geometry import Bounds
from restorer.core.noise import normal_vector, white_noise
from restorer.core.progress import CancelToken, Notice
from restorer.engine.failures import first_line, is_device_lost
from restorer.engine.layer_watch import LayerWatch
from restorer.engine.memory import is_out_of_memory, network_bytes, peak_bytes_per_px, release_unused
from restorer.engine.tensors import (
    image_tensor,
    level_tensor,
    mask_tensor,
    pixels_of,
    planes_tensor,
    probabilities_of,
)
from restorer.networks.harmonic import harmonic_fill
from restorer.store.blend import Blend

T = TypeVar("T")

_PROBE_SIDE = 64
_CROP_GRID_PX = 32
"""Crops around what is painted have a size of their own nearly every time, and oneDNN compiles a network's convolutions
for each size anew: the inner kernels are kept for good, whatever its cache holds, 0.3 MB a size. Such networks get
sides on this grid, so that few sizes ever come up: 2 to 4 % more work, where 64 would cost 10 to 20 %."""


@dataclass(frozen=True, slots=True)
class _Extras:
    """What a call is given beside the pixels."""

    mask: FloatPlane | None
    start: FloatPixels | None
    variation: Variation | None
    levels: Levels | None
    seed: int


class TorchGenerator:
    """A network that is ready to be called on one device.

    It computes in float32, on graphics cards that are good at it with float16 convolutions inside (autocast: input,
    output and weights stay float32). Not for two threads at once; the engine sees to that.

    Args:
        blend: what the network is.
        network: float32, in evaluation mode, on the processor. ``forward(image)`` or ``forward(image, mask)``, both
            NCHW in 0 to 1; an attribute ``multiple`` says what height and width must be divisible by. One that can
            vary has ``style_dim`` and ``noise_planes`` above 0 and takes ``style``, ``noise`` and ``start`` as
            :class:`restorer.networks.inpaint_unet.InpaintUNet` does. One that segments says in ``planes`` how many
            classes it tells apart, and gives a plane of logits for each. One that enlarges has its factor in
            ``scale``. One that restores takes ``levels`` as :class:`restorer.networks.restore_unet.RestoreUNet` does.
    """

    def __init__(self, blend: Blend, network: nn.Module) -> None:
        self.blend = blend
        self.card = blend.card
        self.device = torch.device("cpu")
        inputs = inspect.signature(network.forward).parameters
        self.takes_mask = "mask" in inputs
        multiple = int(getattr(network, "multiple", 1))
        self.multiple = math.lcm(multiple, _CROP_GRID_PX) if self.takes_mask else multiple
        self.scale = int(getattr(network, "scale", 1))
        self.takes_levels = "levels" in inputs
        self.bytes = network_bytes(network)
        self._watch = LayerWatch()
        self._network = self._taken(network)
        self._style_dim = int(getattr(network, "style_dim", 0))
        self._noise_planes = int(getattr(network, "noise_planes", 0))
        self.plane_count = int(getattr(network, "planes", 0))
        self._is_half_safe = blend.is_half_safe
        self._bytes_per_px: float | None = None
        self._remarks: list[Notice] = []
        self.lost = ""
        """What its device said when it failed; empty while it works."""

    def take_remarks(self) -> tuple[Notice, ...]:
        """What came up inside of calls since this was last asked."""
        remarks = tuple(self._remarks)
        self._remarks.clear()
        return remarks

    @property
    def bytes_per_px(self) -> float:
        """Working memory for one pixel of input, measured once a device by running the network on a small tile.

        Raises:
            DeviceMemoryError: where not even that fits.
            DeviceLostError: where the device failed.
        """
        if self._bytes_per_px is None:
            self._bytes_per_px = self._measure()
        return self._bytes_per_px

    @property
    def can_vary(self) -> bool:
        """See the contract."""
        return self._style_dim > 0

    @property
    def can_refine(self) -> bool:
        """See the contract. Only networks that can vary put in what a coarse fill lacks."""
        return self.can_vary

    def _measure(self) -> float:
        side = -(-_PROBE_SIDE // self.multiple) * self.multiple
        pixels = np.zeros((side, side, 3), np.float32)
        if self.plane_count:
            return peak_bytes_per_px(lambda: self.planes(pixels), side * side)
        mask = np.zeros((side, side), np.float32) if self.takes_mask else None
        start = pixels if self.can_refine else None
        variation = Variation(0, Bounds.of_size(side, side)) if self.can_vary else None
        levels = Levels() if self.takes_levels else None
        return peak_bytes_per_px(
            lambda: self(pixels, mask, start=start, variation=variation, levels=levels), side * side
        )

    def move_to(self, device: torch.device) -> None:
        """Puts the weights on a device.

        Raises:
            DeviceMemoryError: where they do not fit; they stay where they were.
            DeviceLostError: where the device failed; see :meth:`revive`.
        """
        if device == self.device:
            return
        try:
            _attempt(lambda: self._carry_to(device), device, f"the weights of {self.card.title}", source=self.device)
        except DeviceLostError as error:
            self.lost = str(error)
            raise
        self.device = device
        self._bytes_per_px = None

    def _carry_to(self, device: torch.device) -> None:
        try:
            self._network.to(device)
        except (RuntimeError, MemoryError) as error:
            if not (is_device_lost(error, device) or is_device_lost(error, self.device)):
                self._network.to(self.device)
            raise

    def revive(self, network: nn.Module) -> None:
        """Goes on with a fresh copy of the weights on the processor: those on a device that failed cannot be read."""
        self._network = self._taken(network)
        self.device = torch.device("cpu")
        self.lost = ""
        self._bytes_per_px = None

    def _taken(self, network: nn.Module) -> nn.Module:
        self._watch.attach(network)
        return network.to(memory_format=torch.channels_last)

    def __call__(
        self,
        pixels: FloatPixels,
        mask: FloatPlane | None = None,
        *,
        start: FloatPixels | None = None,
        variation: Variation | None = None,
        levels: Levels | None = None,
        token: CancelToken | None = None,
        seed: int = 0,
    ) -> FloatPixels:
        """As the contract's :class:`Generator`; what else the network draws at random depends on ``seed`` alone."""
        self._check(pixels, mask)
        self._check_extras(pixels, start, variation, levels)
        extras = _Extras(mask, start, variation, levels, seed)
        with self._watch.asking(token):
            result = self._run(pixels, lambda half: self._forward(pixels, extras, half))
        return np.clip(result, 0, 1, out=result)

    def planes(self, pixels: FloatPixels) -> FloatPixels:
        """See the contract."""
        if self.plane_count == 0:
            raise ValueError(f"the network of {self.card.id} does not segment")
        self._check(pixels, None)
        return self._run(pixels, lambda half: self._segment(pixels, half))

    def _run(self, pixels: FloatPixels, call: Callable[[torch.dtype | None], FloatPixels]) -> FloatPixels:
        """``call`` in 16 bit where the device is good at it, else (and where that overflowed) in float32."""

        def run(half: torch.dtype | None) -> FloatPixels:
            try:
                return _attempt(lambda: call(half), self.device, f"{pixels.shape[1]} × {pixels.shape[0]} pixels")
            except DeviceLostError as error:
                self.lost = str(error)
                raise

        half = half_dtype(self.device) if self._is_half_safe else None
        result = run(half)
        if half is not None and not np.isfinite(result).all():
            # Some graphics cards overflow where others do not; once is enough to know.
            self._is_half_safe = False
            self._remarks.append(
                Notice(
                    f"{self.card.title} gave values that are not numbers in 16-bit arithmetic; it goes on in 32 bit.",
                    "The tile was computed anew. It takes a little longer; the picture is not affected.",
                )
            )
            result = run(None)
        if not np.isfinite(result).all():
            raise WorkError(
                f"The model {self.card.id} gave values that are not numbers on {self.device}; none of them was used.",
                hint="Choose another device or another model. restorer doctor checks the arithmetic of the device.",
            )
        return result

    def _check(self, pixels: FloatPixels, mask: FloatPlane | None) -> None:
        if pixels.ndim != 3 or pixels.shape[2] not in (1, 3) or 0 in pixels.shape or pixels.dtype != np.float32:
            raise ValueError(f"a generator takes H x W x 1 or 3 float32, not {pixels.dtype} {pixels.shape}")
        if (mask is not None) is not self.takes_mask:
            raise ValueError(f"the network of {self.card.id} {'needs a' if self.takes_mask else 'takes no'} mask")
        if mask is not None and (mask.shape != pixels.shape[:2] or mask.dtype != np.float32):
            raise ValueError(f"the mask is {mask.dtype} {mask.shape}, the pixels are {pixels.shape}")
        if not np.isfinite(pixels).all():
            raise InputError("The photo holds values that are not numbers.")

    def _check_extras(
        self, pixels: FloatPixels, start: FloatPixels | None, variation: Variation | None, levels: Levels | None
    ) -> None:
        if (levels is not None) is not self.takes_levels:
            raise ValueError(f"the network of {self.card.id} {'needs' if self.takes_levels else 'takes no'} levels")
        if variation is not None:
            if not self.can_vary:
                raise ValueError(f"the network of {self.card.id} has one answer only")
            if (variation.place.height, variation.place.width) != pixels.shape[:2]:
                raise ValueError(f"the pixels are {pixels.shape}, their place is {variation.place}")
        if start is not None:
            if not self.can_refine:
                raise ValueError(f"the network of {self.card.id} takes no start")
            if start.shape != pixels.shape or start.dtype != np.float32:
                raise ValueError(f"the start is {start.dtype} {start.shape}, the pixels are {pixels.shape}")

    def _forward(self, pixels: FloatPixels, given: _Extras, half: torch.dtype | None) -> FloatPixels:
        height, width, channels = pixels.shape
        inputs = [image_tensor(pixels, self.multiple)]
        if given.mask is not None:
            inputs.append(mask_tensor(given.mask, self.multiple))
        kind = self.device.type
        with (
            torch.inference_mode(),
            _seeded(given.seed, self.device),
            torch.autocast(kind, half, enabled=half is not None),
        ):
            sent = [t.to(self.device, memory_format=torch.channels_last) for t in inputs]
            extras = self._drawn(given.variation, sent[0])
            if given.start is not None:
                extras["start"] = _continued(image_tensor(given.start, self.multiple).to(self.device), *sent)
            if given.levels is not None:
                extras["levels"] = level_tensor(given.levels).to(self.device)
            output = self._network(*sent, **extras)
            if output.shape[-2:] != tuple(side * self.scale for side in sent[0].shape[-2:]) or output.shape[1] != 3:
                raise WorkError(f"The model {self.card.id} gave a picture of another size than it was given.")
            return pixels_of(output, height * self.scale, width * self.scale, channels)

    def _segment(self, pixels: FloatPixels, half: torch.dtype | None) -> FloatPixels:
        height, width = pixels.shape[:2]
        kind = self.device.type
        with torch.inference_mode(), torch.autocast(kind, half, enabled=half is not None):
            sent = image_tensor(pixels, self.multiple).to(self.device, memory_format=torch.channels_last)
            return probabilities_of(self._network(sent), height, width)

    def _drawn(self, variation: Variation | None, image: Tensor) -> dict[str, Tensor]:
        """Style and noise of an answer for a picture that may have been padded at the right and bottom."""
        if variation is None:
            return {}
        corner = variation.place
        place = Bounds.of_size(image.shape[3], image.shape[2]).translate(corner.left, corner.top)
        style = torch.from_numpy(normal_vector(self._style_dim, variation.seed)[None])
        noise = planes_tensor(white_noise(place, self._noise_planes, variation.seed))
        return {"style": style.to(self.device), "noise": noise.to(self.device)}


def _continued(start: Tensor, image: Tensor, mask: Tensor) -> Tensor:
    """A start without gaps: where it is not a number, its surroundings and the picture's are continued smoothly."""
    hole = mask >= 0.5
    missing = start.isnan().any(dim=1, keepdim=True) & hole
    return harmonic_fill(torch.where(hole, start.nan_to_num(), image), missing.to(image.dtype))


def half_dtype(device: torch.device) -> torch.dtype | None:
    """The 16-bit type that convolutions may run in on a device, or None for float32 throughout.

    Only float16 on cards with units for it (Volta and later): bfloat16 keeps 8 bits, too few for a photo; Apple's
    and the processor's half precision are slower or wrong for some operators.
    """
    if device.type == "cuda" and torch.cuda.get_device_capability(device) >= (7, 0):
        return torch.float16
    return None


@contextlib.contextmanager
def _seeded(seed: int, device: torch.device) -> Iterator[None]:
    """Draws of random numbers start from ``seed`` inside and go on outside as if nothing had been."""
    with torch.random.fork_rng([device] if device.type == "cuda" else []):
        torch.manual_seed(seed)
        yield


def _attempt(action: Callable[[], T], device: torch.device, what: str, source: torch.device | None = None) -> T:
    """The result of ``action``.

    Args:
        source: another device that takes part, from which something is fetched.

    Raises:
        DeviceMemoryError: for every kind of out-of-memory error.
        DeviceLostError: where the device failed for good.
    """
    failure: DeviceMemoryError | DeviceLostError
    try:
        return action()
    except (RuntimeError, MemoryError) as error:
        lost = next((d for d in (device, source) if d is not None and is_device_lost(error, d)), None)
        if lost is not None:
            failure = DeviceLostError(f"The device {lost} stopped working: {first_line(error)}")
        elif is_out_of_memory(error):
            failure = DeviceMemoryError(f"The memory of the device {device} ran out for {what}.")
        else:
            raise
        reason = str(error)
    # Only here, where the error and its traceback are gone, does nothing hold the failed call's tensors any more.
    if isinstance(failure, DeviceMemoryError):
        release_unused(device)
    failure.add_note(reason)
    raise failure
