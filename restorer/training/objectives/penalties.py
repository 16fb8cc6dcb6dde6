"""Penalties on the slope of a discriminator, to be differentiated a second time.

A discriminator is any function from ``N x …`` pictures to logits. A conditional one is passed as a function of the
picture alone, so that only the picture's slope counts: ``lambda x: discriminator(torch.cat((x, condition), 1))``.

Where a discriminator answers with a map, the slope is that of a patch: the squared gradient of a picture's summed
logits divided by their number. Its size then stays what it is as patches grow during a run, and with a single logit a
picture it is the paper's.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from restorer.networks.discriminators import DiscriminatorOutput
from restorer.training.objectives.precision import full_precision

Discriminator = Callable[[Tensor], Tensor | DiscriminatorOutput]


def r1(discriminator: Discriminator, real: Tensor) -> Tensor:
    """Mean squared slope at real pictures, ``E ‖∇D(x)‖²``; the paper weighs it by γ/2.

    Mescheder et al., *Which Training Methods for GANs do actually Converge?*, 2018. Evaluated only every k-th step it
    is weighed k times as much (lazy regularisation, Karras et al. 2020).
    """
    return _squared_slope(discriminator, real).mean()


def gradient_penalty(discriminator: Discriminator, real: Tensor, fake: Tensor, generator: torch.Generator) -> Tensor:
    """Mean of ``(‖∇D(x)‖ - 1)²`` at random points between pairs of real and made pictures; the paper weighs it by 10.

    Gulrajani et al., *Improved Training of Wasserstein GANs*, 2017.

    Args:
        real: ``N x …``.
        fake: of the same shape; in a conditional game made from the same conditions, in the same order.
        generator: draws the points, on its own device.

    Raises:
        ValueError: where the shapes differ.
    """
    if real.shape != fake.shape:
        raise ValueError(f"real {tuple(real.shape)} and made {tuple(fake.shape)} pictures must be of one shape")
    share = torch.rand(len(real), generator=generator, device=generator.device)
    share = share.to(real).reshape(-1, *(1,) * (real.ndim - 1))
    squared = _squared_slope(discriminator, torch.lerp(fake.detach(), real.detach(), share))
    # The root of zero has no slope, and a mean with it would be no number.
    return ((squared + 1e-12).sqrt() - 1).square().mean()


def _squared_slope(discriminator: Discriminator, pictures: Tensor) -> Tensor:
    """One value a picture, differentiable in the discriminator's parameters."""
    # Gradients of gradients are too small for half precision, and bfloat16 is too coarse for them.
    with torch.autocast(pictures.device.type, enabled=False):
        x = full_precision(pictures.detach()).requires_grad_()
        answer = discriminator(x)
        logits = answer.logits if isinstance(answer, DiscriminatorOutput) else answer
        (slope,) = torch.autograd.grad(logits.sum(), x, create_graph=True)
        return slope.square().flatten(1).sum(1) * (len(x) / logits.numel())
