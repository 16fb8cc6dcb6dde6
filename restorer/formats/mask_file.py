"""Masks as picture files."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from restorer.core.errors import InputError
from restorer.core.image import Image
from restorer.core.mask import Mask, mask_from_pixels, require_size
from restorer.formats.container import container_for
from restorer.formats.raster import read_photo, write_photo


def read_mask(path: Path, width: int, height: int, *, soft: bool = False) -> Mask:
    """A mask from any picture that can be opened: every pixel that is visible and not black is to be repaired.

    Args:
        width, height: size of the photo it belongs to.
        soft: whether grays of an 8-bit gray picture are taken for coverage, as :func:`write_mask` writes it.

    Raises:
        InputError: where the file cannot be opened (as :func:`~restorer.formats.raster.read_photo`) or has another
            size.
    """
    pixels = read_photo(path).image.pixels
    if soft and pixels.dtype == np.uint8 and pixels.shape[2] == 1:
        require_size(pixels.shape[1], pixels.shape[0], width, height, name=f"The mask {path.name}")
        return Mask(np.ascontiguousarray(pixels[:, :, 0]))
    return mask_from_pixels(pixels, width, height, name=path.name)


def write_mask(path: Path, mask: Mask, *, overwrite: bool = False) -> None:
    """Writes the coverage plane as an 8-bit gray PNG or TIFF, 255 = repair.

    Raises:
        InputError, WorkError: as :func:`~restorer.formats.raster.write_photo`; also for a format with loss, which
            would smear the edges of the mask.
    """
    check_mask_name(path)
    write_photo(path, Image(mask.plane[:, :, None]), overwrite=overwrite)


def check_mask_name(path: Path) -> None:
    """Raises InputError where the format that a name asks for cannot hold a mask."""
    container = container_for(path)
    if not container.lossless or not container.gray:
        raise InputError(f"{path.name} cannot hold a mask: {container.title} may lose its edges.", hint="Use .png.")
