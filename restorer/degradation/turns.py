"""The eight ways round: flips and quarter turns of what is drawn once and used many times."""

from __future__ import annotations

from torch import Tensor


def turned(x: Tensor, turn: int) -> Tensor:
    """One of the eight flips and quarter turns (0 to 7) of a tensor's last two axes, which must be of one length."""
    if turn & 1:
        x = x.flip(-1)
    if turn & 2:
        x = x.flip(-2)
    return x.transpose(-1, -2) if turn & 4 else x
