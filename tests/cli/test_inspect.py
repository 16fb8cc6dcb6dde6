from __future__ import annotations

import json

import numpy as np
import tifffile

from restorer.core.step import Recipe, Step
from restorer.formats.raster import read_photo
from restorer.session.export import export_photo
from restorer.session.provenance import provenance_for


def test_it_says_what_a_photo_is(cli, scan):
    outcome = cli("inspect", scan)
    assert outcome.code == 0
    for fact in ("PNG", "256 × 192 pixels", "300 dpi", "8 bits, RGB", "no record of this program"):
        assert fact in outcome.out


def test_it_reads_the_record_of_an_export(cli, scan, tmp_path):
    recipe = Recipe((Step("inpaint", 1, model="inpaint-unet", model_hash="ab" * 32),))
    photo = read_photo(scan)
    export_photo(tmp_path / "out.tif", photo.image, photo.metadata, provenance=provenance_for(recipe, 0.031))
    outcome = cli("inspect", "out.tif")
    assert "3.1 % of this photo was generated" in outcome.out
    assert "inpaint, inpaint-unet abababababab" in outcome.out
    report = json.loads(cli("inspect", "out.tif", "--json").out)
    assert report["generated_fraction"] == 0.031
    assert report["provenance"]["steps"] == [recipe.steps[0].to_json()]


def test_pages(cli, tmp_path):
    with tifffile.TiffWriter(tmp_path / "album.tif") as writer:
        for side in (10, 20):
            writer.write(np.zeros((side, side), np.uint16))
    outcome = cli("inspect", "album.tif", "--page", 2)
    assert "page 2 of 2" in outcome.out
    assert "20 × 20 pixels" in outcome.out
    assert cli("inspect", "album.tif", "--page", 3).code == 2


def test_what_is_no_photo(cli, tmp_path):
    (tmp_path / "a.tif").write_text("Dear Grandmother,")
    outcome = cli("inspect", "a.tif")
    assert outcome.code == 2
    assert "not a picture of a known kind" in outcome.err
    assert outcome.out == ""
