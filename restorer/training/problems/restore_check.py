"""How well damage is taken away: figures and pictures on held-out photos, near what the evaluation measures."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from restorer.degradation.compression import compressed
from restorer.degradation.draws import gaussian_blur, luma
from restorer.networks.restore_unet import Levels, blur_level, compression_level
from restorer.training.data import PhotoSet
from restorer.training.problems.restore_damage import RestoreConfig

EVALUATION_COUNT = 24
EVALUATION_SIDE = 160
SHOWN = 6
_CHUNK = 8
_RIM_PX = 8
_SIGMA, _QUALITY, _BLUR_PX, _SOFT_NOISE = 25 / 255, 10, 1.6, 2 / 255


@dataclass(frozen=True, slots=True)
class _Test:
    """Damaged photos, what they were, and what the network is told."""

    damaged: Tensor
    truth: Tensor
    levels: Levels


class RestoreCheck:
    """Held-out photos, damaged alike in every run.

    Args:
        photos: that are not trained on.
        config: only what is trained for is measured.
    """

    def __init__(self, photos: PhotoSet, config: RestoreConfig, device: torch.device) -> None:
        generator = torch.Generator().manual_seed(20)
        truth = photos.sample(EVALUATION_COUNT, EVALUATION_SIDE, generator)
        noise = torch.randn(truth.shape, generator=generator).to(device)
        gray = luma(truth).expand_as(truth)
        self._tests = {}
        tasks = config.serves.split(",")
        if "denoise" in tasks:
            self._tests["denoise"] = _Test(truth + _SIGMA * noise, truth, Levels(noise=_SIGMA))
        if "deblock" in tasks:
            saved = _saved(gray, _QUALITY, halved=False)
            self._tests["deblock"] = _Test(saved, gray, Levels(compression=compression_level(_QUALITY)))
            saved = _saved(truth, 2 * _QUALITY, halved=True)
            self._tests["deblock_color"] = _Test(saved, truth, Levels(compression=compression_level(2 * _QUALITY)))
        if "deblur" in tasks:
            soft = gaussian_blur(truth, torch.full((len(truth),), _BLUR_PX)) + _SOFT_NOISE * noise
            levels = Levels(noise=_SOFT_NOISE, blur=blur_level(_BLUR_PX))
            self._tests["deblur"] = _Test((soft.clamp(0, 1) * 255).round() / 255, truth, levels)

    def figures(self, network: nn.Module) -> dict[str, float]:
        """``denoise_psnr_db``: colour noise of deviation 25, unclipped. ``…_gain_db``: over the damaged photo, of gray
        JPEGs of quality 10, of colour ones of quality 20, of a blur of 1.6 px with a little noise. ``kept_db``: how
        close the damaged photos come back where nothing is to be taken away."""
        result: dict[str, float] = {}
        kept = []
        for name, test in self._tests.items():
            restored = _mean_psnr(_restored(network, test.damaged, test.levels), test.truth)
            if name == "denoise":
                result["denoise_psnr_db"] = restored
            else:
                result[f"{name}_gain_db"] = restored - _mean_psnr(test.damaged, test.truth)
            kept.append(_mean_psnr(_restored(network, test.damaged, Levels()), test.damaged))
        result["kept_db"] = min(kept)
        return {name: round(value, 4) for name, value in result.items()}

    def rows(self, network: nn.Module) -> Tensor:
        """Rows of damaged, restored and true, of every test in turn."""
        rows = []
        for index in range(SHOWN):
            test = list(self._tests.values())[index % len(self._tests)]
            damaged, truth = test.damaged[index : index + 1], test.truth[index : index + 1]
            rows.append(torch.cat((damaged, _restored(network, damaged, test.levels), truth), 3))
        return torch.cat(rows)


def _saved(photos: Tensor, quality: int, *, halved: bool) -> Tensor:
    count = len(photos)
    return compressed(photos, torch.full((count,), float(quality)), torch.full((count, 1, 1, 1), halved))


def _restored(network: nn.Module, damaged: Tensor, levels: Levels) -> Tensor:
    told = torch.tensor([levels], device=damaged.device)
    return torch.cat([network(part, told) for part in torch.split(damaged, _CHUNK)])


def _mean_psnr(made: Tensor, true: Tensor) -> float:
    """Mean over the photos, without their rims, which the crop has cut off from what lies around."""
    inner = slice(_RIM_PX, -_RIM_PX)
    error = (made.clamp(0, 1) - true.clamp(0, 1))[..., inner, inner].square().mean((1, 2, 3))
    return float((-10 * torch.log10(error.clamp_min(1e-10))).mean())
