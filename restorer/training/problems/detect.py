"""Finding damage: photos made to look old, damaged on purpose, and the network told where and how."""

from __future__ import annotations

import math
import os
from dataclasses import dataclass
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from restorer.core.damage import DAMAGE_CLASSES
from restorer.core.params import param
from restorer.degradation import AGED, LESSONS, MECHANICAL, DamageBank, degrade
from restorer.degradation.compression import compressed
from restorer.degradation.shapes import load_shapes, shapes_beside
from restorer.degradation.visibility import visible
from restorer.networks.damage_unet import DamageUNet
from restorer.training.augment import add_grain, age_tones
from restorer.training.config import TrainConfig
from restorer.training.data import PhotoSet, load_photos
from restorer.training.problem import Batch
from restorer.training.problems.detect_check import DetectCheck
from restorer.training.problems.detect_negatives import LineworkBank
from restorer.training.weights import build_network

LABEL_FROM = 0.4
"""Coverage from which a pixel is damaged."""
DOUBT_FROM = 0.1
"""Coverage from which a pixel is at least not undamaged: between the two it teaches nothing."""
LINEWORK_COUNT = 400
LAYERS_A_PROCESS = 64
"""Fewer are drawn sooner than another process is started."""
EVALUATION_COUNT = 32
EVALUATION_SIDE = 320
_THIN = 4
"""So many of the first classes are thin: scratches, dust, hairs, creases."""
_CLASS_WEIGHTS = (1.0, 1.0, 1.5, 1.0, 1.0, 3.0)
"""How much more the damaged pixels of each class count in the focal loss: stains are faint, and hairs few."""
_FEW_PX = 64
"""Damage of so few pixels in a whole batch counts half in the Dice loss: alone it says little, and would pull hard."""


@dataclass(frozen=True, slots=True)
class DetectConfig(TrainConfig):
    """A run that learns to find damage."""

    problem: str = param("detect", "Kind of problem, as listed in PROBLEMS.")
    model_id: str = param("damage-unet", "Id of the exported weights.")
    title: str = param("Damage U-Net", "Name shown to people.")
    summary: str = param("Finds scratches, dust, hairs, creases, tears and stains.", "One sentence for the card.")
    context_px: int = param(91, "Pixels around a region that the network looks at.", low=0, unit="px")
    architecture: str = param("damage-unet", "Network, as listed in ARCHITECTURES.")

    clean_share: float = param(0.4, "Share of patches without any damage.", low=0.0, high=1.0)
    linework_share: float = param(0.25, "Share of patches with captions, wires or twigs drawn in.", low=0.0, high=1.0)
    gray_share: float = param(0.5, "Share of patches made monochrome or toned, as old photos are.", low=0.0, high=1.0)
    grain_share: float = param(0.5, "Share of patches that get grain.", low=0.0, high=1.0)
    soft_share: float = param(0.5, "Share of patches blurred as scans and lenses do.", low=0.0, high=1.0)
    aged_share: float = param(
        0.0,
        "Share of batches made old by the degradation model, with uneven fading and grain as in dark tones, instead of "
        "by the three shares above.",
        low=0.0,
        high=1.0,
    )
    rescan_share: float = param(0.35, "Share of patches blurred once more after the damage.", low=0.0, high=1.0)
    jpeg_share: float = param(0.3, "Share of patches stored as JPEG in between.", low=0.0, high=1.0)
    least_scale: float = param(0.5, "Smallest enlargement of the photo; below 1 it gets finer.", low=0.25, high=1.0)
    most_scale: float = param(2.0, "Largest enlargement of the photo.", low=1.0, high=4.0)
    focal_gamma: float = param(1.0, "How little pixels count that are right already (focal loss).", low=0.0, high=5.0)
    found_weight: float = param(1.2, "Weight of damaged pixels in the focal loss.", low=0.1, high=100.0)
    class_weight: float = param(0.5, "Weight of telling the classes apart, against finding damage at all.", low=0.0)
    dice_weight: float = param(1.0, "Weight of the soft Dice loss against the focal loss.", low=0.0)
    thin_weight: float = param(1.0, "How much more the surroundings of thin marks count in the focal loss.", low=0.0)
    bank_layers: int = param(
        0,
        "Layers of marks drawn once and used many times, each time cut, turned and faded otherwise; 0 draws new "
        "ones for every patch, which a graphics card would wait for.",
        low=0,
    )
    bank_side: int = param(
        0,
        "Side of those layers; 0 for the largest patch. Marks grow with what they are drawn on: patches cut from "
        "larger layers show a part of a stain, as a photo does that is seen through a network's window.",
        low=0,
        high=2048,
        unit="px",
    )
    shapes_share: float = param(
        0.0,
        "Share of those layers that get shapes of real damage, where damage/shapes lies beside the photos.",
        low=0.0,
        high=1.0,
    )
    edge_weight: float = param(0.2, "Weight of the pixels right around damage.", low=0.0, high=1.0)


