"""Damage that was found in a photo: how likely each pixel is scratched, dusty, creased …, and masks cut from that."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from restorer.core.errors import InputError
from restorer.core.mask import Mask

DAMAGE_CLASSES = ("scratch", "dust", "hair", "crease", "tear", "stain")
"""What damage is told apart, in the order of every set of planes: in networks and in the degradation model."""
DEFAULT_SENSITIVITY = 0.5
"""At this sensitivity a pixel is marked from probability one half on: what detectors are calibrated to."""

Planes = npt.NDArray[np.uint8]
"""``K x H x W`` uint8, one plane a class of :data:`DAMAGE_CLASSES`; 255 = certainly damaged so."""

_LEAST, _MOST = 0.05, 0.95
"""Probabilities from which on pixels are marked at the highest and at the lowest sensitivity."""


def check_classes(classes: Collection[str]) -> tuple[str, ...]:
    """The classes in their own order, each once.

    Raises:
        InputError: for one that is not known, or none at all.
    """
    for name in classes:
        if name not in DAMAGE_CLASSES:
            raise InputError(f"There is no kind of damage {name!r}.", hint=f"Known: {', '.join(DAMAGE_CLASSES)}.")
    if not classes:
        raise InputError("No kind of damage is asked for.", hint=f"Known: {', '.join(DAMAGE_CLASSES)}.")
    return tuple(name for name in DAMAGE_CLASSES if name in classes)


def threshold_at(sensitivity: float) -> int:
    """Plane value from which on a pixel is marked: 128 (one half) at :data:`DEFAULT_SENSITIVITY`, falling as it rises.

    Args:
        sensitivity: 0 (only what is certain) to 1 (whatever is suspicious).
    """
    return round(255 * (_MOST - (_MOST - _LEAST) * min(1.0, max(0.0, sensitivity))))


@dataclass(frozen=True, slots=True, eq=False)
class DamageMap:
    """Where a photo is damaged, and how. Read-only, so it may cross threads.

    Attributes:
        planes: ``K x H x W`` uint8 probabilities in the order of :data:`DAMAGE_CLASSES`.
    """

    planes: Planes

    def __post_init__(self) -> None:
        if self.planes.ndim != 3 or len(self.planes) != len(DAMAGE_CLASSES) or self.planes.dtype != np.uint8:
            raise ValueError(f"damage is not K x H x W of 8 bit: {self.planes.dtype} {self.planes.shape}")
        view = self.planes.view()
        view.flags.writeable = False
        object.__setattr__(self, "planes", view)

    @property
    def width(self) -> int:
        return int(self.planes.shape[2])

    @property
    def height(self) -> int:
        return int(self.planes.shape[1])

    def mask_at(self, sensitivity: float = DEFAULT_SENSITIVITY, classes: Collection[str] = DAMAGE_CLASSES) -> Mask:
        """255 where any of the classes is likely enough. Quick enough to follow a slider on a 12-megapixel photo.

        Args:
            sensitivity: see :func:`threshold_at`.
            classes: names of :data:`DAMAGE_CLASSES`.

        Raises:
            InputError: for an unknown class or none.
        """
        first, *others = (self.planes[DAMAGE_CLASSES.index(name)] for name in check_classes(classes))
        threshold = threshold_at(sensitivity)
        likely: npt.NDArray[np.bool_] = first >= threshold
        for plane in others:
            likely |= plane >= threshold
        return Mask(np.where(likely, np.uint8(255), np.uint8(0)))

    def pixels_at(self, sensitivity: float = DEFAULT_SENSITIVITY) -> dict[str, int]:
        """Number of pixels of each class at a sensitivity; a pixel may count for several."""
        threshold = threshold_at(sensitivity)
        counts = (int(np.count_nonzero(plane >= threshold)) for plane in self.planes)
        return dict(zip(DAMAGE_CLASSES, counts, strict=True))
