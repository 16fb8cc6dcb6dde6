"""Work in progress on the disk: everything that is done to an open photo is appended to a journal as it is done.

A journal is a folder: ``journal.jsonl``, a line for each thing that happened, and the pixels of each entry in a file
of its own. A line is a checksum and a record; it is written after the pixels it speaks of, and the disk is asked to
keep both (fsync) each time. So whatever ends the program - a crash, ``kill -9``, a power cut - the journal reads up to
the last line that is whole, and what is lost is at most the stroke in progress and what was done a moment before.

All writing is done on one thread of its own; whoever works on the photo never waits for the disk. Where the disk is
full or the folder gone, the work is in memory as ever, and written as soon as that is possible again.
"""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
import threading
import time
import zlib
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import restorer
from restorer.core.document import Document
from restorer.core.errors import RestorerError
from restorer.core.group_code import pack_group
from restorer.core.history import Entry
from restorer.core.private_folder import PrivateFolder
from restorer.core.snapshot import GroupSource
from restorer.formats.atomic import sync_folder
from restorer.formats.history_json import HistoryWriter
from restorer.formats.raster import PhotoFile
from restorer.session.projects import source_file

JOURNAL_FORMAT = 1
JOURNAL_PREFIX = "photo-"
JOURNAL = "journal.jsonl"
_CLOSE_WITHIN_S = 20.0


def recovery_folder() -> Path:
    """Where journals are; it is made if it is not there. Raises OSError where it cannot be."""
    import platformdirs

    folder = Path(platformdirs.user_state_dir("restorer", appauthor=False)) / "recovery"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def line_of(record: dict[str, Any]) -> bytes:
    """A record as a line: eight hexadecimal digits of its CRC-32, a blank, and JSON."""
    text = json.dumps(record, separators=(",", ":"), ensure_ascii=True).encode("ascii")
    return b"%08x %s\n" % (zlib.crc32(text), text)


@dataclass(slots=True, eq=False)
class _Batch:
    """What happened between two looks at a document."""

    entries: list[Entry] = field(default_factory=list)
    records: list[dict[str, Any]] = field(default_factory=list)
    groups: dict[int, GroupSource] = field(default_factory=dict)
    gone: list[int] = field(default_factory=list)


class JournalThread:
    """The thread that writes all journals, one after the other. It begins with the first work."""

    def __init__(self) -> None:
        self._work: deque[Callable[[], None]] = deque()
        self._ready = threading.Condition()
        self._thread: threading.Thread | None = None
        self._closing = False
        self._busy = False

    def submit(self, work: Callable[[], None]) -> None:
        with self._ready:
            if self._closing:
                return
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="restorer-journal", daemon=True)
                self._thread.start()
            self._work.append(work)
            self._ready.notify_all()

    def wait(self, timeout_s: float = _CLOSE_WITHIN_S) -> bool:
        """Until everything submitted is done; returns whether it was in time."""
        with self._ready:
            return self._ready.wait_for(lambda: not self._work and not self._busy, timeout_s)

    def close(self) -> bool:
        """Does what is left and ends the thread; returns whether it ended in time."""
        with self._ready:
            self._closing = True
            self._ready.notify_all()
        if self._thread is not None:
            self._thread.join(_CLOSE_WITHIN_S)
        return self._thread is None or not self._thread.is_alive()

    def _run(self) -> None:
        while True:
            with self._ready:
                self._busy = False
                self._ready.notify_all()
                self._ready.wait_for(lambda: self._work or self._closing)
                if not self._work:
                    return
                work, self._busy = self._work.popleft(), True
            work()


