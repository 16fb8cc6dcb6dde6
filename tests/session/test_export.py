from __future__ import annotations

import os

import pytest

from restorer.core.errors import InputError
from restorer.core.step import Recipe
from restorer.formats.metadata import Metadata
from restorer.formats.provenance import Provenance, from_xmp
from restorer.formats.raster import ExportOptions, read_photo
from restorer.session.export import check_target, export_photo, suggested_path


@pytest.mark.parametrize(
    ("source", "format", "wanted"),
    [
        ("oma.jpg", None, "oma_restored.jpg"),
        ("oma.JPEG", None, "oma_restored.jpg"),
        ("Großmutter 1931.TIFF", None, "Großmutter 1931_restored.tif"),
        ("scan.bmp", None, "scan_restored.png"),
        ("clipboard", None, "clipboard_restored.png"),
        ("oma.jpg", "tiff", "oma_restored.tif"),
        ("a.b.png", None, "a.b_restored.png"),
    ],
)
def test_names_are_suggested(tmp_path, source, format, wanted):
    assert suggested_path(tmp_path / source, format) == tmp_path / wanted


def test_a_suggested_name_is_never_taken(tmp_path):
    for name in ("oma.jpg", "oma_restored.jpg", "oma_restored-2.jpg"):
        (tmp_path / name).touch()
    assert suggested_path(tmp_path / "oma.jpg").name == "oma_restored-3.jpg"
    assert suggested_path(tmp_path / "oma_restored.jpg").name == "oma_restored-3.jpg"


def test_the_original_is_never_a_target(tmp_path):
    original = tmp_path / "oma.png"
    original.write_bytes(b"original")
    link = tmp_path / "link.png"
    link.symlink_to(original)
    (tmp_path / "x").mkdir()
    for target in (original, link, tmp_path / "x" / ".." / "oma.png"):
        with pytest.raises(InputError, match="never overwritten"):
            check_target(target, originals=(original,), overwrite=True)


def test_existing_files_need_permission(tmp_path):
    target = tmp_path / "out.png"
    target.touch()
    with pytest.raises(InputError, match=r"out\.png exists"):
        check_target(target)
    check_target(target, overwrite=True)


def test_folders_are_no_targets_and_must_exist(tmp_path):
    with pytest.raises(InputError, match="is a folder"):
        check_target(tmp_path, overwrite=True)
    with pytest.raises(InputError, match="no folder"):
        check_target(tmp_path / "missing" / "out.png")


def test_a_read_only_folder_is_said(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with pytest.raises(InputError, match="read-only"):
        check_target(tmp_path / "out.png")


def test_a_name_without_a_format_is_refused(tmp_path, photo):
    with pytest.raises(InputError, match=r"out\.gif"):
        export_photo(tmp_path / "out.gif", photo, Metadata())
    with pytest.raises(InputError, match="gif"):
        suggested_path("photo.png", "gif")


def test_export_carries_the_metadata(tmp_path, photo):
    target = tmp_path / "out.png"
    export_photo(target, photo, Metadata(dpi=(600.0, 600.0)), original=tmp_path / "in.png")
    written = read_photo(target)
    assert written.image.digest() == photo.digest()
    assert written.metadata.dpi == pytest.approx((600.0, 600.0), abs=0.1)
    with pytest.raises(InputError):
        export_photo(target, photo, Metadata())


RECORD = Provenance(
    "http://cv.iptc.org/newscodes/digitalsourcetype/humanEdits", "Restorer", "2026-11-21", 0.5, Recipe()
)


@pytest.mark.parametrize("name", ["out.png", "out.jpg", "out.tif"])
def test_the_record_stays_where_other_metadata_are_left_out(tmp_path, photo, name):
    metadata = Metadata((300.0, 300.0), xmp=b"<x:xmpmeta xmlns:x='adobe:ns:meta/'/>", iptc=b"\x1c\x02\x05\x00\x03Oma")
    export_photo(tmp_path / name, photo, metadata, ExportOptions(keep_metadata=False), provenance=RECORD)
    found = read_photo(tmp_path / name).metadata
    assert from_xmp(found.xmp) == RECORD
    assert (found.iptc, found.exif, found.dpi) == (None, None, (300.0, 300.0))


def test_an_export_of_nothing_done_is_identical(tmp_path, photo):
    packet = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'/>"
    export_photo(tmp_path / "a.tif", photo, Metadata(xmp=packet))
    assert read_photo(tmp_path / "a.tif").metadata.xmp == packet
