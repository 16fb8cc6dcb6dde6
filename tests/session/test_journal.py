"""Work in progress survives whatever ends the program."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.working import crop, fill, looks, make_scan, open_scan, stroke, work_on

from restorer.core.document import Document
from restorer.core.errors import InputError
from restorer.core.geometry import Bounds
from restorer.formats.raster import PhotoFile
from restorer.session import recovery
from restorer.session.journal import JOURNAL, Journal, JournalThread
from restorer.session.recovery import Recoverable, find_unsaved, recover
from restorer.session.session import Session


@pytest.fixture
def session() -> Session:
    return Session()


@pytest.fixture
def thread() -> Iterator[JournalThread]:
    thread = JournalThread()
    yield thread
    assert thread.close()


@pytest.fixture
def scan(tmp_path: Path) -> Path:
    return make_scan(tmp_path / "Großmutter 祖母.tif")


@pytest.fixture
def parent(tmp_path: Path) -> Path:
    (tmp_path / "recovery").mkdir()
    return tmp_path / "recovery"


def journaled(session: Session, scan: Path, thread: JournalThread, parent: Path) -> tuple[Document, PhotoFile, Journal]:
    document, file = open_scan(session, scan)
    return document, file, Journal(document, file, scan, thread, parent=parent)


def only(parent: Path) -> Recoverable:
    (work,) = find_unsaved(parent)
    return work


def test_everything_comes_back_after_a_crash(session, scan, thread, parent):
    document, _, journal = journaled(session, scan, thread, parent)
    for act in (
        lambda: stroke(document, 12),
        lambda: fill(document, 900, masked=True),
        lambda: work_on(document),
        document.undo,
        document.undo,
        lambda: stroke(document, 9),
    ):
        act()
        journal.note()
    assert thread.wait()
    assert journal.problem == ""
    assert find_unsaved(parent) == (), "its process lives"
    journal.keep()
    thread.wait()
    expected = looks(document)
    work = only(parent)
    assert (work.name, work.is_torn, work.steps > 3) == (scan.name, False, True)
    assert work.picture is not None
    assert "stroke in progress" in work.lost
    again = recover(session, work)
    assert looks(again.document) == expected
    assert again.document.is_modified
    assert (again.source, again.path) == (scan, None)
    assert find_unsaved(parent) == (), "it is open again"
    with pytest.raises(InputError, match="another window"):
        recover(session, work)
    again.document.close()
    assert list(parent.iterdir()) == []
    document.close()


def test_the_vault_lets_go_of_what_is_on_the_disk(session, scan, thread, parent):
    document, _, journal = journaled(session, scan, thread, parent)
    document.vault.budget_bytes = 1000
    for value in range(6):
        fill(document, value)
        journal.note()
        thread.wait()
        journal.note()
    assert document.vault.resident_bytes < 10_000
    assert document.vault.spilled_groups >= 4
    for cursor in (0, 6, 3):
        document.jump(cursor)
    journal.discard()
    thread.wait()
    assert list(parent.iterdir()) == []
    document.close()


def test_a_journal_cut_off_anywhere_gives_what_was_whole(session, scan, thread, parent):
    document, _, journal = journaled(session, scan, thread, parent)
    seen = []
    for act in (
        lambda: stroke(document, 12),
        lambda: fill(document, 500),
        lambda: crop(document, Bounds(2, 2, 40, 40)),
        lambda: stroke(document, 20),
    ):
        act()
        journal.note()
        seen.append(looks(document))
    thread.wait()
    journal.keep()
    thread.wait()
    path = journal.folder / JOURNAL
    whole = path.read_bytes()
    for end in range(0, len(whole), max(1, len(whole) // 60)):
        path.write_bytes(whole[:end])
        work = recovery.read_journal(journal.folder)
        if work is not None:
            again = recover(session, work)
            assert any(looks(again.document)[1][-1] == look[1][-1] for look in seen)
            again.document.vault._adopted[0].release()
            again.document.vault._adopted.clear()
            again.document.close()
    path.write_bytes(whole[:-3])
    torn = recovery.read_journal(journal.folder)
    assert torn is not None
    assert torn.is_torn
    assert "is lost" in torn.lost
    document.close()


def test_what_was_saved_is_not_offered_until_more_is_done(session, scan, thread, parent):
    document, _, journal = journaled(session, scan, thread, parent)
    fill(document, 500)
    journal.note_saved(scan.with_suffix(".restore"))
    thread.wait()
    assert recovery.read_journal(journal.folder) is None
    stroke(document, 5)
    journal.note()
    thread.wait()
    work = recovery.read_journal(journal.folder)
    assert work is not None
    assert work.project == scan.with_suffix(".restore")
    journal.keep()
    thread.wait()
    document.close()


def test_a_photo_that_was_only_looked_at_leaves_no_journal(session, scan, thread, parent):
    document, _, journal = journaled(session, scan, thread, parent)
    journal.note()
    journal.keep()
    thread.wait()
    assert find_unsaved(parent) == ()
    assert list(parent.iterdir()) == []
    document.close()


def test_a_pasted_photo_is_kept_with_its_pixels(session, scan, thread, parent, tmp_path):
    file = session.open_photo(scan)
    document = session.make_document(file)
    journal = Journal(document, file, None, thread, parent=parent)
    stroke(document, 11)
    journal.note()
    thread.wait()
    journal.keep()
    thread.wait()
    scan.unlink()
    again = recover(session, only(parent))
    assert looks(again.document) == looks(document)
    again.document.close()
    document.close()


def test_a_photo_that_is_gone_is_named(session, scan, thread, parent):
    document, _, journal = journaled(session, scan, thread, parent)
    stroke(document, 11)
    journal.note()
    thread.wait()
    journal.keep()
    thread.wait()
    moved = scan.rename(scan.with_name("moved.tif"))
    work = only(parent)
    with pytest.raises(InputError, match="not where it was"):
        recover(session, work)
    again = recover(session, only(parent), moved)
    assert looks(again.document) == looks(document)
    again.document.close()
    document.close()


def test_while_the_disk_is_full_the_work_waits_and_is_written_later(session, scan, thread, parent, monkeypatch):
    document, _, journal = journaled(session, scan, thread, parent)
    stroke(document, 8)
    journal.note()
    thread.wait()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        fill(document, 400)
        journal.note()
        stroke(document, 30)
        journal.note()
        thread.wait()
        assert "No space left" in journal.problem
        assert journal.is_behind
    journal.retry()
    thread.wait()
    assert journal.problem == ""
    assert not journal.is_behind
    journal.keep()
    thread.wait()
    again = recover(session, only(parent))
    assert looks(again.document) == looks(document)
    again.document.close()
    document.close()


def test_leftovers_of_killed_processes_are_removed_at_the_next_start(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    code = (
        "import numpy as np; from restorer.core.vault import PixelVault; from restorer.core.geometry import Bounds\n"
        "import os, signal\n"
        "vault = PixelVault(0)\n"
        "for n in range(3): vault.put([(Bounds(0, 0, 9, 9), np.zeros((9, 9, 1), np.uint8))])\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=False)
    assert len(list(tmp_path.iterdir())) == 1
    assert recovery.clean_up() == 1
    assert list(tmp_path.iterdir()) == []
