"""What the metrics share: types, checks, and one plane of brightness."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Picture = npt.NDArray[Any]
Region = npt.NDArray[np.bool_]
Plane = npt.NDArray[np.float64]

LUMA = np.array([0.299, 0.587, 0.114])
"""Weights of R, G and B in the luma of ITU-R BT.601, which the published metrics use."""


def check_same_shape(result: Picture, truth: Picture) -> None:
    """Raises ValueError where two pictures cannot be compared pixel by pixel."""
    if result.shape != truth.shape:
        raise ValueError(f"shapes differ: {result.shape} and {truth.shape}")


def luma(picture: Picture) -> Plane:
    """Brightness as one ``H x W`` plane, in the picture's own range; a plane or single channel as it is."""
    values = picture.astype(np.float64)
    if values.ndim == 2:
        return values
    return np.asarray(values[..., 0] if values.shape[2] == 1 else values[..., :3] @ LUMA)


def halved(plane: Plane) -> Plane:
    """Half the size, each value the mean of 2 x 2; an odd last row or column is left out."""
    height, width = (side // 2 * 2 for side in plane.shape)
    return np.asarray(plane[:height, :width].reshape(height // 2, 2, width // 2, 2).mean(axis=(1, 3)))
