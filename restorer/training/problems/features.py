"""Learning to see: self-supervised features that know what is in a photo and how well it is preserved.

Two crops of one photo are given the same look (as soft, as grainy, as blocky, filled in the same way) and are to be
embedded alike, and all photos apart (VICReg). What both crops share is the scene *and* its look, so both have to be
encoded. Two more questions are asked of the same features: how strong is each part of the look, and where was a hole
filled. Brightness, contrast and tint differ from crop to crop, and so matter less. There are no labels and no other
networks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from restorer.core.params import param
from restorer.degradation import OPERATIONS
from restorer.networks.feature_net import FeatureNet
from restorer.training.config import TrainConfig
from restorer.training.data import load_photos
from restorer.training.fills import FILLS
from restorer.training.masks import MaskBank
from restorer.training.objectives import vicreg
from restorer.training.problem import Batch
from restorer.training.problems.features_check import SIDE, FeatureCheck
from restorer.training.weights import build_from_json

LOOKS = ("blur", "monochrome", "grain", "noise", "jpeg")
"""Degradations, in the order in which a photo meets them."""
MARGIN_PX = 16
"""Looks are given to views this much larger than what is cut out of them: blocks of JPEG lie anywhere."""
REACH = 1.5
"""Two views come from a square of this many times their side."""
MASK_COUNT = 400
PLACE_STRIDE = 8
"""Pixels of a position of the map that says where a hole was filled."""
PLACE_STAGES = 4
LOOK_GAIN = 0.1
"""Of the features that looks are told from: hundreds of inputs at full scale make a linear layer jump at every step."""
DECORRELATION = 0.1
"""Of local features beside their scale."""


@dataclass(frozen=True, slots=True)
class FeaturesConfig(TrainConfig):
    """Settings of the feature network's training. ``images`` counts pairs of views."""

    problem: str = param("features", "Kind of problem.")
    model_id: str = param("features", "Id of the exported weights.")
    title: str = param("Features", "Name shown to people.")
    summary: str = param("Compares how pictures look; repairs nothing itself.", "One sentence for the card.")
    context_px: int = param(93, "Pixels that the coarsest features see in each direction.", low=0, unit="px")
    architecture: str = param("feature-net", "Network, as listed in ARCHITECTURES.")
    embedding: int = param(384, "Dimensions in which two views are compared.", low=8, high=4096)
    look_share: float = param(0.4, "Share of pairs that get each part of a look.", low=0.0, high=1.0)
    fill_share: float = param(0.5, "Share of pairs in which holes are filled.", low=0.0, high=1.0)
    covariance_weight: float = param(0.02, "Weight of decorrelation beside invariance and variance.", low=0.0)
    local_weight: float = param(0.1, "Weight of scale and decorrelation of the maps themselves.", low=0.0)
    look_weight: float = param(4.0, "Weight of telling how strong each part of a look is.", low=0.0)
    fill_weight: float = param(1.0, "Weight of telling where a hole was filled, and how.", low=0.0)


