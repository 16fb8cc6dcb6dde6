"""Project files (``.restore``): a zip archive with everything that was done to a photo. See docs/project-file.md."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from restorer.core.errors import InputError, WorkError
from restorer.core.geometry import Bounds
from restorer.core.group_code import outline_of, pack_group
from restorer.core.history import Entry, History
from restorer.core.snapshot import Snapshot
from restorer.formats.archive import Archive, Member, write_archive
from restorer.formats.history_json import HistoryReader, HistoryWriter
from restorer.formats.json_fields import Fields

PROJECT_FORMAT = 1
SUFFIX = ".restore"
MIME_TYPE = "application/x-restorer-project"
_KIND = "project of Restorer"
_MOST_MANIFEST_BYTES = 512 * 2**20
_MOST_GROUP_BYTES = 2**36
_MOST_PREVIEW_BYTES = 64 * 2**20
SOURCE, _PREVIEW = "source/photo", "preview.png"


@dataclass(frozen=True, slots=True)
class SourceRef:
    """The photo that a project is about.

    Attributes:
        name: of its file.
        path: where it was, absolute; empty where it has no file of its own.
        relative: where it was, seen from the project's folder; empty where it cannot be said.
        bytes, sha256: of the file.
        page: which picture of it.
        embedded: whether the project holds the file.
    """

    name: str
    path: str = ""
    relative: str = ""
    bytes: int = 0
    sha256: str = ""
    page: int = 1
    embedded: bool = False

    def to_json(self) -> dict[str, Any]:
        fields = ("name", "path", "relative", "bytes", "sha256", "page", "embedded")
        return {name: getattr(self, name) for name in fields}

    @classmethod
    def from_json(cls, f: Fields) -> SourceRef:
        """Raises InputError where it is damaged."""
        return cls(
            f.text("name"),
            f.text("path", ""),
            f.text("relative", ""),
            f.whole("bytes", default=0),
            f.text("sha256", "", longest=64),
            f.whole("page", 1, default=1),
            f.flag("embedded", False),
        )


@dataclass(frozen=True, slots=True, eq=False)
class ProjectContent:
    """What goes into a project file.

    Attributes:
        snapshot: of the document.
        source: the photo it is about.
        source_file: the photo's file, if it is to be embedded.
        recipe: text of the recipe as it is now, for people and other programs.
        preview: PNG of the photo as it is now, or empty.
        view: place and zoom of the canvas; plain values.
        program: name and version.
    """

    snapshot: Snapshot
    source: SourceRef
    source_file: Path | None = None
    recipe: str = ""
    preview: bytes = b""
    view: Mapping[str, float] = field(default_factory=dict)
    program: str = ""


def write_project(path: Path, content: ProjectContent, *, overwrite: bool) -> None:
    """Writes a project in one go: what was there before stays until the new one is whole and on the disk.

    Raises:
        InputError: where the target exists or cannot be written.
        WorkError: where the disk is full or fails.
    """
    write_archive(path, _members(content), overwrite=overwrite)


def _members(content: ProjectContent) -> Iterator[Member]:
    snapshot = content.snapshot
    yield Member("mimetype", MIME_TYPE.encode("ascii"))
    groups: dict[str, Any] = {}
    for key, source in sorted(snapshot.groups.items()):
        try:
            data = source.read_bytes() if isinstance(source, Path) else pack_group(source)
        except OSError as error:
            raise WorkError(f"A part of the history cannot be read: {error.strerror or error}.") from None
        groups[str(key)] = {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
        yield Member(f"groups/{key}", data)
    if content.source_file is not None:
        yield Member(SOURCE, content.source_file)
    if content.preview:
        yield Member(_PREVIEW, content.preview)
    if content.recipe:
        yield Member("recipe.json", content.recipe.encode("utf-8"), deflate=True)
    writer = HistoryWriter()
    manifest = {
        "restorer_project": PROJECT_FORMAT,
        "program": content.program,
        "source": content.source.to_json(),
        "photo": {
            "width": snapshot.width,
            "height": snapshot.height,
            "channels": snapshot.channels,
            "dtype": snapshot.dtype,
        },
        "view": dict(content.view),
        "groups": groups,
        "history": {
            "root_state": snapshot.root_state,
            "tip": snapshot.tip,
            "cursor": snapshot.cursor,
            "entries": [writer.record(entry) for entry in snapshot.entries],
        },
    }
    text = json.dumps(manifest, separators=(",", ":"), ensure_ascii=False)
    yield Member("manifest.json", text.encode("utf-8", "replace"), deflate=True)


@dataclass(frozen=True, slots=True, eq=False)
class Project:
    """A project that was read, but whose pixels are still in its file.

    Attributes:
        path: of the file.
        source: the photo it is about.
        width, height, channels, dtype: of that photo.
        entries, tip, cursor, root_state: of the history.
        view: place and zoom of the canvas.
        preview: PNG, or empty.
        is_newer: whether a newer program wrote it, so that saving over it would lose what this one does not know.
    """

    path: Path
    source: SourceRef
    width: int
    height: int
    channels: int
    dtype: str
    entries: tuple[Entry, ...]
    tip: int
    cursor: int
    root_state: str
    view: Mapping[str, float] = field(default_factory=dict)
    preview: bytes = field(default=b"", repr=False)
    is_newer: bool = False

    def history(self) -> History:
        """The history, at its beginning. Raises InputError where the entries make none."""
        try:
            history = History.restored(self.root_state, self.entries, self.tip, self.cursor)
        except ValueError as error:
            raise InputError(f"{self.path.name} is damaged: {error}.") from None
        history.move(0)
        return history

    @property
    def keys(self) -> tuple[int, ...]:
        """Vault keys of all pixels, each once."""
        return tuple(sorted({key for entry in self.entries for key in entry.vault_keys}))


def read_project(path: Path) -> Project:
    """What a project file says. Nothing is unpacked, extracted or run.

    Raises:
        InputError: where it is missing, damaged or no project.
    """
    with Archive(path, _KIND) as archive:
        if archive.read("mimetype", 100) != MIME_TYPE.encode("ascii"):
            raise InputError(f"{archive.name} is no {_KIND}.")
        text = archive.read("manifest.json", _MOST_MANIFEST_BYTES)
        preview = archive.read(_PREVIEW, _MOST_PREVIEW_BYTES) if _PREVIEW in archive.members else b""
        try:
            f = Fields(json.loads(text), archive.name)
        except (ValueError, RecursionError) as error:
            raise InputError(f"{archive.name} is damaged: {error}.") from None
        format = f.whole("restorer_project", 1)
        try:
            project = _project(path, f, preview, is_newer=format > PROJECT_FORMAT)
            _check_groups(project, f, archive)
        except InputError:
            if format > PROJECT_FORMAT:
                raise InputError(
                    f"{archive.name} was saved by a newer version of Restorer, in a form that this one cannot read.",
                    hint="Update Restorer to open it.",
                ) from None
            raise
    return project


def _project(path: Path, f: Fields, preview: bytes, *, is_newer: bool) -> Project:
    photo, history = f.object("photo"), f.object("history")
    reader = HistoryReader(f.name)
    view = {name: Fields(f.mapping("view"), f.name).number(name) for name in f.mapping("view")}
    return Project(
        path=path,
        source=SourceRef.from_json(f.object("source")),
        width=photo.whole("width", 1, 1_000_000),
        height=photo.whole("height", 1, 1_000_000),
        channels=photo.whole("channels", 1, 4),
        dtype=photo.text("dtype"),
        entries=tuple(reader.entry(record) for record in history.list("entries")),
        tip=history.whole("tip"),
        cursor=history.whole("cursor"),
        root_state=history.text("root_state"),
        view=view,
        preview=preview,
        is_newer=is_newer,
    )


def _check_groups(project: Project, f: Fields, archive: Archive) -> None:
    known = f.mapping("groups")
    for key in project.keys:
        if str(key) not in known or f"groups/{key}" not in archive.members:
            raise InputError(f"{archive.name} is damaged: pixels of its history are missing.")


def extract_groups(project: Project, folder: Path) -> dict[int, Path]:
    """Copies the pixels of the history into a folder, each group under its number.

    Returns:
        the files by vault key.

    Raises:
        InputError: where one is not what it was when it was saved.
        OSError: where the folder cannot be written.
    """
    files: dict[int, Path] = {}
    with Archive(project.path, _KIND) as archive:
        f = Fields(json.loads(archive.read("manifest.json", _MOST_MANIFEST_BYTES)), archive.name)
        groups = f.object("groups")
        for key in project.keys:
            member = groups.object(str(key))
            files[key] = folder / f"{key}.group"
            digest = member.text("sha256", longest=64)
            archive.copy(f"groups/{key}", files[key], _MOST_GROUP_BYTES, sha256=digest)
    check_pixels(project.entries, files, project.width, project.height, project.channels, project.dtype, archive.name)
    return files


def extract_source(project: Project, target: Path) -> None:
    """Writes the embedded photo to a new file.

    Raises:
        InputError: where there is none, or it is damaged.
        OSError: where it cannot be written.
    """
    with Archive(project.path, _KIND) as archive:
        archive.copy(SOURCE, target, _MOST_GROUP_BYTES, sha256=project.source.sha256)


def check_pixels(
    entries: tuple[Entry, ...],
    files: Mapping[int, Path],
    width: int,
    height: int,
    channels: int,
    dtype: str,
    name: str,
) -> None:
    """Compares every group's header with the size that the photo has there, before any of it is shown.

    Raises:
        InputError: where one cannot belong to it.
    """
    groups = _Outlines(files, channels, dtype, name)
    sizes = {0: (width, height)}
    seen: set[int] = set()
    for entry in entries:
        before, place = sizes[entry.parent], entry.placement
        if place is not None and (place.source_width, place.source_height) != before:
            raise InputError(f"{name} is damaged: a change of the extent does not follow from the one before it.")
        after = before if place is None else (place.width, place.height)
        sizes[entry.id] = after
        pieces = 2 if place is not None else None
        groups.check(entry.image_key, before, after, pieces=pieces)
        groups.check(entry.mask_key, before, after, plane=True, pieces=pieces)
        groups.check(entry.protected_key, before, after, plane=True, pieces=pieces)
        for choice in entry.choices:
            groups.check(choice.image_key, after, after)
        for slot in entry.plan:
            if id(slot) not in seen:
                seen.add(id(slot))
                size = (slot.width, slot.height)
                end = size if slot.placement is None else (slot.placement.width, slot.placement.height)
                groups.check(slot.result_key, end if slot.half is None else size, end)


class _Outlines:
    """What the groups claim to hold, compared with what they must."""

    def __init__(self, files: Mapping[int, Path], channels: int, dtype: str, name: str) -> None:
        self._files, self._channels, self._dtype, self._name = files, channels, dtype, name
        self._known: dict[int, tuple[tuple[Bounds, str, int], ...]] = {}

    def check(
        self,
        key: int | None,
        before: tuple[int, int],
        after: tuple[int, int],
        *,
        plane: bool = False,
        pieces: int | None = None,
    ) -> None:
        """Raises InputError where the group does not fit pictures of these sizes."""
        if key is None:
            return
        damaged = InputError(f"{self._name} is damaged: pixels of its history do not fit the photo.")
        if key not in self._files:
            raise damaged
        if key not in self._known:
            self._known[key] = outline_of(self._files[key], name=self._name)
        rows = self._known[key]
        wanted = ("|u1", 0) if plane else (self._dtype, self._channels)
        if pieces is not None and len(rows) != pieces:
            raise damaged
        for place, (bounds, dtype, channels) in enumerate(rows):
            width, height = before if place < len(rows) // 2 else after
            inside = bounds.is_empty or (bounds.right <= width and bounds.bottom <= height)
            filled = pieces is None or plane or (bounds.width, bounds.height) == (width, height)
            if not inside or not filled or (dtype, channels) != wanted:
                raise damaged
