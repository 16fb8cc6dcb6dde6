"""What the file of a photo tells about its pixels, for tasks that ask."""

from __future__ import annotations

from dataclasses import dataclass, replace

from restorer.core.placement import Placement


@dataclass(frozen=True, slots=True)
class FileFacts:
    """Facts that the pixels themselves do not show.

    Attributes:
        dpi: pixels per inch across and down, or None where the file says nothing.
        jpeg_quality: 1 to 100 where it was a JPEG, by its quantisation tables; None for any other.
    """

    dpi: tuple[float, float] | None = None
    jpeg_quality: int | None = None

    def placed(self, placement: Placement) -> FileFacts:
        """Of a picture of another extent made from the file's; resampled, it has no blocks of a JPEG's any more."""
        quality = self.jpeg_quality if placement.is_exact else None
        return replace(self, dpi=placement.placed_dpi(self.dpi), jpeg_quality=quality)


NO_FACTS = FileFacts()
"""Of a photo that came from no file, or one that tells nothing."""
