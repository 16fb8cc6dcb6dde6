"""Training photos: decoded once, kept as bytes on the training device, cropped there."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image as PillowImage
from PIL import ImageOps, UnidentifiedImageError
from torch import Tensor

from restorer.core.errors import InputError
from restorer.degradation.turns import turned

SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tif", ".tiff"})
HOLD_OUT_EVERY = 40
"""One photo in so many is never trained on; the running evaluation uses these."""


class PhotoSet:
    """8-bit RGB photos on a device.

    Args:
        photos: ``3 x H x W`` uint8 tensors.
    """

    def __init__(self, photos: list[Tensor]) -> None:
        # One block of bytes, of which the photos are parts: on a graphics card a batch is a single gather.
        self._bytes = torch.cat([photo.flatten() for photo in photos])
        starts = torch.tensor([0, *(photo.numel() for photo in photos)]).cumsum(0).tolist()
        ranges = zip(starts, starts[1:], photos, strict=False)
        self.photos = [self._bytes[start:end].view(photo.shape) for start, end, photo in ranges]
        self._places = torch.tensor([[s, *photo.shape[1:]] for s, photo in zip(starts, photos, strict=False)])
        # Crops are drawn by area, so that every pixel is seen alike.
        self._weights = torch.tensor([float(p.shape[1] * p.shape[2]) for p in photos])

        self._shorter = torch.tensor([float(min(photo.shape[1:])) for photo in photos])
        # Crops up to this large have two thirds of the photos to choose from.
        self.usual_side = int(self._shorter.quantile(1 / 3, interpolation="lower"))

    def __len__(self) -> int:
        return len(self.photos)

    def sample(self, count: int, side: int, generator: torch.Generator) -> Tensor:
        """``count x 3 x side x side`` float, 0 to 1: random crops of random photos, flipped and turned."""
        return self.crops(self.pick(count, generator, side), side, generator)

    def pick(self, count: int, generator: torch.Generator, side: int = 0) -> list[int]:
        """Indices of ``count`` photos with room for ``side`` px, the larger the likelier, with repetition."""
        weights = torch.where(self._shorter >= side, self._weights, 0.0)
        picks: list[int] = torch.multinomial(weights, count, replacement=True, generator=generator).tolist()
        return picks

    def crops(self, picks: Sequence[int], side: int, generator: torch.Generator) -> Tensor:
        """As :meth:`sample`, of the given photos."""
        where = torch.rand((len(picks), 2), generator=generator).double()
        turns = torch.randint(8, (len(picks),), generator=generator)
        sizes = self._places[torch.as_tensor(picks), 1:]
        tops, lefts = (where * (sizes - side + 1)).long().unbind(1)
        # A loop of cuts is quickest on a processor, and would keep a graphics card waiting.
        crops = self.cut if self._bytes.device.type == "cpu" else self.gather
        return crops(picks, tops, lefts, side, turns)

    def cut(self, picks: Sequence[int], tops: Tensor, lefts: Tensor, side: int, turns: Tensor) -> Tensor:
        """Given crops, one by one.

        Args:
            picks, tops, lefts, turns: ``N`` each: photo, corner, and which of the eight flips and quarter turns.
        """
        batch = []
        for pick, top, left, turn in zip(picks, tops.tolist(), lefts.tolist(), turns.tolist(), strict=True):
            batch.append(turned(self.photos[pick][:, top : top + side, left : left + side], turn))
        return torch.stack(batch).float() / 255

    def gather(self, picks: Sequence[int], tops: Tensor, lefts: Tensor, side: int, turns: Tensor) -> Tensor:
        """The same as :meth:`cut`, all at once."""
        starts, heights, widths = self._places[torch.as_tensor(picks)].unbind(1)
        numbers = torch.stack((starts + tops * widths + lefts, widths, heights * widths, turns))
        first, row, plane, turn = (values[:, None, None] for values in numbers.to(self._bytes.device))
        steps = torch.arange(side, device=self._bytes.device)
        down, right = steps[None, :, None], steps[None, None, :]
        down, right = torch.where(turn & 4 > 0, right, down), torch.where(turn & 4 > 0, down, right)
        down = torch.where(turn & 2 > 0, side - 1 - down, down)
        right = torch.where(turn & 1 > 0, side - 1 - right, right)
        index = first + down * row + right
        return self._bytes[torch.stack((index, index + plane, index + 2 * plane), 1)].float() / 255


def shrunk_crops(
    photos: PhotoSet, count: int, side: int, share: float, least_scale: float, generator: torch.Generator
) -> Tensor:
    """As :meth:`PhotoSet.sample`, a ``share`` of the batches from photos made smaller, all of a batch by one factor.

    Smaller photos are sharper, and free of the traces of their own compression.

    Args:
        least_scale: the smallest factor; where the photos are too small for it, a larger one.
    """
    source = source_side(photos, side, share, least_scale, generator)
    return made_smaller(photos.sample(count, source, generator), side)


def source_side(photos: PhotoSet, side: int, share: float, least_scale: float, generator: torch.Generator) -> int:
    """Side of the crops that a batch is made of, see :func:`shrunk_crops`: ``side``, or more to be made smaller."""
    chance, way = map(float, torch.rand((2,), generator=generator))
    if chance >= share:
        return side
    return min(round(side / (least_scale + (1 - least_scale) * way)), max(side, photos.usual_side))


def made_smaller(crops: Tensor, side: int) -> Tensor:
    """``N x 3 x side x side`` in steps of 8 bits, from crops as large or larger."""
    if crops.shape[-1] == side:
        return crops
    small = F.interpolate(crops, size=(side, side), mode="bicubic", align_corners=False, antialias=True)
    return (small.clamp(0, 1) * 255).round() / 255


def photo_paths(folder: Path) -> list[Path]:
    """Files of a folder, not of its subfolders, that look like photos, by name.

    Raises:
        InputError: where the folder is missing, cannot be read or holds none.
    """
    if not folder.is_dir():
        raise InputError(f"The training folder {folder} does not exist.")
    try:
        paths = sorted(path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES)
    except OSError as error:
        raise InputError(f"The training folder {folder} cannot be read: {error.strerror or error}.") from None
    if not paths:
        raise InputError(
            f"The training folder {folder} holds no photos.", hint=f"Looked for {', '.join(sorted(SUFFIXES))}."
        )
    return paths


def describe_photos(folder: Path, smallest_side: int) -> str:
    """One sentence for the card: how many photos there are, how many are too small or held out, in how many pixels."""
    sides = [_size(path) for path in photo_paths(folder)]
    used = [size for size in sides if min(size) >= smallest_side]
    held_out = sum(min(size) >= smallest_side for size in sides[::HOLD_OUT_EVERY])
    small = len(sides) - len(used)
    left_out = f", {small} smaller than {smallest_side} px left out" if small else ""
    megapixels = sum(width * height for width, height in used) / 1e6
    return (
        f"{len(used) - held_out} photos of the folder {folder.resolve().name}, {held_out} more held out{left_out}; "
        f"{megapixels:.0f} megapixels"
    )


def load_photos(folder: Path, smallest_side: int, device: torch.device) -> tuple[PhotoSet, PhotoSet]:
    """Photos of a folder (not its subfolders): those to train on and those held out, chosen by name order.

    Raises:
        InputError: where the folder is missing, holds no photos, an unreadable one, or none that is large enough.
    """
    paths = photo_paths(folder)
    train: list[Tensor] = []
    held_out: list[Tensor] = []
    for index, path in enumerate(paths):
        pixels = torch.from_numpy(_read_rgb(path)).permute(2, 0, 1).contiguous()
        if min(pixels.shape[1:]) >= smallest_side:
            (held_out if index % HOLD_OUT_EVERY == 0 else train).append(pixels.to(device))
    if not train or not held_out:
        raise InputError(
            f"Not enough photos in {folder} are at least {smallest_side} px on their shorter side: "
            f"{len(train)} to train on, {len(held_out)} to hold out.",
            hint="At least one of each is needed.",
        )
    return PhotoSet(train), PhotoSet(held_out)


def _read_rgb(path: Path) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    try:
        with PillowImage.open(path) as file:
            return np.array(ImageOps.exif_transpose(file).convert("RGB"))
    except (OSError, UnidentifiedImageError, SyntaxError, ValueError) as error:
        raise InputError(f"The training photo {path} cannot be read: {error}.") from None


def _size(path: Path) -> tuple[int, int]:
    """Width and height, from the file's header."""
    try:
        with PillowImage.open(path) as file:
            return file.size
    except (OSError, UnidentifiedImageError, SyntaxError, ValueError) as error:
        raise InputError(f"The training photo {path} cannot be read: {error}.") from None
