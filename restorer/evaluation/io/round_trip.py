"""Open, change nothing (or one small place), export, and look at the file with other people's readers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from restorer.core.errors import RestorerError
from restorer.core.image import Image
from restorer.core.lazy import load_cv2
from restorer.evaluation.inpaint.methods import OurInpaint
from restorer.evaluation.io.blocks import Pixels
from restorer.evaluation.io.corpus import Case, upright
from restorer.evaluation.io.readers import DPI, XMP, Facts, read_facts, read_pixels
from restorer.formats.raster import ExportOptions, PhotoFile, read_photo, write_photo

SCRATCH_ROWS, SCRATCH_PX = (0.3, 0.7), 2
"""A scratch down the middle: from 30 to 70 % of the height, two pixels wide."""


@dataclass(frozen=True, slots=True, eq=False)
class RoundTrip:
    """What became of one file.

    Attributes:
        case: the file.
        exported: the file it was exported to, unchanged.
        pixels_kept: whether that holds exactly the same values in the same type.
        metadata_lost: names of entries that are missing, new or different.
        changed_outside: pixels beyond the repaired region that differ after a repair.
        repaired: whether anything inside of it does.
        notes: what the program said on opening.
        error: why it did not come so far, or empty.
    """

    case: Case
    exported: Path
    pixels_kept: bool = False
    metadata_lost: tuple[str, ...] = ()
    changed_outside: int = 0
    repaired: bool = False
    notes: tuple[str, ...] = ()
    error: str = ""

    @property
    def is_faithful(self) -> bool:
        """Whether nothing was lost and nothing but the repaired region changed."""
        kept = self.pixels_kept and not self.metadata_lost and not self.error
        return kept and self.repaired and self.changed_outside == 0

    def also_lost(self, names: tuple[str, ...]) -> RoundTrip:
        """With what another reader misses."""
        return replace(self, metadata_lost=(*self.metadata_lost, *names))


def round_trip(case: Case, folder: Path, ours: OurInpaint) -> RoundTrip:
    """Exports the file twice into ``folder``: as it is, and with a scratch repaired by ``ours``."""
    exported = folder / f"{case.path.stem}-{case.path.suffix[1:]}{case.export_suffix}"
    repaired = exported.with_stem(f"{exported.stem}-repaired")
    try:
        photo = read_photo(case.path, page=case.page)
        _export(exported, photo, photo.image)
        mask = _scratch(photo.image)
        _export(repaired, photo, ours.repair(photo.image, mask, {}))
    except RestorerError as error:
        return RoundTrip(case, exported, error=str(error))
    before, after = _expected_pixels(case), read_pixels(exported)
    inside, outside = _changes(before, read_pixels(repaired), mask, ours.reach_px())
    lost = differences(expected_facts(case), read_facts(exported))
    return RoundTrip(case, exported, _same(before, after), lost, outside, inside > 0, photo.notes)


def expected_facts(case: Case) -> Facts:
    """What the file says, as it is to be said of the upright picture."""
    facts = read_facts(case.path, case.page)
    if case.orientation >= 5 and DPI in facts:
        facts[DPI] = facts[DPI][::-1]
    if XMP in facts:
        facts[XMP] = facts[XMP].replace(f'Orientation="{case.orientation}"'.encode(), b'Orientation="1"')
    return facts


def differences(before: Facts, after: Facts) -> tuple[str, ...]:
    """Names of what is missing, new or different."""
    return tuple(sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name)))


def _export(path: Path, photo: PhotoFile, image: Image) -> None:
    compression = "lossless" if path.suffix == ".webp" else "auto"
    write_photo(path, image, photo.metadata, ExportOptions(compression=compression), infrared=photo.infrared)


def _expected_pixels(case: Case) -> Pixels:
    if case.pixels is None:
        return upright(read_pixels(case.path, case.page), case.orientation)
    if case.infrared is None:
        return case.pixels
    return np.concatenate((case.pixels, case.infrared[:, :, None]), axis=2)


def _same(first: Pixels, second: Pixels) -> bool:
    return first.dtype == second.dtype and np.array_equal(first, second)


def _scratch(image: Image) -> Pixels:
    mask = np.zeros((image.height, image.width), np.uint8)
    top, bottom = (int(share * image.height) for share in SCRATCH_ROWS)
    middle = image.width // 2
    mask[top:bottom, middle : middle + SCRATCH_PX] = 255
    return mask


def _changes(before: Pixels, after: Pixels, mask: Pixels, reach_px: int) -> tuple[int, int]:
    """Pixels that differ inside and outside of the region that may change; all count where the shapes differ."""
    if before.shape != after.shape or before.dtype != after.dtype:
        return 0, int(mask.size)
    cv2 = load_cv2()
    side = 2 * reach_px + 1
    allowed = cv2.dilate(mask, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))) > 0
    changed = (before != after).any(axis=2)
    return int(np.count_nonzero(changed & allowed)), int(np.count_nonzero(changed & ~allowed))
