"""Distances of distributions against answers known from theory."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from restorer.networks.set_distance import Gaussian, Moments, frechet_distance, kernel_distance


def random_covariance(size: int, seed: int) -> Tensor:
    matrix = torch.randn(size, size, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    return matrix @ matrix.T / size + 0.1 * torch.eye(size, dtype=torch.float64)


def sample(count: int, size: int, seed: int) -> Tensor:
    return torch.randn(count, size, generator=torch.Generator().manual_seed(seed))


def test_independent_dimensions_have_a_closed_form() -> None:
    first = Gaussian(torch.tensor([1.0, -2.0]).double(), torch.diag(torch.tensor([4.0, 0.25]).double()))
    second = Gaussian(torch.tensor([0.0, 0.0]).double(), torch.diag(torch.tensor([1.0, 9.0]).double()))
    assert frechet_distance(first, second) == pytest.approx(5 + (2 - 1) ** 2 + (0.5 - 3) ** 2)


def test_a_symmetric_map_moves_a_gaussian_by_what_theory_says() -> None:
    """For a positive definite A, x -> Ax is the optimal transport, so the distance is E |Ax - x|²."""
    size = 12
    covariance, stretch = random_covariance(size, 1), random_covariance(size, 2)
    zero = torch.zeros(size, dtype=torch.float64)
    apart = stretch - torch.eye(size, dtype=torch.float64)
    expected = float((apart @ covariance @ apart).trace())
    moved = Gaussian(zero, stretch @ covariance @ stretch)
    assert frechet_distance(Gaussian(zero, covariance), moved) == pytest.approx(expected, rel=1e-9)
    assert frechet_distance(moved, Gaussian(zero, covariance)) == pytest.approx(expected, rel=1e-9)


def test_equal_gaussians_are_at_zero_even_where_they_are_singular() -> None:
    flat = random_covariance(6, 3)
    flat[:, 3:] = 0
    flat[3:] = 0
    gaussian = Gaussian(torch.ones(6, dtype=torch.float64), flat)
    assert frechet_distance(gaussian, gaussian) == pytest.approx(0, abs=1e-9)


def test_moments_of_parts_are_those_of_the_whole_far_from_zero_too() -> None:
    vectors = sample(500, 5, 4).double() + 1e6
    moments = Moments()
    for part in vectors.split([1, 199, 0, 300]):
        moments.add(part)
    gaussian = moments.gaussian()
    assert torch.allclose(gaussian.mean, vectors.mean(0), rtol=1e-12)
    assert torch.allclose(gaussian.covariance, torch.cov(vectors.T), atol=1e-6)


@pytest.mark.parametrize("rows", [0, 1])
def test_one_vector_has_no_covariance(rows: int) -> None:
    moments = Moments()
    moments.add(torch.ones(rows, 3))
    with pytest.raises(ValueError, match=f"got {rows}"):
        moments.gaussian()


def test_the_kernel_distance_is_unbiased_for_small_samples() -> None:
    values = torch.tensor([kernel_distance(sample(12, 4, 2 * i), sample(12, 4, 2 * i + 1)) for i in range(400)])
    assert float(values.mean().abs()) < 3 * float(values.std()) / 400**0.5
    assert (values < 0).any()


def test_the_kernel_distance_grows_with_the_shift() -> None:
    real = sample(400, 4, 1)
    distances = [kernel_distance(real, sample(400, 4, 2) + shift) for shift in (0.0, 0.3, 0.6, 1.2)]
    assert distances == sorted(distances)
    assert distances[-1] > 10 * abs(distances[0])


def test_the_kernel_distance_follows_its_definition() -> None:
    x, y = sample(3, 2, 5).double(), sample(4, 2, 6).double()

    def k(a: Tensor, b: Tensor) -> float:
        return float((a @ b / 2 + 1) ** 3)

    same_x = sum(k(x[i], x[j]) for i in range(3) for j in range(3) if i != j) / 6
    same_y = sum(k(y[i], y[j]) for i in range(4) for j in range(4) if i != j) / 12
    across = sum(k(a, b) for a in x for b in y) / 12
    assert kernel_distance(x, y) == pytest.approx(same_x + same_y - 2 * across)


def test_the_kernel_distance_needs_pairs() -> None:
    with pytest.raises(ValueError, match="got 1 and 5"):
        kernel_distance(torch.ones(1, 2), torch.ones(5, 2))
