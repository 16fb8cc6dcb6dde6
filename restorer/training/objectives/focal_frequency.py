"""A loss on the spectrum that turns to the frequencies a generator still misses."""

from __future__ import annotations

import torch
from torch import Tensor

from restorer.training.objectives.precision import full_precision


def focal_frequency(prediction: Tensor, target: Tensor, *, alpha: float = 1.0) -> Tensor:
    """Mean squared difference of the spectra, each frequency weighed by how far off it is.

    ``mean(w |F(p) - F(t)|²)`` with ``w = |F(p) - F(t)|^α``, scaled to a maximum of 1 in every channel of every picture
    and held constant. With ``α = 0`` it is the mean squared error (Parseval).
    Jiang et al., *Focal Frequency Loss for Image Reconstruction and Synthesis*, 2021, on whole patches.

    Args:
        prediction, target: ``N x C x H x W``.
    """
    with torch.autocast(prediction.device.type, enabled=False):
        spectrum = torch.fft.fft2(full_precision(prediction) - full_precision(target), norm="ortho")
        squared = spectrum.real.square() + spectrum.imag.square()
        weight = squared.detach() ** (alpha / 2)
        weight = weight / weight.amax((-2, -1), keepdim=True).clamp_min(torch.finfo(weight.dtype).tiny)
        loss: Tensor = (weight * squared).mean()
        return loss
