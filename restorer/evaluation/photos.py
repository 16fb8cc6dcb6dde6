"""Photos to measure on: a folder the person names, or the few that scikit-image brings along."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np
import numpy.typing as npt

from restorer.core.errors import InputError
from restorer.formats.container import READ_SUFFIXES
from restorer.formats.raster import read_photo

BUNDLED = ("astronaut", "chelsea", "coffee")


def evaluation_photos(folder: Path | None, limit: int | None = None) -> Iterator[tuple[str, npt.NDArray[np.uint8]]]:
    """Names and 8-bit RGB pixels, in name order.

    Args:
        folder: every file in it that the program can open counts; the bundled photos if None.
        limit: at most so many.

    Raises:
        InputError: where the folder is missing or holds no photos.
    """
    photos = _bundled() if folder is None else _in_folder(folder)
    return islice(photos, limit)


def _bundled() -> Iterator[tuple[str, npt.NDArray[np.uint8]]]:
    from skimage import data

    for name in BUNDLED:
        yield name, np.asarray(getattr(data, name)(), np.uint8)


def _in_folder(folder: Path) -> Iterator[tuple[str, npt.NDArray[np.uint8]]]:
    if not folder.is_dir():
        raise InputError(f"The folder {folder} does not exist.")
    paths = sorted(path for path in folder.iterdir() if path.suffix.lower() in READ_SUFFIXES)
    if not paths:
        raise InputError(f"The folder {folder} holds no photos.")
    for path in paths:
        yield path.name, _rgb8(path)


def _rgb8(path: Path) -> npt.NDArray[np.uint8]:
    image = read_photo(path).image
    pixels = image.pixels[..., : image.color_channels].astype(np.float64) / image.max_value
    eight = np.clip(np.rint(pixels * 255), 0, 255).astype(np.uint8)
    return np.ascontiguousarray(np.broadcast_to(eight, (*eight.shape[:2], 3)))
