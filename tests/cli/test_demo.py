from __future__ import annotations

from pathlib import Path

import pytest

from restorer.core.image import Image
from restorer.core.mask import Mask
from restorer.formats.metadata import Metadata
from restorer.formats.raster import PhotoFile, read_photo
from restorer.session.session import Sample, Session

pytestmark = pytest.mark.usefixtures("models_folder")


@pytest.fixture(autouse=True)
def _small_sample(monkeypatch, photo):
    pixels, mask = photo.pixels.copy(), Mask.empty(photo.width, photo.height)
    mask.plane[80:83, 20:200] = pixels[80:83, 20:200] = 255
    sample = Sample(PhotoFile(Image(pixels), Metadata(), "png", Path("sample.png")), mask)
    monkeypatch.setattr(Session, "open_sample", lambda self: sample)


def test_without_a_display_the_sample_is_repaired_into_a_folder(cli, tmp_path):
    outcome = cli("demo")
    assert outcome.code == 0, outcome.err
    folder = tmp_path / "restored"
    before, after = (read_photo(folder / name).image for name in ("before.png", "after.png"))
    assert before.digest() != after.digest()
    assert str(folder / "before-after.png") in outcome.out
    assert cli("demo", "--model", "classical", "-o", folder).code == 0, "a second run replaces its pictures"


def test_a_folder_that_cannot_be_made(cli, tmp_path):
    (tmp_path / "file").touch()
    outcome = cli("demo", "-o", "file/pictures")
    assert (outcome.code, outcome.out) == (2, "")
    assert "pictures" in outcome.err
