"""Bicubic resampling as the literature measures super-resolution with."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from PIL import Image as PillowImage

from restorer.degradation.resampling import bicubic_enlarged, bicubic_shrunk


def imresize_line(values: np.ndarray, scale: float) -> np.ndarray:
    """One axis of MATLAB's ``imresize(…, 'bicubic')``, as its function ``contributions`` works it out."""

    def cubic(x: float) -> float:
        x = abs(x)
        if x <= 1:
            return 1.5 * x**3 - 2.5 * x**2 + 1
        return -0.5 * x**3 + 2.5 * x**2 - 4 * x + 2 if x <= 2 else 0.0

    length, stretch = len(values), min(scale, 1.0)
    width = 4 / stretch
    result = []
    for place in range(1, round(length * scale) + 1):
        u = place / scale + 0.5 * (1 - 1 / scale)
        left = math.floor(u - width / 2)
        indices = left + np.arange(math.ceil(width) + 2)
        weights = np.array([stretch * cubic(stretch * (u - index)) for index in indices])
        mirror = np.concatenate([np.arange(1, length + 1), np.arange(length, 0, -1)])
        result.append((weights / weights.sum()) @ values[mirror[(indices - 1) % (2 * length)] - 1])
    return np.array(result)


@pytest.mark.parametrize("factor", [2, 4])
def test_it_is_what_matlab_makes(factor: int) -> None:
    line = np.random.default_rng(1).random(factor * 9)
    photo = torch.from_numpy(np.outer(line, line[::-1].copy())).float()[None, None]
    small = bicubic_shrunk(photo, factor)[0, 0].numpy()
    expected = np.outer(imresize_line(line, 1 / factor), imresize_line(line[::-1], 1 / factor))
    assert small == pytest.approx(expected, abs=1e-5)
    large = bicubic_enlarged(photo, factor)[0, 0].numpy()
    expected = np.outer(imresize_line(line, factor), imresize_line(line[::-1], factor))
    assert large == pytest.approx(expected, abs=1e-5)


def test_pillow_agrees_away_from_the_edges() -> None:
    photo = np.random.default_rng(1).random((64, 64)).astype(np.float32)
    small = bicubic_shrunk(torch.from_numpy(photo)[None, None], 4)[0, 0].numpy()
    theirs = np.asarray(PillowImage.fromarray(photo).resize((16, 16), PillowImage.Resampling.BICUBIC))
    assert small[3:-3, 3:-3] == pytest.approx(theirs[3:-3, 3:-3], abs=1e-5)


@pytest.mark.parametrize(("size", "factor"), [((9, 8), 2), ((8, 8), 3), ((8, 8), 1)])
def test_sizes_that_do_not_divide_are_refused(size: tuple[int, int], factor: int) -> None:
    with pytest.raises(ValueError, match="times smaller"):
        bicubic_shrunk(torch.rand(1, 3, *size), factor)
