"""Whether features are any good: what a feature network has to show on held-out photos."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from restorer.degradation import OPERATIONS
from restorer.networks.appearance import Appearance, appearance, frechet
from restorer.networks.feature_net import FeatureNet
from restorer.training.data import PhotoSet
from restorer.training.fills import FILLS, cloned_fill
from restorer.training.masks import MaskBank, free_form_mask

SIDE = 128
SEVERITIES = (0.3, 1.0)
NEIGHBOURS = 5
_CHUNK = 8


class FeatureCheck:
    """Fixed crops of held-out photos and what is measured on them.

    Args:
        photos: held out from training, each at least ``SIDE`` px.
        looks: degradations that the distance has to tell, as listed in OPERATIONS.
        device: where they are.
    """

    def __init__(self, photos: PhotoSet, looks: Sequence[str], device: torch.device) -> None:
        self._looks = tuple(looks)
        self._generator = torch.Generator()
        pairs = [_two_parts(photo) for photo in photos.photos]
        self._first = torch.stack([first for first, _ in pairs]).float() / 255
        self._second = torch.stack([second for _, second in pairs]).float() / 255
        holes = MaskBank(len(pairs), SIDE, 31, device, free_form_mask)
        self._masks = holes.sample(len(pairs), SIDE, self._generator.manual_seed(32))

    @torch.no_grad()
    def figures(self, features: FeatureNet) -> dict[str, float]:
        """Retrieval, and Fréchet distances from the clean crops to worse and worse ones.

        ``retrieval_top1_percent``: of all crops, how many have the other part of their own photo as nearest neighbour.
        ``fd_rising_percent``: steps from one severity to the next at which the distance rises.
        ``fd_parts``: between the two parts of the same clean photos, the least that can be told apart.
        ``fd_<look>``: at full severity. ``fd_fill_<kind>``: with large holes filled, from the other part of the photo
        where ``cloned``; cloned < smooth < copied is to be expected: texture that fits in, no texture, and patches with
        hard edges.
        """
        clean = self._look_of(features, self._first)
        figures: dict[str, float] = {}
        rises = []
        for name in self._looks:
            before = 0.0
            for severity in SEVERITIES:
                strength = torch.full((len(self._first),), severity)
                worse = OPERATIONS[name].apply(self._first, strength, self._generator.manual_seed(33)).photos
                distance = frechet(clean, self._look_of(features, worse))
                rises.append(distance > before)
                before = distance
            figures[f"fd_{name}"] = before
        fills = {name: fill(self._first, self._masks, self._generator.manual_seed(34)) for name, fill in FILLS.items()}
        fills["cloned"] = cloned_fill(self._first, self._masks, self._second)
        for name, filled in fills.items():
            figures[f"fd_fill_{name}"] = frechet(clean, self._look_of(features, filled))
        return {
            "retrieval_top1_percent": 100 * self._retrieved(features),
            "fd_rising_percent": 100 * sum(rises) / len(rises),
            "fd_parts": frechet(clean, self._look_of(features, self._second)),
            **figures,
        }

    @torch.no_grad()
    def neighbours(self, features: FeatureNet) -> Tensor:
        """Rows of a crop and the ``NEIGHBOURS`` nearest others (or as many as there are): ``N x 3 x H x W``."""
        crops = torch.cat((self._first, self._second))
        near = similarity(features, crops).topk(min(NEIGHBOURS, len(crops) - 1)).indices
        rows = range(0, len(self._first), max(1, len(self._first) // 8))
        return torch.stack([torch.cat((crops[row], *crops[near[row]]), 2) for row in rows])

    def _look_of(self, features: FeatureNet, pictures: Tensor) -> Appearance:
        parts = ((chunk, None) for chunk in torch.split(pictures, _CHUNK))
        return appearance(features, parts, self._generator.manual_seed(35))

    def _retrieved(self, features: FeatureNet) -> float:
        count = len(self._first)
        nearest = similarity(features, torch.cat((self._first, self._second))).argmax(1).cpu()
        other = torch.cat((torch.arange(count, 2 * count), torch.arange(count)))
        return float((nearest == other).float().mean())


def similarity(features: FeatureNet, pictures: Tensor) -> Tensor:
    """Cosine of the angle between pictures' mean features, standardised over the pictures; -inf on the diagonal."""
    parts = [torch.cat([m.mean((2, 3)) for m in features(chunk)], 1) for chunk in torch.split(pictures, _CHUNK)]
    means = torch.cat(parts)
    means = (means - means.mean(0)) / means.std(0).clamp_min(1e-6)
    means = means / means.norm(dim=1, keepdim=True).clamp_min(1e-6)
    cosines: Tensor = means @ means.T
    return cosines.fill_diagonal_(-torch.inf)


def _two_parts(photo: Tensor) -> tuple[Tensor, Tensor]:
    """Two crops as far apart along the longer side as the photo allows."""
    height, width = photo.shape[1:]
    top, left = (height - SIDE) // 2, (width - SIDE) // 2
    if width >= height:
        return photo[:, top : top + SIDE, :SIDE], photo[:, top : top + SIDE, width - SIDE :]
    return photo[:, :SIDE, left : left + SIDE], photo[:, height - SIDE :, left : left + SIDE]
