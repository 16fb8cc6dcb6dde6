"""Filling holes: as close to the truth as can be (clean), or as sharp as the surroundings and in variants (vivid)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from restorer.core.params import param
from restorer.degradation.draws import white_noise
from restorer.networks.discriminators import PatchDiscriminator
from restorer.networks.harmonic import harmonic_fill
from restorer.training.augment import add_grain, age_tones
from restorer.training.config import TrainConfig
from restorer.training.data import load_photos, made_smaller, source_side
from restorer.training.masks import MaskBank, free_form_mask
from restorer.training.objectives.losses import charbonnier, gradient_l1, relative_mse
from restorer.training.objectives.mode_seeking import mode_seeking
from restorer.training.objectives.perceptual import PerceptualLoss
from restorer.training.problem import Batch
from restorer.training.problems.inpaint_check import EVALUATION_SIDE, InpaintCheck, typical_errors
from restorer.training.weights import build_from_json, build_network, initial_path

MASK_COUNT = 3000
FREE_FORM_COUNT = 1000
_CONDITION_CHANNELS = 3 + 3 + 1
"""What the discriminator sees: a fill's detail, the photo with its holes, and where they are."""
_DETAIL_GAIN = 4.0
"""Fills differ from a smooth one by a few percent of the range."""


@dataclass(frozen=True, slots=True)
class InpaintConfig(TrainConfig):
    """A run that learns to fill holes.

    The fidelity stage has ``hole_mse_weight`` or the other two pixel losses; the vivid one goes on from its weights
    with an adversary, large holes and a style.
    """

    problem: str = param("inpaint", "Kind of problem, as listed in PROBLEMS.")
    model_id: str = param("inpaint-unet", "Id of the exported weights.")
    title: str = param("Inpaint U-Net", "Name shown to people.")
    summary: str = param("Fills scratches, dust, creases and small holes.", "One sentence for the card.")
    context_px: int = param(64, "Pixels around a region that the network wants to see.", low=0, unit="px")
    architecture: str = param("inpaint-unet", "Network, as listed in ARCHITECTURES.")

    hole_mse_weight: float = param(1.0, "Weight of the error as a share of the photo's typical one.", low=0.0)
    hole_mse_turn: float = param(
        2.0, "So many typical errors and more count linearly there; the larger, the nearer to a mean.", low=0.1
    )
    charbonnier_weight: float = param(0.0, "Weight of the Charbonnier loss.", low=0.0)
    charbonnier_eps: float = param(0.01, "Where it turns from square to absolute.", low=1e-6, high=1.0)
    gradient_weight: float = param(0.0, "Weight of the loss on image gradients.", low=0.0)
    perceptual_weight: float = param(0.0, "Weight of the loss in the space of `features`.", low=0.0)
    features: str = param("features", "What that space is: an installed model's id, or a .safetensors file.")
    shrunk_share: float = param(0.0, "Share of batches from photos made smaller.", low=0.0, high=1.0)
    least_scale: float = param(0.5, "Smallest factor by which they are.", low=0.1, high=1.0)
    gray_share: float = param(0.3, "Share of patches made monochrome or toned, as old photos are.", low=0.0, high=1.0)
    noise_share: float = param(0.2, "Share of patches that get grain.", low=0.0, high=1.0)
    free_form_share: float = param(0.0, "Share of patches with holes of 10 to 40 % of the area.", low=0.0, high=1.0)
    coarse_share: float = param(0.0, "Share of patches that start from a coarse answer.", low=0.0, high=1.0)
    styled_share: float = param(0.0, "Share of patches filled twice, with different styles.", low=0.0, high=1.0)
    styled_fidelity: float = param(0.3, "Weight of their pixel losses against other patches'.", low=0.0, high=1.0)
    diversity_weight: float = param(0.0, "Weight of the fills of two styles being different.", low=0.0)


