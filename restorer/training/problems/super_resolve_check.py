"""How good enlargements are: figures and pictures on held-out photos, near what the evaluation measures."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from restorer.degradation.resampling import bicubic_enlarged, bicubic_shrunk
from restorer.training.data import PhotoSet

EVALUATION_COUNT = 24
EVALUATION_SIDE = 192
SHOWN = 6
_CHUNK = 8
_STUDIO_LUMA = (65.481 / 255, 128.553 / 255, 24.966 / 255)
"""Of ITU-R BT.601 in studio range, as the literature measures super-resolution."""


class SuperResolveCheck:
    """Held-out photos made small, the same in every run.

    Args:
        photos: that are not trained on.
        scale: how much smaller.
    """

    def __init__(self, photos: PhotoSet, scale: int, device: torch.device) -> None:
        generator = torch.Generator().manual_seed(20)
        side = EVALUATION_SIDE // scale * scale
        self._scale = scale
        self._large = photos.sample(EVALUATION_COUNT, side, generator).to(device)
        self._small = (bicubic_shrunk(self._large, scale).clamp(0, 1) * 255).round() / 255

    def figures(self, network: nn.Module) -> dict[str, float]:
        """``luma_psnr_db`` without a rim of ``scale`` px, and the bicubic's; ``sharpness``, the strength of gradients
        as a share of the truth's; ``consistent_db``, how close the enlargement made small again is to the photo."""
        made = self._enlarged(network, self._small)
        smooth = bicubic_enlarged(self._small, self._scale).clamp(0, 1)
        again = bicubic_shrunk(made, self._scale)
        error = (again - self._small).square().mean((1, 2, 3)).clamp_min(1e-10)
        figures = {
            "luma_psnr_db": self._psnr(made),
            "bicubic_luma_psnr_db": self._psnr(smooth),
            "sharpness": _gradient_strength(made) / _gradient_strength(self._large),
            "consistent_db": float((-10 * torch.log10(error)).mean()),
        }
        return {name: round(value, 4) for name, value in figures.items()}

    def rows(self, network: nn.Module) -> Tensor:
        """Rows of the small photo with its pixels repeated, bicubic, network and truth."""
        small = self._small[:SHOWN]
        pixels = F.interpolate(small, scale_factor=self._scale, mode="nearest")
        smooth = bicubic_enlarged(small, self._scale)
        return torch.cat((pixels, smooth, self._enlarged(network, small), self._large[:SHOWN]), 3)

    @staticmethod
    def _enlarged(network: nn.Module, small: Tensor) -> Tensor:
        return torch.cat([network(part) for part in torch.split(small, _CHUNK)]).clamp(0, 1)

    def _psnr(self, made: Tensor) -> float:
        inner = slice(self._scale, -self._scale)
        weights = torch.tensor(_STUDIO_LUMA, device=made.device)[:, None, None]
        error = ((made - self._large) * weights).sum(1)[:, inner, inner].square().mean((1, 2))
        return float((-10 * torch.log10(error.clamp_min(1e-10))).mean())


def _gradient_strength(pictures: Tensor) -> float:
    """Mean absolute difference of neighbours."""
    return float(pictures.diff(dim=-1).abs().mean() + pictures.diff(dim=-2).abs().mean())
