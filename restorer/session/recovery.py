"""What a crash left: journals without a living process, and the work in them."""

from __future__ import annotations

import datetime
import json
import shutil
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from restorer.core.errors import InputError
from restorer.core.history import Entry, History
from restorer.core.image import Pixels
from restorer.core.private_folder import PrivateFolder, abandoned_folders, claim, remove_abandoned
from restorer.core.vault import SPILL_PREFIX, PixelVault
from restorer.formats.history_json import HistoryReader
from restorer.formats.json_fields import Fields
from restorer.formats.project_file import SourceRef, check_pixels
from restorer.session.journal import JOURNAL, JOURNAL_FORMAT, JOURNAL_PREFIX, recovery_folder
from restorer.session.projects import PROJECT_PREFIX, SAVE_PREFIX, OpenedProject, require_same
from restorer.session.session import Session
from restorer.session.sources import find_source

_MOST_JOURNAL_BYTES = 2**31


@dataclass(frozen=True, slots=True, eq=False)
class Recoverable:
    """Unsaved work on one photo.

    Attributes:
        folder: of its journal.
        source: the photo it is about.
        project: the project file it belongs to; None where it was never saved.
        entries, tip, cursor, root_state: of its history.
        size: width, height, channels and dtype of the photo.
        at: when something was done last, local time.
        is_torn: whether the journal ends in the middle of a line: what was being written is lost.
    """

    folder: Path
    source: SourceRef
    project: Path | None
    entries: tuple[Entry, ...]
    tip: int
    cursor: int
    root_state: str
    size: tuple[int, int, int, str]
    at: datetime.datetime
    is_torn: bool = False

    @property
    def name(self) -> str:
        return self.source.name

    @property
    def steps(self) -> int:
        """How many entries change pixels."""
        return sum(entry.changes_pixels for entry in self.entries)

    @property
    def picture(self) -> Pixels | None:
        """Small picture of the photo after the last step, or None."""
        pictures = (entry.thumbnail for entry in reversed(self.entries) if entry.thumbnail is not None)
        return next(pictures, None)

    @property
    def lost(self) -> str:
        """What is lost, in a sentence."""
        if self.is_torn:
            return "The stroke or step that was being written is lost."
        return "At most the stroke in progress is lost."


class MissingPhotoError(InputError):
    """The photo that unsaved work belongs to is not where it was; the work stays."""

    def __init__(self, work: Recoverable) -> None:
        super().__init__(f"The photo {work.name} is not where it was.", hint=f"It was {work.source.path}.")
        self.work = work


def find_unsaved(parent: Path | None = None) -> tuple[Recoverable, ...]:
    """Unsaved work that no process is at, the newest first. Journals with nothing to offer are removed."""
    try:
        parent = parent if parent is not None else recovery_folder()
    except OSError:
        return ()
    found = []
    for folder in abandoned_folders(parent, JOURNAL_PREFIX):
        work = read_journal(folder)
        if work is None:
            shutil.rmtree(folder, ignore_errors=True)
        else:
            found.append(work)
    return tuple(sorted(found, key=lambda work: work.at, reverse=True))


def clean_up() -> int:
    """Removes temporary folders that killed processes left; returns how many."""
    return sum(remove_abandoned(None, prefix) for prefix in (SPILL_PREFIX, PROJECT_PREFIX, SAVE_PREFIX))


def forget(work: Recoverable) -> None:
    """Throws unsaved work away."""
    shutil.rmtree(work.folder, ignore_errors=True)


def read_journal(folder: Path) -> Recoverable | None:
    """What a journal says up to its last whole line; None where that is nothing that was not saved."""
    path = folder / JOURNAL
    try:
        if path.stat().st_size > _MOST_JOURNAL_BYTES:
            return None
        lines = path.read_bytes().split(b"\n")
        at = datetime.datetime.fromtimestamp(path.stat().st_mtime).astimezone()
    except OSError:
        return None
    state = _State(path.parent)
    is_torn = bool(lines.pop())
    for record in _records(lines):
        if record is None or not state.take(record):
            is_torn = True
            break
    return state.result(at, is_torn)


def _records(lines: list[bytes]) -> Iterator[object]:
    """The records of whole lines; None for the first that is damaged, and no more."""
    for line in lines:
        try:
            sound = line[8:9] == b" " and int(line[:8], 16) == zlib.crc32(line[9:])
            record = json.loads(line[9:]) if sound else None
        except (ValueError, RecursionError):
            record = None
        yield record
        if record is None:
            return


