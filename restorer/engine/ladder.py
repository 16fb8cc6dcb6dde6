"""What to do when a device's memory runs out: smaller tiles, then the processor, then give up."""

from __future__ import annotations

from dataclasses import dataclass, field

from restorer.core.errors import OutOfMemoryError
from restorer.core.progress import Notice

FLOOR_PX = 64
"""Smallest tile side worth trying: below it nearly all work goes into overlap."""
_GRAIN_PX = 16


@dataclass(slots=True)
class Ladder:
    """State of one job's descent.

    Attributes:
        has_refuge: whether the processor is still to fall back to; false where the work runs on it already.
        limit_px: no tile may be larger, or None.
    """

    has_refuge: bool
    limit_px: int | None = None
    _memory: str = field(init=False)

    def __post_init__(self) -> None:
        self._memory = "Graphics memory" if self.has_refuge else "Memory"

    def step_down(self, side: int) -> Notice:
        """The next rung after a failure at ``side``. Every call lowers the limit or takes the refuge.

        Raises:
            OutOfMemoryError: at the bottom.
        """
        tried = side if self.limit_px is None else min(side, self.limit_px)
        smaller = tried // 2 // _GRAIN_PX * _GRAIN_PX
        if smaller >= FLOOR_PX:
            self.limit_px = smaller
            return Notice(f"{self._memory} ran out; went on with smaller tiles ({smaller} px).")
        if self.has_refuge:
            memory = self._memory
            self.has_refuge, self.limit_px, self._memory = False, None, "Memory"
            return Notice(f"{memory} ran out even for small tiles; went on with the processor, which is slower.")
        raise OutOfMemoryError(
            f"Memory ran out even for tiles of {tried} pixels.", hint="Close other programs and try again."
        )
