"""What of a photo was invented."""

from __future__ import annotations

import numpy as np

from restorer.core.document import Document
from restorer.core.mask import Mask


def filled_mask(document: Document) -> Mask:
    """255 wherever an applied step invented content, of the photo's size."""
    plane = np.zeros((document.image.height, document.image.width), np.uint8)
    for entry in document.history.applied:
        for piece in entry.filled:
            plane[piece.bounds.slices][piece.values > 0] = 255
    return Mask(plane)


def provenance_text(fraction: float) -> str:
    """The share of invented pixels in words, such as ``3.1 % of this photo was generated``; never rounded to nothing.

    Args:
        fraction: 0 to 1; :meth:`Document.filled_fraction`.
    """
    if fraction <= 0:
        return "Nothing in this photo was generated"
    percent = fraction * 100
    amount = "Less than 0.1" if percent < 0.1 else f"{percent:.1f}"
    return f"{amount} % of this photo was generated"