@dataclass(slots=True)
class _State:
    """What the records read so far add up to."""

    folder: Path
    header: Fields | None = None
    source: SourceRef | None = None
    project: str = ""
    size: tuple[int, int, int, str] = (1, 1, 1, "")
    entries: dict[int, Entry] = field(default_factory=dict)
    place: tuple[int, int] = (0, 0)
    saved: tuple[int, int] | None = None
    last_saved: int = 0
    reader: HistoryReader = field(init=False)

    def __post_init__(self) -> None:
        self.reader = HistoryReader(f"The journal {self.folder.name}")

    def take(self, record: object) -> bool:
        """Whether the record makes sense; if not, nothing after it counts."""
        try:
            return self._take(Fields(record, f"The journal {self.folder.name}"))
        except InputError:
            return False

    def _take(self, f: Fields) -> bool:
        if self.header is None:
            return self._begin(f)
        if "entry" in f:
            entry = self.reader.entry(f.raw("entry"))
            if not all((self.folder / f"{key}.group").is_file() for key in entry.vault_keys):
                return False
            self.entries[entry.id] = entry
        elif "at" in f:
            tip, cursor = f.wholes("at", 2)
            self.place = (tip, cursor)
        elif "drop" in f:
            for id in f.wholes("drop"):
                self.entries.pop(id, None)
        elif "name" in f:
            self._rename(f.list("name"))
        elif f.raw("saved") is not None:
            self.project = f.text("saved") or self.project
            self.saved, self.last_saved = self.place, max(self.entries, default=0)
        return True

    def _begin(self, f: Fields) -> bool:
        if f.whole("restorer_journal", 1) > JOURNAL_FORMAT:
            return False
        photo = f.object("photo")
        self.source, self.project = SourceRef.from_json(f.object("source")), f.text("project", "")
        self.size = (
            photo.whole("width", 1, 1_000_000),
            photo.whole("height", 1, 1_000_000),
            photo.whole("channels", 1, 4),
            photo.text("dtype"),
        )
        f.text("root_state")
        self.header = f
        return True

    def _rename(self, pair: list[Any]) -> None:
        import dataclasses

        if len(pair) == 2 and pair[0] in self.entries and isinstance(pair[1], str):
            self.entries[pair[0]] = dataclasses.replace(self.entries[pair[0]], name=pair[1])

    def result(self, at: datetime.datetime, is_torn: bool) -> Recoverable | None:
        if self.header is None or self.source is None or not self.entries:
            return None
        if self.saved == self.place and self.last_saved >= max(self.entries):
            return None
        tip, cursor = self.place
        if tip not in self.entries and tip != 0:  # its record is the last one, and lost
            tip, cursor = max(self.entries), 1_000_000
        project = Path(self.project) if self.project else None
        root = self.header.text("root_state")
        entries = tuple(self.entries.values())
        return Recoverable(self.folder, self.source, project, entries, tip, cursor, root, self.size, at, is_torn)


def recover(session: Session, work: Recoverable, source: Path | None = None) -> OpenedProject:
    """Opens unsaved work again, as it was. The journal stays on the disk until the work is closed or saved.

    Args:
        source: the photo, where the person said where it is.

    Raises:
        MissingPhotoError: where the photo is not found.
        InputError: where it is another one, the journal is damaged, or somebody else is at it.
    """
    lock = claim(work.folder)
    if lock is None:
        raise InputError(f"The work on {work.name} is open in another window.")
    vault = PixelVault()
    vault.keep_folder(PrivateFolder.adopt(work.folder, lock))
    try:
        return _recovered(session, work, source, vault)
    except BaseException:
        lock.close()
        raise


def _recovered(session: Session, work: Recoverable, source: Path | None, vault: PixelVault) -> OpenedProject:
    import dataclasses

    own = work.folder / "photo.tif"
    if source is None and not work.source.embedded:
        source = find_source(work.source, work.project)
        if source is None:
            raise MissingPhotoError(work)
    photo = session.open_photo(source if source is not None else own, page=work.source.page)
    if source is None:
        photo = dataclasses.replace(photo, path=Path(work.name))
    name = f"The work on {work.name}"
    width, height, channels, dtype = work.size
    require_same(photo.image, width, height, channels, dtype, name)
    files = {key: work.folder / f"{key}.group" for entry in work.entries for key in entry.vault_keys}
    check_pixels(work.entries, files, width, height, channels, dtype, name)
    try:
        history = History.restored(work.root_state, work.entries, work.tip, 0)
    except ValueError as error:
        raise InputError(f"{name} is damaged: {error}.") from None
    for key, path in files.items():
        vault.restore(key, path)
    document = session.make_document(photo, vault)
    document.resume(history, min(work.cursor, len(history.entries)))
    document.mark_unsaved()
    return OpenedProject(document, photo, source, work.project)


def settle(work: Recoverable) -> None:
    """The recovered work has a journal of its own by now: the old one is not to be offered again."""
    (work.folder / JOURNAL).unlink(missing_ok=True)