class FeatureLearner(nn.Module):
    """The feature network and what is put on top of it for training only.

    Attributes:
        features: what is kept.
        standard: brings all stages' mean features to one scale, over the batch at hand.
        expander: from there to the embedding.
        look: from there to the strength of each look.
        place: from a position of the finer stages to logits of each kind of fill.
    """

    def __init__(self, features: FeatureNet, embedding: int) -> None:
        super().__init__()
        self.features = features
        total = sum(features.widths)
        self.standard = nn.BatchNorm1d(total, affine=False, track_running_stats=False)
        self.expander = nn.Sequential(
            *_normalised(total, embedding), *_normalised(embedding, embedding), nn.Linear(embedding, embedding)
        )
        self.look = nn.Linear(total, len(LOOKS))
        nn.init.zeros_(self.look.weight)
        self.place = nn.Conv2d(sum(features.widths[:PLACE_STAGES]), len(FILLS), 1)

    def forward(self, views: Tensor) -> Tensor:
        """Everything the loss asks for in one row for each view: embedding, looks, places, some local features.

        Args:
            views: ``N x 3 x S x S``, ``S`` a multiple of 16.
        """
        maps = self.features(views)
        means = self.standard(torch.cat([m.mean((2, 3)) for m in maps], 1))
        grid = (views.shape[2] // PLACE_STRIDE, views.shape[3] // PLACE_STRIDE)
        places = self.place(torch.cat([_on_grid(m, grid) for m in maps[:PLACE_STAGES]], 1))
        return torch.cat((self.expander(means), self.look(means * LOOK_GAIN), places.flatten(1), _local(maps)), 1)


class FeaturesProblem:
    """What the lab's loop trains ``feature-net`` by; see the module. There is no adversary."""

    def __init__(self, config: FeaturesConfig, data: Path, device: torch.device) -> None:
        self.config = config
        self.discriminator: nn.Module | None = None
        features = build_from_json(FeatureNet, config.hyperparameters, batch_norm=True)
        assert isinstance(features, FeatureNet)
        self.network: nn.Module = FeatureLearner(features, config.embedding).to(device)
        self._widths = features.widths
        largest = self.photo_side = max(SIDE, _square(max(config.patch_start, config.patch_end) + MARGIN_PX))
        self._photos, held_out = load_photos(data, self.photo_side, device)
        self._masks = MaskBank(MASK_COUNT, largest, config.seed, device)
        self._check = FeatureCheck(held_out, LOOKS, device)

    def batch(self, count: int, side: int, generator: torch.Generator) -> Batch:
        """``count`` pairs of views: the first of each in the first half of the batch, the second in the other."""
        outer = side + MARGIN_PX
        squares = self._photos.sample(count, _square(outer), generator)
        views = _expose(torch.cat([_cut(squares, outer, generator) for _ in range(2)]), generator)
        severities = torch.rand((count, len(LOOKS)), generator=generator)
        severities *= torch.rand((count, len(LOOKS)), generator=generator) < self.config.look_share
        severities = severities.repeat(2, 1)
        for name, severity in zip(LOOKS, severities.T, strict=True):
            views = OPERATIONS[name].apply(views, severity, generator).photos
        views, filled = self._fill(_cut(views, side, generator), generator)
        places = F.avg_pool2d(filled, PLACE_STRIDE)
        target = torch.cat((severities.to(views), places.flatten(1)), 1)
        return Batch(inputs=(views.contiguous(memory_format=torch.channels_last),), target=target)

    def predict(self, network: nn.Module, batch: Batch) -> Tensor:
        """What :class:`FeatureLearner` returns; wider than the target, since an embedding has no right answer."""
        rows: Tensor = network(*batch.inputs)
        return rows

    def loss(self, prediction: Tensor, batch: Batch) -> dict[str, Tensor]:
        config = self.config
        known = batch.target.shape[1]
        rows = _split(prediction, config.embedding, known - len(LOOKS))
        looks, places = batch.target[:, : len(LOOKS)], batch.target[:, len(LOOKS) :]
        first, second = rows.embedding.chunk(2)
        stages = torch.split(torch.cat(rows.local.chunk(2, 1)), list(self._widths), 1)
        local = [vicreg.unit_scale(stage) + DECORRELATION * vicreg.covariance(stage) for stage in stages]
        return {
            "invariance": vicreg.invariance(first, second),
            "variance": (vicreg.variance(first) + vicreg.variance(second)) / 2,
            "covariance": config.covariance_weight * (vicreg.covariance(first) + vicreg.covariance(second)) / 2,
            "local": config.local_weight * torch.stack(local).sum(),
            "look": config.look_weight * F.mse_loss(rows.looks, looks),
            "fill": config.fill_weight * F.binary_cross_entropy_with_logits(rows.places, places),
        }

    def condition(self, picture: Tensor, batch: Batch) -> Tensor:
        """The picture as it is: nothing is judged here."""
        return picture

    def evaluate(self, network: nn.Module) -> dict[str, float]:
        """See :meth:`FeatureCheck.figures`."""
        return self._check.figures(kept(network))

    def samples(self, network: nn.Module) -> Tensor:
        """See :meth:`FeatureCheck.neighbours`."""
        return self._check.neighbours(kept(network))

    def _fill(self, views: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        """Views with holes filled, the same way in both of a pair, and where: ``2 N x kinds x S x S``."""
        masks = self._masks.sample(len(views), views.shape[2], generator)
        dice = torch.rand(len(views) // 2, generator=generator).repeat(2).to(views.device)
        share = self.config.fill_share / len(FILLS)
        filled = []
        for index, fill in enumerate(FILLS.values()):
            chosen = (dice >= index * share) & (dice < (index + 1) * share)
            if chosen.any():
                views[chosen] = fill(views[chosen], masks[chosen], generator)
            filled.append(masks * chosen[:, None, None, None])
        return views, torch.cat(filled, 1)


class _Rows(NamedTuple):
    embedding: Tensor
    looks: Tensor
    places: Tensor
    local: Tensor


def _split(prediction: Tensor, embedding: int, places: int) -> _Rows:
    """What :class:`FeatureLearner` put into one row."""
    sizes = [embedding, len(LOOKS), places]
    return _Rows(*torch.split(prediction, [*sizes, prediction.shape[1] - sum(sizes)], 1))


def _normalised(inputs: int, outputs: int) -> tuple[nn.Module, ...]:
    return (
        nn.Linear(inputs, outputs, bias=False),
        nn.BatchNorm1d(outputs, track_running_stats=False),
        nn.ReLU(inplace=True),
    )


def _on_grid(maps: Tensor, grid: tuple[int, int]) -> Tensor:
    return F.adaptive_avg_pool2d(maps, grid) if maps.shape[2] >= grid[0] else F.interpolate(maps, grid)


def _local(maps: Sequence[Tensor]) -> Tensor:
    """Features at two positions of each map, a third of the way in from opposite corners: ``N x (2 x channels)``."""
    places = [(m.shape[2] // 3, m.shape[3] // 3) for m in maps]
    near = [m[:, :, row, column] for m, (row, column) in zip(maps, places, strict=True)]
    far = [m[:, :, -1 - row, -1 - column] for m, (row, column) in zip(maps, places, strict=True)]
    return torch.cat(near + far, 1)


def kept(network: nn.Module) -> FeatureNet:
    """The feature network of a :class:`FeatureLearner`, without normalisation: what is measured, and exported."""
    features = network.features
    assert isinstance(features, FeatureNet)
    return features.folded().to(next(features.parameters()).device)


def _square(side: int) -> int:
    """Side of the part of a photo that two views of ``side`` come from."""
    return int(REACH * side)


def _cut(photos: Tensor, side: int, generator: torch.Generator) -> Tensor:
    """A random ``side`` x ``side`` part of each photo."""
    corners = torch.randint(photos.shape[2] - side + 1, (len(photos), 2), generator=generator).tolist()
    return torch.stack(
        [photo[:, top : top + side, left : left + side] for photo, (top, left) in zip(photos, corners, strict=True)]
    )


def _expose(photos: Tensor, generator: torch.Generator) -> Tensor:
    """Brightness, contrast and tint of each photo changed a little."""
    dice = torch.rand((len(photos), 5), generator=generator).to(photos)[..., None, None] - 0.5
    contrast, lift, tint = 1 + 0.4 * dice[:, :1], 0.15 * dice[:, 1:2], 1 + 0.12 * dice[:, 2:]
    changed: Tensor = ((photos - 0.5) * contrast + 0.5 + lift) * tint
    return changed.clamp(0, 1)
