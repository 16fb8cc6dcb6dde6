from __future__ import annotations

import json

import numpy as np
import pytest

from restorer.formats.raster import read_photo


def test_a_photo_is_damaged_and_its_mask_is_exact(cli, scan, tmp_path):
    out, mask = tmp_path / "old.png", tmp_path / "old-mask.png"
    outcome = cli("degrade", scan, "-o", out, "--mask", mask, "--plan", "mechanical", "--seed", 3, "--json")
    assert outcome.code == 0
    told = json.loads(outcome.out)
    before, after = read_photo(scan), read_photo(out)
    marked = read_photo(mask).image.pixels[..., 0] > 0
    changed = (before.image.pixels != after.image.pixels).any(axis=2)
    assert not changed[~marked].any()
    assert told["changed_pixels"] == np.count_nonzero(changed) > 0
    assert told["marked_fraction"] == pytest.approx(marked.mean())
    assert (told["plan"], told["seed"], told["mask"]) == ("mechanical", 3, str(mask))
    assert after.metadata.dpi == before.metadata.dpi


def test_the_same_seed_gives_the_same_photo(cli, scan, tmp_path):
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        assert cli("degrade", scan, "-o", tmp_path / f"{name}.png", "--seed", seed).code == 0
    a, b, c = (read_photo(tmp_path / f"{name}.png").image.digest() for name in "abc")
    assert a == b != c


def test_severity_0_changes_nothing(cli, scan, tmp_path):
    out = tmp_path / "same.png"
    assert "marks cover 0.0%" in cli("degrade", scan, "-o", out, "--severity", 0).out
    assert read_photo(out).image.digest() == read_photo(scan).image.digest()


def test_a_contact_sheet(cli, scan, tmp_path, monkeypatch):
    from restorer.degradation import sheet

    monkeypatch.setattr(sheet, "SEVERITIES", (1.0,))
    for photo, name in ((None, "sample.png"), (scan, "scan.png")):
        arguments = [] if photo is None else [photo]
        outcome = cli("degrade", *arguments, "--sheet", tmp_path / name, "--json")
        assert outcome.code == 0
        picture = read_photo(tmp_path / name).image
        assert json.loads(outcome.out)["width"] == picture.width


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["IN"], "where it goes"),
        (["-o", "OUT"], "which photo"),
        (["IN", "-o", "OUT", "--plan", "mould"], "mould"),
        (["IN", "-o", "OUT", "--severity", "1.5"], "--severity"),
        (["IN", "-o", "OUT", "--seed", "-1"], "--seed"),
        (["IN", "-o", "IN"], "original"),
        (["IN", "-o", "OUT", "--mask", "OUT"], "both"),
        (["IN", "-o", "OUT", "--mask", "mask.jpg"], "mask.jpg"),
        (["missing.png", "-o", "OUT"], "missing.png"),
        (["IN", "-o", "OUT.xyz"], "xyz"),
        (["IN", "-o", "OUT", "--sheet", "sheet.png"], "alone"),
        (["IN", "--sheet", "IN"], "original"),
        (["missing.png", "--sheet", "sheet.png"], "missing.png"),
    ],
)
def test_bad_input_is_a_sentence_and_nothing_is_written(cli, scan, tmp_path, arguments, words):
    out = tmp_path / "out.png"
    before = sorted(path.name for path in tmp_path.iterdir())
    outcome = cli("degrade", *(word.replace("IN", str(scan)).replace("OUT", str(out)) for word in arguments))
    assert outcome.code == 2
    assert words in outcome.err
    assert "Traceback" not in outcome.err
    assert sorted(path.name for path in tmp_path.iterdir()) == before


def test_nothing_is_replaced_unasked(cli, scan, tmp_path):
    out = tmp_path / "there.png"
    out.write_bytes(b"mine")
    assert cli("degrade", scan, "-o", out).code == 2
    assert out.read_bytes() == b"mine"
    assert cli("degrade", scan, "-o", out, "--overwrite").code == 0
