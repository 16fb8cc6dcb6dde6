"""Exponential moving average of weights."""

from __future__ import annotations

import copy

import torch
from torch import Tensor, nn


class Ema:
    """Averages a network's weights; the average is what is evaluated and shipped.

    The decay warms up as ``(1 + n) / (10 + n)`` after ``n`` updates, so early garbage is forgotten fast.

    Args:
        network: what is averaged; the average starts as a copy of it.
        decay: of the average, a step, 0 to 1.
    """

    def __init__(self, network: nn.Module, decay: float) -> None:
        self.decay = decay
        self.updates = 0
        self.network = copy.deepcopy(network).eval().requires_grad_(False)

    @property
    def weights(self) -> dict[str, Tensor]:
        """The average itself, not a copy of it."""
        return self.network.state_dict()

    @torch.no_grad()
    def update(self, network: nn.Module) -> None:
        self.updates += 1
        decay = min(self.decay, (1 + self.updates) / (10 + self.updates))
        averages = self.weights
        for name, value in network.state_dict().items():
            if value.is_floating_point():
                averages[name].lerp_(value, 1 - decay)
            else:
                averages[name].copy_(value)
