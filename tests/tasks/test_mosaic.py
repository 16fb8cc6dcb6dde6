from __future__ import annotations

import numpy as np
import pytest

from restorer.core.geometry import Bounds
from restorer.tasks.mosaic import Mosaic


def test_pixels_mix_by_their_weights() -> None:
    mosaic = Mosaic(2)
    bounds = Bounds(-10, 50, 140, 80)
    ones = np.ones((30, 150), np.float32)
    mosaic.lay(bounds, np.full((30, 150, 2), 4, np.float32), ones)
    mosaic.lay(bounds, np.full((30, 150, 2), 8, np.float32), 3 * ones)
    values, weights = mosaic.read(bounds.pad(2))
    assert values[2:-2, 2:-2] == pytest.approx(7)
    assert (weights[2:-2, 2:-2] == 4).all()
    assert weights[0].max() == weights[:, 0].max() == values[0].max() == 0


def test_weight_zero_changes_nothing() -> None:
    mosaic = Mosaic(1)
    bounds = Bounds(0, 0, 4, 1)
    values = np.arange(4, dtype=np.float32).reshape(1, 4, 1)
    mosaic.lay(bounds, values, np.ones((1, 4), np.float32))
    mosaic.lay(bounds, values + 100, np.array([[0, 1, 0, 1]], np.float32))
    assert mosaic.read(bounds)[0].ravel().tolist() == [0, 51, 2, 53]


def test_reading_gives_copies() -> None:
    mosaic = Mosaic(1)
    bounds = Bounds(0, 0, 2, 2)
    mosaic.lay(bounds, np.ones((2, 2, 1), np.float32), np.ones((2, 2), np.float32))
    values, weights = mosaic.read(bounds)
    values[:], weights[:] = 9, 9
    assert mosaic.read(bounds)[0].max() == mosaic.read(bounds)[1].max() == 1
