"""The measuring of photo files: that it finds what is wrong, and a slice of what it measures."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import PIL.Image
import pytest

from restorer.core.errors import InputError
from restorer.evaluation.inpaint.methods import OurInpaint
from restorer.evaluation.io import round_trip as trips
from restorer.evaluation.io import sandbox
from restorer.evaluation.io.blocks import IPTC, make_exif, make_pixels, make_profile
from restorer.evaluation.io.corpus import Case, make_corpus, save, stored, upright, write_tiff
from restorer.evaluation.io.hostile import WHOLE, hostile_files
from restorer.evaluation.io.hostile_pieces import KINDS
from restorer.evaluation.io.hostile_sizes import zeros_packed
from restorer.evaluation.io.readers import DPI, ICC, XMP, exiftool_facts, read_facts, read_pixels
from restorer.evaluation.io.round_trip import differences, expected_facts, round_trip
from restorer.evaluation.io.sandbox import CRASHED, HUNG, OPENED, REFUSED, SURPRISED, open_and_show, open_each
from restorer.evaluation.io.suite import io_suite, is_clear
from restorer.evaluation.suites import SuiteOptions

from .bad_opener import serve_badly


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> list[Case]:
    return list(make_corpus(tmp_path_factory.mktemp("corpus")))


@pytest.fixture(scope="module")
def ours() -> OurInpaint:
    return OurInpaint.with_model("classical", "cpu")


def named(corpus: list[Case], name: str) -> Case:
    return next(case for case in corpus if case.path.name == name)


# -- the corpus and its readers


def test_the_corpus_covers_formats_depths_channels_compressions_and_profiles(corpus: list[Case]) -> None:
    assert len(corpus) >= 60
    assert len({case.path for case in corpus}) == len(corpus)
    assert {"TIFF", "PNG", "JPEG", "WebP", "BMP"} <= {case.format for case in corpus}
    tiffs = {(case.depth, case.channels, case.compression) for case in corpus if case.format == "TIFF"}
    assert len({(d, n, c) for d, n, c in tiffs if c in ("none", "LZW", "ZIP")}) == 3 * 5 * 3
    assert {"none", "sRGB", "Adobe RGB", "Display P3", "ProPhoto", "gray 1.8", "gray 2.2"} == {
        case.profile for case in corpus
    }


def test_other_readers_find_in_every_lossless_file_what_was_put_there(corpus: list[Case]) -> None:
    for case in corpus:
        if case.pixels is None or "planes" in case.layout or case.layout == "white is zero":
            continue  # libtiff gives planes and white as zero as they are stored
        found = upright(read_pixels(case.path, case.page), case.orientation)
        expected = case.pixels
        if case.infrared is not None:
            expected = np.concatenate((expected, case.infrared[:, :, None]), axis=2)
        assert found.dtype == expected.dtype, case.path.name
        assert np.array_equal(found, expected), case.path.name


def test_facts_have_the_same_names_in_every_format(corpus: list[Case]) -> None:
    jpeg, tiff = read_facts(named(corpus, "progressive.jpg").path), read_facts(named(corpus, "packbits.tif").path)
    assert jpeg["IPTC"] == tiff["IPTC"] == IPTC
    assert jpeg["artist"] == tiff["artist"] == "A. Fotografin"
    assert jpeg[DPI] == tiff[DPI] == (600, 300)
    assert jpeg[ICC] == make_profile("Adobe RGB")
    assert jpeg["GPS 2"] == (52.0, 31.0, 12.0)
    assert b"Headline" in tiff[XMP]


def test_what_is_expected_of_a_turned_photo_is_upright(corpus: list[Case]) -> None:
    facts = expected_facts(named(corpus, "turned-6.jpg"))
    assert facts[DPI] == (300, 600)
    assert b'tiff:Orientation="1"' in facts[XMP]


@pytest.mark.parametrize("orientation", range(1, 9))
def test_turning_there_and_back_is_what_pillow_does(orientation: int, tmp_path: Path) -> None:
    from PIL import ImageOps

    pixels = make_pixels(8, 3)
    assert np.array_equal(upright(stored(pixels, orientation), orientation), pixels)
    path = tmp_path / "turned.png"
    save(path, stored(pixels, orientation), exif=b"Exif\0\0" + make_exif(orientation))
    with PIL.Image.open(path) as picture:
        assert np.array_equal(np.asarray(ImageOps.exif_transpose(picture)), pixels)


@pytest.mark.skipif(shutil.which("exiftool") is None, reason="exiftool is not installed")
def test_exiftool_reads_what_was_written(corpus: list[Case]) -> None:
    path = named(corpus, "progressive.jpg").path
    found = exiftool_facts([path])
    assert found is not None
    assert found[path]["IPTC:ObjectName"] == "Oma 1"
    assert found[path]["XMP-photoshop:Headline"] == "Großmutter, 1935"


def test_without_exiftool_there_are_no_facts_of_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    assert exiftool_facts([tmp_path / "a.jpg"]) is None


# -- round trips


@pytest.mark.parametrize(
    "name", ["turned-6.jpg", "pages.tif", "14-8-RGB+infrared-ZIP-rows.tif", "02-8-gray+alpha.png", "lossless-4.webp"]
)
def test_a_round_trip_loses_nothing(name: str, corpus: list[Case], ours: OurInpaint, tmp_path: Path) -> None:
    trip = round_trip(named(corpus, name), tmp_path, ours)
    assert trip.error == ""
    assert trip.is_faithful, trip


def test_a_changed_bit_a_lost_profile_and_a_pixel_outside_are_found(
    corpus: list[Case], ours: OurInpaint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = named(corpus, "turned-8.tif")
    export = trips._export

    def careless(path: Path, photo: object, image: object) -> None:
        export(path, photo, image)  # type: ignore[arg-type]
        pixels = read_pixels(path).copy()
        pixels[0, 0, 0] ^= 1
        write_tiff(path, pixels, "RGB")

    monkeypatch.setattr(trips, "_export", careless)
    trip = round_trip(case, tmp_path, ours)
    assert not trip.pixels_kept
    assert ICC in trip.metadata_lost
    assert trip.changed_outside == 1
    assert trip.repaired
    assert not trip.is_faithful


def test_a_file_that_does_not_open_is_an_error_of_its_trip(
    corpus: list[Case], ours: OurInpaint, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.tif"
    broken.write_bytes(b"II*\0")
    trip = round_trip(replace(corpus[0], path=broken), tmp_path, ours)
    assert "broken.tif" in trip.error
    assert not trip.is_faithful


def test_differences_name_what_is_missing_new_or_other() -> None:
    assert differences({"a": 1, "b": 2, "c": 3}, {"b": 2, "c": 4, "d": 5}) == ("a", "c", "d")


# -- files made to break the program


def test_the_same_hostile_files_come_each_time_and_there_are_more_than_300(tmp_path: Path) -> None:
    folders = tmp_path / "one", tmp_path / "two"
    for folder in folders:
        folder.mkdir()
    first, second = (list(hostile_files(folder)) for folder in folders)
    assert len(first) >= 300
    assert first == second
    assert {file.kind for file in first} == set(KINDS)
    assert len({file.name for file in first}) == len(first)
    whole = {(folders[0] / name).read_bytes() for name in WHOLE}
    assert not [file.name for file in first if file.data in whole], "these have nothing wrong with them"


def test_zeros_are_packed_as_zlib_would() -> None:
    import zlib

    for length in (0, 5, 2**20, 3 * 2**20 + 77):
        assert zlib.decompress(zeros_packed(length)) == bytes(length)


def test_a_slice_of_the_hostile_files_is_opened_or_refused(tmp_path: Path) -> None:
    (tmp_path / "whole").mkdir()
    files = [file for file in hostile_files(tmp_path / "whole") if len(file.data) < 100_000][::9]
    for index, file in enumerate(files):
        path = tmp_path / f"{index}.tif"
        path.write_bytes(file.data)
        outcome = open_and_show(path)
        assert outcome.verdict in (OPENED, REFUSED), (file.name, outcome)
        assert str(tmp_path) not in outcome.message


def test_a_file_that_opens_tells_its_size_and_one_that_does_not_a_reason(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.png", tmp_path / "bad.png"
    save(good, make_pixels(8, 3))
    bad.write_bytes(good.read_bytes()[:60])
    opened, refused = open_each([good, bad], workers=1)
    assert (opened.verdict, refused.verdict) == (OPENED, REFUSED)
    assert "61 × 47 px" in opened.message
    assert refused.message.startswith("bad.png is damaged")
    assert opened.is_fine
    assert refused.is_fine


def test_crashes_and_hangs_are_outcomes_and_the_next_file_gets_a_new_process() -> None:
    opener = sandbox._Opener(0.5, serve=serve_badly)
    try:
        verdicts = [opener.attempt(Path(name)).verdict for name in ("dies", "hangs", "dies")]
    finally:
        opener.close()
    assert verdicts == [CRASHED, HUNG, CRASHED]


def test_exceptions_that_no_person_should_see_are_told_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(error: Exception) -> object:
        def read(path: Path) -> None:
            raise error

        return read

    path = tmp_path / "a.jpg"
    monkeypatch.setattr("restorer.formats.raster.read_photo", failing(KeyError("tag")))
    assert open_and_show(path).verdict == SURPRISED
    monkeypatch.setattr("restorer.formats.raster.read_photo", failing(InputError("a.jpg is damaged.")))
    assert open_and_show(path).verdict == REFUSED
    monkeypatch.setattr(sandbox, "TIME_LIMIT_S", -1.0)
    assert open_and_show(path).verdict == HUNG


@pytest.mark.parametrize(
    ("message", "clear"),
    [
        ("a.jpg is damaged or cut short: its end is missing.", True),
        ("", False),
        ("the decoder says “'NoneType' object is not iterable”.", False),
        ("the decoder says “cannot identify image file <_io.BytesIO object>”.", False),
    ],
)
def test_messages_that_speak_to_programmers_are_found(message: str, clear: bool) -> None:
    assert is_clear(message) is clear


def test_the_suite_puts_it_all_together() -> None:
    report = io_suite(SuiteOptions(photos=3))
    assert [gate.figure for gate in report.gates[:3]] == ["3 of 3"] * 3
    assert sum(int(str(row[1])) for row in report.tables[1].rows) == 3
    assert len(report.details[0].rows) == len(report.details[1].rows) == 3
    assert float(str(report.tables[2].rows[0][3])) <= 1
