"""Photos that projects and journals are about: what tells one from another, and where it may be now."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

from restorer.core.errors import InputError
from restorer.core.progress import CancelToken
from restorer.formats.container import READ_SUFFIXES
from restorer.formats.project_file import SourceRef

_CHUNK = 1 << 20


def source_ref(path: Path, *, page: int = 1) -> SourceRef:
    """What tells this file from all others. Reads all of it. Raises InputError where it cannot be read."""
    try:
        size, digest = path.stat().st_size, _digest(path, CancelToken())
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}.") from None
    return SourceRef(path.name, str(path.absolute()), "", size, digest, page)


def seen_from(ref: SourceRef, project: Path) -> SourceRef:
    """With its path as seen from the folder of a project, so that both can move together."""
    import dataclasses

    relative = ""
    if ref.path:
        with contextlib.suppress(ValueError):  # another drive
            relative = Path(os.path.relpath(ref.path, project.absolute().parent)).as_posix()
    return dataclasses.replace(ref, relative=relative)


def is_source(path: Path, ref: SourceRef, token: CancelToken | None = None) -> bool:
    """Whether a file is the photo, to the last bit; its name does not matter.

    Raises:
        Cancelled: once the token is set.
    """
    try:
        return path.is_file() and path.stat().st_size == ref.bytes and _digest(path, token) == ref.sha256
    except OSError:
        return False


def find_source(ref: SourceRef, project: Path | None) -> Path | None:
    """The photo where it was, beside the project or as the project saw it; None where it is none of these."""
    places = [Path(ref.path)] if ref.path else []
    if project is not None:
        places[:0] = [project.parent / ref.relative] if ref.relative else []
        places.append(project.parent / ref.name)
    return next((place for place in places if is_source(place, ref)), None)


def search_source(ref: SourceRef, folder: Path, token: CancelToken) -> Path | None:
    """Looks through a folder and all in it for the photo, whatever it is called now.

    Only files of the same size are read, those of the same name first.

    Raises:
        Cancelled: once the token is set.
    """
    candidates = sorted(_files(folder, ref.bytes, token), key=lambda path: path.name != ref.name)
    return next((path for path in candidates if is_source(path, ref, token)), None)


def _files(folder: Path, size: int, token: CancelToken) -> Iterator[Path]:
    for root, folders, names in os.walk(folder):
        token.raise_if_cancelled()
        folders.sort()
        for name in sorted(names):
            path = Path(root, name)
            if path.suffix.lower() in READ_SUFFIXES:
                with contextlib.suppress(OSError):
                    if path.stat().st_size == size:
                        yield path


def _digest(path: Path, token: CancelToken | None) -> str:
    sha = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            sha.update(chunk)
            if token is not None:
                token.raise_if_cancelled()
    return sha.hexdigest()
