"""All marks that are drawn, listed by hand. Numpy and OpenCV only: drawing them needs no torch."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np

from restorer.degradation import folds, handling, scratches, specks, spills, tears
from restorer.degradation.canvas import Layer

Draw = Callable[[Layer, np.random.Generator, float], None]
"""``draw(layer, rng, severity)`` lays marks on the layer; severity is over 0, at most 1."""

DRAWN: Mapping[str, Draw] = MappingProxyType(
    {
        "foxing": spills.draw_foxing,
        "tide-lines": spills.draw_tide_lines,
        "stains": spills.draw_stains,
        "fingerprints": handling.draw_fingerprints,
        "ink": spills.draw_ink,
        "scratches": scratches.draw_scratches,
        "creases": folds.draw_creases,
        "tears": tears.draw_tears,
        "wear": tears.draw_wear,
        "tape": handling.draw_tape,
        "dust": specks.draw_dust,
        "hairs": specks.draw_hairs,
    }
)
"""By the id of the operation."""
