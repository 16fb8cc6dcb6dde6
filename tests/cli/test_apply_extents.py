"""``restorer apply`` with tasks that change the photo's extent or its tone."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import PIL.Image
import pytest

from restorer.core.image import Image
from restorer.core.provenance import PixelClass
from restorer.formats.metadata import Metadata
from restorer.formats.provenance_file import CLASS_COLORS
from restorer.formats.raster import read_photo, write_photo

pytestmark = pytest.mark.usefixtures("models_folder")


def test_a_crop_is_the_photos_own_pixels(cli, scan, tmp_path):
    outcome = cli(
        "apply", "crop", scan, "-o", "out.png", "--json",
        "--set", "x=10", "--set", "y=20", "--set", "width=100", "--set", "height=60",
    )  # fmt: skip
    report = json.loads(outcome.out)
    before, after = read_photo(scan), read_photo(tmp_path / "out.png")
    assert outcome.code == 0, outcome.err
    assert np.array_equal(after.image.pixels, before.image.pixels[20:80, 10:110])
    assert after.metadata.dpi == before.metadata.dpi
    assert (report["width"], report["height"], report["changed_pixels"]) == (100, 60, 0)
    assert report["provenance"] == {"original": 1.0}
    assert report["generated_fraction"] == 0


def test_a_quarter_turn_takes_resolution_and_infrared_along(cli, tmp_path):
    rng = np.random.default_rng(2)
    pixels = rng.integers(0, 65536, (30, 50, 3)).astype(np.uint16)
    infrared = rng.integers(0, 65536, (30, 50)).astype(np.uint16)
    write_photo(tmp_path / "film.tif", Image(pixels), Metadata(dpi=(300.0, 400.0)), infrared=infrared)
    assert cli("apply", "crop", "film.tif", "-o", "turned.tif", "--set", "turns=1").code == 0
    after = read_photo(tmp_path / "turned.tif")
    assert np.array_equal(after.image.pixels, np.rot90(pixels, -1))
    assert np.array_equal(after.infrared, np.rot90(infrared, -1))
    assert after.metadata.dpi == pytest.approx((400, 300))


def test_a_recipe_straightens_another_scan_alike(cli, scan, tmp_path):
    arguments = ("--set", "angle=2.5", "--set", "aspect=1:1")
    assert cli("apply", "crop", scan, "-o", "one.png", "--save-recipe", "r.json", *arguments).code == 0
    assert cli("run", "r.json", scan, "-o", "two.png").code == 0
    one, two = read_photo(tmp_path / "one.png"), read_photo(tmp_path / "two.png")
    assert np.array_equal(one.image.pixels, two.image.pixels)
    assert one.image.width == one.image.height
    assert replace(one.metadata, xmp=None) == replace(two.metadata, xmp=None)


def test_a_frame_that_does_not_fit_says_what_would(cli, scan, tmp_path):
    outcome = cli("apply", "crop", scan, "-o", "out.png", "--set", "width=9000", "--set", "height=9000")
    assert outcome.code == 2
    assert "reaches outside of the photo" in outcome.err
    assert not (tmp_path / "out.png").exists()


def test_tone_inside_a_mask_leaves_the_rest_alone(cli, scan, mask, tmp_path):
    outcome = cli(
        "apply", "tone", scan, "--mask", mask, "-o", "out.png", "--json",
        "--set", "exposure=-1", "--set", "curve=0:0,50:40,100:100", "--set", "feather_px=0",
    )  # fmt: skip
    report = json.loads(outcome.out)
    before, after = read_photo(scan).image.pixels, read_photo(tmp_path / "out.png").image.pixels
    changed = (before != after).any(axis=2)
    assert changed.sum() == report["changed_pixels"] == 540
    assert changed[80:83, 20:200].all()
    assert report["provenance"]["tone"] == pytest.approx(540 / changed.size)
    assert report["generated_fraction"] == 0


def test_the_map_of_what_became_of_each_pixel_is_written(cli, scan, mask, tmp_path):
    arguments = (
        "apply",
        "tone",
        scan,
        "--mask",
        mask,
        "-o",
        "out.png",
        "--set",
        "exposure=-1",
        "--set",
        "feather_px=0",
    )
    assert cli(*arguments, "--save-provenance", "map.png").code == 0
    picture = PIL.Image.open(tmp_path / "map.png")
    classes = np.asarray(picture)
    assert picture.mode == "P"
    assert (classes == PixelClass.TONE).sum() == 540
    assert set(np.unique(classes)) == {PixelClass.ORIGINAL, PixelClass.TONE}
    assert picture.convert("RGB").getpixel((30, 81)) == CLASS_COLORS[PixelClass.TONE]
    assert "Tone or geometry only" in picture.info["Description"]
    record = json.loads(cli("inspect", "out.png", "--json").out)["provenance"]
    assert record["classes"] == {"tone": pytest.approx(540 / classes.size, abs=1e-6)}
    assert "% tone" in cli("inspect", "out.png").out
    taken = cli(*arguments, "--overwrite", "--save-provenance", "out.png")
    assert (taken.code, "something else" in taken.err) == (2, True)
    wrong = cli(*arguments, "--overwrite", "--save-provenance", "map.jpg")
    assert (wrong.code, "is a PNG" in wrong.err) == (2, True)


def test_a_recipe_run_again_gives_the_same_map(cli, scan, mask, tmp_path):
    steps = ("--mask", mask, "-o", "one.png", "--save-recipe", "r.json", "--save-provenance", "one-map.png")
    assert cli("apply", "inpaint", scan, "--model", "classical", *steps).code == 0
    outcome = cli("run", "r.json", scan, "-o", "two.png", "--save-provenance", "two-map.png", "--json")
    report = json.loads(outcome.out)
    assert (tmp_path / "one-map.png").read_bytes() == (tmp_path / "two-map.png").read_bytes()
    assert report["provenance"]["filled"] == pytest.approx(report["generated_fraction"])


def test_a_curve_that_is_none_is_wrong_usage(cli, scan):
    outcome = cli("apply", "tone", scan, "-o", "out.png", "--set", "curve=up")
    assert outcome.code == 2
    assert "not understood" in outcome.err
