"""What is to be learned, as the loop sees it: networks, batches, losses, figures and pictures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

import torch
from torch import Tensor, nn

from restorer.training.config import TrainConfig


@dataclass(frozen=True, slots=True)
class Batch:
    """What one step learns from. All tensors are on the training device.

    Attributes:
        inputs: what the network is given, in the order of its arguments.
        target: the right answer, ``N x C x H x W``.
        weight: ``N x 1 x H x W``, where the answer counts; None where it counts everywhere. The adversarial stage
            judges a made picture only there.
        extra: whatever else this kind of problem needs in its loss, by name.
    """

    inputs: tuple[Tensor, ...]
    target: Tensor
    weight: Tensor | None = None
    extra: Mapping[str, Tensor] = field(default_factory=dict)


class Problem(Protocol):
    """What is to be learned: networks, data, losses, evaluation. One instance for one run.

    The loop knows nothing else of it. A problem builds its networks with random weights (torch is seeded by then) on
    the device it was given; the loop moves nothing.
    """

    @property
    def config(self) -> TrainConfig:
        """Settings of the run; a subclass of TrainConfig with those of this kind."""

    @property
    def photo_side(self) -> int:
        """Shorter side, in pixels, from which a photo is of use; smaller ones are left out."""

    @property
    def network(self) -> nn.Module:
        """Trained, averaged (EMA) and exported."""

    @property
    def discriminator(self) -> nn.Module | None:
        """Trained against the network where ``config.adversarial_weight`` is above zero; None without that stage.

        Called with what :meth:`condition` returns; returns ``(logits, features)``: a map of logits and a list of
        feature maps, as :class:`restorer.networks.discriminators.PatchDiscriminator` does.
        """

    def batch(self, count: int, side: int, generator: torch.Generator) -> Batch:
        """``count`` examples of ``side`` x ``side`` px. Every random choice comes from ``generator`` (on the CPU) and
        from nothing else, and nothing is remembered between calls: so a resumed run draws the very same batches."""

    def predict(self, network: nn.Module, batch: Batch) -> Tensor:
        """The network's answer, of ``batch.target``'s shape. ``network`` may be a wrapped or averaged one, not
        necessarily :attr:`network`."""

    def loss(self, prediction: Tensor, batch: Batch) -> dict[str, Tensor]:
        """Named scalar terms, already weighted; their sum is minimised. Called in single precision."""

    def condition(self, picture: Tensor, batch: Batch) -> Tensor:
        """What the discriminator sees of a real (``batch.target``) or made picture: a conditional GAN sees the input
        beside it, along the channels (Mirza and Osindero 2014)."""

    def evaluate(self, network: nn.Module) -> dict[str, float]:
        """Figures of ``network`` on held-out data by name with unit (``hole_psnr_db``); the first is the one to watch.
        Called without gradients, with the network in evaluation mode."""

    def samples(self, network: nn.Module) -> Tensor:
        """``N x 3 x H x W``, 0 to 1: each is one row of the PNG that shows how far the run is, pictures side by side
        in it (input, answer, truth). The same held-out examples every time. Called as :meth:`evaluate` is."""
