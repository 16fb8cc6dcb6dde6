"""The adversarial stage that every vivid preset has, as one game."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

from restorer.training.config import TrainConfig

Config = TypeVar("Config", bound=TrainConfig)


def vivid(config: Config, *, after: int, discriminator: str, discriminator_learning_rate: float = 4e-4) -> Config:
    """The same run against a discriminator: non-saturating (Goodfellow et al. 2014), with a lazy R1 penalty (Mescheder
    et al. 2018), feature matching, and DiffAugment (Zhao et al. 2020).

    Its spectral norm is to be off: with it the discriminator learned too slowly for runs as short as these.

    Args:
        after: patches after which the generator listens.
        discriminator: keyword arguments of the discriminator, as JSON.
    """
    return replace(
        config,
        adversarial_weight=1.0,
        adversarial_after=after,
        objective="non-saturating",
        feature_matching_weight=2.0,
        discriminator=discriminator,
        discriminator_learning_rate=discriminator_learning_rate,
        penalty="r1",
        penalty_weight=0.02,
        diff_augment="color,translation",
    )
