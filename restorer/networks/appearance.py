"""How a set of pictures looks: the distribution of local features, stage by stage, and how far two such sets are apart.

A picture gives one feature vector for every position of every stage's map, so a dozen pictures are thousands of
vectors: enough for a covariance where one vector a picture, as in FID, would need thousands of pictures.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from restorer.networks.feature_net import FeatureNet, Field
from restorer.networks.set_distance import Gaussian, Moments, frechet_distance, kernel_distance

SAMPLED = 256
"""Positions of each picture and stage that are kept for the kernel distance."""
SUBSET = 1000
SUBSETS = 8


@dataclass(frozen=True, slots=True)
class Appearance:
    """One entry for each stage, finest first.

    Attributes:
        gaussians: of all vectors.
        samples: some of the vectors, seeded, ``M x D`` float32.
    """

    gaussians: tuple[Gaussian, ...]
    samples: tuple[Tensor, ...]


@torch.no_grad()
def appearance(
    network: FeatureNet, pictures: Iterable[tuple[Tensor, Tensor | None]], generator: torch.Generator
) -> Appearance:
    """Describes pictures by a feature network, one after the other or batch by batch.

    Args:
        network: in evaluation mode, on the pictures' device.
        pictures: ``N x 3 x H x W`` in 0 to 1, and ``N x 1 x H x W`` with 1 where only features that see one of those
            pixels are to count; None where all do.
        generator: on the CPU; draws which positions are kept. Equally seeded calls on pictures of equal sizes keep
            the same ones.

    Raises:
        ValueError: where fewer than two positions of a stage are left.
    """
    moments = [Moments() for _ in network.widths]
    samples: list[list[Tensor]] = [[] for _ in network.widths]
    for batch, region in pictures:
        for stage, (maps, field) in enumerate(zip(network(batch), network.fields(), strict=True)):
            vectors = maps.float().movedim(1, 3)
            rows = vectors.flatten(0, 2) if region is None else vectors[touched(region, field, maps)]
            moments[stage].add(rows)
            keep = torch.randperm(len(rows), generator=generator)[: SAMPLED * len(batch)]
            samples[stage].append(rows[keep.to(rows.device)])
    return Appearance(tuple(m.gaussian() for m in moments), tuple(torch.cat(part) for part in samples))


def frechet(real: Appearance, made: Appearance) -> float:
    """FD-own: Fréchet distance over the number of channels, averaged over the stages. 0 for equal distributions.

    Features are trained to a standard deviation of about 1, so 1 means: shifted by one deviation in every channel.
    """
    parts = [frechet_distance(a, b) / len(a.mean) for a, b in zip(real.gaussians, made.gaussians, strict=True)]
    return sum(parts) / len(parts)


def kernel(real: Appearance, made: Appearance, generator: torch.Generator) -> float:
    """KID-own: kernel distance averaged over the stages and ``SUBSETS`` random subsets of up to ``SUBSET`` vectors.

    The two subsets hold different positions, since the same positions of a photo and of its repair are not
    independent.
    """
    total = 0.0
    for first, second in zip(real.samples, made.samples, strict=True):
        size = min(SUBSET, len(first) // 2, len(second) // 2)
        for _ in range(SUBSETS):
            seed = int(torch.randint(2**31, (1,), generator=generator))
            one, other = (
                torch.randperm(len(rows), generator=torch.Generator().manual_seed(seed)).to(rows.device)
                for rows in (first, second)
            )
            total += kernel_distance(first[one[:size]], second[other[len(other) - size :]])
    return total / (SUBSETS * len(real.samples))


def touched(region: Tensor, field: Field, maps: Tensor) -> Tensor:
    """Positions of a stage's ``maps`` that see any pixel of a region: ``N x h x w`` bool.

    Args:
        region: ``N x 1 x H x W``, above 0 inside.
        field: what a position of this stage sees.
        maps: ``N x C x h x w``.
    """
    after = [
        (count - 1) * field.stride + field.size - field.before - side
        for count, side in zip(maps.shape[2:], region.shape[2:], strict=True)
    ]
    padded = F.pad((region > 0).float(), (field.before, after[1], field.before, after[0]))
    # Rows first, then columns: a square maximum is separable.
    rows = F.max_pool2d(padded, (field.size, 1), stride=(field.stride, 1))
    return F.max_pool2d(rows, (1, field.size), stride=(1, field.stride))[:, 0] > 0
