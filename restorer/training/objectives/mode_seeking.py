"""Making different latent codes give different pictures."""

from __future__ import annotations

from torch import Tensor

from restorer.training.objectives.precision import full_precision


def mode_seeking(
    first: Tensor, second: Tensor, first_code: Tensor, second_code: Tensor, weight: Tensor | None = None
) -> Tensor:
    """``1 / (d(picture, picture') / d(code, code') + ε)`` with mean absolute distances over the batch and ε = 1e-5.

    Minimised, it drives two answers to one condition apart in proportion to their codes, against the collapse of a
    conditional generator to one answer. Mao et al., *Mode Seeking GANs for Diverse Image Synthesis*, 2019.

    Args:
        first, second: ``N x C x H x W``, made from one condition and the two codes.
        first_code, second_code: of one shape each.
        weight: ``N x 1 x H x W``: where the pictures can differ at all, the hole of an inpainter, say.
    """
    apart = (full_precision(first) - full_precision(second)).abs()
    if weight is None:
        pictures = apart.mean()
    else:
        pictures = (apart * weight).sum() / (weight.sum() * apart.shape[1]).clamp_min(1.0)
    codes = (full_precision(first_code) - full_precision(second_code)).abs().mean()
    return 1 / (pictures / codes.clamp_min(1e-12) + 1e-5)
