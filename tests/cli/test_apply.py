from __future__ import annotations

import errno
import json
import os
import signal
import sys
from pathlib import Path

import numpy as np
import pytest

from restorer.core.image import Image
from restorer.core.progress import TileFinished
from restorer.core.step import Recipe
from restorer.formats.metadata import Metadata
from restorer.formats.provenance import from_xmp
from restorer.formats.raster import read_photo, write_photo
from restorer.session import jobs
from restorer.session.session import Session
from restorer.tasks import get_task

pytestmark = pytest.mark.usefixtures("models_folder")


@pytest.fixture
def apply(cli, scan, mask):
    """``restorer apply inpaint SCAN --mask MASK --model classical …``"""

    def apply(*arguments, photo=scan, mask=mask):
        return cli("apply", "inpaint", photo, "--mask", mask, "--model", "classical", *arguments)

    return apply


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_the_scratch_goes_and_everything_else_stays(apply, scan, tmp_path):
    outcome = apply("-o", "out.png", "--set", "grow_px=1", "--set", "feather_px=1")
    assert outcome.code == 0, outcome.err
    before, after = read_photo(scan), read_photo(tmp_path / "out.png")
    changed = (before.image.pixels != after.image.pixels).any(axis=2)
    assert changed[80:83, 20:200].mean() > 0.9
    changed[77:86, 17:203] = False
    assert not changed.any()
    assert after.metadata.dpi == before.metadata.dpi
    assert outcome.out.startswith("out.png: Inpaint with Classical on cpu")
    assert outcome.err == ""


def test_json_reports_everything_scripts_rely_on(apply, tmp_path):
    outcome = apply("-o", "out.tif", "--json", "--seed", 5, "--save-recipe", "r.json")
    report = json.loads(outcome.out)
    assert outcome.code == 0
    assert report["task"] == "inpaint"
    assert report["model"] == "classical"
    assert report["device"] == "cpu"
    assert report["seconds"] >= 0
    assert report["tiles"] >= 1
    assert report["changed_pixels"] >= 500
    assert 540 / (192 * 256) <= report["generated_fraction"] < 0.2
    assert report["output"] == "out.tif"
    assert report["seed"] == 5
    recipe = Recipe.from_text((tmp_path / "r.json").read_text("utf-8"), name="r.json")
    assert recipe.steps[0].seed == 5
    assert dict(recipe.steps[0].params) == report["params"]
    assert len(recipe.steps[0].mask) == 64


def test_the_same_seed_gives_the_same_bytes(apply, tmp_path):
    for name in ("a.png", "b.png"):
        assert apply("-o", name, "--seed", 3).code == 0
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


def test_sixteen_bits_stay_sixteen_bits(apply, tmp_path, photo):
    deep = photo.pixels.astype(np.uint16) * 256 + np.arange(256, dtype=np.uint16)[None, :, None]
    write_photo(tmp_path / "deep.tif", Image(deep), Metadata())
    assert apply("-o", "out.tif", photo=tmp_path / "deep.tif").code == 0
    after = read_photo(tmp_path / "out.tif").image.pixels
    assert after.dtype == np.uint16
    assert np.array_equal(after[100:], deep[100:])
    assert not np.array_equal(after, deep)


def test_losses_of_the_format_are_said(apply, tmp_path, photo):
    write_photo(tmp_path / "deep.tif", Image(photo.pixels.astype(np.uint16) * 257), Metadata())
    outcome = apply("-o", "out.jpg", "--json", photo=tmp_path / "deep.tif")
    assert outcome.code == 0
    assert "rounded to 8" in outcome.err
    assert any("rounded to 8" in notice for notice in json.loads(outcome.out)["notices"])


def test_progress_is_for_terminals_and_stays_off_stdout(apply, monkeypatch):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    outcome = apply("-o", "out.png", "--json")
    assert outcome.code == 0
    assert json.loads(outcome.out)["task"] == "inpaint"
    assert "Inpaint on cpu" in outcome.err
    assert "tile" in outcome.err