class DetectProblem:
    """Damage segmentation as a :class:`restorer.training.problem.Problem`.

    Args:
        config: settings.
        data: folder of undamaged photos.
        device: where everything lives.
    """

    discriminator: nn.Module | None = None

    def __init__(self, config: DetectConfig, data: Path, device: torch.device) -> None:
        self.config = config
        self._device = device
        self.network = build_network(config).to(device).to(memory_format=torch.channels_last)
        patch = max(config.patch_start, config.patch_end)
        largest = self.photo_side = max(patch, EVALUATION_SIDE)
        self.photos, held_out = load_photos(data, self.photo_side, device)
        self._linework = LineworkBank(LINEWORK_COUNT, 2 * largest, config.seed, device)
        self._bank = _bank(config, data, patch, device) if config.bank_layers else None
        seeded = torch.Generator().manual_seed(20)
        self._check = DetectCheck(self._examples(held_out, EVALUATION_COUNT, EVALUATION_SIDE, seeded))

    def batch(self, count: int, side: int, generator: torch.Generator) -> Batch:
        """Damaged patches; ``target`` says what is damaged how, ``extra["care"]`` how much each pixel counts."""
        return self._examples(self.photos, count, side, generator, self._bank)

    def predict(self, network: nn.Module, batch: Batch) -> Tensor:
        """Logits."""
        logits: Tensor = network(*batch.inputs)
        return logits

    def loss(self, prediction: Tensor, batch: Batch) -> dict[str, Tensor]:
        """Focal loss (Lin et al. 2017) and soft Dice (Milletari et al. 2016), of each class and of all together."""
        config, care = self.config, batch.extra["care"]
        single = prediction, batch.target, care
        whole = prediction.amax(1, keepdim=True), batch.target.amax(1, keepdim=True), care.amin(1, keepdim=True)
        emphasis = self._emphasis(batch.target)
        return {
            "found": self._focal(*whole, emphasis.amax(1, keepdim=True)),
            "dice": config.dice_weight * _dice(*whole),
            "class": config.class_weight * len(DAMAGE_CLASSES) * self._focal(*single, emphasis),
            "class_dice": config.class_weight * config.dice_weight * _dice(*single),
        }

    def condition(self, picture: Tensor, batch: Batch) -> Tensor:
        """Answer beside the damaged photo."""
        return torch.cat((picture, *batch.inputs), 1)

    def evaluate(self, network: nn.Module) -> dict[str, float]:
        return self._check.figures(network)

    def samples(self, network: nn.Module) -> Tensor:
        return self._check.rows(network)

    def calibrate(self, network: nn.Module) -> None:
        """Shifts the network's logits so that one half becomes the threshold to go by, of marks and of stains.

        Losses that make up for how rare damage is leave probabilities too high. Everybody who uses the network goes by
        one half, and need not know.
        """
        assert isinstance(network, DamageUNet)
        assert network.head.bias is not None
        by_class = network.head.bias.view(len(DAMAGE_CLASSES), -1)
        for classes, threshold in self._check.thresholds(network).items():
            by_class[list(classes)] -= math.log(threshold / (1 - threshold))

    def _examples(
        self, photos: PhotoSet, count: int, side: int, generator: torch.Generator, bank: DamageBank | None = None
    ) -> Batch:
        """Damaged patches, with marks of the bank or with new ones."""
        clean = self._looks(_scaled(photos, self.config, count, side, generator), generator)
        hit = (torch.rand((count,), generator=generator) >= self.config.clean_share).nonzero()[:, 0].to(clean.device)
        damaged, coverage = clean.clone(), clean.new_zeros((count, len(DAMAGE_CLASSES), side, side))
        if len(hit):
            harmed = bank.apply(clean[hit], generator) if bank else degrade(clean[hit], generator, MECHANICAL)
            damaged[hit], coverage[hit] = harmed.photos, harmed.damage
        target = (coverage >= LABEL_FROM).float()
        care = self._care(target, coverage, visible(clean, damaged))
        scanned = _softened(damaged, self.config.rescan_share, generator)
        finished = _stored(scanned, self.config.jpeg_share, generator)
        return Batch((finished.contiguous(memory_format=torch.channels_last),), target, extra={"care": care})

    def _looks(self, photos: Tensor, generator: torch.Generator) -> Tensor:
        """Photos with everything that old ones have and that is not damage."""
        drawn = self._linework.draw_over(photos, self.config.linework_share, generator)
        if float(torch.rand((), generator=generator)) < self.config.aged_share:
            return degrade(drawn, generator, AGED).photos
        aged = age_tones(drawn, self.config.gray_share, generator)
        return add_grain(_softened(aged, self.config.soft_share, generator), self.config.grain_share, generator)

    def _care(self, target: Tensor, coverage: Tensor, seen: Tensor) -> Tensor:
        """How much each pixel of each class counts: less at the rim of a mark, not at all where there is hardly one."""
        care = torch.where(_around(target, 3) > target, self.config.edge_weight, 1.0)
        doubtful = (target == 0) & (coverage >= DOUBT_FROM) | (target > 0) & ~seen
        return torch.where(doubtful, torch.zeros_like(care), care)

    def _emphasis(self, target: Tensor) -> Tensor:
        """Weights of the focal loss: of the damaged, by class, and of what lies around thin marks."""
        weights = torch.tensor(_CLASS_WEIGHTS, device=target.device)[:, None, None] * self.config.found_weight
        near_thin = _around(target[:, :_THIN].amax(1, keepdim=True), 9)
        return torch.where(target > 0, weights, 1.0) * (1 + self.config.thin_weight * near_thin)

    def _focal(self, logits: Tensor, target: Tensor, care: Tensor, emphasis: Tensor) -> Tensor:
        """Mean over the pixels that count."""
        entropy = F.binary_cross_entropy_with_logits(logits, target, reduction="none")
        missing = (1 - torch.exp(-entropy)).clamp_min(1e-6) ** self.config.focal_gamma
        return (care * emphasis * missing * entropy).sum() / care.sum().clamp_min(1)