class Journal:
    """The journal of one open photo. All methods but none of the writing belong to the document's thread.

    Args:
        document: whose doings are written down; it must have no stroke in progress.
        file, source: what it was opened with; None for a photo without a file of its own, which is written down too.
        thread: where it is written.
        parent: folder that journals are in; the usual one if None.
        project: the project file it was opened from.

    Raises:
        OSError: where no folder can be made.
    """

    def __init__(
        self,
        document: Document,
        file: PhotoFile,
        source: Path | None,
        thread: JournalThread,
        *,
        parent: Path | None = None,
        project: Path | None = None,
    ) -> None:
        self._document = document
        self._thread = thread
        self._folder = PrivateFolder(JOURNAL_PREFIX, parent if parent is not None else recovery_folder(), keep=True)
        self._lock = threading.Lock()
        self._writer = HistoryWriter()
        self._pending: deque[_Batch] = deque()
        self._lines: list[bytes] = []
        self._length = 0
        self._written: dict[int, Path] = {}
        self._reported: deque[tuple[int, Path]] = deque()
        self._known: dict[int, Entry] = {}
        self._place: tuple[int, int] = (-1, -1)
        self._closed = False
        self.problem = ""
        """Why the last attempt to write failed; empty where it did not. May be read from any thread."""
        self.written_at = 0.0
        """:func:`time.monotonic` of the last time that everything was on the disk."""
        self._begin: Callable[[], dict[str, Any]] | None = lambda: self._header(file, source, project)
        self._started = False
        self.note()

    @property
    def folder(self) -> Path:
        return self._folder.path

    @property
    def is_behind(self) -> bool:
        """Whether something is not on the disk yet."""
        with self._lock:
            return bool(self._pending or self._lines)

    def note(self) -> None:
        """Writes down what happened since the last time; costs next to nothing where that is nothing."""
        self._collect()
        history = self._document.history
        batch = _Batch()
        for id, entry in history.nodes.items():
            known = self._known.get(id)
            if known is None:
                batch.entries.append(entry)
                batch.groups |= {key: self._document.vault.source(key) for key in entry.vault_keys}
            elif known.name != entry.name:
                batch.records.append({"name": [id, entry.name]})
            self._known[id] = entry
        gone = [id for id in self._known if id not in history.nodes]
        if gone:
            batch.records.append({"drop": gone})
            for id in gone:
                batch.gone += self._known.pop(id).vault_keys
        if (place := (history.tip, history.cursor)) != self._place:
            self._place = place
            batch.records.append({"at": list(place)})
        if batch.entries or (self._started and batch.records):
            self._started = True
            self._submit(batch)

    def note_saved(self, project: Path | None) -> None:
        """Writes down that the photo is safe as it is now: exported, or saved as a project."""
        self.note()
        if not self._started:
            return
        self._submit(_Batch(records=[{"saved": str(project) if project is not None else ""}]))

    def retry(self) -> None:
        """Tries again what could not be written."""
        if self.is_behind:
            self._thread.submit(self._flush)

    def discard(self) -> None:
        """The photo is closed and its work not needed any more: forgets it."""
        self._end(self._folder.remove)

    def keep(self) -> None:
        """Ends the journal and leaves it to be found at the next start."""
        self._end(self._folder.release)

    def _end(self, last: Callable[[], None]) -> None:
        if not self._closed:
            self._closed = True
            self._thread.submit(last)

    def _submit(self, batch: _Batch) -> None:
        with self._lock:
            self._pending.append(batch)
        self._thread.submit(self._flush)

    def _collect(self) -> None:
        """Tells the vault which pixels are on the disk, so that they may leave the memory."""
        while self._reported:
            self._document.vault.mark_stored(*self._reported.popleft())

    # -- on the journal's thread

    def _flush(self) -> None:
        try:
            while True:
                with self._lock:
                    batch = self._pending[0] if self._pending else None
                if batch is None:
                    break
                self._write_batch(batch)
                with self._lock:
                    self._pending.popleft()
            self.problem = ""
            self.written_at = time.monotonic()
        except OSError as error:
            self.problem = error.strerror or str(error)
        except RestorerError as error:
            self.problem = error.message

    def _write_batch(self, batch: _Batch) -> None:
        if self._begin is not None:
            self._lines, self._begin = [line_of(self._begin())], None
        for key, source in batch.groups.items():
            if key not in self._written:
                self._write_group(key, source)
        self._lines += [line_of({"entry": self._writer.record(entry)}) for entry in batch.entries]
        batch.entries.clear()  # recorded once, however often the lines have to be written
        self._lines += [line_of(record) for record in batch.records]
        batch.records.clear()
        self._append()
        for key in batch.gone:
            path = self._written.pop(key, None)
            if path is not None:
                path.unlink(missing_ok=True)

    def _append(self) -> None:
        if not self._lines:
            return
        data = b"".join(self._lines)
        path = self.folder / JOURNAL
        with path.open("r+b" if self._length else "wb") as file:
            # What a failed attempt left half-written is cut off first.
            file.seek(self._length)
            file.truncate()
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        sync_folder(self.folder)
        self._length += len(data)
        self._lines.clear()

    def _write_group(self, key: int, source: GroupSource) -> None:
        path = self.folder / f"{key}.group"
        part = path.with_suffix(".part")
        if isinstance(source, Path):
            part.unlink(missing_ok=True)
            try:
                os.link(source, part)
            except OSError:
                shutil.copyfile(source, part)
        else:
            part.write_bytes(pack_group(source))
        with part.open("rb+") as file:
            os.fsync(file.fileno())
        part.replace(path)
        self._written[key] = path
        self._reported.append((key, path))

    def _header(self, file: PhotoFile, source: Path | None, project: Path | None) -> dict[str, Any]:
        path, ref = source_file(file, source, self.folder)
        image, root = file.image, self._document.history.root_state
        if source is None:
            ref = dataclasses.replace(ref, embedded=True, path=path.name)
        return {
            "restorer_journal": JOURNAL_FORMAT,
            "program": f"Restorer {restorer.__version__}",
            "source": ref.to_json(),
            "project": "" if project is None else str(project),
            "photo": {
                "width": image.width,
                "height": image.height,
                "channels": image.channels,
                "dtype": image.pixels.dtype.str,
            },
            "root_state": root,
        }
