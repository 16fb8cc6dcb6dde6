"""Patches of a picture as short vectors, so that comparing two of them is comparing two dozen numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from restorer.core.contract import FloatPixels
from restorer.core.lazy import load_cv2

Indices = npt.NDArray[np.int64]
"""Flat indices of pixels: the centres of patches."""
Vectors = npt.NDArray[np.float32]

RADIUS_PX = 3
"""Patches are squares of 7 px: the least that tells textures apart, and little enough to follow edges."""
SIDE_PX = 2 * RADIUS_PX + 1
_COMPONENTS = 24
_WINDOW_SIGMA_PX = 2.0
_MEAN_WEIGHT = 0.5
"""A patch's mean colour counts by half: low frequencies are the guide's business."""
_SAMPLED = 4000
_AT_ONCE = 20_000


@dataclass(frozen=True, slots=True, eq=False)
class PatchSpace:
    """Principal components of a picture's patches, weighted towards their centres, and their mean colours.

    Attributes:
        basis: ``side * side * C x K`` float32: what patches (rows, channels first) are multiplied with.
        contrast: how many of the first components tell of contrast and not of mean colour.
    """

    basis: Vectors
    contrast: int

    @classmethod
    def of(cls, picture: FloatPixels, sources: Indices, rng: np.random.Generator) -> PatchSpace:
        """Learned from some of the patches of ``sources``."""
        channels = picture.shape[2]
        if len(sources) > _SAMPLED:
            sources = rng.choice(sources, _SAMPLED, replace=False)
        samples = patches(picture, sources)
        mean = np.kron(np.eye(channels), np.ones((SIDE_PX**2, 1)) / SIDE_PX).astype(np.float32)
        line = load_cv2().getGaussianKernel(SIDE_PX, _WINDOW_SIGMA_PX)[:, 0]
        weight = np.outer(line, line)
        window = np.tile(np.sqrt(weight / weight.mean()).ravel(), channels).astype(np.float32)
        centred = (samples - (samples @ mean) @ mean.T) * window
        _, vectors = np.linalg.eigh(centred.T @ centred / np.float32(len(centred)))
        kept = vectors[:, ::-1][:, :_COMPONENTS].astype(np.float32)
        without_mean = (np.eye(len(mean), dtype=np.float32) - mean @ mean.T) * window
        basis = np.concatenate([without_mean @ kept, np.float32(_MEAN_WEIGHT) * mean], axis=1)
        return cls(np.ascontiguousarray(basis, np.float32), kept.shape[1])

    def vectors(self, picture: FloatPixels, centres: Indices) -> Vectors:
        """``N x K`` of the patches around ``centres``, each of which lies within the picture."""
        parts = [
            patches(picture, centres[start : start + _AT_ONCE]) @ self.basis
            for start in range(0, len(centres), _AT_ONCE)
        ]
        return np.concatenate(parts) if parts else np.zeros((0, self.basis.shape[1]), np.float32)


def patches(picture: FloatPixels, centres: Indices) -> Vectors:
    """``N x (C * side * side)``: the patches themselves."""
    windows = np.lib.stride_tricks.sliding_window_view(picture, (SIDE_PX, SIDE_PX), axis=(0, 1))
    rows, columns = np.divmod(centres, picture.shape[1])
    found: Vectors = windows[rows - RADIUS_PX, columns - RADIUS_PX].reshape(len(centres), -1)
    return found
