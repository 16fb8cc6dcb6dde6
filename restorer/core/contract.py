"""What a task may ask of an engine: the only place where the two meet.

Tasks work in numpy and never import torch; engines implement these protocols and never import tasks.
"""

from __future__ import annotations

from collections.abc import Generator as Work
from contextlib import AbstractContextManager
from typing import Protocol

import numpy as np
import numpy.typing as npt

from restorer.core.image import Image
from restorer.core.progress import CancelToken, Notice, TaskEvent

FloatPixels = npt.NDArray[np.float32]
"""``H x W x C`` float32, 0 to 1."""
FloatPlane = npt.NDArray[np.float32]
"""``H x W`` float32, 0 to 1."""


class Generator(Protocol):
    """A network with its card, ready to be called."""

    @property
    def model_id(self) -> str: ...

    @property
    def model_hash(self) -> str:
        """SHA-256 of the weights."""
        ...

    @property
    def context_px(self) -> int:
        """How many pixels around a region the network wants to see."""
        ...

    def __call__(self, pixels: FloatPixels, mask: FloatPlane | None = None) -> FloatPixels:
        """Runs the network once.

        Args:
            pixels: any size; 1 or 3 channels.
            mask: 1 = repair, 0 = known; required by networks that fill, refused by the others.

        Returns:
            a new array of the same height, width and channels (times the network's scale), clamped to 0 to 1.

        Raises:
            DeviceMemoryError: where the device's memory ran out; ask the engine to step down and try smaller.
            WorkError: where the network gave not-a-number values.
        """
        ...


class Engine(Protocol):
    """Owner of one device."""

    @property
    def device_name(self) -> str:
        """``cpu``, ``cuda:0``, ``mps``: where the next call will run."""
        ...

    def lease(self, model_id: str, *, seed: int = 0) -> AbstractContextManager[Generator]:
        """Loads (or finds resident) a model and keeps it resident while the context is open.

        Where a network draws random numbers, each call starts from ``seed``: same input and seed, same result.

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
        """After a DeviceMemoryError at ``side``: allows only smaller tiles, at the end the CPU; says so.

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
    ) -> Work[TaskEvent, None, Image]:
        """Runs a network that looks no further than its ``context_px`` over a whole photo: ``yield from`` it.

        Steps down by itself where memory runs out, and asks the token between network calls. The result has the
        photo's size, dtype and channels; alpha is carried over bit by bit.

        Args:
            preferred: largest tile side.
            feather_px: width of the strip in which neighbouring tiles fade into each other.

        Raises:
            Cancelled: once the token is set.
            OutOfMemoryError: at the bottom of the ladder.
            MissingTileError: where a tile was not computed.
        """
        ...
