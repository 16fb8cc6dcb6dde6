"""Processes that are killed while they write, a disk that is full, and folders that go away: real ones."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.working import fill, looks, make_scan, open_scan, stroke

from restorer.core.errors import InputError, RestorerError, WorkError
from restorer.evaluation.faults_suite import faults_suite
from restorer.evaluation.history_suite import history_suite
from restorer.session.journal import Journal, JournalThread
from restorer.session.projects import SaveOrder, open_project, save_project
from restorer.session.recovery import find_unsaved, recover
from restorer.session.session import Session

pytestmark = pytest.mark.skipif(os.name == "nt", reason="kills and mounts as Unix does")


@pytest.mark.timeout(600)
def test_killed_processes_leave_everything_whole() -> None:
    report = faults_suite(tries=4, seed=3)
    assert report.values["problems"] == []
    assert not report.missed


@pytest.mark.slow
@pytest.mark.timeout(7200)
def test_three_hundred_killed_processes() -> None:
    report = faults_suite(tries=300, seed=1)
    assert report.values["problems"] == []
    assert not report.missed


def test_the_history_suite_measures_what_it_says() -> None:
    report = history_suite(megapixels=0.3, steps=12)
    (table,) = report.tables
    assert len(table.rows) == 5
    assert all(gate.name for gate in report.gates)
    assert report.values["resident_bytes"] > 0


# -- a disk that is really full


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of two megabytes."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(place)], capture_output=True, check=False
    )
    if mounted.returncode != 0:
        pytest.skip("no file system can be mounted here")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=False)


def fill_up(disk: Path, leave: int = 0) -> Path:
    junk = disk / "junk"
    handle = os.open(junk, os.O_CREAT | os.O_WRONLY)
    with contextlib.suppress(OSError):
        while os.write(handle, bytes(4096)):
            pass
    os.close(handle)
    if leave:
        os.truncate(junk, max(0, junk.stat().st_size - leave))
    return junk


def test_a_project_on_a_full_disk_is_refused_and_saved_once_there_is_room(small_disk: Path, tmp_path: Path) -> None:
    session, scan = Session(), make_scan(tmp_path / "scan.tif", side=200)
    document, file = open_scan(session, scan)
    stroke(document, 20)
    fill(document, 700)
    path = small_disk / "work.restore"

    def save(*, overwrite: bool) -> None:
        save_project(SaveOrder.of(path, document, file, scan, embed=True, overwrite=overwrite))

    save(overwrite=False)
    good = path.read_bytes()
    junk = fill_up(small_disk, leave=20_000)
    stroke(document, 60)
    with pytest.raises(WorkError, match="no space left"):
        save(overwrite=True)
    assert path.read_bytes() == good
    assert sorted(each.name for each in small_disk.iterdir()) == ["junk", "work.restore"]
    junk.unlink()
    save(overwrite=True)
    from restorer.formats.project_file import read_project

    again = open_project(session, read_project(path))
    assert looks(again.document) == looks(document)
    again.document.close()
    document.close()


def test_a_journal_on_a_full_disk_waits_and_goes_on(small_disk: Path, tmp_path: Path) -> None:
    session, scan = Session(), make_scan(tmp_path / "scan.tif", side=200)
    document, file = open_scan(session, scan)
    thread = JournalThread()
    journal = Journal(document, file, scan, thread, parent=small_disk)
    stroke(document, 20)
    journal.note()
    assert thread.wait()
    junk = fill_up(small_disk)
    for value in range(5):
        fill(document, value)
        journal.note()
    assert thread.wait()
    assert "space" in journal.problem.lower()
    assert journal.is_behind
    document.undo()
    document.redo()
    junk.unlink()
    journal.retry()
    assert thread.wait()
    assert journal.problem == ""
    journal.keep()
    assert thread.close()
    (work,) = find_unsaved(small_disk)
    again = recover(session, work)
    assert looks(again.document) == looks(document)
    again.document.close()
    document.close()


def test_folders_that_are_read_only_or_gone_are_named(tmp_path: Path) -> None:
    session, scan = Session(), make_scan(tmp_path / "scan.tif")
    document, file = open_scan(session, scan)
    stroke(document, 20)
    (tmp_path / "gone").mkdir()
    order = SaveOrder.of(tmp_path / "gone" / "a.restore", document, file, scan, embed=False, overwrite=False)
    (tmp_path / "gone").rmdir()
    with pytest.raises(InputError, match="there is no folder"):
        save_project(order)
    if os.geteuid() != 0:  # for whom no folder is read-only
        (tmp_path / "locked").mkdir(mode=0o555)
        locked = SaveOrder.of(tmp_path / "locked" / "a.restore", document, file, scan, embed=False, overwrite=False)
        with pytest.raises(RestorerError, match="read-only"):
            save_project(locked)
    (tmp_path / "gone").mkdir()
    save_project(order)
    document.close()
