"""Damage of the sample photo, drawn by the degradation model: what a print looks like that was carried about."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

PAPER = (242.0, 234.0, 214.0)
_SEVERITIES = (
    ("stains", 0.2),
    ("scratches", 0.8),
    ("creases", 0.7),
    ("dust", 0.35),
    ("hairs", 0.5),
)
_SCALE = 1.5
"""Of the marks: a small print, scanned finely."""


def damage(
    clean: npt.NDArray[np.uint8], rng: np.random.Generator
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.bool_]]:
    """The picture damaged, and a bool plane of exactly where; elsewhere every bit is as it was."""
    from restorer.degradation.canvas import Layer
    from restorer.degradation.marks import DRAWN

    layer = Layer(clean.shape[0], clean.shape[1], _SCALE)
    for name, severity in _SEVERITIES:
        DRAWN[name](layer, rng, severity)
    touched: npt.NDArray[np.bool_] = np.any([cover > 0 for cover in layer.coverage.values()], axis=0)
    marked = clean * layer.keep.transpose(1, 2, 0) + 255 * layer.light.transpose(1, 2, 0)
    return np.where(touched[..., None], np.clip(np.rint(marked), 0, 255).astype(np.uint8), clean), touched
