"""Making photos larger: as close to the truth as can be (clean), or as sharp as it (vivid)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from restorer.core.errors import InputError
from restorer.core.params import param
from restorer.degradation.draws import luma
from restorer.degradation.resampling import bicubic_enlarged, bicubic_shrunk
from restorer.networks.discriminators import PatchDiscriminator
from restorer.training.config import TrainConfig
from restorer.training.data import PhotoSet, load_photos, shrunk_crops
from restorer.training.objectives.perceptual import PerceptualLoss
from restorer.training.objectives.precision import full_precision
from restorer.training.problem import Batch
from restorer.training.problems.super_resolve_check import EVALUATION_SIDE, SuperResolveCheck
from restorer.training.weights import build_from_json, build_network, initial_path

_CONDITION_CHANNELS = 3 + 3
"""What the discriminator sees: a picture's detail, and the small photo, enlarged."""
_DETAIL_GAIN = 4.0
"""Detail is a few percent of the range."""


@dataclass(frozen=True, slots=True)
class SuperResolveConfig(TrainConfig):
    """A run that learns to make photos larger. Patches are of the large photo, and so are ``batch_pixels``.

    The clean stage has ``charbonnier_weight`` alone; the vivid one goes on from its weights with an adversary and the
    losses that leave it free: in the space of `features`, and between the small photo and the large one made small.
    """

    problem: str = param("super-resolve", "Kind of problem, as listed in PROBLEMS.")
    model_id: str = param("sr-x4", "Id of the exported weights.")
    title: str = param("Super-resolution 4×", "Name shown to people.")
    summary: str = param("Makes photos four times larger, true to what is there.", "One sentence for the card.")
    context_px: int = param(22, "Pixels around a region that the network looks at.", low=0, unit="px")
    architecture: str = param("compact-sr", "Network, as listed in ARCHITECTURES.")
    serves: str = param("super-resolve", "Tasks that the weights are for, the first one first.")
    priority: int = param(0, "Among the models of a task the highest is chosen first.")

    charbonnier_weight: float = param(1.0, "Weight of the Charbonnier loss.", low=0.0)
    charbonnier_eps: float = param(1e-3, "Where it turns from square to absolute.", low=1e-6, high=1.0)
    consistency_weight: float = param(0.0, "Weight of the same loss after making it small again.", low=0.0)
    perceptual_weight: float = param(0.0, "Weight of the loss in the space of `features`.", low=0.0)
    features: str = param("features", "What that space is: an installed model's id, or a .safetensors file.")
    gray_share: float = param(0.05, "Share of patches without colour.", low=0.0, high=1.0)
    shrunk_share: float = param(0.5, "Share of batches from photos made smaller.", low=0.0, high=1.0)
    least_scale: float = param(0.5, "How small the photos are made at most.", low=0.25, high=1.0)


class SuperResolveProblem:
    """Super-resolution as a :class:`restorer.training.problem.Problem`. ``Batch.inputs`` is the small photo.

    Args:
        config: settings.
        data: folder of photos.
        device: where everything lives.

    Raises:
        InputError: for unusable photos, networks that cannot be built or enlarge by no even factor, or a perceptual
            loss without its features.
    """

    def __init__(self, config: SuperResolveConfig, data: Path, device: torch.device) -> None:
        self.config = config
        self.network = build_network(config).to(device)
        self._scale = int(getattr(self.network, "scale", 1))
        if self._scale not in (2, 4, 8):
            raise InputError(f"A network that enlarges {self._scale} times cannot be trained.", hint="2, 4 or 8 it is.")
        self.discriminator: nn.Module | None = None
        if config.adversarial_weight > 0:
            self.discriminator = build_from_json(
                PatchDiscriminator, config.discriminator, in_channels=_CONDITION_CHANNELS
            ).to(device)
        self._perceptual: PerceptualLoss | None = None
        if config.perceptual_weight > 0:
            self._perceptual = PerceptualLoss.load(initial_path(config.features)).to(device)
        largest = max(config.patch_start, config.patch_end, EVALUATION_SIDE)
        self.photo_side = largest + 4 * self._scale
        self.photos, held_out = load_photos(data, self.photo_side, device)
        self._check = SuperResolveCheck(held_out, self._scale, device)

    def batch(self, count: int, side: int, generator: torch.Generator) -> Batch:
        small, large = make_pair(self.photos, self.config, self._scale, count, side, generator)
        extra = {"smooth": bicubic_enlarged(small, self._scale)} if self.discriminator is not None else {}
        return Batch((small.contiguous(memory_format=torch.channels_last),), large, extra=extra)

    def predict(self, network: nn.Module, batch: Batch) -> Tensor:
        enlarged: Tensor = network(*batch.inputs)
        return enlarged

    def loss(self, prediction: Tensor, batch: Batch) -> dict[str, Tensor]:
        config = self.config
        made, true = full_precision(prediction), full_precision(batch.target)
        terms: dict[str, Tensor] = {}
        if config.charbonnier_weight > 0:
            terms["charbonnier"] = config.charbonnier_weight * self._charbonnier(made, true)
        if config.consistency_weight > 0:
            again = bicubic_shrunk(made, self._scale)
            error = self._charbonnier(again, full_precision(batch.inputs[0]))
            terms["consistency"] = config.consistency_weight * error
        if self._perceptual is not None:
            terms["perceptual"] = config.perceptual_weight * self._perceptual(made, true)
        return terms

    def condition(self, picture: Tensor, batch: Batch) -> Tensor:
        # By what it differs from the smooth enlargement, a picture shows at once how much detail it has.
        smooth = batch.extra["smooth"]
        return torch.cat((0.5 + _DETAIL_GAIN * (picture - smooth), smooth), dim=1)

    def evaluate(self, network: nn.Module) -> dict[str, float]:
        return self._check.figures(network)

    def samples(self, network: nn.Module) -> Tensor:
        return self._check.rows(network)

    def _charbonnier(self, made: Tensor, true: Tensor) -> Tensor:
        """Charbonnier et al. 1994, the mean of all."""
        eps = self.config.charbonnier_eps
        return ((made - true).square() + eps * eps).sqrt().mean() - eps


def make_pair(
    photos: PhotoSet, config: SuperResolveConfig, scale: int, count: int, side: int, generator: torch.Generator
) -> tuple[Tensor, Tensor]:
    """Small photos (``N x 3 x side/scale x side/scale``) and large ones; 8 bit, 0 to 1.

    The small ones are made of larger crops: near the edges they have seen what lies beyond, as in a whole photo.
    """
    side = side // scale * scale
    margin = 2 * scale
    crops = shrunk_crops(photos, count, side + 2 * margin, config.shrunk_share, config.least_scale, generator)
    if config.gray_share > 0:
        gray = torch.rand((count, 1, 1, 1), generator=generator) < config.gray_share
        crops = torch.where(gray.to(crops.device), (luma(crops) * 255).round() / 255, crops)
    small = bicubic_shrunk(crops, scale)[..., 2:-2, 2:-2]
    small = (small.clamp(0, 1) * 255).round() / 255
    return small, crops[..., margin:-margin, margin:-margin]
