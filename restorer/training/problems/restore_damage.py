"""What restoration is trained against: blur, noise and JPEG, of which some are to be taken away and some are to stay.

All choices are drawn on the processor, all pictures are made on the training device in a few large operations: nothing
in here waits for a graphics card.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from restorer.core.params import param
from restorer.degradation.compression import compressed
from restorer.degradation.draws import convolve, luma, white_noise
from restorer.networks.restore_unet import BLUR_UNIT_PX
from restorer.training.config import TrainConfig

BLOCK_PX = 8
"""A JPEG's grid; a patch may begin anywhere on it."""
BLUR_MARGIN_PX = 8
MARGIN_PX = BLOCK_PX + 2 * BLUR_MARGIN_PX
"""How much larger than the patch a photo's crop has to be."""
_BLUR_RADIUS, _CLUMP_RADIUS = 9, 3
_KINDS = ("noise", "jpeg", "blur", "mixed")
_CHANCES = {"blur": 0.5, "noise": 0.7, "jpeg": 0.6}
"""Of each kind of damage in mixed patches."""
_ASKED = 0.8
"""Share of the damage of mixed patches that is to be taken away."""
_TASKS = ("denoise", "deblock", "deblur")
"""What takes each of them away; what the network is not for stays."""
_LEVEL_ERRORS = (0.08, 0.03, 0.1)
"""Deviation of the levels that are told: as a share of them, for compression as such. Estimates are never exact."""
_LEAST_LEVEL = 0.004


@dataclass(frozen=True, slots=True)
class RestoreConfig(TrainConfig):
    """A run that learns to take away noise, JPEG's traces and blur."""

    problem: str = param("restore", "Kind of problem, as listed in PROBLEMS.")
    model_id: str = param("restore-unet", "Id of the exported weights.")
    title: str = param("Restore U-Net", "Name shown to people.")
    summary: str = param("Takes away noise, JPEG's traces and blur, as much as wanted.", "One sentence for the card.")
    context_px: int = param(48, "Pixels around a region that the network wants to see.", low=0, unit="px")
    architecture: str = param("restore-unet", "Network, as listed in ARCHITECTURES.")
    serves: str = param("denoise,deblock,deblur", "Tasks that the weights are for, the first one first.")
    priority: int = param(0, "Among the models of a task the highest is chosen first.")

    noise_share: float = param(0.3, "Share of patches with nothing but noise.", low=0.0, high=1.0)
    jpeg_share: float = param(0.25, "Share of patches with nothing but JPEG.", low=0.0, high=1.0)
    blur_share: float = param(0.1, "Share with nothing but blur; all other patches are mixed.", low=0.0, high=1.0)
    untouched_share: float = param(0.06, "Share of those whose damage is to stay.", low=0.0, high=1.0)
    most_noise: float = param(60.0, "Largest standard deviation of the noise, of 255.", low=0.0, high=255.0)
    most_blur: float = param(3.0, "Largest standard deviation of the blur.", low=0.3, high=3.0, unit="px")
    least_quality: int = param(8, "Lowest quality of a JPEG.", low=1, high=100)
    gray_share: float = param(0.25, "Share of patches without colour.", low=0.0, high=1.0)
    shrunk_share: float = param(0.5, "Share of batches from photos made smaller.", low=0.0, high=1.0)
    least_scale: float = param(0.55, "How small the photos are made at most.", low=0.25, high=1.0)
    charbonnier_eps: float = param(1e-3, "Where the loss turns from square to absolute.", low=1e-6, high=1.0)
    evenness: float = param(
        0.4,
        "How much more faint damage counts: 1 counts each patch's error as a share of its damage.",
        low=0.0,
        high=1.0,
    )


