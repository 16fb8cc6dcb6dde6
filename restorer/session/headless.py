"""The main job without a window: the sample photo repaired, and pictures that show it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from restorer.core.errors import InputError
from restorer.core.image import Image
from restorer.core.result import TaskResult
from restorer.formats.mask_file import write_mask
from restorer.formats.raster import write_photo
from restorer.session.export import is_writable
from restorer.session.jobs import JobRequest
from restorer.session.session import Sample, Session

TASK = "inpaint"
_GAP_PX = 16
_GAP_GRAY = 255


@dataclass(frozen=True, slots=True)
class SamplePictures:
    """Where the pictures of a repaired sample are."""

    before: Path
    after: Path
    mask: Path
    comparison: Path


def sample_request(session: Session, sample: Sample, *, model: str = "", seed: int = 0) -> JobRequest:
    """The job that repairs the sample. Raises as :meth:`Session.resolve_step`."""
    step = session.resolve_step(TASK, model=model, seed=seed)
    return session.request(sample.photo.image, sample.mask, step, photo_name=sample.photo.path.name)


def prepare_folder(folder: Path) -> None:
    """Makes the folder for the pictures.

    Raises:
        InputError: where it cannot be made or written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"The folder {folder} cannot be made: {error.strerror or error}.") from None
    if not is_writable(folder):
        raise InputError(f"The folder {folder} is read-only.")


def write_sample_pictures(folder: Path, sample: Sample, result: TaskResult) -> SamplePictures:
    """Writes the photo before, after and both side by side, and the mask; those of an earlier run are replaced.

    Raises:
        RestorerError: where one cannot be written; it is then not there or as it was.
    """
    before, after = sample.photo.image, result.applied_to(sample.photo.image)
    pictures = SamplePictures(
        before=folder / "before.png",
        after=folder / "after.png",
        mask=folder / "mask.png",
        comparison=folder / "before-after.png",
    )
    for path, image in (
        (pictures.before, before),
        (pictures.after, after),
        (pictures.comparison, side_by_side(before, after)),
    ):
        write_photo(path, image, sample.photo.metadata, overwrite=True)
    write_mask(pictures.mask, sample.mask, overwrite=True)
    return pictures


def side_by_side(left: Image, right: Image) -> Image:
    """Both pictures in one, with a gap between them. They must be of one size and kind."""
    gap = np.full((left.height, _GAP_PX, left.channels), _GAP_GRAY, left.pixels.dtype)
    return Image(np.concatenate([left.pixels, gap, right.pixels], axis=1), left.color)
