"""Matching what a discriminator sees, layer by layer."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from restorer.training.objectives.precision import full_precision


def feature_matching(real: Sequence[Tensor], fake: Sequence[Tensor]) -> Tensor:
    """Mean absolute difference of a discriminator's features, averaged over its layers; real ones are only the aim.

    Wang et al., *High-Resolution Image Synthesis with Conditional GANs* (pix2pixHD), 2018.

    Raises:
        ValueError: where there are no layers, or not as many on both sides.
    """
    if not real or len(real) != len(fake):
        raise ValueError(f"{len(real)} layers of real pictures cannot be matched with {len(fake)} of made ones")
    layers = [
        (full_precision(made) - full_precision(aim.detach())).abs().mean() for aim, made in zip(real, fake, strict=True)
    ]
    return torch.stack(layers).mean()
