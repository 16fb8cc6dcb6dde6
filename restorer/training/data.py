"""Training photos: decoded once, kept as bytes on the training device, cropped there."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from PIL import Image as PillowImage
from PIL import ImageOps, UnidentifiedImageError
from torch import Tensor

from restorer.core.errors import InputError
from restorer.training.masks import turned

SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tif", ".tiff"})
HOLD_OUT_EVERY = 40
"""One photo in so many is never trained on; the running evaluation uses these."""


class PhotoSet:
    """8-bit RGB photos on a device.

    Args:
        photos: ``3 x H x W`` uint8 tensors.
    """

    def __init__(self, photos: list[Tensor]) -> None:
        self.photos = photos
        # Crops are drawn by area, so that every pixel is seen alike.
        self._weights = torch.tensor([float(p.shape[1] * p.shape[2]) for p in photos])

    def __len__(self) -> int:
        return len(self.photos)

    def sample(self, count: int, side: int, generator: torch.Generator) -> Tensor:
        """``count x 3 x side x side`` float, 0 to 1: random crops of random photos, flipped and turned."""
        return self.crops(self.pick(count, generator), side, generator)

    def pick(self, count: int, generator: torch.Generator) -> list[int]:
        """Indices of ``count`` photos, the larger the likelier, with repetition."""
        picks: list[int] = torch.multinomial(self._weights, count, replacement=True, generator=generator).tolist()
        return picks

    def crops(self, picks: Sequence[int], side: int, generator: torch.Generator) -> Tensor:
        """As :meth:`sample`, of the given photos."""
        where = torch.rand((len(picks), 2), generator=generator).tolist()
        turns = torch.randint(8, (len(picks),), generator=generator).tolist()
        batch = []
        for pick, (down, right), turn in zip(picks, where, turns, strict=True):
            photo = self.photos[pick]
            top, left = int(down * (photo.shape[1] - side + 1)), int(right * (photo.shape[2] - side + 1))
            batch.append(turned(photo[:, top : top + side, left : left + side], turn))
        return torch.stack(batch).float() / 255


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
