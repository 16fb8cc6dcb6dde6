"""Files appear whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from restorer.core.errors import InputError, WorkError
from restorer.core.image import Image
from restorer.formats import left_behind
from restorer.formats.atomic import atomic_path
from restorer.formats.raster import ExportOptions, decode_photo, write_photo

PHOTO = Image(np.zeros((8, 9, 3), np.uint8))
POSIX = pytest.mark.skipif(os.name != "posix", reason="POSIX only")


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_the_file_appears_at_the_end(tmp_path) -> None:
    target = tmp_path / "a.txt"
    with atomic_path(target, overwrite=False) as temporary:
        temporary.write_text("whole")
        assert temporary.parent == tmp_path
        assert not target.exists()
    assert target.read_text() == "whole"
    assert names(tmp_path) == ["a.txt"]


@pytest.mark.parametrize("failure", [RuntimeError, KeyboardInterrupt])
def test_a_failure_midway_leaves_the_old_file(tmp_path, failure) -> None:
    target = tmp_path / "a.txt"
    target.write_text("old")
    with pytest.raises(failure), atomic_path(target, overwrite=True) as temporary:  # noqa: PT012
        temporary.write_text("half")
        raise failure
    assert target.read_text() == "old"
    assert names(tmp_path) == ["a.txt"]


def test_an_existing_file_is_kept_unless_told(tmp_path) -> None:
    target = tmp_path / "a.txt"
    target.write_text("old")
    with pytest.raises(InputError, match=r"a\.txt exists already"), atomic_path(target, overwrite=False):
        pytest.fail("nothing may be written")
    with atomic_path(target, overwrite=True) as temporary:
        temporary.write_text("new")
    assert target.read_text() == "new"
    assert names(tmp_path) == ["a.txt"]


def test_a_file_that_appears_meanwhile_is_kept(tmp_path) -> None:
    target = tmp_path / "a.txt"
    with pytest.raises(InputError, match="exists already"), atomic_path(target, overwrite=False) as temporary:  # noqa: PT012
        temporary.write_text("late")
        target.write_text("first")
    assert target.read_text() == "first"
    assert names(tmp_path) == ["a.txt"]


@pytest.mark.parametrize("exists", [False, True])
def test_file_systems_without_hard_links(tmp_path, monkeypatch, exists) -> None:
    def no_links(*_: object) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", no_links)
    target = tmp_path / "a.txt"
    expectation = pytest.raises(InputError, match="exists already") if exists else contextlib.nullcontext()
    with expectation, atomic_path(target, overwrite=False) as temporary:
        temporary.write_text("new")
        if exists:
            target.write_text("first")
    assert target.read_text() == ("first" if exists else "new")
    assert names(tmp_path) == ["a.txt"]


def test_missing_folder_and_folder_as_target(tmp_path) -> None:
    for target, reason in ((tmp_path / "none" / "a.png", "does not exist"), (tmp_path, "is a folder")):
        with pytest.raises(InputError, match=reason), atomic_path(target, overwrite=True):
            pytest.fail("nothing may be written")


def failing_open(code: int) -> Iterator[None]:
    raise OSError(code, os.strerror(code))


def test_a_read_only_folder(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(os, "open", lambda *_: failing_open(errno.EACCES).__next__())
    with pytest.raises(InputError, match=r"a\.png cannot be written: permission denied"):
        write_photo(tmp_path / "a.png", PHOTO)
    assert names(tmp_path) == []


@POSIX
def test_a_read_only_folder_for_real(tmp_path) -> None:
    tmp_path.chmod(0o555)
    try:
        if os.access(tmp_path, os.W_OK):
            pytest.skip("this user may write everywhere")
        with pytest.raises(InputError, match="permission denied"):
            write_photo(tmp_path / "a.png", PHOTO)
    finally:
        tmp_path.chmod(0o755)
    assert names(tmp_path) == []


@POSIX
def test_a_disk_that_refuses_more_bytes(tmp_path) -> None:
    import resource

    target = tmp_path / "a.tif"
    target.write_text("old")
    noise = np.random.default_rng(0).integers(0, 256, (200, 200, 3), np.uint8)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, limits[1]))
    try:
        with pytest.raises(WorkError, match=r"a\.tif cannot be written: file too large"):
            write_photo(target, Image(noise), overwrite=True)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert target.read_text() == "old"
    assert names(tmp_path) == ["a.tif"]


def test_a_full_disk(tmp_path, monkeypatch) -> None:
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(WorkError, match="no space left"):
        write_photo(tmp_path / "a.png", PHOTO)
    assert names(tmp_path) == []


@pytest.mark.parametrize("name", ["a.png", "a.tif", "a.webp", "a.jpg"])
def test_what_does_not_read_back_is_not_kept(tmp_path, monkeypatch, name) -> None:
    target = tmp_path / name
    target.write_text("old")
    whole = Path.open

    def opened(path: Path, mode: str = "r", **options: object) -> object:
        if mode == "rb" and path.stat().st_size:
            with whole(path, "rb+") as file:
                file.seek(path.stat().st_size // 2)
                byte = file.read(1)
                file.seek(-1, os.SEEK_CUR)
                file.write(bytes([byte[0] ^ 255]))
        return whole(path, mode, **options)

    monkeypatch.setattr(Path, "open", opened)
    options = ExportOptions(compression="lossless") if name == "a.webp" else None
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)

    with pytest.raises(WorkError, match="was not kept"):
        write_photo(target, Image(noise), options=options, overwrite=True)

    monkeypatch.undo()
    assert target.read_text() == "old"
    assert names(tmp_path) == [name]


@POSIX
def test_permissions_and_links_are_respected(tmp_path) -> None:
    target, link = tmp_path / "a.png", tmp_path / "link.png"
    write_photo(target, PHOTO)
    umask = os.umask(0)
    os.umask(umask)
    assert stat.S_IMODE(target.stat().st_mode) == 0o666 & ~umask
    target.chmod(0o640)
    link.symlink_to(target)

    write_photo(link, Image(PHOTO.pixels + np.uint8(7)), overwrite=True)

    assert link.is_symlink()
    assert stat.S_IMODE(target.stat().st_mode) == 0o640
    assert decode_photo(target.read_bytes(), "a.png").image.pixels[0, 0, 0] == 7


def test_a_name_that_is_too_long(tmp_path) -> None:
    with pytest.raises(InputError, match="cannot be written"):
        write_photo(tmp_path / ("ö" * 300 + ".png"), PHOTO)
    assert names(tmp_path) == []


def test_an_original_is_not_replaced_by_default(tmp_path) -> None:
    target = tmp_path / "a.png"
    write_photo(target, PHOTO)
    before = target.read_bytes()
    with pytest.raises(InputError, match="exists already"):
        write_photo(target, Image(PHOTO.pixels + np.uint8(1)))
    assert target.read_bytes() == before


HALF_WRITTEN = """
import sys, time
from pathlib import Path
from restorer.formats import left_behind
from restorer.formats.atomic import atomic_path
with atomic_path(Path(sys.argv[1]), overwrite=False) as temporary:
    temporary.write_text("half")
    print(temporary.name, flush=True)
    time.sleep(60)
