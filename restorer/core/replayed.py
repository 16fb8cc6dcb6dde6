"""Steps that are run again: what they begin with, and what came of each."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from restorer.core.image import Image
from restorer.core.mask import Mask
from restorer.core.mask_code import PackedMask
from restorer.core.plan import Slot
from restorer.core.provenance import ProvenanceMap
from restorer.core.result import TaskResult
from restorer.core.step import Step


@dataclass(frozen=True, slots=True, eq=False)
class ReplayBase:
    """What a replay begins with.

    Attributes:
        image: the photo before the first stale step.
        slots: the steps to be run on it.
        protected: what they may not change (not 0), in the extent of ``image``; None where nothing is protected.
    """

    image: Image
    slots: tuple[Slot, ...]
    protected: Mask | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Replayed:
    """A new result for a slot of a plan.

    Attributes:
        step: what was done.
        result: what it gave.
        width, height: of the picture it was run on.
        own: what the result alone says of each pixel.
        mask: where it worked, or None.
        detail: for people.
        seconds: how long it took.
    """

    step: Step
    result: TaskResult
    width: int
    height: int
    own: ProvenanceMap = field(repr=False)
    mask: PackedMask | None = field(default=None, repr=False)
    detail: str = ""
    seconds: float = 0.0

    @classmethod
    def of(
        cls, step: Step, result: TaskResult, before: Image, after: Image, mask: PackedMask | None, seconds: float = 0.0
    ) -> Replayed:
        """From a photo before and after the step."""
        own = result.own_provenance(before, after)
        return cls(step, result, before.width, before.height, own, mask, seconds=seconds)

    def slot(self, old: Slot, base: str, key: int) -> Slot:
        """The slot with this result, which the vault keeps under ``key``, computed from the state ``base``."""
        return replace(
            old,
            step=self.step,
            done=self.step,
            base=base,
            result_key=key,
            half=None,
            boxes=tuple(patch.bounds for patch in self.result.patches),
            width=self.width,
            height=self.height,
            placement=self.result.reframed.placement if self.result.reframed is not None else None,
            own=self.own,
            mask=self.mask,
            detail=self.detail or old.detail,
            seconds=self.seconds,
        )
