"""Adversarial objectives: what a discriminator and a generator each minimise.

Logits are a discriminator's raw answers, of any shape: one for each picture, a map of patches, or a choice of them.
High means real. Every loss is one float32 number, the mean over all logits.
"""

from __future__ import annotations

from typing import Protocol

import torch.nn.functional as F
from torch import Tensor

from restorer.training.objectives.precision import full_precision


class Objective(Protocol):
    """The two sides of one game."""

    @property
    def name(self) -> str: ...

    def discriminator_loss(self, real: Tensor, fake: Tensor) -> Tensor:
        """What the discriminator minimises, from its logits of real and of made pictures (those detached)."""
        ...

    def generator_loss(self, fake: Tensor, real: Tensor | None) -> Tensor:
        """What the generator minimises, from the logits of what it made; only ``relativistic`` needs ``real``."""
        ...


class Minimax:
    """The zero-sum game itself: ``D: -log σ(r) - log(1 - σ(f))``, ``G: log(1 - σ(f))``.

    The generator's side saturates: it has next to no gradient while the discriminator is sure, that is at the start.
    Goodfellow et al., *Generative Adversarial Nets*, 2014.
    """

    name = "minimax"

    def discriminator_loss(self, real: Tensor, fake: Tensor) -> Tensor:
        return F.softplus(-full_precision(real)).mean() + F.softplus(full_precision(fake)).mean()

    def generator_loss(self, fake: Tensor, real: Tensor | None) -> Tensor:
        return -F.softplus(full_precision(fake)).mean()


class NonSaturating(Minimax):
    """``minimax`` with a generator that maximises its chance instead: ``G: -log σ(f)``; full gradient where it loses.

    Goodfellow et al., *Generative Adversarial Nets*, 2014, section 3. With R1 it converges (Mescheder et al., 2018).
    """

    name = "non-saturating"

    def generator_loss(self, fake: Tensor, real: Tensor | None) -> Tensor:
        return F.softplus(-full_precision(fake)).mean()


class LeastSquares:
    """Regression to 1 for real and 0 for made: ``D: ½(r - 1)² + ½f²``, ``G: ½(f - 1)²``.

    Samples far on the right side of the border are pulled back to it, where a logarithm would be content.
    Mao et al., *Least Squares Generative Adversarial Networks*, 2017.
    """

    name = "lsgan"

    def discriminator_loss(self, real: Tensor, fake: Tensor) -> Tensor:
        return 0.5 * ((full_precision(real) - 1) ** 2).mean() + 0.5 * (full_precision(fake) ** 2).mean()

    def generator_loss(self, fake: Tensor, real: Tensor | None) -> Tensor:
        return 0.5 * ((full_precision(fake) - 1) ** 2).mean()


class Hinge:
    """``D: max(0, 1 - r) + max(0, 1 + f)``, ``G: -f``: what is sure enough is left alone. Goes with spectral norm.

    Lim and Ye, *Geometric GAN*, 2017; Miyato et al., *Spectral Normalization for GANs*, 2018.
    """

    name = "hinge"

    def discriminator_loss(self, real: Tensor, fake: Tensor) -> Tensor:
        return F.relu(1 - full_precision(real)).mean() + F.relu(1 + full_precision(fake)).mean()

    def generator_loss(self, fake: Tensor, real: Tensor | None) -> Tensor:
        return -full_precision(fake).mean()


class Relativistic:
    """Is a real picture more real than made ones are on average, and the other way round (RaGAN).

    ``D: -log σ(r - mean f) - log(1 - σ(f - mean r))``, and the generator with the two exchanged, so that it learns from
    real pictures as well. Jolicoeur-Martineau, *The Relativistic Discriminator*, 2018; used by ESRGAN.
    """

    name = "relativistic"

    def discriminator_loss(self, real: Tensor, fake: Tensor) -> Tensor:
        real, fake = full_precision(real), full_precision(fake)
        return F.softplus(fake.mean() - real).mean() + F.softplus(fake - real.mean()).mean()

    def generator_loss(self, fake: Tensor, real: Tensor | None) -> Tensor:
        """Raises ValueError without the logits of real pictures."""
        if real is None:
            raise ValueError("the relativistic generator is judged beside real pictures, but there are no real logits")
        return self.discriminator_loss(fake, real)


class Wasserstein:
    """A critic instead of a judge: ``D: f - r``, ``G: -f``, an estimate of the earth mover's distance.

    Only so while the critic's slope is held to one: add `gradient_penalty`, ten times.
    Arjovsky et al., *Wasserstein GAN*, 2017; Gulrajani et al., *Improved Training of Wasserstein GANs*, 2017.
    """

    name = "wgan-gp"

    def discriminator_loss(self, real: Tensor, fake: Tensor) -> Tensor:
        return full_precision(fake).mean() - full_precision(real).mean()

    def generator_loss(self, fake: Tensor, real: Tensor | None) -> Tensor:
        return -full_precision(fake).mean()