# -- unusable input: one sentence, exit code 2, nothing written


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--set", "grow_px=1000"), "grow_px"),
        (("--set", "grow_px=many"), "grow_px"),
        (("--set", "colour=1"), "colour"),
        (("--set", "grow_px"), "name=value"),
        (("--set", "grow_px=1", "--set", "grow-px=2"), "twice"),
        (("--model", "nobody"), "nobody"),
        (("--device", "tpu"), "tpu"),
        (("--seed", "-1"), "--seed"),
        (("--seed", "x"), "--seed"),
        (("--nonsense",), "--nonsense"),
        (("--mask", "missing.png"), "missing.png"),
        (("-o", "out.gif"), "out.gif"),
        (("-o", "out"), "out"),
        (("-o", "nowhere/out.png"), "nowhere"),
        (("-o", "."), "."),
        (("-o", "mask.png", "--overwrite"), "mask.png"),
        (("-o", "Großmutter 祖母.png", "--overwrite"), "Großmutter 祖母.png"),
        (("--save-recipe", "mask.png", "--overwrite"), "mask.png"),
        (("--save-recipe", "out.png"), "both the result and the recipe"),
        (("-o", "x" * 300 + ".png"), "xxx"),
    ],
)
def test_wrong_usage(apply, tmp_path, arguments, said):
    before = {name: (tmp_path / name).read_bytes() for name in names(tmp_path)}
    outcome = apply("--json", "-o", "out.png", *arguments)
    assert outcome.code == 2
    assert outcome.out == ""
    assert outcome.err.count("\n") == 1
    assert outcome.err.startswith("restorer: ")
    assert said in outcome.err
    assert {name: (tmp_path / name).read_bytes() for name in names(tmp_path)} == before


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.jpg", b""),
        ("text.png", b"this is not a picture" * 50),
        ("noise.tif", b"II*\0" + bytes(range(256))),
    ],
)
def test_unusable_photos(apply, tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    outcome = apply("-o", "out.png", photo=name)
    assert (outcome.code, outcome.out) == (2, "")
    assert name in outcome.err
    assert outcome.err.count("\n") == 1
    assert "Traceback" not in outcome.err
    assert not (tmp_path / "out.png").exists()


def test_a_truncated_photo(apply, scan, tmp_path):
    data = scan.read_bytes()
    (tmp_path / "half.png").write_bytes(data[: len(data) // 2])
    outcome = apply("-o", "out.png", photo="half.png")
    assert outcome.code == 2
    assert "half.png" in outcome.err
    assert not (tmp_path / "out.png").exists()


def test_a_picture_of_absurd_size(apply, scan, tmp_path):
    data = bytearray(scan.read_bytes())
    data[16:24] = (0x7FFFFFFF).to_bytes(4, "big") * 2  # width and height in the header
    (tmp_path / "huge.png").write_bytes(data)
    outcome = apply("-o", "out.png", photo="huge.png")
    assert outcome.code == 2
    assert "huge.png" in outcome.err


def test_a_missing_photo_and_a_folder(apply, tmp_path):
    assert "missing.png" in apply("-o", "out.png", photo="missing.png").err
    assert apply("-o", "out.png", photo="missing.png").code == 2
    assert apply("-o", "out.png", photo=".").code == 2


def test_a_mask_of_another_size(apply, tmp_path):
    write_photo(tmp_path / "small.png", Image(np.full((10, 20, 1), 255, np.uint8)))
    outcome = apply("-o", "out.png", mask="small.png")
    assert outcome.code == 2
    assert "small.png" in outcome.err
    assert "20 × 10" in outcome.err
    assert "256 × 192" in outcome.err


def test_an_empty_mask(apply, tmp_path, photo):
    write_photo(tmp_path / "black.png", Image(np.zeros((photo.height, photo.width, 3), np.uint8)))
    outcome = apply("-o", "out.png", mask="black.png")
    assert outcome.code == 2
    assert "black.png is empty" in outcome.err


def test_no_mask_and_an_unknown_task(cli, scan):
    outcome = cli("apply", "inpaint", scan, "-o", "out.png")
    assert (outcome.code, "--mask" in outcome.err) == (2, True)
    outcome = cli("apply", "inpant", scan, "-o", "out.png")
    assert (outcome.code, "inpant" in outcome.err) == (2, True)


def test_an_existing_output_is_kept_without_overwrite(apply, tmp_path):
    (tmp_path / "out.png").write_bytes(b"precious")
    outcome = apply("-o", "out.png")
    assert outcome.code == 2
    assert "out.png exists" in outcome.err
    assert (tmp_path / "out.png").read_bytes() == b"precious"
    assert apply("-o", "out.png", "--overwrite").code == 0
    assert read_photo(tmp_path / "out.png").image.width == 256


def test_a_read_only_folder(apply, monkeypatch):
    monkeypatch.setattr(os, "access", lambda path, mode: not mode & os.W_OK)
    outcome = apply("-o", "out.png")
    assert outcome.code == 2
    assert "read-only" in outcome.err


# -- the work itself fails: exit code 1, nothing half-written


def test_a_full_disk(apply, tmp_path, monkeypatch):
    def full(descriptor):
        raise OSError(errno.ENOSPC, "No space left on device")

    before = names(tmp_path)
    monkeypatch.setattr(os, "fsync", full)
    outcome = apply("-o", "out.png")
    assert outcome.code == 1
    assert "out.png" in outcome.err
    assert "no space left" in outcome.err.lower()
    assert names(tmp_path) == before


def test_a_bug_is_one_sentence_and_debug_shows_the_report(apply, tmp_path, monkeypatch):
    def broken(given, engine, token):
        raise ZeroDivisionError("inside")
        yield

    broken_task = _task_with(broken)
    monkeypatch.setattr(jobs, "get_task", lambda task_id: broken_task)
    outcome = apply("-o", "out.png")
    assert (outcome.code, outcome.out) == (1, "")
    assert outcome.err.count("\n") == 1
    assert "ZeroDivisionError" in outcome.err
    outcome = apply("-o", "out.png", "--debug")
    assert "Traceback" in outcome.err
    assert str(tmp_path) not in outcome.err
    assert not (tmp_path / "out.png").exists()


def test_ctrl_c_stops_within_a_tile(apply, tmp_path, monkeypatch):
    real = get_task("inpaint").run
    tiles = []

    def interrupted(given, engine, token):
        work = real(given, engine, token)
        try:
            while True:
                event = next(work)
                if isinstance(event, TileFinished):
                    tiles.append(event.index)
                    signal.raise_signal(signal.SIGINT)
                yield event
        except StopIteration as stop:
            return stop.value

    interrupted_task = _task_with(interrupted)
    monkeypatch.setattr(jobs, "get_task", lambda task_id: interrupted_task)
    before, handler = names(tmp_path), signal.getsignal(signal.SIGINT)
    outcome = apply("-o", "out.png")
    assert (outcome.code, outcome.out, outcome.err) == (130, "", "restorer: Cancelled.\n")
    assert tiles == [0]
    assert names(tmp_path) == before
    assert signal.getsignal(signal.SIGINT) is handler


def test_ctrl_c_outside_of_the_job(apply, monkeypatch):
    def interrupted(self, path, **_):
        raise KeyboardInterrupt

    monkeypatch.setattr(Session, "open_photo", interrupted)
    outcome = apply("-o", "out.png")
    assert (outcome.code, outcome.err) == (130, "restorer: Cancelled.\n")


def _task_with(run):
    import dataclasses

    return dataclasses.replace(get_task("inpaint"), run=run)


def test_the_result_records_what_was_done(apply, tmp_path):
    assert apply("-o", "out.tif", "--seed", 7).code == 0
    record = from_xmp(read_photo(tmp_path / "out.tif").metadata.xmp)
    assert [(step.task, step.model, step.seed) for step in record.recipe.steps] == [("inpaint", "classical", 7)]
    assert record.source_type.endswith("/algorithmicallyEnhanced")
    assert 0 < record.generated_fraction < 0.2
    assert apply("-o", "bare.tif", "--no-provenance").code == 0
    assert read_photo(tmp_path / "bare.tif").metadata.xmp is None


def test_how_it_is_written_can_be_chosen(apply, tmp_path):
    outcome = apply(
        "-o", "out.tif", "--bit-depth", 16, "--compression", "lzw", "--profile", "display-p3", "--dpi", 1200
    )
    assert outcome.code == 0, outcome.err
    found = read_photo(tmp_path / "out.tif")
    assert (found.image.bit_depth, found.image.color.name, found.metadata.dpi) == (16, "Display P3", (1200.0, 1200.0))


@pytest.mark.parametrize(
    ("option", "value", "reason"),
    [
        ("--bit-depth", 12, "not 12"),
        ("--compression", "lossy", "no compression"),
        ("--profile", "cmyk", "cannot be converted"),
        ("--intent", "vivid", "no rendering intent"),
        ("--dpi", 0, "out of range"),
        ("--page", 2, "has 1 page"),
    ],
)
def test_how_it_cannot_be_written_is_said_before_any_work(apply, tmp_path, option, value, reason):
    before = names(tmp_path)
    outcome = apply("-o", "out.tif", option, value)
    assert outcome.code == 2
    assert reason in outcome.err
    assert names(tmp_path) == before
