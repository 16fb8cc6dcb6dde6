"""What a detector found, drawn over the photo: for eyes to judge where there is no truth to compare with."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt

from restorer.core.damage import DAMAGE_CLASSES, DEFAULT_SENSITIVITY, DamageMap, threshold_at
from restorer.evaluation.photos import evaluation_photos
from restorer.evaluation.sheets import Row, Sheet, Tile
from restorer.formats.atomic import atomic_path

Pixels8 = npt.NDArray[np.uint8]

CLASS_COLORS = (
    (0x1E, 0x90, 0xFF),
    (0xFF, 0xD4, 0x00),
    (0xF2, 0xF2, 0xF2),
    (0x3D, 0xDC, 0x84),
    (0xFF, 0x5A, 0x1F),
    (0x9A, 0x6B, 0xFF),
)
"""Of :data:`DAMAGE_CLASSES`, to be told apart on gray and sepia."""
DIMMED = 0.62
SIDE_PX = 640
PHOTOS_A_SHEET = 6


def overlay(photo: Pixels8, damage: DamageMap, sensitivity: float = DEFAULT_SENSITIVITY) -> Pixels8:
    """The photo dimmed to gray, and what was found in the colour of its likeliest class.

    Args:
        photo: ``H x W x 3``.
    """
    picture = np.repeat(photo.mean(axis=2, keepdims=True) * DIMMED + 24, 3, axis=2)
    likeliest, found = damage.planes.argmax(axis=0), damage.planes.max(axis=0) >= threshold_at(sensitivity)
    picture[found] = np.array(CLASS_COLORS, np.float64)[likeliest[found]]
    return np.asarray(picture, np.uint8)


def overlay_sheets(
    folder: Path,
    find: Callable[[Pixels8], DamageMap],
    *,
    name: str = "overlays",
    sensitivity: float = DEFAULT_SENSITIVITY,
) -> tuple[Sheet, ...]:
    """Every photo of a folder beside what was found in it, a few to a sheet.

    Args:
        find: the detector.
        name: of the sheets' files, before their number.

    Raises:
        InputError: where the folder is missing or holds no photos.
    """
    rows = []
    for title, photo in evaluation_photos(folder):
        damage = find(photo)
        found = damage.mask_at(sensitivity)
        tiles = Tile(photo, title), Tile(overlay(photo, damage, sensitivity), f"{found.coverage():.2%} marked")
        rows.append(Row(tiles))
    note = ", ".join(DAMAGE_CLASSES) + ": blue, yellow, white, green, orange, violet"
    return tuple(
        Sheet(
            f"{name}-{start // PHOTOS_A_SHEET + 1:02}",
            f"Damage found at sensitivity {sensitivity:g}",
            tuple(rows[start : start + PHOTOS_A_SHEET]),
            side_px=SIDE_PX,
            note=note,
        )
        for start in range(0, len(rows), PHOTOS_A_SHEET)
    )


def write_sheets(sheets: tuple[Sheet, ...], out: Path) -> tuple[Path, ...]:
    """The sheets as PNG files in a folder that is there; those of an earlier run are replaced."""
    paths = tuple(out / f"{sheet.name}.png" for sheet in sheets)
    for sheet, path in zip(sheets, paths, strict=True):
        with atomic_path(path, overwrite=True) as temporary:
            sheet.render().save(temporary, format="PNG")
    return paths