@dataclass(frozen=True, slots=True)
class Draw:
    """What happens to each patch of a batch, and how much of it is to be undone. All on the processor.

    Attributes:
        gray: ``N`` bool, without colour.
        blur_sigma, noise_sigma: ``N``, in pixels, and of values 0 to 1; 0 for none.
        quality: ``N``, of the JPEG; 0 for none.
        asked: ``N x 3`` bool, whether noise, JPEG and blur are to be taken away.
        is_disc: ``N`` bool, out of focus instead of soft.
        stretch: ``N x 2``, logarithm of the blur's elongation, and its angle.
        own: ``N``, share of the noise that each channel has of its own; 1 for colour noise, 0 for gray.
        clump_sigma: ``N``, in pixels; 0 for white noise.
        follows: ``N``, 0 for the same noise everywhere, 1 for film's, 2 for a sensor's.
        halved: ``N`` bool, chroma at half the resolution.
        is_8bit: ``N`` bool, clipped and rounded; noise is left as it is where not.
        errors: ``N x 3``, standard normal: of the levels that are told.
        corner: where in the JPEG's grid the patches begin: y, x.
    """

    gray: Tensor
    blur_sigma: Tensor
    noise_sigma: Tensor
    quality: Tensor
    asked: Tensor
    is_disc: Tensor
    stretch: Tensor
    own: Tensor
    clump_sigma: Tensor
    follows: Tensor
    halved: Tensor
    is_8bit: Tensor
    errors: Tensor
    corner: tuple[int, int]

    def levels(self) -> Tensor:
        """``N x 3``: what the network is told, :class:`restorer.networks.restore_unet.Levels` with an error."""
        compression = torch.where(self.quality > 0, (100 - self.quality) / 100, 0.0)
        true = torch.stack((self.noise_sigma, compression, self.blur_sigma / BLUR_UNIT_PX), 1)
        off = self.errors * torch.tensor(_LEVEL_ERRORS)
        told = torch.stack((true[:, 0] * (1 + off[:, 0]), true[:, 1] + off[:, 1], true[:, 2] * (1 + off[:, 2])), 1)
        return torch.where(self.asked & (true > 0), told.clamp_min(_LEAST_LEVEL), 0.0)


def draw_damage(count: int, config: RestoreConfig, generator: torch.Generator) -> Draw:
    """Chooses for ``count`` patches."""
    dice = torch.rand((20, count), generator=generator)
    shares = torch.tensor((config.noise_share, config.jpeg_share, config.blur_share))
    kind = torch.bucketize(dice[0], shares.cumsum(0), right=True)
    mixed = kind == _KINDS.index("mixed")
    has = {
        name: (kind == _KINDS.index(name)) | (mixed & (dice[1 + index] < chance))
        for index, (name, chance) in enumerate(_CHANCES.items())
    }
    wanted = torch.where(mixed, torch.tensor(_ASKED), torch.tensor(1 - config.untouched_share))
    # In the order of the levels: noise, compression, blur.
    served = torch.tensor([task in config.serves.split(",") for task in _TASKS])
    asked = (dice[4:7] < wanted) & served[:, None]
    blur = 0.3 + (config.most_blur - 0.3) * dice[7]
    quality = config.least_quality + (95 - config.least_quality) * dice[9] ** 1.3
    is_white, is_gray_noise = dice[10] < torch.where(mixed, 0.5, 0.8), dice[11] < 0.25
    shifted = torch.rand((), generator=generator) < 0.3
    corner = torch.randint(BLOCK_PX, (2,), generator=generator) * shifted
    return Draw(
        gray=dice[12] < torch.where(has["jpeg"], 1.5, 1.0) * config.gray_share,
        blur_sigma=torch.where(has["blur"], blur, 0.0),
        noise_sigma=torch.where(has["noise"], config.most_noise / 255 * dice[8], 0.0),
        quality=torch.where(has["jpeg"], quality.round(), 0.0),
        asked=asked.T,
        is_disc=dice[13] < 0.35,
        stretch=torch.stack((0.3 * (dice[14] - 0.5), torch.pi * dice[15]), 1),
        own=torch.where(is_white, torch.where(is_gray_noise, 0.0, 1.0), 0.6 * dice[16]),
        clump_sigma=torch.where(is_white, 0.0, 0.3 + 0.6 * dice[17]),
        follows=torch.where(is_white & ~(mixed & (dice[18] < 0.4)), 0, torch.where(dice[18] < 0.2, 2, 1)),
        halved=dice[19] < 0.5,
        is_8bit=torch.rand((count,), generator=generator) < torch.where(has["noise"], 0.5, 1.0),
        errors=torch.randn((count, 3), generator=generator),
        corner=(int(corner[0]), int(corner[1])),
    )


