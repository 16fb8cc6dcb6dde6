"""What the file of a photo tells about its pixels, for tasks that ask."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class FileFacts:
    """Facts that the pixels themselves do not show.

    Attributes:
        dpi: pixels per inch across and down, or None where the file says nothing.
        jpeg_quality: 1 to 100 where it was a JPEG, by its quantisation tables; None for any other.
    """

    dpi: tuple[float, float] | None = None
    jpeg_quality: int | None = None

    def scaled(self, across: float, down: float) -> FileFacts:
        """Of the photo in the same print size with that many times the pixels."""
        return self if self.dpi is None else replace(self, dpi=(self.dpi[0] * across, self.dpi[1] * down))


NO_FACTS = FileFacts()
"""Of a photo that came from no file, or one that tells nothing."""