def _around(planes: Tensor, side: int) -> Tensor:
    """The largest value in a square around each pixel."""
    return F.max_pool2d(planes, side, stride=1, padding=side // 2)


def _bank(config: DetectConfig, data: Path, side: int, device: torch.device) -> DamageBank:
    folder = shapes_beside(data)
    return DamageBank(
        config.bank_layers,
        max(side, config.bank_side),
        config.seed,
        device,
        LESSONS,
        shapes=load_shapes(folder, held_out=False) if folder else (),
        shapes_share=config.shapes_share,
        processes=min(os.cpu_count() or 1, max(1, config.bank_layers // LAYERS_A_PROCESS)),
    )


def _scaled(photos: PhotoSet, config: DetectConfig, count: int, side: int, generator: torch.Generator) -> Tensor:
    """Patches of a batch, all enlarged or shrunk by one factor drawn evenly on a logarithmic scale."""
    low, high = config.least_scale, config.most_scale
    factor = low * (high / low) ** float(torch.rand((), generator=generator))
    smallest = min(min(photo.shape[1:]) for photo in photos.photos)
    source = min(max(16, round(side / factor)), int(smallest))
    crops = photos.sample(count, source, generator)
    if source == side:
        return crops
    scaled = F.interpolate(crops, size=(side, side), mode="bicubic", align_corners=False, antialias=source > side)
    return scaled.clamp(0, 1)


def _softened(photos: Tensor, share: float, generator: torch.Generator) -> Tensor:
    """A ``share`` of the photos mixed with their own blur: lenses, enlargers and scanners of all kinds."""
    dice = torch.rand((len(photos), 2), generator=generator).to(photos.device)[..., None, None]
    amount = torch.where(dice[:, :1] < share, dice[:, 1:], torch.zeros((), device=photos.device))
    blurred = F.avg_pool2d(F.pad(photos, (2, 2, 2, 2), mode="replicate"), 3, stride=1)
    blurred = F.avg_pool2d(blurred, 3, stride=1)
    return photos + (blurred - photos) * amount


def _stored(photos: Tensor, share: float, generator: torch.Generator) -> Tensor:
    """As files hold them: 8 bit, a ``share`` of them JPEG of quality 50 to 95."""
    dice = torch.rand((3, len(photos)), generator=generator).to(photos.device)
    stored = compressed(photos, 50 + 45 * dice[1], dice[2, :, None, None, None] < 0.5)
    return torch.where(dice[0, :, None, None, None] < share, stored, (photos.clamp(0, 1) * 255).round() / 255)


def _dice(logits: Tensor, target: Tensor, care: Tensor) -> Tensor:
    """1 - soft Dice over a batch, the mean of the classes that are in it; 0 where none is."""
    probability, wanted, axes = logits.sigmoid(), target * care, (0, 2, 3)
    overlap, size = (probability * wanted).sum(axes), (probability * care).sum(axes) + wanted.sum(axes)
    there = (wanted.sum(axes) > 0).float()
    return ((1 - (2 * overlap + _FEW_PX) / (size + _FEW_PX)) * there).sum() / there.sum().clamp_min(1)
