"""Between a faithful and a vivid network: interpolating their weights (ESRGAN, Wang et al. 2018)."""

from __future__ import annotations

import torch
from torch import nn

from restorer.core.errors import WeightsError
from restorer.store.blend import Blend


@torch.no_grad()
def mix_networks(faithful: nn.Module, vivid: nn.Module, blend: Blend) -> nn.Module:
    """``vivid``, changed in place: its weights are ``(1 - share) faithful + share vivid``, computed in float32.

    What the faithful network does not have counts as zero there. The vivid end (a share of 1) is ``vivid`` bit by bit.

    Raises:
        WeightsError: where the faithful network has something else than the vivid one; the message names both models.
    """
    here, there = faithful.state_dict(), vivid.state_dict()
    for name, tensor in here.items():
        if name not in there or there[name].shape != tensor.shape:
            assert blend.vivid is not None
            raise WeightsError(
                f"The model {blend.vivid.id} cannot be mixed with {blend.card.id}: they differ in {name}.",
                hint="Set detail to 0.",
            )
    for name, tensor in there.items():
        if tensor.is_floating_point() and blend.share < 1:
            tensor.mul_(blend.share)
            if name in here:
                tensor.add_(here[name], alpha=1 - blend.share)
    return vivid
