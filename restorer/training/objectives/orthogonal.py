"""Keeping a network's filters apart."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from restorer.training.objectives.precision import full_precision


def orthogonal_regularisation(network: nn.Module) -> Tensor:
    """``Σ ‖W Wᵀ ⊙ (1 - I)‖²`` over weights of two and more dimensions, with a row of ``W`` for each first index.

    Only the angles between filters are held, not their lengths; a generator trained so stands truncated latents. The
    paper weighs it by 1e-4. Brock et al., *Large Scale GAN Training for High Fidelity Natural Image Synthesis*
    (BigGAN), 2018, section 3.1.

    Raises:
        ValueError: where the network has no such weight.
    """
    terms = []
    for weight in network.parameters():
        if weight.ndim < 2:
            continue
        with torch.autocast(weight.device.type, enabled=False):
            rows = full_precision(weight).flatten(1)
            products = rows @ rows.T
            terms.append((products - torch.diag(products.diagonal())).square().sum())
    if not terms:
        raise ValueError(f"{type(network).__name__} has no weights of two or more dimensions")
    return torch.stack(terms).sum()
