from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from restorer.core.errors import InputError
from restorer.core.image import Image, Patch
from restorer.core.mask import Mask
from restorer.core.result import TaskResult
from restorer.formats.metadata import Metadata
from restorer.formats.raster import PhotoFile, read_photo
from restorer.session.headless import prepare_folder, sample_request, side_by_side, write_sample_pictures
from restorer.session.session import Sample, Session


@pytest.fixture
def sample(photo):
    mask = Mask.empty(photo.width, photo.height)
    mask.plane[5:9, 5:50] = 255
    return Sample(PhotoFile(photo, Metadata(), "png", path=Path("sample.png")), mask)


def test_pictures_show_before_after_and_both(tmp_path, sample):
    image = sample.photo.image
    white = np.full((4, 45, 3), 255, np.uint8)
    result = TaskResult((Patch(sample.mask.occupied(), white),))
    for _ in range(2):  # those of an earlier run are replaced
        pictures = write_sample_pictures(tmp_path, sample, result)
    assert {path.name for path in tmp_path.iterdir()} == {"before.png", "after.png", "mask.png", "before-after.png"}
    after = read_photo(pictures.after).image
    assert read_photo(pictures.before).image.digest() == image.digest()
    assert (after.pixels[5:9, 5:50] == 255).all()
    both = read_photo(pictures.comparison).image.pixels
    assert np.array_equal(both[:, : image.width], image.pixels)
    assert np.array_equal(both[:, -image.width :], after.pixels)
    assert np.array_equal(read_photo(pictures.mask).image.pixels[..., 0], sample.mask.plane)


def test_the_sample_becomes_a_job(sample, catalogue):
    request = sample_request(Session(catalogue=catalogue), sample, model="classical")
    assert request.step.task == "inpaint"
    assert request.mask is not None


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="file"):
        prepare_folder(tmp_path / "file" / "restored")
    prepare_folder(tmp_path / "new" / "restored")
    assert (tmp_path / "new" / "restored").is_dir()


def test_side_by_side_keeps_sixteen_bits():
    left = Image(np.full((3, 2, 1), 40_000, np.uint16))
    right = Image(np.zeros((3, 2, 1), np.uint16))
    both = side_by_side(left, right)
    assert both.pixels.dtype == np.uint16
    assert both.pixels[0, 0, 0] == 40_000
    assert both.pixels[0, -1, 0] == 0