def damage(photos: Tensor, draw: Draw, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Damages photos.

    Args:
        photos: ``N x 3 x (S + MARGIN_PX) x (S + MARGIN_PX)``, 0 to 1.

    Returns:
        what the network is given and what it is to answer, each ``N x 3 x S x S``: the answer has all damage that was
        not asked to be taken away, the same noise and the same blocks.
    """
    device = photos.device
    clean = torch.where(_rows(draw.gray, device), luma(photos), photos)
    given = _blurred(clean, draw)
    noise_asked, jpeg_asked, blur_asked = draw.asked.unbind(1)
    answer = torch.where(_rows(blur_asked, device), clean, given)
    inner = slice(BLUR_MARGIN_PX, -BLUR_MARGIN_PX)
    given, answer = given[..., inner, inner], answer[..., inner, inner]
    noise = _noise(given, draw, generator)
    given, answer = given + noise, answer + torch.where(_rows(noise_asked, device), 0.0, noise)
    is_8bit = _rows(draw.is_8bit | (draw.quality > 0), device)
    given, answer = (torch.where(is_8bit, _in_8bit(x), x) for x in (given, answer))
    given = _stored(given, draw, draw.quality > 0)
    answer = _stored(answer, draw, (draw.quality > 0) & ~jpeg_asked)
    top, left = draw.corner
    rows, columns = slice(top, top + given.shape[2] - BLOCK_PX), slice(left, left + given.shape[3] - BLOCK_PX)
    return given[..., rows, columns], answer[..., rows, columns]


def _rows(flags: Tensor, device: torch.device) -> Tensor:
    """``N x 1 x 1 x 1`` on the device."""
    return flags.to(device)[:, None, None, None]


def _in_8bit(x: Tensor) -> Tensor:
    return (x.clamp(0, 1) * 255).round() / 255


def _replaced(x: Tensor, rows: Tensor, changed: Tensor) -> Tensor:
    return x.index_copy(0, rows, changed.to(x))


def _blurred(photos: Tensor, draw: Draw) -> Tensor:
    chosen = draw.blur_sigma.nonzero()[:, 0]
    if not len(chosen):
        return photos
    rows = chosen.to(photos.device)
    kernels = blur_kernels(draw.blur_sigma[chosen], draw.stretch[chosen], draw.is_disc[chosen]).to(photos.device)
    return _replaced(photos, rows, convolve(photos[rows], kernels))


def blur_kernels(sigma: Tensor, stretch: Tensor, is_disc: Tensor) -> Tensor:
    """``N x 19 x 19``: Gaussians, elongated a little; or discs that blur about as much."""
    places = torch.arange(-_BLUR_RADIUS, _BLUR_RADIUS + 1.0)
    y, x = places[None, :, None], places[None, None, :]
    sigma, longer, angle = (values[:, None, None] for values in (sigma, stretch[:, 0].exp(), stretch[:, 1]))
    u = (x * angle.cos() + y * angle.sin()) / longer
    v = (y * angle.cos() - x * angle.sin()) * longer
    square = u * u + v * v
    gauss = torch.exp(-0.5 * square / (sigma * sigma))
    disc = (2 * sigma - square.sqrt() + 0.5).clamp(0, 1)
    kernels = torch.where(is_disc[:, None, None], disc, gauss)
    return kernels / kernels.sum((1, 2), keepdim=True)


def _noise(photos: Tensor, draw: Draw, generator: torch.Generator) -> Tensor:
    """``N x 3 x H x W``, with the drawn deviation over each photo."""
    device = photos.device
    own = _rows(torch.where(draw.gray, 0.0, draw.own), device)
    noise = (1 - own * own).sqrt() * white_noise(photos, 1, generator) + own * white_noise(photos, 3, generator)
    chosen = ((draw.clump_sigma > 0) & (draw.noise_sigma > 0)).nonzero()[:, 0]
    if len(chosen):
        rows = chosen.to(device)
        noise = _replaced(noise, rows, convolve(noise[rows], _clumps(draw.clump_sigma[chosen]).to(device)))
    light = luma(photos).clamp(0, 1)
    film, sensor = 0.3 + 1.7 * light**0.25 * (1 - light), (light + 0.03).sqrt()
    follows = _rows(draw.follows, device)
    response = torch.where(follows == 1, film, torch.where(follows == 2, sensor, 1.0))
    response = response / response.square().mean((2, 3), keepdim=True).sqrt()
    return noise * response * _rows(draw.noise_sigma, device)


def _clumps(sigma: Tensor) -> Tensor:
    """``N x 7 x 7`` kernels that leave white noise its deviation."""
    places = torch.arange(-_CLUMP_RADIUS, _CLUMP_RADIUS + 1.0)
    line = torch.exp(-0.5 * (places / sigma[:, None]) ** 2)
    kernels = line[:, :, None] * line[:, None, :]
    return kernels / kernels.square().sum((1, 2), keepdim=True).sqrt()


def _stored(photos: Tensor, draw: Draw, which: Tensor) -> Tensor:
    """As JPEG, those of ``which``."""
    chosen = which.nonzero()[:, 0]
    if not len(chosen):
        return photos
    rows = chosen.to(photos.device)
    saved = compressed(photos[rows], draw.quality[chosen], draw.halved[chosen][:, None, None, None])
    return _replaced(photos, rows, saved)
