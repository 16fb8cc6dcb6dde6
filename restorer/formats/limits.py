"""How large a picture is opened: a header may claim anything, and a few kilobytes may unfold into gigabytes."""

from __future__ import annotations

from dataclasses import dataclass

GIB = 2**30
MAX_PIXELS = 2_000_000_000
MAX_RATIO = 250
"""Pictures beyond what is trusted must have this fraction of their decoded bytes in the file: no scan compresses
further, but a few kilobytes of zeros that unfold into gigabytes do."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Pictures beyond these are refused by what their header says, before memory is taken.

    Attributes:
        decoded_bytes: memory that the decoded pixels may take.
        pixels: area.
        trusted_bytes: decoded size up to which a file may be as small as it likes: a mask with a few strokes on it.
    """

    decoded_bytes: int = 6 * GIB
    pixels: int = MAX_PIXELS
    trusted_bytes: int = GIB // 2


DEFAULT_LIMITS = Limits()
