"""Training photos: decoded once, kept as bytes on the training device, cropped there."""

from __future__ import annotations

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
        """``count x 3 x side x side`` float, 0 to 1: random crops, flipped and turned."""
        picks = torch.multinomial(self._weights, count, replacement=True, generator=generator).tolist()
        where = torch.rand((count, 2), generator=generator).tolist()
        turns = torch.randint(8, (count,), generator=generator).tolist()
        batch = []
        for pick, (down, right), turn in zip(picks, where, turns, strict=True):
            photo = self.photos[pick]
            top, left = int(down * (photo.shape[1] - side + 1)), int(right * (photo.shape[2] - side + 1))
            batch.append(turned(photo[:, top : top + side, left : left + side], turn))
        return torch.stack(batch).float() / 255


def load_photos(folder: Path, smallest_side: int, device: torch.device) -> tuple[PhotoSet, PhotoSet]:
    """Photos of a folder (not its subfolders): those to train on and those held out, chosen by name order.

    Raises:
        InputError: where the folder is missing, holds no photos, an unreadable one, or none that is large enough.
    """
    if not folder.is_dir():
        raise InputError(f"The training folder {folder} does not exist.")
    paths = sorted(p for p in folder.iterdir() if p.suffix.lower() in SUFFIXES)
    if not paths:
        raise InputError(
            f"The training folder {folder} holds no photos.", hint=f"Looked for {', '.join(sorted(SUFFIXES))}."
        )
    train: list[Tensor] = []
    held_out: list[Tensor] = []
    for index, path in enumerate(paths):
        pixels = torch.from_numpy(_read_rgb(path)).permute(2, 0, 1).contiguous()
        if min(pixels.shape[1:]) >= smallest_side:
            (held_out if index % HOLD_OUT_EVERY == 0 else train).append(pixels.to(device))
    if not train or not held_out:
        raise InputError(f"No photo in {folder} is at least {smallest_side} px on its shorter side.")
    return PhotoSet(train), PhotoSet(held_out)


def _read_rgb(path: Path) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    try:
        with PillowImage.open(path) as file:
            return np.array(ImageOps.exif_transpose(file).convert("RGB"))
    except (OSError, UnidentifiedImageError, SyntaxError, ValueError) as error:
        raise InputError(f"The training photo {path} cannot be read: {error}.") from None
