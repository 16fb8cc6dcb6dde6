"""What a task holds while it uses a model."""

from __future__ import annotations

from restorer.core.contract import FloatPixels, FloatPlane, Levels, Variation
from restorer.core.progress import CancelToken
from restorer.engine.generator import TorchGenerator
from restorer.engine.ownership import Ownership


class LeasedGenerator:
    """A generator for as long as its lease is open; implements :class:`restorer.core.contract.Generator`."""

    def __init__(self, model: TorchGenerator, owner: Ownership, seed: int) -> None:
        self._model = model
        self._owner = owner
        self._seed = seed
        self._is_open = True

    @property
    def model(self) -> TorchGenerator:
        """What is leased.

        Raises:
            RuntimeError: where the lease is over or belongs to another thread.
        """
        if not self._is_open:
            raise RuntimeError(f"the lease of {self.model_id} is over")
        self._owner.check()
        return self._model

    @property
    def model_id(self) -> str:
        return self._model.blend.card.id

    @property
    def model_hash(self) -> str:
        return self._model.blend.model_hash

    @property
    def context_px(self) -> int:
        return self._model.blend.context_px

    @property
    def multiple(self) -> int:
        return self._model.multiple

    @property
    def scale(self) -> int:
        return self._model.scale

    @property
    def takes_levels(self) -> bool:
        return self._model.takes_levels

    @property
    def can_vary(self) -> bool:
        return self._model.can_vary

    @property
    def can_refine(self) -> bool:
        return self._model.can_refine

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
        return self.model(pixels, mask, start=start, variation=variation, levels=levels, token=token, seed=self._seed)

    def planes(self, pixels: FloatPixels) -> FloatPixels:
        return self.model.planes(pixels)

    def close(self) -> None:
        """Ends it; every later call raises RuntimeError."""
        self._is_open = False