"""


@POSIX
def test_what_a_killed_process_left_goes_with_the_next_file_and_what_lives_stays(tmp_path) -> None:
    left_behind.look_again()
    command = [sys.executable, "-c", HALF_WRITTEN, str(tmp_path / "other.txt")]
    others = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    try:
        left, living = (other.stdout.readline().strip() for other in others)
        others[0].kill()
        others[0].wait()
        (tmp_path / ".restorer-notes.txt").write_text("somebody's")
        (tmp_path / ".restorer-folder.part").mkdir()
        assert left in names(tmp_path)
        with atomic_path(tmp_path / "a.txt", overwrite=False) as temporary:
            temporary.write_text("new")
        assert names(tmp_path) == sorted((".restorer-folder.part", living, ".restorer-notes.txt", "a.txt"))
    finally:
        for other in others:
            other.kill()
            other.wait()
            other.stdout.close()
    assert left_behind.remove_left_behind(tmp_path) == 0, "once a folder"
    left_behind.look_again()
    assert left_behind.remove_left_behind(tmp_path) == 1


@POSIX
def test_a_file_taken_for_one_that_was_left_is_made_again(tmp_path, monkeypatch) -> None:
    """Another process looks through the folder in the moment between making the file and locking it."""
    lock, taken = left_behind.lock_file, []

    def late(file) -> bool:
        if not taken:
            taken.append(Path(file.name))
            taken[0].unlink()
        return lock(file)

    monkeypatch.setattr(left_behind, "lock_file", late)
    with atomic_path(tmp_path / "a.txt", overwrite=False) as temporary:
        assert temporary not in taken
        temporary.write_text("new")
    assert names(tmp_path) == ["a.txt"]


@POSIX
def test_without_locks_files_are_written_and_none_removed(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(left_behind, "lock_file", lambda _file: False)
    left_behind.look_again()
    monkeypatch.setattr(left_behind, "_WAIT_S", 0)
    (tmp_path / ".restorer-0.part").write_text("perhaps alive")
    with atomic_path(tmp_path / "a.txt", overwrite=False) as temporary:
        temporary.write_text("new")
    assert names(tmp_path) == [".restorer-0.part", "a.txt"]
