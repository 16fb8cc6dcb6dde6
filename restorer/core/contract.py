"""What a task may ask of an engine: the only place where the two meet.

Tasks work in numpy and never import torch; engines implement these protocols and never import tasks.
"""

from __future__ import annotations

from collections.abc import Generator as Work
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from restorer.core.geometry import Bounds
from restorer.core.image import Image
from restorer.core.mask import Mask
from restorer.core.progress import CancelToken, Notice, TaskEvent

FloatPixels = npt.NDArray[np.float32]
"""``H x W x C`` float32, 0 to 1."""
FloatPlane = npt.NDArray[np.float32]
"""``H x W`` float32, 0 to 1."""
BytePlanes = npt.NDArray[np.uint8]
"""``K x H x W`` uint8: a plane of probabilities for each class, 255 = certain."""


@dataclass(frozen=True, slots=True)
class Variation:
    """One of the many answers of a network that can vary.

    Attributes:
        seed: of the draw.
        place: where the pixels lie in the picture they are part of: noise belongs to places, so that neighbouring and
            overlapping tiles agree.
    """

    seed: int
    place: Bounds


@dataclass(frozen=True, slots=True)
class Levels:
    """What a network that restores is to take away, and how much of it there is; 0 leaves that kind alone.

    Attributes:
        noise: standard deviation in each channel, of values 0 to 1.
        compression: ``(100 - quality) / 100`` of a JPEG.
        blur_px: standard deviation of a Gaussian blur.
    """

    noise: float = 0.0
    compression: float = 0.0
    blur_px: float = 0.0


class Generator(Protocol):
    """A network with its card, ready to be called."""

    @property
    def model_id(self) -> str: ...

    @property
    def model_hash(self) -> str:
        """SHA-256 of the weights; of a mix both models' and the share, such as ``0a…+1b…@0.35``."""
        ...

    @property
    def context_px(self) -> int:
        """How many pixels around a region the network wants to see."""
        ...

    @property
    def multiple(self) -> int:
        """Crops that begin at multiples of this many pixels are seen on the same grid as the whole photo."""
        ...

    @property
    def scale(self) -> int:
        """How many times as long as the input's the sides of the output are."""
        ...

    @property
    def takes_levels(self) -> bool:
        """Whether it has to be told what to take away."""
        ...

    @property
    def can_vary(self) -> bool:
        """Whether it has other answers than the most likely one."""
        ...

    @property
    def can_refine(self) -> bool:
        """Whether it works out a coarse fill that it is given as a start."""
        ...

    def __call__(
        self,
        pixels: FloatPixels,
        mask: FloatPlane | None = None,
        *,
        start: FloatPixels | None = None,
        variation: Variation | None = None,
        levels: Levels | None = None,
        token: CancelToken | None = None,
    ) -> FloatPixels:
        """Runs the network once.

        Args:
            pixels: any size; 1 or 3 channels.
            mask: 1 = repair, 0 = known; required by networks that fill, refused by the others.
            start: of ``pixels``' shape, what to work out under the mask; not-a-number where there is nothing yet.
                Refused by networks that cannot refine.
            variation: the answer that is wanted; the most likely one if None. Refused by networks that cannot vary.
            levels: required by networks that restore, refused by the others.
            token: asked between layers.

        Returns:
            a new array of the same height, width and channels (times the network's scale), clamped to 0 to 1.

        Raises:
            DeviceError: where the device's memory ran out or the device failed; ask the engine to step down and try
                again.
            WorkError: where the network gave not-a-number values.
        """
        ...

    def planes(self, pixels: FloatPixels) -> FloatPixels:
        """Runs a network that segments once.

        Args:
            pixels: any size; 1 or 3 channels.

        Returns:
            a new ``H x W x K`` array: how likely each pixel is to belong to each class, 0 to 1. Raises as a call does.
        """
        ...


class Engine(Protocol):
    """Owner of one device."""

    @property
    def device_name(self) -> str:
        """``cpu``, ``cuda:0``, ``mps``: where the next call will run."""
        ...

    def remarks(self) -> tuple[TaskEvent, ...]:
        """What came up inside of calls since it was last asked: plans for memory, calls that had to be repeated."""
        ...

    @property
    def host_free_bytes(self) -> int:
        """Main memory that is still free: pictures are put together there, wherever the network runs."""
        ...

    def lease(self, model_id: str, *, seed: int = 0, mix: float = 0.0) -> AbstractContextManager[Generator]:
        """Loads (or finds resident) a model and keeps it resident while the context is open.

        Where a network draws random numbers, each call starts from ``seed``: same input and seed, same result.

        Args:
            mix: 0 is the model, 1 its vivid partner; what lies between has its weights between those of both. Either
                id stands for the pair. Means nothing for a model without a partner.

        Raises:
            InputError: for an unknown model.
            WeightsError: missing, corrupted or not understood.
            OutOfMemoryError: where the device has no room for the weights.
        """
        ...

    def tile_side(self, generator: Generator, *, preferred: int) -> int:
        """Largest square side, at most ``preferred``, that the memory planner allows now."""
        ...

    def step_down(self, generator: Generator, side: int) -> Notice:
        """After a DeviceError at ``side``: allows only smaller tiles, at the end the CPU; says so.

        Where the device itself failed, the CPU is taken at once.

        Raises:
            OutOfMemoryError: at the bottom of the ladder.
        """
        ...

    def run_tiled(
        self,
        generator: Generator,
        photo: Image,
        token: CancelToken,
        *,
        preferred: int = 768,
        feather_px: int = 16,
        levels: Levels | None = None,
    ) -> Work[TaskEvent, None, Image]:
        """Runs a network that looks no further than its ``context_px`` over a whole photo: ``yield from`` it.

        Steps down by itself where memory runs out, and asks the token between network calls. The result has the
        photo's size (times the network's scale), dtype and channels; alpha is carried over.

        Args:
            preferred: largest tile side.
            feather_px: width of the strip in which neighbouring tiles fade into each other.
            levels: see :class:`Generator`.

        Raises:
            Cancelled: once the token is set.
            OutOfMemoryError: at the bottom of the ladder.
            MissingTileError: where a tile was not computed.
        """
        ...

    def run_planes(
        self,
        generator: Generator,
        photo: Image,
        token: CancelToken,
        *,
        preferred: int = 1024,
        within: Bounds | None = None,
    ) -> Work[TaskEvent, None, BytePlanes]:
        """As :meth:`run_tiled`, for a network that segments: the probability of each class, over a whole photo.

        Args:
            preferred: largest tile side.
            within: only this part of the photo is computed, from the same surroundings as if all of it were.

        Returns:
            planes of the photo's height and width; 0 outside of ``within``. Raises as :meth:`run_tiled` does.
        """
        ...

    def degrade(
        self, photo: Image, plan: str, token: CancelToken, *, severity: float, seed: int
    ) -> Work[TaskEvent, None, tuple[Image, Mask]]:
        """Damages a photo as years do: ``yield from`` it. Asks the token between operations.

        Args:
            plan: name of a plan of the degradation model.
            severity: 0 changes nothing, 1 is the plan at its worst.
            seed: the same photo, plan, severity and seed give the same pixels on one device.

        Returns:
            the photo damaged, of the same dtype and channels, alpha as it was; and everything that lies under marks
            (scratches, stains …), 255.

        Raises:
            InputError: for an unknown plan.
            Cancelled: once the token is set.
        """
        ...
