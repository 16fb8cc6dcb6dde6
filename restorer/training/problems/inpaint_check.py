"""How good fills are: figures and pictures on held-out photos, and how good the simplest fill is on each photo."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

from restorer.networks.harmonic import harmonic_fill
from restorer.training.data import PhotoSet
from restorer.training.masks import MaskBank, free_form_mask
from restorer.training.objectives.losses import psnr

EVALUATION_COUNT = 64
LARGE_COUNT = 32
EVALUATION_SIDE = 128
SHOWN = 8
_TYPICAL_GRID = 3
_LEAST_TYPICAL = 1e-4
_HOLE_SHADE = 0.5
_CHUNK = 8


class InpaintCheck:
    """Held-out photos with holes, the same in every run.

    Args:
        photos: that are not trained on.
        large: whether large holes are measured as well, and shown.
        style_dim: length of the style of the networks to check; 0 for those of one answer.
    """

    def __init__(self, photos: PhotoSet, device: torch.device, *, large: bool, style_dim: int) -> None:
        generator = torch.Generator().manual_seed(20)
        self._style_dim = style_dim
        thin = MaskBank(EVALUATION_COUNT, 2 * EVALUATION_SIDE, 21, device)
        self._sets = {"hole": _examples(photos, thin, EVALUATION_COUNT, generator)}
        if large:
            torn = MaskBank(LARGE_COUNT, 2 * EVALUATION_SIDE, 22, device, free_form_mask, fitted=True)
            self._sets["large_hole"] = _examples(photos, torn, LARGE_COUNT, generator)

    def figures(self, network: nn.Module) -> dict[str, float]:
        """Mean PSNR inside thin holes, the network's and the harmonic fill's; the same for large ones, and there also

        - ``sharpness``: strength of the fill's gradients as a share of the truth's; 1 is as sharp as the photo.
        - ``variety``: mean absolute difference of the fills of two styles in percent of full scale.
        """
        result: dict[str, float] = {}
        for name, (photos, masks) in self._sets.items():
            fills = self._filled(network, photos, masks)
            result[f"{name}_psnr_db"] = _mean_psnr(fills, photos, masks)
            result[f"harmonic_{name}_psnr_db"] = _mean_psnr(_by_chunks(harmonic_fill, photos, masks), photos, masks)
            if name == "large_hole":
                result["sharpness"] = _gradient_strength(fills, masks) / _gradient_strength(photos, masks)
                if self._style_dim:
                    first, second = (self._styled(network, photos, masks, seed) for seed in (1, 2))
                    apart = ((first - second).abs() * masks).sum() / (3 * masks.sum())
                    result["variety"] = 100 * float(apart)
        return {name: round(value, 4) for name, value in result.items()}

    def rows(self, network: nn.Module) -> Tensor:
        """Rows of photo with holes, harmonic fill, network's fill, two styles if it has any, and truth."""
        photos, masks = (part[:SHOWN] for part in self._sets.get("large_hole", self._sets["hole"]))
        columns = [photos * (1 - masks) + _HOLE_SHADE * masks, harmonic_fill(photos, masks)]
        columns.append(self._filled(network, photos, masks))
        if self._style_dim:
            columns += [self._styled(network, photos, masks, seed) for seed in (1, 2)]
        return torch.cat([*columns, photos], dim=3)

    @staticmethod
    def _filled(network: nn.Module, photos: Tensor, masks: Tensor) -> Tensor:
        return _by_chunks(network, photos, masks).clamp(0, 1)

    def _styled(self, network: nn.Module, photos: Tensor, masks: Tensor, seed: int) -> Tensor:
        generator = torch.Generator().manual_seed(seed)
        planes = int(getattr(network, "noise_planes", 0))
        style = torch.randn((len(photos), self._style_dim), generator=generator).to(photos)
        noise = torch.randn((len(photos), planes, *photos.shape[-2:]), generator=generator).to(photos)
        return _by_chunks(network, photos, masks, style, noise).clamp(0, 1)


def _examples(photos: PhotoSet, bank: MaskBank, count: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    crops = photos.sample(count, EVALUATION_SIDE, generator)
    return crops, bank.sample(count, EVALUATION_SIDE, generator)


@torch.no_grad()
def typical_errors(
    photos: PhotoSet, masks: Callable[[int, int, torch.Generator], Tensor], device: torch.device
) -> Tensor:
    """Squared error of the harmonic fill inside holes of each photo, one value a photo, on ``device``.

    Args:
        masks: draws ``count x 1 x side x side`` of a generator, such as the ones to be trained on.
    """
    generator = torch.Generator().manual_seed(5)
    count = _TYPICAL_GRID**2
    errors = []
    for photo in photos.photos:
        side = min(EVALUATION_SIDE, *photo.shape[1:])
        rows, columns = (torch.linspace(0, size - side, _TYPICAL_GRID).long().tolist() for size in photo.shape[1:])
        crops = torch.stack([photo[:, y : y + side, x : x + side] for y in rows for x in columns]).float() / 255
        holes = masks(count, side, generator)
        squared = ((harmonic_fill(crops, holes) - crops) ** 2 * holes).sum()
        errors.append(squared / (3 * holes.sum()).clamp_min(1))
    return torch.stack(errors).clamp_min(_LEAST_TYPICAL).to(device)


def _by_chunks(fill: Callable[..., Tensor], *parts: Tensor) -> Tensor:
    return torch.cat([fill(*chunk) for chunk in zip(*(torch.split(part, _CHUNK) for part in parts), strict=True)])


def _mean_psnr(fills: Tensor, photos: Tensor, masks: Tensor) -> float:
    """Of the pictures that have a hole."""
    return float(psnr(fills, photos, masks)[masks.flatten(1).any(1)].mean())


def _gradient_strength(pictures: Tensor, masks: Tensor) -> float:
    """Mean absolute difference of neighbours inside the holes."""
    total = pictures.new_zeros(())
    for axis in (-1, -2):
        inside = masks.narrow(axis, 1, masks.shape[axis] - 1) * masks.narrow(axis, 0, masks.shape[axis] - 1)
        total = total + (pictures.diff(dim=axis).abs() * inside).sum() / inside.sum().clamp_min(1)
    return float(total) / (2 * pictures.shape[1])
