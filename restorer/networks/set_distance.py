"""How far two sets of feature vectors are apart as distributions, numerically careful: double precision throughout."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True, slots=True)
class Gaussian:
    """Mean (``D``) and covariance (``D x D``) of a set of vectors, float64."""

    mean: Tensor
    covariance: Tensor


class Moments:
    """Mean and covariance of vectors that come in parts, merged pairwise so that nothing cancels (Chan et al. 1979)."""

    def __init__(self) -> None:
        self.count = 0
        self._mean: Tensor | None = None
        self._scatter: Tensor | None = None

    def add(self, vectors: Tensor) -> None:
        """Adds the rows of ``vectors``, ``M x D``; M may be 0."""
        count = len(vectors)
        if count == 0:
            return
        wide = vectors.double()
        mean = wide.mean(0)
        centred = wide - mean
        scatter = centred.T @ centred
        if self._mean is None or self._scatter is None:
            self._mean, self._scatter, self.count = mean, scatter, count
            return
        total, apart = self.count + count, mean - self._mean
        self._scatter = self._scatter + scatter + torch.outer(apart, apart) * (self.count * count / total)
        self._mean = self._mean + apart * (count / total)
        self.count = total

    def gaussian(self) -> Gaussian:
        """Raises ValueError for fewer than two vectors."""
        if self.count < 2 or self._mean is None or self._scatter is None:
            raise ValueError(f"a covariance needs two vectors or more, got {self.count}")
        return Gaussian(self._mean, self._scatter / (self.count - 1))


def frechet_distance(first: Gaussian, second: Gaussian) -> float:
    """Squared Fréchet (2-Wasserstein) distance of two Gaussians (Dowson and Landau 1982); what FID is made of.

    ``|m1 - m2|² + tr(S1 + S2 - 2 (S1½ S2 S1½)½)``, with both roots by symmetric eigendecomposition, so that singular
    covariances (fewer vectors than dimensions) are no trouble and nothing turns complex.
    """
    difference = first.mean - second.mean
    half = _root(first.covariance)
    values = torch.linalg.eigvalsh(_symmetric(half @ second.covariance @ half))
    cross = values.clamp_min(0).sqrt().sum()
    spread = first.covariance.trace() + second.covariance.trace() - 2 * cross
    return max(0.0, float(difference @ difference + spread))


def kernel_distance(first: Tensor, second: Tensor) -> float:
    """Unbiased squared maximum mean discrepancy under ``(x·y / D + 1)³``, as in KID (Bińkowski et al. 2018).

    Its expectation is zero for two samples of one distribution, however small, so single values can be negative.

    Args:
        first: ``M x D``.
        second: ``K x D``, independent of ``first``. Raises ValueError for fewer than two rows in either.
    """
    if min(len(first), len(second)) < 2:
        raise ValueError(f"the unbiased estimate needs two vectors or more of each, got {len(first)} and {len(second)}")
    x, y = first.double(), second.double()
    return float(_mean_of_pairs(_kernel(x, x)) + _mean_of_pairs(_kernel(y, y)) - 2 * _kernel(x, y).mean())


def _kernel(x: Tensor, y: Tensor) -> Tensor:
    return (x @ y.T / x.shape[1] + 1) ** 3


def _mean_of_pairs(gram: Tensor) -> Tensor:
    """Mean off the diagonal: a vector paired with itself would bias the estimate."""
    count = len(gram)
    return (gram.sum() - gram.trace()) / (count * (count - 1))


def _root(matrix: Tensor) -> Tensor:
    values, vectors = torch.linalg.eigh(_symmetric(matrix))
    root: Tensor = (vectors * values.clamp_min(0).sqrt()) @ vectors.T
    return root


def _symmetric(matrix: Tensor) -> Tensor:
    return (matrix + matrix.T) / 2
