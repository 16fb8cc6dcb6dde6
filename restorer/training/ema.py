"""Exponential moving average of weights."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class Ema:
    """Averages a network's weights; the average is what is evaluated and shipped.

    The decay warms up as ``(1 + n) / (10 + n)`` after ``n`` updates, so early garbage is forgotten fast.
    """

    def __init__(self, network: nn.Module, decay: float) -> None:
        self.decay = decay
        self.updates = 0
        self.weights: dict[str, Tensor] = {k: v.detach().clone() for k, v in network.state_dict().items()}

    @torch.no_grad()
    def update(self, network: nn.Module) -> None:
        self.updates += 1
        decay = min(self.decay, (1 + self.updates) / (10 + self.updates))
        for name, value in network.state_dict().items():
            self.weights[name].lerp_(value, 1 - decay)
