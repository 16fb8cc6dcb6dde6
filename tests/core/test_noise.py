from __future__ import annotations

import numpy as np
import pytest

from restorer.core.geometry import Bounds
from restorer.core.noise import draw_seed, normal_vector, white_noise


@pytest.mark.parametrize("part", [Bounds(-30, -70, 20, 10), Bounds(60, 60, 70, 135), Bounds(0, 0, 200, 150)])
def test_noise_belongs_to_the_place(part: Bounds) -> None:
    around = Bounds(-100, -90, 210, 160)
    inside = part.translate(-around.left, -around.top).slices
    assert np.array_equal(white_noise(part, 3, 7), white_noise(around, 3, 7)[inside])


def test_it_is_standard_normal_and_every_plane_and_seed_is_another() -> None:
    bounds = Bounds.of_size(200, 200)
    noise, other = white_noise(bounds, 2, 1), white_noise(bounds, 2, 2)
    assert noise.shape == (200, 200, 2)
    assert noise.dtype == np.float32
    assert abs(noise.mean()) < 0.02
    assert noise.std() == pytest.approx(1, abs=0.02)
    for one, another in ((noise[..., 0], noise[..., 1]), (noise[..., 0], other[..., 0])):
        assert abs(np.corrcoef(one.ravel(), another.ravel())[0, 1]) < 0.03


def test_draws_of_one_seed_are_different_and_repeatable() -> None:
    seeds = [draw_seed(seed, number) for seed in (0, 1, 2**31) for number in range(1, 9)]
    assert len(set(seeds)) == len(seeds)
    assert seeds[3] == draw_seed(0, 4)
    assert np.array_equal(normal_vector(5, seeds[0]), normal_vector(5, seeds[0]))
    assert not np.array_equal(normal_vector(5, seeds[0]), normal_vector(5, seeds[1]))