class InpaintProblem:
    """Inpainting as a :class:`restorer.training.problem.Problem`.

    ``Batch.inputs`` are photo and mask. A share of the batch comes in pairs, the same photo and mask with two styles:
    the first ``pairs`` rows and the ``pairs`` rows after them.

    Args:
        config: settings.
        data: folder of undamaged photos.
        device: where everything lives.

    Raises:
        InputError: for unusable photos, networks that cannot be built, or a perceptual loss without its features.
    """

    def __init__(self, config: InpaintConfig, data: Path, device: torch.device) -> None:
        self.config = config
        self.network = build_network(config).to(device)
        self.discriminator: nn.Module | None = None
        if config.adversarial_weight > 0:
            self.discriminator = build_from_json(
                PatchDiscriminator, config.discriminator, in_channels=_CONDITION_CHANNELS
            ).to(device)
        self._perceptual: PerceptualLoss | None = None
        if config.perceptual_weight > 0:
            self._perceptual = PerceptualLoss.load(initial_path(config.features)).to(device)
        self._style_dim = int(getattr(self.network, "style_dim", 0)) if config.styled_share > 0 else 0
        largest = self.photo_side = max(config.patch_end, config.patch_start, EVALUATION_SIDE)
        self.photos, held_out = load_photos(data, self.photo_side, device)
        self._thin = MaskBank(MASK_COUNT, max(256, largest), config.seed, device)
        self._large = (
            MaskBank(FREE_FORM_COUNT, max(256, largest), config.seed, device, free_form_mask, fitted=True)
            if config.free_form_share > 0
            else None
        )
        self._typical = typical_errors(self.photos, self._masks, device) if config.hole_mse_weight > 0 else None
        self._check = InpaintCheck(held_out, device, large=config.free_form_share > 0, style_dim=self._style_dim)

    def batch(self, count: int, side: int, generator: torch.Generator) -> Batch:
        config, pairs = self.config, self._pairs(count)
        single = count - pairs
        source = source_side(self.photos, side, config.shrunk_share, config.least_scale, generator)
        picks = self.photos.pick(single, generator, source)
        photos = made_smaller(self.photos.crops(picks, source, generator), side)
        photos = age_tones(photos, config.gray_share, generator)
        photos = add_grain(photos, config.noise_share, generator)
        masks = self._masks(single, side, generator)
        extra: dict[str, Tensor] = {}
        if self._typical is not None:
            extra["typical"] = self._typical[torch.tensor(picks, device=photos.device)]
        if config.coarse_share > 0:
            extra["start"] = self._start(photos, masks, generator)
        if self.discriminator is not None:
            extra["smooth"] = harmonic_fill(photos, masks)
        # The rows of the pairs twice, then the others.
        rows = torch.tensor([*range(pairs), *range(pairs), *range(pairs, single)], device=photos.device)
        photos, masks = photos[rows].contiguous(memory_format=torch.channels_last), masks[rows]
        extra = {name: value[rows] for name, value in extra.items()}
        if pairs:
            extra |= self._styles(photos, 2 * pairs, generator)
        return Batch(inputs=(photos, masks), target=photos, weight=masks, extra=extra)

    def predict(self, network: nn.Module, batch: Batch) -> Tensor:
        given = {name: batch.extra[name] for name in ("style", "noise", "start") if name in batch.extra}
        filled: Tensor = network(*batch.inputs, **given)
        return filled

    def loss(self, prediction: Tensor, batch: Batch) -> dict[str, Tensor]:
        config, count = self.config, len(prediction)
        pairs = self._pairs(count)
        terms: dict[str, Tensor] = {}
        styled_share = 2 * pairs / count
        for rows, share in (
            (slice(0, 2 * pairs), styled_share * config.styled_fidelity),
            (slice(2 * pairs, count), 1 - styled_share),
        ):
            if share > 0:
                for name, value in self._fidelity(prediction, batch, rows).items():
                    terms[name] = terms[name] + share * value if name in terms else share * value
        if pairs and config.diversity_weight > 0:
            first, second = slice(0, pairs), slice(pairs, 2 * pairs)
            style, masks = batch.extra["style"], batch.inputs[1]
            sameness = mode_seeking(
                prediction[first], prediction[second], style[first], style[second], weight=masks[first]
            )
            # Its logarithm: fills start out the same, where the ratio itself would drown every other term.
            terms["diversity"] = config.diversity_weight * sameness.log()
        return terms

    def condition(self, picture: Tensor, batch: Batch) -> Tensor:
        # By what it differs from the smooth fill, a picture shows at once how much detail it has. From the picture as
        # such, the discriminator had learned nothing after 150 steps; so it is a match from the first fifty on.
        photos, masks = batch.inputs
        detail = 0.5 + _DETAIL_GAIN * (picture - batch.extra["smooth"])
        return torch.cat((detail, photos * (1 - masks), masks), dim=1)

    def evaluate(self, network: nn.Module) -> dict[str, float]:
        return self._check.figures(network)

    def samples(self, network: nn.Module) -> Tensor:
        return self._check.rows(network)

    def _pairs(self, count: int) -> int:
        """How many photos of a batch are filled twice."""
        return round(count * self.config.styled_share / 2) if self._style_dim else 0

    def _masks(self, count: int, side: int, generator: torch.Generator) -> Tensor:
        masks = self._thin.sample(count, side, generator)
        if self._large is None:
            return masks
        large = torch.rand((count, 1, 1, 1), generator=generator) < self.config.free_form_share
        return torch.where(large.to(masks.device), self._large.sample(count, side, generator), masks)

    def _start(self, photos: Tensor, masks: Tensor, generator: torch.Generator) -> Tensor:
        """What the residual is added to: the harmonic fill, or for a share what a coarse pass would hand on, the true
        photo at a half or a quarter of its size."""
        side = photos.shape[-1]
        dice = torch.rand((2, len(photos), 1, 1, 1), generator=generator).to(photos.device)
        half, quarter = (
            F.interpolate(F.avg_pool2d(photos, factor), size=(side, side), mode="bilinear", align_corners=False)
            for factor in (2, 4)
        )
        coarse = torch.where(dice[0] < 0.5, half, quarter)
        return torch.where(dice[1] < self.config.coarse_share, coarse, harmonic_fill(photos, masks))

    def _styles(self, photos: Tensor, styled: int, generator: torch.Generator) -> dict[str, Tensor]:
        """Style and noise for the first ``styled`` rows, zeros for the others: those learn the most likely fill."""
        planes = int(getattr(self.network, "noise_planes", 0))
        style = photos.new_zeros((len(photos), self._style_dim))
        style[:styled] = torch.randn((styled, self._style_dim), generator=generator).to(photos.device)
        noise = photos.new_zeros((len(photos), planes, *photos.shape[2:]))
        noise[:styled] = white_noise(photos[:styled], planes, generator)
        return {"style": style, "noise": noise}

    def _fidelity(self, prediction: Tensor, batch: Batch, rows: slice) -> dict[str, Tensor]:
        config = self.config
        made, true, hole = prediction[rows], batch.target[rows], batch.inputs[1][rows]
        terms: dict[str, Tensor] = {}
        if config.hole_mse_weight > 0:
            typical = batch.extra["typical"][rows]
            error = relative_mse(made, true, hole, typical, turn=config.hole_mse_turn)
            terms["hole_mse"] = config.hole_mse_weight * error
        if config.charbonnier_weight > 0:
            terms["charbonnier"] = config.charbonnier_weight * charbonnier(made, true, hole, config.charbonnier_eps)
        if config.gradient_weight > 0:
            terms["gradient"] = config.gradient_weight * gradient_l1(made, true, hole)
        if self._perceptual is not None:
            terms["perceptual"] = config.perceptual_weight * self._perceptual(made, true, hole)
        return terms
